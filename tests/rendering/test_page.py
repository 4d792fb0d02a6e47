"""Tests for the HTML pages of the public site."""

import base64
import hashlib
import html
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wxbot.bulletin.blocks import Block, Blocks, Cell, Heading, Note, Paragraph, Picture, Span, Table
from wxbot.rendering import PAGE_POLICY, archive_page, article_page, issue_page, not_found_page

from .samples import Outline, an_article, an_issue, articles_of
from .samples_blocks import ALL_BLOCKS, DIGEST, block_lists, missing_texts

SITE: dict[str, Any] = {"public_url": "https://news.example.org", "account_name": "东篱学会"}
SHEET = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def an_article_page() -> str:
    """Return the page of the second of three articles."""
    before, article, after = (an_article(n) for n in (1, 2, 3))
    return article_page(article, an_issue(), before=before, after=after, **SITE)


def test_article_page_says_where_the_article_stands() -> None:
    """An article's page shows title, section, issue, date and text."""
    page = Outline(an_article_page())

    assert "第2项观测计划通过评审" == page.text("h1")
    assert {"要闻", "2024年第3期", "2024年3月8日"} <= {text.strip(" ·\n") for _, text in page.texts}
    assert [{"datetime": "2024-03-08"}] == page.all("time")
    assert "项目将于下月启动。" in page.text("p")


def test_neighbours_and_the_whole_issue_are_linked() -> None:
    """An article's page links the previous and next article and the issue by root-relative links."""
    page = Outline(an_article_page())
    links = {link["href"]: link.get("rel", "") for link in page.all("a")}

    assert "prev" == links["/a/2024-03/1"]
    assert "next" == links["/a/2024-03/3"]
    assert "/i/2024-03" in links
    assert "第3项观测计划通过评审" in page.text("a")


def test_first_and_last_article_have_one_neighbour() -> None:
    """The first and last article have a link to one neighbour only."""
    page = Outline(article_page(an_article(1), an_issue(), before=None, after=None, **SITE))

    assert not [link for link in page.all("a") if link.get("rel") in {"prev", "next"}]


def test_links_keep_the_folder_of_the_site() -> None:
    """The links of a site below a path stay below it."""
    page = article_page(
        an_article(1),
        an_issue(),
        before=None,
        after=an_article(2),
        public_url="https://e.org/x",
        account_name="",
    )

    assert 'href="/x/a/2024-03/2"' in page
    assert 'href="/x/i/2024-03"' in page


def test_sharing_shows_title_digest_and_picture() -> None:
    """The og: properties contain title, digest and picture."""
    page = article_page(
        an_article(2), an_issue(), before=None, after=None, picture_url="https://e.org/p.jpg", **SITE
    )
    said = {meta["property"]: meta["content"] for meta in Outline(page).all("meta") if "property" in meta}

    assert "第2项观测计划通过评审" == said["og:title"]
    assert "https://news.example.org/a/2024-03/2" == said["og:url"]
    assert "https://e.org/p.jpg" == said["og:image"]
    assert said["og:description"].startswith("学会日前组织评审")


def test_page_without_a_public_address_claims_none() -> None:
    """Without a public address, properties that need a full address are left out."""
    page = article_page(an_article(2), an_issue(), before=None, after=None, public_url="", account_name="")

    assert "og:url" not in page
    assert "canonical" not in page


@pytest.mark.parametrize(
    "page",
    [
        an_article_page(),
        issue_page(an_issue(), articles_of({"要闻": 2, "成果": 1}), **SITE),
        archive_page(an_article(issue_key=None, n=None, public_id="旧/1"), **SITE),
        not_found_page(account_name="东篱学会", latest=an_issue()),
    ],
    ids=["article", "issue", "archive", "not found"],
)
def test_pages_are_whole_and_need_nothing_else(page: str) -> None:
    """A page is one document with language, viewport, main, one h1 and its style sheet, which runs no script."""
    outline = Outline(page)

    assert page.startswith("<!doctype html>")
    assert [{"lang": "zh-CN"}] == outline.all("html")
    assert 1 == len(outline.all("main")) == len(outline.all("h1")) == len(outline.all("style"))
    assert any(meta.get("name") == "viewport" for meta in outline.all("meta"))
    assert {"application/ld+json"} >= {script["type"] for script in outline.all("script")}
    assert {"canonical", "icon", "apple-touch-icon", "manifest"} >= {
        link["rel"] for link in outline.all("link")
    }
    assert not outline.all("img")


@pytest.mark.parametrize("rule", ["prefers-color-scheme: dark", "line-break: strict", "hanging-punctuation"])
def test_sheet_knows_the_dark_and_chinese_lines(rule: str) -> None:
    """The style sheet has rules for dark mode and for Chinese line breaking."""
    assert rule.replace(": ", ":") in an_article_page().replace(": ", ":")


