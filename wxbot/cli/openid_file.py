"""A file with one openid per line, read from disk at each iteration: a million openids never fill the memory."""

from collections.abc import Iterator
from pathlib import Path

from wxbot.errors import UsageError
from wxbot.push.audience.selection import LONGEST_OPENID

__all__ = ["OpenidFile"]


class OpenidFile:
    """The openids of a file, in their order; UsageError when it cannot be read, nobody is on it, or a line is none."""

    def __init__(self, file: Path) -> None:
        self._file = file
        if next(iter(self), None) is None:
            raise UsageError(f"{file.name} 里没有 openid", remedy="每行一个 openid。")

    def __iter__(self) -> Iterator[str]:
        """Yield the openids, stripped, without empty lines."""
        try:
            with self._file.open(encoding="utf-8-sig") as lines:
                for number, line in enumerate(lines, start=1):
                    openid = line.strip()
                    if len(openid) > LONGEST_OPENID:
                        raise self._foreign(number, openid)
                    if openid:
                        yield openid
        except (OSError, UnicodeDecodeError) as wrong:
            raise UsageError(f"读不了 {self._file}：{wrong}") from None

    def _foreign(self, number: int, line: str) -> UsageError:
        """Return the error for a line that is no openid; the line is not quoted, since it may be personal data."""
        said = f"{self._file.name} 第 {number} 行不是 openid（{len(line)} 个字符）"
        return UsageError(said, remedy="每行一个 openid，不要别的列。")
