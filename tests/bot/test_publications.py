"""Facts about an account with two publications, one of which has a renamed section."""

import datetime as dt
import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.bot.conftest import PUBLIC_URL, Say, teller
from tests.bot.test_chat import card_of, text_of
from tests.bot.test_subscriptions import kept
from tests.library.test_publishing import bring
from tests.web.conftest import APP_ID, TOKEN, Caller, message
from wxbot import followers, library
from wxbot.bot import Bot, Replies, RuleFile, findings
from wxbot.bulletin import ParsedArticle, ParsedIssue, ParsedSection
from wxbot.bulletin.blocks import Paragraph
from wxbot.bulletin.habits import Habits, PublicationHabits
from wxbot.bulletin.issue_number import IssueNumber
from wxbot.db import Database
from wxbot.errors import NotFound
from wxbot.followers import Preferences
from wxbot.push import Audience, PlanRequest, PushSettings, Route
from wxbot.push.audience.resolve import count_recipients
from wxbot.push.timing import schedule_applies
from wxbot.search import Index, catch_up
from wxbot.settings import Settings
from wxbot.web import create_app, runtime_of
from wxbot.wechat import CallbackCrypto
from wxbot.wiring import Services

HABITS = Habits(
    (
        PublicationHabits(
            "长风联盟工作简报",
            sections=("投资汇", "要闻"),
            section_names={"投融界": "投资汇"},
        ),
        PublicationHabits("长风联盟政策快讯", slug="kuaixun", other_names=("政策速递",)),
    )
)
WORK, NEWS = (each.name for each in HABITS.publications)


def issue(name: str, number: str, day: str, section: str, total: int | None = None) -> ParsedIssue:
    """Return an issue with an article on chips in 要闻 and one in another section."""
    articles = (
        ParsedArticle(f"{name}{number}芯片补贴出台", (Paragraph.of("芯片补贴办法今天公布，企业下月申报。"),)),
        ParsedArticle(f"{name}{number}完成融资", (Paragraph.of("公司宣布完成两亿元融资，用于研发。"),)),
    )
    parsed = IssueNumber.parse(number)
    assert parsed is not None
    return ParsedIssue(
        name,
        parsed.year,
        parsed.counts[0],
        total=total,
        date=dt.date.fromisoformat(day),
        sections=(ParsedSection("要闻", articles[:1]), ParsedSection(section, articles[1:])),
        identity=parsed,
    )


ISSUES = (
    issue(WORK, "2021-02", "2021-01-15", "投融界"),
    issue(WORK, "2021-03", "2021-02-15", "投资汇"),
    issue(NEWS, "2021-03", "2021-02-10", "解读", total=301),
    issue(NEWS, "2021-07+08", "2021-03-20", "解读"),
    issue(NEWS, "2021-s1", "2021-03-25", "解读"),
)


@pytest.fixture
def two_publications(db: Database, now: dt.datetime) -> Database:
    """Return the database with five issues of two publications."""
    for at, each in enumerate(ISSUES):
        bring(db, each, now, source=f"{at}.txt", configured=HABITS)
    return db


@pytest.fixture
def bot_of_two(two_publications: Database, tmp_path: Path) -> Bot:
    """Return a bot on these publications."""
    index = Index.open(tmp_path / "index")
    catch_up(index, two_publications)
    return Bot(two_publications, index, Replies(tmp_path), public_url=PUBLIC_URL, habits=lambda: HABITS)


@pytest.fixture
def tell(two_publications: Database, bot_of_two: Bot, now: dt.datetime) -> Say:
    """Return a function that sends a message of a member."""
    return teller(two_publications, bot_of_two, now)


def issue_shown(say: Say, asked: str) -> str:
    """Return the key of the issue whose card answers a message."""
    return card_of(say(asked)).url.removeprefix(f"{PUBLIC_URL}/i/").replace("%2B", "+")


