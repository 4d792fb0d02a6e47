"""What became of a campaign: who received it and who did not and why, who read it, what members asked about it."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wxbot import audit, library, rendering
from wxbot.audit import AuditEntry
from wxbot.db import Database
from wxbot.local_time import BEIJING
from wxbot.push.ledger.queries import get_campaign
from wxbot.push.ledger.states import audit_subject
from wxbot.push.ledger.tables import Campaign, CampaignState, EditorChoice, Route
from wxbot.push.reporting.counts import CampaignCounts, count_campaign
from wxbot.push.reporting.member_questions import MemberQuestions, questions_about
from wxbot.push.reporting.statistics import (
    COUNTED_ROUTES,
    CampaignFigures,
    SendJob,
    figures_ready_at,
    send_jobs,
    stored_figures,
)
from wxbot.wechat import DayStatistics

__all__ = ["ArticleReaders", "CampaignReport", "Recall", "campaign_report"]

DAYS = 7


@dataclass(frozen=True)
class ArticleReaders:
    """One article of the message: its place, title, the issue's articles that it holds, addresses, and its figures.

    `days` are cumulative, oldest first; without any, `why` says in Chinese why there are none.
    """

    place: int
    title: str
    holds: tuple[int, ...]
    urls: tuple[str, ...]
    days: tuple[DayStatistics, ...]
    why: str = ""


@dataclass(frozen=True)
class Recall:
    """That it was taken back: all of it (`article` 0), or one article."""

    at: dt.datetime
    by: str
    article: int


@dataclass(frozen=True)
class CampaignReport:
    """Everything that a report shows.

    `campaign` is the row as it stands, `title` its issue in full, `names` the titles of the issue's articles by number.
    `asked_at` is when the platform was asked for figures; `asked` is None before anything went out.
    """

    campaign: Campaign
    title: str
    names: dict[int, str]
    counts: CampaignCounts
    jobs: tuple[SendJob, ...]
    articles: tuple[ArticleReaders, ...]
    asked_at: dt.datetime | None
    asked: MemberQuestions | None
    recalls: tuple[Recall, ...]
    notes: tuple[str, ...]

    @property
    def id(self) -> int:
        """The campaign's number."""
        return self.campaign.id

    @property
    def state(self) -> CampaignState:
        """Where the campaign stands."""
        return CampaignState(self.campaign.state)


def campaign_report(db: Database, campaign_id: int, now: dt.datetime, *, days: int = DAYS) -> CampaignReport:
    """What is known of a campaign; the platform is not asked (see `ask_figures`). NotFound for none of that id.

    `days` is for how long after the first delivery members' questions count.
    """
    figures = stored_figures(db, campaign_id)
    with db.read() as session:
        campaign = get_campaign(session, campaign_id)
        jobs = send_jobs(session, campaign_id)
        counted = count_campaign(session, campaign, jobs)
        start = counted.started_at
        asked = start and questions_about(session, campaign.number, start, start + dt.timedelta(days=days))
        issue = library.issue(session, campaign.number)
        articles = library.articles(session, campaign.number)
        history = audit.history(session, audit_subject(campaign_id))
    recalls, corrected_by = _recalls(history), _corrected_by(history)
    why = _why_no_figures(jobs, counted.routes, figures, now)
    return CampaignReport(
        campaign=campaign,
        title=f"{issue.title} {rendering.issue_label(issue)}".strip() if issue is not None else "",
        names={article.n: article.title for article in articles if article.n is not None},
        counts=counted,
        jobs=tuple(jobs),
        articles=tuple(_read(each, jobs, figures, why) for each in campaign.articles),
        asked_at=figures.asked_at,
        asked=asked or None,
        recalls=recalls,
        notes=(*_notes(recalls, counted.routes), *_corrections(campaign, corrected_by)),
    )


def _read(
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
    """In plain words, why an article has no figures."""
    ready = figures_ready_at(jobs)
    if ready is None:
        return _why_never(routes)
    if now < ready:
        return f"平台次日 8 点才有统计，{ready.astimezone(BEIJING):%m 月 %d 日 8 点}以后再看"
    if figures.why:
        return figures.why
    return "读者不足 3 位，平台不给出数字" if figures.asked_at is not None else "还没有问过平台"


def _why_never(routes: frozenset[Route]) -> str:
    """Why there is nothing to ask the platform for."""
    if not routes:
        return "还没有发出"
    if Route.DRAFT in routes:
        return "由人在公众平台发表，系统不知道发表后的编号"
    if not routes & set(COUNTED_ROUTES):
        return "逐个发的卡片打开的是本系统的网页，平台不统计"
    return "平台没有给出这次群发的编号"


def _recalls(history: Sequence[AuditEntry]) -> tuple[Recall, ...]:
    return tuple(
        Recall(entry.at, entry.who, int(entry.details.get("article", 0)))
        for entry in history[::-1]
        if entry.what == "recalled"
    )


def _corrected_by(history: Sequence[AuditEntry]) -> list[int]:
    return [int(entry.details["campaign"]) for entry in history[::-1] if entry.what == "correct"]


def _corrections(campaign: Campaign, corrected_by: Sequence[int]) -> Iterator[str]:
    """What ties a campaign to the one that it corrects, and to those that correct it."""
    correction = EditorChoice.from_campaign(campaign).correction
    if correction is not None:
        yield f"这是对计划 {correction.of} 的更正：{correction.words}"
    yield from (f"有更正：计划 {each}" for each in corrected_by)


def _notes(recalls: Sequence[Recall], routes: frozenset[Route]) -> tuple[str, ...]:
    """What a reader of the report must know beside the figures."""
    notes = {
        "撤回之后，读过的仍然读过；聊天里的卡片还在，点开显示内容已删除；群发的次数不退还": bool(recalls),
        "只备好了草稿：由人到公众平台发表，人数以公众平台后台为准": Route.DRAFT in routes,
        "只发布、没有通知粉丝": Route.PUBLISH in routes,
    }
    return tuple(note for note, holds in notes.items() if holds)
