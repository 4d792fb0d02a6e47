"""Facts about the files of the watched folder: a second file for an issue, renamed and removed files."""

import datetime as dt
from pathlib import Path

import pytest

from wxbot import library
from wxbot.db import Database
from wxbot.errors import Forbidden
from wxbot.library import Fate, IngestResult, Outcome, WatchedFolder

FIRST, SECOND = "a.txt", "b 副本.txt"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder."""
    (tmp_path / "bulletins").mkdir()
    return tmp_path / "bulletins"


def write(folder: Path, name: str, minutes: str = "五", number: str = "第 2 期") -> Path:
    """Write a bulletin; `minutes` makes its content differ."""
    text = (
        f"青禾简报\n2026 年 {number}　2026 年 2 月 15 日　青禾社编\n\n【要闻】\n\n新桥通车\n\n"
        f"江岸新桥昨日通车，从码头步行到车站只要{minutes}分钟，沿江的几条老街也重新铺了路面。\n\n图书馆夜间开放\n\n"
        "五月起，社区图书馆每逢周末开放到晚上十点，阅览室和自习室都可以使用，不收任何费用。\n"
    )
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def look(db: Database, folder: Path, now: dt.datetime) -> dict[str, Fate]:
    """Read the folder as a worker does after a start; return the fate of each file."""
    watched = WatchedFolder(folder)
    results = list(library.ingest(db, list(watched.changed_files(settled=False)), now))
    present = watched.present_files(settled=False)
    assert present is not None
    with db.begin() as session:
        library.record_results(session, results, now)
        library.record_missing(session, present, now)
        return {each.source: Fate(each.outcome) for each in library.file_reports(session)}


def by_hand(db: Database, file: Path, now: dt.datetime, *, corrects: bool = False) -> IngestResult:
    """Ingest one file that an editor names."""
    (result,) = library.ingest(db, library.list_files([file], file.parent), now, by="张", corrects=corrects)
    return result


def text_of(db: Database) -> str:
    """Return the text of the first article that members read."""
    with db.read() as session:
        return library.articles(session, "2026-02")[0].paragraphs[0]


def test_a_second_file_is_held_and_the_three_ways_out_are_named(
    db: Database, folder: Path, now: dt.datetime
) -> None:
    """However often the folder is read, the first file's content stays; the commands can be pasted."""
    write(folder, FIRST)
    file = write(folder, SECOND, "六")
    assert [{FIRST: fate, SECOND: Fate.HELD} for fate in (Fate.NEW, Fate.SAME)] == [
        look(db, folder, now) for _ in range(2)
    ]
    result = by_hand(db, file, now)
    assert "五分钟" in text_of(db)
    for command in (f"ingest '{file}' --as-correction", f"ingest '{file}' --number", f"issues drop '{file}'"):
        assert f"wxbot {command}" in result.remedy


def test_a_correction_makes_the_second_file_the_source(db: Database, folder: Path, now: dt.datetime) -> None:
    """The revision says who brought it; later the first file is an earlier version, and the second one is followed."""
    write(folder, FIRST)
    look(db, folder, now)
    second = write(folder, SECOND, "六")
    assert Outcome.REVISED == by_hand(db, second, now, corrects=True).outcome
    with db.read() as session:
        (_, revision) = library.revisions(session, "2026-02")
    assert ("张", SECOND) == (revision.by, revision.source)

    assert {FIRST: Fate.OLDER, SECOND: Fate.SAME} == look(db, folder, now)
    write(folder, SECOND, "七")
    assert Fate.REVISED == look(db, folder, now)[SECOND]
    assert "七分钟" in text_of(db)


def test_a_correction_of_an_issue_that_is_not_there_is_refused(
    db: Database, folder: Path, now: dt.datetime
) -> None:
    """A mistyped number would otherwise become a new issue."""
    result = by_hand(db, write(folder, FIRST), now, corrects=True)
    assert Outcome.REFUSED == result.outcome
    assert "没有可以更正的" in result.says


