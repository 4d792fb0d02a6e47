"""Habits of publications: name, editor, sections and numbering, as evidence when a new issue is read.

They are given in `config/bulletins.toml` and learnt from the issues in the library. Habits are evidence only: they
tell which lines are names and sections, and never put a value where the bulletin prints none.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from wxbot.bulletin.issue_number import NumberKind
from wxbot.bulletin.line_text import columns
from wxbot.bulletin.model import CONTINUATION, Line, Role
from wxbot.bulletin.titles import section_name
from wxbot.errors import SettingsError

__all__ = [
    "FILE_REMEDY",
    "SLUG_FORM",
    "Habits",
    "PublicationHabits",
    "is_slug",
    "load_entries",
    "mark_known_sections",
    "parse_habits",
    "quote_bare_keys",
]

_KEYS = {"name", "slug", "editor", "sections", "numbered_by", "other_names", "colour", "section_names"}
_SLUG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_LONGEST_SLUG = 24
_RESERVED_SLUGS = frozenset({"archive", "latest"})
SLUG_FORM = f"用小写字母、数字和 -，以字母开头，最多 {_LONGEST_SLUG} 个，如 kuaixun"
"""Form of a publication's slug, in words for editors."""

_BARE_KEY = re.compile(
    r"(?P<before>(?:^|[{,])[ \t]*)(?P<key>[^\s\"'=,{}\[\]#]*[^\x00-\x7f][^\s\"'=,{}\[\]#]*)(?P<after>[ \t]*=)",
    re.MULTILINE,
)
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_MAX_SECTION = 40
"""Columns of the longest line that is taken for a known section."""

FILE_REMEDY = "写法见 config/bulletins.toml 里的说明。"


@dataclass(frozen=True, slots=True)
class PublicationHabits:
    """Habits of one publication; empty values are unknown."""

    name: str
    editor: str = ""
    sections: tuple[str, ...] = ()
    numbered_by: NumberKind | None = None
    slug: str = ""
    other_names: tuple[str, ...] = ()
    colour: str = ""
    section_names: Mapping[str, str] = field(
        default_factory=dict
    )  # what a former name of a section is called

    def present_name(self, section: str) -> str:
        """Return the present name of a section that may be given by a former one."""
        renamed = {_key(former): name for former, name in self.section_names.items()}
        while (key := _key(section)) in renamed:
            section = renamed[key]
        return section

    def spellings(self, section: str) -> tuple[str, ...]:
        """Return all names of a section, its present one first."""
        present = self.present_name(section)
        former = (name for name in self.section_names if _key(self.present_name(name)) == _key(present))
        return tuple(dict.fromkeys((present, *former)))


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
        named = (each for each in self.publications if key in map(_key, (each.name, *each.other_names)))
        return next(named, None)

    def of_publication(self, slug: str, names: Sequence[str]) -> PublicationHabits | None:
        """Return the habits of a publication of the library, by its slug, else by one of its names."""
        by_slug = (each for each in self.publications if slug and each.slug == slug)
        return next(by_slug, None) or next(filter(None, map(self.of, filter(None, names))), None)

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


def is_slug(text: str) -> bool:
    """Tell if a text can stand for a publication in addresses."""
    return bool(_SLUG.fullmatch(text)) and len(text) <= _LONGEST_SLUG and text not in _RESERVED_SLUGS


