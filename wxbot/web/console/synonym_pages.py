"""The page that shows what a new group of synonyms would change, adds it, and takes it back."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import audit, journal
from wxbot.errors import WxbotError
from wxbot.search import synonyms
from wxbot.search.question_report import SynonymEffect, find_unanswered, try_synonyms
from wxbot.web.console.access import EditorRight, current_editor, require_right
from wxbot.web.console.rendering import render_page
from wxbot.wiring import SYNONYMS_FILE, Services

__all__ = ["SynonymPages"]

QUESTION_DAYS = 90
MAX_ANSWERED = 100  # questions that have an answer and might get another one
MAX_SHOWN = 20
MAX_WORD_CHARS = 40


class SynonymPages:
    """Views of a group on trial, and the forms that add it and take it back."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._path = services.settings.content / SYNONYMS_FILE

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        blueprint.add_url_rule("/members/synonyms", "try_synonyms", self.try_group)
        blueprint.add_url_rule("/members/synonyms", "add_synonyms", self.add, methods=["POST"])
        blueprint.add_url_rule("/members/synonyms/undo", "undo_synonyms", self.undo, methods=["POST"])

    def try_group(self) -> Response:
        """Return what members' questions find today, and what they would find with the group."""
        words = self._read_words()
        try:
            synonyms.require_group(words)
        except WxbotError as error:
            return self._page(words, error=f"{error.message}。", status=400)
        return self._page(words, **self._effects(words))

    @require_right(EditorRight.TEXTS)
    def add(self) -> AnyResponse:
        """Add the group to the file; sending the form twice adds it once."""
        words = self._read_words()
        try:
            synonyms.require_group(words)
        except WxbotError as error:
            return self._page(words, error=f"{error.message}。", status=400)
        if not synonyms.contains(self._path, words):
            self._change("add synonyms", words)
        return self._redirect_to_members("added", words)

    @require_right(EditorRight.TEXTS)
    def undo(self) -> AnyResponse:
        """Take the group back; refused if the file does not have it any more."""
        words = self._read_words()
        try:
            self._change("remove synonyms", words)
        except WxbotError as error:
            return self._page(words, error=f"{error.message}。", status=409)
        return self._redirect_to_members("removed", words)

    def _change(self, what: str, words: list[str]) -> None:
        """Change the file in the transaction of its audit entry: an entry that fails leaves the file as it was."""
        change = synonyms.add if what == "add synonyms" else synonyms.remove
        who, now = current_editor().person, self._services.now()
        with self._services.db.begin() as session:
            audit.note(session, who=who, what=what, subject="synonyms", now=now, words=words)
            session.flush()
            change(self._path, words)

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

    def _redirect_to_members(self, done: str, words: list[str]) -> AnyResponse:
        query = urlencode({"done": done, "typed": words[0], "meant": " ".join(words[1:])})
        return redirect(f"{g.path}members?{query}#questions", 303)

    def _page(
        self,
        words: list[str],
        gained: list[SynonymEffect] | None = None,
        altered: list[SynonymEffect] | None = None,
        *,
        error: str = "",
        status: int = 200,
    ) -> Response:
        return render_page(
            "try_synonyms.html",
            status,
            title="试试同义词",
            here="members",
            typed=words[0] if words else "",
            meant=" ".join(words[1:]),
            gained=gained or [],
            altered=altered or [],
            has_group=bool(words) and synonyms.contains(self._path, words),
            error=error,
        )
