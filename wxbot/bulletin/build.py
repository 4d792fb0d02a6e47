"""Build sections and articles from the blocks of a body, and report doubtful places.

Headings carry ranks: a title belongs to the innermost section whose rank is higher, so that articles may follow a
sub-section and still belong to the section around it. Text without a title becomes the lead of the issue or of its
section, or an article of the section's name.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from wxbot.bulletin import line_text
from wxbot.bulletin.blocks import Blocks, Note, Paragraph, Span, Spans, walk_spans
from wxbot.bulletin.line_text import LineEnd
from wxbot.bulletin.model import (
    FIRST_LINE_ROLE,
    Dropped,
    Line,
    ParsedArticle,
    ParsedSection,
    Problem,
    Role,
)
from wxbot.bulletin.titles import ParsedTitle, read_title, section_name, text_without_notes, title_numbering
from wxbot.bulletin.typed_blocks import LineBlock, block_spans, build_blocks
from wxbot.numbers import parse_number

__all__ = ["ParsedBody", "build_body", "group_blocks", "section_names"]

SECTION_MARK = "section mark"
RUNNING_TEXT = "正文"
"""Title of the only article where neither it nor the issue has one."""

OUTER_HEADING = "heading above sections"

_COUNTED_NAME = re.compile(
    r"(?P<number>\d{1,2}|[一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾]{1,3})(?:\s+|\s*[·•・|｜/]\s*)(?P<name>[^\s·•・|｜/].*)"
)
_BLANK = re.compile(r"\s+")
_NO_BRACKETS = str.maketrans(dict.fromkeys("【】〖〗［］[]≡◆★■「」『』〔〕"))
_MAX_TITLE = 100
"""Characters of a title, at most; a longer one is reported."""

_LONG_LEAD = 400
"""Characters of a lead from which a title is probably missing above it."""


@dataclass(slots=True)
class ParsedBody:
    """Result of a body: lead, sections, problems, and dropped text."""

    lead: Blocks = ()
    sections: list[ParsedSection] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    certainty: float = 1.0


@dataclass(slots=True)
class _OpenSection:
    """A section whose articles are being collected."""

    heading: LineBlock | None
    name: str
    lead: list[LineBlock] = field(default_factory=list)
    articles: list[ParsedArticle] = field(default_factory=list)

    @property
    def rank(self) -> int:
        """Rank of the section's heading; the part of the issue without one stands above all."""
        return self.heading.rank if self.heading else 0


def group_blocks(
    lines: Sequence[Line], roles: Sequence[Role], ranks: Mapping[int, int] | None = None
) -> Iterator[LineBlock]:
    """Yield the blocks that lines with these roles form, in order; `ranks` holds the headings' ranks by position."""
    known = ranks or {}
    usual = {Role.SECTION: 1, Role.TITLE: 2, Role.HEADING: 3}
    starts = [i for i, role in enumerate(roles) if FIRST_LINE_ROLE[role] is role]
    for start, end in pairwise([*starts, len(roles)]):
        rank = known.get(start, usual.get(roles[start], 0))
        yield LineBlock(roles[start], tuple(lines[start:end]), start, rank)


def section_names(body: Sequence[LineBlock]) -> dict[int, str]:
    """Return the names of sections by the positions of their lines, without the bare numbers that count them."""
    names = {
        block.index: section_name(text_without_notes(block)) for block in body if block.role is Role.SECTION
    }
    counted = [found for name in names.values() if (found := _COUNTED_NAME.fullmatch(name))]
    values = [parse_number(found["number"]) for found in counted]
    if len(names) == len(counted) > 1 and values == list(range(1, len(values) + 1)):
        return {index: found["name"] for index, found in zip(names, counted, strict=True)}
    return names


def build_body(
    body: Sequence[LineBlock], names: Mapping[int, str], notes: Mapping[str, Blocks], name: str
) -> ParsedBody:
    """Build lead, sections and articles from the blocks of a body.

    `names` maps positions to section names; `name` is the issue's, for an issue that is one running text.
    """
    parsed = ParsedBody()
    builder = _Builder(parsed, names, notes, title_numbering(body))
    for heading, inside in _split_at_headings(body):
        builder.add(heading, inside)
    builder.finish(name)
    _report_repeats(parsed)
    return parsed


