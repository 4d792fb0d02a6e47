"""Tests of a draft's content: allowed HTML, the limit of its length, and the pictures that are uploaded for it."""

import io
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from wechat_simulator.html_filter import filter_html
from wxbot.bulletin.blocks import Blocks, Cell, Code, Heading, Paragraph, Picture, Span, Table
from wxbot.library import Article
from wxbot.rendering import issue_art
from wxbot.rendering.article_look import PLAIN_ARTICLE_LOOK
from wxbot.rendering.draft_body import (
    Body,
    DraftPiece,
    assemble_body,
    banner_picture,
    bulletin_picture,
    with_pictures,
)
from wxbot.rendering.wechat_html import article_pieces, contents_pieces, lead_pieces

from .platform_rules import broken_rules
from .samples import Outline, an_article, an_issue
from .samples_blocks import ALL_BLOCKS, DIGEST, block_lists, missing_texts

RICH = [
    "## 小标题",
    "正文，**着重**，`代码`，[年报](https://e.org/r?a=1&b=2)，又见 https://e.org/2 。",
    "3. 第三条",
    "- 一条",
    "> 引文",
    "| 项目 | 数 |",
    "|---|---|",
    "| 甲 | 1 |",
    "```",
    "if a < b:",
    "```",
    "---",
    "![远处的塔](https://elsewhere.example/tower.png)",
    "旧文见[这里](https://mp.weixin.qq.com/s/abc)。",
]
PIECES = [
    "## ",
    "1. ",
    "- ",
    "> ",
    "| a |\n|---|\n",
    "```\n",
    "**",
    "`",
    "[",
    "](https://e.org/",
    ")",
    "![x](",
    "'",
    '"',
]
TEXT = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from([*PIECES, "{{picture:a}}", "<b>", "&quot;", "字"])).map("".join),
)


UPLOADED = {"banner": "http://mmbiz.qpic.cn/b/0", "tower": "http://mmbiz.qpic.cn/t/0"}


def content_of(*articles: Article) -> Body:
    """Return the body with these articles."""
    stories = [
        DraftPiece(article.n or 0, article_pieces(article, "1 / 2", {DIGEST: "tower"}))
        for article in articles
    ]
    return assemble_body(PLAIN_ARTICLE_LOOK.picture("banner"), stories, "", "全文请点「阅读原文」")


def test_every_block_is_dressed_in_what_is_kept() -> None:
    """The content has only elements and inline styles that the platform keeps (section I)."""
    content = with_pictures(content_of(an_article(blocks=ALL_BLOCKS)).html, UPLOADED)

    assert [] == broken_rules(content)
    assert {
        *(
            "h2",
            "h3",
            "h4",
            "strong",
            "em",
            "sup",
            "sub",
            "ol",
            "ul",
            "blockquote",
            "table",
            "thead",
            "hr",
            "img",
        ),
        *("figure", "figcaption"),
    } <= {tag for tag, _ in Outline(content).tags}


def test_a_table_keeps_its_merged_cells_and_scrolls_when_it_is_wide() -> None:
    """A cell over two columns stays one; a table of more columns than a telephone shows scrolls in a frame."""
    narrow = content_of(an_article(blocks=ALL_BLOCKS)).html
    wide = Table((tuple(Cell((Paragraph.of(f"{n}"),)) for n in range(8)),))

    assert [{"colspan": "2"}] == [
        {"colspan": th["colspan"]} for th in Outline(narrow).all("th") if "colspan" in th
    ]
    assert "左右滑动" not in narrow
    scrolling = content_of(an_article(blocks=(wide,))).html
    assert "overflow-x:auto" in scrolling
    assert "左右滑动" in scrolling


def test_lines_of_code_stay_whole_unless_they_are_prose() -> None:
    """Code scrolls sideways, so that its lines keep their meaning; a line as long as a paragraph is broken."""
    assert "white-space:pre;overflow-x:auto" in content_of(an_article(blocks=(Code("a = 1\n  b = 2"),))).html
    assert "white-space:pre-wrap" in content_of(an_article(blocks=(Code("长" * 80),))).html


def test_notes_and_addresses_are_told_apart() -> None:
    """In an article with notes, the marks of addresses say that they are links."""
    text = Outline(content_of(an_article(blocks=ALL_BLOCKS)).html).text()

    assert "年报[链接1]，见[1]。" in text
    assert "[1] 据统计公报。" in text
    assert "[链接1] 年报\u3000https://e.org/r?a=1&b=2" in text


