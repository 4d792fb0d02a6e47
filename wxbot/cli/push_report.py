"""`wxbot push report`: the result of a campaign, in the terminal, as JSON, or as an HTML page."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from wxbot import push as pushing
from wxbot.cli.campaign_name import CAMPAIGN
from wxbot.cli.context import CommandContext, pass_command_context, print_json, print_line, print_notes
from wxbot.errors import Forbidden, UsageError, WxbotError
from wxbot.local_time import moment_label
from wxbot.push import CampaignReport
from wxbot.push.ledger.labels import CAMPAIGN_STATE_LABELS, ROUTE_LABELS
from wxbot.push.reporting.render import report_html
from wxbot.push.reporting.report_csv import report_csv
from wxbot.settings import Settings
from wxbot.wiring import Services

__all__ = ["report_command"]

PLATFORM_SETTINGS = ("app_id", "app_secret")
WIDTH = 28  # of a bar in the terminal
MOST = 10  # questions in the terminal; the page and --json have more


@click.command("report")
@click.argument("campaign_id", metavar="计划", type=CAMPAIGN)
@click.option(
    "--html", "file", type=click.Path(path_type=Path, dir_okay=False), help="写成一个带图表的网页文件。"
)
@click.option(
    "--csv",
    "table",
    type=click.Path(path_type=Path, dir_okay=False),
    help="写成一个表格文件，用 Excel、WPS 打开。",
)
@click.option("--force", is_flag=True, help="文件已存在时覆盖。")
@click.option(
    "--days", type=click.IntRange(1, 90), default=7, show_default=True, help="看发出后多少天的提问。"
)
@click.option("--offline", is_flag=True, help="不向平台查询阅读数，只用查过的。")
@click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")
@pass_command_context
def report_command(
    context: CommandContext,
    campaign_id: int,
    file: Path | None,
    table: Path | None,
    force: bool,
    days: int,
    offline: bool,
    json_out: bool,
) -> None:
    """一个计划的结果：多少人收到、为什么没收到、读了多少、会员问了什么。

    \b
    $ wxbot push report 1 --html 报告.html
    $ wxbot push report 1 --csv 报告.csv
    """
    w = context.services
    files = [each for each in (file, table) if each is not None]
    for each in files:
        if each.exists() and not force:
            raise Forbidden(f"{each} 已经存在", remedy="换一个文件名，或加 --force 覆盖。")
    with w.db.read() as session:
        pushing.queries.get_campaign(
            session, campaign_id
        )  # fails for an unknown campaign before the platform is asked
    if not offline:
        _ask(w, campaign_id)
    found = w.pusher.report(campaign_id, days=days)
    if file is not None:
        page = report_html(found, w.settings.tz, w.now(), account_name=w.settings.account_name)
        _write(file, page)
    if table is not None:
        _write(table, report_csv(found, w.settings.tz))
    if json_out:
        print_json(report_json(found))
    elif not files:
        for line in report_lines(found, w.settings):
            print_line(line)
    else:
        print_line(f"已写入 {'、'.join(map(str, files))}")


def _ask(w: Services, campaign_id: int) -> None:
    """Fetch the platform's statistics if an account is configured; print a note when that fails."""
    try:
        w.settings.require(PLATFORM_SETTINGS)
        w.pusher.fetch_figures(campaign_id)
    except WxbotError as wrong:
        print_notes(f"（没有查到阅读数：{wrong.message}）")


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8", newline="")
    except OSError as wrong:
        raise UsageError(f"写不了 {file}：{wrong.strerror}", remedy="换一个可以写的地方。") from None


def report_lines(found: CampaignReport, settings: Settings) -> Iterator[str]:
    """Yield the lines of the report."""
    campaign, tz = found.campaign, settings.tz
    yield f"计划 {found.id}：{campaign.number}，{CAMPAIGN_STATE_LABELS[campaign.state]}，{ROUTE_LABELS[campaign.route]}"
    for recall in found.recalls:
        what = f"第 {recall.article} 条" if recall.article else "全部"
        yield f"已撤回（{what}）：{moment_label(recall.at, tz)}，由 {recall.by}"
    yield from (f"  ! {note}" for note in found.notes)
    yield from _people(found)
    yield from _count_lines("失败：", ((each.words, each.count) for each in found.counts.failed), " 人")
    yield from _count_lines("没有发给：", ((each.words, each.count) for each in found.counts.left_out), " 人")
    yield from _curve(found, settings)
    yield "各篇："
    for article in found.articles:
        yield f"{article.place:>3}. {article.title}"
        figures = article.days[-1] if article.days else None
        yield f"     阅读 {figures.read} 人，分享 {figures.shared} 人" if figures else f"     {article.why}"
        yield from (f"     {url}" for url in article.urls)
    yield from _questions(found)


