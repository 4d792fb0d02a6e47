"""Keep the files that editors bring, in a hidden folder below the bulletin folder, until they are taken or removed.

A file from outside is read once, in a process of its own and within its limits, before it is kept.
"""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from wxbot.bulletin import FIX_SUFFIX, ReaderPool, Source
from wxbot.bulletin.readers.local_pictures import PICTURE_FORMATS, pictures_folder
from wxbot.bulletin.readers.sources import FORMATS, OFFICE, source_format
from wxbot.errors import BulletinError
from wxbot.library.source_files import UPLOADS, SourceFile, clean_name, free_name
from wxbot.library.upload_pictures import GivenFile, delete_pictures, write_pictures

__all__ = ["ACCEPTED", "remove_upload", "store_upload"]

ACCEPTED = (*FORMATS, *OFFICE, *PICTURE_FORMATS)
"""Suffixes of the files that editors can bring."""


def store_upload(folder: Path, given: GivenFile, readers: ReaderPool) -> SourceFile:
    """Read a file from outside, and keep it with its pictures under a name that no other one has; return it.

    Raises BulletinError for an empty file, a format that is not read, and a file that cannot be read.
    """
    name, data = clean_name(given.name), given.data
    if not data.strip():
        raise BulletinError(f"{name} 是空的", file=name, remedy="请打开原来的文件看看，另存一份再带进来。")
    source = Source(name, data)
    source_format(source)
    readers.trace(source)
    place = folder / UPLOADS
    try:
        place.mkdir(mode=0o755, parents=True, exist_ok=True)
        _remove_leftovers(place)
        return _store(folder, name, data, given.pictures)
    except OSError as error:
        raise BulletinError(
            f"{name} 存不进简报文件夹：{error.strerror}",
            file=name,
            remedy="请运维检查文件夹的权限和剩余空间，再带一次。",
        ) from error


def _remove_leftovers(place: Path) -> None:
    """Delete fix files and pictures without a source: a kill while these are taken or removed leaves them behind."""
    sources = [each for each in place.iterdir() if each.is_file() and not each.name.endswith(FIX_SUFFIX)]
    stems, folders = {each.stem for each in sources}, {pictures_folder(each).name for each in sources}
    for each in place.iterdir():
        if each.name.endswith(FIX_SUFFIX) and each.name.removesuffix(FIX_SUFFIX) not in stems:
            each.unlink(missing_ok=True)
        elif each.is_dir() and each.name not in folders:
            delete_pictures(each)


def _store(folder: Path, name: str, data: bytes, pictures: Mapping[str, bytes]) -> SourceFile:
    """Write a file completely before it gets its name, so that a kill leaves either all of it or nothing.

    Its pictures follow: nobody has been told of the upload yet, and repeating it completes them.
    """
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
                write_pictures(target, pictures)
                return SourceFile(folder, f"{UPLOADS}/{target.name}")
        finally:
            unfinished.unlink(missing_ok=True)


def remove_upload(file: SourceFile) -> None:
    """Delete a file that an editor brought, with its pictures and what was settled about it."""
    file.path.unlink(missing_ok=True)
    file.fix.unlink(missing_ok=True)
    delete_pictures(pictures_folder(file.path))
