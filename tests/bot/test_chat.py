"""Answers to members on the sample bulletin."""

import datetime as dt
import re
from pathlib import Path

import pytest

from tests.bot.conftest import PUBLIC_URL, Say, teller
from tests.library.picture_issues import encoded
from tests.search.articles import article
from wxbot import journal, library
from wxbot.bot import Answer, Bot, Replies
from wxbot.brand import Brand
from wxbot.brand.brand_table import picture_of
from wxbot.bulletin import ArchivedArticle, ParsedArticle, ParsedIssue, ParsedSection
from wxbot.bulletin.blocks import Paragraph
from wxbot.db import Database
from wxbot.search import Index, catch_up
from wxbot.wechat import Card, Text
from wxbot.wechat.text_markup import split_links

KEPT = "长风联盟发布《2020 北京软件和信息技术服务业发展现状》白皮书"  # the title of the sample's article 22
TITLES = re.compile(r'^(\d+)\. (?:<a href="([^"]+)">)?([^<\n]+)', re.MULTILINE)


def text_of(answer: Answer) -> str:
    """Return the text of a text answer."""
    assert isinstance(answer.reply, Text)
    return answer.reply.content


def card_of(answer: Answer) -> Card:
    """Return the card of a card answer."""
    assert isinstance(answer.reply, Card)
    return answer.reply


def page_of(answer: Answer) -> str:
    """Return the address of a card's page without the click token."""
    return card_of(answer).url.partition("?")[0]


def numbers(answer: Answer) -> list[int]:
    """Return the numbers of the titles in a list."""
    return [int(found[1]) for found in TITLES.finditer(text_of(answer))]


def test_a_clear_best_is_its_card(say: Say) -> None:
    """One clearly best hit is shown as a card with title, digest, picture and page."""
    answer = say("白皮书")
    card = card_of(answer)

    assert "白皮书" in card.title
    assert card.description
    assert re.fullmatch(rf"{PUBLIC_URL}/a/2021-02/\d+\?q=[a-z2-7]{{13}}", card.url)
    assert re.fullmatch(rf"{PUBLIC_URL}/p/a/2021-02/\d+\.jpg\?v=[0-9a-f]+", card.picture_url)
    assert answer.hits is not None
    assert answer.hits >= 1


def test_a_changed_brand_changes_the_addresses_of_pictures(
    sample_db: Database, index: Index, tmp_path: Path, now: dt.datetime
) -> None:
    """WeChat keeps a picture by its address: colour, theme and logo change it, in answers that are kept as well."""
    brands = [Brand()]
    bot = Bot(
        sample_db,
        index,
        Replies(tmp_path),
        public_url=PUBLIC_URL,
        brand=lambda: brands[-1],
    )
    say = teller(sample_db, bot, now)
    addresses = set()
    for brand in (
        Brand(),
        Brand(colour="#1a5fb4"),
        Brand(theme="简明"),
        Brand(logo=picture_of(encoded("navy"))),
    ):
        brands.append(brand)
        bot.refresh()
        addresses |= {card_of(say(words)).picture_url for words in ("白皮书", "最新一期")}
    assert 2 * 4 == len(addresses)


def test_of_two_the_better_is_shown_and_the_other_is_one_word_away(say: Say) -> None:
    """比亚迪 has two articles: the answer is the card of one, and 更多 or its number opens the other."""
    card = card_of(say("比亚迪"))
    other = card_of(say("更多"))

    assert "另外 1 篇" in card.description
    assert card.url != other.url
    assert (card.url, other.url) == (card_of(say("1")).url, card_of(say("2")).url)


def test_several_are_a_list_of_five(say: Say) -> None:
    """Several hits are a numbered list of linked titles, with their total and a link for more."""
    answer = say("北京")
    said = text_of(answer)
    links = [found[2] for found in TITLES.finditer(said)]

    assert [1, 2, 3, 4, 5] == numbers(answer)
    assert all(link.startswith(f"{PUBLIC_URL}/a/2021-02/") for link in links)
    assert f"找到 {answer.hits} 篇" in said
    assert "msgmenucontent=更多&" in said


