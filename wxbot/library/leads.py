"""Assign the leads of an issue and of its sections (编者按, 卷首语) to articles, under which a search finds them.

A lead has no address of its own. It belongs to the first article that members see in its section; the lead of the
issue, and that of a section whose articles are all hidden, to the first article of the issue. Which one that is changes
when articles are withdrawn or moved, so every change of an issue with leads writes the articles that carry them anew.
"""

from collections.abc import Sequence

from sqlalchemy import select, update

from wxbot.bulletin.blocks import Blocks, paragraphs
from wxbot.db import Session
from wxbot.library.tables import Article, Issue

__all__ = ["LeadTexts", "mark_led_articles"]


class LeadTexts:
    """The leads that articles carry, read once an issue; for articles that come in any order."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._by_issue: dict[int, dict[int, Blocks]] = {}

    def paragraphs_of(self, article: Article) -> tuple[str, ...]:
        """Return the text of the leads that an article carries; () for one that carries none."""
        if article.issue_id is None:
            return ()
        if article.issue_id not in self._by_issue:
            self._by_issue[article.issue_id] = self._read(article.issue_id)
        return paragraphs(self._by_issue[article.issue_id].get(article.id, ()))

    def _read(self, issue_id: int) -> dict[int, Blocks]:
        """Return the leads of an issue by the article that carries them."""
        columns = select(Issue.lead, Issue.section_leads).where(Issue.id == issue_id)
        lead, section_leads = self._session.execute(columns).one()
        if not (lead or section_leads):
            return {}
        shown = select(Article.id, Article.section).where(
            Article.issue_id == issue_id, Article.hidden.is_(False)
        )
        places = self._session.execute(shown.order_by(Article.place, Article.id)).all()
        carried: dict[int, Blocks] = {}
        for name, blocks in (("", lead), *section_leads.items()):
            if places and blocks:
                carrier = _first(places, name) if name else places[0][0]
                carried[carrier] = carried.get(carrier, ()) + blocks
        return carried


def _first(places: Sequence[tuple[int, str]], section: str) -> int:
    """Return the first article of a section, else of the issue."""
    return next((id_ for id_, name in places if name == section), places[0][0])


def mark_led_articles(session: Session, row: Issue, version: int, *, had_leads: bool = False) -> None:
    """Mark the articles of an issue that has leads, or had some before this change, as changed.

    Which article carries a lead may be another one after any change; few issues have leads, and they are short.
    """
    if had_leads or row.lead or row.section_leads:
        session.execute(update(Article).where(Article.issue_id == row.id).values(changed=version))