def test_a_publication_is_found_as_members_write_it(tell: Say) -> None:
    """A part of the name, the slug and another name are enough, with a number, 最新 or 上一期 on either side."""
    asked = {
        "政策快讯": "kuaixun/2021-s1",
        "政策速递": "kuaixun/2021-s1",
        "Kuaixun": "kuaixun/2021-s1",
        "政策快訊": "kuaixun/2021-s1",
        "快讯": "kuaixun/2021-s1",
        "最新政策快讯": "kuaixun/2021-s1",
        "政策快讯最新一期": "kuaixun/2021-s1",
        "LATEST:kuaixun": "kuaixun/2021-s1",
        "政策快讯上一期": "kuaixun/2021-07+08",
        "政策快讯第3期": "kuaixun/2021-03",
        "政策快讯 2021年第3期": "kuaixun/2021-03",
        "2021年政策快讯第3期": "kuaixun/2021-03",
        "第3期政策快讯": "kuaixun/2021-03",
        "政策第3期": "kuaixun/2021-03",
        "kuaixun/2021-03": "kuaixun/2021-03",
        "政策快讯增刊": "kuaixun/2021-s1",
        "工作简报": "2021-03",
        "工作简报第2期": "2021-02",
    }
    assert asked == {each: issue_shown(tell, each) for each in asked}


@pytest.mark.both_databases
def test_a_number_alone_is_found_wherever_it_is(tell: Say) -> None:
    """Both counts of a double issue, a supplement and a running number need no name."""
    asked = {
        "第7期": "kuaixun/2021-07+08",
        "第8期": "kuaixun/2021-07+08",
        "增刊": "kuaixun/2021-s1",
        "总第301期": "kuaixun/2021-03",
        "第301期": "kuaixun/2021-03",
    }
    assert asked == {each: issue_shown(tell, each) for each in asked}


def test_what_several_publications_have_is_said(tell: Say) -> None:
    """第3期 is that of the default publication, 最新 the newest of all; the card says how to get the others."""
    third, newest = card_of(tell("第3期")), card_of(tell("最新"))

    assert f"{PUBLIC_URL}/i/2021-03" == third.url
    assert "「政策快讯第3期」" in third.description
    assert newest.url.endswith("/i/kuaixun/2021-s1")
    assert "「最新工作简报」" in newest.description
    assert "2021-03" == issue_shown(tell, "最新工作简报")


def test_the_contents_and_the_missing_issue_of_a_publication(tell: Say) -> None:
    """目录 lists the titles of its newest issue; a missing number names the issues that it has, to tap."""
    assert "政策快讯2021年增刊目录" in text_of(tell("政策快讯目录"))
    assert "政策快讯2021年第3期目录" in text_of(tell("政策快讯第3期目录"))
    missing = text_of(tell("政策快讯第99期"))

    assert missing.startswith("书架上没有政策快讯第99期。")
    assert "msgmenucontent=政策快讯2021年第7、8期合刊&" in missing
    assert "kuaixun/2021-07+08" == issue_shown(tell, "政策快讯2021年第7、8期合刊")


def test_general_words_name_no_publication(tell: Say) -> None:
    """简报 means the newest of all, and a word of the subject alone, as 政策, is searched."""
    assert issue_shown(tell, "最新简报") == issue_shown(tell, "简报") == "kuaixun/2021-s1"
    assert tell("补贴").hits == tell("芯片").hits == 5
    assert tell("政策").hits is not None


def test_a_renamed_section_answers_to_both_names(tell: Say) -> None:
    """The old name lists old and new articles under the present name, and narrows a list."""
    said = text_of(tell("投融界"))

    assert said.startswith("「投资汇」最近的文章：")
    assert said == text_of(tell("投资汇"))
    assert 2 == said.count("完成融资")
    assert "只看投融界" not in text_of(tell("融资"))
    assert 2 == text_of(tell("只看投融界")).count("完成融资")


def test_lists_name_publications_and_sections_in_the_editors_order(tell: Say) -> None:
    """The help lists the short names of the publications, and the sections as configured; titles say whose they are."""
    said = text_of(tell("帮助"))
    sent = [part.split("&")[0] for part in said.split("msgmenucontent=")[1:]]

    assert ["工作简报", "政策快讯", "投资汇", "要闻", "解读"] == sent[2:7]
    assert "〔政策快讯 · 增刊〕" in text_of(tell("要闻"))


def test_a_search_keeps_to_the_publication_that_it_names(tell: Say) -> None:
    """政策快讯 芯片 finds the articles of that publication only, of one issue or the newest if the words say so."""
    asked = {
        "政策快讯 芯片": 3,
        "芯片 政策快讯": 3,
        "kuaixun 芯片": 3,
        "政策快讯第3期的芯片": 1,
        "政策快讯 最新一期 芯片": 1,
        "工作简报 芯片": 2,
        "第3期 芯片": 1,
        "第7、8期合刊 芯片": 1,
        "增刊 芯片": 1,
        "投融界 融资": 2,
        "政策快讯 投融界 融资": 0,
    }
    assert asked == {each: tell(each).hits for each in asked}
    assert card_of(tell("第3期 芯片")).url.startswith(f"{PUBLIC_URL}/a/2021-03/")
    assert card_of(tell("第7期 芯片")).url.startswith(f"{PUBLIC_URL}/a/kuaixun/2021-07%2B08/")


