"""Typed content of an article: paragraphs, headings, lists, tables, pictures, and the styled text inside them.

Readers and the parser build these values, the library stores them as JSON, and pages and drafts render them: a
table stays a table and a link stays a link from the file to the follower's screen.

    blocks_to_json, blocks_from_json   the form in which the library and `wxbot ingest --json` hold blocks
    plain, paragraphs                  the text without styles: of spans, and of blocks as the contract prints them
    walk, walk_spans, map_blocks       every block or span, also those inside lists, tables, quotations and notes
    pictures, addresses                the pictures and the web addresses that blocks contain
    web_address, link_address          an address as a page may have it
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any, Literal
from urllib.parse import quote, urlsplit

__all__ = [
    "Block",
    "Blocks",
    "Cell",
    "Code",
    "Divider",
    "Heading",
    "Item",
    "ItemList",
    "Note",
    "Paragraph",
    "Picture",
    "Quote",
    "Span",
    "Spans",
    "Table",
    "addresses",
    "blocks_from_json",
    "blocks_to_json",
    "link_address",
    "map_blocks",
    "missing_pictures",
    "paragraphs",
    "pictures",
    "plain",
    "walk",
    "walk_spans",
    "web_address",
]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style.

    Attributes
    ----------
    text : the text
    url : address of the link that the run is; "" for other text
    bold, italic, code : the style
    script : "super" for 10³, "sub" for H₂O
    note : label of the note that this run refers to; `text` is the mark as printed
    """

    text: str
    url: str = ""
    bold: bool = False
    italic: bool = False
    code: bool = False
    script: Literal["", "super", "sub"] = ""
    note: str = ""


Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside an article; `level` 1 is the first level below the article's title."""

    spans: Spans
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of running text; `align` is set where it is printed centred or to the right, as signatures are."""

    spans: Spans
    align: Literal["", "center", "right"] = ""

    @classmethod
    def of(cls, text: str) -> "Paragraph":
        """Return a paragraph of plain text."""
        return cls((Span(text),))


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a list; `label` is its number or bullet as printed, such as "1." or "（一）"."""

    blocks: "Blocks"
    label: str = ""


@dataclass(frozen=True, slots=True)
class ItemList:
    """A list; an ordered one counts from `start`. A list inside an entry is one of the entry's blocks."""

    items: tuple[Item, ...]
    ordered: bool = False
    start: int = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table, which may cover several columns and rows; the covered places have no cell of their own."""

    blocks: "Blocks" = ()
    header: bool = False
    colspan: int = 1
    rowspan: int = 1
    align: Literal["", "center", "right"] = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table, row by row; `caption` is the line above or below it."""

    rows: tuple[tuple[Cell, ...], ...]
    caption: Spans = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture.

    Attributes
    ----------
    digest : SHA-256 in hexadecimal of the stored bytes; "" for a picture that was not taken over
    url : address or path in the source; "" for a picture inside the file
    caption : the line printed below the picture
    alt : description for people who cannot see it
    width, height : size in pixels; 0 where unknown
    """

    digest: str = ""
    url: str = ""
    caption: Spans = ()
    alt: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation."""

    blocks: "Blocks"


@dataclass(frozen=True, slots=True)
class Code:
    """Preformatted text, with its spaces and line breaks."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote or endnote; it stands behind the text, and a span with the same label refers to it."""

    label: str
    blocks: "Blocks"


@dataclass(frozen=True, slots=True)
class Divider:
    """A horizontal rule."""


Block = Heading | Paragraph | ItemList | Table | Picture | Quote | Code | Note | Divider
Blocks = tuple[Block, ...]

_TYPES: dict[str, type[Any]] = {
    "heading": Heading,
    "paragraph": Paragraph,
    "list": ItemList,
    "table": Table,
    "picture": Picture,
    "quote": Quote,
    "code": Code,
    "note": Note,
    "divider": Divider,
}
_NAMES = {kind: name for name, kind in _TYPES.items()}
# Characters of an address that are not escaped; quotes and angle brackets always are.
_SAFE_IN_ADDRESS = "%-._~:/?#[]@!$&()*+,;="


def web_address(url: str) -> str:
    """Return an address escaped for use in a page; "" for everything but http and https addresses.

    An address with a name before the host is none: `https://mp.weixin.qq.com@e.org/` only looks like the platform's.
    """
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.lower() not in {"http", "https"} or rest[:1] in {"", "/", "?", "#", " "}:
        return ""
    try:
        parts = urlsplit(url)
        is_web = "@" not in parts.netloc and parts.hostname is not None and parts.port != 0
    except ValueError:  # a port or an IPv6 address that is none
        return ""
    return quote(url, safe=_SAFE_IN_ADDRESS) if is_web else ""


def plain(spans: Iterable[Span]) -> str:
    """Return the text of spans without their styles."""
    return "".join(span.text for span in spans)


def link_address(url: str) -> str:
    """Return an address that a link may have, escaped for use in a page: http, https or mailto; "" for others."""
    scheme, _, rest = url.partition(":")
    if scheme.lower() == "mailto" and "@" in rest:
        return f"mailto:{quote(rest, safe=_SAFE_IN_ADDRESS)}"
    return web_address(url)


def paragraphs(blocks: Iterable[Block]) -> tuple[str, ...]:
    """Return blocks as plain text, one string a paragraph, heading, list entry or table row.

    A heading is `## x`, a list entry `1. x` or `- x` (indented by two blanks a level), a row its cells joined by
    ` | `, a picture its caption, a note `[label] x`.
    """
    return tuple(text for block in blocks for text in _texts(block) if text.strip())


