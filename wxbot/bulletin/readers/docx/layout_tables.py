"""Tell tables of data from tables in which a page is laid out, and read the latter as lines.

A page is laid out in a table where its cells hold headings, pictures and running text side by side; a table of data has
rows of the same kind of short cells.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from wxbot.bulletin.blocks import Picture, Span, Spans, Table, plain
from wxbot.bulletin.line_text import LineEnd, leading_marker, line_end
from wxbot.bulletin.model import Line
from wxbot.bulletin.readers.docx.drafts import DraftLine
from wxbot.bulletin.readers.docx.grid import TableGrid, WordCell

__all__ = ["has_column_names", "has_heading_row", "imprint_rows", "is_layout", "layout_lines"]

_SHORT = 40
_RUNNING = 30
"""Characters of a sentence, at least, that makes a cell one of running text."""

_MASTHEAD_ROWS = 8
_MASTHEAD_CHARS = 500
_MASTHEAD = re.compile(
    r"第\s*[0-9０-９一二三四五六七八九十百〇零、,，/和及 ]{1,12}\s*期|总第|(?i:\bno\.|\bvol)"
    r"|[12][0-9]{3}\s*[年./-]\s*[0-9]{1,2}\s*[月./-]\s*[0-9]{1,2}|[一二][〇零一二三四五六七八九]{3}年"
)
_IMPRINT = re.compile(
    r"(?:主?报送?|报送|呈报|抄报|抄送|主送|发送?|分送|责任编辑|责编|编辑|编审|审核|审定|校对|签发|主编|总编|主办|承办|协办"
    r"|编印|印发|共印|印数)(?:单位|人)?\s*[：:]|共印\s*\d+\s*份"
)
_FIGURES = re.compile(r"[\s0-9０-９.,，．%％+\-±—–~～/:：年月日元万亿个家人次¥￥$]+")
_MAX_HEADER = 20
_COLUMN_NAMES = re.compile(
    r"序号|编号|日期|时间|月份|年度|年份|地点|地区|内容|事项|名称|姓名|单位|部门|职务|职称|项目|类别|类型|级别|等级|数量|金额|单价|合计"
    r"|比例|占比|同比|增长|得分|排名|名次|负责人|联系人|电话|备注|说明|主题|课程|主讲|.{1,8}（(?:元|万元|亿元|%|％|人|吨|家|个|件)）"
)


def is_layout(grid: TableGrid, *, is_opening: bool, is_framed: bool) -> bool:
    """Tell if a page is laid out in a table.

    `is_opening`: it stands at the beginning of the document, where a masthead may be; `is_framed`: it has borders.
    """
    cells = grid.cells
    if grid.width <= 1 or len(grid.rows) == 1 or len(cells) <= 1:
        return True
    if grid.headers:
        return False
    has_levels = any(draft.line.level for cell in cells for draft in cell.content)
    if has_levels or _is_picture_grid(grid) or (is_opening and _is_masthead(grid)):
        return True
    return sum(map(_is_article, cells)) * 3 >= len(cells) or _is_running_text(grid, is_framed=is_framed)


def _is_running_text(grid: TableGrid, *, is_framed: bool) -> bool:
    """Tell if running text stands side by side in a table that has no headings of columns."""
    cells = grid.cells
    running = sum(map(_is_running, cells))
    if not running or (len(grid.rows) > 2 and has_heading_row(grid)):
        return False
    several = sum(len(cell.content) >= 3 for cell in cells)
    return several * 2 >= len(grid.rows) or (not is_framed and running * 3 >= len(cells))


def _is_masthead(grid: TableGrid) -> bool:
    """Tell if a table holds the masthead: a few short cells with the number or date of the issue."""
    text = " ".join(cell.text for cell in grid.cells)
    return (
        len(grid.rows) <= _MASTHEAD_ROWS
        and len(text) <= _MASTHEAD_CHARS
        and _MASTHEAD.search(text) is not None
        and not any(map(_is_running, grid.cells))
    )


def _is_article(cell: WordCell) -> bool:
    """Tell if a cell holds a title with running text below it."""
    lines = [draft.line for draft in cell.content if draft.line.block is None]
    if (
        len(lines) < 2
        or len(lines[0].text) > _SHORT
        or line_end(lines[0].text) in {LineEnd.STOP, LineEnd.COMMA}
    ):
        return False
    first = lines[0]
    stands_out = (
        first.bold or bool(leading_marker(first.text).sign) or cell.content[0].look != cell.content[-1].look
    )
    return any(map(_is_sentence, lines[1:])) and (stands_out or len(lines) > 2)


def _is_running(cell: WordCell) -> bool:
    """Tell if a cell holds running text."""
    return any(_is_sentence(draft.line) for draft in cell.content)


def _is_sentence(line: Line) -> bool:
    """Tell if a line is a sentence or more."""
    end = line_end(line.text)
    return line.block is None and (
        len(line.text) >= _RUNNING or (end is LineEnd.STOP and len(line.text) >= _RUNNING // 2)
    )


def _has_picture(cell: WordCell) -> bool:
    """Tell if a cell holds only pictures."""
    return all(isinstance(draft.line.block, Picture) for draft in cell.content)


def _is_picture_grid(grid: TableGrid) -> bool:
    """Tell if a table arranges pictures, with their captions."""
    cells = grid.cells
    return sum(map(_has_picture, cells)) * 2 >= len(cells)


def has_heading_row(grid: TableGrid) -> bool:
    """Tell if the first row reads like the headings of columns: short words, no figures, none twice."""
    if len(grid.rows) < 2:
        return False
    texts = [cell.text for cell in grid.rows[0]]
    is_short = all(text and len(text) <= _MAX_HEADER and line_end(text) is LineEnd.NONE for text in texts)
    # A row of one cell over all columns is the table's name.
    return (
        is_short
        and len(texts) > 1
        and len(set(texts)) == len(texts)
        and not any(_FIGURES.fullmatch(text) for text in texts)
        and not any(
            isinstance(draft.line.block, Table | Picture) for cell in grid.rows[0] for draft in cell.content
        )
    )


def has_column_names(row: Sequence[WordCell]) -> bool:
    """Tell if most cells of a row are usual names of columns."""
    known = sum(_COLUMN_NAMES.fullmatch("".join(cell.text.split())) is not None for cell in row)
    return len(row) > 2 and known * 2 > len(row)


def layout_lines(grid: TableGrid) -> Iterator[DraftLine]:
    """Yield the lines of a layout table in reading order: a row of short cells as one line, other cells one by one."""
    rows = [[cell for cell in row if cell.lines] for row in grid.rows]
    at = 0
    while at < len(rows):
        row = rows[at]
        below = rows[at + 1] if at + 1 < len(rows) else []
        if (
            len(row) > 1
            and all(map(_has_picture, row))
            and len(below) == len(row)
            and all(map(_is_caption, below))
        ):
            for picture, caption in zip(row, below, strict=True):
                yield from (*picture.lines, *caption.lines)
            at += 2
            continue
        yield from _row_lines(row)
        at += 1


def _is_caption(cell: WordCell) -> bool:
    """Tell if a cell holds one short line."""
    return len(cell.content) == 1 and cell.content[0].line.block is None and len(cell.text) <= _SHORT


def _row_lines(row: Sequence[WordCell]) -> Iterator[DraftLine]:
    """Yield the lines of one row."""
    full = [cell for cell in row if cell.content]
    looks = {(cell.content[0].look.size, cell.content[0].line.bold) for cell in full}
    if len(full) > 1 and len(looks) == 1 and all(map(_can_join, full)):
        yield _join_row(full)
        yield from (draft for cell in row for draft in cell.lines if not draft.is_printed)
    else:
        yield from (draft for cell in row for draft in cell.lines)


def _can_join(cell: WordCell) -> bool:
    """Tell if a cell can be read in one line with its neighbours: a short text in one row, and no heading."""
    line = cell.content[0].line
    return _is_caption(cell) and cell.rowspan == 1 and line.level == 0 and not _is_sentence(line)


def _join_row(cells: Sequence[WordCell]) -> DraftLine:
    """Return the cells of a row as one line, as it is printed."""
    first = cells[0].content[0]
    spans: list[Span] = []
    for cell in cells:
        line = cell.content[0].line
        if spans and not spans[-1].text.endswith(("：", ":")):
            spans.append(Span(" "))
        spans += line.spans or (Span(line.text),)
    found: Spans = tuple(spans)
    styled = any(replace(span, text="") != Span("") for span in found)
    line = replace(
        first.line,
        text=plain(found),
        spans=found if styled else (),
        align="",
        item=None,
        level=0,
        complete=True,
    )
    return replace(first, line=line)


def imprint_rows(grid: TableGrid) -> tuple[Line, ...]:
    """Return the rows of a table as lines if most of them read like an imprint; () for other tables."""
    rows = [row for row in grid.rows if any(cell.content for cell in row)]
    labelled = sum(
        _IMPRINT.match(next(cell.text for cell in row if cell.content)) is not None for row in rows
    )
    if not labelled or labelled * 2 < len(rows):
        return ()
    return tuple(draft.line for row in rows for draft in _row_lines(row) if draft.is_printed)
