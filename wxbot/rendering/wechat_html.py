"""Article blocks as HTML that WeChat keeps (wechat-platform.md, section I), in the look of the brand.

The platform drops the address of links to other sites, so such addresses are printed as numbered footnotes behind the
article.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape

from wxbot.bulletin.blocks import Blocks, Note, Paragraph, Picture, link_address, plain, walk, web_address
from wxbot.library import Article
from wxbot.rendering.article_look import PLAIN_ARTICLE_LOOK, ArticleLook
from wxbot.rendering.block_html import BlockHtml, escape_text, note_mark
from wxbot.rendering.headlines import fitting_sentences
from wxbot.rendering.issue_texts import clean_line
from wxbot.text import width
from wxbot.wechat.article_rules import PLATFORM_ARTICLE

__all__ = ["article_pieces", "contents_pieces", "lead_pieces"]

_FIRST_HEADING = 3  # the title of an article is of rank 2
_SUMMARY_WIDTH = 96
_LINK_NAME_WIDTH = 40
_CODE_WIDTH = 120
_TAG = re.compile(r"<[^>]*>")


def contents_pieces(
    article: Article, place: str = "", look: ArticleLook = PLAIN_ARTICLE_LOOK
) -> tuple[str, ...]:
    """Return an article's entry in a table of contents: its title, the item that holds it, and a short summary."""
    words = f"<strong>{escape_text(clean_line(article.title))}</strong>{look.place(place)}"
    title = look.element("p", words, "entry")
    summary = fitting_sentences(_beginning(article), lambda part: width(part) <= _SUMMARY_WIDTH)
    return (title, look.element("p", escape_text(summary), "summary")) if summary else (title,)


def _beginning(article: Article) -> str:
    """Return the first paragraph of an article if its summary begins it: the summary may be cut within a sentence."""
    first = clean_line(article.paragraphs[0]) if article.paragraphs else ""
    return first if first.startswith(clean_line(article.summary).rstrip("…")) else article.summary


def article_pieces(
    article: Article, position: str, keys: Mapping[str, str], look: ArticleLook = PLAIN_ARTICLE_LOOK
) -> tuple[str, ...]:
    """Return an article in full, as parts between which it may be cut.

    `position` (such as `1 / 4`) stands above the title, the footnotes stand at the end. `keys` maps the digest of each
    picture to the key of its placeholder; of other pictures only the caption is shown.
    """
    html = _WechatHtml(keys, article.blocks, look)
    title = look.element("h2", escape_text(clean_line(article.title)), "title")
    above = look.element("p", escape_text(position), "position") if position else ""
    body = html.parts(article.blocks)
    return (above + title, *filter(None, (*body, html.footnotes(article.url or ""))))


def lead_pieces(
    lead: Blocks, keys: Mapping[str, str], look: ArticleLook = PLAIN_ARTICLE_LOOK
) -> tuple[str, ...]:
    """Return the text before the articles of an issue or a section, as parts between which it may be cut."""
    html = _WechatHtml(keys, lead, look)
    return tuple(filter(None, (*html.parts(lead), html.footnotes())))


class _WechatHtml(BlockHtml):
    """Writes the blocks of one article, and collects the addresses for its footnotes."""

    def __init__(self, keys: Mapping[str, str], blocks: Blocks, look: ArticleLook) -> None:
        super().__init__(_FIRST_HEADING)
        self._addresses: dict[str, str] = {}
        self._keys = keys
        self._look = look
        self._depth = 0  # of entries and cells around the present block
        # Beside numbered notes, numbers alone would not tell which of the two a mark refers to.
        self._address_mark = "链接" if any(isinstance(block, Note) for block in walk(blocks)) else ""

    def attributes(self, role: str) -> str:
        """Return the inline style of a role."""
        nested = f"nested-{role}" if self._depth and f"nested-{role}" in self._look.styles else role
        style = self._look.styles.get(nested, "")
        return f' style="{style}"' if style else ""

    def content(self, blocks: Blocks) -> str:
        """Return the blocks inside a cell or an entry, where lists stand closer."""
        self._depth += 1
        try:
            return super().content(blocks)
        finally:
            self._depth -= 1

    def quotation(self, blocks: Blocks) -> str:
        """Return the blocks inside a quotation; the last paragraph has no space behind it."""
        if blocks and isinstance(last := blocks[-1], Paragraph) and last.spans:
            return super().quotation(blocks[:-1]) + self.element("p", self.line(last.spans), "last-paragraph")
        return super().quotation(blocks)

    def link(self, url: str, inner: str) -> str:
        """Return a link to a published article, or text with the number of its footnote."""
        address = link_address(url)
        if address.startswith(PLATFORM_ARTICLE):
            return self._look.element("a", inner, "link", f' href="{escape(address)}"')
        printed = address.removeprefix("mailto:")
        if not address or inner in {escape_text(url), escape_text(printed)}:
            return inner
        self._addresses.setdefault(printed, _TAG.sub("", inner))
        return inner + self._look.element("sup", f"[{self._mark(printed)}]", "mark")

    def note_reference(self, label: str, inner: str) -> str:
        """Return the mark of a note, in the form in which it stands before the note; no link to it would be kept."""
        return self._look.element("sup", escape_text(note_mark(label)) if inner == label else inner, "mark")

    def notes(self, notes: Sequence[Note]) -> str:
        """Return the notes behind the article."""
        look = self._look
        lines = (
            look.element(
                "p", f"{escape_text(note_mark(each.label))} {self.content(each.blocks)}", "framed-note"
            )
            for each in notes
        )
        return look.element("section", "".join(lines), "notes-frame")

    def image(self, picture: Picture) -> str:
        """Return the placeholder of a picture that will be uploaded; of one on another site, its address."""
        if picture.digest in self._keys:
            alt = picture.alt or plain(picture.caption)
            return self._look.picture(self._keys[picture.digest], alt, picture.width)
        address = web_address(picture.url)
        return self._look.element("p", self.link(address, "查看图片"), "caption") if address else ""

    def code(self, text: str) -> str:
        """Return a text whose lines stay whole and scroll sideways; very long lines are prose, and are broken."""
        is_long = max(map(width, text.splitlines()), default=0) > _CODE_WIDTH
        return self._look.element("section", escape_text(text), "long-code" if is_long else "code")

    def framed_table(self, rows: str, caption: str, columns: int) -> str:
        """Return a table below its caption; one with many columns scrolls sideways."""
        above = self._look.element("p", caption, "table-caption") if caption else ""
        return above + self._look.table(rows, columns)

    def footnotes(self, source: str = "") -> str:
        """Return the collected addresses, numbered as the text refers to them, and the one that the title links to."""
        look = self._look
        lines = [
            look.element(
                "p", f"[{self._mark(url)}] {_name_before(name, url)}{escape_text(url)}", "framed-note"
            )
            for url, name in self._addresses.items()
        ]
        if lines:
            lines.insert(0, look.element("p", "文中的链接", "notes-heading"))
        address = web_address(source)
        if address and address not in self._addresses:
            lines.append(look.element("p", escape_text(f"原文 {address}"), "framed-note"))
        return look.element("section", "".join(lines), "notes-frame") if lines else ""

    def _mark(self, url: str) -> str:
        """Return the mark of a collected address."""
        return f"{self._address_mark}{list(self._addresses).index(url) + 1}"


def _name_before(name: str, url: str) -> str:
    """Return the words that linked to an address, as they stand before it in its footnote; "" for long ones."""
    return f"{name}　" if name and width(name) <= _LINK_NAME_WIDTH and name not in url else ""
