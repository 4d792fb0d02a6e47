"""Pages of the synonyms: the groups of the file by their headings, the form of one group, and a new group on trial."""

import datetime as dt
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import journal
from wxbot.editor_files import SYNONYMS, add_group, get_change
from wxbot.editor_files.synonym_lines import (
    SynonymLine,
    add_distinction,
    change_line,
    list_distinctions,
    list_lines,
    remove_line,
)
from wxbot.errors import NotFound, UsageError, WxbotError
from wxbot.search import synonyms
from wxbot.search.question_report import SynonymEffect, find_unanswered, try_synonyms
from wxbot.search.synonyms import EXCLUDES, text_or_shipped
from wxbot.web.console.access import EditorRight, current_editor, require_right
from wxbot.web.console.rendering import error_text, render_page
from wxbot.web.console.settings.parts import field, form_page, redirect_to, save_text
from wxbot.wiring import Services

__all__ = ["SynonymPages", "SynonymSettingPages"]

QUESTION_DAYS = 90
MAX_ANSWERED = 100  # questions that have an answer and might get another one
MAX_SHOWN = 20
MAX_WORD_CHARS = 40


class SynonymPages:
    """Views of a group on trial, and the forms that add it and take it back."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        blueprint.add_url_rule("/members/synonyms", "try_synonyms", self.try_group)
        blueprint.add_url_rule("/members/synonyms", "add_synonyms", self.add, methods=["POST"])
        blueprint.add_url_rule(
            "/members/synonyms/undo/<int:change>", "undo_synonyms", self.undo, methods=["POST"]
        )

    def try_group(self) -> Response:
        """Return what members' questions find today, and what they would find with the group."""
        words = self._read_words()
        try:
            synonyms.require_group(words)
        except WxbotError as error:
            return self._page(words, error=error_text(error), status=400)
        return self._page(words, **self._effects(words))

    @require_right(EditorRight.TEXTS)
    def add(self) -> AnyResponse:
        """Add the group to the file; sending the form twice adds it once."""
        words = self._read_words()
        try:
            add_group(self._services.editor_files, words, current_editor().person)
        except WxbotError as error:
            return self._page(
                words, error=error_text(error), status=400 if isinstance(error, UsageError) else 409
            )
        return self._redirect_to_members("added", "＝".join(words))

    @require_right(EditorRight.TEXTS)
    def undo(self, change: int) -> AnyResponse:
        """Take an added group back, keeping later changes of the file."""
        files = self._services.editor_files
        with self._services.db.read() as session:
            found = get_change(session, change)
        if found.file != SYNONYMS:
            raise NotFound("这不是同义词的改动", remedy="回到会员一页再试。")
        files.undo(change, seen=None, who=current_editor().person)
        return self._redirect_to_members("removed", found.what.partition("：")[2])

    def _effects(self, words: list[str]) -> dict[str, Any]:
        """Return the questions whose answer the group would change: those without an answer first."""
        services = self._services
        now = services.now().astimezone(services.settings.tz)
        since = now - dt.timedelta(days=QUESTION_DAYS)
        services.sync_index()
        names, index = services.read_names(), services.index
        with services.db.read() as session:
            missed = find_unanswered(session, index, since=since, now=now, names=names)
            asked = journal.questions(session, since, MAX_ANSWERED)
        known = {query for query, _ in missed}
        others = [(query, times) for query, times in asked if query not in known]
        extra = [(words[0], 0)] if words[0] not in {query for query, _ in (*missed, *others)} else []
        effects = list(try_synonyms(index, words, [*missed, *extra], now=now, names=names))
        changed = try_synonyms(index, words, others, now=now, names=names)
        return {
            "gained": [each for each in effects if each.changes][:MAX_SHOWN],
            "altered": [each for each in changed if each.changes][:MAX_SHOWN],
        }

    def _read_words(self) -> list[str]:
        """Return the words of the form; blanks separate more of them."""
        given = f"{request.values.get('typed', '')} {request.values.get('meant', '')}"
        return [word[:MAX_WORD_CHARS] for word in given.replace("\0", "").replace("#", " ").split()][:8]

    def _redirect_to_members(self, done: str, words: str) -> AnyResponse:
        return redirect(f"{g.path}members?{urlencode({'done': done, 'words': words})}#questions", 303)

    def _page(
        self,
        words: list[str],
        gained: list[SynonymEffect] | None = None,
        altered: list[SynonymEffect] | None = None,
        *,
        error: str = "",
        status: int = 200,
    ) -> Response:
        text = self._services.editor_files.read(SYNONYMS).text
        return render_page(
            "try_synonyms.html",
            status,
            title="试试同义词",
            here="members",
            typed=words[0] if words else "",
            meant=" ".join(words[1:]),
            gained=gained or [],
            altered=altered or [],
            has_group=bool(words) and synonyms.contains(text, words),
            error=error,
        )


