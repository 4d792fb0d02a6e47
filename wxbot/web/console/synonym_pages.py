"""The page that shows what a new group of synonyms would change, adds it, and takes it back."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import journal
from wxbot.editor_files import SYNONYMS, add_group, get_change
from wxbot.errors import NotFound, UsageError, WxbotError
from wxbot.search import synonyms
from wxbot.search.question_report import SynonymEffect, find_unanswered, try_synonyms
from wxbot.web.console.access import EditorRight, current_editor, require_right
from wxbot.web.console.rendering import error_text, render_page
from wxbot.wiring import Services

__all__ = ["SynonymPages"]

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
