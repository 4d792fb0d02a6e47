"""From a file to an issue that can stand on the shelf, or the reason why it cannot."""

from pathlib import Path

from wxbot.bulletin.masthead import is_name
from wxbot.bulletin.model import ParsedIssue
from wxbot.bulletin.parser import parse
from wxbot.bulletin.readers import read
from wxbot.errors import BulletinError

__all__ = ["load", "validate"]


def load(path: Path) -> ParsedIssue:
    """Read and parse one bulletin; BulletinError for what is none (unreadable, or without a number)."""
    return validate(parse(read(path)), str(path))


def validate(parsed: ParsedIssue, file: str) -> ParsedIssue:
    """The issue itself; BulletinError when it has no number (by which the shelf knows it), no head, or no news."""
    if parsed.issue is None:
        raise BulletinError(
            f"{file} 里没有期号，不像一份简报",
            file=file,
            remedy="请在报头写上期号和日期，例如“2021 年第 2 期 2021 年 1 月 15 日”，再试一次。",
        )
    if parsed.year is None:
        raise BulletinError(
            f"{file} 有期号（第 {parsed.issue} 期），但没有年份",
            file=file,
            remedy="请在报头写上年份或出版日期，例如“2021 年第 2 期”，再试一次。",
        )
    # A notice or a letter may mention an issue; put on the shelf it would take the real one's place.
    if not (parsed.date or parsed.editor or is_name(parsed.title or "")):
        raise BulletinError(
            f"{file} 只是提到 {parsed.number}，没有简报的报头（刊名、日期、编者一样也没有）",
            file=file,
            remedy="若确实是一份简报，请在开头写上刊名、期号和出版日期，再试一次。",
        )
    if not parsed.articles:
        raise BulletinError(
            f"{file} 里没有读出一篇文章", file=file, remedy="请检查正文是否为空，标题是否各占一行。"
        )
    return parsed
