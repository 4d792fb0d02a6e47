"""Tests for the draft of an issue."""

import io
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from wxbot.bulletin.blocks import Paragraph, Picture
from wxbot.bulletin.push_form import PushForm
from wxbot.rendering import DraftArticle, draft_articles, pictures_of

from .platform_rules import broken_rules
from .samples import Outline, an_article, an_issue, articles_of
from .samples_blocks import ALL_BLOCKS, DIGEST

URL = "https://news.example.org"


def a_draft(sizes: dict[str, int], **changed: Any) -> tuple[DraftArticle, ...]:
    """Return the draft of an issue with the given number of articles in each section."""
    return draft_articles(an_issue(**changed), articles_of(sizes), public_url=URL, author="东篱学会")


def with_title(title: str, **changed: Any) -> DraftArticle:
    """Return the first draft article of an issue with this first headline."""
    return draft_articles(an_issue(**changed), [an_article(title=title)], public_url=URL, author="")[0]


def test_whole_issue_first_then_an_article_a_section() -> None:
    """The draft has the table of contents first, then each section in the issue's order."""
    draft = a_draft({"要闻": 2, "成果": 1, "活动": 3})

    assert [(1, 2, 3, 4, 5, 6), (1, 2), (3,), (4, 5, 6)] == [article.articles for article in draft]
    assert ["要闻", "成果", "活动"] == [article.title.split("｜")[0] for article in draft[1:]]


def test_lead_lists_every_title_under_its_section() -> None:
    """The first draft article lists all articles of the issue."""
    lead = Outline(a_draft({"要闻": 2, "成果": 1})[0].content)

    assert "要闻成果" == lead.text("h2")
    assert "".join(f"第{n}项观测计划通过评审" for n in (1, 2, 3)) == lead.text("strong")
    assert "2024年3月8日　东篱学会编辑部" in lead.text("p")


def test_section_holds_its_articles_in_full() -> None:
    """The title and every paragraph of each article are in its section's content."""
    content = Outline(a_draft({"要闻": 2})[1].content)

    assert "第1项观测计划通过评审第2项观测计划通过评审" == content.text("h2")
    assert 2 == content.text("p").count("项目将于下月启动。")
    assert "选自 东篱学会通讯　2024年第3期" in content.text("p")


@pytest.mark.parametrize("sections", [1, 7, 8, 12])
def test_at_most_eight_articles_and_nothing_lost(sections: int) -> None:
    """With more than seven sections the last draft article holds all remaining articles."""
    draft = a_draft({f"栏目{k}": 2 for k in range(sections)})

    assert min(sections, 7) + 1 == len(draft)
    assert list(range(1, 2 * sections + 1)) == [n for article in draft[1:] for n in article.articles]
    assert (sections > 7) == draft[-1].title.startswith("更多栏目｜")


def test_folded_sections_keep_their_names() -> None:
    """If sections share a draft article, their names stand above their articles."""
    last = Outline(a_draft({f"栏目{k}": 1 for k in range(9)})[-1].content)

    assert all(f"栏目{k}" in last.text("h2") for k in (6, 7, 8))


def test_issue_without_articles_is_no_message() -> None:
    """An issue without articles has no draft."""
    assert () == a_draft({})


def test_articles_without_sections_are_one_article() -> None:
    """A bulletin without sections has a lead, and one article with everything."""
    draft = a_draft({"": 3}, sections=[])

    assert [(1, 2, 3), (1, 2, 3)] == [article.articles for article in draft]
    assert draft[1].title.startswith("第1项观测计划通过评审")


def test_short_headline_stands_behind_bulletin_and_issue() -> None:
    """A title that fits contains bulletin, issue and headline."""
    assert "东篱学会通讯｜2024年第3期：新站落成" == with_title("新站落成").title


def test_longer_headline_is_worth_more_than_the_name() -> None:
    """The headline stays whole if leaving out the bulletin's name makes it fit, without a warning."""
    lead = with_title("学会与三所高校共建联合观测站")

    assert "2024年第3期｜学会与三所高校共建联合观测站" == lead.title
    assert () == lead.warnings


def test_headline_too_long_becomes_a_shorter_true_one_and_it_is_said() -> None:
    """Of a long headline the first clauses are left, which need no ellipsis, with a warning."""
    lead = with_title("学会与三所高校共建联合观测站，力争三年内建成覆盖全流域的监测网络")

    assert "2024年第3期｜学会与三所高校共建联合观测站" == lead.title
    assert any("已缩短" in said and lead.title in said for said in lead.warnings)


def test_without_a_headline_that_fits_the_lead_names_the_sections() -> None:
    """A headline without a shorter true form is not cut: the lead says what the issue holds, and the editor is told."""
    lead = with_title("学会与三所高校和七个研究院所共建覆盖全流域的联合观测站及其数据共享平台的合作协议")

    assert "2024年第3期｜要闻" == lead.title
    assert any("改用栏目名" in said for said in lead.warnings)