def test_a_small_picture_is_not_enlarged() -> None:
    """A picture of 120 pixels is shown in its size, one of 1600 over the whole width, each with its description."""
    html = PLAIN_ARTICLE_LOOK.picture("code", "二维码", 120) + PLAIN_ARTICLE_LOOK.picture("tower", "塔", 1600)
    small, large = Outline(html).all("img")

    assert "width:120px" in small["style"]
    assert "width:100%" in large["style"]
    assert ["二维码", "塔"] == [small["alt"], large["alt"]]


def test_a_long_lead_is_shown_in_parts() -> None:
    """The text before the articles is rendered like an article, without a title."""
    parts = lead_pieces((Paragraph.of("卷首语。"), Heading((Span("一"),))), {})

    assert ["卷首语。", "一"] == [Outline(part).text() for part in parts]


def test_platform_stores_what_was_sent() -> None:
    """The simulated platform stores the content with all its elements, styles and words (section I)."""
    content = with_pictures(content_of(an_article(blocks=ALL_BLOCKS)).html, UPLOADED)
    stored = filter_html(content, lambda url: url)

    assert Counter(tag for tag, _ in Outline(content).tags) == Counter(tag for tag, _ in Outline(stored).tags)
    assert content.count("style=") == stored.count("style=")
    assert 'style=""' not in stored
    assert Outline(content).text() == Outline(stored).text()


def test_outside_links_are_printed() -> None:
    """A link to another site gets a footnote with its address; a bare address needs none."""
    body = content_of(an_article(text=RICH, url="https://e.org/source"))
    text = Outline(body.html).text()

    assert "年报[1]" in text
    assert "[1] 年报\u3000https://e.org/r?a=1&b=2" in text
    assert "原文 https://e.org/source" in text
    assert 1 == text.count("https://e.org/2")


def test_links_to_published_articles_stay_links() -> None:
    """Links to the platform's own articles stay links."""
    assert ["https://mp.weixin.qq.com/s/abc"] == [
        a["href"] for a in Outline(content_of(an_article(text=RICH)).html).all("a")
    ]


def test_only_uploaded_pictures_are_shown() -> None:
    """A picture without an upload is left out, its caption stays, and no placeholder remains."""
    body = content_of(an_article(text=RICH))
    content = with_pictures(body.html, {"banner": "http://mmbiz.qpic.cn/b/0"})

    assert ["http://mmbiz.qpic.cn/b/0"] == [picture["src"] for picture in Outline(content).all("img")]
    assert "远处的塔" in content
    assert "{{" not in content


def test_address_that_is_none_is_not_inserted() -> None:
    """An uploaded address is used only if it is a web address of ordinary length."""
    html = PLAIN_ARTICLE_LOOK.picture("banner")

    assert "" == with_pictures(html, {"banner": 'x" onerror="y'})
    assert "" == with_pictures(html, {"banner": "http://mmbiz.qpic.cn/" + "x" * 300})


def test_article_cannot_forge_a_picture() -> None:
    """Text that looks like a placeholder stays text."""
    body = content_of(an_article(title="{{picture:banner}}", text=["{[{picture:banner}}](#x)"]))

    assert 1 == len(Outline(with_pictures(body.html, {"banner": "http://mmbiz.qpic.cn/b/0"})).all("img"))


def test_whole_articles_are_left_out_at_the_end() -> None:
    """Content that is too long is cut between articles, with a note where the rest is."""
    articles = [an_article(n, text=["字" * 900] * 4) for n in range(1, 10)]
    body = content_of(*articles)

    assert body.cut
    assert body.numbers == tuple(range(1, len(body.numbers) + 1))
    assert 4 <= len(body.numbers) < 9
    assert "全文请点「阅读原文」" in body.html
    assert [] == broken_rules(with_pictures(body.html, {}))


def test_first_article_that_is_too_long_is_cut_between_paragraphs() -> None:
    """A first article that is too long is cut, and does not count as contained."""
    body = content_of(an_article(text=[f"{n}" + "字" * 997 for n in range(30)]))

    assert body.cut
    assert () == body.numbers
    assert 15 <= len(Outline(body.html).all("p")) < 30
    assert len(body.html) < 20_000


