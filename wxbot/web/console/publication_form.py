"""The form of one publication: its fields, and the entry of bulletins.toml that they make."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wxbot.bulletin.issue_number import NumberKind
from wxbot.errors import UsageError
from wxbot.web.console.settings_parts import field, lines_of

__all__ = ["NUMBERINGS", "PublicationFields"]

NUMBERINGS: Mapping[str, str] = {
    "": "看印出来的样子",
    NumberKind.COUNT: "年和期：2021年第2期",
    NumberKind.RUNNING: "总期号：总第301期",
    NumberKind.WEEK: "周：第43周",
    NumberKind.MONTH: "月",
    NumberKind.DAY: "日期",
    NumberKind.SUPPLEMENT: "增刊",
}
_SIGNS = ("→", "=>", "＝", "=")


@dataclass(slots=True)
class PublicationFields:
    """The fields of the form, as texts; lists have an entry a line."""

    name: str = ""
    slug: str = ""
    other_names: str = ""
    editor: str = ""
    sections: str = ""
    section_names: str = ""
    colour: str = ""
    numbered_by: str = ""

    @classmethod
    def of_entry(cls, entry: Mapping[str, Any]) -> "PublicationFields":
        """Return the fields for an entry."""
        renamed = entry.get("section_names")
        pairs = renamed.items() if isinstance(renamed, Mapping) else ()
        return cls(
            name=str(entry.get("name", "")),
            slug=str(entry.get("slug", "")),
            other_names=_as_lines(entry.get("other_names")),
            editor=str(entry.get("editor", "")),
            sections=_as_lines(entry.get("sections")),
            section_names="\n".join(f"{former} → {name}" for former, name in pairs),
            colour=str(entry.get("colour", "")),
            numbered_by=str(entry.get("numbered_by", "")),
        )

    @classmethod
    def of_request(cls) -> "PublicationFields":
        """Return the fields as an editor sent them."""
        return cls(
            name=field("name"),
            slug=field("slug"),
            other_names="\n".join(lines_of("other_names")),
            editor=field("editor"),
            sections="\n".join(lines_of("sections")),
            section_names="\n".join(lines_of("section_names")),
            colour=field("colour"),
            numbered_by=field("numbered_by"),
        )

    def entry(self) -> dict[str, Any]:
        """Return the values of the entry; None removes a key. Raises UsageError for a renaming without a new name."""
        return {
            "name": self.name,
            "slug": self.slug or None,
            "other_names": self.other_names.split("\n") if self.other_names else None,
            "editor": self.editor or None,
            "sections": self.sections.split("\n") if self.sections else None,
            "section_names": dict(map(_renaming, self.section_names.split("\n")))
            if self.section_names
            else None,
            "colour": self.colour or None,
            "numbered_by": self.numbered_by or None,
        }


def _renaming(line: str) -> tuple[str, str]:
    """Return the former and the present name in a line such as 投融界 → 投资汇."""
    for sign in _SIGNS:
        former, found, name = (part.strip() for part in line.partition(sign))
        if found and former and name:
            return former, name
    raise UsageError(
        f"改过名的栏目「{line}」没写对", remedy="一行一个，写成：旧名 → 新名。", field="section_names"
    )


def _as_lines(values: object) -> str:
    return "\n".join(map(str, values)) if isinstance(values, list) else ""
