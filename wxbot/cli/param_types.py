"""Parameters as an editor types them: points in time, article numbers, files of openids."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import click

from wxbot.bulletin.issue_number import IssueNumber
from wxbot.bulletin.push_form import BEST, Picks
from wxbot.cli.context import READABLE
from wxbot.errors import UsageError
from wxbot.local_time import BEIJING, read_moment
from wxbot.push.audience.selection import LONGEST_OPENID

__all__ = [
    "DAY",
    "ISSUE_NUMBER",
    "MOMENT_OR_NEXT",
    "NEXT",
    "NUMBERS",
    "PUSH_ITEMS",
    "PUSH_ITEM_TEXT",
    "PUSH_PICKS",
    "PUSH_SETTING",
    "OpenidFile",
]

NEXT = "next"
_SOME_TIME = dt.datetime(2026, 1, 1, tzinfo=BEIJING)  # whether words can be read depends on no day


class _PublicationDay(click.ParamType[dt.date]):
    """`2021-01-15`."""

    name = "日期"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """Return the day as typed; a day that the calendar lacks is named as such."""
        if isinstance(value, dt.date):
            return value
        typed = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", value.strip())
        if typed is None:
            return self.fail(f"看不懂日期「{value}」，请写成 2021-01-15", param, ctx)
        try:
            return dt.date(*map(int, typed.groups()))
        except ValueError:
            return self.fail(f"没有 {value.strip()} 这一天，请核对日期", param, ctx)


DAY = _PublicationDay()


class _MomentOrNext(click.ParamType[str]):
    """A point in time as people write it, or NEXT: the first free slot of the push schedule."""

    name = "时刻"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return NEXT for `next` and 下一个, else the words, which `read_moment` can read."""
        typed: str = value.strip()
        if typed in {NEXT, "下一个"}:
            return NEXT
        if read_moment(typed, _SOME_TIME, BEIJING) is None:
            return self.fail(
                f"看不懂时刻「{value}」，请写成 明天 9:00、周五 18:30、12月1日 9:00 或 2026-12-01 9:00",
                param,
                ctx,
            )
        return typed


MOMENT_OR_NEXT = _MomentOrNext()


class _Numbers(click.ParamType[tuple[int, ...]]):
    """`5,1,9`: numbers of articles, each once."""

    name = "编号"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Return the numbers as typed; full-width commas are accepted."""
        if isinstance(value, tuple):
            return value
        parts = [part.strip() for part in value.replace("，", ",").split(",")]
        if not all(part.isdecimal() and int(part) > 0 for part in parts) or len(set(parts)) < len(parts):
            return self.fail(f"看不懂「{value}」，请写成 5,1,9（每篇一次）", param, ctx)
        return tuple(int(part) for part in parts)


NUMBERS = _Numbers()


class _PushPicks(click.ParamType[Picks]):
    """`3,5,8`: articles that each are an item of a push; `best`; `sections` for none."""

    name = "best|sections|编号"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Picks:
        """Return what was chosen."""
        if isinstance(value, tuple) or value == BEST:
            return cast("Picks", value)
        typed = value.strip().lower()
        if typed in {"sections", "none", "栏目"}:
            return ()
        return BEST if typed in {BEST, "最好"} else NUMBERS.convert(value, param, ctx)


PUSH_PICKS = _PushPicks()


class _PushItems(click.ParamType[tuple[str, ...]]):
    """`3,1,2` or `投融界,整期`: items of a push by number or name; `none` for an empty list."""

    name = "条"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the references as typed."""
        if isinstance(value, tuple):
            return value
        if value.strip() in {"none", "无", ""}:
            return ()
        parts = [part.strip() for part in re.split("[,，、]", value)]
        return tuple(parts) if all(parts) else self.fail(f"看不懂「{value}」，请写成 3,1,2", param, ctx)


class _PushItemText(click.ParamType[tuple[str, str]]):
    """`2=文字`: the text of an item of a push; `2=` for the usual one."""

    name = "条=文字"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return the item as typed and its text."""
        if isinstance(value, tuple):
            return value
        item, equals, text = value.replace("＝", "=", 1).partition("=")
        if not item.strip() or not equals:
            return self.fail(f'看不懂「{value}」，请写成 2="文字"，等号前是第几条或栏目名', param, ctx)
        return item.strip(), text


class _PushSetting(click.ParamType[tuple[str, str]]):
    """`2=文字` for an item of a push, `文字` for the whole message (the item is then ""); `none` for an empty value."""

    name = "[条=]文字"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,  # noqa: ARG002  click's signature
        ctx: click.Context | None,  # noqa: ARG002
    ) -> tuple[str, str]:
        """Return the item as typed and its text."""
        if isinstance(value, tuple):
            return value
        before, equals, after = value.replace("＝", "=", 1).partition("=")
        item, text = (before.strip(), after.strip()) if equals else ("", before.strip())
        return item, "none" if text == "无" else text


PUSH_ITEMS = _PushItems()
PUSH_ITEM_TEXT = _PushItemText()
PUSH_SETTING = _PushSetting()


class _IssueNumberType(click.ParamType[IssueNumber]):
    """`2021-02`, `2021-07+08`, `2021-s1`, `no111`, `2021-01-15`, `2026-w43`, `2024-m11`."""

    name = "期号"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> IssueNumber:
        """Return the number as typed, in small letters or capitals."""
        if isinstance(value, IssueNumber):
            return value
        return IssueNumber.parse(value.strip().lower()) or self.fail(
            f"看不懂期号「{value}」，请写成 2021-02、2021-07+08（合刊）、2021-s1（增刊）、no111（总期号）、"
            "2021-01-15、2026-w43（周）或 2024-m11（月）",
            param,
            ctx,
        )


ISSUE_NUMBER = _IssueNumberType()


class OpenidFile:
    """The openids of a file, one a line, in their order.

    The file is read from disk at each iteration: a million openids never fill the memory. Raises UsageError when
    the file cannot be read, is empty, or has a line that is no openid.
    """

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
                        raise self._not_an_openid(number, openid)
                    if openid:
                        yield openid
        except (OSError, UnicodeDecodeError) as wrong:
            raise UsageError(f"读不了 {self._file}：{wrong}", remedy=READABLE) from None

    def _not_an_openid(self, number: int, line: str) -> UsageError:
        """Return the error for a line that is no openid; the line is not quoted, since it may be personal data."""
        said = f"{self._file.name} 第 {number} 行不是 openid（{len(line)} 个字符）"
        return UsageError(said, remedy="每行一个 openid，不要别的列。")
