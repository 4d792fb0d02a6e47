"""Read the tables of Markdown: rows between bars, with a row of dashes below the head or without."""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from markdown_it.token import Token

from wxbot.bulletin.blocks import Cell, Table, paragraphs
from wxbot.bulletin.model import Line
from wxbot.bulletin.readers.line_blocks import line_blocks

__all__ = ["CellText", "RawCell", "cells_of", "is_delimiter", "is_row", "split_rows", "table_line"]

Align = Literal["", "center", "right"]

_ROW = re.compile(r"\s{0,3}\|.*\|\s*")
_DELIMITER = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*")
_BAR = re.compile(r"(?<!\\)\|")


class RawCell(NamedTuple):
    """A cell as written."""

    content: str
    header: bool
    align: Align


class CellText(NamedTuple):
    """A cell that was read."""

    lines: list[Line]
    text: str
    header: bool
    align: Align


def is_row(text: str) -> bool:
    """Tell if a line stands between bars."""
    return _ROW.fullmatch(text) is not None


def is_delimiter(text: str) -> bool:
    """Tell if a line is the row of dashes below the head of a table."""
    return _DELIMITER.fullmatch(text) is not None


def cells_of(row: str) -> list[str]:
    """Return the cells of a row between bars."""
    return [cell.strip().replace("\\|", "|") for cell in _BAR.split(row.strip().strip("|"))]


def split_rows(
    tokens: Sequence[Token], source: Sequence[str], start: int
) -> tuple[list[list[RawCell]], list[tuple[int, str]]]:
    """Return the rows of a table's tokens, and the lines below it that Markdown takes for rows but have no bar.

    `start` is the position in the source at which the tokens' lines begin.
    """
    rows: list[list[RawCell]] = []
    below: list[tuple[int, str]] = []
    raw: list[str] = []
    for index, token in enumerate(tokens):
        if token.type == "tr_open":
            position = start + token.map[0] if token.map else 0
            text = source[position] if position < len(source) else ""
            if below or "|" not in text:
                below.append((position, text))
            else:
                rows.append([])
                raw = cells_of(text)
        elif token.type in {"th_open", "td_open"} and not below and rows:
            style = str(token.attrGet("style") or "")
            align: Align = "center" if "center" in style else "right" if "right" in style else ""
            rows[-1].append(RawCell(tokens[index + 1].content, token.type == "th_open", align))
        elif token.type == "tr_close" and not below and rows:
            # Markdown cuts off the cells of a row that go beyond its head.
            rows[-1] += [RawCell(content, False, "") for content in raw[len(rows[-1]) :] if content]
    return rows, below


def table_line(rows: Sequence[Sequence[CellText]], at: int) -> Line:
    """Return a table as one line."""
    built = tuple(
        tuple(Cell(line_blocks(cell.lines), cell.header, align=cell.align) for cell in row) for row in rows
    )
    table = Table(built)
    return Line(at, "\n".join(paragraphs((table,))), block=table, complete=True)