def test_a_member_subscribes_to_a_publication(tell: Say, two_publications: Database) -> None:
    """订阅 and 退订 take publications by a part of their name, beside sections, and the answer says what will come."""
    assert "msgmenucontent=订阅政策快讯&" in text_of(tell("订阅"))
    assert "刊物：政策快讯\n" in text_of(tell("订阅政策快讯"))
    assert Preferences((), publications=("kuaixun",)) == kept(two_publications)
    said = text_of(tell("订阅 投融界"))
    assert "刊物：政策快讯\n栏目：投资汇" in said
    assert Preferences(("投资汇",), publications=("kuaixun",)) == kept(two_publications)
    tell("退订政策")
    assert Preferences(("投资汇",)) == kept(two_publications)
    assert "msgmenucontent=订阅政策快讯&" in text_of(tell("订阅 月刊"))


def test_who_stops_a_part_keeps_the_rest(tell: Say, two_publications: Database) -> None:
    """退订 of a publication keeps all others, of a section the others of its publication; 订阅 takes it back."""
    assert "栏目：全部\n不收：政策快讯" in text_of(tell("退订政策快讯"))
    assert Preferences(refused=("kuaixun",)) == kept(two_publications)
    tell("订阅政策快讯")
    assert Preferences() == kept(two_publications)
    tell("退订政策快讯")
    tell("退订投融界")
    assert Preferences(("要闻",), refused=("kuaixun",)) == kept(two_publications)
    tell("退订 工作简报")
    assert "没有订阅任何" in text_of(tell("我的订阅"))


def test_a_section_of_two_publications_brings_only_the_wanted_one(
    tell: Say, two_publications: Database
) -> None:
    """A subscriber of 工作简报 alone who stops one of its sections is not sent 政策快讯 for one of the same name."""
    tell("订阅工作简报")
    tell("退订投融界")
    assert Preferences(("要闻",), refused=("kuaixun",)) == kept(two_publications)
    tell("订阅解读")
    assert Preferences(("要闻", "解读")) == kept(two_publications)


SUBSCRIBERS = {
    "all": Preferences(),
    "news": Preferences((), publications=("kuaixun",)),
    "work": Preferences((), publications=("",)),
    "former": Preferences(("投融界",)),
    "refuses": Preferences(("投融界", "解读"), refused=("kuaixun",)),
    "nothing": Preferences(nothing=True),
}


@pytest.mark.parametrize(
    ("number", "to", "size"),
    [("2021-03", "recent", 4), ("kuaixun/2021-03", "recent", 2), ("2021-03", "section:投融界", 4)],
)
def test_a_subscriber_is_sent_what_was_subscribed(
    two_publications: Database, now: dt.datetime, number: str, to: str, size: int
) -> None:
    """A push goes to whom the publication or a section was promised, under its former name too, and to nobody else."""
    with two_publications.begin() as session:
        followers.record_messages(session, dict.fromkeys(SUBSCRIBERS, now))
        for openid, preferences in SUBSCRIBERS.items():
            followers.save_preferences(session, openid, preferences)
    settings = PushSettings(PUBLIC_URL, habits=lambda: HABITS)
    request = PlanRequest(number, Audience.parse(to))

    assert size == count_recipients(two_publications, request, (Route.CUSTOMER,), settings, now).size


def test_a_schedule_for_a_publication_plans_its_issues_only(
    two_publications: Database, now: dt.datetime
) -> None:
    """publication:政策快讯 and a section's former name apply to the issues that they name, and planning says so."""
    wanted = Audience.parse("publication:政策快讯")
    with two_publications.read() as session:
        keys = [each.key for each in library.issues(session)]
        of_news = {key for key in keys if schedule_applies(session, key, wanted, HABITS)}
        section = Audience.parse("section:投融界")
        of_section = {key for key in keys if schedule_applies(session, key, section, HABITS)}

    assert {key for key in keys if key.startswith("kuaixun/")} == of_news
    assert {"2021-02", "2021-03"} == of_section
    with pytest.raises(NotFound, match="不是「政策快讯」的一期"):
        count_recipients(
            two_publications, PlanRequest("2021-03", wanted), (Route.CUSTOMER,), PushSettings(PUBLIC_URL), now
        )


