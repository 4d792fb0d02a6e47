"""`wxbot push …`: a campaign's life."""

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click

from wxbot import push as pushing
from wxbot.cli.campaign_view import CODES, campaign_json, plan_json, show, show_plan
from wxbot.cli.context import (
    CommandContext,
    current_user,
    pass_command_context,
    print_json,
    print_line,
    print_notes,
    print_table,
)
from wxbot.cli.openid_file import OpenidFile
from wxbot.cli.param_types import NUMBERS
from wxbot.cli.push_hours import AT, hours_command, moment_of
from wxbot.cli.push_report import report_command
from wxbot.errors import Exit, Forbidden, UsageError
from wxbot.local_time import moment_label
from wxbot.push import Audience, Campaign, CampaignState, EditorChoice, Plan, PlanRequest, Route
from wxbot.push.ledger.labels import AUDIT_EVENT_LABELS, CAMPAIGN_STATE_LABELS
from wxbot.wiring import Services

__all__ = ["push"]

WAIT_FOR_REPORT = (
    20.0  # seconds that `start` watches for the platform's report before it leaves that to the worker
)


@click.group()
def push() -> None:
    """推送一期简报：计划、批准、发送、结果。"""


def json_option(command: Callable[..., None]) -> Callable[..., None]:
    """The flag that every command of this page has."""
    return click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")(command)


TO = (
    "发给谁：all、tag:标签名、recent（48 小时内来过消息的）、active:天数、section:栏目、unreached:计划编号、"
    "consented（同意过订阅通知的），或一个每行一个 openid 的文件。"
)
ROUTE = (
    "怎样发：mass 群发、list 按名单群发、customer 逐个发图文卡片、notice 逐个发订阅通知、"
    "mixed 每人各按能到的一种、draft 只备草稿、publish 只发布不通知；不写则由账号的权限决定。"
)


@push.command("plan")
@click.argument("number")
@click.option("--to", default="all", show_default=True, help=TO)
@click.option("--route", type=click.Choice([str(r) for r in Route]), help=ROUTE)
@click.option("--lead", type=NUMBERS, help="哪几篇放在最前，如 5,1,9。")
@click.option("--without", type=NUMBERS, help="哪几篇不推送，如 12。")
@click.option(
    "--at", type=AT, help="什么时刻，如 2026-12-01T09:00，或 next（规则的下一个时刻）；不写则批准后立即。"
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
    at: dt.datetime | str | None,
    again: bool,
    words: str | None,
    dry_run: bool,
    json_out: bool,
) -> None:
    """计划推送一期：写下推送什么、给谁、何时；批准之前什么也不会发出。

    \b
    $ wxbot push plan 2021-02 --at 2026-12-01T09:00
    """
    w = context.services
    correction, said = (None, ()) if words is None else _correction(w, number, words, again)
    made = _plan(w, number, to, at, route, EditorChoice(lead or (), without or (), correction))
    made = replace(made, warnings=(*said, *made.warnings))
    insist = again and correction is None
    campaign = None if dry_run else w.pusher.create(made, current_user(), insist=insist)
    if json_out:
        print_json(plan_json(made, campaign))
        return
    show_plan(w, made)
    if campaign is None:
        print_line("（预演：没有写下）")
    else:
        print_line(f"计划 {campaign.id}，哈希 {made.hash}")
        print_line(f"批准：wxbot push approve {campaign.id} --hash {made.hash}")


def _correction(
    w: Services, number: str, words: str, again: bool
) -> tuple[pushing.CampaignCorrection, tuple[str, ...]]:
    return w.pusher.correction(number, words, insist=again)


def _plan(
    w: Services,
    number: str,
    to: str,
    at: dt.datetime | str | None,
    route: str | None = None,
    choice: EditorChoice | None = None,
) -> Plan:
    file = Path(to)
    openids = OpenidFile(file) if file.is_file() else None
    audience = Audience.parse(to) if openids is None else Audience.of_file(file.name)
    request = PlanRequest(
        number,
        audience,
        moment_of(w, number, at),
        Route(route) if route else None,
        choice or EditorChoice(),
        openids,
    )
    # An audience from our own database can be planned before an account is set up; one of the platform cannot.
    needs_platform = audience.is_resolved_by_platform or w.settings.app_id
    return w.pusher.plan(request, offline=not needs_platform)


@push.command("approve")
@click.argument("campaign_id", type=int)
@click.option("--hash", "given", help="看过的计划的哈希；计划若已变，就不批准。")
@click.option("--by", help="谁批准；默认是登录本机的用户。")
@json_option
@pass_command_context
def approve_command(
    context: CommandContext, campaign_id: int, given: str | None, by: str | None, json_out: bool
) -> None:
    """批准一个计划：到时刻就由后台发送。"""
    w = context.services
    _approve(w, campaign_id, by or current_user(), given)
    show(w, campaign_id, json_out=json_out)


