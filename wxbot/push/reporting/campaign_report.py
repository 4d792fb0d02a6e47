"""Report on a campaign: who received it, who did not and why, who read it, and what members asked about it."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, func, select

from wxbot import audit, library, rendering
from wxbot.audit import AuditEntry
from wxbot.db import Database, Session
from wxbot.journal import JournalEntry
from wxbot.local_time import BEIJING
from wxbot.push.ledger.queries import get_campaign
from wxbot.push.ledger.states import audit_subject
from wxbot.push.ledger.tables import Campaign, CampaignState, EditorChoice, Route
from wxbot.push.reporting.counts import CampaignCounts, count_campaign
from wxbot.push.reporting.statistics import (
    COUNTED_ROUTES,
    CampaignFigures,
    SendJob,
    figures_ready_at,
    send_jobs,
    stored_figures,
)
from wxbot.wechat import DayStatistics

__all__ = [
    "DAYS",
    "ArticleReaders",
    "CampaignReport",
    "DayFigures",
    "MemberQuestions",
    "Recall",
    "campaign_report",
    "figures_by_day",
]

DAYS = 7  # after the first delivery, for which members' questions count
MOST_QUESTIONS = 20
PAGE = 1000  # journal entries
Key = TypeVar("Key", int, str)


@dataclass(frozen=True)
class ArticleReaders:
    """Readers of one article of the message.

    `place` counts from 1, `holds` are the numbers of the issue's articles that it contains, `urls` its addresses on the
    platform. `days` are cumulative figures by day, oldest first; if there are none, `why` says why in Chinese.
    """

    place: int
    title: str
    holds: tuple[int, ...]
    urls: tuple[str, ...]
    days: tuple[DayStatistics, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Readers of all articles together: `read` and `shared` came on this day, the others are the sums up to it."""

    day: dt.date
    read: int
    shared: int
    read_so_far: int
    shared_so_far: int


@dataclass(frozen=True)
class Recall:
    """A recall of the whole message (`article` 0) or of one of its articles."""

    at: dt.datetime
    by: str
    article: int


@dataclass(frozen=True)
class MemberQuestions:
    """Questions from `since` until before `until`, most frequent first, each with how often it was asked.

    about : questions whose answer showed the issue or one of its articles
    times : how often such a question was asked
    shown : how often each article was shown in an answer, by its number in the issue
    missed : questions that found nothing at all
    """

    since: dt.datetime
    until: dt.datetime
    about: tuple[tuple[str, int], ...] = ()
    times: int = 0
    shown: tuple[tuple[int, int], ...] = ()
    missed: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class CampaignReport:
    """All contents of a report.

    `title` is the full title of the issue, `article_titles` are by number. `asked_at` is when the
    platform was last asked for reading figures. `questions` is None before anything was sent.
    """

    campaign: Campaign
    title: str
    article_titles: dict[int, str]
    counts: CampaignCounts
    jobs: tuple[SendJob, ...]
    articles: tuple[ArticleReaders, ...]
    asked_at: dt.datetime | None
    questions: MemberQuestions | None
    recalls: tuple[Recall, ...]
    notes: tuple[str, ...]

    @property
    def id(self) -> int:
        """Id of the campaign."""
        return self.campaign.id

    @property
    def state(self) -> CampaignState:
        """State of the campaign."""
        return CampaignState(self.campaign.state)


def campaign_report(db: Database, campaign_id: int, now: dt.datetime, *, days: int = DAYS) -> CampaignReport:
    """Return the report on a campaign from our own data; `fetch_figures` asks the platform. Raises NotFound.

    `days` is how long after the first delivery members' questions count.
    """
    figures = stored_figures(db, campaign_id)
    with db.read() as session:
        campaign = get_campaign(session, campaign_id)
        jobs = send_jobs(session, campaign_id)
        counted = count_campaign(session, campaign, jobs)
        start = counted.started_at
        questions = start and _questions_about(
            session, campaign.number, start, start + dt.timedelta(days=days)
        )
        issue = library.any_issue(session, campaign.number)
        articles = library.current_articles(session, campaign.number)
        history = audit.history(session, audit_subject(campaign_id))
    recalls, corrected_by = _recalls(history), _corrected_by(history)
    why = _why_no_figures(jobs, counted.routes, figures, now)
    return CampaignReport(
        campaign=campaign,
        title=f"{issue.title} {rendering.issue_label(issue)}".strip() if issue is not None else "",
        article_titles={article.n: article.title for article in articles if article.n is not None},
        counts=counted,
        jobs=tuple(jobs),
        articles=tuple(_article_readers(each, jobs, figures, why) for each in campaign.articles),
        asked_at=figures.asked_at,
        questions=questions or None,
        recalls=recalls,
        notes=(*_notes(recalls, counted.routes), *_correction_notes(campaign, corrected_by)),
    )


def _article_readers(
    article: dict[str, object], jobs: Sequence[SendJob], figures: CampaignFigures, why: str
) -> ArticleReaders:
    place = int(str(article["n"]))
    urls = [job.report["urls"][place - 1] for job in jobs if len(job.report.get("urls", ())) >= place]
    days = figures.articles.get(place, ())
    holds = article.get("holds")
    return ArticleReaders(
        place=place,
        title=str(article["title"]),
        holds=tuple(holds) if isinstance(holds, list) else (),
        urls=tuple(dict.fromkeys(urls)),
        days=days,
        why="" if days else why,
    )


