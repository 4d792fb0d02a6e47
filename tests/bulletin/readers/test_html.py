"""Tests of the HTML reader: blocks, styles, what is left out, any page."""

import contextlib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.bulletin.readers.reading import characters, left_out, published, read_text
from wxbot.bulletin import Document, Line
from wxbot.bulletin.blocks import Code, Picture, Span, plain
from wxbot.bulletin.model import ListItem
from wxbot.bulletin.readers import html as reader
from wxbot.errors import BulletinError

PAGE = """<!doctype html><html><head><title>不算</title><style>p{}</style></head><body>
<h1>灯塔简讯</h1><div>2023年第7期<br>2023年7月20日</div>
<section><section><h2>【要闻】</h2></section></section>
<h3>东岸灯塔恢复<span>夜间</span>照明</h3>
<p><span>停用三年之后，</span><a href="https://example.org/a">各方</a>准备就绪。</p>
<p><img data-src="https://mmbiz.example.org/1.jpg"></p>
<ol start="3"><li>先看天气。</li><li>再看潮汐。</li></ol>
<p style="display:none">看不见</p><script>1</script>
<h2>【公告】</h2><h3>下月维修西岸码头</h3><p><b>维修期间码头暂停停靠。</b></p>
</body></html>"""


def read(page: str, folder: Path | None = None) -> Document:
    """Return the document of a page."""
    return read_text(reader.document, page, "a.html", folder)


def one(page: str) -> Line:
    """Return the only line of a page that is not left out."""
    (line,) = published(read(page))
    return line


def test_blocks_are_lines_and_inline_marks_are_not() -> None:
    """Blocks and line breaks make lines with levels; inline elements do not."""
    found = published(read(PAGE))

    assert [
        ("灯塔简讯", 1),
        ("2023年第7期", 0),
        ("2023年7月20日", 0),
        ("【要闻】", 2),
        ("东岸灯塔恢复夜间照明", 3),
        ("停用三年之后，各方准备就绪。", 0),
        ("", 0),
        ("3. 先看天气。", 0),
        ("4. 再看潮汐。", 0),
        ("【公告】", 2),
        ("下月维修西岸码头", 3),
        ("维修期间码头暂停停靠。", 0),
    ] == [(line.text, line.level) for line in found]
    assert found[-1].bold
    assert not found[-2].bold


def test_links_and_pictures_are_kept() -> None:
    """A link stays on its words, and a lazily loaded picture stands in its place."""
    found = published(read(PAGE))

    assert [Span("各方", "https://example.org/a")] == [s for line in found for s in line.spans if s.url]
    assert [Picture(url="https://mmbiz.example.org/1.jpg")] == [line.block for line in found if line.block]


def test_the_hidden_text_of_an_official_account_is_read() -> None:
    """The text of a saved WeChat article, hidden until a script has run, is read."""
    page = '<div id="js_content" style="visibility: hidden; opacity: 0"><p>正文在此。</p></div>'

    assert "正文在此。" == one(page).text


@pytest.mark.parametrize("page", ["", "<script>x</script>", "<p> </p>"])
def test_a_page_without_text_is_refused(page: str) -> None:
    """A page without text raises an error with a remedy."""
    with pytest.raises(BulletinError, match=r"没有|空") as refused:
        read(page)

    assert refused.value.remedy


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Any text gives lines or a BulletinError."""
    with contextlib.suppress(BulletinError):  # the only thing that may come out beside a document
        assert read(text).lines


TAGS = (
    "p",
    "div",
    "section",
    "span",
    "b",
    "i",
    "li",
    "ul",
    "blockquote",
    "h2",
    "h3",
    "table",
    "tr",
    "td",
    "a",
    "sup",
)
TAGS_OF_A_PAGE = st.sampled_from(TAGS)
WORDS = st.text("天地人和春夏秋冬ABCxyz0189，。：（）", min_size=1, max_size=6)
PIECES = st.recursive(
    WORDS, lambda inner: st.tuples(TAGS_OF_A_PAGE, st.lists(inner, max_size=4)), max_leaves=25
)


def written(piece: object) -> str:
    """Return a random piece of a page as HTML."""
    if isinstance(piece, str):
        return piece
    assert isinstance(piece, tuple)
    tag, inside = piece
    return f"<{tag}>{''.join(map(written, inside))}</{tag}>"


def words(piece: object) -> str:
    """Return the text of a random piece of a page."""
    if isinstance(piece, str):
        return piece
    assert isinstance(piece, tuple)
    return "".join(map(words, piece[1]))


@given(st.lists(PIECES, min_size=1, max_size=6))
def test_no_character_of_a_page_is_lost(pieces: list[object]) -> None:
    """Every visible character is in a line or a note, in any nesting of elements."""
    wanted = Counter("".join(map(words, pieces)))

    found = characters(read(f"<body>始{''.join(map(written, pieces))}</body>"))

    assert not wanted - found


@given(st.lists(PIECES, min_size=1, max_size=6))
def test_the_spans_of_a_line_are_its_text(pieces: list[object]) -> None:
    """Joined spans equal the line's text, and a line has no blanks around it."""
    for line in read(f"<body>始{''.join(map(written, pieces))}</body>").lines:
        assert line.spans == () or plain(line.spans) == line.text
        assert line.text == line.text.strip()
        assert line.item is None or line.text.startswith(line.item.label)


