"""Tests of storing issues and archives, also by two processes at the same time."""

import datetime as dt
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from tests.conftest import SAMPLE
from wxbot import bulletin, library
from wxbot.bulletin import ArchivedArticle
from wxbot.db import Database, Session
from wxbot.library import Article, Outcome

BOUND = 60.0  # seconds that any wait may take


def _archive(title: str = "年会") -> list[ArchivedArticle]:
    return [
        ArchivedArticle(f"old/{k}", None, f"{title}之{k}", "要闻", dt.date(2019, 5, 6), "在北京举行。", None)
        for k in range(1, 4)
    ]


def _waits_for_a_lock(db: Database) -> bool:
    """Tell if a transaction waits for a lock; True on SQLite, where a second writer waits before it reads."""
    if db.is_sqlite:
        return True
    with db.read() as session:
        return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def _run_concurrently(db: Database, save: Callable[[Session], object]) -> list[object]:
    """Run `save` in two overlapping transactions, the second begun before the first commits; return both results."""
    results = list[object]()

    def second() -> None:
        """Run the second transaction."""
        with db.begin() as session:
            results.append(save(session))

    with db.begin() as session:
        results.append(save(session))
        other = threading.Thread(target=second)
        other.start()
        deadline = time.monotonic() + BOUND
        while not _waits_for_a_lock(db):
            assert time.monotonic() < deadline, "the second transaction does not wait for the first"
            other.join(0.01)
    other.join(BOUND)
    assert not other.is_alive()
    return results


def test_two_processes_store_one_issue(db: Database, now: dt.datetime) -> None:
    """The second process stores nothing: one issue, one revision, each article once."""
    parsed = bulletin.load(SAMPLE)
    outcomes = _run_concurrently(db, lambda session: library.save_issue(session, parsed, "2021-02.txt", now))
    assert [Outcome.NEW, Outcome.SAME] == outcomes
    with db.read() as session:
        (issue,) = library.issues(session)
        assert (1, 22) == (issue.revision, library.count_articles(session))


def test_two_processes_store_one_archive(db: Database) -> None:
    """The second process finds all articles unchanged and writes nothing."""
    first, second = _run_concurrently(db, lambda session: library.save_archive(session, _archive()))
    assert {Outcome.NEW: 3, Outcome.SAME: 0, Outcome.REVISED: 0} == first
    assert {Outcome.NEW: 0, Outcome.SAME: 3, Outcome.REVISED: 0} == second
    with db.read() as session:
        assert 3 == library.count_articles(session)
        assert {1} == {article.changed for article in library.changed_since(session, 0)}


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_an_archive_is_one_version_in_any_batch_size(db: Database, batch: int) -> None:
    """All batches of an archive share one version, and only changed articles get it."""
    with db.begin() as session:
        counts = library.save_archive(session, _archive(), batch)
        assert (3, 1) == (counts[Outcome.NEW], library.version(session))
    with db.begin() as session:
        changed = [*_archive()[:2], _archive("改过的年会")[2]]
        counts = library.save_archive(session, changed, batch)
        assert {Outcome.NEW: 0, Outcome.SAME: 2, Outcome.REVISED: 1} == counts
    with db.read() as session:
        assert 2 == library.version(session)
        assert ["old/3"] == [article.public_id for article in library.changed_since(session, 1)]


def test_a_refused_archive_stores_nothing(db: Database, tmp_path: Path, now: dt.datetime) -> None:
    """A file that is not an archive stores no article."""
    (tmp_path / "articles.jsonl").write_bytes(b"\xff\xfe not text")
    (done,) = library.ingest(db, [tmp_path / "articles.jsonl"], now)
    assert Outcome.REFUSED == done.outcome
    with db.read() as session:
        assert 0 == session.scalar(select(func.count()).select_from(Article))