def test_untitled_articles_and_bulletins_have_a_title_all_the_same() -> None:
    """The title is never empty, which the platform would refuse, and does not end in a separator."""
    articles = [an_article(title="")]
    lead, section = draft_articles(an_issue(title=""), articles, public_url=URL, author="")

    assert "2024年第3期：要闻" == lead.title
    assert "要闻｜无题" == section.title


def test_section_title_counts_its_articles() -> None:
    """A section's title contains the number of its articles."""
    draft = a_draft({"要闻": 3})

    assert "要闻｜第1项观测计划通过评审 等3篇" == draft[1].title


def test_the_lead_names_a_story_that_no_other_item_names() -> None:
    """The title of the whole issue names the longest article that is no item's title, or a pinned one."""
    stories = [
        ("年会召开", "要闻", 9),
        ("新站落成", "要闻", 2),
        ("联合观测启动", "成果", 9),
        ("名录公布", "成果", 5),
    ]
    articles = [
        an_article(n, title=title, section=section, text=["会员到会。"] * size)
        for n, (title, section, size) in enumerate(stories, start=1)
    ]
    lead = draft_articles(an_issue(), articles, public_url=URL, author="")[0]
    assert "东篱学会通讯｜2024年第3期：名录公布" == lead.title
    articles[1].pinned = True
    lead = draft_articles(an_issue(), articles, public_url=URL, author="")[0]
    assert "东篱学会通讯｜2024年第3期：新站落成" == lead.title
    lead = draft_articles(an_issue(), [articles[0], articles[2]], public_url=URL, author="")[0]
    assert "东篱学会通讯｜2024年第3期：联合观测启动" == lead.title


def test_a_section_whose_first_headline_is_too_long_names_another() -> None:
    """A title is not cut in the middle of a clause while another headline of the section fits."""
    titles = ["关于进一步加强全流域水文观测站网联合运行与数据共享管理工作的通知", "新站落成"]
    articles = [an_article(n, title=title) for n, title in enumerate(titles, start=1)]
    assert "要闻｜新站落成 等2篇" == draft_articles(an_issue(), articles, public_url=URL, author="")[1].title


def test_the_contents_name_the_item_in_which_each_section_is() -> None:
    """The places are those of the message as the editor ordered it; of an item left out nothing is said."""
    articles = articles_of({"要闻": 2, "成果": 1, "活动": 1})
    form = PushForm(order=("活动",), leave_out=("成果",))
    drafts = draft_articles(an_issue(), articles, public_url=URL, author="", form=form)
    (lead,) = (each for each in drafts if each.item == 1)
    assert ["活动", "", "要闻"] == [each.of if each.item > 1 else "" for each in drafts]
    assert ["要闻", "成果", "活动"] == re.findall(r"<h2[^>]*>([^<]+)", lead.content)
    assert "　第 3 条　第 1 条" == Outline(lead.content).text("span")


def test_links_lead_to_our_pages() -> None:
    """阅读原文 of the lead opens the issue, that of a section its place there, that of a single article its page."""
    draft = a_draft({"要闻": 2, "成果": 1})

    assert [f"{URL}/i/2024-03", f"{URL}/i/2024-03#%E8%A6%81%E9%97%BB", f"{URL}/a/2024-03/3"] == [
        article.content_source_url for article in draft
    ]


def test_without_a_public_address_nothing_is_promised() -> None:
    """Without a public address there is no link, and no text that refers to one."""
    for article in draft_articles(an_issue(), [an_article()], public_url="", author=""):
        assert "content_source_url" not in article.as_platform("M", {})
        assert "阅读原文" not in article.content


def test_platform_gets_the_fields_of_g1() -> None:
    """The article object has the required fields and the optional ones with a value, without comment settings."""
    article = a_draft({"要闻": 1})[0]
    sent = article.as_platform("MEDIA", {article.pictures[0].key: "http://mmbiz.qpic.cn/b/0"})

    assert {"title", "author", "digest", "content", "content_source_url", "thumb_media_id"} == set(sent)
    assert "MEDIA" == sent["thumb_media_id"]
    assert ["http://mmbiz.qpic.cn/b/0"] == [picture["src"] for picture in Outline(sent["content"]).all("img")]


def test_long_author_is_cut_and_said_once_each() -> None:
    """The author has at most eight Chinese characters; a cut is among the warnings."""
    draft = draft_articles(an_issue(), [an_article()], public_url=URL, author="东篱学会通讯编辑部全体同仁")

    assert {"东篱学会通讯编辑"} == {article.author for article in draft}
    assert all(1 == sum("作者" in said for said in article.warnings) for article in draft)


def test_each_picture_is_uploaded_once() -> None:
    """Each draft article has a banner, and its key is the same for the same issue."""
    sizes = {"要闻": 2, "成果": 1}
    keys = [picture.key for picture in pictures_of(a_draft(sizes))]

    assert 3 == len(keys) == len(set(keys))
    assert keys == [picture.key for picture in pictures_of(a_draft(sizes))]


