"""Tell members when the next issue comes: the hour of a plan, or of the rule by which new issues are planned."""

import datetime as dt

from wxbot import library, push
from wxbot.bot.answer import Answer, Composer
from wxbot.bot.intent.commands import NextIssueTime
from wxbot.db import Session
from wxbot.local_time import WEEKDAY_NAMES
from wxbot.push import ScheduleRule
from wxbot.push.timing import WEEKDAYS
from wxbot.search.names import LibraryNames

__all__ = ["next_issue_answer"]

_RECENT = 3  # issues whose days show how often one appears
_PLANS = 2  # plans named in one answer


def next_issue_answer(
    session: Session,
    composer: Composer,
    names: LibraryNames,
    wanted: NextIssueTime,
    schedule: ScheduleRule | None,
    now: dt.datetime,
) -> Answer:
    """Return the answer to 下一期什么时候出; `schedule` is None where new issues are not planned by a rule."""
    found = names.of_slug(wanted.publication)
    publication = found.id if found else None
    newest = library.latest(session, publication)
    own = publication if publication is not None or newest is None else newest.publication_id
    days = [issue.date for issue in library.issues(session, _RECENT, own) if issue.date]
    return composer.answer(
        "next_issue",
        计划="；".join(_plans(session, names, publication, schedule, now)) or "还没有排定",
        规则=_rule_label(schedule) if schedule else "",
        最近="、".join(f"{day.year}年{day.month}月{day.day}日" for day in reversed(days)),
    )


def _plans(
    session: Session,
    names: LibraryNames,
    publication: int | None,
    schedule: ScheduleRule | None,
    now: dt.datetime,
) -> list[str]:
    """Return the approved plans that are due later, as a member reads them, the earliest first."""
    found = []
    for campaign in push.queries.coming_campaigns(session, now):
        issue = library.any_issue(session, campaign.number)
        if (
            issue is None
            or campaign.at is None
            or (publication is not None and issue.publication_id != publication)
        ):
            continue
        moment = campaign.at.astimezone(schedule.tz if schedule else None)
        found.append(f"{names.issue_label(issue)}，{_moment(moment)}")
    return found[:_PLANS]


def _moment(moment: dt.datetime) -> str:
    return f"{moment.month}月{moment.day}日（周{WEEKDAY_NAMES[moment.weekday()]}）{moment:%H:%M} 推送"


def _rule_label(rule: ScheduleRule) -> str:
    """Return the rule in words: 每个工作日 09:00, 每周一、四 09:00."""
    days = rule.weekday.split(",") if rule.weekday else []
    on = f"每周{'、'.join(WEEKDAY_NAMES[WEEKDAYS.index(day)] for day in days)}" if days else "每天"
    if rule.workdays:
        on = f"{on}（工作日）" if days else "工作日"
    return f"{on} {rule.hour}"
