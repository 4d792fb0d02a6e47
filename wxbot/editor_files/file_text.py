"""Read an editor's file with a token of its state, and replace it at once or not at all."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from wxbot.errors import WxbotError

__all__ = ["FileText", "read_file", "replace_file", "replace_file_bytes"]

_MODE = 0o644


@dataclass(frozen=True, slots=True)
class FileText:
    """The text of a file; None where there is no file.

    token : changes with any byte of the file
    newline : how its lines end; in `text` they end with a line feed
    """

    text: str | None
    token: str
    newline: str = "\n"


def read_file(path: Path) -> FileText:
    """Read a file; raise WxbotError if it cannot be read or is not UTF-8."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        return FileText(None, "none")
    except UnicodeDecodeError:
        raise WxbotError(f"{path} 不是 UTF-8 编码", remedy="请另存为 UTF-8 编码；它没有被改动。") from None
    except OSError as error:
        raise WxbotError(f"读不了 {path}：{error.strerror}", remedy="请检查文件的权限。") from error
    newline = "\r\n" if "\r\n" in text else "\n"
    return FileText(text.replace("\r\n", "\n"), hashlib.sha256(content).hexdigest()[:32], newline)


def replace_file(path: Path, text: str | None, newline: str) -> None:
    """Put a text in place of a file, or remove the file; on disk when this returns. Raises WxbotError.

    The unfinished form has one fixed name: one that a killed process left behind is overwritten the next time.
    """
    path = path.resolve()
    try:
        if text is None:
            path.unlink(missing_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, text.replace("\n", newline).encode())
        _sync_folder(path.parent)
    except OSError as error:
        raise WxbotError(
            f"写不了 {path}：{error.strerror}", remedy="请检查文件夹的权限和剩余空间；什么也没有改。"
        ) from error


def replace_file_bytes(path: Path, content: bytes) -> None:
    """Put a picture in place of a file; on disk when this returns. Raises WxbotError."""
    path = path.resolve()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, content)
        _sync_folder(path.parent)
    except OSError as error:
        raise WxbotError(
            f"写不了 {path}：{error.strerror}", remedy="请检查文件夹的权限和剩余空间；什么也没有改。"
        ) from error


def _write(path: Path, content: bytes) -> None:
    mode = path.stat().st_mode & 0o777 if path.exists() else _MODE
    unfinished = path.with_name(f".{path.name}.tmp")
    try:
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.chmod(mode)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
