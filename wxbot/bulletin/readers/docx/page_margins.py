"""Read page headers and footers: they are left out, but a masthead that stands in a header is offered to the parser."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from wxbot.bulletin.model import Line
from wxbot.bulletin.readers.docx.drafts import DraftLine, dropped_line
from wxbot.bulletin.readers.docx.markup import Element, child, children_of, is_on, r, w
from wxbot.bulletin.readers.docx.shared import WordDocument
from wxbot.bulletin.readers.docx.story import StoryReader

__all__ = ["HEADER", "PageMargins"]

HEADER = "page header"
_FOOTER = "page footer"
_TOP_LINES = 10
_MAX_MASTHEAD = 60
"""Characters of a line of a masthead, at most."""

_NUMBER = re.compile(
    r"第\s*[0-9０-９一二三四五六七八九十百〇零、,，/和及 ]{1,12}\s*期|总第|(?i:\bno\.?\s*\d|\bvol)"
)
_DATE = re.compile(r"[12][0-9]{3}\s*[年./-]\s*[0-9]{1,2}|[〇一二][〇零一二三四五六七八九]{3}年")
_NAME = re.compile(
    r"\S*(?:简报|簡報|简讯|快讯|通讯|快报|月报|周报|旬报|日报|季报|周刊|月刊|季刊|会刊|专报|内参|参阅|动态|通报|信息|要情|参考|时讯|资讯)"
)
_BLANKS = re.compile(r"\s+")


@dataclass(slots=True)
class _Margin:
    """One header or footer: its lines, and whether it stands only on the first page."""

    kind: str
    lines: list[DraftLine]
    first_page: bool = False
    applies: bool = True


@dataclass
class PageMargins:
    """The headers and footers of a document, in the order of its sections; each part is read once."""

    document: WordDocument
    _margins: dict[str, _Margin] = field(default_factory=dict)
    _sections: int = 0

    def add_section(self, properties: Element) -> None:
        """Read the headers and footers that a section refers to."""
        self._sections += 1
        title_page = child(properties, "titlePg")
        has_title_page = title_page is not None and is_on(title_page)
        for one in properties.iterchildren(w("headerReference"), w("footerReference")):
            relation = self.document.main.relationships.get(one.get(r("id"), ""))
            if relation is None or relation.external or relation.target in self._margins:
                continue
            where = one.get(w("type"), "default")
            kind = HEADER if one.tag == w("headerReference") else _FOOTER
            on_first_page = self._sections == 1 and where == ("first" if has_title_page else "default")
            self._margins[relation.target] = _Margin(
                kind, self._read(relation.target), on_first_page and has_title_page, on_first_page
            )

    def _read(self, name: str) -> list[DraftLine]:
        """Return the lines of a header or footer."""
        part, root = self.document.root(name)
        return [] if root is None else list(StoryReader(self.document, part, depth=1).read(children_of(root)))

    def headers(self, body: Sequence[DraftLine]) -> Iterator[DraftLine]:
        """Yield the headers; those that hold what the top of the body lacks of a masthead are not marked as dropped."""
        top = [draft.line for draft in body if draft.is_printed][:_TOP_LINES]
        printed = _BLANKS.sub("", "".join(line.text for line in top if len(line.text) <= _MAX_MASTHEAD))
        for margin in self._margins.values():
            if margin.kind == HEADER:
                offered = margin.applies and self._has_masthead(margin, printed)
                yield from (
                    draft if offered else _left_out(draft, HEADER) for draft in _distinct(margin.lines)
                )

    def footers(self) -> Iterator[DraftLine]:
        """Yield the footers, marked as dropped."""
        for margin in self._margins.values():
            if margin.kind == _FOOTER:
                yield from (_left_out(draft, _FOOTER) for draft in _distinct(margin.lines))

    @staticmethod
    def _has_masthead(margin: _Margin, printed: str) -> bool:
        """Tell if a header holds a name, number or date that the top of the body does not print."""
        lines = [
            draft.line for draft in margin.lines if draft.is_printed and len(draft.line.text) <= _MAX_MASTHEAD
        ]
        for line in lines:
            text = _BLANKS.sub("", line.text)
            if text in printed:
                continue
            if any(found.search(line.text) and not found.search(printed) for found in (_NUMBER, _DATE)):
                return True
            if _NAME.match(text) and not _NAME.search(printed):
                return True
        return False


def _distinct(lines: Sequence[DraftLine]) -> list[DraftLine]:
    """Return lines without those whose text was there before."""
    return list({draft.line.text: draft for draft in reversed(lines)}.values())[::-1]


def _left_out(draft: DraftLine, reason: str) -> DraftLine:
    """Return a line marked as dropped, with the reason it may have already."""
    if draft.line.drop_reason:
        return draft
    line: Line = replace(draft.line, drop_reason=reason, block=None, text=draft.line.text or "［图片］")
    return replace(draft, line=line) if line.text else dropped_line("［图片］", reason)
