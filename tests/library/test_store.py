"""Facts about putting things on the shelf while others do the same."""

import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from tests.conftest import SAMPLE
from wxbot import bulletin, library
from wxbot.bulletin import ArchivedArticle
from wxbot.db import Database, Session
from wxbot.library import Article, Outcome


def _archive(title: str = "年会") -> list[ArchivedArticle]:
    return [
        ArchivedArticle(f"old/{k}", None, f"{title}之{k}", "要闻", dt.date(2019, 5, 6), "在北京举行。", None)
        for k in range(1, 4)
    ]


def _waits_for_a_lock(db: Database) -> bool:
    """Whether somebody waits; on SQLite a second writer waits for its turn before it has read anything."""
    if db.is_sqlite:
        return True
    with db.read() as session:
        return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def _both_at_once(db: Database, shelve: Callable[[Session], object]) -> list[object]:
    """Do it in one transaction, and in a second one that began before the first was committed; what each said."""
    said = list[object]()

    def second() -> None:
        """The other process."""
        with db.begin() as session:
            said.append(shelve(session))

    with db.begin() as session:
        said.append(shelve(session))
        other = threading.Thread(target=second)
        other.start()
        while not _waits_for_a_lock(db):
            other.join(0.01)
    other.join()
    return said


def test_two_processes_shelve_one_issue(db: Database, now: dt.datetime) -> None:
    """The second finds it there: one issue, one revision, every article once."""
    parsed = bulletin.load(SAMPLE)
    said = _both_at_once(db, lambda session: library.save_issue(session, parsed, "2021-02.txt", now))
    assert [Outcome.NEW, Outcome.SAME] == said
    with db.read() as session:
        (issue,) = library.issues(session)
        assert (1, 22) == (issue.revision, library.count_articles(session))


def test_two_processes_shelve_one_archive(db: Database) -> None:
    """The second finds every article there, and writes nothing."""
    first, second = _both_at_once(db, lambda session: library.save_archive(session, _archive()))
    assert {Outcome.NEW: 3, Outcome.SAME: 0, Outcome.REVISED: 0} == first
    assert {Outcome.NEW: 0, Outcome.SAME: 3, Outcome.REVISED: 0} == second
    with db.read() as session:
        assert 3 == library.count_articles(session)
        assert {1} == {article.changed for article in library.changed_since(session, 0)}


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_an_archive_is_one_version_however_it_is_cut(db: Database, batch: int) -> None:
    """Batches share one version, and what changed is told from what did not."""
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


def test_a_file_that_ends_in_the_middle_leaves_nothing(
    db: Database, tmp_path: Path, now: dt.datetime
) -> None:
    """Of an archive that is no archive after all nothing is on the shelf."""
    (tmp_path / "articles.jsonl").write_bytes(b"\xff\xfe not text")
    (done,) = library.ingest(db, [tmp_path / "articles.jsonl"], now)
    assert Outcome.REFUSED == done.outcome
    with db.read() as session:
        assert 0 == session.scalar(select(func.count()).select_from(Article))
