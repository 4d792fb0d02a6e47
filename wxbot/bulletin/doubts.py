"""Find signs that a structure was read wrongly: lines like titles inside the text, a reading of low confidence."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from wxbot.bulletin import contents, line_text
from wxbot.bulletin.captions import captioned_lines, is_author, is_byline
from wxbot.bulletin.line_text import LineEnd, columns
from wxbot.bulletin.masthead import Masthead
from wxbot.bulletin.model import Line, ParsedSection, Problem, Role
from wxbot.bulletin.scanned_pages import is_scanned_page
from wxbot.bulletin.structure_doubts import find_sole_title, find_structure_doubts
from wxbot.bulletin.typed_blocks import LineBlock

__all__ = [
    "find_heading_doubts",
    "find_lost_entries",
    "find_missed_titles",
    "report_lost_pictures",
    "report_low_confidence",
    "report_scanned_pages",
]

_MIN_TITLE, _MAX_TITLE = 8, 44
"""Columns of a paragraph that may be a title, at least and at most."""

_MIN_TEXT = 24
"""Columns of the sentence below it, at least."""

_MIN_MISSED = 2
"""Paragraphs like titles that are reported, at least: one may be anything."""

_MIN_LOST = 3
"""Lines of a table of contents without title or section that are reported, at least."""

_LOST_PICTURE = re.compile(r"(?:全部)?图片超过|图片打不开|(?!SVG).{2,20}，网页和微信都不能显示")
"""Beginning of the reason why a picture was left out that is more than an ornament."""

_LOW_CONFIDENCE = 0.6
"""Confidence below which a reading without a doubt is doubted as a whole."""

_LOW_CERTAINTY = 0.7
"""Certainty of the structure below which it is named as the reason."""


def find_heading_doubts(
    body: Sequence[LineBlock], articles: int, known: Sequence[Problem], *, is_named: bool
) -> list[Problem]:
    """Return the doubts about headings at lines without a `known` one; `is_named`: the masthead prints a name."""
    found = list(find_missed_titles(body, articles))
    found += [] if is_named else find_sole_title(body)
    doubted = {problem.line for problem in (*known, *found)}
    return found + [each for each in find_structure_doubts(body) if each.line not in doubted]


def find_missed_titles(body: Sequence[LineBlock], articles: int) -> Iterator[Problem]:
    """Yield one doubt where paragraphs like titles stand above text, and at least half as many as there are titles."""
    captions = captioned_lines([block.lines[0] for block in body])
    found = [
        above
        for index, (above, below) in enumerate(pairwise(body))
        if index not in captions and _is_like_title(above) and _is_sentence(below)
    ]
    if len(found) >= max(_MIN_MISSED, articles / 2):
        first = found[0]
        says = f"第 {first.at} 行“{first.text[:20]}”等 {len(found)} 行像标题，按正文处理；可能漏读了标题"
        yield Problem(first.at, says)


def _is_like_title(block: LineBlock) -> bool:
    """Tell if a block of text is a short line of its own without mark, label or last sign."""
    line = block.lines[0]
    return (
        block.role is Role.TEXT
        and len(block.lines) == 1
        and line.block is None
        and line.settled is None
        and not (line.item or line.quote or line.table_row or line.align == "right")
        and _MIN_TITLE <= columns(line.text) <= _MAX_TITLE
        and line_text.line_end(line.text) is LineEnd.NONE
        and not (line_text.leading_marker(line.text).kind or is_byline(line.text) or is_author(line.text))
        and not any(sign in line.text for sign in "：:|/")
    )


def _is_sentence(block: LineBlock) -> bool:
    """Tell if a block is a paragraph of running text."""
    ends = line_text.line_end(block.text) is LineEnd.STOP
    return (
        block.role is Role.TEXT and block.lines[0].block is None and ends and columns(block.text) > _MIN_TEXT
    )


def find_lost_entries(listed: Sequence[Line], sections: Sequence[ParsedSection]) -> Iterator[Problem]:
    """Yield one doubt where most lines set apart as a table of contents name no title and no section."""
    names = [section.name for section in sections]
    names += [article.title for section in sections for article in section.articles]
    text = "\n".join(contents.key(name) for name in names)
    entries = [line for line in listed if not contents.is_toc_heading(line)]
    lost = [line for line in entries if contents.key(line.text) not in text]
    if len(lost) >= _MIN_LOST and len(lost) * 2 > len(entries):
        first = lost[0]
        says = f"第 {first.at} 行“{first.text[:20]}”等 {len(lost)} 行按目录略去，正文里却没有这些标题；可能是正文"
        yield Problem(first.at, says)


def report_low_confidence(head: Masthead, certainty: float, confidence: float) -> Iterator[Problem]:
    """Yield one doubt that says why the confidence in a reading is low; nothing for a sure one."""
    if confidence >= _LOW_CONFIDENCE:
        return
    reasons = [] if head.title else ["没有读出刊名"]
    reasons += [] if head.date or head.is_numbered else ["没有读出日期和期号"]
    reasons += ["标题和栏目还有别的读法"] if certainty < _LOW_CERTAINTY else []
    yield Problem(1, f"整份的把握不大（{confidence:.2f}）：{'，'.join(reasons)}；请核对标题和栏目")


def report_scanned_pages(lines: Sequence[Line]) -> list[Problem]:
    """Return a problem for each picture that is a whole page without text: what stands in it cannot be read."""
    says = "{}按图片收入，图里的文字没有读出；请核对，需要时补上文字"
    return [Problem(line.at, says.format(line.text)) for line in lines if is_scanned_page(line.block)]


def report_lost_pictures(lines: Sequence[Line]) -> list[Problem]:
    """Return a doubt for each reason for which a reader left out pictures that a reader of the bulletin would see."""
    places: dict[str, list[int]] = {}
    for line in lines:
        if _LOST_PICTURE.match(line.drop_reason):
            places.setdefault(line.drop_reason, []).append(line.at)
    return [
        Problem(
            found[0],
            f"第 {found[0]} 行{'的图片' if len(found) == 1 else f'起有 {len(found)} 张图片'}没有收入：{why}",
        )
        for why, found in places.items()
    ]
