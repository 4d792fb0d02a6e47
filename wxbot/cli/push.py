"""`wxbot push …`: approve, deliver, watch and end a campaign; plan and report are modules of their own."""

import time
from pathlib import Path

import click

from wxbot import push as pushing
from wxbot.cli.campaign_name import CAMPAIGN
from wxbot.cli.campaign_view import CODES, campaign_json, plan_json, show, show_plan
from wxbot.cli.context import (
    CommandContext,
    confirm_or_refuse,
    current_user,
    json_option,
    pass_command_context,
    print_json,
    print_line,
    print_notes,
    print_table,
)
from wxbot.cli.issue_name import ISSUE
from wxbot.cli.param_types import OpenidFile
from wxbot.cli.phone_view import print_phone
from wxbot.cli.publishing import named_issue_key
from wxbot.cli.push_plan import build_plan, hours_command, plan_command
from wxbot.cli.push_report import report_command
from wxbot.errors import Exit, Forbidden, UsageError
from wxbot.local_time import moment_label
from wxbot.push import Campaign, CampaignState
from wxbot.push.ledger.labels import AUDIT_EVENT_LABELS, CAMPAIGN_STATE_LABELS
from wxbot.wiring import Services

__all__ = ["push"]

_REPORT_TIMEOUT = 20.0  # seconds that `start` waits for the platform's report; later the worker takes it in


@click.group()
def push() -> None:
    """推送一期简报：计划、批准、发送、结果。"""


@push.command("approve")
@click.argument("campaign_id", metavar="计划", type=CAMPAIGN)
@click.option("--hash", "given", help="看过的计划的校验码；计划后来改过，就不批准。")
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
    w.pusher.approve(campaign_id, by=by, given=given, needed=needed, at_terminal=True)


@push.command("start")
@click.argument("what", type=ISSUE)
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
    what = what if what.isdecimal() else named_issue_key(w, what)
    if dry_run:
        number = what if not what.isdecimal() else w.pusher.campaign(int(what)).number
        plan = build_plan(w, number, to or "all", None)
        print_json(plan_json(plan, None)) if json_out else show_plan(w, plan)
        return
    campaign_id = _campaign_for(w, what, to, again=again)
    if w.push_settings.quiet is not None and w.push_settings.quiet.end_if_within(w.now()) is not None:
        print_notes(f"现在是免打扰时段（{w.push_settings.quiet}）：按您的要求立即发送。")
    needed = max(1, w.settings.push_approvals)
    w.pusher.start(campaign_id, by=current_user(), needed=needed, at_terminal=True)
    _deliver_now(w, campaign_id, quiet=json_out)
    show(w, campaign_id, json_out=json_out, codes=CODES | {"planned": Exit.REFUSED})


def _campaign_for(w: Services, what: str, to: str | None, *, again: bool) -> int:
    """Return the id of the campaign to start: the one typed, the latest of the issue, or a new one."""
    if what.isdecimal():
        return w.pusher.campaign(int(what)).id
    with w.db.read() as session:
        latest = pushing.queries.latest_campaign(session, what)
    if latest is not None and not again and to in {None, str(latest.audience)}:
        _refuse_finished(latest)
        return latest.id
    plan = build_plan(w, what, to or "all", None)
    return w.pusher.create(plan, current_user(), insist=again).id


def _refuse_finished(latest: Campaign) -> None:
    """Raise Forbidden when a campaign has been sent or has failed."""
    over = {
        CampaignState.FINISHED: ("已经推送过", ""),
        CampaignState.FAILED: ("推送失败过", f"重试：wxbot push retry {latest.id}；"),
    }
    if latest.state not in over:
        return
    word, retry = over[CampaignState(latest.state)]
    raise Forbidden(
        f"{latest.number} {word}：计划 {latest.id}（{CAMPAIGN_STATE_LABELS[latest.state]}）",
        remedy=f"{retry}wxbot push show {latest.id} 查看；确实要再发一次，加 --again。",
    )


def _deliver_now(w: Services, campaign_id: int, *, quiet: bool) -> None:
    """Deliver a campaign and wait for the platform's report; the worker completes what is left after that."""
    try:
        _watch_delivery(w, campaign_id, quiet=quiet)
    except KeyboardInterrupt:
        print_notes(f"已经开始的由后台接着做，不会重发；进展：wxbot push show {campaign_id}")
        raise


def _watch_delivery(w: Services, campaign_id: int, *, quiet: bool) -> None:
    """Deliver and reconcile until the campaign has ended or the timeout is over; print each new state."""
    worker_id, until = pushing.new_worker_id(), time.monotonic() + _REPORT_TIMEOUT
    shown = ""
    while True:
        w.pusher.reconcile()
        if campaign_id in w.pusher.due():
            w.pusher.deliver(campaign_id, worker_id=worker_id)
        campaign = w.pusher.campaign(campaign_id)
        if not quiet and campaign.state != shown:
            shown = campaign.state
            print_notes(f"… {CAMPAIGN_STATE_LABELS[shown]}")
        if campaign.state not in {CampaignState.APPROVED, CampaignState.RUNNING} or time.monotonic() > until:
            return
        time.sleep(0.2)


