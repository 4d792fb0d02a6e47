"""Statistics reports of the account (reference, section K5), computed from the events counted in the simulator.

Each report is a function that returns the rows of one day; `report_handler` makes a handler of it that checks dates.
"""

__all__ = [
    "article_read",
    "article_share",
    "article_summary",
    "article_total",
    "article_total_detail",
    "biz_summary",
    "callback_summary",
    "callbacks_by_hour",
    "message_count_distribution",
    "messages_by_hour",
    "messages_in_days",
    "report_handler",
    "user_cumulate",
    "user_read",
    "user_read_hour",
    "user_share",
    "user_share_hour",
    "user_summary",
]

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.activity import (
    EventCounts,
    SentArticle,
    counts_by_hour,
    counts_of_day,
    counts_since,
    people_and_times,
    sent_articles,
    with_prefix,
)
from wechat_simulator.api.call import Answer, ApiCall, Handler
from wechat_simulator.api_errors import ApiError
from wechat_simulator.follower_registry import SCENES
from wechat_simulator.mass_jobs import article_url
from wechat_simulator.platform_clock import day, to_beijing

Row = dict[str, Any]
Rows = Callable[[Account, str], list[Row]]

READY_HOUR = 8  # hour from which yesterday's figures are available
LEAST_READS = 3  # articles with fewer readings are omitted
NEW_SINCE = "2025-11-01"
TYPES = {"text": 1, "image": 2, "voice": 3, "video": 4, "shortvideo": 4, "link": 6}


def report_handler(rows: Rows, span: int, *, new: bool = False) -> Handler:
    """Return the handler of a report of at most `span` days; new reports have no data before November 2025."""

    def handle(account: Account, call: ApiCall) -> Answer:
        found = [row for one in _days(call, span, new) for row in rows(account, one)]
        return {"list": found} | ({"is_delay": False} if new else {})

    return handle


def _days(call: ApiCall, span: int, new: bool) -> list[str]:
    """Return the requested days, oldest first; 61500 invalid, 61501 out of range, 61503 not ready yet."""
    begin, end = (_date(call.body.get(key)) for key in ("begin_date", "end_date"))
    if begin > end or (end - begin).days >= span or (new and begin.isoformat() < NEW_SINCE):
        raise ApiError(61501)
    now = to_beijing(call.now)
    yesterday = now.date() - timedelta(days=1)
    if end > yesterday:
        raise ApiError(61501)
    if end == yesterday and now.hour < READY_HOUR:
        raise ApiError(61503)
    return [(begin + timedelta(days=at)).isoformat() for at in range((end - begin).days + 1)]


def _date(value: object) -> date:
    try:
        return date.fromisoformat(value if isinstance(value, str) and len(value) == 10 else "")
    except ValueError:
        raise ApiError(61500) from None


def user_summary(account: Account, ref: str) -> list[Row]:
    """Return new followers by source, and followers lost."""
    facts = counts_of_day(account, ref)
    followed: dict[int, int] = {}
    for scene, times in with_prefix(facts, "follow ").items():
        source = SCENES.get(scene, 0)
        followed[source] = followed.get(source, 0) + times
    left = facts.get("unfollow", 0)
    sources = sorted(followed.keys() | ({0} if left else set()))
    return [
        {
            "ref_date": ref,
            "user_source": source,
            "new_user": followed.get(source, 0),
            "cancel_user": left if source == 0 else 0,
        }
        for source in sources
    ]


def user_cumulate(account: Account, ref: str) -> list[Row]:
    """Return the followers at the end of the day: today's number without the later changes."""
    later = counts_since(account, ref)
    followed = sum(with_prefix(later, "follow ").values())
    then = account.followers.total - followed + later.get("unfollow", 0)
    return [{"ref_date": ref, "user_source": 0, "cumulate_user": then}]


def _reading_fields(counts: EventCounts, page_id: str) -> Row:
    """Return the reading figures of an article in the old format."""
    readers, reads = people_and_times(counts, "read", page_id)
    sharers, shares = people_and_times(counts, "share", page_id)
    keepers, kept = people_and_times(counts, "favour", page_id)
    return {
        "int_page_read_user": readers,
        "int_page_read_count": reads,
        "ori_page_read_user": 0,
        "ori_page_read_count": 0,
        "share_user": sharers,
        "share_count": shares,
        "add_to_fav_user": keepers,
        "add_to_fav_count": kept,
    }


def _read_enough(account: Account, ref: str) -> list[tuple[SentArticle, Row]]:
    """Return the articles with at least LEAST_READS readings on a day, with their figures."""
    facts = counts_of_day(account, ref)
    found = [(one, _reading_fields(facts, one.page.id)) for one in sent_articles(account)]
    return [(one, row) for one, row in found if row["int_page_read_count"] >= LEAST_READS]


