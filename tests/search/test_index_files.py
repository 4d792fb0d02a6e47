"""Tests for the index's files: damage, killed writers, and several processes."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.search.articles import ARTICLES, article
from wxbot.search import Index

FOREVER = """
import sys
from pathlib import Path
from wxbot.search import IndexedDocument, Index

index = Index.open(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    version = index.version + 1
    articles = (
        IndexedDocument(f"k/{n}", f"第{n}篇 状态v{version}", "要闻", "正文" * 50, "k", n, "2022-01-01", "", None)
        for n in range(30)
    )
    index.update(articles, [], version)
"""

HOLDING = """
import sys, time
from pathlib import Path
from wxbot.search import Index

def slow():
    print("ready", flush=True)
    time.sleep(60)
    yield

Index.open(Path(sys.argv[1])).update(slow(), [], 2)
"""


def start(program: str, folder: Path) -> "subprocess.Popen[str]":
    """Start another process on the folder, and return when it reports that it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert "ready\n" == process.stdout.readline()
    return process


def kill(process: "subprocess.Popen[str]") -> None:
    """Kill a process with SIGKILL."""
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def test_a_writer_killed_at_any_moment_leaves_a_whole_state(folder: Path) -> None:
    """After each kill the index opens at a version with exactly the articles of that version."""
    chance = random.Random(20220315)
    for _ in range(8):
        writer = start(FOREVER, folder)
        time.sleep(chance.uniform(0.0, 0.3))
        kill(writer)

        index = Index.open(folder)
        found = index.search(f"状态v{index.version}")
        assert found.total == (30 if index.version else 0)
        assert not folder.with_name("index.damaged").exists()


def test_one_writes_and_the_others_are_told_so(index: Index, folder: Path) -> None:
    """While another process writes, an update returns False; once that process is dead, an update succeeds."""
    writer = start(HOLDING, folder)

    assert not index.update([article("n/1", "新来的")], [], 2)
    assert not index.clear(0)
    assert 1 == index.version
    assert index.search("云杉").hits
    kill(writer)
    assert index.update([article("n/1", "新来的")], [], 2)


def test_a_commit_of_another_process_shows_after_reload(index: Index, folder: Path) -> None:
    """A second index on the folder shows a commit of the first after `reload`, and not before."""
    other = Index.open(folder)
    index.update([article("n/1", "海棠花开")], ["2022-03/4"], 2)

    assert (1, 0) == (other.version, other.search("海棠").total)
    other.reload()
    assert (2, 1) == (other.version, other.search("海棠").total)
    assert 0 == other.search("固态电池").total


def test_changes_counted_from_an_older_state_are_refused(index: Index, folder: Path) -> None:
    """An update counted from an older version is refused, because it would leave a gap; after `reload` it succeeds."""
    other = Index.open(folder)
    index.update([article("n/1", "海棠花开")], [], 5)

    assert not other.update([article("n/1", "海棠花谢")], [], 3)
    assert 5 == other.version
    assert not other.update([], [], 6, since=4)
    assert other.update([article("n/1", "海棠花谢")], [], 6)


def test_an_article_put_in_twice_is_there_once(index: Index) -> None:
    """Of two documents with one id the last one remains, inside one update and across updates."""
    index.update([article("n/1", "海棠花开"), article("n/1", "海棠花谢")], [], 2)
    index.update([article("n/1", "海棠结果")], [], 3)

    assert ["海棠结果"] == [hit.title for hit in index.search("海棠").hits]


def test_clear_takes_out_all(index: Index) -> None:
    """After `clear` no article is found, and the version is the given one."""
    assert index.clear(0)

    assert (0, 0) == (index.version, index.search("云杉").total)
    assert index.update(ARTICLES, [], 1)
    assert 2 == index.search("云杉").total


def test_an_index_knows_its_library(index: Index, folder: Path) -> None:
    """The library's identity is stored with the version, and kept by updates without it."""
    index.update(ARTICLES[:1], [], 7, library="one")
    index.update([], [], 8)
    assert ("one", 8) == (index.library, Index.open(folder).version)

    assert index.update(ARTICLES[:2], [], 3, rebuild=True, library="other")
    again = Index.open(folder)
    assert ("other", 3, 0) == (again.library, again.version, again.search("云杉").total)


def test_a_committed_index_survives_the_process(index: Index, folder: Path) -> None:
    """The next process finds the committed articles and version."""
    index.close()

    again = Index.open(folder)
    assert (1, 2) == (again.version, again.search("云杉").total)


def files_of(folder: Path) -> list[Path]:
    """Return every file of an index that the engine needs."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


@pytest.mark.usefixtures("index")
@pytest.mark.parametrize("nth", range(7))
@pytest.mark.parametrize("damage", ["deleted", "cut short", "emptied", "changed"])
def test_a_damaged_file_empties_the_index(folder: Path, nth: int, damage: str) -> None:
    """If any file is deleted, truncated, emptied or changed, the index opens empty at version 0 and can be filled."""
    path = files_of(folder)[nth]
    data = path.read_bytes()
    path.unlink()
    if damage == "cut short":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "emptied":
        path.write_bytes(b"")
    elif damage == "changed":
        middle = len(data) // 2
        path.write_bytes(data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :])

    healed = Index.open(folder)

    assert (0, 0) == (healed.version, healed.search("云杉").total)
    assert healed.update(ARTICLES, [], 1)
    assert 2 == healed.search("云杉").total
    assert folder.with_name("index.damaged").is_dir()


@pytest.mark.usefixtures("index")
def test_seven_files_make_this_index(folder: Path) -> None:
    """The test above covers every file of the index."""
    assert 7 == len(files_of(folder))


@pytest.mark.parametrize("what", ["file", "garbage", "empty"])
def test_something_else_in_the_place_is_moved_aside(folder: Path, what: str) -> None:
    """A file, a folder with other files, or an empty folder in the index's place is moved aside."""
    folder.parent.mkdir()
    if what == "file":
        folder.write_text("not a folder")
    else:
        folder.mkdir()
        if what == "garbage":
            (folder / "meta.json").write_text('{"segments": 7}')

    index = Index.open(folder)

    assert 0 == index.version
    assert index.update(ARTICLES, [], 1)


def test_a_folder_deleted_under_a_running_process_comes_back(index: Index, folder: Path) -> None:
    """Searches continue while the folder is missing; `reload` creates an index at version 0."""
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()

    assert 2 == index.search("云杉").total
    index.reload()
    assert 0 == index.version
    assert index.update(ARTICLES, [], 1)
    assert 2 == Index.open(folder).search("云杉").total


def test_an_update_into_a_deleted_folder_writes_no_half(index: Index, folder: Path) -> None:
    """If the folder was deleted, an update of a few articles is refused, because the others would be missing."""
    for path in folder.iterdir():
        path.unlink()

    assert not index.update([article("n/1", "海棠花开")], [], 2)
    assert 0 == index.version


def test_without_a_place_on_the_disk_the_index_lives_in_memory(tmp_path: Path) -> None:
    """If the folder cannot be created, articles are indexed and found in memory."""
    (tmp_path / "file").write_text("in the way")
    index = Index.open(tmp_path / "file" / "index")

    assert index.update(ARTICLES, [], 1)
    index.reload()
    assert (1, 2) == (index.version, index.search("云杉").total)
    assert index.clear(0)
    assert 0 == index.search("云杉").total


def test_threads_search_while_another_writes(index: Index, folder: Path) -> None:
    """Each search of several threads sees one complete commit while another thread commits and reloads."""
    reader, wrong, done = Index.open(folder), [], threading.Event()

    def ask() -> None:
        while not done.is_set():
            reader.reload()
            titles = {hit.title for hit in reader.search("海棠", 20).hits}
            if len({title[-1] for title in titles}) > 1:
                wrong.append(titles)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for version in range(2, 12):
        index.update((article(f"h/{n}", f"海棠{n} {version % 10}") for n in range(9)), [], version)
    done.set()
    for thread in threads:
        thread.join()

    assert not wrong
    reader.reload()
    assert 11 == reader.version


def test_many_small_updates_do_not_pile_up_files(index: Index, folder: Path) -> None:
    """Segments are merged and old files deleted, even if two processes write alternately."""
    other = Index.open(folder)
    for version in range(2, 42):
        writer = (index, other)[version % 2]
        writer.reload()
        assert writer.update([article(f"m/{version}", f"第{version}号")], [], version)

    assert len(files_of(folder)) < 12 * 8


@pytest.mark.parametrize("nth", range(7))
def test_a_file_cut_short_under_a_running_process_neither_ends_nor_silences_it(
    index: Index, folder: Path, nth: int
) -> None:
    """Searches continue with the old articles, even after `reload`, until the new index is filled."""
    path = files_of(folder)[nth]
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)

    assert 2 == index.search("云杉").total
    assert ["2022-04/1", "2022-03/8"] == [hit.id for hit in index.search("芯片").hits]
    index.reload()
    assert 0 == index.version
    assert 2 == index.search("云杉", 5).total
    assert index.update(ARTICLES, [], 1)
    assert 2 == index.search("云杉", 6).total == Index.open(folder).search("云杉").total


# Just after it was opened the engine reads the folder once more, in a thread of its own: only when that has ended is
# the time between two searches, which the test is about.
SHARED = """
import os
import sys
import time
from pathlib import Path
from wxbot.search import Index, index_files

index_files.COPIED_BYTES = 0
index = Index.open(Path(sys.argv[1]))
time.sleep(0.5)
while len(os.listdir("/proc/self/task")) > 2:  # this one, and the one that watches
    time.sleep(0.01)
print("ready", flush=True)
sys.stdin.readline()
print(index.search("芯片").total, index.version, flush=True)
"""


def test_a_large_index_cut_short_between_two_searches_is_begun_anew(index: Index, folder: Path) -> None:
    """A search in shared mapped files checks their sizes first: a truncated file gives no hits and no crash."""
    index.close()
    process = subprocess.Popen(
        [sys.executable, "-c", SHARED, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert "ready\n" == process.stdout.readline()
    for path in files_of(folder):
        os.truncate(path, 0)

    said, _ = process.communicate("go\n", timeout=60)

    assert (0, "0 0\n") == (process.returncode, said)
