"""Issues that only an archive has: articles from elsewhere that say in which issue they were printed."""

import re

from sqlalchemy import select

from wxbot.db import Session
from wxbot.library.tables import Article

__all__ = ["archived_articles", "archived_issues"]

_NUMBER = re.compile(r"([0-9]{4})-([0-9]{2,3})")
_OF_ARCHIVE = Article.issue_id.is_(None) & Article.number.is_not(None) & Article.withdrawn.is_(False)


def archived_issues(session: Session) -> list[tuple[int, int]]:
    """The issues that archives name, each as (year, issue), newest first. Looks through every archived article."""
    named = session.scalars(select(Article.number).where(_OF_ARCHIVE).distinct())
    numbers = (_NUMBER.fullmatch(number) for number in named if number)
    return sorted({(int(number[1]), int(number[2])) for number in numbers if number}, reverse=True)


def archived_articles(session: Session, year: int, issue: int) -> list[Article]:
    """The articles that an archive gives to an issue, in the archive's order."""
    there = select(Article).where(_OF_ARCHIVE, Article.number == f"{year}-{issue:02d}")
    return list(session.scalars(there.order_by(Article.id)))
