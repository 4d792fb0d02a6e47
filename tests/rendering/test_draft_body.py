"""Tests of a draft's content: allowed HTML, the limit of its length, and the pictures that are uploaded for it."""

import io
import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from wechat_simulator.html_filter import filter_html
from wxbot.library import Article
from wxbot.rendering import issue_art
from wxbot.rendering.draft_body import (
    Body,
    DraftPicture,
    DraftPiece,
    assemble_body,
    banner_picture,
    file_picture,
    with_pictures,
)
from wxbot.rendering.wechat_html import article_pieces, contents_pieces, picture_placeholder, section_heading

from .platform_rules import broken_rules
from .samples import Outline, an_article, an_issue

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
    "![塔](img/tower.png)",
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


def content_of(*articles: Article) -> Body:
    """Return the body with these articles."""
    stories = [
        DraftPiece(article.n or 0, article_pieces(article, "1 / 2", {"img/tower.png": "tower"}))
        for article in articles
    ]
    return assemble_body(picture_placeholder("banner"), stories, "", "全文请点「阅读原文」")


def test_every_block_is_dressed_in_what_is_kept() -> None:
    """The content has only elements and inline styles that the platform keeps (section I)."""
    body = content_of(an_article(paragraphs=RICH))
    content = with_pictures(
        body.html, {"banner": "http://mmbiz.qpic.cn/b/0", "tower": "http://mmbiz.qpic.cn/t/0"}
    )

    assert [] == broken_rules(content)
    assert {"h2", "h3", "strong", "ol", "ul", "blockquote", "table", "hr", "img", "a"} <= {
        tag for tag, _ in Outline(content).tags
    }


def test_platform_stores_what_was_sent() -> None:
    """The simulated platform stores the content with all its elements, styles and words (section I)."""
    content = with_pictures(
        content_of(an_article(paragraphs=RICH)).html, {"tower": "http://mmbiz.qpic.cn/t/0"}
    )
    stored = filter_html(content, lambda url: url)

    assert Counter(tag for tag, _ in Outline(content).tags) == Counter(tag for tag, _ in Outline(stored).tags)
    assert content.count("style=") == stored.count("style=")
    assert 'style=""' not in stored
    assert Outline(content).text() == Outline(stored).text()


def test_outside_links_are_printed() -> None:
    """A link to another site gets a footnote with its address; a bare address needs none."""
    body = content_of(an_article(paragraphs=RICH, links=["https://e.org/source"]))
    text = Outline(body.html).text()

    assert "年报[1]" in text
    assert "[1] https://e.org/r?a=1&b=2" in text
    assert "[2] https://e.org/source" in text
    assert 1 == text.count("https://e.org/2")


def test_links_to_published_articles_stay_links() -> None:
    """Links to the platform's own articles stay links."""
    assert ["https://mp.weixin.qq.com/s/abc"] == [
        a["href"] for a in Outline(content_of(an_article(paragraphs=RICH)).html).all("a")
    ]


def test_only_uploaded_pictures_are_shown() -> None:
    """A picture without an upload is left out, its caption stays, and no placeholder remains."""
    body = content_of(an_article(paragraphs=RICH))
    content = with_pictures(body.html, {"banner": "http://mmbiz.qpic.cn/b/0"})

    assert ["http://mmbiz.qpic.cn/b/0"] == [picture["src"] for picture in Outline(content).all("img")]
    assert "远处的塔" in content
    assert "{{" not in content


def test_address_that_is_none_is_not_inserted() -> None:
    """An uploaded address is used only if it is a web address of ordinary length."""
    html = picture_placeholder("banner")

    assert "" == with_pictures(html, {"banner": 'x" onerror="y'})
    assert "" == with_pictures(html, {"banner": "http://mmbiz.qpic.cn/" + "x" * 300})


def test_article_cannot_forge_a_picture() -> None:
    """Text that looks like a placeholder stays text."""
    body = content_of(an_article(title="{{picture:banner}}", paragraphs=["{[{picture:banner}}](#x)"]))

    assert 1 == len(Outline(with_pictures(body.html, {"banner": "http://mmbiz.qpic.cn/b/0"})).all("img"))