def test_a_dropped_file_is_skipped_until_it_changes(db: Database, folder: Path, now: dt.datetime) -> None:
    """It stays in the folder; named by hand it is taken up, and the source of an issue cannot be dropped."""
    first, second = write(folder, FIRST), write(folder, SECOND, "六")
    look(db, folder, now)
    (found,) = library.list_files([second], folder)
    assert "2026-02" == library.drop_file(db, found, "张", now)
    assert Fate.DROPPED == look(db, folder, now)[SECOND]
    with db.read() as session:
        assert ["2026-02"] == [each.number for each in library.file_reports(session, [Fate.DROPPED])]

    write(folder, SECOND, "七")
    assert Fate.HELD == look(db, folder, now)[SECOND]
    write(folder, SECOND, "六")
    assert Fate.DROPPED == look(db, folder, now)[SECOND]
    assert Outcome.HELD == by_hand(db, second, now).outcome
    assert Fate.HELD == look(db, folder, now)[SECOND]
    (source,) = library.list_files([first], folder)
    with pytest.raises(Forbidden, match="原文"):
        library.drop_file(db, source, "张", now)


def test_a_file_that_was_dropped_is_read_again_when_its_issue_is_published(
    db: Database, folder: Path, now: dt.datetime
) -> None:
    """An issue is withdrawn, its file dropped, and the issue published after all: the file is its source as before."""
    file = write(folder, FIRST)
    look(db, folder, now)
    with db.begin() as session:
        library.withdraw_issue(session, "2026-02", "有误")
    (found,) = library.list_files([file], folder)
    library.drop_file(db, found, "张", now)
    assert {FIRST: Fate.DROPPED} == look(db, folder, now)
    with db.begin() as session:
        library.publish_issue(session, "2026-02", now)
        assert [Fate.SAME] == [each.outcome for each in library.file_reports(session)]
    assert {FIRST: Fate.SAME} == look(db, folder, now)


def test_a_renamed_file_stays_the_source(db: Database, folder: Path, now: dt.datetime) -> None:
    """The same content under a new name is neither a removal nor a second file, and its changes are followed."""
    write(folder, FIRST)
    look(db, folder, now)
    (folder / FIRST).rename(folder / SECOND)
    assert {SECOND: Fate.SAME} == look(db, folder, now)
    write(folder, SECOND, "六")
    assert {SECOND: Fate.REVISED} == look(db, folder, now)


def test_a_removed_file_is_asked_about(db: Database, folder: Path, now: dt.datetime) -> None:
    """Its issue stays public; the question ends when the file is back, the editor keeps the issue or withdraws it."""
    write(folder, FIRST)
    look(db, folder, now)
    (folder / FIRST).unlink()
    for _ in range(2):
        assert {FIRST: Fate.GONE} == look(db, folder, now)
    with db.read() as session:
        (report,) = library.file_reports(session)
    assert "wxbot withdraw 2026-02" in report.remedy
    assert "五分钟" in text_of(db)
    write(folder, FIRST)
    assert {FIRST: Fate.SAME} == look(db, folder, now)

    (folder / FIRST).unlink()
    look(db, folder, now)
    with db.begin() as session:
        assert library.keep_issue(session, "2026-02")
    assert {} == look(db, folder, now)


def test_a_withdrawn_issue_is_not_asked_about(db: Database, folder: Path, now: dt.datetime) -> None:
    """The withdrawal answers the question."""
    write(folder, FIRST)
    look(db, folder, now)
    (folder / FIRST).unlink()
    look(db, folder, now)
    with db.begin() as session:
        library.withdraw_issue(session, "2026-02", "不要了")
    assert {} == look(db, folder, now)


def test_a_file_that_is_missing_for_a_moment_is_present(folder: Path) -> None:
    """A program that saves may delete a file and write it again; a folder that cannot be read says nothing."""
    assert WatchedFolder(folder / "none").present_files(settled=False) is None
    write(folder, FIRST)
    watched = WatchedFolder(folder)
    for _ in range(10):
        list(watched.changed_files(settled=True))
    (folder / FIRST).unlink()
    list(watched.changed_files(settled=True))
    assert frozenset({FIRST}) == watched.present_files(settled=True)
    for _ in range(10):
        list(watched.changed_files(settled=True))
    assert frozenset() == watched.present_files(settled=True)


def test_an_issue_that_overlaps_a_double_issue_is_held(db: Database, folder: Path, now: dt.datetime) -> None:
    """Both would answer to the same number; a running number that another issue has is doubtful, too."""
    write(folder, FIRST, number="第 7、8 期（总第 301 期）")
    look(db, folder, now)
    policy = library.PublishPolicy.CLEAN
    for name, number, says in (
        ("c.txt", "第 8 期", "同一个期号"),
        ("d.txt", "第 9 期（总第 301 期）", "总第301期"),
    ):
        (result,) = library.ingest(db, [write(folder, name, "六", number)], now, policy=policy)
        assert Outcome.HELD == result.outcome
        assert any(says in problem.says for problem in result.problems)