def test_nothing_found_says_so_and_what_can_be_asked(say: Say) -> None:
    """The answer to a question without hits links to the sections, the newest issue and help."""
    answer = say("元宇宙")
    said = text_of(answer)

    assert 0 == answer.hits
    assert "「元宇宙」" in said
    for word in ("新动向", "企业讯", "投融界", "产品圈", "联盟汇", "最新", "帮助"):
        assert f"msgmenucontent={word}&" in said


def test_a_question_is_repeated_without_becoming_a_link(say: Say) -> None:
    """A link that a member pastes does not become a link in the answer."""
    said = text_of(say('<a href="https://evil.example">领红包</a>'))

    assert "evil.example" not in re.findall(r'href="([^"]*)"', said)
    assert "＜a href" in said


@pytest.mark.parametrize("asked", ["最新", "第2期", "第二期", "2021年第2期", "2021-02"])
def test_an_issue_is_its_card(say: Say, asked: str) -> None:
    """Every way to name the issue is answered with the card of its page."""
    card = card_of(say(asked))

    assert "长风联盟工作简报 2021年第2期" == card.title
    assert f"{PUBLIC_URL}/i/2021-02" == card.url
    assert card.description.startswith("2021年1月15日，共 22 篇：")


@pytest.mark.parametrize("asked", ["第9期", "2019年第2期", "第9期目录", "上一期"])
def test_an_issue_that_is_not_there_names_those_that_are(say: Say, asked: str) -> None:
    """The answer to a missing issue names the issues that exist, and does not search."""
    said = text_of(say(asked))

    assert said.startswith("书架上没有")
    assert "msgmenucontent=2021年第2期&" in said


def test_contents_name_every_article_under_its_section(say: Say) -> None:
    """The contents list all 22 titles in order, and a number opens one."""
    answer = say("目录")
    sections = re.findall(r"【(.+?)】", text_of(answer))

    assert list(range(1, 23)) == numbers(answer)
    assert ["新动向", "企业讯", "投融界", "产品圈", "联盟汇"] == sections
    assert f"{PUBLIC_URL}/a/2021-02/19" == page_of(say("19"))


def test_the_issue_before_the_newest_is_its_card(
    sample_db: Database, bot: Bot, say: Say, now: dt.datetime
) -> None:
    """上一期 in any wording shows the card of the issue before the newest."""
    newer = ParsedIssue("简报", 2021, 3, sections=(ParsedSection("一", (ParsedArticle("新"),)),))
    with sample_db.begin() as session:
        library.save_issue(session, newer, "2021-03.txt", now)
    bot.refresh()

    assert f"{PUBLIC_URL}/i/2021-03" == card_of(say("最新")).url
    assert [f"{PUBLIC_URL}/i/2021-02"] * 2 == [card_of(say(said)).url for said in ("上一期", "上期简报呢")]


@pytest.mark.parametrize("asked", ["投融界", "【投融界】", " 投 融 界 ", "投融界栏目"])
def test_a_section_is_a_list_of_its_newest(say: Say, asked: str) -> None:
    """A section name lists the six articles of 投融界 in the order of the issue."""
    answer = say(asked)

    assert [1, 2, 3, 4, 5] == numbers(answer)
    assert [6] == numbers(say("更多"))
    assert f"{PUBLIC_URL}/a/2021-02/13" == page_of(say("1"))


def test_more_goes_through_the_list_to_its_end(say: Say) -> None:
    """Each page continues the numbers of the page before, and after the last page the answer says so."""
    shown = numbers(say("北京"))
    while (page := say("更多")).listing is not None:
        shown += numbers(page)

    assert list(range(1, len(shown) + 1)) == shown
    assert len(shown) > 5
    assert "最后一篇" in text_of(page)