class SynonymSettingPages:
    """Views of content/synonyms.txt; a new group is tried and added on the page of the members."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        blueprint.add_url_rule("/settings/synonyms", "setting_synonyms", self.groups)
        blueprint.add_url_rule(
            "/settings/synonyms", "add_distinction", self.add_distinction, methods=["POST"]
        )
        blueprint.add_url_rule("/settings/synonyms/<int:line>", "edit_synonyms", self.form)
        blueprint.add_url_rule("/settings/synonyms/<int:line>", "save_synonyms", self.save, methods=["POST"])

    def groups(self) -> Response:
        """Return the groups, those with a word if the address asks for one."""
        return self._list_page()

    @require_right(EditorRight.TEXTS)
    def add_distinction(self) -> AnyResponse:
        """Add a line that tells words apart."""
        words, present = _read_words(), self._services.editor_files.read(SYNONYMS).text
        try:
            text = add_distinction(present, words)
            save_text(self._services, SYNONYMS, text, f"分开了两个词：{EXCLUDES.join(words)}")
        except WxbotError as error:
            return self._list_page(error)
        return redirect_to("/synonyms", "saved")

    def _list_page(self, error: WxbotError | None = None) -> Response:
        file = self._services.editor_files.read(SYNONYMS)
        found = list_lines(text_or_shipped(file.text))
        wanted = request.args.get("q", "").strip()[:MAX_WORD_CHARS]
        shown = [each for each in found if _has_word(each, wanted)]
        distinctions = list_distinctions(text_or_shipped(file.text))
        return form_page(
            "settings_synonyms.html",
            error,
            title="同义词",
            seen=request.form.get("seen", file.token),
            words=field("words"),
            distinctions=[each for each in distinctions if _has_word(each, wanted)],
            wanted=wanted,
            parts=[(heading, list(lines)) for heading, lines in groupby(shown, lambda each: each.heading)],
            count=len(found),
            doubtful=[each for each in found if each.says],
        )

    def form(self, line: int) -> Response:
        """Return the form of a group."""
        file = self._services.editor_files.read(SYNONYMS)
        found = _find_line(text_or_shipped(file.text), line)
        if found is None:
            raise NotFound(f"第 {line} 行没有同义词", remedy="可能刚才有人改过：回到同义词的列表看看。")
        return self._page(line, list(found.words), file.token, says=found.says)

    @require_right(EditorRight.TEXTS)
    def save(self, line: int) -> AnyResponse:
        """Save a group, show what its words find, or remove it."""
        words, present = _read_words(), text_or_shipped(self._services.editor_files.read(SYNONYMS).text)
        found = _find_line(present, line)
        label = (EXCLUDES if found and found.is_distinction else "＝").join(words)
        try:
            match field("do"):
                case "save":
                    text = change_line(present, line, words)
                    save_text(self._services, SYNONYMS, text, f"改了同义词：{label}")
                case "remove":
                    save_text(self._services, SYNONYMS, remove_line(present, line), f"删了同义词：{label}")
                case _:
                    change_line(present, line, words)
                    return self._page(line, words, field("seen"))
        except WxbotError as error:
            return self._page(line, words, field("seen"), error=error)
        return redirect_to("/synonyms", "removed" if field("do") == "remove" else "saved")

    def _page(
        self, line: int, words: list[str], seen: str, *, says: str = "", error: WxbotError | None = None
    ) -> Response:
        services = self._services
        services.sync_index()
        found = _find_line(text_or_shipped(services.editor_files.read(SYNONYMS).text), line)
        is_distinction = found is not None and found.is_distinction
        return form_page(
            "settings_synonym.html",
            error,
            title=(EXCLUDES if is_distinction else "＝").join(words) or "同义词",
            is_distinction=is_distinction,
            line=line,
            words=words,
            seen=seen,
            says=says,
            hits=[
                (
                    word,
                    services.index.search(word, 1).total,
                    services.index.search(word, 1, group=words).total,
                )
                for word in words
            ],
        )


def _read_words() -> list[str]:
    """Return the words of the form."""
    given = field("words").replace("#", " ").replace(EXCLUDES, " ")
    return [word[:MAX_WORD_CHARS] for word in given.split()]


def _find_line(text: str, line: int) -> SynonymLine | None:
    """Return the group or distinction in a line of the file; None if there is none."""
    return next((each for each in [*list_lines(text), *list_distinctions(text)] if each.line == line), None)


def _has_word(line: SynonymLine, wanted: str) -> bool:
    return not wanted or any(wanted.casefold() in word.casefold() for word in line.words)
