"""A report as a table for spreadsheets (CSV): deliveries by state and reason, readers by article and day, questions."""

import csv
import io
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from wxbot.push.reporting.campaign_report import CampaignReport
from wxbot.push.reporting.counts import RecipientCounts
from wxbot.text import mask_openids, one_line, strip_controls

__all__ = ["RESULT_LABELS", "report_csv"]

_HEADS = ("内容", "项目", "说明", "时间", "数")
_FORMULA = ("=", "+", "-", "@")

RESULT_LABELS = {
    "sent": "送达",
    "taken": "平台已收下，还没有报告",
    "failed": "失败",
    "unknown": "结果不明",
    "filtered": "平台过滤",
    "left_out": "没有发给",
    "waiting": "还没有发",
}


def report_csv(report: CampaignReport, tz: ZoneInfo) -> str:
    """Return the report as CSV that begins with a byte order mark, by which spreadsheets know UTF-8.

    Openids are masked. A text that a spreadsheet would compute as a formula gets an apostrophe in front.
    """
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(_HEADS)
    for *texts, count in _rows(report, tz):
        writer.writerow([*(_safe_cell(str(text)) for text in texts), count])
    return f"\ufeff{written.getvalue()}"


def _rows(report: CampaignReport, tz: ZoneInfo) -> Iterator[tuple[str, str, str, str, int]]:
    yield (
        "推送",
        f"计划 {report.id}",
        report.title or report.campaign.number,
        "",
        report.counts.people.planned,
    )
    yield from _delivery_rows(report)
    for moment, count in report.counts.moments:
        yield ("送达的时刻", "", "", f"{moment.astimezone(tz):%Y-%m-%d %H:%M}", count)
    for article in report.articles:
        title = f"{article.place}. {article.title}"
        for each in article.days:
            figures = {"阅读（累计）": each.read, "分享（累计）": each.shared, "收藏（累计）": each.kept}
            yield from (("各篇", title, what, each.day.isoformat(), count) for what, count in figures.items())
    if report.questions is not None:
        yield from (
            ("会员来问", asked, "答案里有这一期", "", times) for asked, times in report.questions.about
        )
        yield from (("会员来问", asked, "没有找到", "", times) for asked, times in report.questions.missed)


def _delivery_rows(report: CampaignReport) -> Iterator[tuple[str, str, str, str, int]]:
    reasons = {"failed": report.counts.failed, "left_out": report.counts.left_out}
    people: RecipientCounts = report.counts.people
    for key, label in RESULT_LABELS.items():
        count = getattr(people, key)
        yield ("投递", label, "", "", count or 0)
        yield from (("投递的原因", label, each.words, "", each.count) for each in reasons.get(key, ()))


def _safe_cell(text: str) -> str:
    line = mask_openids(one_line(strip_controls(text)))
    return f"'{line}" if line.startswith(_FORMULA) else line
