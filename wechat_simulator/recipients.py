"""Whom a mass message reaches, and whom it leaves out (reference, sections F3 and F5)."""

__all__ = ["MOST_A_MONTH", "Selection", "count_deliveries", "select_recipients"]

from dataclasses import dataclass

from wechat_simulator.account import Account
from wechat_simulator.jobs import MassSendJob, RecipientSet
from wechat_simulator.platform_clock import month

MOST_A_MONTH = 4  # mass messages that one follower of a service account receives in a calendar month
STARRED = 2  # the tag that every account has


@dataclass(frozen=True)
class Selection:
    """An audience, and how many followers the scope held before anybody was left out."""

    audience: RecipientSet
    total: int


def select_recipients(account: Account, job: MassSendJob, now: float) -> Selection:
    """The followers of the job's scope at this moment, without the blacklisted and those who had their four."""
    followers = account.followers
    if job.to_all:
        gone = {one.number for one in followers.records() if not one.subscribed}
        total = followers.count - len(gone)
        audience = RecipientSet(followers.count, None, gone | _excluded_numbers(account, now, None))
        return Selection(audience, total)
    scope = (
        _numbers_with_tag(account, job.tag_id)
        if job.openids is None
        else _numbers_of_openids(account, job.openids)
    )
    return Selection(RecipientSet(0, scope, _excluded_numbers(account, now, scope)), len(scope))


def _numbers_with_tag(account: Account, tag_id: int | None) -> set[int]:
    return {one.number for one in account.followers.records() if one.subscribed and tag_id in one.tags}


def _numbers_of_openids(account: Account, openids: list[str]) -> set[int]:
    followers = account.followers
    numbers = (followers.number(openid) for openid in openids if followers.follows(openid))
    return {number for number in numbers if number is not None}


def _excluded_numbers(account: Account, now: float, scope: set[int] | None) -> set[int]:
    """Blacklisted ones and, for a service account, those whose month is full; of `scope`, or of all with a record."""
    black = {one.number for one in account.followers.records() if one.blacklisted}
    if account.identity.kind != "svc":
        return black
    targeted = account.mass_messages.per_follower.get(month(now), {})
    general = [
        job.audience
        for job in account.mass_messages.jobs.values()
        if job.to_all and job.sent_at and month(job.sent_at) == month(now)
    ]
    concerned = targeted.keys() if scope is None else scope
    return black | {
        number
        for number in concerned
        if targeted.get(number, 0) + sum(number in audience for audience in general) >= MOST_A_MONTH
    }


def count_deliveries(account: Account, job: MassSendJob, now: float) -> None:
    """Remember, for the monthly cap, who received a message that did not go to all."""
    if job.audience.only is None:
        return
    counted = account.mass_messages.per_follower.setdefault(month(now), {})
    for number in job.audience.only - job.audience.without:
        counted[number] = counted.get(number, 0) + 1
