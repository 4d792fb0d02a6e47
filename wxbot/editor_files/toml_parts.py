"""Read and replace one table of a TOML file that holds other things too, such as [brand] of the operators' settings.

To the editors' store the table is a file of its own: its history, its undo and its raw text show nothing else.
"""

import hashlib
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from wxbot.editor_files.file_text import FileText, read_file
from wxbot.editor_files.toml_statements import split_statements
from wxbot.errors import WxbotError

__all__ = ["read_part", "replace_part"]


def read_part(path: Path, table: str) -> FileText:
    """Return a table from its header to the next one, or the whole file if `table` is ""; None where there is none.

    Raises WxbotError for a file that cannot be read.
    """
    whole = read_file(path)
    if not table or whole.text is None:
        return whole
    start, end = _span(path, whole.text, table)
    if start == end:
        return replace(whole, text=None, token="none")  # noqa: S106  names a state of the file
    text = "\n".join(whole.text.split("\n")[start:end]).rstrip("\n") + "\n"
    return replace(whole, text=text, token=hashlib.sha256(text.encode()).hexdigest()[:32])


def replace_part(
    path: Path, table: str, text: str | None, newline: str, write: Callable[[Path, str | None, str], None]
) -> None:
    """Put a text in place of a table, at the end of the file if it has none, by `write`; None removes it."""
    if not table:
        write(path, text, newline)
        return
    whole = read_file(path).text or ""
    lines = whole.rstrip("\n").split("\n") if whole.strip() else []
    start, end = _span(path, "\n".join(lines), table)
    if start == end:
        start = end = len(lines)
    before, after = "\n".join(lines[:start]), "\n".join(lines[end:])
    parts = [part.strip("\n") for part in (before, text or "", after)]
    write(path, "\n\n".join(filter(None, parts)) + "\n", newline)


def _span(path: Path, text: str, table: str) -> tuple[int, int]:
    """Return the first line of a table and the line behind its last; both equal where there is none."""
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as wrong:
        remedy = "它由管服务器的人改；改好以后再打开这一页。"
        raise WxbotError(f"{path} 不是正确的 TOML：{wrong}", remedy=remedy) from None
    line, start = 0, -1
    for each in split_statements(text):
        if each.kind == "header":
            if start >= 0 and not each.name.startswith(f"{table}."):
                return start, line
            if each.name == table:
                start = line
        line += len(each.lines)
    return (start, line) if start >= 0 else (0, 0)
