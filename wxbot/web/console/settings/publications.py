"""Pages of the publications: the list, and the form of one, which makes its entry of bulletins.toml."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import library
from wxbot.bulletin.habits import SLUG_FORM, load_entries, quote_bare_keys
from wxbot.bulletin.issue_number import NumberKind
from wxbot.editor_files import PUBLICATIONS, FileText, TomlEntries
from wxbot.errors import NotFound, UsageError, WxbotError
from wxbot.web.console.access import EditorRight, require_right
from wxbot.web.console.settings.parts import (
    field,
    form_page,
    is_preview,
    lines_of,
    redirect_to,
    save_text,
    settings_page,
)
from wxbot.wiring import Services

__all__ = ["NUMBERINGS", "PublicationFields", "PublicationSettingPages"]

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


class PublicationSettingPages:
    """Views of config/bulletins.toml."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        root = "/settings/publications"
        blueprint.add_url_rule(root, "setting_publications", self.publications)
        blueprint.add_url_rule(f"{root}/new", "new_publication_settings", self.form)
        blueprint.add_url_rule(f"{root}/<int:at>", "edit_publication_settings", self.form)
        blueprint.add_url_rule(f"{root}/new", "save_new_publication_settings", self.save, methods=["POST"])
        blueprint.add_url_rule(f"{root}/<int:at>", "save_publication_settings", self.save, methods=["POST"])
        blueprint.add_url_rule(
            f"{root}/<int:at>/remove", "remove_publication_settings", self.remove, methods=["POST"]
        )

    def publications(self) -> Response:
        """Return the publications of the file, and those that only the library knows."""
        file = self._services.editor_files.read(PUBLICATIONS)
        entries, broken = _entries(file)
        rows = [PublicationFields.of_entry(each) for each in entries]
        habits = self._services.habits_file.current()
        with self._services.db.read() as session:
            known = library.publications(session)
            found = [habits.of_publication(each.slug, library.publication_names(each)) for each in known]
            others = [each.name for each, entry in zip(known, found, strict=True) if entry is None]
        # A library keeps the default publication that it has; the first in the file is that of an empty one.
        default = (found[0].name if found[0] else "") if found else next((each.name for each in rows), "")
        return settings_page(
            "settings_publications.html",
            title="刊物和栏目",
            rows=rows,
            others=others,
            default=default,
            broken=broken,
            numberings=NUMBERINGS,
        )

    def form(self, at: int = 0) -> Response:
        """Return the form of a publication; a new one begins with what the library has."""
        file = self._services.editor_files.read(PUBLICATIONS)
        if at:
            fields = PublicationFields.of_entry(_entry(file, at))
        else:
            fields = PublicationFields() if request.args.get("blank") else self._first_fields()
        return self._page(at, fields, file.token)

    @require_right(EditorRight.TEXTS)
    def save(self, at: int = 0) -> AnyResponse:
        """Save a publication."""
        file, fields = self._services.editor_files.read(PUBLICATIONS), PublicationFields.of_request()
        try:
            entries = TomlEntries(quote_bare_keys(file.text or ""))
            if at:
                entries.change("publication", at - 1, fields.entry())
            else:
                entries.add("publication", fields.entry())
            if is_preview():
                problems = self._services.editor_files.file(PUBLICATIONS).check(entries.text)
                return self._page(at, fields, field("seen"), mistake=problems[0].says if problems else "")
            what = f"{'改了' if at else '加了'}刊物「{fields.name}」"
            save_text(self._services, PUBLICATIONS, entries.text, what)
        except WxbotError as error:
            return self._page(at, fields, field("seen"), error)
        return redirect_to("/publications", "saved")

    @require_right(EditorRight.TEXTS)
    def remove(self, at: int) -> AnyResponse:
        """Remove a publication from the file; its issues stay on the shelf."""
        file = self._services.editor_files.read(PUBLICATIONS)
        name = _entry(file, at).get("name", "")
        entries = TomlEntries(quote_bare_keys(file.text or ""))
        entries.remove("publication", at - 1)
        save_text(self._services, PUBLICATIONS, entries.text, f"去掉了刊物「{name}」的设置")
        return redirect_to("/publications", "removed")

    def _first_fields(self) -> PublicationFields:
        """Return the fields for the first publication that the file does not have: as the library knows it."""
        habits = self._services.habits_file.current()
        with self._services.db.read() as session:
            for each in library.publications(session):
                if habits.of_publication(each.slug, library.publication_names(each)) is None:
                    sections = filter(None, library.sections(session, each.id))
                    return PublicationFields(each.name, each.slug, sections="\n".join(sections))
        return PublicationFields()

    def _page(
        self,
        at: int,
        fields: PublicationFields,
        seen: str,
        error: WxbotError | None = None,
        *,
        mistake: str = "",
    ) -> Response:
        return form_page(
            "settings_publication.html",
            error,
            title=fields.name or "加一份刊物",
            at=at,
            form=fields,
            seen=seen,
            numberings=NUMBERINGS,
            slug_form=SLUG_FORM,
            warnings=_warnings(fields),
            mistake=mistake,
        )


def _entries(file: FileText) -> tuple[list[dict[str, Any]], str]:
    """Return the entries of the file, and why it cannot be read; "" where it can."""
    try:
        return load_entries(file.text or ""), ""
    except ValueError as wrong:
        return [], str(wrong)


def _entry(file: FileText, at: int) -> dict[str, Any]:
    entries = _entries(file)[0]
    if not 1 <= at <= len(entries):
        raise NotFound(f"没有第 {at} 份刊物", remedy="可能刚才有人删了：回到刊物的列表看看。")
    return entries[at - 1]


def _warnings(fields: PublicationFields) -> list[str]:
    """Return what is allowed and probably a slip: a renamed section whose new name is no section."""
    sections = fields.sections.split("\n")
    try:
        renamed = fields.entry()["section_names"] or {}
    except WxbotError:
        return []
    return [
        f"「{former}」改成了「{name}」，可是栏目里没有「{name}」"
        for former, name in renamed.items()
        if fields.sections and name not in sections and name not in renamed
    ]
