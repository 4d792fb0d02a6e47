"""Learn the habits of publications from the issues in the library."""

from collections import Counter

from sqlalchemy import select

from wxbot.bulletin.habits import Habits, PublicationHabits
from wxbot.bulletin.issue_number import IssueNumber
from wxbot.db import Session
from wxbot.library.tables import Issue

__all__ = ["learn_habits"]

_RECENT = 60
"""Issues to learn from, the newest: a section that was given up is forgotten."""

_MIN_ISSUES = 2
"""Issues in which a section stands, at least: a misread one stands in a single issue."""


def learn_habits(session: Session) -> Habits:
    """Return the habits of the publications whose issues are in the library."""
    columns = select(Issue.title, Issue.editor, Issue.sections, Issue.key)
    by_name: dict[str, list[tuple[str, list[str], str]]] = {}
    for title, editor, sections, number in session.execute(
        columns.order_by(Issue.place.desc()).limit(_RECENT)
    ):
        if title:
            by_name.setdefault(title, []).append((editor, sections, number.rpartition("/")[2]))
    return Habits(tuple(_habits(name, issues) for name, issues in by_name.items()))


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
