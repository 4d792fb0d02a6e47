"""Habits of publications: name, editor, sections and numbering, as evidence when a new issue is read.

They are given in `config/bulletins.toml` and learnt from the issues in the library. Habits are evidence only: they
tell which lines are names and sections, and never put a value where the bulletin prints none.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from wxbot.bulletin.issue_number import NumberKind
from wxbot.bulletin.line_text import columns
from wxbot.bulletin.model import CONTINUATION, Line, Role
from wxbot.bulletin.titles import section_name
from wxbot.errors import SettingsError

__all__ = ["Habits", "PublicationHabits", "mark_known_sections", "parse_habits"]

_KEYS = {"name", "editor", "sections", "numbered_by"}
_MAX_SECTION = 40
"""Columns of the longest line that is taken for a known section."""

_REMEDY = "写法见 config/bulletins.toml 里的说明。"


@dataclass(frozen=True, slots=True)
class PublicationHabits:
    """Habits of one publication; empty values are unknown."""

    name: str
    editor: str = ""
    sections: tuple[str, ...] = ()
    numbered_by: NumberKind | None = None


@dataclass(frozen=True, slots=True)
class Habits:
    """Habits of all publications of the association."""

    publications: tuple[PublicationHabits, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the publications."""
        return tuple(each.name for each in self.publications)

    def of(self, name: str | None) -> PublicationHabits | None:
        """Return the habits of the publication with this name, ignoring signs and blanks; None if it is unknown."""
        key = _key(name or "")
        return next((each for each in self.publications if _key(each.name) == key), None)

    def merge(self, learnt: "Habits") -> "Habits":
        """Return these habits, completed by learnt ones: what is given by hand comes first."""
        merged = []
        for each in self.publications:
            other = learnt.of(each.name) or each
            merged.append(
                replace(
                    each,
                    editor=each.editor or other.editor,
                    sections=tuple(dict.fromkeys((*each.sections, *other.sections))),
                    numbered_by=each.numbered_by or other.numbered_by,
                )
            )
        return Habits((*merged, *(each for each in learnt.publications if self.of(each.name) is None)))


def mark_known_sections(lines: Sequence[Line], roles: list[Role], sections: Set[str]) -> set[int]:
    """Make sections of the lines that are exactly a known section's name; return their positions.

    A line inside a paragraph or a list, and one of a title over several lines, keeps its role.
    """
    keys = {_key(name) for name in sections if name}
    found = set()
    for index, line in enumerate(lines):
        role = roles[index]
        after = roles[index + 1] if index + 1 < len(lines) else None
        alone = role in {Role.TITLE, Role.TEXT, Role.HEADING} and after is not CONTINUATION.get(role, role)
        last = role is Role.TEXT and after is Role.TEXT
        if line.block is not None or not (alone or last) or columns(line.text) > _MAX_SECTION:
            continue
        if _key(section_name(line.text)) in keys:
            roles[index] = Role.SECTION
            found.add(index)
    return found


def parse_habits(text: str, file: str) -> Habits:
    """Parse `bulletins.toml`; raise SettingsError with the line for anything that it does not know."""
    try:
        table = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as wrong:
        raise SettingsError(f"{file} 不是正确的 TOML：{wrong}", remedy=_REMEDY) from None
    for key in table:
        if key != "publication":
            raise _unknown(file, text, key)
    entries = table.get("publication", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise SettingsError(f"{file}：每份刊物写成一段 [[publication]]", remedy=_REMEDY)
    return Habits(tuple(_publication(entry, text, file) for entry in entries))


def _publication(entry: Mapping[str, Any], text: str, file: str) -> PublicationHabits:
    """Return the habits in one entry."""
    for key in entry:
        if key not in _KEYS:
            raise _unknown(file, text, key)
    name, editor, sections = entry.get("name"), entry.get("editor", ""), entry.get("sections", [])
    if not (isinstance(name, str) and name.strip() and isinstance(editor, str) and _are_texts(sections)):
        raise SettingsError(
            f"{file}：name 和 editor 写成文字，sections 写成一列文字，name 不能空", remedy=_REMEDY
        )
    numbered_by = entry.get("numbered_by")
    kinds = {str(kind): kind for kind in NumberKind}
    if numbered_by is not None and numbered_by not in kinds:
        at = _line_of(text, "numbered_by")
        raise SettingsError(f"{file} 第 {at} 行：numbered_by 是 {'、'.join(kinds)} 之一", remedy=_REMEDY)
    return PublicationHabits(
        name.strip(), editor.strip(), tuple(sections), kinds[numbered_by] if numbered_by else None
    )


def _are_texts(values: object) -> bool:
    """Tell if a value is a list of texts."""
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _unknown(file: str, text: str, key: str) -> SettingsError:
    """Return the error for a key that means nothing here."""
    return SettingsError(f"{file} 第 {_line_of(text, key)} 行：不认识“{key}”", remedy=_REMEDY)


def _line_of(text: str, key: str) -> int:
    """Return the number of the first line that sets a key."""
    form = re.compile(rf"\s*\[*\s*[\"']?{re.escape(key)}\b")
    return next((at for at, line in enumerate(text.splitlines(), start=1) if form.match(line)), 1)


def _key(name: str) -> str:
    """Return a name without signs and blanks, for comparison."""
    return "".join(char for char in name.casefold() if char.isalnum())