def article_summary(account: Account, ref: str) -> list[Row]:
    return [
        {"ref_date": ref, "user_source": 0, "msgid": one.msgid, "title": one.page.article["title"]} | row
        for one, row in _read_enough(account, ref)
    ]


def _cumulative(account: Account, one: SentArticle, ref: str, days: int) -> list[tuple[str, EventCounts]]:
    """Return an article's event counts summed up from its day on, for each of `days` days with any events."""
    total: EventCounts = {}
    found = []
    known = {key[:10] for key in account.event_counts}
    for at in range(days):
        stat = (date.fromisoformat(ref) + timedelta(days=at)).isoformat()
        if stat in known:
            for name, times in counts_of_day(account, stat).items():
                if one.page.id in name.split(" "):
                    total[name] = total.get(name, 0) + times
            found.append((stat, dict(total)))
    return found


def _sent_on(account: Account, ref: str) -> list[SentArticle]:
    return [one for one in sent_articles(account) if day(one.page.at) == ref]


def article_total(account: Account, ref: str) -> list[Row]:
    """Return the articles of a day with their figures over the following seven days."""
    found = []
    for one in _sent_on(account, ref):
        details: list[Row] = [
            {"stat_date": stat, "target_user": one.target} | _reading_fields(counts, one.page.id)
            for stat, counts in _cumulative(account, one, ref, 7)
        ]
        if details and details[-1]["int_page_read_count"] >= LEAST_READS:
            found.append(
                {"ref_date": ref, "msgid": one.msgid, "title": one.page.article["title"], "details": details}
            )
    return found


def article_total_detail(account: Account, ref: str) -> list[Row]:
    """Return the articles of a day with their figures over thirty days, in the new format."""
    found = []
    for one in _sent_on(account, ref):
        details = [_new_detail(stat, counts, one) for stat, counts in _cumulative(account, one, ref, 30)]
        if details and details[-1]["read_user"] >= LEAST_READS:
            row = _new_head(one, ref) | {"publish_type": one.publish_type, "detail_list": details}
            found.append(row)
    return found


def _new_head(one: SentArticle, ref: str) -> Row:
    return {
        "ref_date": ref,
        "msgid": one.msgid,
        "title": one.page.article["title"],
        "content_url": article_url(one.page.id),
    }


def _read_sources(readers: int) -> list[Row]:
    """Return the readers by source; the simulator knows only the account's own message."""
    return [{"user_count": readers, "scene_desc": scene} for scene in ("全部", "公众号消息")]


def _new_detail(stat: str, counts: EventCounts, one: SentArticle) -> Row:
    readers, _ = people_and_times(counts, "read", one.page.id)
    return {
        "stat_date": stat,
        "read_user": readers,
        "read_user_source": _read_sources(readers),
        "share_user": people_and_times(counts, "share", one.page.id)[0],
        "zaikan_user": 0,
        "like_user": people_and_times(counts, "like", one.page.id)[0],
        "comment_count": counts.get(f"comment {one.page.id}", 0),
        "collection_user": people_and_times(counts, "favour", one.page.id)[0],
        "praise_money": 0,
        "read_subscribe_user": 0,
        "read_delivery_rate": round(readers / one.target, 4) if one.target else 0,
        "read_finish_rate": 0,
        "read_avg_activetime": 0,
        "read_jump_position": [],
    }


def article_read(account: Account, ref: str) -> list[Row]:
    rows = _read_enough(account, ref)
    return [
        _new_head(one, ref)
        | {
            "detail": {
                "read_user": row["int_page_read_user"],
                "read_user_source": _read_sources(row["int_page_read_user"]),
            }
        }
        for one, row in rows
    ]


def article_share(account: Account, ref: str) -> list[Row]:
    rows = _read_enough(account, ref)
    return [_new_head(one, ref) | {"detail": {"share_user": row["share_user"]}} for one, row in rows]


def biz_summary(account: Account, ref: str) -> list[Row]:
    """Return the figures of the whole account on one day."""
    facts = counts_of_day(account, ref)
    return [
        {
            "ref_date": ref,
            "read_user": _count_people(facts, "read"),
            "share_user": _count_people(facts, "share"),
            "zaikan_user": 0,
            "like_user": _count_people(facts, "like"),
            "comment_count": sum(with_prefix(facts, "comment ").values()),
            "collection_user": _count_people(facts, "favour"),
            "redirect_ori_page_user": 0,
            "send_page_count": facts.get("pages sent", 0),
        }
    ]


def _count_people(facts: EventCounts, what: str) -> int:
    """Return how many different people did `what` with any article."""
    return len({name.split(" ", 2)[2] for name in facts if name.startswith(f"{what}er ")})


