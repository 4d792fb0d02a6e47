"""Tests of ingesting files and folders: two files of one issue, files that end their reader, and being stopped."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bulletin import hostile
from wxbot import library
from wxbot.bulletin import ReaderLimits, ReaderPool, Source
from wxbot.db import Database, Session
from wxbot.errors import Busy, Exit, ReaderStopped
from wxbot.library import IngestResult, Outcome
from wxbot.library.unread_files import known_failures, record_failure

LIMITS = ReaderLimits(1, 512)
SLOW = hostile.html_links(60_000)
WORDS = ("理事会审议预算方案", "理事会审议预算方案（更正）")


def _write(
    file: Path,
    *,
    number: int = 3,
    text: str = WORDS[0],
    name: str = "海风协会工作简报",
    title: str = "协会召开年会",
) -> Path:
    """Write a bulletin of one article."""
    file.parent.mkdir(parents=True, exist_ok=True)
    day = f"2025年{number}月1日"
    file.write_text(
        f"{name}\n2025年第{number}期\n{day}\n\n【要闻】\n\n{title}\n\n　　{text}，会员到会。\n",
        encoding="utf-8",
    )
    return file


def _ingest(
    db: Database, now: dt.datetime, *paths: Path, readers: ReaderPool | None = None
) -> list[IngestResult]:
    return list(library.ingest(db, paths, now, readers=readers))


def _text(db: Database, number: str = "2025-03") -> str:
    """Return the text of the first article of a stored issue."""
    with db.read() as session:
        article = library.article(session, number, 1)
    assert article is not None
    return "".join(article.paragraphs)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder of bulletins."""
    folder = tmp_path / "bulletins"
    folder.mkdir()
    return folder


@pytest.fixture
def readers() -> Iterator[ReaderPool]:
    """Yield a pool of one process that may read for one second."""
    with ReaderPool(LIMITS, size=1) as readers:
        yield readers


def test_the_second_file_of_an_issue_is_held(db: Database, folder: Path, now: dt.datetime) -> None:
    """A second file with another text replaces nothing, however often the folder is read; both files are named."""
    _write(folder / "a-定稿.txt")
    _write(folder / "b-草稿.txt", text=WORDS[1])

    rounds = [_ingest(db, now, folder) for _ in range(3)]

    assert [
        [Outcome.NEW, Outcome.HELD],
        [Outcome.SAME, Outcome.HELD],
        [Outcome.SAME, Outcome.HELD],
    ] == [[done.outcome for done in results] for results in rounds]
    held = rounds[0][1]
    assert all(words in held.says for words in ("b-草稿.txt", "a-定稿.txt", "2025-03"))
    assert ("held", Exit.PROBLEMS, True) == (held.as_json()["outcome"], held.exit, bool(held.remedy))
    assert WORDS[1] not in _text(db)


def test_two_publications_with_one_number_are_two(db: Database, folder: Path, now: dt.datetime) -> None:
    """A file of another publication is held with that question, even under the same file name."""
    _write(folder / "a/2025-03.txt")
    _write(folder / "b/2025-03.txt", name="江南茶业政策通讯", title="新标准公布")

    first, second = _ingest(db, now, folder / "a/2025-03.txt", folder / "b/2025-03.txt")

    assert (Outcome.NEW, Outcome.HELD) == (first.outcome, second.outcome)
    assert "《江南茶业政策通讯》" in second.says
    assert "《海风协会工作简报》" in second.says


def test_a_file_whose_issue_waits_says_so_every_time(db: Database, folder: Path, now: dt.datetime) -> None:
    """A restart reads the file again: nothing is stored, and the list of files still says that it waits."""
    _write(folder / "a.txt")
    for expected in (Outcome.HELD, Outcome.SAME):
        (done,) = library.ingest(db, [folder], now, policy=library.PublishPolicy.NEVER)
        with db.begin() as session:
            library.record_results(session, [done], now)
            (report,) = library.file_reports(session)
        assert (expected, Exit.PROBLEMS) == (done.outcome, done.exit)
        assert ("held", "2025-03 按要求等人看过，先不公开") == (report.outcome, report.says)