@pytest.mark.parametrize("depth", [400, 900])
def test_text_deep_inside_is_read(depth: int) -> None:
    """Elements inside each other cost no recursion."""
    page = f"<p>上文。</p>{'<div><span>' * depth}深处。{'</span></div>' * depth}<p>下文。</p>"

    assert ["上文。", "深处。", "下文。"] == [line.text for line in published(read(page))]


@pytest.mark.parametrize("page", ["<div>" * 3000 + "深处", "<i>" * 500_000 + "深处"])
def test_a_page_that_cannot_be_read_whole_is_refused(page: str) -> None:
    """Nesting beyond the parser's limit and hundreds of thousands of tags are refused with the reason."""
    with pytest.raises(BulletinError, match=r"一层套一层|标签"):
        read(page)


def test_line_ends_of_the_source_are_no_blanks_between_han_characters() -> None:
    """A line end in the source leaves a blank between Latin words only."""
    page = "<p>全面回顾各项重点工\n作，引进 Open\n  Source\n技术 与 <b>新\n</b>方法。</p>"

    assert "全面回顾各项重点工作，引进 Open Source技术 与 新方法。" == one(page).text


def test_the_blanks_of_libreoffice_are_kept() -> None:
    """LibreOffice ends a line of its source at a blank of the text, which it writes on the next line."""
    page = '<meta name="generator" content="LibreOffice 7.4"><p>2026年10月20日\n 协会秘书处编</p>'

    assert "2026年10月20日 协会秘书处编" == one(page).text


def test_styles_come_from_tags_inline_css_and_classes() -> None:
    """Bold, italic, raised and lowered type, and code are read from tags, style attributes and class rules."""
    page = (
        "<style>.n{font-weight:bold}</style><p>甲<b>乙</b><span style='font-style:italic'>丙</span>10<sup>3</sup>"
        "H<sub>2</sub><span class='n'>丁</span><code>x</code><b style='font-weight:normal'>戊</b></p>"
    )

    assert (
        Span("甲"),
        Span("乙", bold=True),
        Span("丙", italic=True),
        Span("10"),
        Span("3", script="super"),
        Span("H"),
        Span("2", script="sub"),
        Span("丁", bold=True),
        Span("x", code=True),
        Span("戊"),
    ) == one(page).spans


def test_size_alignment_and_colour_are_evidence() -> None:
    """Size is relative to the body text; lines that look alike have one look, body text none."""
    body = "<p style='font-size:14px'>正文很长很长很长很长很长很长。</p>"
    title = "<p style='font-size:21px;text-align:center;color:#c00'>标题</p>"

    found = published(read(body + title + body + title))

    assert [(1.0, "", False), (1.5, "center", True)] * 2 == [
        (line.size, line.align, bool(line.look)) for line in found
    ]
    assert found[1].look == found[3].look


def test_a_badge_stands_above_its_name() -> None:
    """A number in a coloured block is a line, and the name below it tells so; letters in boxes are one word."""
    box = "<section style='display:inline-block;background:#2b7'>{}</section>"
    page = (
        f"<section>{box.format('<b><span>0</span><span>1</span></b>')}</section><p><b>协会要闻</b></p>"
        f"<p>正文一段。</p><div>{box.format('通')}{box.format('知')}</div>"
    )

    number, name, _, letters = published(read(page))

    assert ("01", True) == (number.text, bool(number.look))
    assert ("协会要闻", True) == (name.text, name.below_number)
    assert "通知" == letters.text


