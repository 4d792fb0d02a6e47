"""The first page of the settings, the history of their files with undo, and the raw text of each file."""

from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import editor_files
from wxbot.editor_files import BRAND, PUBLICATIONS, RULES, SYNONYMS, FileChange, UnusableText
from wxbot.editor_files.catalogue import LONGEST_FILE
from wxbot.editor_files.history import diff_lines
from wxbot.editors import all_editors
from wxbot.errors import WxbotError
from wxbot.local_time import moment_label
from wxbot.web.console.access import EditorRight, allow_large_form, current_editor, require_right
from wxbot.web.console.rendering import EditorNames, remedy_text
from wxbot.web.console.settings.parts import field, redirect_to, save_text, settings_page
from wxbot.wiring import Services

__all__ = ["SettingPages"]

CHANGES_ON_A_PAGE = 50
MOST_PAGES = 100_000
_BYTES_A_CHAR = 4
RECENT_CHANGES = 5
_FORMS = {RULES: "rules", SYNONYMS: "synonyms", PUBLICATIONS: "publications", BRAND: "brand"}


class SettingPages:
    """Views of what all settings have in common."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        blueprint.add_url_rule("/settings", "settings", self.overview)
        blueprint.add_url_rule("/settings/history", "setting_history", self.history)
        blueprint.add_url_rule("/settings/history/<int:change>", "setting_change", self.change)
        blueprint.add_url_rule("/settings/history/<int:change>", "undo_setting", self.undo, methods=["POST"])
        blueprint.add_url_rule("/settings/raw/<path:key>", "raw_setting", self.raw)
        blueprint.add_url_rule(
            "/settings/raw/<path:key>", "save_raw_setting", self.save_raw, methods=["POST"]
        )

    def overview(self) -> Response:
        """Return the settings, those with mistakes marked, and the last changes."""
        files = self._services.editor_files
        return settings_page(
            "settings.html",
            title="设置",
            mistakes={key: self._mistakes(key) for key in (RULES, SYNONYMS, PUBLICATIONS, BRAND)},
            changes=self._rows(limit=RECENT_CHANGES),
            broken_replies=[key for key in files.files if key.startswith("replies/") and self._mistakes(key)],
        )

    def history(self) -> Response:
        """Return the changes of all files or of one, the newest first."""
        files, key = self._services.editor_files, request.args.get("file", "")
        page = min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)
        files.settle()
        rows = self._rows(key, CHANGES_ON_A_PAGE + 1, (page - 1) * CHANGES_ON_A_PAGE)
        return settings_page(
            "settings_history.html",
            title="经过",
            rows=rows[:CHANGES_ON_A_PAGE],
            has_more=len(rows) > CHANGES_ON_A_PAGE,
            page=page,
            file=key,
            label=files.file(key).label if key else "",
            outside=self._outside(key) if key else [],
        )

    def change(self, change: int) -> Response:
        """Return one change: its difference, and what taking it back would do."""
        return self._change_page(change)

    @require_right(EditorRight.TEXTS)
    def undo(self, change: int) -> AnyResponse:
        """Take a change back; later changes stay."""
        try:
            self._services.editor_files.undo(change, seen=field("seen"), who=current_editor().person)
        except WxbotError as error:
            return self._change_page(change, error)
        return redirect_to("/history", "undone")

    def raw(self, key: str) -> Response:
        """Return the raw text of a file."""
        file = self._services.editor_files.read(key)
        return self._raw_page(key, file.text or "", file.token)

    @require_right(EditorRight.TEXTS)
    @allow_large_form(lambda _settings: _BYTES_A_CHAR * LONGEST_FILE)
    def save_raw(self, key: str) -> AnyResponse:
        """Save the raw text of a file, unless it has mistakes; or show these."""
        text = field("text", LONGEST_FILE) + "\n"
        if field("do") == "preview":
            return self._raw_page(key, text, field("seen"))
        try:
            save_text(self._services, key, text, f"改了{self._services.editor_files.file(key).label}的原文")
        except WxbotError as error:
            return self._raw_page(key, text, field("seen"), error)
        return redirect_to(f"/raw/{key}", "saved")

    def _change_page(self, id_: int, error: WxbotError | None = None) -> Response:
        files = self._services.editor_files
        with self._services.db.read() as session:
            change = editor_files.get_change(session, id_)
            names = EditorNames.of(all_editors(session))
        refusal, undoing, seen = error, list[str](), ""
        try:
            present, undone = files.preview_undo(id_)
            seen, undoing = present.token, diff_lines(present.text, undone.text)
        except WxbotError as wrong:
            refusal = refusal or wrong
        return settings_page(
            "settings_change.html",
            409 if error else 200,
            title=f"第 {id_} 次改动",
            change=change,
            row=self._row(change, names),
            lines=diff_lines(change.before, change.after),
            undoing=undoing,
            seen=seen,
            refusal=refusal.message if refusal else "",
            refusal_remedy=remedy_text(refusal) if refusal else "",
        )

    def _raw_page(self, key: str, text: str, seen: str, error: WxbotError | None = None) -> Response:
        file = self._services.editor_files.file(key)
        problems = error.problems if isinstance(error, UnusableText) else file.check(text) if text else []
        return settings_page(
            "settings_raw.html",
            409 if error else 200,
            title=f"{file.label}的原文",
            key=key,
            form=_FORMS.get(key, key),
            text=text,
            seen=seen,
            name=file.path.name,
            problems=problems,
            is_tried=request.method == "POST" and not error,
            error=error.message if error else "",
            remedy=remedy_text(error) if error else "",
        )

    def _mistakes(self, key: str) -> int:
        """Return how many mistakes a file has; one if it cannot be read."""
        files = self._services.editor_files
        try:
            text = files.read(key).text
        except WxbotError:
            return 1
        return len(files.file(key).check(text)) if text is not None else 0

    def _rows(self, key: str = "", limit: int = CHANGES_ON_A_PAGE, offset: int = 0) -> list[dict[str, Any]]:
        with self._services.db.read() as session:
            names = EditorNames.of(all_editors(session))
            return [self._row(each, names) for each in editor_files.changes(session, key, limit, offset)]

    def _row(self, change: FileChange, names: EditorNames) -> dict[str, Any]:
        file = self._services.editor_files.files.get(change.file)
        return {
            "id": change.id,
            "at": moment_label(change.at, self._services.settings.tz),
            "who": names.name_of(change.who) if change.who else "有人",
            "what": change.what + change.state_label,
            "file": file.label if file else change.file,
        }

    def _outside(self, key: str) -> list[str]:
        """Return what somebody changed in the file itself since the last change here."""
        with self._services.db.read() as session:
            known = editor_files.last_known(session, key)
            before = known.after if known else None
        return diff_lines(before, self._services.editor_files.read(key).text) if known else []