def test_pictures_of_the_bulletin_are_uploaded() -> None:
    """A picture of the bulletin is uploaded; a picture on another site is left out with a warning."""
    article = an_article(blocks=ALL_BLOCKS)
    _, section = draft_articles(an_issue(), [article], public_url=URL, author="")
    urls = {picture.key: f"http://mmbiz.qpic.cn/{picture.key}/0" for picture in section.pictures}

    assert 2 == len(section.pictures)
    assert 2 == len(Outline(section.as_platform("M", urls)["content"]).all("img"))
    assert ("https://elsewhere.example/tower.png",) == section.images
    assert any("1 张图片" in said for said in section.warnings)


def test_the_first_large_picture_is_the_cover_of_its_section() -> None:
    """The cover is cut from the first picture that is no mere sign; the issue's own cover is drawn."""
    small, large = Picture("1" * 64, width=90, height=90), Picture(DIGEST, width=1600, height=900)
    article = an_article(blocks=(small, large))
    out = io.BytesIO()
    Image.new("RGB", (1600, 900), "navy").save(out, "JPEG")

    lead, section = draft_articles(an_issue(), [article], public_url=URL, author="")
    cover = Image.open(io.BytesIO(section.draw_cover({DIGEST: out.getvalue()}.get)))

    assert ("", DIGEST) == (lead.cover_picture, section.cover_picture)
    assert (900, 383) == cover.size
    assert cover.convert("RGB").getpixel((450, 190))[2] > 100  # type: ignore[index]
    assert section.draw_cover(lambda _: None) == section.draw_cover({DIGEST: b"damaged"}.get)


@pytest.mark.parametrize("picture_covers", [True, False])
def test_a_chosen_picture_is_the_cover_of_section_and_issue(picture_covers: bool) -> None:
    """The choice of an editor comes before larger pictures and the setting; "none" draws the cover."""
    shown = (Picture("a" * 64, width=900, height=600), Picture("b" * 64, width=30, height=20))
    articles = [an_article(1, blocks=shown[:1]), an_article(2, blocks=shown, cover=2)]
    texts: dict[str, Any] = {"public_url": URL, "author": "", "picture_covers": picture_covers}
    assert ["b" * 64] * 2 == [each.cover_picture for each in draft_articles(an_issue(), articles, **texts)]
    without = [an_article(1, blocks=shown[:1], cover=0)]
    assert ["", ""] == [each.cover_picture for each in draft_articles(an_issue(), without, **texts)]


def test_covers_are_drawn_if_the_association_wants_it() -> None:
    """Without covers from pictures every cover is drawn."""
    drafts = draft_articles(
        an_issue(), [an_article(blocks=ALL_BLOCKS)], public_url=URL, author="", picture_covers=False
    )

    assert {""} == {draft.cover_picture for draft in drafts}


def test_text_before_the_articles_stands_in_the_draft() -> None:
    """The lead of the issue opens the draft, the lead of a section opens the section's article."""
    issue = an_issue(lead=(Paragraph.of("卷首语。"),), section_leads={"要闻": (Paragraph.of("编者按。"),)})
    whole, section = draft_articles(issue, [an_article()], public_url=URL, author="")

    assert "卷首语。" in whole.content
    assert "编者按。" in section.content
    assert section.content.index("编者按。") < section.content.index("第1项观测计划")


def test_a_lead_that_is_too_long_leaves_room_for_the_contents() -> None:
    """Of a lead of 15,000 characters the draft has the beginning, and a warning says so."""
    issue = an_issue(lead=tuple(Paragraph.of("长" * 500) for _ in range(30)))
    whole, _ = draft_articles(issue, [an_article()], public_url=URL, author="")

    assert any("前言太长" in said for said in whole.warnings)
    assert (1,) == whole.articles


def test_content_too_long_is_said() -> None:
    """A warning says how many articles of a long section fit."""
    articles = [an_article(n, text=["字" * 3000]) for n in range(1, 10)]
    section = draft_articles(an_issue(), articles, public_url=URL, author="")[1]

    assert len(section.articles) < 9
    assert any("20000 字" in said and f"前 {len(section.articles)} 篇" in said for said in section.warnings)


@given(
    st.text(max_size=90),
    st.lists(st.tuples(st.text(max_size=40), st.text(max_size=120)), min_size=1, max_size=10),
    st.text(max_size=40),
    st.integers(0, 2100),
)
@settings(max_examples=150, deadline=None)
def test_every_field_is_within_its_limit(
    name: str, stories: list[tuple[str, str]], author: str, pad: int
) -> None:
    """For any bulletin all fields are within the platform's limits (section G1)."""
    issue = an_issue(title=name, sections=[section for section, _ in stories], editor=author)
    articles = [an_article(n, section=s, title=t, summary=t) for n, (s, t) in enumerate(stories, start=1)]
    for article in draft_articles(issue, articles, public_url=f"https://e.org/{'x' * pad}", author=author):
        assert 0 < len(article.title) <= 32
        assert len(article.title.encode()) <= 64
        assert len(article.digest.encode()) <= 120
        assert len(article.author) <= 16
        assert len(article.content_source_url.encode()) <= 1024
        assert [] == broken_rules(article.as_platform("M", {})["content"])