def _approve(w: Services, campaign_id: int, by: str, given: str | None = None) -> None:
    needed = max(1, w.settings.push_approvals)
    w.pusher.approve(campaign_id, by=by, given=given, needed=needed)


@push.command("start")
@click.argument("what")
@click.option("--to", help="发给谁；不写则按已有的计划，没有计划时为 all。")
@click.option("--again", is_flag=True, help="这一期已经推送过，仍要再推送一次。")
@click.option("--dry-run", is_flag=True, help="只看会怎样，什么也不发。")
@json_option
@pass_command_context
def start_command(
    context: CommandContext, what: str, to: str | None, again: bool, dry_run: bool, json_out: bool
) -> None:
    """立即推送一期（期号）或一个计划（编号）：没有计划就先计划，批准，发送。

    \b
    $ wxbot push start 2021-02
    """
    w = context.services
    if dry_run:
        number = what if not what.isdecimal() else _find(w, int(what)).number
        made = _plan(w, number, to or "all", None)
        print_json(plan_json(made, None)) if json_out else show_plan(w, made)
        return
    campaign_id = _campaign_for(w, what, to, again=again)
    if w.push_settings.quiet is not None and w.push_settings.quiet.end_if_within(w.now()) is not None:
        print_notes(f"现在是免打扰时段（{w.push_settings.quiet}）：按您的要求立即发送。")
    w.pusher.start(campaign_id, by=current_user(), needed=max(1, w.settings.push_approvals))
    _deliver_now(w, campaign_id, quiet=json_out)
    show(w, campaign_id, json_out=json_out, codes=CODES | {"planned": Exit.REFUSED})


def _campaign_for(w: Services, what: str, to: str | None, *, again: bool) -> int:
    """The campaign that `start` means: by its id, the one that stands for this issue, or a new one."""
    if what.isdecimal():
        return _find(w, int(what)).id
    with w.db.read() as session:
        standing = pushing.queries.latest_campaign(session, what)
    if standing is not None and not again and to in {None, str(standing.audience)}:
        _refuse_what_is_over(standing)
        return standing.id
    made = _plan(w, what, to or "all", None)
    return w.pusher.create(made, current_user(), insist=again).id


def _refuse_what_is_over(standing: Campaign) -> None:
    over = {
        CampaignState.FINISHED: ("已经推送过", ""),
        CampaignState.FAILED: ("推送失败过", f"重试：wxbot push retry {standing.id}；"),
    }
    if standing.state not in over:
        return
    word, retry = over[CampaignState(standing.state)]
    raise Forbidden(
        f"{standing.number} {word}：计划 {standing.id}（{CAMPAIGN_STATE_LABELS[standing.state]}）",
        remedy=f"{retry}wxbot push show {standing.id} 查看；确实要再发一次，加 --again。",
    )


def _find(w: Services, campaign_id: int) -> Campaign:
    return w.pusher.campaign(campaign_id)


def _deliver_now(w: Services, campaign_id: int, *, quiet: bool) -> None:
    """Deliver, and watch a while for the platform's report; after that, or when stopped, the worker does."""
    try:
        _watch_delivery(w, campaign_id, quiet=quiet)
    except KeyboardInterrupt:
        print_notes(f"已经开始的由后台接着做，不会重发；进展：wxbot push show {campaign_id}")
        raise


def _watch_delivery(w: Services, campaign_id: int, *, quiet: bool) -> None:
    holder, until = pushing.new_worker_id(), time.monotonic() + WAIT_FOR_REPORT
    told = ""
    while True:
        w.pusher.reconcile()
        if campaign_id in w.pusher.due():
            w.pusher.deliver(campaign_id, worker_id=holder)
        campaign = _find(w, campaign_id)
        if not quiet and campaign.state != told:
            told = campaign.state
            print_notes(f"… {CAMPAIGN_STATE_LABELS[told]}")
        if campaign.state not in {CampaignState.APPROVED, CampaignState.RUNNING} or time.monotonic() > until:
            return
        time.sleep(0.2)


@push.command("pause")
@click.argument("campaign_id", type=int)
@json_option
@pass_command_context
def pause_command(context: CommandContext, campaign_id: int, json_out: bool) -> None:
    """暂停一个计划。"""
    context.services.pusher.pause(campaign_id, by=current_user())
    show(context.services, campaign_id, json_out=json_out)


@push.command("resume")
@click.argument("campaign_id", type=int)
@json_option
@pass_command_context
def resume_command(context: CommandContext, campaign_id: int, json_out: bool) -> None:
    """恢复一个暂停的计划。"""
    context.services.pusher.resume(campaign_id, by=current_user())
    show(context.services, campaign_id, json_out=json_out)