def test_text_and_background_contrast_enough() -> None:
    """Every text colour has a contrast of at least 4.5 : 1 (WCAG AA), in light and in dark mode."""
    (sheet,) = SHEET.findall(an_article_page())
    schemes = re.findall(r":root\{([^}]*)", sheet)
    assert 2 == len(schemes)
    for scheme in schemes:
        colours = dict(re.findall(r"--(\w+):\s?(#\w{6})", scheme))
        for name in ("ink", "soft", "accent"):
            for under in ("paper", "raised"):
                assert contrast(colours[name], colours[under]) >= 4.5, (name, under)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours by WCAG 2."""
    lights = sorted(luminance(colour) for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, from 0 to 1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_policy_allows_just_this_sheet() -> None:
    """The policy contains the hash of the page's style sheet, so a browser accepts it."""
    (sheet,) = SHEET.findall(an_article_page())

    assert base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode() in PAGE_POLICY


def test_lists_headings_and_links_are_what_they_are() -> None:
    """Headings, numbered lists and links are rendered as such."""
    text = ["## 主要结论", "2. 乙", "3. 丙", "详见[年报](https://e.org/r)。"]
    page = Outline(article_page(an_article(text=text), an_issue(), before=None, after=None, **SITE))

    assert "主要结论" == page.text("h2")
    assert [{"start": "2"}] == page.all("ol")
    assert {"href": "https://e.org/r", "rel": "noopener nofollow"} in page.all("a")


def page_of(*blocks: Block) -> Outline:
    """Return the page of an article with these blocks."""
    return Outline(article_page(an_article(blocks=blocks), an_issue(), before=None, after=None, **SITE))


def test_every_block_is_an_element_of_its_kind() -> None:
    """A heading has its rank, a table its head, a list its numbers; bold, italic and scripts keep their elements."""
    page = page_of(*ALL_BLOCKS)

    assert "一级小标题" == page.text("h2")
    assert "二级小标题" == page.text("h3")
    assert ["着重", "斜体", "2"] == [page.text(name) for name in ("strong", "em", "sub")]
    assert {"3"} == {each["start"] for each in page.all("ol")}
    assert ["col"] * 4 == [each["scope"] for each in page.all("th")]
    assert ("2", "2") == (page.all("th")[0]["rowspan"], page.all("th")[1]["colspan"])
    assert "表1 收入" == page.text("caption")
    assert ["center", "right"] == [
        each["class"] for each in page.all("p") if each.get("class") in {"center", "right"}
    ]


def test_long_cells_of_a_table_with_many_columns_get_a_readable_width() -> None:
    """A cell with a long text has a box of its own, a short one none; the frame says that the columns are many."""
    long = "江苏省（南京江北新区、无锡高新区、苏州工业园区）"
    row = tuple(
        Cell(blocks=(Paragraph(spans=(Span(text=text),)),)) for text in (long, "2200.5", "18.2%", "512")
    )
    page = page_of(Table(rows=(row,)))

    assert ["wide many", "long"] == [each["class"] for each in page.all("div") if "class" in each][-2:]


def test_printed_labels_of_a_list_are_kept() -> None:
    """A list that is numbered （一）（二） shows these labels, because no browser prints them itself."""
    page = page_of(*ALL_BLOCKS)
    labels = [data for tag, data in page.texts if tag == "span" and data.startswith("（")]

    assert ["（一）", "（二）"] == labels


def test_a_picture_comes_from_this_site_with_its_size() -> None:
    """The address names the content; width and height keep its place free until it is loaded."""
    page = page_of(*ALL_BLOCKS)

    assert [
        {
            "src": f"/p/{DIGEST}",
            "alt": "工人在车间",
            "width": "1600",
            "height": "900",
            "loading": "lazy",
            "decoding": "async",
        }
    ] == page.all("img")
    assert "图1 车间远处的塔" == page.text("figcaption")


def test_a_picture_on_another_site_is_a_link() -> None:
    """Nothing is loaded from other sites: the reader opens the picture there, or not."""
    page = page_of(Picture(url="https://elsewhere.example/a.png"), Picture(url="local.png", alt="平面图"))

    assert [] == page.all("img")
    assert "查看图片" in page.text("a")
    assert "平面图" == page.text("figcaption")


def test_a_note_has_a_way_there_and_back() -> None:
    """The mark in the text leads to the note, the note back to the mark; a mark without a note leads nowhere."""
    page = page_of(
        Paragraph(
            (
                Span("甲"),
                Span("1", note="1"),
                Span("乙"),
                Span("1", note="1"),
                Span("丙"),
                Span("9", note="9"),
            )
        ),
        Note("1", (Paragraph.of("出处。"),)),
    )
    links = [link["href"] for link in page.all("a") if link["href"].startswith("#")]
    ids = [
        attributes["id"]
        for _, attributes in page.tags
        if attributes.get("id", "").startswith(("ref", "note"))
    ]

    assert ["#note-1", "#note-1", "#ref-1"] == links
    assert ["ref-1", "note-1"] == ids


