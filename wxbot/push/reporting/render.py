"""Render a report as a page: choose its figures, charts and tables, their order and their Chinese labels."""

import datetime as dt
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from wxbot import rendering
from wxbot.local_time import moment_label
from wxbot.push.ledger.labels import CAMPAIGN_STATE_LABELS, ROUTE_LABELS, audience_label
from wxbot.push.ledger.tables import CampaignState
from wxbot.push.reporting.campaign_report import ArticleReaders, CampaignReport, MemberQuestions
from wxbot.push.reporting.counts import ReasonCount, RecipientCounts

__all__ = ["report_html"]


def report_html(report: CampaignReport, tz: ZoneInfo, now: dt.datetime, *, account_name: str = "") -> str:
    """Return the report as one HTML document; times are shown in the time zone `tz`."""
    campaign = report.campaign
    page = rendering.ReportPage(
        title=report.title or campaign.number,
        subtitle=f"计划 {campaign.id} · {CAMPAIGN_STATE_LABELS[campaign.state]} · {ROUTE_LABELS[campaign.route]}",
        tiles=tuple(_tiles(report)),
        blocks=tuple(_blocks(report, tz)),
        facts=tuple(_facts(report, tz)),
        alerts=tuple(_alerts(report, tz)),
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
    if len(counted.moments) > 1:
        yield rendering.Columns(_step_title(counted.step), _columns(report, tz), note=_curve_note(report))
    if report.articles:
        yield _article_table(report)
    days = _reads_by_day(report.articles)
    if len(days) > 1:
        yield rendering.Columns("阅读累计到每一天（人）", days, note="按北京时间的日子；各篇人数之和")
    if counted.failed:
        yield _reasons("失败的原因", counted.failed, "bad")
    if counted.left_out:
        yield _reasons("没有发给的原因", counted.left_out, "mute")
    if report.questions is not None:
        yield from _questions(report, report.questions, tz)


def _parts(people: RecipientCounts) -> tuple[rendering.SharePart, ...]:
    return (
        rendering.SharePart("送达", people.sent or 0, "good"),
        rendering.SharePart("平台已收下，还没有报告", people.taken, "pale"),
        rendering.SharePart("失败", people.failed, "bad"),
        rendering.SharePart("结果不明", people.unknown, "warn"),
        rendering.SharePart("平台过滤", people.filtered, "mute"),
        rendering.SharePart("没有发给", people.left_out, "mute"),
        rendering.SharePart("还没有发", people.waiting, "plain"),
    )


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
    heads = ["文章"] + (["阅读", "分享", "收藏"] if figures else ["统计"])
    rows = [_article_row(article, bool(figures), most) for article in report.articles]
    note = "人数；平台按天累计，最多 30 天" if figures else ""
    return rendering.ReportTable("各篇", heads, rows, note)


def _article_row(article: ArticleReaders, with_figures: bool, most: int) -> list[rendering.ReportCell]:
    title = rendering.ReportCell(f"{article.place}. {article.title}", article.urls[0] if article.urls else "")
    if not article.days:
        return [title, rendering.ReportCell(article.why)] + (
            [rendering.ReportCell(""), rendering.ReportCell("")] if with_figures else []
        )
    last = article.days[-1]
    share = last.read / most if most else 0.0
    numbers = (
        rendering.ReportCell(f"{last.shared:,}", number=True),
        rendering.ReportCell(f"{last.kept:,}", number=True),
    )
    return [title, rendering.ReportCell(f"{last.read:,}", of=share), *numbers]


def _reads_by_day(articles: Iterable[ArticleReaders]) -> list[tuple[str, int]]:
    """Return the readers of all articles together up to the end of each day."""
    days = sorted({each.day for article in articles for each in article.days})
    found = []
    for day in days:
        upto = [max((e.read for e in a.days if e.day <= day), default=0) for a in articles]
        found.append((f"{day:%m-%d}", sum(upto)))
    return found


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
