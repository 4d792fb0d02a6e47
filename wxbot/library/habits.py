"""Habits of publications: learnt from the issues in the library, and given in the file `bulletins.toml`."""

import logging
from collections import Counter
from pathlib import Path

from sqlalchemy import select

from wxbot.bulletin.habits import Habits, PublicationHabits, parse_habits
from wxbot.bulletin.issue_number import IssueNumber
from wxbot.db import Session
from wxbot.errors import SettingsError
from wxbot.library.archive_files import keys_brought_by
from wxbot.library.publications import publications
from wxbot.library.tables import Issue

__all__ = ["HabitsFile", "foresee_default", "learn_habits"]

log = logging.getLogger(__name__)

_RECENT = 60
"""Issues to learn from, the newest: a section that was given up is forgotten."""

_MIN_ISSUES = 2
"""Issues in which a section stands, at least: a misread one stands in a single issue."""


class HabitsFile:
    """The file in which editors give the habits; it may be missing, and may change at any time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._habits = Habits()

    def read(self) -> Habits:
        """Return the habits that the file gives; raise SettingsError for a broken file."""
        try:
            return parse_habits(self._path.read_text(encoding="utf-8"), str(self._path))
        except FileNotFoundError:
            return Habits()
        except (OSError, UnicodeDecodeError) as wrong:
            raise SettingsError(f"读不了 {self._path}：{wrong}") from None

    def current(self) -> Habits:
        """Return the habits of the last good version; the log names the error of a broken file once."""
        try:
            found = self._path.stat()
            stamp: tuple[int, int] | None = (found.st_mtime_ns, found.st_size)
        except OSError:
            stamp = None
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._habits = self.read()
            except SettingsError as wrong:
                log.warning("the last good version of the habits stays: %s %s", wrong.message, wrong.remedy)
        return self._habits


def learn_habits(session: Session, *, without_import: str = "") -> Habits:
    """Return the habits of the publications whose issues are in the library.

    An import leaves out what it brings itself: its files are read alike, however often it is interrupted.
    """
    columns = select(Issue.title, Issue.editor, Issue.sections, Issue.key)
    if without_import:
        columns = columns.where(Issue.key.not_in(keys_brought_by(without_import)))
    by_name: dict[str, list[tuple[str, list[str], str]]] = {}
    for title, editor, sections, number in session.execute(
        columns.order_by(Issue.place.desc()).limit(_RECENT)
    ):
        if title:
            by_name.setdefault(title, []).append((editor, sections, number.rpartition("/")[2]))
    return Habits(tuple(_habits(name, issues) for name, issues in by_name.items()))


def foresee_default(session: Session, configured: Habits, title: str | None) -> Habits:
    """Return `configured` with the default publication that an issue of this title would found in a dry run.

    The first issue of an empty library names the default publication; in a dry run nothing is stored that the files
    after it could be compared with.
    """
    if title and not configured.publications and not publications(session):
        return Habits((PublicationHabits(title),))
    return configured


def _habits(name: str, issues: list[tuple[str, list[str], str]]) -> PublicationHabits:
    """Return what is common to several issues of one publication."""
    editors = Counter(editor for editor, _, _ in issues if editor)
    sections = Counter(section for _, names, _ in issues for section in dict.fromkeys(names) if section)
    kinds = Counter(parsed.kind for _, _, number in issues if (parsed := IssueNumber.parse(number)))
    return PublicationHabits(
        name,
        editors.most_common(1)[0][0] if editors else "",
        tuple(section for section, count in sections.items() if count >= _MIN_ISSUES),
        kinds.most_common(1)[0][0] if kinds else None,
    )