@push.command("pause")
@click.argument("campaign_id", metavar="计划", type=CAMPAIGN)
@json_option
@pass_command_context
def pause_command(context: CommandContext, campaign_id: int, json_out: bool) -> None:
    """暂停一个计划。"""
    context.services.pusher.pause(campaign_id, by=current_user())
    show(context.services, campaign_id, json_out=json_out)


@push.command("resume")
@click.argument("campaign_id", metavar="计划", type=CAMPAIGN)
@json_option
@pass_command_context
def resume_command(context: CommandContext, campaign_id: int, json_out: bool) -> None:
    """恢复一个暂停的计划。"""
    context.services.pusher.resume(campaign_id, by=current_user())
    show(context.services, campaign_id, json_out=json_out)


@push.command("cancel")
@click.argument("campaign_id", metavar="计划", type=CAMPAIGN)
@json_option
@pass_command_context
def cancel_command(context: CommandContext, campaign_id: int, json_out: bool) -> None:
    """取消一个计划；已经发出的收不回来。"""
    context.services.pusher.cancel(campaign_id, by=current_user())
    show(context.services, campaign_id, json_out=json_out)


@push.command("retry")
@click.argument("campaign_id", metavar="计划", type=CAMPAIGN)
@click.option("--failed", is_flag=True, help="只重试失败的（默认就是如此）。")
@json_option
@pass_command_context
def retry_command(context: CommandContext, campaign_id: int, failed: bool, json_out: bool) -> None:  # noqa: ARG001  says the default
    """重试失败而可能成功的投递。"""
    context.services.pusher.retry(campaign_id, by=current_user())
    show(context.services, campaign_id, json_out=json_out)


@push.command("resolve")
@click.argument("campaign_id", metavar="计划", type=CAMPAIGN)
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
@click.argument("campaign_id", metavar="计划", type=CAMPAIGN)
@click.option("--to", "openids", multiple=True, required=True, help="给哪位编辑看（openid，可写几次）。")
@pass_command_context
def preview_command(context: CommandContext, campaign_id: int, openids: tuple[str, ...]) -> None:
    """把一个计划的内容先发给编辑自己的微信看（平台每天 100 次）。"""
    w = context.services
    failures = w.pusher.preview(campaign_id, openids, by=current_user())
    for openid, reason in failures.items():
        print_line(f"{openid}  {reason or '已发'}")
    raise click.exceptions.Exit(Exit.PROBLEMS if any(failures.values()) else Exit.DONE)


@push.command("recall")
@click.argument("campaign_id", metavar="计划", type=CAMPAIGN)
@click.option("--article", type=click.IntRange(0, 8), default=0, help="只撤回第几条；不写为全部。")
@click.option("--yes", is_flag=True, help="确认撤回。")
@pass_command_context
def recall_command(context: CommandContext, campaign_id: int, article: int, yes: bool) -> None:
    """撤回已群发的内容：聊天里的卡片还在，点开显示已删除。"""
    w = context.services
    what = f"计划 {campaign_id} 的{f'第 {article} 条' if article else '整条消息'}"
    confirm_or_refuse(
        f"撤回{what}：粉丝聊天里的卡片还在，只是点开显示已删除；不能恢复", "撤回吗？", given=yes
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
        campaigns = pushing.queries.recent_campaigns(session)
    if json_out:
        print_json([campaign_json(w, c) for c in campaigns])
        return
    if not campaigns:
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
            for c in campaigns
        ),
    )


@push.command("show")
@click.argument("campaign_id", metavar="计划", type=CAMPAIGN)
@click.option("--preview", is_flag=True, help="这条消息在手机聊天里的样子。")
@json_option
@pass_command_context
def show_command(context: CommandContext, campaign_id: int, preview: bool, json_out: bool) -> None:
    """一个计划的内容、进展和经过。

    计划可以写编号，也可以写期号（第2期、2021-2、latest），就是这一期最近的计划。

    \b
    $ wxbot push show latest --preview
    """
    w = context.services
    if preview and not json_out:
        print_phone(w, w.pusher.campaign(campaign_id))
        return
    show(w, campaign_id, json_out=json_out, codes={})
    if not json_out:
        with w.db.read() as session:
            for entry in pushing.queries.campaign_history(session, campaign_id):
                reason = entry.details.get("reason", "")
                event = AUDIT_EVENT_LABELS.get(entry.what, entry.what)
                print_line(f"{moment_label(entry.at, w.settings.tz)}  {event}  {entry.who}  {reason}")


for _command in (plan_command, report_command, hours_command):
    push.add_command(_command)
