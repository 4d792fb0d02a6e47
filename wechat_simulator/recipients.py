"""Selection of the followers who receive a mass message (reference, sections F3 and F5)."""

__all__ = ["MAX_A_MONTH", "Selection", "count_deliveries", "select_recipients"]

from dataclasses import dataclass

from wechat_simulator.account import Account
from wechat_simulator.jobs import MassSendJob, RecipientSet
from wechat_simulator.platform_clock import month

MAX_A_MONTH = 4  # per follower of a service account and calendar month
STARRED = 2  # id of the tag 星标组, which every account has


@dataclass(frozen=True)
class Selection:
    """The recipients of a job, and the number of followers in its scope before exclusions."""

    audience: RecipientSet
    total: int


def select_recipients(account: Account, job: MassSendJob, now: float) -> Selection:
    """Select the followers in the job's scope now, without blacklisted ones and those at their monthly limit."""
    followers = account.followers
    if job.to_all:
        not_following = {one.number for one in followers.records() if not one.subscribed}
        total = followers.count - len(not_following)
        audience = RecipientSet(followers.count, None, not_following | _excluded_numbers(account, now, None))
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
    """Return blacklisted followers and, for a service account, those who already had four messages this month.

    Only followers in `scope` are checked, or all with a record when it is None.
    """
    excluded = {one.number for one in account.followers.records() if one.blacklisted}
    if account.identity.kind != "svc":
        return excluded
    sent_to_some = account.mass_messages.per_follower.get(month(now), {})
    sent_to_all = [
        job.audience
        for job in account.mass_messages.jobs.values()
        if job.to_all and job.sent_at and month(job.sent_at) == month(now)
    ]
    candidates = sent_to_some.keys() if scope is None else scope
    return excluded | {
        number
        for number in candidates
        if sent_to_some.get(number, 0) + sum(number in audience for audience in sent_to_all) >= MAX_A_MONTH
    }


def count_deliveries(account: Account, job: MassSendJob, now: float) -> None:
    """Count a message sent by list or by tag towards each recipient's monthly limit."""
    if job.audience.only is None:
        return
    counted = account.mass_messages.per_follower.setdefault(month(now), {})
    for number in job.audience.only - job.audience.without:
        counted[number] = counted.get(number, 0) + 1