def _all_reading(facts: EventCounts) -> Row:
    people = {what: _count_people(facts, what) for what in ("read", "share", "favour")}
    times = {what: sum(with_prefix(facts, f"{what} ").values()) for what in people}
    return {
        "int_page_read_user": people["read"],
        "int_page_read_count": times["read"],
        "ori_page_read_user": 0,
        "ori_page_read_count": 0,
        "share_user": people["share"],
        "share_count": times["share"],
        "add_to_fav_user": people["favour"],
        "add_to_fav_count": times["favour"],
    }


def user_read(account: Account, ref: str) -> list[Row]:
    return [{"ref_date": ref, "user_source": 0} | _all_reading(counts_of_day(account, ref))]


def user_read_hour(account: Account, ref: str) -> list[Row]:
    return [
        {"ref_date": ref, "ref_hour": hour * 100, "user_source": 0} | _all_reading(facts)
        for hour, facts in sorted(counts_by_hour(account, ref).items())
    ]


def _sharing(facts: EventCounts) -> Row:
    return {
        "share_scene": 1,
        "share_count": sum(with_prefix(facts, "share ").values()),
        "share_user": _count_people(facts, "share"),
    }


def user_share(account: Account, ref: str) -> list[Row]:
    row = _sharing(counts_of_day(account, ref))
    return [{"ref_date": ref} | row] if row["share_count"] else []


def user_share_hour(account: Account, ref: str) -> list[Row]:
    rows = [(hour, _sharing(facts)) for hour, facts in sorted(counts_by_hour(account, ref).items())]
    return [{"ref_date": ref, "ref_hour": hour * 100} | row for hour, row in rows if row["share_count"]]


def _messages(facts: EventCounts) -> list[Row]:
    """Return the messages by type: number of people and of messages."""
    times: dict[int, int] = {}
    people: dict[int, set[str]] = {}
    for name, many in with_prefix(facts, "message ").items():
        if name in TYPES:
            times[TYPES[name]] = times.get(TYPES[name], 0) + many
    for name in with_prefix(facts, "writer "):
        kind, _, openid = name.partition(" ")
        if kind in TYPES:
            people.setdefault(TYPES[kind], set()).add(openid)
    return [
        {"msg_type": kind, "msg_user": len(people.get(kind, ())), "msg_count": times[kind]}
        for kind in sorted(times)
    ]


def messages_in_days(days: int) -> Rows:
    """Return the report of users' messages on one day, or in the week or month that starts with it."""

    def rows(account: Account, ref: str) -> list[Row]:
        return [{"ref_date": ref} | row for row in _messages(_period(account, ref, days))]

    return rows


def _period(account: Account, ref: str, days: int) -> EventCounts:
    last = (date.fromisoformat(ref) + timedelta(days=days - 1)).isoformat()
    total: EventCounts = {}
    for key, counts in account.event_counts.items():
        if ref <= key[:10] <= last:
            for name, times in counts.items():
                total[name] = total.get(name, 0) + times
    return total


def messages_by_hour(account: Account, ref: str) -> list[Row]:
    return [
        {"ref_date": ref, "ref_hour": hour * 100} | row
        for hour, facts in sorted(counts_by_hour(account, ref).items())
        for row in _messages(facts)
    ]


def message_count_distribution(days: int) -> Rows:
    """Return the report of people by messages sent: 1 to 5 (interval 1), 6 to 10 (2), more (3)."""

    def rows(account: Account, ref: str) -> list[Row]:
        wrote: dict[str, int] = {}
        for name, times in with_prefix(_period(account, ref, days), "writer ").items():
            openid = name.partition(" ")[2]
            wrote[openid] = wrote.get(openid, 0) + times
        intervals = [1 if times <= 5 else 2 if times <= 10 else 3 for times in wrote.values()]
        return [
            {"ref_date": ref, "count_interval": at, "msg_user": intervals.count(at)}
            for at in (1, 2, 3)
            if at in intervals
        ]

    return rows


def _callback_figures(facts: EventCounts) -> Row:
    return {
        "callback_count": facts.get("callback", 0),
        "fail_count": facts.get("callback fail", 0),
        "total_time_cost": facts.get("callback ms", 0),
        "max_time_cost": facts.get("callback slowest", 0),
    }


def callback_summary(account: Account, ref: str) -> list[Row]:
    row = _callback_figures(counts_of_day(account, ref))
    row["max_time_cost"] = max(
        (one.get("callback slowest", 0) for one in counts_by_hour(account, ref).values()), default=0
    )
    return [{"ref_date": ref} | row]


def callbacks_by_hour(account: Account, ref: str) -> list[Row]:
    return [
        {"ref_date": ref, "ref_hour": hour * 100} | _callback_figures(facts)
        for hour, facts in sorted(counts_by_hour(account, ref).items())
        if "callback" in facts
    ]
