"""Facts about several processes that write the library of one folder at the same time."""

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from tests.conftest import NOON
from tests.installations import Installation, bulletin_text
from wxbot import library
from wxbot.db import Database
from wxbot.library import PublishPolicy, Revision, WatchedFolder
from wxbot.push.publishing import publish, withdraw

EDITOR = {"by": "张", "now": NOON}
ROUNDS = 40 if os.environ.get("WXBOT_TEST_MANY_KILLS") else 6


def _run_at_once(made: Installation, *actions: Callable[[Installation], object]) -> list[int]:
    """Run each action in a process of its own, all at the same time; return their statuses."""
    made.db.engine.dispose()
    children = []
    for action in actions:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                action(made)
                status = 0
            except BaseException:  # noqa: BLE001  the test shows what was printed
                traceback.print_exc(file=sys.__stderr__)
            finally:
                os._exit(status)
        children.append(child)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def _watch(made: Installation) -> None:
    """Ingest the folder again and again, as a worker does."""
    folder = WatchedFolder(made.bulletins)
    for _ in range(ROUNDS):
        files = list(folder.changed_files(settled=False))
        results = list(library.ingest(made.db, files, NOON, policy=PublishPolicy.CLEAN, by="worker"))
        with made.db.begin() as session:
            library.record_results(session, results, NOON)


def _revise(made: Installation) -> None:
    """Save a new version of two files, and ingest the folder by hand."""
    for n in range(ROUNDS):
        for number in (2, 3):
            part = made.write(f"{number}.txt.part", bulletin_text(number, "协会召开年会", f"第{n}次通知"))
            part.replace(made.bulletins / f"{number}.txt")
        list(library.ingest(made.db, [made.bulletins], NOON, policy=PublishPolicy.CLEAN, by="张"))


def _take_back(made: Installation) -> None:
    """Publish and withdraw an issue again and again; in the end it is withdrawn."""
    for _ in range(ROUNDS):
        publish(made.pusher, "2026-01", **EDITOR)  # type: ignore[arg-type]
        withdraw(made.db, "2026-01", "有误", **EDITOR)  # type: ignore[arg-type]
    withdraw(made.db, "2026-02", "有误", **EDITOR)  # type: ignore[arg-type]


def test_two_workers_and_two_editors_do_nothing_twice_and_lose_nothing(db: Database, tmp_path: Path) -> None:
    """Each issue is stored once, revisions are numbered without gap, and no file brings back what was withdrawn."""
    made = Installation(tmp_path / "installation", db)
    for number in (1, 2, 3):
        made.write(f"{number}.txt", bulletin_text(number, "协会召开年会", "第0次通知"))
    assert [0, 0] == _run_at_once(made, _watch, _watch)

    assert [0, 0, 0, 0] == _run_at_once(made, _watch, _watch, _revise, _take_back)

    _watch(made)
    with db.read() as session:
        issues = {issue.key: issue for issue in library.any_issues(session)}
        assert {"2026-01", "2026-02", "2026-03"} == issues.keys()
        assert ["2026-03"] == [issue.key for issue in library.issues(session)]
        for key, issue in issues.items():
            stored = session.scalars(select(Revision).where(Revision.issue_id == issue.id)).all()
            numbers = sorted(revision.revision for revision in stored)
            assert list(range(1, len(numbers) + 1)) == numbers
            assert issue.revision == numbers[-1]
            articles = library.all_articles(session, key)
            assert list(range(1, len(articles) + 1)) == [article.n for article in articles]
        assert ["协会召开年会", f"第{ROUNDS - 1}次通知"] == [
            a.title for a in library.articles(session, "2026-03")
        ]
    assert [] == made.find_leaks()
