"""Article blocks as HTML that WeChat keeps (wechat-platform.md, section I).

The platform drops style sheets, classes, ids and positions, so every element carries its own style. It also drops the
address of links to other sites, so such addresses are printed as numbered footnotes behind the article.
"""

from collections.abc import Mapping, Sequence
from html import escape

from wxbot.bulletin.blocks import Blocks, Note, Picture, link_address, plain, walk, web_address
from wxbot.library import Article
from wxbot.rendering.block_html import BlockHtml, escape_text, note_mark
from wxbot.rendering.headlines import fitting_sentences
from wxbot.rendering.issue_texts import clean_line
from wxbot.text import width

__all__ = [
    "ACCENT",
    "FRAME",
    "article_pieces",
    "contents_pieces",
    "lead_pieces",
    "note",
    "picture_placeholder",
    "section_heading",
    "tag",
    "text",
]

ACCENT = "#a8352b"
_SOFT = "#7a7a7a"
_LINE = "#e6e1d8"

FRAME = (
    "font-size:16px;line-height:1.8;color:#333333;letter-spacing:0.5px;text-align:left;word-break:break-word"
)
_PARAGRAPH = "margin:0 0 16px"
_TITLE = "margin:0 0 16px;font-size:19px;line-height:1.5;font-weight:bold;color:#222222"
_POSITION = f"margin:40px 0 4px;color:{ACCENT};font-size:14px;line-height:1.5;letter-spacing:1px"
_SECTION = (
    f"margin:40px 0 16px;padding:0 0 6px;border-bottom:2px solid {ACCENT};color:{ACCENT};font-size:18px"
)
_FIRST_HEADING = 3  # the title of an article is of rank 2
_HEADING = f"padding:0 0 0 10px;border-left:3px solid {ACCENT};line-height:1.5"
_QUOTE = f"margin:0 0 16px;padding:2px 0 2px 14px;border-left:3px solid {_LINE};color:{_SOFT}"
_CAPTION = f"margin:0 0 16px;color:{_SOFT};font-size:14px;text-align:center"
_TABLE = "width:100%;margin:0 0 16px;border-collapse:collapse;font-size:14px;line-height:1.6"
_CELL = f"padding:6px 8px;border:1px solid {_LINE};vertical-align:top"
_HEAD = f"{_CELL};background-color:#f6f3ed;text-align:left"
_CODE = "margin:0 0 16px;padding:12px;background-color:#f6f3ed;font-size:13px;white-space:pre-wrap"
_MONO = "font-family:Menlo,Consolas,monospace"
_NOTES = f"margin:0;padding:0;color:{_SOFT};font-size:13px;line-height:1.6;word-break:break-all"
_NOTES_FRAME = "margin:0 0 16px"
_IMAGE = "display:block;max-width:100%;height:auto;margin:0 auto;border-radius:4px"
_FULL_WIDTH = 320  # pixels; the platform shows an article on a width of about 340
_COLUMNS_OF_A_PHONE = 4
_COLUMN_PIXELS = 88
_SUMMARY = f"margin:0 0 18px;color:{_SOFT};font-size:14px;line-height:1.6"
_SUMMARY_WIDTH = 72
_WHERE = f"color:{_SOFT};font-size:13px;font-weight:normal"

_STYLES = {
    "paragraph": _PARAGRAPH,
    "center": f"{_PARAGRAPH};text-align:center",
    "right": f"{_PARAGRAPH};text-align:right",
    "heading-1": f"margin:28px 0 12px;{_HEADING};font-size:17px",
    "heading-2": f"margin:24px 0 10px;{_HEADING};font-size:16px",
    "heading-3": "margin:20px 0 8px;font-size:16px;line-height:1.5",
    "list": "margin:0 0 16px;padding:0 0 0 26px",
    "item": "margin:0 0 6px",
    "labelled-list": "margin:0 0 16px;padding:0",
    "labelled-item": "display:flex;margin:0 0 6px",
    "label": "flex:none;margin:0 6px 0 0",
    "labelled-content": "flex:1;min-width:0",
    "quote": _QUOTE,
    "figure": "margin:0 0 16px",
    "caption": _CAPTION,
    "cell": _CELL,
    "cell-center": f"{_CELL};text-align:center",
    "cell-right": f"{_CELL};text-align:right",
    "head": _HEAD,
    "head-center": f"{_CELL};background-color:#f6f3ed;text-align:center",
    "head-right": f"{_CELL};background-color:#f6f3ed;text-align:right",
    "code": f"{_CODE};{_MONO}",
    "mono": _MONO,
    "note": _NOTES,
    "divider": f"width:64px;margin:28px auto;border:0;border-top:1px solid {_LINE}",
}

_PLATFORM_URL = "https://mp.weixin.qq.com/"  # the platform keeps links to published articles only


def tag(name: str, inner: str, style: str = "", extra: str = "") -> str:
    """Return an element around HTML; `style` and `extra` are not escaped and must not come from a bulletin."""
    attribute = f' style="{style}"' if style else ""
    return f"<{name}{extra}{attribute}>{inner}</{name}>"


def text(raw: str) -> str:
    """Return text as HTML."""
    return escape_text(raw)


def picture_placeholder(key: str, alt: str = "", pixels: int = 0) -> str:
    """Return a picture that is not uploaded yet: in place of its address stands `{{picture:KEY}}`.

    One of few pixels is not enlarged to the width of the telephone.
    """
    style = f"{_IMAGE};width:{pixels}px" if 0 < pixels < _FULL_WIDTH else f"{_IMAGE};width:100%"
    image = f'<img src="{{{{picture:{key}}}}}" alt="{escape_text(alt)}" style="{style}">'
    return tag("p", image, "margin:0 0 16px")