def _why_no_figures(
    jobs: Sequence[SendJob], routes: frozenset[Route], figures: CampaignFigures, now: dt.datetime
) -> str:
    """Return in Chinese why an article has no reading figures."""
    ready = figures_ready_at(jobs)
    if ready is None:
        return _why_never_figures(routes)
    if now < ready:
        return f"平台次日 8 点才有统计，{ready.astimezone(BEIJING):%m 月 %d 日 8 点}以后再看"
    if figures.why:
        return figures.why
    return "读者不足 3 位，平台不给出数字" if figures.asked_at is not None else "还没有问过平台"


def _why_never_figures(routes: frozenset[Route]) -> str:
    """Return in Chinese why the platform will never have reading figures."""
    if not routes:
        return "还没有发出"
    if Route.DRAFT in routes:
        return "由人在公众平台发表，系统不知道发表后的编号"
    if not routes & set(COUNTED_ROUTES):
        return "逐个发的卡片打开的是本系统的网页，平台不统计"
    return "平台没有给出这次群发的编号"


def _questions_about(
    session: Session, number: str, since: dt.datetime, until: dt.datetime
) -> MemberQuestions:
    """Return what members asked about the issue `number` in this time."""
    in_time = (
        (JournalEntry.kind == "text")
        & (JournalEntry.received_at >= since)
        & (JournalEntry.received_at < until)
    )
    about, shown = _count_shown(session, in_time, number)
    missed = _count_missed(session, in_time)
    return MemberQuestions(
        since, until, _by_count(about)[:MOST_QUESTIONS], about.total(), _by_count(shown), missed
    )


def _count_shown(
    session: Session, in_time: ColumnElement[bool], number: str
) -> tuple[Counter[str], Counter[int]]:
    """Count the questions whose answer showed the issue, and the articles of the issue that were shown."""
    about, shown = Counter[str](), Counter[int]()
    answered = select(JournalEntry.asked, JournalEntry.shown_ids).where(
        in_time, JournalEntry.hits > 0, JournalEntry.shown_ids.is_not(None)
    )
    for asked, shown_ids in session.execute(answered.execution_options(yield_per=PAGE)):
        ids = shown_ids or []
        articles = [id_.removeprefix(f"{number}/") for id_ in ids if id_.startswith(f"{number}/")]
        if articles or number in ids:
            about[asked] += 1
            shown.update(int(n) for n in articles if n.isdecimal())
    return about, shown


def _count_missed(session: Session, in_time: ColumnElement[bool]) -> tuple[tuple[str, int], ...]:
    times = func.count().label("times")
    missed = select(JournalEntry.asked, times).where(in_time, JournalEntry.hits == 0)
    rows = session.execute(
        missed.group_by(JournalEntry.asked).order_by(times.desc(), JournalEntry.asked).limit(MOST_QUESTIONS)
    )
    return tuple((row.asked, row.times) for row in rows)


def _by_count(counted: Counter[Key]) -> tuple[tuple[Key, int], ...]:
    """Return keys and counts, most frequent first, equal counts by key."""
    return tuple(sorted(counted.items(), key=lambda each: (-each[1], each[0])))


def _recalls(history: Sequence[AuditEntry]) -> tuple[Recall, ...]:
    return tuple(
        Recall(entry.at, entry.who, int(entry.details.get("article", 0)))
        for entry in history[::-1]
        if entry.what == "recalled"
    )


def _corrected_by(history: Sequence[AuditEntry]) -> list[int]:
    return [int(entry.details["campaign"]) for entry in history[::-1] if entry.what == "correct"]


def _correction_notes(campaign: Campaign, corrected_by: Sequence[int]) -> Iterator[str]:
    """Yield notes in Chinese about the campaign that this one corrects, and those that correct it."""
    correction = EditorChoice.from_campaign(campaign).correction
    if correction is not None:
        yield f"这是对计划 {correction.of} 的更正：{correction.words}"
    yield from (f"有更正：计划 {each}" for each in corrected_by)


def _notes(recalls: Sequence[Recall], routes: frozenset[Route]) -> tuple[str, ...]:
    """Return notes in Chinese that readers of the figures need."""
    notes = {
        "撤回之后，读过的仍然读过；聊天里的卡片还在，点开显示内容已删除；群发的次数不退还": bool(recalls),
        "只备好了草稿：由人到公众平台发表，人数以公众平台后台为准": Route.DRAFT in routes,
        "只发布、没有通知粉丝": Route.PUBLISH in routes,
    }
    return tuple(note for note, holds in notes.items() if holds)


def figures_by_day(articles: Sequence[ArticleReaders]) -> list[DayFigures]:
    """Return the figures of each day that has any, oldest first; those of the platform are cumulative."""
    found: list[DayFigures] = []
    for day in sorted({each.day for article in articles for each in article.days}):
        read = _sum_up_to(articles, day, lambda each: each.read)
        shared = _sum_up_to(articles, day, lambda each: each.shared)
        before = found[-1] if found else DayFigures(day, 0, 0, 0, 0)
        found.append(DayFigures(day, read - before.read_so_far, shared - before.shared_so_far, read, shared))
    return found


def _sum_up_to(
    articles: Iterable[ArticleReaders], day: dt.date, figure: Callable[[DayStatistics], int]
) -> int:
    return sum(
        max((figure(each) for each in article.days if each.day <= day), default=0) for article in articles
    )