def test_a_corrected_file_is_a_revision(db: Database, folder: Path, now: dt.datetime) -> None:
    """A file replaces what it brought itself, found in a folder or named; a misprinted name may be corrected."""
    file = _write(folder / "三月/简报.txt", name="风海会讯")
    _ingest(db, now, folder)
    _write(file)
    (renamed,) = _ingest(db, now, folder)
    _write(file, text=WORDS[1])
    (named,) = _ingest(db, now, file)
    (again,) = _ingest(db, now, folder)

    assert [Outcome.REVISED, Outcome.REVISED, Outcome.SAME] == [renamed.outcome, named.outcome, again.outcome]
    assert WORDS[1] in _text(db)


def test_files_of_one_name_in_two_sub_folders_are_two(db: Database, folder: Path, now: dt.datetime) -> None:
    """The place in the folder tells files of one name apart."""
    _write(folder / "三月/简报.txt")
    _write(folder / "备份/简报.txt", text=WORDS[1])

    for _ in range(2):
        _, second = _ingest(db, now, folder)
        assert Outcome.HELD == second.outcome


def test_a_dry_run_predicts_that_a_file_is_held(db: Database, folder: Path, now: dt.datetime) -> None:
    """The dry run names the collision and writes nothing."""
    _ingest(db, now, _write(folder / "a.txt"))
    (done,) = library.ingest(db, [_write(folder / "b.txt", text=WORDS[1])], now, dry_run=True)

    assert (Outcome.DRY_RUN, Outcome.HELD, True) == (done.outcome, done.would, "a.txt" in done.says)


def test_a_dry_run_predicts_clashes_among_its_own_files(db: Database, folder: Path, now: dt.datetime) -> None:
    """The outcomes are those that a real run has, whose first file the later ones meet."""
    _write(folder / "a.txt")
    _write(folder / "b.txt", text=WORDS[1])
    _write(folder / "c.txt")

    predicted = list(library.ingest(db, [folder], now, dry_run=True))
    done = _ingest(db, now, folder)

    assert [Outcome.NEW, Outcome.HELD, Outcome.SAME] == [each.would for each in predicted]
    assert [each.outcome for each in done] == [each.would for each in predicted]
    assert [each.exit for each in done] == [each.exit for each in predicted]
    assert "a.txt" in predicted[1].says


def test_a_dry_run_into_an_empty_library_tells_publications_apart(
    db: Database, folder: Path, now: dt.datetime
) -> None:
    """The first file founds the default publication; an issue of another one is no second file of its issue."""
    _write(folder / "a.txt")
    _write(folder / "b.txt", name="松涛健康月报")

    predicted = list(library.ingest(db, [folder], now, dry_run=True))
    done = _ingest(db, now, folder)

    assert [Outcome.NEW, Outcome.HELD] == [each.would for each in predicted]
    assert predicted[1].says == done[1].says
    assert "《松涛健康月报》，书架上的刊物是《海风协会工作简报》" in done[1].says


def test_a_file_of_an_unknown_publication_is_listed_under_no_issue(
    db: Database, folder: Path, now: dt.datetime
) -> None:
    """Another publication may have an issue of its number."""
    _write(folder / "a.txt")
    _write(folder / "b.txt", name="松涛健康月报")
    done = _ingest(db, now, folder)

    with db.begin() as session:
        reports = library.record_results(session, done, now)
        assert [("a.txt", "2025-03"), ("b.txt", None)] == [(each.source, each.number) for each in reports]


