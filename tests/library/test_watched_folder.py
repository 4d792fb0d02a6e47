"""Facts about the watched folder: files that are copied, saved, replaced, touched or moved while it is watched."""

import datetime as dt
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installations import bulletin_text
from wxbot import library
from wxbot.db import Database
from wxbot.library import Fate, Outcome, WatchedFolder

TEXT = bulletin_text(2, "协会召开年会")
NOBODY = 65534


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with one bulletin."""
    (tmp_path / "bulletins").mkdir()
    (tmp_path / "bulletins" / "2.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path / "bulletins"


def scan(watched: WatchedFolder) -> list[str]:
    """Return the names of the files that are settled, and new or changed."""
    return [file.source for file in watched.changed_files(settled=True)]


def test_a_file_that_grows_waits_until_it_is_copied(folder: Path) -> None:
    """However long it takes, and also if it was read before."""
    watched = WatchedFolder(folder)
    for end in (10, 20, 30):
        (folder / "2.txt").write_text(TEXT[:end], encoding="utf-8")
        assert [] == scan(watched)
    assert (["2.txt"], []) == (scan(watched), scan(watched))
    (folder / "2.txt").write_text(TEXT, encoding="utf-8")
    assert ([], ["2.txt"], []) == (scan(watched), scan(watched), scan(watched))


def test_a_download_is_a_file_when_it_has_its_name(folder: Path) -> None:
    """A file that a browser or a text processor writes under a temporary name is read after its last renaming."""
    watched = WatchedFolder(folder)
    assert ([], ["2.txt"]) == (scan(watched), scan(watched))
    for name in ("3.txt.crdownload", "3.txt.part", "~$3.txt", ".3.txt.swp"):
        (folder / name).write_text(TEXT, encoding="utf-8")
    assert ([], []) == (scan(watched), scan(watched))
    (folder / "3.txt.part").rename(folder / "3.txt")
    assert ([], ["3.txt"], []) == (scan(watched), scan(watched), scan(watched))
    assert not any("part" in name for name in watched.present_files(settled=False) or ())


def test_another_file_under_the_same_name_is_noticed(folder: Path) -> None:
    """Even with the size and the date of the file before it, as an unpacked archive has them."""
    watched = WatchedFolder(folder)
    assert ([], ["2.txt"]) == (scan(watched), scan(watched))
    times = (folder / "2.txt").stat()
    (folder / "new").write_text(TEXT.replace("年会", "大会"), encoding="utf-8")
    os.utime(folder / "new", ns=(times.st_atime_ns, times.st_mtime_ns))
    (folder / "new").replace(folder / "2.txt")
    assert ([], ["2.txt"], []) == (scan(watched), scan(watched), scan(watched))


def test_a_file_that_is_saved_while_it_is_read_comes_again(
    db: Database, folder: Path, now: dt.datetime
) -> None:
    """The newest content is stored, once, although the file changed after the scan."""
    watched = WatchedFolder(folder)
    list(library.ingest(db, list(watched.changed_files(settled=False)), now))
    (folder / "2.txt").write_text(bulletin_text(2, "春季年会"), encoding="utf-8")
    found = list(watched.changed_files(settled=False))
    (folder / "2.txt").write_text(bulletin_text(2, "秋季年会"), encoding="utf-8")
    (read,) = library.ingest(db, found, now)
    (again,) = library.ingest(db, list(watched.changed_files(settled=False)), now)
    assert [Outcome.REVISED, Outcome.SAME] == [read.outcome, again.outcome]
    with db.read() as session:
        assert ["秋季年会"] == [each.title for each in library.articles(session, "2026-02")]


def test_a_touch_changes_nothing(db: Database, folder: Path, now: dt.datetime) -> None:
    """A file with a new date and the same content is read again and makes no revision."""
    watched = WatchedFolder(folder)

    def look() -> tuple[int, int]:
        results = list(library.ingest(db, list(watched.changed_files(settled=False)), now))
        with db.begin() as session:
            library.record_results(session, results, now)
            return len(results), len(library.revisions(session, "2026-02"))

    assert (1, 1) == look()
    os.utime(folder / "2.txt", (1, 1))
    assert [(1, 1), (0, 1)] == [look(), look()]


@pytest.mark.parametrize("policy", list(library.PublishPolicy))
def test_a_moved_file_stays_the_source_whoever_may_see_its_issue(
    db: Database, folder: Path, now: dt.datetime, policy: library.PublishPolicy
) -> None:
    """A file in a new sub-folder is neither missing nor a second file, also while its issue is held."""
    watched = WatchedFolder(folder)
    for name in ("2.txt", "2026/2月.txt"):
        (folder / "2026").mkdir(exist_ok=True)
        if name != "2.txt":
            (folder / "2.txt").rename(folder / name)
        results = list(library.ingest(db, list(watched.changed_files(settled=False)), now, policy=policy))
        with db.begin() as session:
            library.record_results(session, results, now)
            library.record_missing(session, watched.present_files(settled=False) or (), now)
    with db.read() as session:
        (report,) = library.file_reports(session)
        issue = library.any_issue(session, "2026-02")
    assert "2026/2月.txt" == report.source
    assert issue is not None
    assert report.source == issue.source
    assert (report.outcome == Fate.HELD) == (policy is library.PublishPolicy.NEVER)


def test_the_file_of_a_withdrawn_issue_stays_its_source_under_a_new_name(
    db: Database, folder: Path, now: dt.datetime
) -> None:
    """Published again, the issue takes a correction from the renamed file, which is not a second file for it."""
    watched = WatchedFolder(folder)

    def look() -> list[str]:
        results = list(library.ingest(db, list(watched.changed_files(settled=False)), now))
        with db.begin() as session:
            library.record_results(session, results, now)
            library.record_missing(session, watched.present_files(settled=False) or (), now)
        return [each.outcome for each in results]

    assert ["new"] == look()
    with db.begin() as session:
        library.withdraw_issue(session, "2026-02", "印错了")
    (folder / "2.txt").rename(folder / "二月.txt")
    assert ["same"] == look()
    with db.begin() as session:
        library.publish_issue(session, "2026-02", now)
    (folder / "二月.txt").write_text(TEXT.replace("年会", "大会"), encoding="utf-8")
    assert ["revised"] == look()


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """Yield a folder of which this process may not open a sub-folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "share").mkdir()
        (folder / "share" / "2.txt").write_text(TEXT, encoding="utf-8")
        (folder / "3.txt").write_text(TEXT, encoding="utf-8")
        (folder / "share").chmod(0)
        user = os.geteuid()
        if user == 0:
            os.seteuid(NOBODY)
        yield folder
        os.seteuid(user)
        (folder / "share").chmod(0o700)


def test_nothing_is_missing_while_a_folder_cannot_be_opened(closed_folder: Path) -> None:
    """A share that is away for an hour makes no question about each of its files; the folder is named."""
    watched = WatchedFolder(closed_folder)
    for _ in range(10):
        found = list(watched.changed_files(settled=False))
        assert watched.present_files(settled=True) is None
    assert [] == found
    (problem,) = (each for each in library.list_files([closed_folder]) if each.problem)
    assert "打不开文件夹" in problem.problem
