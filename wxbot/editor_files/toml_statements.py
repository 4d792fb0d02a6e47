"""Split a TOML file into statements with their lines, so that one value can be changed and all else stays as written.

A style-preserving library would move the comments between two tables to the table before them: moving or removing
that table would take the explanation of the next one along. Here every line belongs to one statement, and comments
are statements of their own.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Statement", "render_value", "split_statements"]

_HEADER = re.compile(r"\s*(?P<open>\[\[?)\s*(?P<name>[^\[\]#]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*(?P<key>\"[^\"]*\"|'[^']*'|[^\s=#\"'\[]+)\s*=")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_QUOTES = ('"""', "'''", '"', "'")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\r": "\\r"}


@dataclass(slots=True)
class Statement:
    """Successive lines of a file: a header, a value, or a comment or blank line.

    kind : "header", "value", "comment" or "blank"
    name : the table's name, or the key
    comments : the comments inside the lines of a value, the one behind it last
    """

    kind: str
    name: str = ""
    lines: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    is_list: bool = False  # of a header: [[name]]


def split_statements(text: str) -> list[Statement]:
    """Return the statements of a file that is valid TOML; their lines joined are the file."""
    lines = iter(text.removesuffix("\n").split("\n") if text else [])
    return [_statement(line, lines) for line in lines]


def _statement(line: str, following: Iterator[str]) -> Statement:
    if not line.strip():
        return Statement("blank", lines=[line])
    if line.lstrip().startswith("#"):
        return Statement("comment", lines=[line], comments=[line.strip()])
    if header := _HEADER.match(line):
        return Statement("header", header["name"], [line], is_list=header["open"] == "[[")
    key = _KEY.match(line)
    found = Statement("value", key["key"].strip("\"'") if key else "", [line])
    scanner = _ValueScanner(found.comments)
    scanner.read(line[key.end() :] if key else line)
    while scanner.is_open and (more := next(following, None)) is not None:
        found.lines.append(more)
        scanner.read(more)
    return found


class _ValueScanner:
    """Tells if a value goes on in the next line, and collects the comments between its lines."""

    def __init__(self, comments: list[str]) -> None:
        self._comments = comments
        self._quote = ""
        self._depth = 0

    @property
    def is_open(self) -> bool:
        """True inside brackets and inside a string of several lines."""
        return self._depth > 0 or len(self._quote) == 3

    def read(self, line: str) -> None:
        """Read one line."""
        at = 0
        while at < len(line):
            at += self._step(line, at)
        if len(self._quote) == 1:
            self._quote = ""

    def _step(self, line: str, at: int) -> int:
        """Take in what stands at a place of a line; return its length."""
        if self._quote:
            if self._quote[0] == '"' and line[at] == "\\":
                return 2
            if line.startswith(self._quote, at):
                length = len(self._quote)
                self._quote = ""
                return length
            return 1
        if quote := next((each for each in _QUOTES if line.startswith(each, at)), ""):
            self._quote = quote
            return len(quote)
        if line[at] == "#":
            self._comments.append(line[at:].rstrip())
            return len(line)
        self._depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(line[at], 0)
        return 1


def render_value(value: Any) -> str:
    """Return a value as TOML: texts of several lines, and lists of tables, over several lines."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case dt.date():
            return value.isoformat()
        case str():
            return _render_text(value)
        case Mapping():
            return f"{{ {', '.join(_pairs(value))} }}" if value else "{}"
    return _render_list(value)


def _render_text(text: str) -> str:
    if "\n" not in text:
        return f'"{"".join(_escape(text))}"'
    lines = "".join(_escape(text, keep="\n"))
    return f'"""\n{lines}\n"""'


def _render_list(values: Sequence[Any]) -> str:
    if values and isinstance(values[0], Mapping):
        return "\n".join(["[", *(f"  {render_value(each)}," for each in values), "]"])
    return f"[{', '.join(map(render_value, values))}]"


def _pairs(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        yield f"{key if _BARE.fullmatch(key) else render_value(key)} = {render_value(value)}"


def _escape(text: str, keep: str = "") -> Iterator[str]:
    for char in text:
        plain = ord(char) >= 32 and char not in "\x7f\x85\u2028\u2029\ufeff"
        if char in keep or (plain and char not in _ESCAPES):
            yield char
        else:
            yield _ESCAPES.get(char, f"\\u{ord(char):04x}")
