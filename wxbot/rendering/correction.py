"""A message that corrects an earlier one, and says so wherever it is seen: in its title, its digest, its first line."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from wxbot.local_time import chinese_date
from wxbot.rendering.headline import shorten
from wxbot.rendering.links import clean
from wxbot.rendering.wechat_html import ACCENT, tag, text

__all__ = ["MARK", "CorrectionNotice", "correction_paragraph", "with_correction_mark"]

MARK = "【更正】"
_STYLE = f"margin:0 0 20px;padding:12px 14px;border-left:3px solid {ACCENT};background-color:#f6f3ed"


@dataclass(frozen=True, slots=True)
class CorrectionNotice:
    """What is corrected, in an editor's words, and the day on which the earlier message went out."""

    words: str
    day: dt.date

    @property
    def sentence(self) -> str:
        """The first paragraph."""
        words = clean(self.words).rstrip("。.；;")
        return f"{MARK}{chinese_date(self.day)}推送的这一期有误：{words}。请以这一次的内容为准。"


def with_correction_mark(line: str, fits: Callable[[str], bool]) -> str:
    """A title or digest behind the mark, shorten where both together do not fit."""
    return MARK + shorten(line, lambda part: fits(MARK + part))


def correction_paragraph(sentence: str) -> str:
    """The first paragraph, so that it is seen."""
    return tag("p", text(sentence), _STYLE)
