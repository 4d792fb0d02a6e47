"""`wxbot push plan` and `wxbot push hours`: create a campaign, and list the slots of the push schedule."""

import datetime as dt
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import click

from wxbot.bulletin.push_form import PushForm
from wxbot.cli.campaign_view import plan_json, show_plan
from wxbot.cli.context import (
    CommandContext,
    current_user,
    json_option,
    pass_command_context,
    print_json,
    print_line,
    print_notes,
)
from wxbot.cli.issue_name import ISSUE
from wxbot.cli.param_types import (
    MOMENT_OR_NEXT,
    NEXT,
    NUMBERS,
    OpenidFile,
)
from wxbot.cli.publishing import named_issue_key
from wxbot.cli.push_form_options import push_form_options
from wxbot.errors import BulletinError
from wxbot.library.push_form import write_push_form
from wxbot.local_time import BEIJING, moment_label, read_moment
from wxbot.push import Audience, EditorChoice, Plan, PlanRequest, Route, Slot
from wxbot.push.planning.push_form import FormChange, change_push_form
from wxbot.push.timing import next_free_slot, occupied_days, slots_after
from wxbot.wiring import Services

__all__ = ["build_plan", "hours_command", "plan_command"]

_WEEKDAYS = {"mon": "一", "tue": "二", "wed": "三", "thu": "四", "fri": "五", "sat": "六", "sun": "日"}

TO = (
    "发给谁：all、tag:标签名、recent（48 小时内来过消息的）、active:天数、section:栏目、publication:刊物、"
    "reached:计划编号（那次收到的）、unreached:计划编号、consented（同意过订阅通知的），或一个每行一个 openid 的文件。"
)
ROUTE = (
    "怎样发：mass 群发、list 按名单群发、customer 逐个发图文卡片、notice 逐个发订阅通知、"
    "mixed 每人各按能到的一种、draft 只备草稿、publish 只发布不通知；不写则由账号的权限决定。"
)


@click.command("plan")
@click.argument("number", type=ISSUE)
@click.option("--to", default="all", show_default=True, help=TO)
@click.option("--route", type=click.Choice([str(r) for r in Route]), help=ROUTE)
@click.option("--lead", type=NUMBERS, help="哪几篇放在最前，如 5,1,9。")
@click.option("--without", type=NUMBERS, help="哪几篇不推送，如 12。")
@push_form_options
@click.option(
    "--at",
    type=MOMENT_OR_NEXT,
    help="什么时刻，如 明天 9:00、周五 18:30、2026-12-01 9:00，或 next（规则的下一个时刻）；不写则批准后立即。",
)
@click.option("--again", is_flag=True, help="这一期已经推送过，仍要再推送一次。")
@click.option(
    "--correction", "words", help="更正上一次推送：写明哪里错了、对的是什么；标题和正文开头都会说明。"
)
@click.option("--dry-run", is_flag=True, help="只看会怎样，不写下计划。")
@json_option
@pass_command_context
def plan_command(  # noqa: PLR0917  click passes each option as an argument
    context: CommandContext,
    number: str,
    to: str,
    route: str | None,
    lead: tuple[int, ...] | None,
    without: tuple[int, ...] | None,
    change: FormChange,
    at: str | None,
    again: bool,
    words: str | None,
    dry_run: bool,
    json_out: bool,
) -> None:
    """计划推送一期：写下推送什么、给谁、何时；批准之前什么也不会发出。

    --lead、--without 和 --items 说的是第几篇文章（wxbot show 列出的编号）。--title、--digest、--order、--leave-out、
    --cover、--author、--comments 说的是推送里的第几条：不改顺序时计划列出的第几条，1 是整期，往后每个栏目一条；
    也可以写栏目名，单独成条的一篇写第5篇。改了顺序，编号不变。

    这七项和 --items 记在这一期名下，下次计划照用；原文在内容文件夹里的，也写进它旁边的修正文件。

    \b
    $ wxbot push plan 2021-02 --at 2026-12-01T09:00
    $ wxbot push plan 2021-02 --title 1="本期看点" --order 3,1
    $ wxbot push plan 2021-02 --items best --dry-run
    """
    w = context.services
    number = named_issue_key(w, number)
    correction, notes = (None, ()) if words is None else w.pusher.correction(number, words, insist=again)
    choice = EditorChoice(lead or (), without or (), correction)
    plan = build_plan(w, number, to, at, route, choice, _changed_form(w, number, change, choice))
    plan = replace(plan, warnings=(*notes, *plan.warnings))
    insist = again and correction is None
    campaign = None if dry_run else w.pusher.create(plan, current_user(), insist=insist)
    if campaign is not None and plan.keeps_form:
        _write_form(w, number)
    if json_out:
        print_json(plan_json(plan, campaign))
        return
    show_plan(w, plan)
    if campaign is None:
        print_line("（预演：没有写下）")
    else:
        print_line(f"计划 {campaign.id}，校验码 {plan.hash}")
        print_line(f"批准：wxbot push approve {campaign.id} --hash {plan.hash}")


