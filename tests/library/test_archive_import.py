"""Tests of importing an archive: interrupted at any commit, in any order of the files, foreseen by a dry run."""

import datetime as dt
import json
import os
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import event, select

from wxbot import library
from wxbot.bulletin import ReaderPool
from wxbot.bulletin.habits import Habits, PublicationHabits
from wxbot.db import Database
from wxbot.library import Article, Issue, Outcome, PublishPolicy
from wxbot.library.archive_files import ArchiveFile, begin_import, end_import
from wxbot.library.archive_import import ArchiveImporter
from wxbot.library.archive_record import ArchiveOrder

HABITS = Habits((PublicationHabits("海风协会工作简报"), PublicationHabits("海风协会政策快讯", slug="zc")))
KILLED = 9
Fate = tuple[str, str, str, str]


def _write(
    folder: Path,
    name: str,
    number: int,
    *,
    day: str = "",
    title: str = "海风协会工作简报",
    text: str = "预算",
) -> Path:
    """Write an issue of 2019 with one article, dated the first day of the month of its number."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    day = day or f"2019年{number}月1日"
    file.write_text(
        f"{title}\n2019年第{number}期\n{day}\n\n【要闻】\n\n协会召开年会\n\n　　理事会审议{text}方案，会员到会。\n",
        encoding="utf-8",
    )
    return file


def _archive(folder: Path) -> Path:
    """Write an archive whose files come in no order, with an empty file, a second file of an issue, a wrong date."""
    for at, number in enumerate((11, 2, 12, 1, 3)):
        _write(folder, f"{at}.txt", number)
    _write(folder, "快讯/a.txt", 4, title="海风协会政策快讯")
    _write(folder, "快讯/b.txt", 5, title="海风协会政策快讯", day="2019年1月5日")
    _write(folder, "重复/a.txt", 2, text="决算")
    (folder / "空.txt").write_bytes(b"")
    lines = [
        {"id": f"old/{k}", "title": f"旧闻{k}", "date": "2018-05-06", "body": "在北京举行。"}
        for k in range(3)
    ]
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    (folder / "old.jsonl").write_text(f"{text}\n不是 JSON\n", encoding="utf-8")
    return folder


def _import(
    db: Database, folder: Path, now: dt.datetime, *, dry_run: bool = False, habits: Habits = HABITS
) -> list[ArchiveFile]:
    """Import an archive and end the import; return what became of its files."""
    import_id = ""
    if not dry_run:
        with db.begin() as session:
            import_id = begin_import(session, [folder], now)
    order = ArchiveOrder(import_id, now, PublishPolicy.CLEAN, "李编辑", habits)
    with ReaderPool(size=1) as readers:
        importer = ArchiveImporter(db, readers, order, dry_run=dry_run, batch=3)
        for step in (importer.scan(library.list_files([folder])), importer.read(), importer.settle()):
            list(step)
        rows = list(importer.rows())
    if not dry_run:
        with db.begin() as session:
            end_import(session, import_id)
    return rows


def _fates(rows: Iterable[ArchiveFile]) -> list[Fate]:
    """Return what the report says about files, for comparison."""
    return [(Path(row.file).name, row.outcome, row.key, json.dumps(row.problems)) for row in rows]


def _content(db: Database) -> list[tuple[object, ...]]:
    """Return the issues and articles of the library without their ids and versions."""
    issues = select(Issue.key, Issue.state, Issue.hold_reason, Issue.revision, Issue.digest, Issue.source)
    articles = select(Article.public_id, Article.title, Article.hidden)
    with db.read() as session:
        found = [*session.execute(issues), *session.execute(articles)]
    return sorted(tuple(row) for row in found)


def _die_at_commit(url: str, folder: Path, now: dt.datetime, nth: int) -> bool:
    """Import in a process that ends by itself at its nth commit; return False if it came to its end before."""
    child = os.fork()
    if child == 0:
        commits = 0

        def count(_: object) -> None:
            """End the process at its nth commit."""
            nonlocal commits
            commits += 1
            if commits == nth:
                os._exit(KILLED)

        try:
            db = Database.open(url)
            event.listen(db.engine, "commit", count)
            _import(db, folder, now)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED


def test_an_import_goes_on_after_every_kill(
    db: Database, database_url: str, tmp_path: Path, now: dt.datetime
) -> None:
    """Each call goes on where the last one died; the report and the library are those of a single call."""
    folder = _archive(tmp_path / "旧刊")
    deaths = 0
    while _die_at_commit(database_url, folder, now, deaths + 1):
        deaths += 1

    rows = _fates(_import(db, folder, now))

    assert deaths >= 4
    outcomes = {(name, key): outcome for name, outcome, key, _ in rows}
    assert {
        ("0.txt", "2019-11"): Outcome.SAME,
        ("空.txt", ""): Outcome.REFUSED,
        ("old.jsonl", ""): Outcome.SAME,
    }.items() <= outcomes.items()
    with db.read() as session:
        assert 7 == len(library.any_issues(session))
        assert 3 == len([each for each in library.newest_articles(session) if each.n is None])
        assert all(each.revision == 1 for each in library.any_issues(session))


def test_the_report_goes_on_after_a_kill(
    db: Database, database_url: str, tmp_path: Path, now: dt.datetime
) -> None:
    """The call that ends the import reports as new all that was stored before the kill."""
    folder = _archive(tmp_path / "旧刊")
    foreseen = _fates(_import(db, folder, now, dry_run=True))
    assert [] == _content(db), "a dry run writes nothing"
    assert _die_at_commit(database_url, folder, now, 4)

    assert foreseen == _fates(_import(db, folder, now))


def test_clean_issues_are_public_and_doubtful_ones_held(
    db: Database, tmp_path: Path, now: dt.datetime
) -> None:
    """The order of the files raises no doubts; a wrong date, a second file and an empty one are named with reasons."""
    rows = {
        Path(row.file).parent.name + "/" + Path(row.file).name: row
        for row in _import(db, _archive(tmp_path / "旧刊"), now)
    }

    assert {"new"} == {rows[f"旧刊/{at}.txt"].outcome for at in range(5)}
    assert "早于" in rows["快讯/b.txt"].problems[0]["says"]
    assert (Outcome.HELD, "") == (rows["重复/a.txt"].outcome, rows["重复/a.txt"].content)
    assert "内容不同：没有覆盖" in rows["重复/a.txt"].says
    assert "空文件" in rows["旧刊/空.txt"].says
    assert {"2018": {"new": 3}, "": {"refused": 1}} == rows["旧刊/old.jsonl"].counts
    with db.read() as session:
        assert ["2019-12", "2019-11", "2019-03", "2019-02", "2019-01"] == [
            each.key for each in library.issues(session)
        ]
        assert [] == library.unplanned_issues(session, everything=True)


def test_a_second_import_looks_again_at_what_was_held(db: Database, tmp_path: Path, now: dt.datetime) -> None:
    """Files in the library are not read again; a corrected one publishes the issue that it was held for."""
    folder = _archive(tmp_path / "旧刊")
    _import(db, folder, now)
    _write(folder, "快讯/b.txt", 5, title="海风协会政策快讯")

    rows = {row.key: row.outcome for row in _import(db, folder, now) if row.content}

    assert Outcome.SAME == rows["2019-11"]
    assert Outcome.REVISED == rows["zc/2019-05"]
    with db.read() as session:
        assert library.public_issue(session, "zc/2019-05").is_public


def test_files_of_an_unknown_publication_are_asked_about(
    db: Database, tmp_path: Path, now: dt.datetime
) -> None:
    """They are held without an issue, and read again once the publication is known."""
    folder = _archive(tmp_path / "旧刊")
    habits = Habits(HABITS.publications[:1])
    before = {Path(row.file).name: row for row in _import(db, folder, now, habits=habits) if not row.key}
    assert Outcome.HELD == before["a.txt"].outcome
    assert "wxbot publications add" in before["a.txt"].remedy
    with db.begin() as session:
        library.add_publication(session, "海风协会政策快讯", "zc")

    after = {row.key: row.outcome for row in _import(db, folder, now, habits=habits)}

    assert "zc/2019-04" in after


def test_an_old_issue_is_never_the_newest(db: Database, tmp_path: Path, now: dt.datetime) -> None:
    """An archive brings an issue without a date: the day on which it was imported is not its age."""
    _write(tmp_path / "本期", "12.txt", 12)
    list(library.ingest(db, [tmp_path / "本期"], now, habits=HABITS))
    undated = _write(tmp_path / "旧刊", "1.txt", 1, title="海风协会政策快讯", day="李编辑 编")
    undated.write_text(undated.read_text("utf-8").replace("2019年", "2018年"), encoding="utf-8")

    _import(db, tmp_path / "旧刊", now)

    with db.read() as session:
        newest = library.latest(session)
        assert library.any_issue(session, "zc/2018-01")
    assert newest is not None
    assert "2019-12" == newest.key


def test_an_archive_does_not_write_the_articles_of_issues(
    db: Database, tmp_path: Path, now: dt.datetime
) -> None:
    """A line with the id of an issue's article is refused with its id, and the article stays."""
    _write(tmp_path / "本期", "12.txt", 12)
    list(library.ingest(db, [tmp_path / "本期"], now, habits=HABITS))
    (tmp_path / "旧刊").mkdir()
    line = {"id": "2019-12/1", "title": "别的标题", "body": "别的。"}
    (tmp_path / "旧刊" / "a.jsonl").write_text(json.dumps(line), encoding="utf-8")

    (row,) = _import(db, tmp_path / "旧刊", now)

    assert (Outcome.REFUSED, True) == (row.outcome, "id 2019-12/1 是书架上" in row.problems[0]["says"])
    with db.read() as session:
        article = library.article(session, "2019-12", 1)
    assert article is not None
    assert "协会召开年会" == article.title
