"""Show how a bulletin was read: as a tree with its doubts, and beside the lines of its source."""

import shutil
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import click

from wxbot.bulletin import Dropped, ParsedArticle, ParsedIssue, ParsedSection, Problem
from wxbot.bulletin.blocks import Blocks, Table, addresses, missing_pictures, paragraphs, pictures, walk
from wxbot.bulletin.issue_number import number_label
from wxbot.bulletin.source_map import Place, PlaceKind, TracedLine
from wxbot.cli.context import print_json, print_line
from wxbot.text import cut_width, one_line, width

__all__ = ["place_label", "print_reading", "print_source", "reason_label"]

_WIDTH = 80
"""Columns of a line in a pipe; a terminal may be wider or narrower."""

_REASONS = {
    "address that is no web page": "不是网页的地址，点不开",
    "address without a website": "没有写网站的地址，点不开",
    "browser header": "浏览器打印的页眉页脚",
    "caption replaced by an editor": "编辑改了图注",
    "comment": "批注",
    "count": "标题前的编号",
    "definition of a link": "链接的定义",
    "deleted text": "删除的文字",
    "embedded document": "嵌入的文档",
    "end matter": "版尾",
    "footnote": "脚注",
    "form control": "网页上的按钮和输入框",
    "form feed": "换页符",
    "front matter": "文件开头的信息栏",
    "heading above sections": "栏目之上的标题",
    "hidden text": "隐藏的文字",
    "invitation to follow": "请人关注的话",
    "left out by an editor": "编辑略去",
    "link of a picture": "图片上的链接",
    "page footer": "页脚",
    "page furniture": "网页上文章以外的内容",
    "page header": "页眉",
    "page number": "页码",
    "picture": "图片",
    "placeholder": "占位文字",
    "pronunciation above the text": "注音",
    "reading of characters": "注音",
    "retitled by an editor": "编辑改了题",
    "rotated text": "斜排的文字",
    "rule": "分隔线",
    "running header": "页眉页脚",
    "script": "脚本",
    "section emptied by an editor": "编辑移空了的栏目",
    "section mark": "栏目的编号和记号",
    "section renamed by an editor": "编辑改了栏目名",
    "struck-out text": "划去的文字",
    "table of contents": "目录",
    "text outside the page": "页面以外的文字",
    "text under a merged cell": "合并单元格下的文字",
    "title mark": "标题的编号和记号",
    "video, audio or card": "音视频和名片",
    "watermark": "水印",
}
_NOT_TEXT = {"form feed", "rule"}
"""Reasons of what carries no text; only their number is shown."""

_KINDS = {
    PlaceKind.MASTHEAD: "报头",
    PlaceKind.LEAD: "引言",
    PlaceKind.SECTION: "栏目",
    PlaceKind.TITLE: "标题",
    PlaceKind.TEXT: "正文",
    PlaceKind.PICTURE: "图片",
    PlaceKind.DROPPED: "未刊出",
}


def reason_label(why: str) -> str:
    """Return the reason for which text was set apart in Chinese; a reader's own words stay as they are."""
    reason, _, detail = why.partition(": ")
    return _REASONS.get(reason, reason) + (f"（{detail}）" if detail else "")


def print_reading(parsed: ParsedIssue) -> None:
    """Print a reading as a tree: masthead, sections, articles with counts, doubts at their place, what was left out."""
    columns = _columns()
    doubts = _doubts_by_node(parsed)
    for label, value in _masthead(parsed):
        print_line(f"  {label}  {cut_width(value, columns - 8)}")
    _print_doubts(doubts.pop(0, []), "  ", columns)
    if parsed.lead:
        print_line(f"  卷首  {_counts(parsed.lead)}")
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
    total = f"，总第{parsed.total}期" if parsed.total else ""
    yield "刊名", parsed.title or "（没有）"
    yield "期号", f"{number}（{number_label(number)}{total}）" if number else "（没有）"
    yield "日期", str(parsed.date or "（没有）")
    yield "编者", parsed.editor or "（没有）"


def _nodes(parsed: ParsedIssue) -> Iterator[ParsedSection | ParsedArticle]:
    """Yield sections and their articles in printed order."""
    for section in parsed.sections:
        yield section
        yield from section.articles