def test_what_nobody_sees_is_not_read() -> None:
    """Hidden and deleted text and comments are named once each, without their words; struck-out text with them."""
    page = (
        "<p>正文<del>删去</del><span style='display:none'>暗</span><!-- 批 -->。<s>旧号码</s></p>"
        "<!--[if gte mso 9]><xml></xml><![endif]-->"
    )

    found = read(page)

    assert ["正文。"] == [line.text for line in published(found)]
    assert {"struck-out text", "comment", "deleted text", "hidden text"} == {
        why for _, why in left_out(found)
    }
    assert not {"删去", "暗", "批"} & {text for text, _ in left_out(found)}


def test_lists_have_the_labels_of_a_browser() -> None:
    """Entries carry depth and label: start, reversed, letters, Roman numerals, nested lists, further paragraphs."""
    page = (
        "<ol start=3 type=a><li>甲<ul><li>乙</li></ul></li></ol>"
        "<ol reversed type=I><li>丙</li><li><p>丁</p><p>戊</p></li></ol>"
        f"<ol start={'9' * 5000}><li>己</li></ol><ol style='list-style-type:cjk-ideographic' start=11><li>庚</li></ol>"
    )

    found = published(read(page))

    assert ["c. 甲", "- 乙", "II. 丙", "I. 丁", "戊", "1. 己", "十一、庚"] == [line.text for line in found]
    assert [(1, True), (2, False)] == [
        (line.item.depth, line.item.ordered) for line in found[:2] if line.item
    ]
    assert found[4].item is not None
    assert "" == found[4].item.label


def test_the_lists_of_word_are_entries() -> None:
    """Word writes an entry as a paragraph with its label in a span, bullets in a typeface for signs."""
    label = (
        "<span style='mso-list:Ignore'>{}<span style='font:7.0pt \"Times New Roman\"'>&nbsp; </span></span>"
    )
    page = (
        f"<p style='mso-list:l0 level2 lfo1'>{label.format('（一）')}第一项</p>"
        f"<p><span style='font-family:Wingdings'>{label.format('l')}</span>第二项</p>"
    )

    first, second = published(read(page))

    assert ("（一） 第一项", ListItem(2, "（一） ", ordered=True)) == (first.text, first.item)
    assert "● 第二项" == second.text


def test_quotations_rules_and_code_are_kept() -> None:
    """A quotation has its depth, a rule marks the line below it, and code keeps its line ends."""
    page = "<blockquote>甲<blockquote>乙</blockquote></blockquote><hr><p>丙</p><pre><code>a = 1\n  b</code></pre>"

    first, second, third, code = published(read(page))

    assert [1, 2, 0] == [first.quote, second.quote, third.quote]
    assert third.below_rule
    assert Code("a = 1\n  b") == code.block


def test_text_with_fixed_line_ends_is_no_code() -> None:
    """Preformatted sentences are lines."""
    page = "<pre>这是一段公告，保留换行。\n　　第二行。</pre>"

    assert [("这是一段公告，保留换行。", 0), ("第二行。", 4)] == [
        (line.text, line.indent) for line in published(read(page))
    ]


def test_pictures_come_from_the_page_or_beside_it(tmp_path: Path) -> None:
    """A saved page's picture is read from its folder; one outside it, also through a link, is not."""
    (tmp_path / "page" / "x_files").mkdir(parents=True)
    for place in ("page/x_files/a.png", "secret.png"):
        Image.new("RGB", (40, 30)).save(tmp_path / place)
    (tmp_path / "page" / "out.png").symlink_to(tmp_path / "secret.png")
    page = (
        '<p>图</p><img src="x_files/a.png" data-src="https://a.org/1" alt="会场">'
        '<img src="../secret.png"><img src="out.png"><img src="https://a.org/3" width=1 height=1>'
        '<img src="data:image/svg+xml,%3Csvg%3E" data-src="https://a.org/2">'
    )

    found = read(page, tmp_path / "page")

    inside, up, link, lazy = (line.block for line in published(found)[1:])
    assert isinstance(inside, Picture)
    assert (40, 30, "会场") == (inside.width, inside.height, inside.alt)
    assert [inside.digest] == list(found.pictures)
    assert [Picture(url="../secret.png"), Picture(url="out.png"), Picture(url="https://a.org/2")] == [
        up,
        link,
        lazy,
    ]
    assert ["排版或统计用的小图"] == [why for _, why in left_out(found)]


def test_a_caption_belongs_to_its_picture() -> None:
    """The caption that a page states for a picture is the picture's."""
    page = '<p>文</p><figure><img src="https://a.org/1.png"><figcaption>会场<b>全景</b></figcaption></figure>'

    (_, line) = published(read(page))

    assert Picture(url="https://a.org/1.png", caption=(Span("会场"), Span("全景", bold=True))) == line.block