def _split_at_headings(body: Sequence[LineBlock]) -> Iterator[tuple[LineBlock | None, Sequence[LineBlock]]]:
    """Yield each section's name and title with the blocks below it; None with those above the first."""
    starts = [i for i, block in enumerate(body) if block.role in {Role.TITLE, Role.SECTION}]
    yield None, body[: starts[0] if starts else len(body)]
    for start, end in pairwise([*starts, len(body)]):
        yield body[start], body[start + 1 : end]


class _Builder:
    """Collect articles into sections, in the order of the document."""

    def __init__(
        self,
        parsed: ParsedBody,
        names: Mapping[int, str],
        notes: Mapping[str, Blocks],
        numbering: set[str],
    ) -> None:
        self._parsed = parsed
        self._names = names
        self._notes = notes
        self._numbering = numbering
        self._root = _OpenSection(None, "")
        self._sections = [self._root]
        self._open = [self._root]
        self._noted: set[str] = set()
        self._empty: list[LineBlock] = []

    def add(self, heading: LineBlock | None, inside: Sequence[LineBlock]) -> None:
        """Add a section's name or a title with the blocks below it."""
        if heading is None:
            self._root.lead += inside
            return
        while len(self._open) > 1 and self._open[-1].rank >= heading.rank:
            self._open.pop()
        if heading.role is Role.SECTION:
            section = _OpenSection(heading, self._names[heading.index], list(inside))
            self._sections.append(section)
            self._open.append(section)
        else:
            self._open[-1].articles.append(self._article(heading, inside))

    def _article(self, heading: LineBlock, body: Sequence[LineBlock]) -> ParsedArticle:
        """Build one article."""
        title = read_title(heading, self._numbering)
        self._parsed.dropped += title.dropped
        self._check_title(heading, title)
        content = self._content(body, title.spans)
        if title.source:
            content = (Paragraph((Span(title.source),)), *content)
        if not content and not title.url:
            self._empty.append(heading)
        return ParsedArticle(title.text, content, title.url, line=heading.at)

    def _content(self, body: Sequence[LineBlock], heading: Spans = ()) -> Blocks:
        """Return the typed content of blocks of lines, and behind it the notes to which it or its heading refers."""
        blocks = build_blocks(body)
        spans = [*walk_spans(blocks), *heading]
        labels = dict.fromkeys(span.note for span in spans if span.note in self._notes)
        self._noted |= set(labels)
        return (*blocks, *(Note(label, self._notes[label]) for label in labels))

    def _check_title(self, heading: LineBlock, title: ParsedTitle) -> None:
        """Report a title that seems to be cut off or to contain text."""
        text = title.text
        if line_text.line_end(text) in {LineEnd.COMMA, LineEnd.SEMI} or line_text.has_open_bracket(text):
            self._report(heading, f"标题“{text[:30]}”好像没有完；下一行可能也属于标题")
        elif len(text) > _MAX_TITLE:
            self._report(heading, f"标题“{text[:30]}…”有 {len(text)} 个字，可能混入了正文")

    def _report(self, block: LineBlock, says: str) -> None:
        """Add a problem at the line where a block begins."""
        self._parsed.problems.append(Problem(block.at, f"第 {block.at} 行{says}"))

    def finish(self, name: str) -> None:
        """Close the sections: give text without a title its place, and drop headings above sections."""
        if len(self._sections) == 1 and not self._root.articles:
            self._close_running_text(name)
        else:
            self._parsed.lead = self._content(self._root.lead)
            self._check_lead(self._root)
        for index, section in enumerate(self._sections):
            after = self._sections[index + 1] if index + 1 < len(self._sections) else None
            self._close(section, after)
        self._report_empty_articles()
        self._add_unreferenced_notes()

    def _close_running_text(self, name: str) -> None:
        """Make one article of an issue without any title."""
        content = self._content(self._root.lead)
        if content:
            self._root.articles.append(ParsedArticle(name or RUNNING_TEXT, content))
            self._report(self._root.lead[0], "起没有读出标题，全文作为一篇文章；也可能有标题没有认出")
        self._root.lead = []

    def _close(self, section: _OpenSection, after: _OpenSection | None) -> None:
        """Add a finished section to the result."""
        if section.heading is None:
            if section.articles:
                self._parsed.sections.append(ParsedSection("", tuple(section.articles)))
            return
        if not section.articles and not section.lead:
            if after is not None and after.rank > section.rank:
                self._drop_heading(section.heading)
                return
            self._report(section.heading, f"栏目“{section.name}”下没有文章")
        self._drop_section_mark(section.heading, section.name)
        content = self._content(section.lead, block_spans(section.heading.lines))
        if section.lead and not section.articles:
            # Running text below a section's name is an article of that name.
            section.articles.append(ParsedArticle(section.name, content, line=section.heading.at))
            content = ()
        self._check_lead(section)
        self._parsed.sections.append(
            ParsedSection(section.name, tuple(section.articles), content, line=section.heading.at)
        )

    def _drop_heading(self, heading: LineBlock) -> None:
        """Drop a heading that only stands above other sections."""
        self._parsed.dropped.append(Dropped(heading.at, heading.text, OUTER_HEADING))

    def _drop_section_mark(self, heading: LineBlock, name: str) -> None:
        """Report the number before a section's name as dropped; brackets and `#` are notation, not text."""
        before, _, after = _BLANK.sub("", text_without_notes(heading)).partition(_BLANK.sub("", name))
        if number := (before + after).translate(_NO_BRACKETS):
            self._parsed.dropped.append(Dropped(heading.at, number, SECTION_MARK))

    def _check_lead(self, section: _OpenSection) -> None:
        """Report a lead so long that the title of an article is probably missing."""
        if section.articles and sum(len(block.text) for block in section.lead) > _LONG_LEAD:
            self._report(section.lead[0], "起的文字没有标题，作为导语；也可能是一篇文章")

    def _report_empty_articles(self) -> None:
        """Report articles without text, unless most of the issue consists of titles alone."""
        count = sum(len(section.articles) for section in self._sections)
        if len(self._empty) * 2 <= count:
            for title in self._empty:
                self._report(title, f"标题“{title.text[:30]}”下没有正文；也可能是正文或栏目名")
        elif any(_is_cut_sentence(title.text) for title in self._empty):
            says = f"起 {count} 篇文章里有 {len(self._empty)} 篇没有正文；很可能是正文被读成了标题"
            self._report(self._empty[0], says)

    def _add_unreferenced_notes(self) -> None:
        """Add the notes to which no text refers behind the last article."""
        rest = tuple(Note(label, blocks) for label, blocks in self._notes.items() if label not in self._noted)
        sections = self._parsed.sections
        if rest and sections and sections[-1].articles:
            *others, last = sections[-1].articles
            articles = (*others, replace(last, blocks=(*last.blocks, *rest)))
            sections[-1] = replace(sections[-1], articles=articles)
        elif rest:
            self._parsed.lead = (*self._parsed.lead, *rest)


def _is_cut_sentence(text: str) -> bool:
    """Tell if a title ends with a comma or holds the end of a sentence, as a line of running text does."""
    return line_text.line_end(text) in {LineEnd.COMMA, LineEnd.SEMI} or "。" in text


def _report_repeats(parsed: ParsedBody) -> None:
    """Report titles that occur more than once in a section: often one article was read twice."""
    for section in parsed.sections:
        counts = Counter(article.title for article in section.articles)
        last = {article.title: max(1, article.line) for article in section.articles}
        parsed.problems += [
            Problem(last[title], f"标题“{title[:30]}”出现了 {count} 次")
            for title, count in counts.items()
            if count > 1
        ]
