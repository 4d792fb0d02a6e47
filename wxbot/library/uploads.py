"""Keep the files that editors bring, in a hidden folder below the bulletin folder, until they are taken or removed.

A file from outside is read once, in a process of its own and within its limits, before it is kept.
"""

import os
import tempfile
from pathlib import Path

from wxbot.bulletin import FIX_SUFFIX, ReaderPool, Source
from wxbot.bulletin.readers.sources import source_format
from wxbot.errors import BulletinError
from wxbot.library.source_files import UPLOADS, SourceFile, clean_name, free_name

__all__ = ["remove_upload", "store_upload"]


def store_upload(folder: Path, given_name: str, data: bytes, readers: ReaderPool) -> SourceFile:
    """Read a file from outside, and keep it under a name that no other one has; return it.

    Raises BulletinError for an empty file, a format that is not read, and a file that cannot be read.
    """
    name = clean_name(given_name)
    if not data.strip():
        raise BulletinError(f"{name} 是空的", file=name, remedy="请打开原来的文件看看，另存一份再带进来。")
    source = Source(name, data)
    source_format(source)
    readers.trace(source)
    place = folder / UPLOADS
    try:
        place.mkdir(mode=0o755, parents=True, exist_ok=True)
        _remove_lone_fixes(place)
        return _store(folder, name, data)
    except OSError as error:
        raise BulletinError(
            f"{name} 存不进简报文件夹：{error.strerror}",
            file=name,
            remedy="请运维检查文件夹的权限和剩余空间，再带一次。",
        ) from error


def _remove_lone_fixes(place: Path) -> None:
    """Delete fix files without a source: a kill between taking or removing the two leaves one behind."""
    stems = {each.stem for each in place.iterdir()}
    for fix in place.glob(f"*{FIX_SUFFIX}"):
        if fix.name.removesuffix(FIX_SUFFIX) not in stems:
            fix.unlink(missing_ok=True)


def _store(folder: Path, name: str, data: bytes) -> SourceFile:
    """Write a file completely before it gets its name, so that a kill leaves either all of it or nothing."""
    place = folder / UPLOADS
    with tempfile.NamedTemporaryFile("wb", dir=place, prefix=".up-", suffix=".tmp", delete=False) as made:
        unfinished = Path(made.name)
        try:
            made.write(data)
            made.flush()
            os.fsync(made.fileno())
            unfinished.chmod(0o644)
            while True:
                target = place / free_name(place, name, data)
                try:
                    os.link(unfinished, target)
                except FileExistsError:
                    if target.read_bytes() != data:
                        continue  # another upload took the name meanwhile
                return SourceFile(folder, f"{UPLOADS}/{target.name}")
        finally:
            unfinished.unlink(missing_ok=True)


def remove_upload(file: SourceFile) -> None:
    """Delete a file that an editor brought, with what was settled about it."""
    file.path.unlink(missing_ok=True)
    file.fix.unlink(missing_ok=True)
