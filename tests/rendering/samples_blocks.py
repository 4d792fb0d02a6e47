"""A sample of every typed block, and random blocks."""

from collections.abc import Iterable

from hypothesis import strategies as st

from wxbot.bulletin.blocks import (
    Block,
    Cell,
    Code,
    Divider,
    Heading,
    Item,
    ItemList,
    Note,
    Paragraph,
    Picture,
    Quote,
    Span,
    Table,
    walk,
)
from wxbot.text import strip_controls

__all__ = ["ALL_BLOCKS", "DIGEST", "block_lists", "missing_texts"]

DIGEST = "5d" * 32

ALL_BLOCKS: tuple[Block, ...] = (
    Paragraph(
        (
            Span("正文，"),
            Span("着重", bold=True),
            Span("、"),
            Span("斜体", italic=True),
            Span("、"),
            Span("code()", code=True),
            Span("；产能 10"),
            Span("3", script="super"),
            Span(" 吨，H"),
            Span("2", script="sub"),
            Span("O；"),
            Span("年报", url="https://e.org/r?a=1&b=2"),
            Span("，见"),
            Span("1", note="1"),
            Span("。"),
        )
    ),
    Heading((Span("一级小标题"),), 1),
    Heading((Span("二级小标题"),), 2),
    Paragraph((Span("居中一行"),), "center"),
    ItemList(
        (
            Item((Paragraph.of("第三条"), ItemList((Item((Paragraph.of("里面一条"),)),))), "3."),
            Item((Paragraph.of("第四条"), Paragraph.of("第四条的第二段")), "4."),
        ),
        ordered=True,
        start=3,
    ),
    ItemList(
        (Item((Paragraph.of("甲项"),), "（一）"), Item((Paragraph.of("乙项"),), "（二）")), ordered=True
    ),
    Table(
        (
            (
                Cell((Paragraph.of("项目"),), header=True, rowspan=2),
                Cell((Paragraph.of("金额"),), header=True, colspan=2),
            ),
            (Cell((Paragraph.of("去年"),), header=True), Cell((Paragraph.of("今年"),), header=True)),
            (
                Cell((Paragraph.of("会费"),)),
                Cell((Paragraph.of("1200"),), align="right"),
                Cell((Paragraph.of("1500"),), align="right"),
            ),
        ),
        (Span("表1 收入"),),
    ),
    Picture(DIGEST, caption=(Span("图1 车间"),), alt="工人在车间", width=1600, height=900),
    Picture(url="https://elsewhere.example/tower.png", caption=(Span("远处的塔"),)),
    Quote((Paragraph.of("引文一段"), Paragraph.of("引文二段"))),
    Code("if a < b:\n    return '{'"),
    Divider(),
    Paragraph((Span("秘书处"),), "right"),
    Note("1", (Paragraph.of("据统计公报。"),)),
)

_TEXT = st.text(max_size=12) | st.sampled_from(["{{picture:a}}", "<b>", "&quot;", "字", "'\"", "</p>"])
_URL = st.sampled_from(
    ["", "", "https://e.org/a?b=1&c", "mailto:a@e.org", "javascript:alert(1)", "https://mp.weixin.qq.com/s/x"]
)
_SPANS = st.lists(
    st.builds(
        Span,
        _TEXT,
        url=_URL,
        bold=st.booleans(),
        italic=st.booleans(),
        code=st.booleans(),
        script=st.sampled_from(["", "super", "sub"]),
        note=st.sampled_from(["", "", "1", "注"]),
    ),
    max_size=4,
).map(tuple)
_ALIGN = st.sampled_from(["", "center", "right"])
_LEAVES = st.one_of(
    st.builds(Paragraph, _SPANS, _ALIGN),
    st.builds(Heading, _SPANS, st.integers(0, 9)),
    st.builds(Code, _TEXT),
    st.builds(Divider),
    st.builds(
        Picture,
        st.sampled_from(["", DIGEST]),
        _URL,
        _SPANS,
        _TEXT,
        st.integers(0, 2000),
        st.integers(0, 2000),
    ),
)


def _holders(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    blocks = st.lists(inner, max_size=3).map(tuple)
    items = st.lists(
        st.builds(Item, blocks, st.sampled_from(["", "1.", "（一）", "●", "a)"])), max_size=3
    ).map(tuple)
    cell = st.builds(Cell, blocks, st.booleans(), st.integers(1, 3), st.integers(1, 3), _ALIGN)
    rows = st.lists(st.lists(cell, max_size=3).map(tuple), max_size=3).map(tuple)
    return st.one_of(
        st.builds(ItemList, items, st.booleans(), st.integers(0, 5)),
        st.builds(Table, rows, _SPANS),
        st.builds(Quote, blocks),
        st.builds(Note, st.sampled_from(["1", "注", "2"]), blocks),
    )


def block_lists() -> st.SearchStrategy[tuple[Block, ...]]:
    """Return a strategy of articles of any blocks."""
    return st.lists(st.recursive(_LEAVES, _holders, max_leaves=8), max_size=6).map(tuple)


def missing_texts(blocks: Iterable[Block], shown: str) -> list[str]:
    """Return the texts of blocks that do not stand in `shown`, white space apart."""
    found = _squeeze(shown)
    texts = (text for block in walk(blocks) for text in _own_texts(block))
    return [text for text in texts if _squeeze(text) not in found]


def _own_texts(block: Block) -> list[str]:
    """Return the texts that stand in a block itself."""
    match block:
        case Heading(spans) | Paragraph(spans) | Picture(caption=spans) | Table(caption=spans):
            return [span.text for span in spans]
        case Code(text):
            return [text]
    return []


def _squeeze(text: str) -> str:
    return "".join(strip_controls(text).split())
