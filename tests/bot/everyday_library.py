"""A library of two publications for everyday messages: twelve issues of two years, one double, one supplement."""

import datetime as dt
from pathlib import Path

from tests.databases import create_tables
from tests.library.test_publishing import bring
from wxbot.bulletin import ParsedArticle, ParsedIssue, ParsedSection
from wxbot.bulletin.blocks import Paragraph
from wxbot.bulletin.habits import Habits, PublicationHabits
from wxbot.bulletin.issue_number import IssueNumber
from wxbot.db import Database

__all__ = ["HABITS", "build_library"]

HABITS = Habits(
    (PublicationHabits("长风联盟工作简报"), PublicationHabits("长风联盟政策快讯", slug="kuaixun"))
)
WORK, NEWS = (each.name for each in HABITS.publications)

ISSUES: tuple[tuple[str, str, str, int | None, tuple[str, ...]], ...] = (
    (WORK, "2025-11", "2025-11-15", 298, ("乙公司存储芯片投产", "港口无人集卡上路", "丙公司获天使投资")),
    (WORK, "2025-12", "2025-12-15", 299, ("年度会员大会召开", "数据中心节能改造", "丁公司完成上市")),
    (WORK, "2026-05+06", "2026-06-15", 300, ("钠离子电池下线", "智慧农场示范", "戊公司并购")),
    (WORK, "2026-s1", "2026-07-01", None, ("软件博览会特别报道", "展商名录", "论坛议程")),
    (WORK, "2026-09", "2026-09-15", 301, ("低空物流航线开通", "养老社区改造完工", "己公司募资")),
    (WORK, "2026-10", "2026-10-15", 302, ("氢能重卡补贴公布", "绿色建材下乡", "庚公司回购股份")),
    (
        WORK,
        "2026-11",
        "2026-11-15",
        303,
        ("甲公司碳化硅芯片量产", "人工智能课程进校园", "辛公司芯片基金成立"),
    ),
    (NEWS, "2026-03", "2026-10-20", None, ("芯片进口税率调整", "知识产权新规", "碳排放核算指南")),
    (NEWS, "2026-04", "2026-11-10", None, ("数据跨境流动规定", "芯片补贴申报开始", "医保目录更新")),
)


def build_library(folder: Path, now: dt.datetime) -> Database:
    """Return a new database in `folder` with these issues."""
    url = f"sqlite:///{folder / 'wxbot.db'}"
    create_tables(url)
    db = Database.open(url)
    for at, (name, number, day, total, titles) in enumerate(ISSUES):
        bring(db, _issue(name, number, day, total, titles), now, source=f"{at}.txt", configured=HABITS)
    return db


def _issue(name: str, number: str, day: str, total: int | None, titles: tuple[str, ...]) -> ParsedIssue:
    articles = tuple(
        ParsedArticle(title, (Paragraph.of(f"{title}，消息今天由主办方对外公布。"),)) for title in titles
    )
    parsed = IssueNumber.parse(number)
    assert parsed is not None
    return ParsedIssue(
        name,
        parsed.year,
        parsed.counts[0],
        total=total,
        date=dt.date.fromisoformat(day),
        sections=(ParsedSection("要闻", articles[:2]), ParsedSection("投融界", articles[2:])),
        identity=parsed,
    )
