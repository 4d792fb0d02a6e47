"""Read fix files: what an editor settled about the reading of one source, kept beside it as `NAME.fix.toml`.

A fix file is applied to every later reading of its source as long as its lines still match. A file with a mistake is
not applied at all: its problems name file and line, and the source is read without it.
"""

import re
import tomllib
from collections import Counter
from pathlib import Path

from wxbot.bulletin.fix_tables import FixTables
from wxbot.bulletin.fixes import Fixes
from wxbot.bulletin.model import Problem
from wxbot.bulletin.readers.sources import open_source
from wxbot.errors import BulletinError

__all__ = ["header_kind", "parse_fixes", "read_fixes"]

_MAX_BYTES = 64 * 2**10
"""Size of a fix file, at most; a line fix has some hundred bytes."""

_HEADER = re.compile(r"\s*\[\[?\s*(?P<kind>line|section|article|picture|push\s*\.\s*item|push)\s*\]\]?")
_KEY = re.compile(r"\s*(?P<quote>[\"']?)(?P<key>[^\s\"'=#\[\]]+)(?P=quote)\s*=")
_AT_LINE = re.compile(r"at line (\d+)")


def read_fixes(path: Path | None, *, follow_links: bool = True) -> Fixes:
    """Read the fix file at a path, None for no such file; whatever is wrong with it is a problem of the result."""
    if path is None:
        return Fixes()
    try:
        data = open_source(path, follow_links=follow_links).data
    except BulletinError as error:
        return _unusable(path.name, [Problem(0, f"修正文件没有用上：{error.message}")])
    if len(data) > _MAX_BYTES:
        says = f"修正文件 {path.name} 超过 {_MAX_BYTES // 2**10} KB，没有用上"
        return _unusable(path.name, [Problem(0, says)])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        says = f"修正文件 {path.name} 第 {line} 行不是 UTF-8，没有用上；请另存为 UTF-8"
        return _unusable(path.name, [Problem(0, says)])
    return parse_fixes(text, path.name)


def parse_fixes(text: str, file: str) -> Fixes:
    """Parse the text of a fix file; mistakes become problems with their lines, and nothing of it is applied then."""
    text = text.removeprefix("\ufeff")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        found = _AT_LINE.search(str(wrong))
        line = int(found[1]) if found else text.count("\n") + 1
        says = f"第 {line} 行写得不对（文字要放在英文引号里，每项占一行）"
        return _unusable(file, [Problem(0, f"修正文件 {file} 没有用上：{says}")])
    except RecursionError:
        return _unusable(file, [Problem(0, f"修正文件 {file} 没有用上：括号套得太深")])
    reader = FixTables(file, _line_numbers(text))
    fixes = reader.read(table)
    return _unusable(file, reader.problems) if reader.problems else fixes


def _unusable(file: str, problems: list[Problem]) -> Fixes:
    """Return the fixes of a file that is not applied."""
    return Fixes(file=file, problems=tuple(problems))


def _line_numbers(text: str) -> dict[tuple[str, int, str], int]:
    """Return the lines of the keys by table, position of the entry and key; "" stands for the top and for headers."""
    found: dict[tuple[str, int, str], int] = {}
    counts: Counter[str] = Counter()
    kind = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := header_kind(line):
            kind = header
            counts[kind] += 1
            found[kind, counts[kind], ""] = number
        elif key := _KEY.match(line):
            found.setdefault((kind, counts[kind], key["key"]), number)
    return found


def header_kind(line: str) -> str:
    """Return the name of the table that a line begins, such as `line` or `push.item`; "" for any other line."""
    header = _HEADER.match(line)
    return "".join(header["kind"].split()) if header else ""
