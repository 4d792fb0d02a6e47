"""Rows of the console's reading page: the lines of the source with what they became, and the issue as a tree."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wxbot.bulletin import ParsedArticle, ParsedIssue
from wxbot.bulletin.blocks import Picture, pictures
from wxbot.bulletin.issue_number import number_label
from wxbot.bulletin.model import LineUse
from wxbot.bulletin.push_form import WHOLE
from wxbot.bulletin.reading_labels import USE_LABELS, doubt_at_line, place_label
from wxbot.bulletin.reading_tree import content_label
from wxbot.bulletin.settle_reading import Reading
from wxbot.bulletin.source_map import PlaceKind, TracedLine

__all__ = [
    "USES",
    "ArticleNode",
    "LineRow",
    "SectionNode",
    "general_doubts",
    "line_rows",
    "masthead_rows",
    "next_doubt",
    "tree_of",
]

USES = [(use, USE_LABELS[use], key) for use, key in zip(USE_LABELS, "tsxhmvdwy", strict=True)]
"""What a line can be, with its label and the key that settles it; the buttons show both."""

_STRONG = {PlaceKind.SECTION: "section", PlaceKind.TITLE: "title", PlaceKind.DROPPED: "dropped"}


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of the source: its place among the lines, its number, and what it became.

    `kind` is how the row looks, `picture` the digest or address of a picture that stands alone on the line.
    """

    index: int
    at: int
    text: str
    became: str
    kind: str
    settled: str
    doubts: Sequence[str]
    picture: str = ""


@dataclass(frozen=True, slots=True)
class ArticleNode:
    """An article in the tree: its position in the issue and in its section, its pictures, and the doubts in it."""

    index: int
    place: int
    article: ParsedArticle
    contains: str
    pictures: Sequence[str]
    doubts: int


@dataclass(frozen=True, slots=True)
class SectionNode:
    """A section in the tree; `choice` is the name by which forms name it."""

    index: int
    name: str
    choice: str
    articles: Sequence[ArticleNode]


def line_rows(reading: Reading, start: int, end: int) -> list[LineRow]:
    """Return the rows of the lines from one position up to another."""
    doubts = defaultdict[int, list[str]](list)
    for problem in reading.parsed.problems:
        doubts[problem.line].append(doubt_at_line(problem, "这一行").removeprefix("这一行："))
    rows, last = [], 0
    for index, one in enumerate(reading.traced[:end]):
        # The parts of a split line have one number: its doubts stand at the first.
        found = doubts[one.line.at] if one.line.at != last else []
        last = one.line.at
        if index >= start:
            rows.append(_row(index, one, found))
    return rows


def _row(index: int, one: TracedLine, doubts: Sequence[str]) -> LineRow:
    """Return the row of one line."""
    settled = one.line.settled
    label = USE_LABELS.get(settled, "") if settled is not None else ""
    if settled is LineUse.CHECKED:
        label = "看过，读得对"
    block = one.line.block
    picture = block.digest or block.url if isinstance(block, Picture) else ""
    first = one.places[0].kind if one.places else None
    kind = "lost" if first is None else _STRONG.get(first, "")
    return LineRow(index, one.line.at, one.line.text, place_label(one.places), kind, label, doubts, picture)


def general_doubts(reading: Reading) -> list[str]:
    """Return the doubts that stand at no line of the source."""
    lines = {one.line.at for one in reading.traced}
    return [problem.says for problem in reading.parsed.problems if problem.line not in lines]


def next_doubt(reading: Reading, after: int) -> int | None:
    """Return the position of the next line with a doubt behind a position, else of the first one; None for none."""
    doubted = {problem.line for problem in reading.parsed.problems}
    first: int | None = None
    last = 0
    for index, one in enumerate(reading.traced):
        if one.line.at in doubted and one.line.at != last:
            if index > after:
                return index
            first = index if first is None else first
        last = one.line.at
    return first


def tree_of(parsed: ParsedIssue) -> list[SectionNode]:
    """Return the sections of an issue with their articles."""
    return list(_sections(parsed))


def _sections(parsed: ParsedIssue) -> Iterator[SectionNode]:
    starts = sorted(article.line for article in parsed.articles if article.line)
    doubts = [problem.line for problem in parsed.problems]
    first = 0
    for at, section in enumerate(parsed.sections):
        nodes = []
        for place, article in enumerate(section.articles):
            end = next((line for line in starts if line > article.line), 10**9)
            count = sum(article.line <= line < end for line in doubts) if article.line else 0
            shown = [each.digest for each in pictures(article.blocks) if each.digest]
            nodes.append(
                ArticleNode(first + place, place + 1, article, content_label(article.blocks), shown, count)
            )
        first += len(section.articles)
        yield SectionNode(at, section.name or "（没有栏目名）", section.name or WHOLE, nodes)


def masthead_rows(parsed: ParsedIssue) -> list[tuple[str, str]]:
    """Return what was read of the masthead; what is missing is said so."""
    number = number_label(parsed.number) if parsed.number else "没有读出"
    date = str(parsed.date) if parsed.date else "没有读出"
    return [("刊名", parsed.title or "没有读出"), ("期号", number), ("日期", date)]
