"""How 汉字 sound: the only door to pypinyin."""

import os
from functools import lru_cache
from typing import TYPE_CHECKING

from wxbot.lazy import LazyModule

if TYPE_CHECKING:
    import pypinyin
else:
    # Its dictionary of phrases takes 50 MB and 0.2 s of every process; we need single characters only.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    pypinyin = LazyModule("pypinyin")  # 45 ms that only slips, pinyin and indexing wait for

__all__ = ["readings", "readings_with_tone"]


@lru_cache(maxsize=30_000)
def readings(char: str) -> tuple[str, ...]:
    """The readings of one 汉字 without tones, the likeliest first; what is no 汉字 reads as itself."""
    return tuple(pypinyin.pinyin(char, style=pypinyin.Style.NORMAL, heteronym=True)[0])


@lru_cache(maxsize=30_000)
def readings_with_tone(char: str) -> frozenset[str]:
    """The readings of one 汉字 with their tones, such as lian2."""
    return frozenset(pypinyin.pinyin(char, style=pypinyin.Style.TONE3, heteronym=True)[0])
