"""Back up database, content and configuration into one archive, and open one again.

    save        write an archive while everything runs, encrypted if there is a recipient
    trees       the folders that an archive holds beside the database
    file_name   the name of an archive by its time
    rotate      delete all archives of a folder but the newest
    make_key    make a key pair: the public half encrypts on the server, the private half stays elsewhere
    unpack      open an archive, or a plain copy of the database, in a folder
    put_back    write the files of an archive that are missing here; the others are laid aside

An archive is a tar file, encrypted in the age format (age-encryption.org), which the program `age` opens as well. The
server holds only the public key: who breaks into it reads no older backup.
"""

import datetime as dt
import filecmp
import os
import re
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from wxbot.db import Database, save_backup
from wxbot.errors import BulletinError, Forbidden, UsageError
from wxbot.lazy import LazyModule
from wxbot.settings import SECRETS_FILE, Settings

if TYPE_CHECKING:
    import pyrage
else:
    pyrage = LazyModule("pyrage")

__all__ = [
    "NAME",
    "WHOLE",
    "UnpackedBackup",
    "file_name",
    "make_key",
    "put_back",
    "rotate",
    "save",
    "trees",
    "unpack",
]

WHOLE = ".tar"  # ending of an archive; another file name holds the database alone
NAME = re.compile(r"wxbot-\d{8}-\d{6}\.tar(?:\.age)?")
_DATABASE = "wxbot.db"
_AGE_HEADER = b"age-encryption.org/v1\n"
_FOREIGN = "换一个备份文件；现在的数据和文件没有改动。"


@dataclass(frozen=True)
class UnpackedBackup:
    """The parts of a backup: the database, and the folder of the files; None where it holds the database alone."""

    database: Path
    files: Path | None = None


def trees(settings: Settings) -> dict[str, Path]:
    """Return the folders that an archive holds beside the database, by their names in it."""
    return {"content": settings.content, "config": settings.config.parent}


def file_name(now: dt.datetime, settings: Settings) -> str:
    """Return the name of an archive by its time; it ends with `.age` if it will be encrypted."""
    ending = WHOLE + (".age" if settings.backup_recipient else "")
    return f"wxbot-{now.astimezone(settings.tz):%Y%m%d-%H%M%S}{ending}"


def save(db: Database, settings: Settings, file: Path) -> None:
    """Write an archive of the database and of the folders; it appears whole or not at all.

    It is encrypted for the recipient in the settings; without one the secrets of the configuration are left out.
    Other archives, and the state folder, are in no archive. Raises UsageError if nothing can be written.
    """
    recipient = settings.backup_recipient
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".backup-", dir=file.parent) as folder:
            whole, sealed = Path(folder) / "whole.tar", Path(folder) / "sealed"
            save_backup(db, Path(folder) / _DATABASE)
            with tarfile.open(whole, "w") as archive:
                archive.add(Path(folder) / _DATABASE, _DATABASE)
                for name, tree in trees(settings).items():
                    for each in _files(tree, left_out=settings.state):
                        if recipient or each.name != SECRETS_FILE:
                            archive.add(each, f"{name}/{each.relative_to(tree).as_posix()}")
            if recipient:
                key = pyrage.x25519.Recipient.from_str(recipient)
                pyrage.encrypt_file(str(whole), str(sealed), [key])
            done = sealed if recipient else whole
            done.chmod(0o600)
            with done.open("rb") as written:
                os.fsync(written.fileno())
            done.replace(file)
    except OSError as wrong:
        raise UsageError(f"写不了 {file}：{wrong.strerror}", remedy="换一个可以写、有空位的地方。") from None


def rotate(folder: Path, keep: int) -> list[Path]:
    """Delete all archives that `save` wrote into a folder by its time but the newest `keep`; return the deleted."""
    found = sorted(each for each in folder.iterdir() if NAME.fullmatch(each.name))
    for old in found[:-keep]:
        old.unlink()
    return found[:-keep]