def _people(found: CampaignReport) -> Iterator[str]:
    people = found.counts.people
    yield f"计划 {people.planned} 人，" + (
        f"平台已收下 {people.taken} 人，还没有报告人数"
        if people.sent is None
        else f"送达 {people.sent} 人，失败 {people.failed} 人"
    )
    others = (
        ("平台过滤", people.filtered),
        ("没有发给", people.left_out),
        ("结果不明", people.unknown),
        ("还没有发", people.waiting),
    )
    more = [f"{word} {count} 人" for word, count in others if count]
    if more:
        yield "，".join(more)


def _curve(found: CampaignReport, settings: Settings) -> Iterator[str]:
    moments = found.counts.moments
    if len(moments) < 2:
        return
    most = max(count for _, count in moments)
    yield "什么时候送达："
    for moment, count in moments:
        yield f"  {moment.astimezone(settings.tz):%m-%d %H:%M}  {'█' * round(count / most * WIDTH)} {count}"


def _questions(found: CampaignReport) -> Iterator[str]:
    if found.questions is None:
        return
    asked = found.questions
    yield f"会员来问：{asked.times} 次的答案里有这一期的文章"
    yield from _count_lines("", asked.about[:MOST], " 次")
    yield from _count_lines("没有找到的提问：", asked.missed[:MOST], " 次")


def _count_lines(heading: str, counts: Iterable[tuple[str, int]], unit: str) -> Iterator[str]:
    counts = list(counts)
    if counts and heading:
        yield heading
    for words, count in counts:
        yield f"{count:>7}{unit}  {words}"


def report_json(found: CampaignReport) -> dict[str, Any]:
    """Return the report as one JSON document; times as ISO 8601."""
    counted, asked = found.counts, found.questions
    return _head(found) | {
        "people": asdict(counted.people),
        "failed": [asdict(each) for each in counted.failed],
        "left_out": [asdict(each) for each in counted.left_out],
        "step_seconds": int(counted.step.total_seconds()),
        "curve": [{"at": moment.isoformat(), "count": count} for moment, count in counted.moments],
        "started_at": _iso(counted.started_at),
        "ended_at": _iso(counted.ended_at),
        "reports": [
            {"msg_id": job.msg_id, "state": job.state, "report": dict(job.report)} for job in found.jobs
        ],
        "articles": [
            {
                "n": article.place,
                "title": article.title,
                "holds": list(article.holds),
                "urls": list(article.urls),
                "read": article.days[-1].read if article.days else None,
                "shared": article.days[-1].shared if article.days else None,
                "days": [asdict(day) | {"day": day.day.isoformat()} for day in article.days],
                "why": article.why,
            }
            for article in found.articles
        ],
        "figures_asked_at": _iso(found.asked_at),
        "asked": None
        if asked is None
        else {
            "since": asked.since.isoformat(),
            "until": asked.until.isoformat(),
            "times": asked.times,
            "about": [{"query": query, "times": times} for query, times in asked.about],
            "shown": [
                {"n": n, "title": found.article_titles.get(n, ""), "times": times} for n, times in asked.shown
            ],
            "missed": [{"query": query, "times": times} for query, times in asked.missed],
        },
        "recalls": [
            {"at": each.at.isoformat(), "by": each.by, "article": each.article} for each in found.recalls
        ],
        "notes": list(found.notes),
    }


def _head(found: CampaignReport) -> dict[str, Any]:
    """Return the fields that begin every JSON document about a campaign."""
    campaign = found.campaign
    return {
        "campaign": campaign.id,
        "state": campaign.state,
        "deliveries": found.counts.deliveries,
        "number": campaign.number,
        "to": str(campaign.audience),
        "route": campaign.route,
        "at": _iso(campaign.at),
        "hash": campaign.hash,
        "recipients": campaign.recipients,
        "reason": campaign.reason,
        "warnings": campaign.warnings,
    }


def _iso(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