def test_the_address_that_the_title_links_to_is_shown() -> None:
    """The page on another site to which the printed title links stands below the text."""
    article = an_article(url="https://e.org/source")
    page = Outline(article_page(article, an_issue(), before=None, after=None, **SITE))

    assert "原文" == page.text("h2")
    assert "https://e.org/source" in page.text("a")


def test_text_before_the_articles_stands_on_the_issue_page() -> None:
    """The lead of the issue stands above its sections, that of a section below its name, even without articles."""
    leads = {"成果": (Paragraph.of("编者按。"),), "活动": (Heading((Span("预告"),)),)}
    issue = an_issue(lead=(Paragraph.of("卷首语。"),), section_leads=leads)
    html = issue_page(issue, articles_of({"要闻": 1, "成果": 1}), **SITE)
    page = Outline(html)

    assert html.index("卷首语。") < html.index('id="要闻"') < html.index('id="成果"') < html.index("编者按。")
    assert "要闻成果活动" == page.text("h2")
    assert "预告" in page.text("h3")


@given(block_lists())
@settings(max_examples=40, deadline=None)
def test_any_blocks_are_shown_whole(blocks: Blocks) -> None:
    """Any blocks give a well-formed page with all their text, without scripts and inline styles."""
    page = page_of(*blocks)

    assert not missing_texts(blocks, page.text())
    assert page.all("script") in ([], [{"type": "application/ld+json"}])
    assert not [name for name, attributes in page.tags if "style" in attributes]
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for link in page.all("a"):
        assert link["href"].startswith(("/", "#", "https://", "mailto:"))


def test_issue_page_lists_every_article_under_its_section() -> None:
    """An issue's page lists all articles by section with links, and links the issues before and after."""
    articles = articles_of({"要闻": 2, "成果": 1})
    older, newer = an_issue(key="2024-02", issue=2), an_issue(key="2024-04", issue=4)
    page = Outline(issue_page(an_issue(total=88), articles, older=older, newer=newer, **SITE))
    links = [link["href"] for link in page.all("a")]

    assert "东篱学会通讯" == page.text("h1")
    assert "要闻成果" == page.text("h2")
    assert "2024年第3期（总第88期）" in page.text("p")
    assert [f"/a/2024-03/{n}" for n in (1, 2, 3)] == [link for link in links if link.startswith("/a/")]
    assert ["/i/2024-02", "/i/2024-04"] == [link for link in links if link.startswith("/i/2024-")]


def test_sections_are_linked_to_where_they_begin() -> None:
    """Each link to a section has a target on the page."""
    page = Outline(issue_page(an_issue(), articles_of({"国际 交流": 1, "成果": 1}), **SITE))
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}

    assert {"国际-交流", "成果"} == {
        link["href"][1:] for link in page.all("a") if link["href"].startswith("#")
    }
    assert {"国际-交流", "成果"} <= ids


def test_empty_issue_says_so() -> None:
    """An issue without articles has a page that says so."""
    assert "还没有文章" in issue_page(an_issue(), [], **SITE)


def test_archived_article_belongs_to_no_issue() -> None:
    """The page of an archived article has a date and no link to an issue."""
    page = archive_page(an_article(issue_key=None, n=None, public_id="旧/1", date=an_issue().date), **SITE)

    assert "2024年3月8日" in page
    assert not re.search(r'/i/[^"]', page)


def test_not_found_leads_on() -> None:
    """The not-found page says what to send, links the latest issue, and is not indexed."""
    page = not_found_page(account_name="东篱学会", latest=an_issue())

    assert "“东篱学会”" in page
    assert 'href="/i/2024-03"' in page
    assert "noindex" in page


@given(st.text(max_size=60), st.lists(st.text(max_size=60), max_size=4))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_out_of_the_page(title: str, lines: list[str]) -> None:
    """Any text of an article is escaped: the page stays well-formed and has no script."""
    hostile = [*lines, f'<script>{title}</script> "onload=x', f"[x](javascript:{title})"]
    article = an_article(title=title + "</title><script>", text=hostile, section=title)
    page = article_page(article, an_issue(sections=[title]), before=article, after=article, **SITE)

    outline = Outline(page)
    assert outline.all("script") in ([], [{"type": "application/ld+json"}])
    assert not [link for link in outline.all("a") if link["href"].startswith("javascript")]
    assert html.escape("<script>") in page
