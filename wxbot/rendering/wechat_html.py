"""The blocks of an article in the HTML that WeChat keeps (wechat-platform.md, section I).

Styles stand on the elements, for there is no sheet; no positions, classes, ids. A link to elsewhere would lose
its address, so its address is printed behind the article and a number points there.
"""

from collections.abc import Callable, Mapping
from html import escape

from wxbot.library import Article
from wxbot.rendering import blocks as b
from wxbot.rendering.headline import shorten
from wxbot.rendering.links import clean
from wxbot.text import strip_controls, width

__all__ = [
    "ACCENT",
    "FRAME",
    "article_pieces",
    "contents_pieces",
    "heading",
    "note",
    "picture_mark",
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
_COUNT = f"margin:40px 0 4px;color:{ACCENT};font-size:14px;line-height:1.5;letter-spacing:1px"
_SECTION = (
    f"margin:40px 0 16px;padding:0 0 6px;border-bottom:2px solid {ACCENT};color:{ACCENT};font-size:18px"
)
_HEADING = (
    f"margin:28px 0 12px;padding:0 0 0 10px;border-left:3px solid {ACCENT};font-size:17px;line-height:1.5"
)
_LIST = "margin:0 0 16px;padding:0 0 0 26px"
_QUOTE = f"margin:0 0 16px;padding:2px 0 2px 14px;border-left:3px solid {_LINE};color:{_SOFT}"
_CAPTION = f"margin:0 0 16px;color:{_SOFT};font-size:14px;text-align:center"
_TABLE = "width:100%;margin:0 0 16px;border-collapse:collapse;font-size:14px;line-height:1.6"
_CELL = f"padding:6px 8px;border:1px solid {_LINE};vertical-align:top"
_CODE = "margin:0 0 16px;padding:12px;background-color:#f6f3ed;font-size:13px;white-space:pre-wrap"
_MONO = "font-family:Menlo,Consolas,monospace"
_RULE = f"width:64px;margin:28px auto;border:0;border-top:1px solid {_LINE}"
_NOTES = f"margin:0;padding:0;color:{_SOFT};font-size:13px;line-height:1.6;word-break:break-all"
_SUMMARY = f"margin:0 0 18px;color:{_SOFT};font-size:14px;line-height:1.6"
_SUMMARY_WIDTH = 72

_OWN = "https://mp.weixin.qq.com/"  # links to published articles are the only ones whose address is kept


def tag(name: str, inner: str, style: str = "", extra: str = "") -> str:
    """An element around HTML; `style` and `extra` come from this package, never from a bulletin."""
    dressed = f' style="{style}"' if style else ""
    return f"<{name}{extra}{dressed}>{inner}</{name}>"


def text(raw: str) -> str:
    """Text as HTML; braces too are escaped, so that no article can hold what looks like a picture's mark."""
    return escape(strip_controls(raw), quote=False).replace("{", "&#123;")


def picture_mark(key: str) -> str:
    """What stands for a picture until it is uploaded."""
    return f"{{{{picture:{key}}}}}"


def heading(name: str) -> str:
    """The name of a section above its articles."""
    return tag("h2", text(clean(name)), _SECTION)


def note(words: str, colour: str = _SOFT) -> str:
    """A line of ours at the beginning or end, in small letters in the middle."""
    return tag(
        "p", text(words), f"margin:24px 0 0;color:{colour};font-size:14px;line-height:1.6;text-align:center"
    )


def contents_pieces(article: Article) -> tuple[str, ...]:
    """An article in a table of contents: its title, and its beginning in a line."""
    title = tag("p", tag("strong", text(clean(article.title))), "margin:0 0 4px;line-height:1.6")
    summary = shorten(article.summary, lambda part: width(part) <= _SUMMARY_WIDTH)
    return (title, tag("p", text(summary), _SUMMARY)) if summary else (title,)


def article_pieces(article: Article, count: str, keys: Mapping[str, str]) -> tuple[str, ...]:
    """An article in full, block by block: `count` (such as 1 / 4) above its title, its addresses behind it.

    `keys` tells under which key each picture, named as the article names it, is going to be uploaded.
    """
    dress = _Dress(keys)
    body = [dress.block(block) for block in b.blocks(article.paragraphs)]
    title = tag("h2", text(clean(article.title)), _TITLE)
    above = tag("p", text(count), _COUNT) if count else ""
    text_ = "\n".join(article.paragraphs)
    body += [dress.picture(b.Image(name)) for name in article.images if name not in text_]
    dress.notes.update(
        dict.fromkeys(url for url in (*article.links, article.url) if url and url not in text_)
    )
    return (above + title, *filter(None, (*body, dress.footnotes())))


class _Dress:
    """Puts blocks into HTML, and remembers which addresses have to be printed at the end."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self.notes: dict[str, None] = {}
        self._keys = keys
        self._how: dict[type[b.Block], Callable[..., str]] = {
            b.Paragraph: lambda block: tag("p", self.line(block.spans), _PARAGRAPH),
            b.Heading: lambda block: tag("h3", self.line(block.spans), _HEADING),
            b.Items: self.items,
            b.Quote: self.quote,
            b.Image: self.picture,
            b.Table: self.table,
            b.Code: lambda block: tag("section", text(block.text), f"{_CODE};{_MONO}"),
            b.Divider: lambda _: f'<hr style="{_RULE}">',
        }

    def block(self, block: b.Block) -> str:
        """One block's HTML; empty for a picture that is not to be had."""
        return self._how[type(block)](block)

    def items(self, block: b.Items) -> str:
        """A list with the numbers that the bulletin printed."""
        inner = "".join(tag("li", self.line(item), "margin:0 0 6px") for item in block.items)
        if not block.ordered:
            return tag("ul", inner, _LIST)
        return tag("ol", inner, _LIST, f' start="{block.start}"' if block.start != 1 else "")

    def quote(self, block: b.Quote) -> str:
        """Quoted paragraphs."""
        return tag(
            "blockquote", "".join(tag("p", self.line(line), "margin:0") for line in block.lines), _QUOTE
        )

    def table(self, block: b.Table) -> str:
        """A table with its heading row."""
        head = "".join(tag("th", self.line(cell), f"{_CELL};background-color:#f6f3ed") for cell in block.head)
        rows = (tag("tr", "".join(tag("td", self.line(cell), _CELL) for cell in row)) for row in block.rows)
        return tag("table", tag("thead", tag("tr", head)) + tag("tbody", "".join(rows)), _TABLE)

    def picture(self, block: b.Image) -> str:
        """The mark of a picture that will be uploaded, and its caption."""
        mark = picture_mark(self._keys[block.url]) if block.url in self._keys else ""
        return mark + (tag("p", text(block.alt), _CAPTION) if block.alt else "")

    def line(self, spans: b.Spans) -> str:
        """Running text."""
        return "".join(map(self._span, spans))

    def footnotes(self) -> str:
        """The addresses, numbered as the text refers to them."""
        lines = (tag("p", text(f"[{n}] {url}"), _NOTES) for n, url in enumerate(self.notes, start=1))
        return tag("section", "".join(lines), "margin:0 0 16px") if self.notes else ""

    def _span(self, span: b.Span) -> str:
        inner = text(span.text)
        if span.code:
            inner = tag("span", inner, _MONO)
        if span.strong:
            inner = tag("strong", inner)
        if span.url.startswith(_OWN):
            return tag("a", inner, f"color:{ACCENT}", f' href="{escape(span.url)}"')
        if not span.url or span.url == b.web_address(span.text):
            return inner
        self.notes.setdefault(span.url)
        return f"{inner}<sup>[{list(self.notes).index(span.url) + 1}]</sup>"
