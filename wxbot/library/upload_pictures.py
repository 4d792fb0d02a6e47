"""Pictures that an editor brings with a Markdown text or a page: find out which text each belongs to, keep them.

They lie in a folder beside their text, named after it (`wxbot.bulletin.readers.local_pictures`), and go where it goes.
"""

import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from wxbot.bulletin import open_source
from wxbot.bulletin.readers.encoding import declared_encoding, decode
from wxbot.bulletin.readers.local_pictures import (
    PICTURE_FORMATS,
    TEXTS_WITH_PICTURES,
    bare_name,
    named_pictures,
    pictures_folder,
)
from wxbot.bulletin.readers.pictures import MAX_PICTURE_BYTES
from wxbot.errors import BulletinError

__all__ = [
    "MAX_PICTURES",
    "GivenFile",
    "assign_pictures",
    "delete_pictures",
    "is_picture",
    "link_pictures_folder",
    "read_pictures",
    "write_pictures",
]

MAX_PICTURES = 100
"""Pictures that are taken in at once."""

_MAX_NAME = 120
_NOT_IN_NAMES = frozenset(':*?"<>|')


@dataclass
class GivenFile:
    """A file from outside; `pictures` are those that belong to it, by bare name."""

    name: str
    data: bytes
    pictures: dict[str, bytes] = field(default_factory=dict)


def is_picture(name: str) -> bool:
    """Tell if a file from outside is a picture by its name."""
    return PurePosixPath(bare_name(name)).suffix.lower() in PICTURE_FORMATS


def assign_pictures(files: Sequence[GivenFile]) -> tuple[list[GivenFile], list[str]]:
    """Return the texts with the pictures that each names, and in Chinese why other pictures are not kept.

    Pictures without any text that could name them are returned as files: a reader refuses them with its own reason.
    """
    texts = [each for each in files if not is_picture(each.name)]
    readable = [each for each in texts if each.name.lower().endswith(TEXTS_WITH_PICTURES)]
    if not readable:
        return list(files), []
    pictures, refused = _usable([each for each in files if is_picture(each.name)])
    belong: set[str] = set()
    for text in readable:
        named = named_pictures(_words(text), pictures)
        text.pictures = {name: pictures[name] for name in named}
        belong.update(named)
    refused += [
        f"图片 {name} 没有收下：一起带进来的文字里没有用到叫这个名字的图片。文字里怎么写，图片就叫什么名字"
        for name in pictures
        if name not in belong
    ]
    return texts, refused


def _usable(given: Sequence[GivenFile]) -> tuple[dict[str, bytes], list[str]]:
    """Return the pictures that can be kept, by name, and why others cannot."""
    kept: dict[str, bytes] = {}
    refused = []
    for picture in given:
        name = bare_name(picture.name)
        if len(kept) >= MAX_PICTURES:
            refused.append(f"图片 {name} 没有收下：一次最多 {MAX_PICTURES} 张图片，请再带一次")
        elif name.startswith(".") or not name.isprintable() or _NOT_IN_NAMES & {*name}:
            shown = "".join(char if char.isprintable() else "?" for char in name)
            refused.append(f"图片 {shown} 没有收下：名字里有不能用的字符，请改个名字")
        elif len(name.encode("utf-8", "replace")) > _MAX_NAME:
            refused.append(f"图片 {name[:20]}… 没有收下：名字太长，请改短一点")
        elif len(picture.data) > MAX_PICTURE_BYTES:
            refused.append(f"图片 {name} 没有收下：超过 {MAX_PICTURE_BYTES // 2**20} MB，请缩小后再带进来")
        elif kept.get(name, picture.data) != picture.data:
            refused.append(f"图片 {name} 有两张同名的，只收下了先选的一张：请给另一张改个名字")
        else:
            kept[name] = picture.data
    return kept, refused


def _words(text: GivenFile) -> str:
    """Return the characters of a text; "" for one that cannot be read, which its reader refuses with the reason."""
    try:
        return decode(text.data, text.name, declared_encoding(text.data))
    except BulletinError:
        return ""


def read_pictures(source: Path) -> dict[str, bytes]:
    """Return the pictures in the folder of a source, by name; links and other things in it are left out."""
    folder = pictures_folder(source)
    if folder.is_symlink() or not folder.is_dir():
        return {}
    found = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in PICTURE_FORMATS and path.is_file():
            with suppress(BulletinError):
                found[path.name] = open_source(path, follow_links=False).data
    return found


def write_pictures(source: Path, pictures: Mapping[str, bytes]) -> None:
    """Write the pictures of a source into its folder, each completely before it gets its name."""
    if not pictures:
        return
    folder = pictures_folder(source)
    folder.mkdir(mode=0o755, exist_ok=True)
    for name, data in pictures.items():
        with tempfile.NamedTemporaryFile(
            "wb", dir=folder, prefix=".up-", suffix=".tmp", delete=False
        ) as made:
            unfinished = Path(made.name)
            try:
                made.write(data)
                made.flush()
                os.fsync(made.fileno())
                unfinished.chmod(0o644)
                unfinished.replace(folder / name)
            finally:
                unfinished.unlink(missing_ok=True)


def link_pictures_folder(source: Path, target: Path) -> None:
    """Give the pictures of a source their place beside `target` too; an existing picture is never replaced."""
    pictures = read_pictures(source)
    if pictures:
        pictures_folder(target).mkdir(mode=0o755, exist_ok=True)
    for name in pictures:
        with suppress(FileExistsError):  # an earlier attempt was killed
            os.link(pictures_folder(source) / name, pictures_folder(target) / name)


def delete_pictures(folder: Path) -> None:
    """Delete a folder of pictures, if it is there."""
    if folder.is_symlink() or not folder.is_dir():
        return
    for path in folder.iterdir():
        path.unlink(missing_ok=True)
    folder.rmdir()