def test_content_that_fits_is_whole() -> None:
    """A complete body has no cut note."""
    body = content_of(an_article(1), an_article(2))

    assert (1, 2) == body.numbers
    assert not body.cut
    assert "阅读原文" not in body.html


def test_room_is_kept_for_pictures() -> None:
    """The length counts the future addresses of pictures, which are longer than the placeholders."""
    digests = [f"{n:064x}" for n in range(60)]
    keys = {digest: f"key{n}" for n, digest in enumerate(digests)}
    stories = [
        DraftPiece(n, article_pieces(an_article(n, blocks=(Picture(digest),)), "", keys))
        for n, digest in enumerate(digests)
    ]
    body = assemble_body("", stories, "", "全文请点「阅读原文」")
    urls = {key: "http://mmbiz.qpic.cn/".ljust(290, "x") for key in keys.values()}

    assert [] == broken_rules(with_pictures(body.html, urls))


def test_contents_show_title_and_a_line() -> None:
    """An entry of the table of contents has the title in bold and at most two lines of text."""
    title, summary = contents_pieces(an_article(summary="长" * 200))

    assert "第1项观测计划通过评审" == Outline(title).text("strong")
    assert Outline(summary).text("p").endswith("…")
    assert len(Outline(summary).text("p")) <= 48


@given(st.lists(TEXT, max_size=6), TEXT, TEXT)
@settings(max_examples=100, deadline=None)
def test_any_article_lies_within_the_rules(lines: list[str], title: str, section: str) -> None:
    """For any text the platform has nothing to remove, and all words appear as text."""
    article = an_article(title=title, text=lines, url=title, summary=section)
    pieces = (
        PLAIN_ARTICLE_LOOK.section_heading(section),
        *contents_pieces(article),
        *article_pieces(article, section, {}),
    )
    body = assemble_body("", [DraftPiece(1, pieces)], "", "全文请点「阅读原文」")

    assert [] == broken_rules(with_pictures(body.html, {}))


@given(block_lists())
@settings(max_examples=40, deadline=None)
def test_any_blocks_lie_within_the_rules(blocks: Blocks) -> None:
    """The platform's filter changes nothing visible of any blocks; all words appear, in order of their kind."""
    pieces = article_pieces(an_article(blocks=blocks), "", {DIGEST: "tower"})
    html = assemble_body("", [DraftPiece(1, pieces)], "", "").html

    sent = with_pictures(html, UPLOADED)
    before, after = Outline(sent), Outline(filter_html(sent, lambda url: url))
    assert [] == broken_rules(sent)
    assert not missing_texts(blocks, before.text())
    assert before.text() == after.text()
    assert [_kept_look(*each) for each in before.tags] == [_kept_look(*each) for each in after.tags]


def _kept_look(tag: str, attributes: dict[str, str]) -> tuple[str, int, str]:
    """Return an element's name, the number of its declarations, and its link: what readers see of it."""
    style = attributes.get("style", "")
    return tag, len([each for each in style.split(";") if each.strip()]), attributes.get("href", "")


def test_banner_is_a_picture_with_a_lasting_key() -> None:
    """The key of a banner is the same for the same issue and different for another."""
    one = banner_picture(issue_art(an_issue()))
    drawn = one.draw(lambda _: None)

    assert one == banner_picture(issue_art(an_issue()))
    assert one.key != banner_picture(issue_art(an_issue(issue=4, key="2024-04"))).key
    assert drawn is not None
    assert "JPEG" == Image.open(io.BytesIO(drawn.data)).format
    assert f"{one.key}.jpg" == drawn.filename


@pytest.mark.parametrize(("kind", "suffix"), [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "png")])
def test_a_picture_of_the_bulletin_is_uploaded_as_jpeg_or_png(kind: str, suffix: str) -> None:
    """The platform takes JPEG and PNG in an article: of a GIF it gets the first frame."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(out, kind)
    uploaded = bulletin_picture(DIGEST).draw({DIGEST: out.getvalue()}.get)

    assert uploaded is not None
    assert uploaded.filename.endswith(f".{suffix}")
    assert (40, 30) == Image.open(io.BytesIO(uploaded.data)).size


def test_a_picture_that_the_library_lost_is_left_out() -> None:
    """A picture that was deleted since the draft was composed stops nothing."""
    assert bulletin_picture(DIGEST).draw(lambda _: None) is None