RULES = """
[[menu]]
name = "快讯"
key = "LATEST:kuaixun"
[[menu]]
name = "栏目"
items = [{ name = "投融界", key = "投融界" }, { name = "快讯目录", key = "CONTENTS:政策快讯" }]
[[rule]]
match = "exact"
values = ["甲"]
card = "latest:政策快讯"
[[rule]]
match = "exact"
values = ["乙"]
card = "kuaixun/2021-07"
[[rule]]
match = "exact"
values = ["丙"]
search = "投融界"
"""


def test_menus_and_rules_name_publications_and_former_sections(
    two_publications: Database, bot_of_two: Bot, tmp_path: Path, now: dt.datetime
) -> None:
    """Keys and cards take a slug or a name, a former section name works in both, and the check finds no problem."""
    (tmp_path / "rules.toml").write_text(RULES, encoding="utf-8")
    bot = Bot(
        two_publications,
        Index.open(tmp_path / "index"),
        Replies(tmp_path),
        public_url=PUBLIC_URL,
        rules=RuleFile(tmp_path / "rules.toml"),
        habits=lambda: HABITS,
    )
    say = teller(two_publications, bot, now)

    assert ["kuaixun/2021-s1", "kuaixun/2021-07+08"] == [issue_shown(say, each) for each in "甲乙"]
    assert text_of(say("丙")) == text_of(say("投资汇"))
    tapped = say(kind="event", event="click", key="LATEST:kuaixun")
    assert card_of(tapped).url.endswith("/i/kuaixun/2021-s1")
    with two_publications.read() as session:
        assert [] == findings(RULES, session, now, lambda: HABITS)


@pytest.mark.both_databases
def test_the_check_names_unknown_publications(two_publications: Database, now: dt.datetime) -> None:
    """A key, a card of a newest issue, and a card of an issue that name what does not exist are problems."""
    wrong = RULES.replace("LATEST:kuaixun", "LATEST:kuaixum").replace("latest:政策快讯", "latest:月刊")
    with two_publications.read() as session:
        found = findings(wrong.replace("kuaixun/2021-07", "kuaixun/2021-09"), session, now, lambda: HABITS)

    assert [
        (
            0,
            "菜单「快讯」的 key：没有公开了的刊物「kuaixum」，现有：长风联盟工作简报、kuaixun（长风联盟政策快讯）",
        ),
        (1, "没有公开了的刊物「月刊」，现有：长风联盟工作简报、kuaixun（长风联盟政策快讯）"),
        (2, "书架上没有政策快讯2021年第9期"),
    ] == [(each.rule, each.says) for each in found]


def test_with_one_publication_nothing_is_different(sample_db: Database, bot: Bot, say: Say) -> None:
    """The name is searched as before, the help names no publication, and its key in a menu works."""
    assert say("长风联盟工作简报").hits is not None
    assert "刊物" not in text_of(say("帮助"))
    assert "刊物" not in text_of(say("订阅"))
    assert "刊物" not in card_of(say("最新")).description
    assert "2021-02" == issue_shown(say, "LATEST:工作简报")


def test_a_rename_in_the_file_counts_at_once(
    two_publications: Database, tmp_path: Path, now: dt.datetime
) -> None:
    """The webhook answers to the former name after the next refresh; a broken file keeps the last good version."""
    settings = Settings(
        token=SecretStr(TOKEN),
        app_id=APP_ID,
        public_url=PUBLIC_URL,
        config=tmp_path / "wxbot.toml",
        content=tmp_path,
        state=tmp_path,
    )
    services = Services.over(settings, two_publications, lambda: now)
    services.sync_index()
    app = create_app(
        settings=settings,
        db=two_publications,
        index=services.index,
        bot=services.bot,
        envelope=CallbackCrypto(TOKEN, APP_ID, None, None),
        clock=lambda: now,
    )
    phone, shown = Caller(app, now), list[str]()
    for at, written in enumerate(("", 'section_names = { 投融界 = "投资汇" }', "section_names = {")):
        file = tmp_path / "bulletins.toml"
        file.write_text(f'[[publication]]\nname = "{WORK}"\n{written}\n', encoding="utf-8")
        os.utime(file, (at, at))
        services.bot.refresh()
        reply = phone.shown(message("投融界", at + 1))
        shown.append((reply or {})["Content"].partition("\n")[0])
    runtime_of(app).close()

    assert ["「投融界」最近的文章：", "「投资汇」最近的文章：", "「投资汇」最近的文章："] == shown
