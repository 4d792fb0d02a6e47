"""Pages of the menu: its form with a drawing as the phone shows it, and handing it to the platform."""

import tomllib
from typing import Any

from flask import Blueprint, Response
from werkzeug.wrappers import Response as AnyResponse

from wxbot import audit
from wxbot.bot.rules.menu import menu_difference, present_buttons, read_buttons
from wxbot.editor_files import RULES, TomlEntries
from wxbot.errors import Forbidden, WxbotError
from wxbot.web.console.access import EditorRight, current_editor, require_right
from wxbot.web.console.rendering import remedy_text
from wxbot.web.console.settings.menu_form import (
    ACTION_LABELS,
    MenuRow,
    edit_rows,
    menu_rows,
    rows_of_request,
    tables_of_rows,
)
from wxbot.web.console.settings.parts import field, form_page, redirect_to, save_text, settings_page
from wxbot.web.console.settings.rules import find_rule_problems, menu_document
from wxbot.wiring import Services

__all__ = ["MenuSettingPages"]


class MenuSettingPages:
    """Views of [[menu]] in config/rules.toml."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        blueprint.add_url_rule("/settings/menu", "setting_menu", self.form)
        blueprint.add_url_rule("/settings/menu", "save_menu", self.save, methods=["POST"])
        blueprint.add_url_rule("/settings/menu/apply", "show_menu_difference", self.difference)
        blueprint.add_url_rule("/settings/menu/apply", "apply_menu", self.apply, methods=["POST"])

    def form(self) -> Response:
        """Return the form of the menu."""
        file = self._services.editor_files.read(RULES)
        document, broken = menu_document(file)
        return self._page(menu_rows(document.get("menu", [])), file.token, file.text or "", broken=broken)

    @require_right(EditorRight.TEXTS)
    def save(self) -> AnyResponse:
        """Save the menu, show how it looks, or move and drop rows of the form."""
        file, seen, rows, order = (
            self._services.editor_files.read(RULES),
            field("seen"),
            rows_of_request(),
            field("do"),
        )
        text = ""
        try:
            text = _edit_menu(file.text or "", rows)
            if order == "save":
                save_text(self._services, RULES, text, "改了菜单")
                return redirect_to("/menu", "saved")
        except WxbotError as error:
            return self._page(edit_rows(rows, ""), seen, text, error=error)
        rows = edit_rows(rows, order)
        filled = [each for each in rows if not each.is_empty]
        return self._page(rows, seen, _edit_menu(file.text or "", filled))

    def difference(self) -> Response:
        """Return what handing the menu to the platform would change there."""
        return self._difference_page()

    @require_right(EditorRight.TEXTS)
    def apply(self) -> AnyResponse:
        """Hand the menu to the platform, if the file is as the editor saw it."""
        services = self._services
        try:
            if field("seen") != services.editor_files.read(RULES).token:
                raise Forbidden("菜单刚才被别人改过了，没有交给微信", remedy="请看看现在的不同，再确认一次。")
            buttons = read_buttons(services.rules_path)
            services.wechat.create_menu({"button": buttons})
        except WxbotError as error:
            return self._difference_page(error)
        with services.db.begin() as session:
            who, now = current_editor().person, services.now()
            audit.note(
                session, who=who, what="apply menu", subject="settings rules", now=now, buttons=buttons
            )
        return redirect_to("/menu", "applied")

    def _difference_page(self, error: WxbotError | None = None) -> Response:
        lines, refusal, seen = list[str](), error, ""
        try:
            seen = self._services.editor_files.read(RULES).token
            now = present_buttons(self._services.wechat)
            lines = menu_difference(now, read_buttons(self._services.rules_path))[2:]
        except WxbotError as wrong:
            refusal = refusal or wrong
        return settings_page(
            "settings_menu_apply.html",
            409 if error else 200,
            title="交给微信",
            lines=lines,
            seen=seen,
            error=refusal.message if refusal else "",
            remedy=remedy_text(refusal) if refusal else "",
        )

    def _page(
        self,
        rows: list[MenuRow],
        seen: str,
        text: str,
        *,
        broken: str = "",
        error: WxbotError | None = None,
    ) -> Response:
        found = find_rule_problems(self._services, text) if text and not broken else []
        return form_page(
            "settings_menu.html",
            error,
            title="菜单",
            rows=rows,
            actions=ACTION_LABELS,
            findings=_by_place(found),
            seen=seen,
            broken=broken,
            name=self._services.settings.account_name or "公众号",
            has_platform=self._services.has_platform,
        )


def _by_place(found: list[Any]) -> dict[str, list[Any]]:
    """Return the findings about the menu by the place of their entry; those of the whole menu are under ""."""
    places = dict[str, list[Any]]()
    for each in found:
        if each.menu or each.kind == "menu":
            places.setdefault(each.menu, []).append(each)
    return places


def _edit_menu(text: str, rows: list[MenuRow]) -> str:
    """Return the rule file with the menu of these rows. Raises Forbidden for a form of TOML that is not edited."""
    entries = TomlEntries(text)
    before = tomllib.loads(text).get("menu", [])
    count, wanted = len(before), list[int]()
    for at, values in tables_of_rows(rows, before):
        if at is None or at in wanted:
            entries.add("menu", values)
            wanted.append(count)
            count += 1
        else:
            entries.change("menu", at, values)
            wanted.append(at)
    present = list(range(count))
    for gone in sorted(set(present) - set(wanted), reverse=True):
        entries.remove("menu", present.index(gone))
        present.remove(gone)
    for to, each in enumerate(wanted):
        at = present.index(each)
        if at != to:
            entries.move("menu", at, to)
            present.insert(to, present.pop(at))
    return entries.text
