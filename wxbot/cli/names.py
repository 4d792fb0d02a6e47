"""A file with one openid a line, read anew each time it is gone through: a million of them are never in memory."""

from collections.abc import Iterator
from pathlib import Path

from wxbot.errors import UsageError

__all__ = ["Names"]


class Names:
    """The openids of a file, in their order; UsageError when it cannot be read, or nobody is on it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        if next(iter(self), None) is None:
            raise UsageError(f"{file.name} 里没有 openid", remedy="每行一个 openid。")

    def __iter__(self) -> Iterator[str]:
        """One after the other, without blanks around and without empty lines."""
        try:
            with self._file.open(encoding="utf-8-sig") as lines:
                for line in lines:
                    if openid := line.strip():
                        yield openid
        except (OSError, UnicodeDecodeError) as wrong:
            raise UsageError(f"读不了 {self._file}：{wrong}") from None
