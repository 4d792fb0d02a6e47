"""Whom a mass message reaches, and whom it leaves out (reference, sections F3 and F5)."""

__all__ = ["MOST_A_MONTH", "Reached", "choose", "count_delivery"]

from dataclasses import dataclass

from wechat_simulator.account import Account
from wechat_simulator.clock import month
from wechat_simulator.jobs import Audience, MassJob

MOST_A_MONTH = 4  # mass messages that one follower of a service account receives in a calendar month
STARRED = 2  # the tag that every account has


@dataclass(frozen=True)
class Reached:
    """An audience, and how many followers the scope held before anybody was left out."""

    audience: Audience
    total: int


def choose(account: Account, job: MassJob, now: float) -> Reached:
    """The followers of the job's scope at this moment, without the blacklisted and those who had their four."""
    followers = account.followers
    if job.to_all:
        gone = {one.number for one in followers.records() if not one.subscribed}
        total = followers.count - len(gone)
        audience = Audience(followers.count, None, gone | _left_out(account, now, None))
        return Reached(audience, total)
    scope = _tagged(account, job.tag_id) if job.openids is None else _listed(account, job.openids)
    return Reached(Audience(0, scope, _left_out(account, now, scope)), len(scope))


def _tagged(account: Account, tag_id: int | None) -> set[int]:
    return {one.number for one in account.followers.records() if one.subscribed and tag_id in one.tags}


def _listed(account: Account, openids: list[str]) -> set[int]:
    followers = account.followers
    numbers = (followers.number(openid) for openid in openids if followers.follows(openid))
    return {number for number in numbers if number is not None}


def _left_out(account: Account, now: float, scope: set[int] | None) -> set[int]:
    """Blacklisted ones and, for a service account, those whose month is full; of `scope`, or of all with a record."""
    black = {one.number for one in account.followers.records() if one.blacklisted}
    if account.identity.kind != "svc":
        return black
    targeted = account.masses.per_follower.get(month(now), {})
    general = [
        job.audience
        for job in account.masses.jobs.values()
        if job.to_all and job.sent_at and month(job.sent_at) == month(now)
    ]
    concerned = targeted.keys() if scope is None else scope
    return black | {
        number
        for number in concerned
        if targeted.get(number, 0) + sum(number in audience for audience in general) >= MOST_A_MONTH
    }


def count_delivery(account: Account, job: MassJob, now: float) -> None:
    """Remember, for the monthly cap, who received a message that did not go to all."""
    if job.audience.only is None:
        return
    counted = account.masses.per_follower.setdefault(month(now), {})
    for number in job.audience.only - job.audience.without:
        counted[number] = counted.get(number, 0) + 1
