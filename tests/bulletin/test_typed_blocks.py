"""Tests of typed blocks: lists nest, captions are bound, quotations and styles are kept."""

from wxbot.bulletin.blocks import Heading, Item, ItemList, Paragraph, Picture, Quote, Span, Table, plain
from wxbot.bulletin.model import Line, ListItem, Role
from wxbot.bulletin.typed_blocks import LineBlock, block_spans, build_blocks, strip_prefix


def block(line: Line, role: Role = Role.TEXT, rank: int = 0) -> LineBlock:
    """Return a block of one line."""
    return LineBlock(role, (line,), 0, rank)


def test_stated_entries_nest_by_their_depth() -> None:
    """A deeper entry becomes a list inside the entry above it, and a further paragraph stays in its entry."""
    lines = [
        Line(1, "1. 甲", item=ListItem(1, "1. ", ordered=True)),
        Line(2, "- 乙", item=ListItem(2, "- ")),
        Line(3, "丙", item=ListItem(1, "", ordered=True)),
    ]

    (found,) = build_blocks([block(line) for line in lines])

    inner = ItemList((Item((Paragraph.of("乙"),), "-"),))
    assert ItemList((Item((Paragraph.of("甲"), inner, Paragraph.of("丙")), "1."),), ordered=True) == found


def test_printed_entries_nest_by_their_markers() -> None:
    """（1） below 1. is an inner list; 2. goes on with the outer one."""
    texts = ["1.甲", "（1）乙", "（2）丙", "2.丁"]

    (found,) = build_blocks([block(Line(i, text), Role.ENTRY) for i, text in enumerate(texts)])

    assert isinstance(found, ItemList)
    assert (["1.", "2."], 2) == ([item.label for item in found.items], len(found.items[0].blocks))


def test_a_caption_belongs_to_the_picture_above_it() -> None:
    """图1 … below a picture is its caption; a sentence that begins with it is text."""
    picture = Line(1, "", block=Picture(digest="d"))

    (captioned,) = build_blocks([block(picture), block(Line(2, "图1 大桥通车"))])
    bare, text = build_blocks([block(picture), block(Line(2, "图1显示，大桥已经通车。"))])

    assert "图1 大桥通车" == plain(captioned.caption if isinstance(captioned, Picture) else ())
    assert (Picture(digest="d"), Paragraph.of("图1显示，大桥已经通车。")) == (bare, text)


def test_a_caption_belongs_to_the_table_below_it() -> None:
    """表1 … above a table is its caption."""
    (found,) = build_blocks([block(Line(1, "表1 收入")), block(Line(2, "甲", block=Table(())))])

    assert Table((), (Span("表1 收入"),)) == found


def test_quotations_nest() -> None:
    """Lines of a quotation stand in one block, those of an inner one in a block inside it."""
    (found,) = build_blocks([block(Line(1, "甲", quote=1)), block(Line(2, "乙", quote=2))])

    assert Quote((Paragraph.of("甲"), Quote((Paragraph.of("乙"),)))) == found


def test_headings_have_the_level_of_their_rank() -> None:
    """The highest rank among the headings of an article is level 1; bold type of a heading is not kept."""
    high = block(Line(1, "背景", spans=(Span("背景", bold=True),)), Role.HEADING, 3)
    low = block(Line(2, "做法"), Role.HEADING, 5)

    assert (Heading((Span("背景"),), 1), Heading((Span("做法"),), 2)) == build_blocks([high, low])


def test_wrapped_lines_are_joined_with_their_styles() -> None:
    """No blank between 汉字, one between Latin words."""
    lines = [Line(1, "甲", spans=(Span("甲", bold=True),)), Line(2, "乙 new"), Line(3, "one")]

    assert (Span("甲", bold=True), Span("乙 new"), Span(" "), Span("one")) == block_spans(lines)


def test_printed_addresses_are_links() -> None:
    """An address ends before Chinese text and before the sign that ends its sentence."""
    (found,) = build_blocks([block(Line(1, "见https://example.org/a?b=1详情，或 https://example.org/c."))])

    assert isinstance(found, Paragraph)
    assert ["https://example.org/a?b=1", "https://example.org/c"] == [s.url for s in found.spans if s.url]


def test_a_label_that_reaches_over_spans_is_stripped() -> None:
    """A label in two runs of type is removed whole, with the blank behind it."""
    assert (Span("甲"),) == strip_prefix((Span("1", bold=True), Span(". 甲")), "1. ")