def test_a_number_opens_what_the_list_shows(say: Say) -> None:
    """A number is answered with the card of the article that has this number, and the list stays."""
    links = {found[1]: found[2] for found in TITLES.finditer(text_of(say("北京")))}

    assert links["3"] == card_of(say("3")).url
    assert links["2"] == card_of(say("２")).url


def test_a_number_beyond_the_list_says_how_far_it_goes(say: Say) -> None:
    """A number that is too large is answered with the valid range, not with a search."""
    say("投融界")

    assert "没有第 7 篇，请发 1 到 6" in text_of(say("7"))
    assert "没有第 0 篇" in text_of(say("0"))
    say("联盟汇")
    assert text_of(say("2")).endswith("请发 1。")


@pytest.mark.parametrize("asked", ["更多", "1"])
def test_without_a_list_there_is_nothing_to_continue(say: Say, asked: str) -> None:
    """A number or 更多 without a list is answered with what to do instead."""
    assert "30 分钟" in text_of(say(asked))


@pytest.mark.parametrize("asked", ["更多", "1"])
def test_a_list_ends_after_its_time(say: Say, asked: str) -> None:
    """A list expires after exactly thirty minutes."""
    say("投融界")

    assert say(asked, later=30 * 60 - 1) != say(asked, later=2 * 30 * 60)
    assert "30 分钟" in text_of(say(asked, later=2 * 30 * 60))


def test_lists_are_each_members_own(say: Say) -> None:
    """A question by bob does not change what alice's numbers mean."""
    say("投融界", openid="alice")
    say("联盟汇", openid="bob")

    assert f"{PUBLIC_URL}/a/2021-02/13" == page_of(say("1", openid="alice"))
    assert f"{PUBLIC_URL}/a/2021-02/22" == page_of(say("1", openid="bob"))


@pytest.mark.both_databases
def test_a_withdrawn_article_is_said_to_be_gone(sample_db: Database, say: Say, now: dt.datetime) -> None:
    """A list survives a correction of the issue, and its numbers keep their meaning."""
    say("目录")
    with sample_db.begin() as session:
        shorter = ParsedIssue(
            "长风联盟工作简报", 2021, 2, sections=(ParsedSection("新动向", (ParsedArticle(KEPT),)),)
        )
        library.save_issue(session, shorter, "2021-02.txt", now)

    assert "撤下" in text_of(say("1"))
    assert KEPT == card_of(say("22")).title


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("最新", "还没有上架"),
        ("目录", "还没有上架"),
        ("第2期", "还没有上架"),
        ("帮助", "可以这样问"),
        ("芯片", "没有找到"),
    ],
)
def test_an_empty_library_is_answered_without_errors(
    db: Database, tmp_path: Path, now: dt.datetime, asked: str, said: str
) -> None:
    """Before the first bulletin no answer is an error or has an empty line."""
    say = teller(db, Bot(db, Index.open(tmp_path / "i"), Replies(tmp_path), public_url=PUBLIC_URL), now)
    answered = text_of(say(asked))

    assert said in answered
    assert "栏目：" not in answered


def test_an_archive_without_issues_has_newest_articles(
    db: Database, tmp_path: Path, now: dt.datetime
) -> None:
    """最新 lists the newest archived articles; an article with an address of its own is linked there."""
    archive = [
        ArchivedArticle(
            "a/1", None, "绿色港口建成", "要闻", dt.date(2020, 1, 1), "港口。", "https://old.example/1"
        ),
        ArchivedArticle("a/2", None, "风电并网", "要闻", dt.date(2020, 1, 2), "风电。", None),
    ]
    with db.begin() as session:
        library.save_archive(session, archive)
    index = Index.open(tmp_path / "index")
    catch_up(index, db)
    say = teller(db, Bot(db, index, Replies(tmp_path), public_url=PUBLIC_URL), now)
    newest = [found[2] for found in TITLES.finditer(text_of(say("最新")))]

    assert [f"{PUBLIC_URL}/a/archive/a/2", "https://old.example/1"] == newest
    assert "https://old.example/1" == page_of(say("港口"))


