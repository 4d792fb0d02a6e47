"""Show how a bulletin was read: as a tree with its doubts, and beside the lines of its source."""

import shutil
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import click

from wxbot.bulletin import Dropped, ParsedIssue, ParsedSection, Problem
from wxbot.bulletin.issue_number import number_label, running_label
from wxbot.bulletin.reading_labels import NOT_TEXT, doubt_at_line, place_label, reason_label
from wxbot.bulletin.reading_tree import content_label, doubts_by_node
from wxbot.bulletin.source_map import TracedLine
from wxbot.cli.context import print_json, print_line
from wxbot.text import cut_width, one_line, width

__all__ = ["print_reading", "print_source"]

_WIDTH = 80
"""Columns of a line in a pipe; a terminal may be wider or narrower."""


def print_reading(parsed: ParsedIssue) -> None:
    """Print a reading as a tree: masthead, sections, articles with counts, doubts at their place, what was left out."""
    columns = _columns()
    doubts = doubts_by_node(parsed)
    for label, value in _masthead(parsed):
        print_line(f"  {label}  {cut_width(value, columns - 8)}")
    _print_doubts(doubts.pop(0, []), "  ", columns)
    if parsed.lead:
        print_line(f"  卷首  {content_label(parsed.lead)}")
    for at, section in enumerate(parsed.sections):
        _print_section(section, doubts, columns, is_last=at == len(parsed.sections) - 1)
    for line in _left_out(parsed.dropped, columns):
        print_line(f"  {line}")
    count = len(parsed.problems)
    doubtful = f"疑点 {count} 处，已用 ? 标出，请核对，把握 {parsed.confidence:.0%}"
    print_line(f"  {doubtful}" if count else "  没有疑点")


def _columns() -> int:
    """Return the width to print in."""
    at_terminal = sys.stdout is not None and sys.stdout.isatty()
    return max(40, shutil.get_terminal_size((_WIDTH, 24)).columns) if at_terminal else _WIDTH


def _masthead(parsed: ParsedIssue) -> Iterator[tuple[str, str]]:
    """Yield the values of the masthead with their labels; what is not printed is said so."""
    number = parsed.number
    total = f"，{running_label(parsed.total, parsed.total_last)}" if parsed.total else ""
    yield "刊名", parsed.title or "（没有）"
    yield "期号", f"{number}（{number_label(number)}{total}）" if number else "（没有）"
    yield "日期", str(parsed.date or "（没有）")
    yield "编者", parsed.editor or "（没有）"


def _print_section(
    section: ParsedSection, doubts: dict[int, list[Problem]], columns: int, *, is_last: bool
) -> None:
    """Print a section and its articles as branches of the tree."""
    branch, stem = ("└─", "  ") if is_last else ("├─", "│ ")
    lead = f"，引言 {content_label(section.lead)}" if section.lead else ""
    mark = "? " if id(section) in doubts else ""
    name = one_line(section.name) or "（无栏目名）"
    print_line(f"  {branch} {mark}{cut_width(name, columns - 30)}  {len(section.articles)} 篇{lead}")
    _print_doubts(doubts.get(id(section), []), f"  {stem}   ", columns)
    for at, article in enumerate(section.articles):
        inner, below = ("└─", "  ") if at == len(section.articles) - 1 else ("├─", "│ ")
        mark = "? " if id(article) in doubts else ""
        counts = content_label(article.blocks)
        line = f"第 {article.line} 行  " if article.line else ""
        room = columns - width(f"  {stem} {inner} {mark}  {line}{counts}")
        print_line(f"  {stem} {inner} {mark}{cut_width(one_line(article.title), room)}  {line}{counts}")
        _print_doubts(doubts.get(id(article), []), f"  {stem} {below}   ", columns)


def _print_doubts(doubts: Iterable[Problem], indent: str, columns: int) -> None:
    """Print doubts with their line, each wrapped to the width."""
    for problem in doubts:
        says = doubt_at_line(problem, f"第 {problem.line} 行") if problem.line else one_line(problem.says)
        for text in _wrap(f"? {says}", columns - width(indent)):
            print_line(indent + click.style(text, fg="yellow"))


def _wrap(text: str, room: int) -> Iterator[str]:
    """Yield a text in lines of at most `room` columns; further lines are indented."""
    line = ""
    for char in text:
        if width(line + char) > room:
            yield line
            line = "  "
        line += char
    yield line


def _left_out(dropped: Sequence[Dropped], columns: int) -> Iterator[str]:
    """Yield a line for each reason: how many places, which lines, and how the text begins."""
    by_reason: dict[str, list[Dropped]] = defaultdict(list)
    for one in dropped:
        by_reason[one.why].append(one)
    if by_reason:
        yield "未刊出："
    for why, found in by_reason.items():
        head = f"  {reason_label(why)} {len(found)} 处"
        if why in NOT_TEXT:
            yield head
            continue
        text = " ".join(one_line(one.text) for one in found)
        head += f"（第 {_line_numbers(found)} 行）"
        yield cut_width(f"{head}：{text}", columns - 4)


def _line_numbers(found: Sequence[Dropped]) -> str:
    """Return line numbers with runs as ranges, such as 3–14、20; at most three."""
    lines = sorted({one.line for one in found})
    runs = [
        [line for _, line in run] for _, run in groupby(enumerate(lines), key=lambda pair: pair[1] - pair[0])
    ]
    shown = [f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs[:3]]
    return "、".join(shown) + ("…" if len(runs) > 3 else "")


def print_source(traced: Sequence[TracedLine], problems: Sequence[Problem], *, json_lines: bool) -> None:
    """Print the lines of a source beside what they became, with doubts below their line."""
    doubts: dict[int, list[str]] = defaultdict(list)
    for problem in problems:
        doubts[problem.line].append(problem.says)
    if json_lines:
        for one in traced:
            print_json(_traced_json(one, doubts[one.line.at]))
        return
    columns = _columns()
    left = (columns - 8) * 3 // 5
    print_line(f"{'行':>4}  {_pad('原文', left)}  成为")
    for one in traced:
        text = cut_width(one_line(one.line.text) or "［图片］", left)
        became = cut_width(place_label(one.places), columns - 9 - left)
        print_line(f"{one.line.at:>5}  {_pad(text, left)}  {became}".rstrip())
        _print_doubts((Problem(one.line.at, says) for says in doubts.pop(one.line.at, [])), " " * 7, columns)
    for line, says in sorted(doubts.items()):
        _print_doubts((Problem(line, each) for each in says), " " * 7, columns)


def _traced_json(one: TracedLine, doubts: list[str]) -> dict[str, Any]:
    """Return the JSON line of one line of the source."""
    places = [{"kind": p.kind, "article": p.article or None, "why": p.why} for p in one.places]
    return {"line": one.line.at, "text": one.line.text, "became": places, "doubts": doubts}


def _pad(text: str, columns: int) -> str:
    """Return a text with blanks up to a width."""
    return text + " " * max(0, columns - width(text))
