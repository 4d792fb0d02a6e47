"""Article blocks as HTML that WeChat keeps (wechat-platform.md, section I).

The platform drops style sheets, classes, ids and positions, so every element carries its own style. It also drops the
address of links to other sites, so such addresses are printed as numbered footnotes behind the article.
"""

from collections.abc import Callable, Mapping
from html import escape

from wxbot.library import Article
from wxbot.rendering import blocks as b
from wxbot.rendering.issue_texts import clean_line, shorten
from wxbot.text import strip_controls, width

__all__ = [
    "ACCENT",
    "FRAME",
    "article_pieces",
    "contents_pieces",
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

_PLATFORM_URL = "https://mp.weixin.qq.com/"  # the platform keeps links to published articles only


def tag(name: str, inner: str, style: str = "", extra: str = "") -> str:
    """Return an element around HTML; `style` and `extra` are not escaped and must not come from a bulletin."""
    attribute = f' style="{style}"' if style else ""
    return f"<{name}{extra}{attribute}>{inner}</{name}>"


def text(raw: str) -> str:
    """Return text as HTML; braces are escaped too, so that no article can imitate a picture placeholder."""
    return escape(strip_controls(raw), quote=False).replace("{", "&#123;")


def picture_placeholder(key: str) -> str:
    """Return the placeholder of a picture that is not uploaded yet."""
    return f"{{{{picture:{key}}}}}"


def section_heading(name: str) -> str:
    """Return the heading with a section's name."""
    return tag("h2", text(clean_line(name)), _SECTION)


def note(words: str, colour: str = _SOFT) -> str:
    """Return a small centred line, such as a hint at the beginning or end of a draft."""
    return tag(
        "p", text(words), f"margin:24px 0 0;color:{colour};font-size:14px;line-height:1.6;text-align:center"
    )


def contents_pieces(article: Article) -> tuple[str, ...]:
    """Return an article's entry in a table of contents: its title and a short summary."""
    title = tag("p", tag("strong", text(clean_line(article.title))), "margin:0 0 4px;line-height:1.6")
    summary = shorten(article.summary, lambda part: width(part) <= _SUMMARY_WIDTH)
    return (title, tag("p", text(summary), _SUMMARY)) if summary else (title,)


def article_pieces(article: Article, position: str, keys: Mapping[str, str]) -> tuple[str, ...]:
    """Return an article in full, as parts between which it may be cut.

    `position` (such as `1 / 4`) stands above the title, the footnotes stand at the end. `keys` maps the path of each
    picture to the key of its placeholder; other pictures are left out.
    """
    renderer = _BlockRenderer(keys)
    body = [renderer.block(block) for block in b.blocks(article.paragraphs)]
    title = tag("h2", text(clean_line(article.title)), _TITLE)
    above = tag("p", text(position), _POSITION) if position else ""
    paragraphs = "\n".join(article.paragraphs)
    body += [renderer.picture(b.Image(name)) for name in article.images if name not in paragraphs]
    renderer.notes.update(
        dict.fromkeys(url for url in (*article.links, article.url) if url and url not in paragraphs)
    )
    return (above + title, *filter(None, (*body, renderer.footnotes())))


class _BlockRenderer:
    """Renders the blocks of one article and collects the addresses for its footnotes."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self.notes: dict[str, None] = {}
        self._keys = keys
        self._renderers: dict[type[b.Block], Callable[..., str]] = {
            b.Paragraph: lambda block: tag("p", self.line(block.spans), _PARAGRAPH),
            b.Heading: lambda block: tag("h3", self.line(block.spans), _HEADING),
            b.ItemList: self.items,
            b.Quote: self.quote,
            b.Image: self.picture,
            b.Table: self.table,
            b.Code: lambda block: tag("section", text(block.text), f"{_CODE};{_MONO}"),
            b.Divider: lambda _: f'<hr style="{_RULE}">',
        }

    def block(self, block: b.Block) -> str:
        """Return a block's HTML; "" for a picture without a key."""
        return self._renderers[type(block)](block)

    def items(self, block: b.ItemList) -> str:
        """Return a list with the numbers that the bulletin printed."""
        inner = "".join(tag("li", self.line(item), "margin:0 0 6px") for item in block.items)
        if not block.ordered:
            return tag("ul", inner, _LIST)
        return tag("ol", inner, _LIST, f' start="{block.start}"' if block.start != 1 else "")

    def quote(self, block: b.Quote) -> str:
        """Return quoted paragraphs."""
        return tag(
            "blockquote", "".join(tag("p", self.line(line), "margin:0") for line in block.lines), _QUOTE
        )

    def table(self, block: b.Table) -> str:
        """Return a table with its heading row."""
        head = "".join(tag("th", self.line(cell), f"{_CELL};background-color:#f6f3ed") for cell in block.head)
        rows = (tag("tr", "".join(tag("td", self.line(cell), _CELL) for cell in row)) for row in block.rows)
        return tag("table", tag("thead", tag("tr", head)) + tag("tbody", "".join(rows)), _TABLE)

    def picture(self, block: b.Image) -> str:
        """Return the placeholder of a picture that will be uploaded, and its caption."""
        placeholder = picture_placeholder(self._keys[block.url]) if block.url in self._keys else ""
        return placeholder + (tag("p", text(block.alt), _CAPTION) if block.alt else "")

    def line(self, spans: b.Spans) -> str:
        """Return a line of text with its links and emphasis."""
        return "".join(map(self._span, spans))

    def footnotes(self) -> str:
        """Return the collected addresses, numbered as the text refers to them."""
        lines = (tag("p", text(f"[{n}] {url}"), _NOTES) for n, url in enumerate(self.notes, start=1))
        return tag("section", "".join(lines), "margin:0 0 16px") if self.notes else ""

    def _span(self, span: b.Span) -> str:
        """Return a run of text; a link to another site gets a footnote number."""
        inner = text(span.text)
        if span.code:
            inner = tag("span", inner, _MONO)
        if span.strong:
            inner = tag("strong", inner)
        if span.url.startswith(_PLATFORM_URL):
            return tag("a", inner, f"color:{ACCENT}", f' href="{escape(span.url)}"')
        if not span.url or span.url == b.web_address(span.text):
            return inner
        self.notes.setdefault(span.url)
        return f"{inner}<sup>[{list(self.notes).index(span.url) + 1}]</sup>"