def _doubts_by_node(parsed: ParsedIssue) -> dict[int, list[Problem]]:
    """Return the doubts by the identity of the section or article in which they arose; 0 for the masthead."""
    # By the line alone: of a section and an article that begin on one line, the order in the issue decides.
    starts = sorted(((node.line, id(node)) for node in _nodes(parsed) if node.line), key=itemgetter(0))
    found: dict[int, list[Problem]] = defaultdict(list)
    for problem in parsed.problems:
        before = [node for line, node in starts if line <= problem.line]
        found[before[-1] if before else 0].append(problem)
    return found


def _print_section(
    section: ParsedSection, doubts: dict[int, list[Problem]], columns: int, *, is_last: bool
) -> None:
    """Print a section and its articles as branches of the tree."""
    branch, stem = ("└─", "  ") if is_last else ("├─", "│ ")
    lead = f"，引言 {_counts(section.lead)}" if section.lead else ""
    mark = "? " if id(section) in doubts else ""
    name = one_line(section.name) or "（无栏目名）"
    print_line(f"  {branch} {mark}{cut_width(name, columns - 30)}  {len(section.articles)} 篇{lead}")
    _print_doubts(doubts.get(id(section), []), f"  {stem}   ", columns)
    for at, article in enumerate(section.articles):
        inner, below = ("└─", "  ") if at == len(section.articles) - 1 else ("├─", "│ ")
        mark = "? " if id(article) in doubts else ""
        counts = _counts(article.blocks)
        line = f"第 {article.line} 行  " if article.line else ""
        room = columns - width(f"  {stem} {inner} {mark}  {line}{counts}")
        print_line(f"  {stem} {inner} {mark}{cut_width(one_line(article.title), room)}  {line}{counts}")
        _print_doubts(doubts.get(id(article), []), f"  {stem} {below}   ", columns)


def _print_doubts(doubts: Iterable[Problem], indent: str, columns: int) -> None:
    """Print doubts with their line, each wrapped to the width."""
    for problem in doubts:
        place = f"第 {problem.line} 行：" if problem.line else ""
        says = one_line(problem.says).removeprefix(place.rstrip("：")).lstrip("：")
        for text in _wrap(f"? {place}{says}", columns - width(indent)):
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


def _counts(blocks: Blocks) -> str:
    """Return how many paragraphs, pictures, tables and links blocks have; kinds that they lack are left out."""
    tables = sum(isinstance(block, Table) for block in walk(blocks))
    missing = len(missing_pictures(blocks))
    text = len(paragraphs(block for block in blocks if not isinstance(block, Table)))
    counts = (
        (text, "段"),
        (sum(1 for _ in pictures(blocks)) - missing, "图"),
        (missing, "图缺文件"),
        (tables, "表"),
        (len(addresses(blocks)), "链接"),
    )
    return " ".join(f"{count} {what}" for count, what in counts if count) or "无正文"


def _left_out(dropped: Sequence[Dropped], columns: int) -> Iterator[str]:
    """Yield a line for each reason: how many places, which lines, and how the text begins."""
    by_reason: dict[str, list[Dropped]] = defaultdict(list)
    for one in dropped:
        by_reason[one.why].append(one)
    if by_reason:
        yield "未刊出："
    for why, found in by_reason.items():
        head = f"  {reason_label(why)} {len(found)} 处"
        if why in _NOT_TEXT:
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


def place_label(places: Sequence[Place]) -> str:
    """Return what a line became in Chinese."""
    if not places:
        return "！找不到去向"
    first = places[0]
    if first.kind is PlaceKind.DROPPED:
        return f"未刊出：{reason_label(first.why)}"
    kinds = "＋".join(dict.fromkeys(_KINDS[place.kind] for place in places))
    number = f" 第 {first.article} 篇" if first.article else ""
    name = f" {one_line(first.text)}" if first.kind in {PlaceKind.TITLE, PlaceKind.SECTION} else ""
    return f"{kinds}{number}{name}"


def _pad(text: str, columns: int) -> str:
    """Return a text with blanks up to a width."""
    return text + " " * max(0, columns - width(text))