def test_whole_articles_are_left_out_at_the_end() -> None:
    """Content that is too long is cut between articles, with a note where the rest is."""
    articles = [an_article(n, paragraphs=["字" * 900] * 4) for n in range(1, 10)]
    body = content_of(*articles)

    assert body.cut
    assert body.numbers == tuple(range(1, len(body.numbers) + 1))
    assert 4 <= len(body.numbers) < 9
    assert "全文请点「阅读原文」" in body.html
    assert [] == broken_rules(with_pictures(body.html, {}))


def test_first_article_that_is_too_long_is_cut_between_paragraphs() -> None:
    """A first article that is too long is cut, and does not count as contained."""
    body = content_of(an_article(paragraphs=[f"{n}" + "字" * 997 for n in range(30)]))

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
    named = [f"img/{n}.png" for n in range(60)]
    keys = {name: f"key{n}" for n, name in enumerate(named)}
    stories = [
        DraftPiece(n, article_pieces(an_article(n, images=[name]), "", keys)) for n, name in enumerate(named)
    ]
    body = assemble_body("", stories, "", "全文请点「阅读原文」")
    urls = {key: "http://mmbiz.qpic.cn/".ljust(290, "x") for key in keys.values()}

    assert [] == broken_rules(with_pictures(body.html, urls))


def test_contents_show_title_and_a_line() -> None:
    """An entry of the table of contents has the title in bold and at most two lines of text."""
    title, summary = contents_pieces(an_article(summary="长" * 200))

    assert "第1项观测计划通过评审" == Outline(title).text("strong")
    assert Outline(summary).text("p").endswith("…")
    assert len(Outline(summary).text("p")) <= 36


@given(st.lists(TEXT, max_size=6), TEXT, TEXT)
@settings(max_examples=200, deadline=None)
def test_any_article_lies_within_the_rules(paragraphs: list[str], title: str, section: str) -> None:
    """For any text the platform has nothing to remove, and all words appear as text."""
    article = an_article(title=title, paragraphs=paragraphs, links=[title], images=[section], summary=section)
    pieces = (
        section_heading(section),
        *contents_pieces(article),
        *article_pieces(article, section, {section: "tower"}),
    )
    body = assemble_body("", [DraftPiece(1, pieces)], "", "全文请点「阅读原文」")

    assert [] == broken_rules(with_pictures(body.html, {"tower": "http://mmbiz.qpic.cn/t/0"}))


def found(name: str, folder: Path) -> DraftPicture:
    """Return a picture that must exist."""
    picture = file_picture(name, folder)
    assert picture is not None
    return picture


def test_banner_is_a_picture_with_a_lasting_key() -> None:
    """The key of a banner is the same for the same issue and different for another."""
    one = banner_picture(issue_art(an_issue()))

    assert one == banner_picture(issue_art(an_issue()))
    assert one.key != banner_picture(issue_art(an_issue(issue=4, number="2024-04"))).key
    assert "JPEG" == Image.open(io.BytesIO(one.draw())).format
    assert f"{one.key}.jpg" == one.filename


def test_file_is_brought_within_the_limits(tmp_path: Path) -> None:
    """A large picture in a refused format becomes a JPEG below 1 MB at phone width."""
    noise = Image.frombytes("RGB", (1600, 1200), os.urandom(1600 * 1200 * 3))
    noise.save(tmp_path / "noise.webp", lossless=True)
    data = found("noise.webp", tmp_path).draw()

    assert len(data) < 1_048_576
    assert (1080, 810) == Image.open(io.BytesIO(data)).size


def test_transparency_becomes_white(tmp_path: Path) -> None:
    """Transparent parts become white, because JPEG has no transparency and black would hide a black drawing."""
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    image = Image.open(io.BytesIO(found("clear.png", tmp_path).draw()))

    assert (255, 255, 255) == image.getpixel((5, 5))


@pytest.mark.parametrize(
    "name", ["../outside.png", "/etc/hostname", "none.png", "notes.png", "", ".", "a\x00b", "n" * 5000]
)
def test_only_pictures_below_the_folder_are_taken(tmp_path: Path, name: str) -> None:
    """Paths outside the bulletin's folder and files that are not pictures are ignored."""
    folder = tmp_path / "bulletins"
    folder.mkdir()
    Image.new("RGB", (4, 4)).save(tmp_path / "outside.png")
    (folder / "notes.png").write_text("no picture", encoding="utf-8")

    assert file_picture(name, folder) is None
