"""How many lines are too many for a bulletin: more are refused before anybody waits for them to be read."""

from collections.abc import Iterable
from itertools import islice

from wxbot.bulletin.model import Line
from wxbot.errors import BulletinError

__all__ = ["bounded"]

_MOST = 60_000
"""Lines; the thickest yearbook has a tenth of them."""


def bounded(lines: Iterable[Line], file: str) -> tuple[Line, ...]:
    """The lines of a document; BulletinError where they are too many."""
    found = tuple(islice(lines, _MOST + 1))
    if len(found) > _MOST:
        raise BulletinError(
            f"{file} 超过 {_MOST} 行",
            file=file,
            remedy="这不像一份简报；请检查是否放错了文件，或把各期分开保存。",
        )
    return found