def _changed_form(w: Services, number: str, change: FormChange, choice: EditorChoice) -> PushForm | None:
    """Return the form of an issue's push after a change; None for no change."""
    if not change:
        return None
    with w.db.read() as session:
        return change_push_form(session, number, change, choice)


def _write_form(w: Services, number: str) -> None:
    """Write the form of the push into the fix file; tell where it is kept if that is not possible."""
    try:
        written = write_push_form(w.db, w.bulletin_folder, number)
    except BulletinError as error:
        print_notes(f"推送的设置已经记下、照用，但没有写进修正文件：{error.message}", error.remedy)
    else:
        if written is not None:
            print_notes(f"推送的设置写进了 {written}")


def build_plan(
    w: Services,
    number: str,
    to: str,
    at: str | None,
    route: str | None = None,
    choice: EditorChoice | None = None,
    form: PushForm | None = None,
) -> Plan:
    """Return the plan for an issue and an audience as typed: `all`, `tag:NAME`, …, or the path of a file of openids."""
    file = Path(to)
    openids = OpenidFile(file) if file.is_file() else None
    audience = Audience.parse(to) if openids is None else Audience.of_file(file.name)
    request = PlanRequest(
        number,
        audience,
        _planned_moment(w, number, at),
        Route(route) if route else None,
        choice or EditorChoice(),
        openids,
        form,
    )
    # An audience from our own database can be planned before an account is set up; one of the platform cannot.
    needs_platform = audience.is_resolved_by_platform or w.settings.app_id
    return w.pusher.plan(request, offline=not needs_platform)


def _planned_moment(w: Services, number: str, at: str | None) -> dt.datetime | None:
    """Return the time to push at: as typed, in the association's zone when none was given; for `next` a free slot."""
    if at == NEXT:
        with w.db.read() as session:
            return next_free_slot(session, w.push_schedule, number, w.now()).at
    return read_moment(at, w.now(), w.settings.tz) if at else None


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
        print_json({"rule": _schedule_label(w), "hours": [_slot_json(slot, taken) for slot in found]})
        return
    print_line(_schedule_label(w))
    for slot in found:
        remarks = [
            slot.note,
            slot.warning,
            *([f"已有 {held}"] if (held := _issue_of_day(slot, taken)) else []),
        ]
        remarks += [f"跳过 {day}" for day in slot.skipped]
        print_line(f"{moment_label(slot.at, w.settings.tz)}  {'；'.join(filter(None, remarks))}".rstrip())


def _schedule_label(w: Services) -> str:
    """Return the push schedule in words."""
    s = w.settings
    days = "、".join(f"周{_WEEKDAYS[day]}" for day in s.push_weekday.split(",") if day) or "每天"
    workdays = "，只在工作日" if s.push_workdays else ""
    quiet = f"，免打扰 {w.push_settings.quiet}" if w.push_settings.quiet else ""
    return f"{days} {s.push_hour}（{s.zone}）{workdays}{quiet}"


def _issue_of_day(slot: Slot, taken: dict[dt.date, str]) -> str:
    """Return the number of the issue that occupies the day of a slot; empty for none."""
    return taken.get(slot.at.astimezone(BEIJING).date(), "")


def _slot_json(slot: Slot, taken: dict[dt.date, str]) -> dict[str, Any]:
    return {
        "at": slot.at.isoformat(),
        "taken": _issue_of_day(slot, taken) or None,
        "skipped": list(slot.skipped),
        "note": slot.note,
        "warning": slot.warning,
    }
