"""`wxbot push hours`, and the hour that `--at next` means: when issues go out by the rule in the settings."""

import datetime as dt
from itertools import islice
from typing import Any

import click

from wxbot.cli.context import CommandContext, pass_command_context, print_json, print_line
from wxbot.cli.param_types import MOMENT
from wxbot.local_time import BEIJING, moment_label
from wxbot.push import Slot
from wxbot.push.timing import next_free_slot, occupied_days, slots_after
from wxbot.wiring import Services

__all__ = ["AT", "NEXT", "hours_command", "moment_of"]

NEXT = "next"
_DAYS = {"mon": "一", "tue": "二", "wed": "三", "thu": "四", "fri": "五", "sat": "六", "sun": "日"}


class _At(click.ParamType[dt.datetime | str]):
    """A point in time, or `next`: the first free hour of the rule."""

    name = "时刻"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.datetime | str:
        """Read what was typed."""
        return NEXT if value in {NEXT, "下一个"} else MOMENT.convert(value, param, ctx)


AT = _At()


def moment_of(w: Services, number: str, at: dt.datetime | str | None) -> dt.datetime | None:
    """The aware moment that was typed: by the association's clock, or the rule's next hour that no other issue has."""
    if isinstance(at, str):
        with w.db.read() as session:
            return next_free_slot(session, w.push_schedule, number, w.now()).at
    return at.replace(tzinfo=w.settings.tz) if at is not None and at.tzinfo is None else at


@click.command("hours")
@click.option("--count", type=click.IntRange(1, 100), default=5, show_default=True, help="看几个。")
@click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")
@pass_command_context
def hours_command(context: CommandContext, count: int, json_out: bool) -> None:
    """接下来的推送时刻：按设置的星期、钟点和工作日；`push plan --at next` 取第一个没有别的期占用的。

    \b
    $ wxbot push hours --count 3
    """
    w = context.services
    found = list(islice(slots_after(w.push_schedule, w.now()), count))
    with w.db.read() as session:
        taken = occupied_days(session, "", w.now())
    if json_out:
        print_json({"rule": _rule(w), "hours": [_json(hour, taken) for hour in found]})
        return
    print_line(_rule(w))
    for hour in found:
        said = [hour.note, hour.warning, *([f"已有 {held}"] if (held := _issue_of_day(hour, taken)) else [])]
        said += [f"跳过 {day}" for day in hour.skipped]
        print_line(f"{moment_label(hour.at, w.settings.tz)}  {'；'.join(filter(None, said))}".rstrip())


def _rule(w: Services) -> str:
    """Return the push schedule in words."""
    s = w.settings
    days = "、".join(f"周{_DAYS[day]}" for day in s.push_weekday.split(",") if day) or "每天"
    workdays = "，只在工作日" if s.push_workdays else ""
    quiet = f"，免打扰 {w.push_settings.quiet}" if w.push_settings.quiet else ""
    return f"{days} {s.push_hour}（{s.zone}）{workdays}{quiet}"


def _issue_of_day(hour: Slot, taken: dict[dt.date, str]) -> str:
    return taken.get(hour.at.astimezone(BEIJING).date(), "")


def _json(hour: Slot, taken: dict[dt.date, str]) -> dict[str, Any]:
    return {
        "at": hour.at.isoformat(),
        "taken": _issue_of_day(hour, taken) or None,
        "skipped": list(hour.skipped),
        "note": hour.note,
        "warning": hour.warning,
    }