def parse_habits(text: str, file: str) -> Habits:
    """Parse `bulletins.toml`; raise SettingsError with the line for anything that it does not know."""
    try:
        table = _load_toml(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as wrong:
        raise SettingsError(f"{file} 不是正确的 TOML：{wrong}", remedy=FILE_REMEDY) from None
    for key in table:
        if key != "publication":
            raise _unknown(file, text, key)
    entries = table.get("publication", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise SettingsError(f"{file}：每份刊物写成一段 [[publication]]", remedy=FILE_REMEDY)
    return Habits(tuple(_publication(entry, text, file) for entry in entries))


def _load_toml(text: str) -> dict[str, Any]:
    """Return a TOML document whose Chinese keys need no quotation marks; raises TOMLDecodeError.

    TOML wants them, but `section_names = { 旧名 = "新名" }` is how everybody writes it.
    """
    return tomllib.loads(quote_bare_keys(text))


def quote_bare_keys(text: str) -> str:
    """Return a TOML document with Chinese keys in quotation marks, unless it is valid as it is."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return _BARE_KEY.sub(r'\g<before>"\g<key>"\g<after>', text)
    return text


def load_entries(text: str) -> list[dict[str, Any]]:
    """Return the entries of `bulletins.toml` as tables, even with mistakes in their values; raises TOMLDecodeError."""
    found = _load_toml(text.removeprefix("\ufeff")).get("publication", [])
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _publication(entry: Mapping[str, Any], text: str, file: str) -> PublicationHabits:
    """Return the habits in one entry."""
    for key in entry:
        if key not in _KEYS:
            raise _unknown(file, text, key)
    for key in ("name", "slug", "editor", "colour"):
        if not isinstance(entry.get(key, ""), str):
            raise SettingsError(
                f"{file} 第 {_line_of(text, key)} 行：{key} 写成文字", remedy=FILE_REMEDY, field=key
            )
    for key in ("sections", "other_names"):
        if not _are_texts(entry.get(key, [])):
            raise SettingsError(
                f"{file} 第 {_line_of(text, key)} 行：{key} 写成一列文字", remedy=FILE_REMEDY, field=key
            )
    if not entry.get("name", "").strip():
        raise SettingsError(f"{file}：每份刊物要有 name（刊名）", remedy=FILE_REMEDY, field="name")
    return PublicationHabits(
        entry["name"].strip(),
        entry.get("editor", "").strip(),
        tuple(entry.get("sections", ())),
        _numbering(entry.get("numbered_by"), text, file),
        _slug(entry.get("slug", ""), text, file),
        tuple(entry.get("other_names", ())),
        _colour(entry.get("colour", ""), text, file),
        _section_names(entry.get("section_names", {}), text, file),
    )


def _numbering(given: object, text: str, file: str) -> NumberKind | None:
    """Return how issues are numbered."""
    kinds = {str(kind): kind for kind in NumberKind}
    if given is not None and given not in kinds:
        at = _line_of(text, "numbered_by")
        raise SettingsError(
            f"{file} 第 {at} 行：numbered_by 是 {'、'.join(kinds)} 之一",
            remedy=FILE_REMEDY,
            field="numbered_by",
        )
    return kinds[str(given)] if given is not None else None


def _slug(given: str, text: str, file: str) -> str:
    """Return a slug that can stand in an address, or none."""
    if given and not is_slug(given):
        at = _line_of(text, "slug")
        raise SettingsError(
            f"{file} 第 {at} 行：「{given}」不能做网址里的短名", remedy=f"{SLUG_FORM}。", field="slug"
        )
    return given


def _colour(given: str, text: str, file: str) -> str:
    """Return a colour, or none."""
    if given and not _COLOUR.fullmatch(given):
        at = _line_of(text, "colour")
        raise SettingsError(
            f"{file} 第 {at} 行：颜色 colour 写成 # 和六位十六进制数，如 #1a5fb4",
            remedy=FILE_REMEDY,
            field="colour",
        )
    return given


def _section_names(given: object, text: str, file: str) -> Mapping[str, str]:
    """Return what the former names of sections are called today."""
    if not isinstance(given, dict) or not all(isinstance(name, str) for name in given.values()):
        at = _line_of(text, "section_names")
        raise SettingsError(
            f'{file} 第 {at} 行：section_names 写成 {{ 旧名 = "新名" }}',
            remedy=FILE_REMEDY,
            field="section_names",
        )
    renamed = {_key(former): _key(name) for former, name in given.items()}
    for former in given:
        seen, key = set[str](), _key(former)
        while key in renamed and key not in seen:
            seen.add(key)
            key = renamed[key]
        if key in seen:
            at = _line_of(text, "section_names")
            raise SettingsError(
                f"{file} 第 {at} 行：section_names 里「{former}」改来改去又改回了自己",
                remedy='等号左边写旧名，右边写现在的名字，如 { 投融界 = "投资汇" }。',
                field="section_names",
            )
    return dict(given)


def _are_texts(values: object) -> bool:
    """Tell if a value is a list of texts."""
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _unknown(file: str, text: str, key: str) -> SettingsError:
    """Return the error for a key that means nothing here."""
    return SettingsError(f"{file} 第 {_line_of(text, key)} 行：不认识“{key}”", remedy=FILE_REMEDY)


def _line_of(text: str, key: str) -> int:
    """Return the number of the first line that sets a key."""
    form = re.compile(rf"\s*\[*\s*[\"']?{re.escape(key)}\b")
    return next((at for at, line in enumerate(text.splitlines(), start=1) if form.match(line)), 1)


def _key(name: str) -> str:
    """Return a name without signs and blanks, for comparison."""
    return "".join(char for char in name.casefold() if char.isalnum())
