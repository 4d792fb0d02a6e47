"""Render a report as a page: choose its figures, charts and tables, their order and their Chinese labels."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from wxbot import rendering
from wxbot.local_time import moment_label
from wxbot.push.ledger.labels import CAMPAIGN_STATE_LABELS, ROUTE_LABELS, audience_label
from wxbot.push.ledger.tables import CampaignState
from wxbot.push.reporting.campaign_report import (
    ArticleReaders,
    CampaignReport,
    MemberQuestions,
    figures_by_day,
)
from wxbot.push.reporting.counts import ReasonCount, RecipientCounts
from wxbot.push.reporting.report_csv import RESULT_LABELS

__all__ = ["report_html"]


def report_html(
    report: CampaignReport,
    tz: ZoneInfo,
    now: dt.datetime,
    *,
    account_name: str = "",
    links: Sequence[tuple[str, str]] = (),
) -> str:
    """Return the report as one HTML document; times are shown in the time zone `tz`, `links` at the top."""
    campaign = report.campaign
    page = rendering.ReportPage(
        title=report.title or campaign.number,
        subtitle=f"计划 {campaign.id} · {CAMPAIGN_STATE_LABELS[campaign.state]} · {ROUTE_LABELS[campaign.route]}",
        tiles=tuple(_tiles(report)),
        blocks=tuple(_blocks(report, tz)),
        facts=tuple(_facts(report, tz)),
        alerts=tuple(_alerts(report, tz)),
        links=tuple(links),
        footer=f"{account_name or report.title}　生成于 {moment_label(now, tz)}".strip(),
    )
    return rendering.report_page(page)


def _alerts(report: CampaignReport, tz: ZoneInfo) -> Iterator[str]:
    for recall in report.recalls:
        what = f"第 {recall.article} 条" if recall.article else "全部"
        yield f"已撤回（{what}）：{moment_label(recall.at, tz)}，由 {recall.by}"
    yield from report.notes
    if report.state not in {CampaignState.FINISHED, CampaignState.RUNNING} and report.campaign.reason:
        yield report.campaign.reason


def _tiles(report: CampaignReport) -> Iterator[rendering.Tile]:
    people = report.counts.people
    yield rendering.Tile("计划发给", f"{people.planned:,}", "人")
    yield _sent_tile(people)
    for label, count, tone in (
        ("失败", people.failed, "bad"),
        ("平台过滤", people.filtered, "plain"),
        ("没有发给", people.left_out, "plain"),
        ("结果不明", people.unknown, "warn"),
        ("还没有发", people.waiting, "plain"),
    ):
        if count or label == "失败":
            yield rendering.Tile(label, f"{count:,}", "人", tone if count else "plain")  # type: ignore[arg-type]
    figures = [article.days[-1] for article in report.articles if article.days]
    if figures:
        yield rendering.Tile("阅读", f"{sum(each.read for each in figures):,}", "各篇人数之和", "good")
        yield rendering.Tile("分享", f"{sum(each.shared for each in figures):,}", "各篇人数之和")
    if report.questions is not None:
        yield rendering.Tile("会员来问", f"{report.questions.times:,}", "次，答案里有这一期")


def _sent_tile(people: RecipientCounts) -> rendering.Tile:
    if people.sent is None:
        return rendering.Tile("送达", "—", f"平台已收下 {people.taken:,} 人，还没有报告人数", "warn")
    share = f"占计划的 {people.sent / people.planned:.1%}" if people.sent and people.planned else "人"
    return rendering.Tile("送达", f"{people.sent:,}", share, "good" if people.sent else "plain")


def _blocks(report: CampaignReport, tz: ZoneInfo) -> Iterator[rendering.ReportBlock]:
    counted = report.counts
    parts = _parts(counted.people)
    if any(part.count for part in parts):
        yield rendering.ShareBar("每一位的结果", parts)
        yield _delivery_table(report)
    if len(counted.moments) > 1:
        yield rendering.Columns(_step_title(counted.step), _columns(report, tz), note=_curve_note(report))
    if report.articles:
        yield _article_table(report)
    yield from _day_blocks(report.articles)
    if counted.failed:
        yield _reasons("失败的原因", counted.failed, "bad")
    if counted.left_out:
        yield _reasons("没有发给的原因", counted.left_out, "mute")
    if report.questions is not None:
        yield from _questions(report, report.questions, tz)


def _parts(people: RecipientCounts) -> tuple[rendering.SharePart, ...]:
    tones: dict[str, rendering.ReportTone] = {
        "sent": "good", "taken": "pale", "failed": "bad", "unknown": "warn", "filtered": "mute", "left_out": "mute",
    }  # fmt: skip
    return tuple(
        rendering.SharePart(label, getattr(people, key) or 0, tones.get(key, "plain"))
        for key, label in RESULT_LABELS.items()
    )


def _delivery_table(report: CampaignReport) -> rendering.ReportTable:
    """Return the number of people by result and reason, with the share of all."""
    reasons = {
        RESULT_LABELS["failed"]: report.counts.failed,
        RESULT_LABELS["left_out"]: report.counts.left_out,
    }
    parts = [part for part in _parts(report.counts.people) if part.count]
    total = sum(part.count for part in parts)
    rows = [
        [
            rendering.ReportCell(part.label if words == "" else ""),
            rendering.ReportCell(words),
            rendering.ReportCell(f"{count:,}", number=True),
            rendering.ReportCell(f"{count / total:.1%}", number=True),
        ]
        for part in parts
        for words, count in (
            ("", part.count),
            *((each.words, each.count) for each in reasons.get(part.label, ())),
        )
    ]
    return rendering.ReportTable("结果和原因", ("结果", "原因", "人数", "占全部"), rows)


def _step_title(step: dt.timedelta) -> str:
    minutes = int(step.total_seconds() // 60)
    return {60: "每小时送达（人）", 1: "每分钟送达（人）"}.get(minutes, f"每 {minutes} 分钟送达（人）")


def _columns(report: CampaignReport, tz: ZoneInfo) -> list[tuple[str, int]]:
    """Return each time step with its local time, preceded by the day if there are several days."""
    locals_ = [(moment.astimezone(tz), count) for moment, count in report.counts.moments]
    several = len({local.date() for local, _ in locals_}) > 1
    return [(f"{local:%m-%d %H:%M}" if several else f"{local:%H:%M}", count) for local, count in locals_]


def _curve_note(report: CampaignReport) -> str:
    start, end = report.counts.started_at, report.counts.ended_at
    if start is None or end is None or end <= start:
        return ""
    seconds = int((end - start).total_seconds())
    return f"从第一位到最后一位：{_duration_label(seconds)}"


def _duration_label(seconds: int) -> str:
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    if hours:
        return f"{hours} 小时 {minutes} 分" if minutes else f"{hours} 小时"
    return f"{minutes} 分 {seconds % 60} 秒" if minutes else f"{seconds} 秒"


def _article_table(report: CampaignReport) -> rendering.ReportTable:
    figures = [article.days[-1] for article in report.articles if article.days]
    most = max((each.read for each in figures), default=0)
    most_shared = max((each.shared for each in figures), default=0)
    heads = ["文章"] + (["阅读", "分享", "收藏"] if figures else ["统计"])
    rows = [_article_row(article, bool(figures), most, most_shared) for article in report.articles]
    note = "人数；平台按天累计，最多 30 天" if figures else ""
    return rendering.ReportTable("各篇", heads, rows, note)


def _article_row(
    article: ArticleReaders, with_figures: bool, most: int, most_shared: int
) -> list[rendering.ReportCell]:
    title = rendering.ReportCell(f"{article.place}. {article.title}", article.urls[0] if article.urls else "")
    if not article.days:
        return [title, rendering.ReportCell(article.why)] + (
            [rendering.ReportCell(""), rendering.ReportCell("")] if with_figures else []
        )
    last = article.days[-1]
    share = last.read / most if most else 0.0
    numbers = (
        rendering.ReportCell(f"{last.shared:,}", of=last.shared / most_shared if most_shared else 0.0),
        rendering.ReportCell(f"{last.kept:,}", number=True),
    )
    return [title, rendering.ReportCell(f"{last.read:,}", of=share), *numbers]


def _day_blocks(articles: Sequence[ArticleReaders]) -> Iterator[rendering.ReportBlock]:
    """Yield the charts of readers and shares by day, and the table of both; nothing without figures."""
    days = figures_by_day(articles)
    if len(days) > 1:
        note = "按北京时间的日子；各篇人数之和"
        yield rendering.Columns(
            "每天新的阅读（人）", [(f"{each.day:%m-%d}", each.read) for each in days], note=note
        )
        shares = [(f"{each.day:%m-%d}", each.shared) for each in days]
        yield rendering.Columns("每天新的分享（人）", shares, "pale", note)
    if days:
        rows = [
            [
                rendering.ReportCell(each.day.isoformat()),
                *(
                    rendering.ReportCell(f"{count:,}", number=True)
                    for count in (each.read, each.shared, each.read_so_far, each.shared_so_far)
                ),
            ]
            for each in days
        ]
        heads = ("日子", "新的阅读", "新的分享", "阅读累计", "分享累计")
        yield rendering.ReportTable("每一天", heads, rows, "人数，各篇之和")


def _reasons(title: str, reasons: Iterable[ReasonCount], tone: rendering.ReportTone) -> rendering.Bars:
    return rendering.Bars(title, [rendering.Bar(reason.words, reason.count) for reason in reasons], tone)


def _questions(
    report: CampaignReport, questions: MemberQuestions, tz: ZoneInfo
) -> Iterator[rendering.ReportBlock]:
    days = f"{questions.since.astimezone(tz):%m-%d} 至 {questions.until.astimezone(tz):%m-%d}"
    if questions.about:
        yield _question_bars("会员问到这一期", questions.about, "good", f"{days}，答案里有这一期的文章的提问")
    if questions.shown:
        shown = [(report.article_titles.get(n, f"第 {n} 篇"), times) for n, times in questions.shown[:20]]
        yield _question_bars("答案里出现最多的文章", shown, "good", days)
    if questions.missed:
        yield _question_bars(
            "没有找到的提问", questions.missed, "warn", f"{days}；可以补同义词，或下一期写一写"
        )


def _question_bars(
    title: str, counts: Iterable[tuple[str, int]], tone: rendering.ReportTone, note: str
) -> rendering.Bars:
    return rendering.Bars(title, [rendering.Bar(label, times) for label, times in counts], tone, note)


def _facts(report: CampaignReport, tz: ZoneInfo) -> Iterator[tuple[str, str]]:
    campaign = report.campaign
    facts = {
        "给谁": audience_label(campaign.audience),
        "时刻": moment_label(campaign.at, tz) or "批准后立即",
        "开始": moment_label(report.counts.started_at, tz),
        "结束": moment_label(report.counts.ended_at, tz),
        "计划": f"{campaign.made_by}，{moment_label(campaign.made_at, tz)}",
        "批准": "、".join(campaign.approvers),
        "校验码": campaign.hash,
        "统计截至": moment_label(report.asked_at, tz),
    }
    yield from ((name, value) for name, value in facts.items() if value)