def _texts(block: Block) -> Iterator[str]:
    """Yield the lines of plain text of one block."""
    match block:
        case Heading(spans):
            yield f"## {plain(spans)}"
        case Paragraph(spans) | Picture(caption=spans):
            yield plain(spans)
        case ItemList(items, ordered, start):
            for number, item in enumerate(items, start=start):
                yield from _item_texts(item, f"{number}." if ordered else "-")
        case Table(rows, caption):
            yield from (" | ".join(" ".join(paragraphs(cell.blocks)) for cell in row) for row in rows)
            yield plain(caption)
        case Quote(blocks):
            yield from paragraphs(blocks)
        case Code(text):
            yield text
        case Note(label, blocks):
            yield f"[{label}] {' '.join(paragraphs(blocks))}"
        case Divider():
            return


def _item_texts(item: Item, usual: str) -> Iterator[str]:
    """Yield an entry's text behind its label, and below it, indented, the blocks that follow the first."""
    is_usual = not item.label or item.label.strip("0123456789.、．-*+·•●") == ""
    label = usual if is_usual else item.label
    first, *rest = paragraphs(item.blocks) or ("",)
    if item.blocks and isinstance(item.blocks[0], ItemList):
        first, rest = "", [first, *rest]
    yield f"{label} {first}".rstrip()
    yield from (f"  {text}" for text in rest)


def walk(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield every block in order, and after a block the blocks inside it."""
    for block in blocks:
        yield block
        match block:
            case ItemList(items):
                yield from walk(inner for item in items for inner in item.blocks)
            case Table(rows):
                yield from walk(inner for row in rows for cell in row for inner in cell.blocks)
            case Quote(inside) | Note(blocks=inside):
                yield from walk(inside)
            case _:
                pass


def map_blocks(change: Callable[[Block], Block | None], blocks: Iterable[Block]) -> Blocks:
    """Return blocks with each replaced by what `change` returns for it, or removed for None, the inner ones first."""
    changed = (change(_map_inside(change, block)) for block in blocks)
    return tuple(block for block in changed if block is not None)


def _map_inside(change: Callable[[Block], Block | None], block: Block) -> Block:
    """Return a block with the blocks inside it changed."""
    match block:
        case ItemList(items):
            return replace(block, items=tuple(replace(i, blocks=map_blocks(change, i.blocks)) for i in items))
        case Table(rows):
            return replace(
                block,
                rows=tuple(
                    tuple(replace(cell, blocks=map_blocks(change, cell.blocks)) for cell in row)
                    for row in rows
                ),
            )
        case Quote(blocks) | Note(blocks=blocks):
            return replace(block, blocks=map_blocks(change, blocks))
        case _:
            return block


def pictures(blocks: Iterable[Block]) -> Iterator[Picture]:
    """Yield the pictures of blocks, in order."""
    yield from (block for block in walk(blocks) if isinstance(block, Picture))


def missing_pictures(blocks: Iterable[Block]) -> list[str]:
    """Return the addresses of the pictures that have neither bytes nor an address on the web: their file is missing."""
    without = (picture.url for picture in pictures(blocks) if picture.url and not picture.digest)
    return [url for url in without if not web_address(url)]


def addresses(blocks: Iterable[Block]) -> tuple[str, ...]:
    """Return the addresses of the links in blocks, each once, in order."""
    return tuple(dict.fromkeys(span.url for span in walk_spans(blocks) if span.url))


def walk_spans(blocks: Iterable[Block]) -> Iterator[Span]:
    """Yield the spans of every block, in order."""
    yield from (span for block in walk(blocks) for span in _spans(block))


def _spans(block: Block) -> Spans:
    """Return the spans that stand in a block itself."""
    match block:
        case Heading(spans) | Paragraph(spans) | Picture(caption=spans) | Table(caption=spans):
            return spans
        case _:
            return ()


def blocks_to_json(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    """Return blocks as JSON: an object each, with its `type`, and without the values that are the default."""
    return [{"type": _NAMES[type(block)], **_to_json(block)} for block in blocks]


def _to_json(value: Any) -> dict[str, Any]:
    """Return the fields of a value that differ from their default."""
    shown: dict[str, Any] = {}
    for field in fields(value):
        content = getattr(value, field.name)
        if field.default is not MISSING and content == field.default:
            continue
        match field.name:
            case "spans" | "caption":
                shown[field.name] = [_to_json(span) for span in content]
            case "blocks":
                shown[field.name] = blocks_to_json(content)
            case "items":
                shown[field.name] = [_to_json(item) for item in content]
            case "rows":
                shown[field.name] = [[_to_json(cell) for cell in row] for row in content]
            case _:
                shown[field.name] = content
    return shown


def blocks_from_json(found: Iterable[dict[str, Any]]) -> Blocks:
    """Return the blocks of their JSON form; KeyError or TypeError for anything else."""
    return tuple(_TYPES[one["type"]](**_from_json(one)) for one in found)


def _from_json(found: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of the value whose fields these are."""
    arguments: dict[str, Any] = {}
    for name, content in found.items():
        match name:
            case "type":
                continue
            case "spans" | "caption":
                arguments[name] = tuple(Span(**span) for span in content)
            case "blocks":
                arguments[name] = blocks_from_json(content)
            case "items":
                arguments[name] = tuple(Item(**_from_json(item)) for item in content)
            case "rows":
                arguments[name] = tuple(tuple(Cell(**_from_json(cell)) for cell in row) for row in content)
            case _:
                arguments[name] = content
    return arguments