def test_the_bot_knows_new_sections_after_a_refresh(
    sample_db: Database, bot: Bot, say: Say, now: dt.datetime
) -> None:
    """After a refresh the bot knows a section that came with a new issue."""
    said_before = say("会员风采").reply
    with sample_db.begin() as session:
        newer = ParsedIssue(
            "长风联盟工作简报", 2021, 3, sections=(ParsedSection("会员风采", (ParsedArticle("新会员"),)),)
        )
        library.save_issue(session, newer, "2021-03.txt", now)
        version = library.version(session)
    bot.refresh(version)

    assert isinstance(said_before, Text)
    assert "没有找到" in said_before.content
    assert [1] == numbers(say("会员风采"))
    assert "2021年第3期" in card_of(say("最新")).title


def test_what_was_put_right_is_said_aloud(say: Say) -> None:
    """An answer after a spelling correction names the corrected word."""
    card = card_of(say("独脚兽"))

    assert "没有找到「独脚兽」，您是不是要找「独角兽」？" in card.description
    assert "独角兽" in card.title


def test_a_correction_is_refused_by_one_tap(sample_db: Database, tmp_path: Path, now: dt.datetime) -> None:
    """A corrected answer has a tap that searches exactly the words typed, if these find articles too."""
    index = Index.open(tmp_path / "index")
    index.update([article("2022-05/1", "云端无人机表演"), article("2022-05/2", "云端表演学院招生")], [], 1)
    say = teller(sample_db, Bot(sample_db, index, Replies(tmp_path), public_url=PUBLIC_URL), now)
    corrected = text_of(say("无人鸡表演"))
    sent = next(part.sends for part in split_links(corrected) if part.sends.startswith("只找"))
    exact = say(sent)

    assert "按「无人机表演」找的" in corrected
    assert "招生" not in corrected
    assert "按「" not in card_of(exact).description
    assert exact.hits


def test_a_changed_text_reaches_a_question_asked_before(
    sample_db: Database, index: Index, tmp_path: Path, now: dt.datetime
) -> None:
    """A cached answer is not used after an editor changed its text."""
    bot = Bot(sample_db, index, Replies(tmp_path), public_url=PUBLIC_URL)
    say = teller(sample_db, bot, now)
    before = text_of(say("北京"))
    (tmp_path / "list.txt").write_text("编辑改过的：{列表}", encoding="utf-8")
    bot.refresh()

    assert "编辑改过的" not in before
    assert text_of(say("北京")).startswith("编辑改过的")


@pytest.mark.both_databases
def test_a_revised_article_reaches_a_question_asked_before(
    sample_db: Database, index: Index, say: Say, now: dt.datetime
) -> None:
    """A cached answer is not used after the article was revised."""
    say("白皮书")
    with sample_db.begin() as session:
        article = ParsedArticle("白皮书改了标题", (Paragraph.of("白皮书。"),))
        library.save_issue(
            session,
            ParsedIssue("简报", 2021, 2, sections=(ParsedSection("一", (article,)),)),
            "2021-02.txt",
            now,
        )
    catch_up(index, sample_db)

    assert "白皮书改了标题" == card_of(say("白皮书")).title


def test_articles_near_in_meaning_are_suggested_and_no_answer(say: Say, sample_db: Database) -> None:
    """A reply without a hit says so and lists articles near in meaning, and a number opens one."""
    told = text_of(say("海外电动客车"))

    assert told.startswith("没有找到与「海外电动客车」有关的文章。意思相近的")
    assert "比亚迪出击特斯拉短板" in told.partition("1. ")[2].partition("2. ")[0]
    with sample_db.read() as session:
        asked = journal.unanswered_questions(session, dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
        assert [("海外电动客车", 1)] == asked
    assert "比亚迪出击特斯拉短板" in card_of(say("1")).title