def test_a_file_that_exceeds_a_limit_is_left_alone(
    db: Database, folder: Path, now: dt.datetime, readers: ReaderPool
) -> None:
    """It is refused with the reason, and no later process reads it again while it and the limits stay the same."""
    (folder / "1-慢.html").write_bytes(SLOW)
    _write(folder / "2.txt")

    slow, good = _ingest(db, now, folder, readers=readers)
    assert (Outcome.REFUSED, Outcome.NEW) == (slow.outcome, good.outcome)
    assert "超过 1 秒" in slow.says
    with ReaderPool(LIMITS) as later:
        again, _ = _ingest(db, now, folder, readers=later)
        assert not later.running
    assert "文件不变就不再读" in again.says
    assert "1-慢.html" in again.says
    with db.read() as session:
        assert [True] == [known.final for known in known_failures(session, LIMITS).values()]
        assert [False] == [known.final for known in known_failures(session, ReaderLimits(90, 512)).values()]


def test_a_changed_file_is_read_again(
    db: Database, folder: Path, now: dt.datetime, readers: ReaderPool
) -> None:
    """A mended file is not mistaken for the one that failed."""
    file = folder / "简报.html"
    file.write_bytes(SLOW)
    _ingest(db, now, file, readers=readers)
    file.write_text(
        "<h1>海风协会简报</h1><p>2025年第3期 2025年3月1日</p><h2>要闻</h2><h3>年会召开</h3><p>会员到会，审议预算。</p>",
        encoding="utf-8",
    )
    (done,) = _ingest(db, now, file)

    assert Outcome.NEW == done.outcome


def test_a_crash_is_tried_once_more(db: Database, now: dt.datetime) -> None:
    """A file whose reader crashed is read a second time, because memory of the machine may have been short."""
    source, error = Source("a.pdf", b"%PDF"), ReaderStopped("读 a.pdf 时读取程序崩溃了", crashed=True)
    final = []
    for _ in range(2):
        with db.begin() as session:
            record_failure(session, source, error, LIMITS, now)
            final += [known.final for known in known_failures(session, LIMITS).values()]

    assert [False, True] == final


def test_results_keep_the_order_of_the_files(db: Database, folder: Path, now: dt.datetime) -> None:
    """Many files are read at once and stored in order, with what cannot be read among them."""
    for number in range(1, 13):
        _write(folder / f"{number:02d}.txt", number=number)
    (folder / "05.html").write_text("<p>便条</p>", encoding="utf-8")
    (folder / "07.xlsx").write_bytes(b"PK")

    results = _ingest(db, now, folder)

    assert sorted(path.name for path in folder.iterdir()) == [done.source for done in results]
    assert ["05.html", "07.xlsx"] == [done.source for done in results if done.outcome is Outcome.REFUSED]


def test_a_stopped_call_goes_on_later(db: Database, folder: Path, now: dt.datetime) -> None:
    """Issues that were stored before a stop stay; the next call does the rest."""
    for number in (1, 2, 3):
        _write(folder / f"{number}.txt", number=number)
    stopped = library.ingest(db, [folder], now)
    next(stopped)
    stopped.close()  # type: ignore[attr-defined]

    assert [Outcome.SAME, Outcome.NEW, Outcome.NEW] == [done.outcome for done in _ingest(db, now, folder)]


def test_closed_readers_leave_the_file_for_later(db: Database, folder: Path, now: dt.datetime) -> None:
    """A process that ends while files are read refuses none of them."""
    (folder / "a.html").write_text("<p>便条</p>", encoding="utf-8")
    readers = ReaderPool()
    readers.close()

    with pytest.raises(Busy):
        _ingest(db, now, folder, readers=readers)


def test_a_file_that_cannot_be_stored_holds_up_no_other(db: Database, folder: Path, now: dt.datetime) -> None:
    """An error that nothing foresaw refuses its file, with its name, and the files behind it are stored."""
    for number in (1, 2):
        _write(folder / f"{number}.txt", number=number)

    def fail_on_the_first(session: Session, key: str, *, dry_run: bool) -> list[library.Consequence]:
        """Fail as a row would that the database refuses."""
        if key.endswith("-01"):
            raise ValueError("a value that no column holds")
        return []

    refused, stored = library.ingest(db, [folder], now, follow=fail_on_the_first)
    assert (Outcome.REFUSED, Outcome.NEW) == (refused.outcome, stored.outcome)
    assert "1.txt 时出错（ValueError）" in refused.says
