"""Files of the bulletin folder as editors work on them: the source, its fix file, and fixes that are not in force yet.

What an editor settles on a file that the worker reads is kept in a hidden file beside it until the editor takes it:
the worker would publish the middle of the work. A file that an editor brings lies in a hidden folder until then.
"""

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from wxbot import bulletin
from wxbot.bulletin import FIX_SUFFIX, FoundFile, Source
from wxbot.bulletin.readers.sources import FORMATS, OFFICE, unknown_format
from wxbot.errors import BulletinError, NotFound
from wxbot.library.upload_pictures import read_pictures

__all__ = ["UPLOADS", "SourceFile", "clean_name", "find_source", "free_name", "list_uploads"]

UPLOADS = ".uploads"
"""Folder below the bulletin folder for files that editors brought and did not take yet; the worker ignores it."""

_MAX_NAME = 120
"""Bytes of a file's name without its suffix."""

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|]')


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A bulletin of the folder; `name` is its path below `folder`."""

    folder: Path
    name: str

    @property
    def path(self) -> Path:
        """The source itself."""
        return self.folder / self.name

    @property
    def is_upload(self) -> bool:
        """True for a file that an editor brought and did not take yet."""
        return PurePosixPath(self.name).parts[0] == UPLOADS

    @property
    def fix(self) -> Path:
        """The fix file, which the worker applies."""
        plain = self.path.with_name(self.path.stem + FIX_SUFFIX)
        upper = self.path.with_name(self.path.stem + FIX_SUFFIX.upper())
        return upper if os.path.lexists(upper) and not os.path.lexists(plain) else plain

    @property
    def pending(self) -> Path:
        """The fix file in which editors work; the worker ignores its name."""
        return self.fix if self.is_upload else self.fix.with_name(f".{self.fix.name}")

    @property
    def has_pending(self) -> bool:
        """True if there are fixes that are not in force yet."""
        return not self.is_upload and os.path.lexists(self.pending)

    @property
    def working(self) -> Path:
        """The fix file that holds what was settled last; it need not exist."""
        return self.pending if self.has_pending else self.fix

    def open(self) -> Source:
        """Read the source into memory; raise BulletinError."""
        return bulletin.open_source(self.path, follow_links=False)

    def as_found(self, name: str = "") -> FoundFile:
        """Return the file, with the fixes that were settled last, as `library.ingest` takes it under a name."""
        working = self.working
        return FoundFile(self.path, name or self.name, fix=working if os.path.lexists(working) else None)

    def version(self) -> str:
        """Return a token of source, pictures and what is settled, by which a form tells if all are as shown."""
        found = hashlib.sha256(self.content_digest().encode())
        for path in (self.fix, self.pending):
            data = bulletin.open_source(path, follow_links=False).data if os.path.lexists(path) else b"-"
            found.update(hashlib.sha256(data).digest())
        return found.hexdigest()[:16]

    def content_digest(self) -> str:
        """Return a digest of the source and its pictures."""
        found = hashlib.sha256(hashlib.sha256(self.open().data).digest())
        for name, picture in read_pictures(self.path).items():
            found.update(hashlib.sha256(name.encode() + b"\0" + picture).digest())
        return found.hexdigest()


def find_source(folder: Path, name: str) -> SourceFile:
    """Return the bulletin of this name below the folder; raise NotFound for anything else, such as a link."""
    parts = PurePosixPath(name).parts
    shown = parts[1:] if parts[:1] == (UPLOADS,) else parts
    is_name = bool(shown) and not name.startswith("/") and "\0" not in name and name == "/".join(parts)
    if is_name and not any(part.startswith(".") for part in shown):
        found = SourceFile(folder, name)
        is_readable = found.path.suffix.lower() in {*FORMATS, *OFFICE}
        places = [found.path, *list(found.path.parents)[: len(parts) - 1]]
        if is_readable and found.path.is_file() and not any(place.is_symlink() for place in places):
            return found
    raise NotFound("没有这个文件", remedy="它可能刚被移走或改了名：回到“带进来”，看现在有哪些。")


def list_uploads(folder: Path) -> list[SourceFile]:
    """Return the files that editors brought and did not take yet, by name."""
    return list(_uploads(folder))


def _uploads(folder: Path) -> Iterator[SourceFile]:
    """Yield the bulletins in the folder of uploads."""
    try:
        names = sorted(entry.name for entry in (folder / UPLOADS).iterdir())
    except OSError:
        return
    for name in names:
        try:
            yield find_source(folder, f"{UPLOADS}/{name}")
        except NotFound:
            continue


def clean_name(given: str) -> str:
    """Return the name of a file from outside without its path and without what a folder or a terminal cannot bear.

    Raises BulletinError for a format that is not read.
    """
    bare = re.split(r"[\\/]", unicodedata.normalize("NFC", given))[-1]
    kept = "".join(char for char in bare if char.isprintable())
    kept = _NOT_IN_NAMES.sub(" ", kept)
    path = PurePosixPath(" ".join(kept.split()).lstrip(".~ ") or "-")
    suffix = path.suffix.lower()
    if suffix not in FORMATS and suffix not in OFFICE:
        if suffix == bulletin.ARCHIVE:
            raise BulletinError(
                f"{path.name} 是文章存档（一行一篇），不是一期简报",
                file=path.name,
                remedy="请运维照编辑手册的「导入旧刊」一次导入；导入以后，各期就在书架上",
            )
        message, remedy = unknown_format(Path(path.name))
        raise BulletinError(message, file=path.name, remedy=f"{remedy}。")
    stem = path.stem
    while len(stem.encode()) > _MAX_NAME:
        stem = stem[:-1]
    return f"{stem.rstrip('. ') or '简报'}{suffix}"


def free_name(
    folder: Path, name: str, source: bytes, fix: bytes = b"", pictures: Mapping[str, bytes] | None = None
) -> str:
    """Return a free name in a folder, also free in other formats, because those would share its fix file.

    Files of that name with exactly this content count as this one: an earlier attempt put them there. With `pictures`
    no other picture lies in the folder that they would get.
    """
    taken = _names_by_stem(folder)
    path = PurePosixPath(name)
    for count in range(1, 1000):
        stem = path.stem if count == 1 else f"{path.stem}-{count}"
        own = {f"{stem}{path.suffix}": source, f"{stem}{FIX_SUFFIX}": fix}
        there = taken.get(stem.casefold(), [])
        if pictures and any(
            pictures.get(each, data) != data for each, data in read_pictures(folder / f"{stem}.x").items()
        ):
            continue
        if all(each.name in own and _has_content(each, own[each.name]) for each in there):
            return f"{stem}{path.suffix}"
    raise BulletinError(f"叫 {name} 的文件太多了", file=name, remedy="请给文件改个名字再带进来。")


def _names_by_stem(folder: Path) -> dict[str, list[Path]]:
    """Return the files of a folder by their name without suffix, letters of either case being equal."""
    found: dict[str, list[Path]] = {}
    for path in folder.iterdir() if folder.is_dir() else ():
        is_fix = path.name.lower().endswith(FIX_SUFFIX)
        stem = path.name[: -len(FIX_SUFFIX)] if is_fix else path.stem
        found.setdefault(stem.casefold(), []).append(path)
    return found


def _has_content(path: Path, content: bytes) -> bool:
    """Tell if a regular file has exactly this content."""
    try:
        return path.stat().st_size == len(content) and bulletin.open_source(path).data == content
    except (OSError, BulletinError):
        return False