@push.command("cancel")
@click.argument("campaign_id", type=int)
@json_option
@pass_command_context
def cancel_command(context: CommandContext, campaign_id: int, json_out: bool) -> None:
    """取消一个计划；已经发出的收不回来。"""
    context.services.pusher.cancel(campaign_id, by=current_user())
    show(context.services, campaign_id, json_out=json_out)


@push.command("retry")
@click.argument("campaign_id", type=int)
@click.option("--failed", is_flag=True, help="只重试失败的（默认就是如此）。")
@json_option
@pass_command_context
def retry_command(context: CommandContext, campaign_id: int, failed: bool, json_out: bool) -> None:  # noqa: ARG001  says the default
    """重试失败而可能成功的投递。"""
    context.services.pusher.retry(campaign_id, by=current_user())
    show(context.services, campaign_id, json_out=json_out)


@push.command("resolve")
@click.argument("campaign_id", type=int)
@click.option("--sent/--unsent", "sent", default=None, help="在公众平台核实后：已发出，还是没有发出。")
@click.option(
    "--only",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="只对这个文件里的 openid（每行一个）；不写则对全部不明的。",
)
@json_option
@pass_command_context
def resolve_command(
    context: CommandContext, campaign_id: int, sent: bool | None, only: Path | None, json_out: bool
) -> None:
    """告诉系统结果不明的发送到底怎样了。"""
    if sent is None:
        raise UsageError(
            "请说明核实的结果：--sent 或 --unsent",
            remedy="到公众平台「发表记录」查看这一期是否已经群发，再选一个。",
        )
    openids = None if only is None else list(OpenidFile(only))
    context.services.pusher.resolve(campaign_id, sent=sent, by=current_user(), openids=openids)
    show(context.services, campaign_id, json_out=json_out)


@push.command("preview")
@click.argument("campaign_id", type=int)
@click.option("--to", "openids", multiple=True, required=True, help="给哪位编辑看（openid，可写几次）。")
@pass_command_context
def preview_command(context: CommandContext, campaign_id: int, openids: tuple[str, ...]) -> None:
    """把一个计划的内容先发给编辑自己的微信看（平台每天 100 次）。"""
    w = context.services
    seen = w.pusher.preview(campaign_id, openids, by=current_user())
    for openid, reason in seen.items():
        print_line(f"{openid}  {reason or '已发'}")
    raise click.exceptions.Exit(Exit.PROBLEMS if any(seen.values()) else Exit.DONE)


@push.command("recall")
@click.argument("campaign_id", type=int)
@click.option("--article", type=click.IntRange(0, 8), default=0, help="只撤回第几条；不写为全部。")
@click.option("--yes", is_flag=True, help="确认撤回。")
@pass_command_context
def recall_command(context: CommandContext, campaign_id: int, article: int, yes: bool) -> None:
    """撤回已群发的内容：聊天里的卡片还在，点开显示已删除。"""
    w = context.services
    if not yes:
        raise Forbidden(
            "撤回后，粉丝聊天里的卡片还在，只是点开显示已删除；不能恢复", remedy="确认后加 --yes 再运行。"
        )
    w.pusher.recall(campaign_id, article, by=current_user())
    print_line("已撤回。改好简报、重新上架后，计划一次更正：wxbot push plan 期号 --correction 说明")


@push.command("list")
@json_option
@pass_command_context
def list_command(context: CommandContext, json_out: bool) -> None:
    """所有计划，最近的在前。"""
    w = context.services
    with w.db.read() as session:
        found = pushing.queries.recent_campaigns(session)
    if json_out:
        print_json([campaign_json(w, c) for c in found])
        return
    if not found:
        print_line("还没有推送计划。建立一个：wxbot push plan 期号")
        return
    print_table(
        ("计划", "期号", "给谁", "时刻", "状态", "说明"),
        (
            (
                c.id,
                c.number,
                str(c.audience),
                moment_label(c.at, w.settings.tz),
                CAMPAIGN_STATE_LABELS[c.state],
                c.reason,
            )
            for c in found
        ),
    )


@push.command("show")
@click.argument("campaign_id", type=int)
@json_option
@pass_command_context
def show_command(context: CommandContext, campaign_id: int, json_out: bool) -> None:
    """一个计划的内容、进展和经过。"""
    w = context.services
    show(w, campaign_id, json_out=json_out, codes={})
    if not json_out:
        with w.db.read() as session:
            for entry in pushing.queries.campaign_history(session, campaign_id):
                reason = entry.details.get("reason", "")
                deed = AUDIT_EVENT_LABELS.get(entry.what, entry.what)
                print_line(f"{moment_label(entry.at, w.settings.tz)}  {deed}  {entry.who}  {reason}")


push.add_command(report_command)
push.add_command(hours_command)
