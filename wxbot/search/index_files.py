"""The index's folder: opened, or begun anew when it is missing or damaged; one writer at a time.

The index is a cache of the library, so what is wrong with it is never repaired: the folder is moved aside and the
library fills a new one. The engine writes new files and then swaps `meta.json`, so a writer killed at any moment leaves
the state before or the state after. What it cannot notice is a file cut short or changed on the disk; therefore the
checksums that end each file are compared when the folder is opened.

A mapped file that is cut short while a process reads it ends that process (SIGBUS). A small index is therefore opened
from a copy that has no name any more, where nothing can reach it. A large one is mapped where it stands, shared by all
processes, and its files' sizes are looked at before each search: what remains is a file cut short during one.
"""

import contextlib
import fcntl
import json
import logging
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import tantivy

from wxbot.search.index_schema import SCHEMA

__all__ = ["Stamp", "View", "open_view", "ready", "stamp", "still", "writing"]

log = logging.getLogger(__name__)

LOCK_SECONDS = 5.0  # how long opening waits for another process that is about to mend the folder
FOOTER_END = 8  # each file ends with its footer, the footer's length and a magic number, four bytes each
COPIED_BYTES = 32_000_000  # of some thousand articles
TRIES = 3  # a commit may come between reading which files there are and opening them
GONE = -1  # the size of a file that is not there
FILES = ("term", "idx", "pos", "store", "fast", "fieldnorm")

Stamp = tuple[int, int, int]


def stamp(folder: Path) -> Stamp | None:
    """What changes with every commit, cheap to ask; None when there is no index."""
    try:
        meta = (folder / "meta.json").stat()
    except OSError:
        return None
    return meta.st_mtime_ns, meta.st_size, meta.st_ino


@dataclass(frozen=True)
class View:
    """An index opened for reading; `private` when no one else can reach its files, `sizes` of those in the folder."""

    engine: tantivy.Index
    private: bool
    sizes: dict[Path, int]

    def whole(self) -> bool:
        """Whether no file of the folder has become shorter or has gone; costs one stat a file."""
        return all(_size(path) == size for path, size in self.sizes.items())

    def safe(self) -> bool:
        """Whether it may be read on."""
        return self.private or self.whole()


def open_view(folder: Path) -> View | None:
    """Open the index of a folder to read it, or a new one in its place; None where the disk gives no room for one.

    (Read-only, full, or another process holds the lock for longer than a start may wait.)
    """
    for _ in range(TRIES):
        view = _view(folder)
        if view is not None:
            return view
    with writing(folder, LOCK_SECONDS) as begun:
        return _view(folder) if begun is not None else None


def still(view: View, folder: Path) -> View | None:
    """The same view after a commit that brought other files; None when one that it has open is not what it was."""
    names = _names(folder)
    sizes = _sizes(folder, names)
    kept = all(sizes.get(path, size) == size for path, size in view.sizes.items())
    return replace(view, sizes=sizes) if names and kept and GONE not in sizes.values() else None


def _sizes(folder: Path, names: list[str]) -> dict[Path, int]:
    """The sizes of the files that never change; `meta.json`, the first, is another one after each commit."""
    return {folder / name: _size(folder / name) for name in names[1:]}


def _view(folder: Path) -> View | None:
    names = _names(folder)
    sizes = _sizes(folder, names)
    if not names or GONE in sizes.values():
        return None
    if sum(sizes.values()) <= COPIED_BYTES:
        with contextlib.suppress(OSError), tempfile.TemporaryDirectory(prefix="wxbot-index-") as copy:
            for name in names:
                shutil.copyfile(folder / name, Path(copy, name))
            engine = _open(Path(copy))
            return View(engine, True, sizes) if engine else None
    engine = _open(folder)
    return View(engine, False, sizes) if engine else None


@contextmanager
def writing(folder: Path, seconds: float = 0.0) -> Iterator[tantivy.Index | None]:
    """Hold the only right to write; yields an engine opened under it, or None when the right was not to be had.

    The engine is a fresh one each time: an older one would not know the files that other processes have written since,
    and never throw them away.
    """
    with _locked(folder, seconds) as held:
        yield _open(folder) or _begin(folder) if held else None


@contextmanager
def _locked(folder: Path, seconds: float) -> Iterator[bool]:
    """Hold the writer's lock of a folder; yields whether it was had within `seconds`.

    The system gives the lock back when its holder dies, however it dies. It stands beside the folder, because the
    folder may be moved away while it is held.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        file = folder.with_name(folder.name + ".lock").open("w")
    except OSError as wrong:
        log.warning("检索索引 %s 的位置不可写：%s", folder, wrong)
        yield False
        return
    with file:  # closing gives the lock back
        yield _take(file.fileno(), time.monotonic() + seconds)


def _take(descriptor: int, until: float) -> bool:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.02)
        else:
            return True


def _open(folder: Path) -> tantivy.Index | None:
    if not _sound(folder):
        return None
    try:
        engine = tantivy.Index.open(str(folder))
    except ValueError as wrong:
        log.warning("检索索引 %s 打不开：%s", folder, wrong)
        return None
    return ready(engine) if engine.schema == SCHEMA else None


def _begin(folder: Path) -> tantivy.Index | None:
    try:
        if folder.exists():
            _move_aside(folder)
        folder.mkdir()
        return ready(tantivy.Index(SCHEMA, path=str(folder)))
    except (OSError, ValueError):
        log.exception("无法在 %s 建立检索索引", folder)
        return None


def _move_aside(folder: Path) -> None:
    aside = folder.with_name(folder.name + ".damaged")
    log.warning("检索索引 %s 已损坏或版本不符，移到 %s 并重建", folder, aside)
    shutil.rmtree(aside, ignore_errors=True)  # of several damaged ones the last is enough to look at
    folder.rename(aside)


def ready(engine: tantivy.Index) -> tantivy.Index:
    """Set an engine to show new commits only when asked to.

    The thread that it starts at its opening, to watch the folder, reads it once, and from then on has nobody to tell.
    """
    engine.config_reader("manual")
    return engine


def _sound(folder: Path) -> bool:
    """Whether the index is there and every file of it is as it was written."""
    names = _names(folder)
    try:
        return bool(names) and all(_whole(folder / name) for name in names[1:])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _names(folder: Path) -> list[str]:
    """The files of the state that stands in a folder, `meta.json` first; none where there is no such state."""
    try:
        meta = json.loads((folder / "meta.json").read_bytes())
        return ["meta.json", *(name for segment in meta["segments"] for name in _files(segment))]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return GONE


def _files(segment: dict[str, object]) -> list[str]:
    name = str(segment["segment_id"]).replace("-", "")
    files = [f"{name}.{kind}" for kind in FILES]
    deletes = segment["deletes"]
    return [*files, f"{name}.{deletes['opstamp']}.del"] if isinstance(deletes, dict) else files


def _whole(path: Path) -> bool:
    data = memoryview(path.read_bytes())
    length = int.from_bytes(data[-FOOTER_END:-4], "little")
    body, footer = data[: -FOOTER_END - length], data[-FOOTER_END - length : -FOOTER_END]
    return bool(json.loads(bytes(footer))["crc"] == zlib.crc32(body))
