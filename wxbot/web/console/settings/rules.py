"""Pages of the reply rules: the list with its findings, a question on trial, and the form of one rule."""

import tomllib
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot.bot import RuleFile, RuleFinding
from wxbot.bot.rules.rule_file import RulesError
from wxbot.bot.trial_answer import try_question
from wxbot.editor_files import RULES, FileText, TomlEntries
from wxbot.errors import NotFound, WxbotError
from wxbot.web.console.access import EditorRight, current_editor, require_right
from wxbot.web.console.phone.content import chat_bubbles
from wxbot.web.console.settings.parts import (
    field,
    form_page,
    is_preview,
    redirect_to,
    save_text,
    settings_page,
)
from wxbot.web.console.settings.rule_form import ANSWERS, DAYS, MATCHES, PRIORITIES, RuleFields, describe_rule
from wxbot.wechat.limits import TEXT_BYTES
from wxbot.wiring import Services

__all__ = ["RuleSettingPages", "find_rule_problems", "menu_document"]

MAX_TRIAL_CHARS = 200


class RuleSettingPages:
    """Views of the rules in config/rules.toml."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        blueprint.add_url_rule("/settings/rules", "setting_rules", self.rules)
        blueprint.add_url_rule("/settings/rules/new", "add_rule", self.form)
        blueprint.add_url_rule("/settings/rules/<int:at>", "edit_rule", self.form)
        blueprint.add_url_rule("/settings/rules/new", "save_new_rule", self.save, methods=["POST"])
        blueprint.add_url_rule("/settings/rules/<int:at>", "save_rule", self.save, methods=["POST"])
        blueprint.add_url_rule("/settings/rules/<int:at>/move", "move_rule", self.move, methods=["POST"])
        blueprint.add_url_rule(
            "/settings/rules/<int:at>/remove", "remove_rule", self.remove, methods=["POST"]
        )

    def rules(self) -> Response:
        """Return the rules in the order of the file, each with what is wrong with it; and the answer to a question."""
        file = self._services.editor_files.read(RULES)
        document, broken = menu_document(file)
        found = find_rule_problems(self._services, file.text or "")
        question = request.args.get("q", "").replace("\0", "").strip()[:MAX_TRIAL_CHARS]
        rows = [
            describe_rule(entry) | {"at": at, "findings": [each for each in found if each.rule == at]}
            for at, entry in enumerate(_entries(document), start=1)
        ]
        return settings_page(
            "settings_rules.html",
            title="自动回复",
            rows=rows,
            broken=broken,
            general=[each for each in found if each.rule == 0 and not each.menu and each.kind != "menu"],
            seen=file.token,
            question=question,
            trial=self._try(file.text or "", question) if question and not broken else None,
        )

    def form(self, at: int = 0) -> Response:
        """Return the form of a rule, or of a new one."""
        file = self._services.editor_files.read(RULES)
        fields = RuleFields.of_entry(_entry(file, at)) if at else RuleFields()
        return self._page(at, fields, file.token, file.text or "")

    @require_right(EditorRight.TEXTS)
    def save(self, at: int = 0) -> AnyResponse:
        """Save a rule, or show what it would answer."""
        file = self._services.editor_files.read(RULES)
        kept = RuleFields.of_entry(_entry(file, at)).kept if at else []
        fields = RuleFields.of_request(kept)
        seen, text = field("seen"), ""
        try:
            text = _edit_text(file.text or "", at, fields)
            if is_preview():
                return self._page(at, fields, seen, text)
            values = fields.first_words or "一条"
            save_text(self._services, RULES, text, f"{'改了' if at else '加了'}规则「{values}」")
        except WxbotError as error:
            return self._page(at, fields, seen, text, error=error)
        return redirect_to("/rules", "saved")

    @require_right(EditorRight.TEXTS)
    def move(self, at: int) -> AnyResponse:
        """Put a rule one place further up or down."""
        to = at - 1 if field("to") == "up" else at + 1

        def edit(entries: TomlEntries, count: int) -> None:
            entries.move("rule", at - 1, min(max(to, 1), count) - 1)

        return self._change(at, edit, f"把第 {at} 条规则挪到第 {to} 条", "moved")

    @require_right(EditorRight.TEXTS)
    def remove(self, at: int) -> AnyResponse:
        """Remove a rule; the history can bring it back."""

        def edit(entries: TomlEntries, _count: int) -> None:
            entries.remove("rule", at - 1)

        return self._change(at, edit, f"删了第 {at} 条规则", "removed")

    def _change(self, at: int, edit: Callable[[TomlEntries, int], None], what: str, done: str) -> AnyResponse:
        file = self._services.editor_files.read(RULES)
        words = RuleFields.of_entry(_entry(file, at)).first_words
        entries = TomlEntries(file.text or "")
        edit(entries, len(_entries(menu_document(file)[0])))
        save_text(self._services, RULES, entries.text, f"{what}「{words}」")
        return redirect_to("/rules", done)

    def _page(
        self,
        at: int,
        fields: RuleFields,
        seen: str,
        text: str,
        error: WxbotError | None = None,
    ) -> Response:
        question = field("question") or fields.first_words
        is_shown = bool(text) and bool(at or request.method == "POST")
        found = find_rule_problems(self._services, text) if is_shown else []
        own = at or _count_rules(text)
        shows_trial = is_shown and fields.match in {"contains", "exact", "pattern"}
        return form_page(
            "settings_rule.html",
            error,
            title=f"第 {at} 条规则" if at else "加一条规则",
            at=at,
            form=fields,
            seen=seen,
            matches=MATCHES,
            answers=ANSWERS,
            days=DAYS,
            priorities=PRIORITIES,
            findings=[each for each in found if each.rule == own],
            own=own,
            question=question,
            trial=self._try(text, question) if shows_trial and question else None,
            bytes_most=TEXT_BYTES,
        )

    def _try(self, text: str, question: str) -> dict[str, Any] | None:
        """Return what a member would get with a rule file of this text, and the rule that answers."""
        try:
            rules = RuleFile.of_text(text)
        except RulesError:
            return None
        services = self._services
        services.sync_index()
        answer = try_question(
            services.trial_bot(rules),
            services.db,
            question,
            openid=f"o_console_{current_editor().id}",
            now=services.now(),
        )
        return {
            "question": question,
            "bubbles": chat_bubbles(answer.reply, services.settings.public_url),
            "rule": answer.rule,
            "name": services.settings.account_name or "公众号",
        }


def menu_document(file: FileText) -> tuple[dict[str, Any], str]:
    """Return the document of the rule file, and why it cannot be read; "" where it can."""
    try:
        return tomllib.loads(file.text or ""), ""
    except (tomllib.TOMLDecodeError, RecursionError) as wrong:
        return {}, str(wrong)


def find_rule_problems(services: Services, text: str) -> list[RuleFinding]:
    """Return the findings of `wxbot rules check` for a text."""
    services.sync_index()
    return services.find_rule_problems(text)


def _entries(document: dict[str, Any]) -> list[dict[str, Any]]:
    found = document.get("rule", [])
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _count_rules(text: str) -> int:
    return len(_entries(menu_document(FileText(text, ""))[0]))


def _entry(file: FileText, at: int) -> dict[str, Any]:
    entries = _entries(menu_document(file)[0])
    if not 1 <= at <= len(entries):
        raise NotFound(f"没有第 {at} 条规则", remedy="可能刚才有人删了：回到自动回复的列表看看。")
    return entries[at - 1]


def _edit_text(text: str, at: int, fields: RuleFields) -> str:
    """Return the rule file with the rule as in the form. Raises Forbidden for a form of TOML that is not edited."""
    entries = TomlEntries(text)
    if at:
        entries.change("rule", at - 1, fields.entry())
    else:
        entries.add("rule", fields.entry())
    return entries.text
