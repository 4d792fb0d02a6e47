"""Edit the entries of a TOML file, each a table such as [[rule]]: change, add, remove and move one of them.

Comments, keys that are not edited, and the other entries stay as a person wrote them.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wxbot.editor_files.toml_statements import Statement, render_value, split_statements
from wxbot.errors import Forbidden, NotFound

__all__ = ["TomlEntries", "change_table"]


@dataclass(slots=True)
class _EntryPart:
    """The statements of one entry, or those before, between and behind entries (`kind` is "")."""

    kind: str
    statements: list[Statement]


class TomlEntries:
    """The entries of a file; `text` returns the edited file. Positions count from 0 within a kind.

    Raises Forbidden if the file has a form of TOML that is not edited here, such as `rule = [{…}]` on one line; the
    methods raise NotFound for an entry that is not there.
    """

    def __init__(self, text: str) -> None:
        try:
            document = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as wrong:
            raise Forbidden(f"文件里有写错的地方：{wrong}", remedy="请先在“原文”里改好。") from None
        self._parts = list(_split_parts(text))
        for kind, value in document.items():
            if not isinstance(value, list) or sum(part.kind == kind for part in self._parts) != len(value):
                raise Forbidden(
                    f"「{kind}」在文件里的写法，表单改不了",
                    remedy=f"每一条写成一段 [[{kind}]]；请在“原文”里改。",
                )

    @property
    def text(self) -> str:
        """The file as edited."""
        lines = [line for part in self._parts for each in part.statements for line in each.lines]
        while lines and not lines[-1].strip():
            lines.pop()
        return "\n".join(lines) + "\n" if lines else ""

    def first_line(self, kind: str, at: int) -> int:
        """Return the number of the line on which an entry begins, from 1."""
        line = 1
        for part in self._parts[: self._position(kind, at)]:
            line += sum(len(each.lines) for each in part.statements)
        return line

    def change(self, kind: str, at: int, values: Mapping[str, Any]) -> None:
        """Give an entry these values; a value of None removes its key, and keys that are not named stay."""
        part = self._parts[self._position(kind, at)]
        for key, value in values.items():
            _set_value(part, key, value)

    def add(self, kind: str, values: Mapping[str, Any]) -> None:
        """Add an entry behind the last one of its kind."""
        lines = [f"{key} = {render_value(value)}" for key, value in values.items() if value is not None]
        statements = [Statement("header", kind, [f"[[{kind}]]"]), *map(_value_statement, lines)]
        after = max((i for i, part in enumerate(self._parts) if part.kind == kind), default=None)
        place = len(self._parts) if after is None else after + 1
        if place:
            statements.insert(0, Statement("blank", lines=[""]))
        if place < len(self._parts) and not _begins_blank(self._parts[place]):
            statements.append(Statement("blank", lines=[""]))
        self._parts.insert(place, _EntryPart(kind, statements))

    def remove(self, kind: str, at: int) -> None:
        """Remove an entry; its comments stay."""
        part = self._parts[self._position(kind, at)]
        comments = [text for each in part.statements for text in each.comments]
        part.kind = ""
        part.statements = [Statement("comment", lines=[text], comments=[text]) for text in comments]

    def move(self, kind: str, at: int, to: int) -> None:
        """Put an entry in the place of another one of its kind; what stands between entries stays there."""
        places = [i for i, part in enumerate(self._parts) if part.kind == kind]
        self._position(kind, at)
        order = [self._parts[i] for i in places]
        order.insert(to, order.pop(at))
        for place, part in zip(places, order, strict=True):
            self._parts[place] = part

    def _position(self, kind: str, at: int) -> int:
        places = [i for i, part in enumerate(self._parts) if part.kind == kind]
        if not 0 <= at < len(places):
            raise NotFound("文件里没有这一条了，什么也没有保存", remedy="可能刚才有人删了它：回到列表看看。")
        return places[at]


def change_table(text: str, name: str, values: Mapping[str, Any]) -> str:
    """Return the text of one table with these values; None removes a key, and keys that are not named stay.

    Raises Forbidden for a text that is not valid TOML.
    """
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as wrong:
        raise Forbidden(f"文件里有写错的地方：{wrong}", remedy="先在原文里改好它，再用表单。") from None
    part = _EntryPart(name, split_statements(text or f"[{name}]\n"))
    for key, value in values.items():
        _set_value(part, key, value)
    return "\n".join(line for each in part.statements for line in each.lines).rstrip("\n") + "\n"


def _split_parts(text: str) -> list[_EntryPart]:
    """Return the entries, each from its header, with the comments directly above it, to its last value."""
    parts = [_EntryPart("", [])]
    for each in split_statements(text):
        if each.kind == "header" and each.is_list and "." not in each.name:
            above = _comments_above(parts[-1].statements)
            parts.append(_EntryPart(each.name, [*above, each]))
        elif each.kind in {"value", "header"} and not parts[-1].kind and len(parts) > 1:
            # The comments and blank lines before it belong to the same entry.
            between = parts.pop()
            parts[-1].statements += [*between.statements, each]
        elif each.kind in {"value", "header"} or not parts[-1].kind:
            parts[-1].statements.append(each)
        else:
            parts.append(_EntryPart("", [each]))
    return [part for part in parts if part.statements]


def _comments_above(statements: list[Statement]) -> list[Statement]:
    """Take the comments at the end of statements that no blank line separates from what follows."""
    count = 0
    while count < len(statements) and statements[-1 - count].kind == "comment":
        count += 1
    taken = statements[len(statements) - count :]
    del statements[len(statements) - count :]
    return taken


def _begins_blank(part: _EntryPart) -> bool:
    return bool(part.statements) and part.statements[0].kind == "blank"


def _value_statement(text: str) -> Statement:
    return Statement("value", text.partition(" =")[0], text.split("\n"))


def _set_value(part: _EntryPart, key: str, value: Any) -> None:
    """Replace, add or remove a value of an entry, in whatever form it is written."""
    kind = part.kind
    old = [each for each in part.statements if _is_of(each, key)]
    old += _sub_tables(part, f"{kind}.{key}")
    comments = [text for each in old for text in each.comments]
    if old and value is not None and not _is_changed(old, key, value):
        return
    first = part.statements.index(old[0]) if old else _end_of_values(part)
    for each in old:
        part.statements.remove(each)
    new = [] if value is None else [_value_statement(f"{key} = {render_value(value)}")]
    if new and len(old) == 1 and len(new[0].lines) == len(old[0].lines) == 1 and comments:
        new[0].lines[0] += f"  {comments[0]}"
        new[0].comments = comments
        comments = []
    kept = [Statement("comment", lines=[text], comments=[text]) for text in comments]
    part.statements[first:first] = [*kept, *new]


def _is_of(statement: Statement, key: str) -> bool:
    """Tell if a statement sets a key, or a part of it as in `section_names.旧名 = "新名"`."""
    name = statement.name
    return statement.kind == "value" and (name == key or name.startswith(f"{key}."))


def _sub_tables(part: _EntryPart, name: str) -> list[Statement]:
    """Return the statements of the sub-tables of this name, such as [[menu.items]]; they end the entry."""
    found, inside = list[Statement](), False
    for each in part.statements:
        if each.kind == "header":
            inside = each.name.replace(" ", "") == name
        if inside:
            found.append(each)
    return found


def _is_changed(old: list[Statement], key: str, value: Any) -> bool:
    """Tell if the value differs from the written one; blank lines around a text make no difference."""
    try:
        written = tomllib.loads("\n".join(line for each in old for line in each.lines)).get(key)
    except tomllib.TOMLDecodeError:
        return True
    if isinstance(written, str) and isinstance(value, str):
        return written.strip() != value.strip()
    return bool(written != value)


def _end_of_values(part: _EntryPart) -> int:
    """Return where a new value stands: behind the last one, before any sub-table."""
    headers = [i for i, each in enumerate(part.statements) if each.kind == "header"]
    if len(headers) > 1:
        return headers[1]
    return len(part.statements)