def make_key(file: Path) -> str:
    """Write a new private key, readable by its owner alone; return the public key."""
    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Forbidden(
            f"{file} 已存在", remedy="换一个文件名；丢了旧的私钥，用它加密的备份就打不开了。"
        ) from None
    except OSError as wrong:
        raise UsageError(f"写不了 {file}：{wrong.strerror}", remedy="换一个可以写的地方。") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as key_file:
        key_file.write(f"# public key: {public}\n{identity}\n")
        key_file.flush()
        os.fsync(key_file.fileno())
    return public


def unpack(file: Path, folder: Path, key_file: Path | None) -> UnpackedBackup:
    """Open a backup in an empty folder. Raises UsageError without its key, BulletinError if it is no backup."""
    with file.open("rb") as given:
        encrypted = given.read(len(_AGE_HEADER)) == _AGE_HEADER
    if encrypted:
        plain = folder / "decrypted"
        _decrypt(file, plain, key_file)
        file = plain
    if not tarfile.is_tarfile(file):
        return UnpackedBackup(file)
    files = folder / "files"
    try:
        with tarfile.open(file) as archive:
            archive.extractall(files, filter="data")
            _require_end(file, archive.offset)
    except (tarfile.TarError, OSError) as wrong:
        raise BulletinError(f"备份打不开：{wrong}", remedy=_FOREIGN) from None
    database = folder / _DATABASE
    try:
        (files / _DATABASE).replace(database)
    except FileNotFoundError:
        raise BulletinError("备份里没有数据库", remedy=_FOREIGN) from None
    return UnpackedBackup(database, files)


def put_back(files: Path, settings: Settings, aside: Path) -> tuple[list[Path], list[Path]]:
    """Write the files that are missing here, and lay those that differ into the folder `aside`; return both lists."""
    written, laid_aside = list[Path](), list[Path]()
    for name, tree in trees(settings).items():
        for each in _files(files / name):
            here = tree / each.relative_to(files / name)
            if not here.exists():
                written.append(_copy(each, here))
            elif not filecmp.cmp(each, here, shallow=False):
                laid_aside.append(_copy(each, aside / name / each.relative_to(files / name)))
    return written, laid_aside


def _copy(file: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy2(file, target))


def _require_end(file: Path, position: int) -> None:
    """Raise ReadError if the archive does not end with its mark: cut between two files, it would look complete."""
    with file.open("rb") as archive:
        archive.seek(position)
        if archive.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
            raise tarfile.ReadError("文件不完整，后面的部分没有了")


def _files(tree: Path, left_out: Path | None = None) -> Iterator[Path]:
    """Yield the regular files of a folder and its folders; no archive, nothing through a link or from `left_out`."""
    for each in sorted(tree.rglob("*")):
        if not each.is_file() or each.is_symlink() or NAME.fullmatch(each.name):
            continue
        real = each.resolve()
        is_inside = left_out is not None and real.is_relative_to(left_out.resolve())
        if real.is_relative_to(tree.resolve()) and not is_inside:
            yield each


def _decrypt(file: Path, target: Path, key_file: Path | None) -> None:
    """Decrypt a file with the private key in another."""
    if key_file is None:
        raise UsageError(
            f"{file} 是加密的", remedy="加 --key 私钥文件（wxbot backup --make-key 写的那一个）。"
        )
    lines = key_file.read_text(encoding="utf-8", errors="replace").split()
    secret = next((each for each in lines if each.startswith("AGE-SECRET-KEY-")), "")
    try:
        pyrage.decrypt_file(str(file), str(target), [pyrage.x25519.Identity.from_str(secret)])
    except (pyrage.IdentityError, pyrage.DecryptError):
        raise UsageError(
            f"{key_file} 打不开 {file}",
            remedy="用做这份备份时的那一把私钥；私钥没有错的，就是文件不完整，换一份备份。",
        ) from None
    except OSError as wrong:
        raise BulletinError(f"备份打不开：{wrong}", remedy=_FOREIGN) from None
