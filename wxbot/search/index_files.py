"""Files of the index: open the folder, replace a damaged index, and let one process write at a time.

The index is a cache of the library, so a damaged index is never repaired: its folder is moved aside, and a new index is
filled from the library. The engine writes new files and then replaces `meta.json`, so a writer that is killed leaves
the old or the new state. The engine does not detect truncated or changed files; therefore the checksum at the end of
each file is verified when the folder is opened.

If a memory-mapped file is truncated, a process that reads it is killed by SIGBUS. A small index is therefore opened
from a private copy whose files are deleted at once, out of reach of other processes. A large index is mapped in place
and shared by all processes, and the sizes of its files are checked before each search. Only a truncation during a
search can then still kill the process.
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
from functools import lru_cache
from pathlib import Path

import tantivy

from wxbot.search.index_schema import SCHEMA

__all__ = ["Stamp", "View", "configure", "open_view", "refresh_view", "stamp", "writing"]

log = logging.getLogger(__name__)

LOCK_SECONDS = 5.0  # seconds that opening waits for another process that is replacing the index
FOOTER_END = 8  # bytes: the length of the footer before it, and a magic number
COPIED_BYTES = 32_000_000  # a larger index is not copied; some thousand articles are smaller
ATTEMPTS = 3  # a commit may happen between listing the files and opening them
READ_BYTES = 2**20  # at a time: the files of a large index are larger than the memory it may take
MISSING = -1  # the size of a missing file
FILES = ("term", "idx", "pos", "store", "fast", "fieldnorm")

Stamp = tuple[int, int, int]


def stamp(folder: Path) -> Stamp | None:
    """Return a value that changes with every commit and costs one stat call; None if there is no index."""
    try:
        meta = (folder / "meta.json").stat()
    except OSError:
        return None
    return meta.st_mtime_ns, meta.st_size, meta.st_ino


@dataclass(frozen=True)
class View:
    """An index opened for reading, and the `sizes` of the files in its folder; `private` if it reads its own copy."""

    engine: tantivy.Index
    private: bool
    sizes: dict[Path, int]

    def is_intact(self) -> bool:
        """Return whether all files of the folder have their sizes; costs one stat call a file."""
        return all(_size(path) == size for path, size in self.sizes.items())

    def is_safe(self) -> bool:
        """Return whether reading cannot hit a truncated file."""
        return self.private or self.is_intact()


def open_view(folder: Path) -> View | None:
    """Open the index of a folder for reading, and create it if necessary.

    Return None if that is impossible: the disk is read-only or full, or another process holds the lock for too long.
    """
    for _ in range(ATTEMPTS):
        view = _view(folder)
        if view is not None:
            return view
    with writing(folder, LOCK_SECONDS) as engine:
        return _view(folder) if engine is not None else None


def refresh_view(view: View, folder: Path) -> View | None:
    """Return the view with the files of a new commit; None if a file that it has open was changed."""
    names = _file_names(folder)
    sizes = _sizes(folder, names)
    kept = all(sizes.get(path, size) == size for path, size in view.sizes.items())
    return replace(view, sizes=sizes) if names and kept and MISSING not in sizes.values() else None


def _sizes(folder: Path, names: list[str]) -> dict[Path, int]:
    """Return the sizes of the files that never change: all except `meta.json`, the first of `names`."""
    return {folder / name: _size(folder / name) for name in names[1:]}


def _view(folder: Path) -> View | None:
    """Open the index from a private copy if it is small, or else in place; None if it is not intact."""
    names = _file_names(folder)
    sizes = _sizes(folder, names)
    if not names or MISSING in sizes.values():
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
    """Hold the writer's lock; yield an engine opened under it, or None if another process holds the lock.

    A new engine is opened each time: an older one would not know, and never delete, files that other processes have
    written since.
    """
    with _lock(folder, seconds) as is_held:
        yield _open(folder) or _create(folder) if is_held else None


@contextmanager
def _lock(folder: Path, seconds: float) -> Iterator[bool]:
    """Hold the writer's lock of a folder; yield whether it was acquired within `seconds`.

    The kernel releases the lock when the process ends in any way. The lock file is beside the folder, because the
    folder may be moved while the lock is held.
    """
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = folder.with_name(folder.name + ".lock").open("w")
    except OSError as wrong:
        log.warning("cannot write to the place of search index %s: %s", folder, wrong)
        yield False
        return
    with file:  # closing the file releases the lock
        yield _acquire(file.fileno(), time.monotonic() + seconds)


def _acquire(descriptor: int, until: float) -> bool:
    """Try to lock a file until the time `until` of the monotonic clock."""
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
    """Open the index of a folder; None if it is damaged or has another schema."""
    if not _is_sound(folder):
        return None
    try:
        engine = tantivy.Index.open(str(folder))
    except ValueError as wrong:
        log.warning("cannot open search index %s: %s", folder, wrong)
        return None
    return configure(engine) if engine.schema == SCHEMA else None


def _create(folder: Path) -> tantivy.Index | None:
    """Create an empty index, and move aside what is in its place; None if the disk does not allow it."""
    try:
        if folder.exists():
            _move_aside(folder)
        folder.mkdir()
        return configure(tantivy.Index(SCHEMA, path=str(folder)))
    except (OSError, ValueError):
        log.exception("cannot create a search index in %s", folder)
        return None


def _move_aside(folder: Path) -> None:
    aside = folder.with_name(folder.name + ".damaged")
    log.warning("search index %s is damaged or of another version: moved to %s, rebuilding", folder, aside)
    # Only the last damaged index is kept; a file may have stood in the index's place.
    if aside.is_dir() and not aside.is_symlink():
        shutil.rmtree(aside, ignore_errors=True)
    else:
        aside.unlink(missing_ok=True)
    folder.rename(aside)


def configure(engine: tantivy.Index) -> tantivy.Index:
    """Configure an engine to show new commits only on `reload`, instead of watching the folder."""
    engine.config_reader("manual")
    return engine


def _is_sound(folder: Path) -> bool:
    """Return whether the index exists and the checksums of all its files are right."""
    names = _file_names(folder)
    try:
        return bool(names) and all(_has_valid_checksum(folder / name) for name in names[1:])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _file_names(folder: Path) -> list[str]:
    """Return the names of the files of the committed state, `meta.json` first; [] if there is none."""
    try:
        meta = json.loads((folder / "meta.json").read_bytes())
        return ["meta.json", *(name for segment in meta["segments"] for name in _segment_files(segment))]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return MISSING


def _segment_files(segment: dict[str, object]) -> list[str]:
    name = str(segment["segment_id"]).replace("-", "")
    files = [f"{name}.{kind}" for kind in FILES]
    deletes = segment["deletes"]
    return [*files, f"{name}.{deletes['opstamp']}.del"] if isinstance(deletes, dict) else files


def _has_valid_checksum(path: Path) -> bool:
    """Return whether a file is as it was written; a file that was found right is not read again until it changes."""
    status = path.stat()
    return _checksum_of_state(path, (status.st_ino, status.st_mtime_ns, status.st_size))


@lru_cache(maxsize=2_000)
def _checksum_of_state(path: Path, state: tuple[int, int, int]) -> bool:
    """Return whether the checksum at the end of a file is right while its inode, time and size are `state`."""
    with path.open("rb") as file:
        file.seek(max(state[2] - FOOTER_END, 0))
        length = int.from_bytes(file.read(FOOTER_END)[:-4], "little")
        file.seek(max(state[2] - FOOTER_END - length, 0))
        footer = json.loads(file.read(length))
        file.seek(0)
        rest, found = state[2] - FOOTER_END - length, 0
        while rest > 0 and (block := file.read(min(rest, READ_BYTES))):
            found, rest = zlib.crc32(block, found), rest - len(block)
    return bool(footer["crc"] == found)