def section_heading(name: str, where: str = "") -> str:
    """Return the heading with a section's name; `where`, such as `第 2 条`, follows it in small type."""
    return tag("h2", text(clean_line(name)) + _where(where), _SECTION)


def _where(where: str) -> str:
    return tag("span", text(f"　{where}"), _WHERE) if where else ""


def note(words: str, colour: str = _SOFT) -> str:
    """Return a small centred line, such as a hint at the beginning or end of a draft."""
    return tag(
        "p", text(words), f"margin:24px 0 0;color:{colour};font-size:14px;line-height:1.6;text-align:center"
    )


def contents_pieces(article: Article, where: str = "") -> tuple[str, ...]:
    """Return an article's entry in a table of contents: its title, the item that holds it, and a short summary."""
    words = tag("strong", text(clean_line(article.title))) + _where(where)
    title = tag("p", words, "margin:0 0 4px;line-height:1.6")
    summary = fitting_sentences(article.summary, lambda part: width(part) <= _SUMMARY_WIDTH)
    return (title, tag("p", text(summary), _SUMMARY)) if summary else (title,)


def article_pieces(article: Article, position: str, keys: Mapping[str, str]) -> tuple[str, ...]:
    """Return an article in full, as parts between which it may be cut.

    `position` (such as `1 / 4`) stands above the title, the footnotes stand at the end. `keys` maps the digest of each
    picture to the key of its placeholder; of other pictures only the caption is shown.
    """
    html = _WechatHtml(keys, article.blocks)
    title = tag("h2", text(clean_line(article.title)), _TITLE)
    above = tag("p", text(position), _POSITION) if position else ""
    body = html.parts(article.blocks)
    return (above + title, *filter(None, (*body, html.footnotes(article.url or ""))))


def lead_pieces(lead: Blocks, keys: Mapping[str, str]) -> tuple[str, ...]:
    """Return the text before the articles of an issue or a section, as parts between which it may be cut."""
    html = _WechatHtml(keys, lead)
    return tuple(filter(None, (*html.parts(lead), html.footnotes())))


class _WechatHtml(BlockHtml):
    """Writes the blocks of one article, and collects the addresses for its footnotes."""

    code_element = "section"

    def __init__(self, keys: Mapping[str, str], blocks: Blocks) -> None:
        super().__init__(_FIRST_HEADING)
        self._addresses: dict[str, None] = {}
        self._keys = keys
        # Beside numbered notes, numbers alone would not tell which of the two a mark refers to.
        self._address_mark = "链接" if any(isinstance(block, Note) for block in walk(blocks)) else ""

    def attributes(self, role: str) -> str:
        """Return the inline style of a role."""
        return f' style="{_STYLES[role]}"' if role in _STYLES else ""

    def link(self, url: str, inner: str) -> str:
        """Return a link to a published article, or text with the number of its footnote."""
        address = link_address(url)
        if address.startswith(_PLATFORM_URL):
            return tag("a", inner, f"color:{ACCENT}", f' href="{escape(address)}"')
        printed = address.removeprefix("mailto:")
        if not address or inner in {escape_text(url), escape_text(printed)}:
            return inner
        self._addresses.setdefault(printed)
        return inner + tag("sup", f"[{self._mark(printed)}]")

    def note_reference(self, label: str, inner: str) -> str:  # noqa: ARG002  the platform keeps no way to the note
        """Return the mark of a note."""
        return tag("sup", inner)

    def notes(self, notes: Sequence[Note]) -> str:
        """Return the notes behind the article."""
        lines = (
            tag("p", f"{text(note_mark(each.label))} {self.content(each.blocks)}", _NOTES) for each in notes
        )
        return tag("section", "".join(lines), _NOTES_FRAME)

    def image(self, picture: Picture) -> str:
        """Return the placeholder of a picture that will be uploaded; of one on another site, its address."""
        if picture.digest in self._keys:
            alt = picture.alt or plain(picture.caption)
            return picture_placeholder(self._keys[picture.digest], alt, picture.width)
        address = web_address(picture.url)
        return tag("p", self.link(address, "查看图片"), _CAPTION) if address else ""

    def framed_table(self, rows: str, caption: str, columns: int) -> str:
        """Return a table below its caption; one with many columns scrolls sideways."""
        above = tag("p", caption, _CAPTION) if caption else ""
        if columns <= _COLUMNS_OF_A_PHONE:
            return above + tag("table", rows, _TABLE)
        wide = f"{_TABLE};min-width:{columns * _COLUMN_PIXELS}px"
        return above + tag("section", tag("table", rows, wide), "overflow-x:auto")

    def footnotes(self, source: str = "") -> str:
        """Return the collected addresses, numbered as the text refers to them, and the one that the title links to."""
        lines = [tag("p", text(f"[{self._mark(url)}] {url}"), _NOTES) for url in self._addresses]
        address = web_address(source)
        if address and address not in self._addresses:
            lines.append(tag("p", text(f"原文 {address}"), _NOTES))
        return tag("section", "".join(lines), _NOTES_FRAME) if lines else ""

    def _mark(self, url: str) -> str:
        """Return the mark of a collected address."""
        return f"{self._address_mark}{list(self._addresses).index(url) + 1}"
