"""Calls that are judged by what goes over the wire: their path, their body, and how an answer is read."""

import json
from collections.abc import Callable
from datetime import date

import pytest

from tests.wechat.crooked import Crooked, answer, crooked
from tests.wechat.ways import opened
from wxbot.errors import TryLater
from wxbot.wechat import ArticleStatistics, DayStatistics, FollowerProfile, PublishResult, Quota, Tag, WeChat


def asked(server: Crooked) -> tuple[str, object]:
    """Method and path of the only request, and its JSON."""
    (request,) = server.asked
    line, body = request.split(b" HTTP/1.1", 1)[0].decode(), request.partition(b"\r\n\r\n")[2]
    return line.replace("?access_token=90_token-of-the%2Faccount", ""), json.loads(body) if body else None


def test_tags() -> None:
    """A tag has an id, a name and a number of followers."""
    with crooked(
        answer({"tags": [{"id": 2, "name": "星标", "count": 7}, {"id": 100, "name": "会员"}]})
    ) as server:
        assert [Tag(2, "星标", 7), Tag(100, "会员", 0)] == opened(server.url).fetch_tags()

    assert ("GET /cgi-bin/tags/get", None) == asked(server)


def test_publishing() -> None:
    """A draft is published without a message: an id to ask with."""
    with crooked(answer({"errcode": 0, "errmsg": "ok", "publish_id": 100000001})) as server:
        assert "100000001" == opened(server.url).publish("m")

    assert ("POST /cgi-bin/freepublish/submit", {"media_id": "m"}) == asked(server)


def test_published() -> None:
    """The state of a publication gives the article's id and addresses, or the articles that failed."""
    done = {"publish_id": "1", "publish_status": 0, "article_id": "b5", "fail_idx": []}
    done["article_detail"] = {"count": 1, "item": [{"idx": 1, "article_url": "https://m/p"}]}
    with crooked(
        answer(done), answer({"publish_id": "1", "publish_status": 2, "fail_idx": [1, 2]})
    ) as server:
        wechat = opened(server.url)
        assert PublishResult("1", 0, "b5", ("https://m/p",), ()) == wechat.fetch_publish_status("1")
        assert PublishResult("1", 2, "", (), (1, 2)) == wechat.fetch_publish_status("1")


def test_mass_message_names_all_that_makes_it_safe() -> None:
    """To all, with its own key, and going on where the check of originality finds a reprint."""
    with crooked(answer({"errcode": 0, "msg_id": 34182, "msg_data_id": 206227730})) as server:
        sent = opened(server.url).send_to_all("m", "wx2021-02")

    assert ("34182", "206227730", False) == (sent.msg_id, sent.msg_data_id, sent.duplicate)
    assert (
        "POST /cgi-bin/message/mass/sendall",
        {
            "filter": {"is_to_all": True},
            "msgtype": "mpnews",
            "mpnews": {"media_id": "m"},
            "send_ignore_reprint": 1,
            "clientmsgid": "wx2021-02",
        },
    ) == asked(server)


def test_callback_check() -> None:
    """The platform's report on our address comes back as it is."""
    report = {"dns": [{"ip": "203.0.113.9", "real_operator": "UNICOM"}], "ping": []}
    with crooked(answer(report)) as server:
        assert report == opened(server.url).check_callback()

    assert ("POST /cgi-bin/callback/check", {"action": "all", "check_operator": "DEFAULT"}) == asked(server)


def test_page_with_empty_data() -> None:
    """Some accounts' last page has `data` without openids, or none."""
    pages = ({"total": 3, "count": 0, "data": {}}, {"total": 3, "count": 0, "next_openid": ""})
    with crooked(*map(answer, pages)) as server:
        wechat = opened(server.url)
        assert [((), None)] * 2 == [
            (page.openids, page.next) for page in (wechat.fetch_followers("o3"), wechat.fetch_followers("o3"))
        ]

    assert b"next_openid=o3" in server.asked[0]


def test_figures_of_a_day_are_asked_for_beside_cgi_bin() -> None:
    """Datacube stands below the platform's root; its figures add up from day to day."""
    days = [
        {"stat_date": "2026-11-25", "read_user": 50, "share_user": 4, "collection_user": 1},
        {"stat_date": "2026-11-24", "read_user": 30, "share_user": 2, "collection_user": 0},
    ]
    row = {"msgid": "206227730_1", "title": "甲", "content_url": "https://m/s", "detail_list": days}
    with crooked(answer({"list": [row], "is_delay": False})) as server:
        found = opened(server.url).fetch_article_statistics(date(2026, 11, 24))

    figures = (DayStatistics(date(2026, 11, 24), 30, 2, 0), DayStatistics(date(2026, 11, 25), 50, 4, 1))
    assert [ArticleStatistics("206227730_1", "甲", "https://m/s", figures)] == found
    body = {"begin_date": "2026-11-24", "end_date": "2026-11-24"}
    assert ("POST /datacube/getarticletotaldetail", body) == asked(server)


def test_figures_in_their_old_form() -> None:
    """Before November 2025 the older call has them, under other names."""
    day = {"stat_date": "2025-10-01", "int_page_read_user": 9, "share_user": 2, "add_to_fav_user": 1}
    with crooked(answer({"list": [{"msgid": "7_2", "title": "乙", "details": [day]}]})) as server:
        (found,) = opened(server.url).fetch_old_article_statistics(date(2025, 10, 1))

    assert ("7_2", (DayStatistics(date(2025, 10, 1), 9, 2, 1),)) == (found.msgid, found.days)
    assert "POST /datacube/getarticletotal" == asked(server)[0]


def test_late_figures_are_asked_for_later() -> None:
    """An empty answer marked as delayed raises TryLater: the figures do not exist yet."""
    with crooked(answer({"list": [], "is_delay": True})) as server, pytest.raises(TryLater):
        opened(server.url).fetch_article_statistics(date(2026, 11, 24))


DAY = date(2026, 11, 24)
READ: dict[str, Callable[[WeChat], object]] = {
    "drafts": WeChat.fetch_drafts,
    "followers": WeChat.fetch_followers,
    "follower": lambda wechat: wechat.fetch_follower("oA"),
    "tags": WeChat.fetch_tags,
    "tagged": lambda wechat: wechat.fetch_tagged_followers(2),
    "published": lambda wechat: wechat.fetch_publish_status("1"),
    "quota": lambda wechat: wechat.fetch_quota("/cgi-bin/draft/add"),
    "figures": lambda wechat: wechat.fetch_article_statistics(DAY),
    "old figures": lambda wechat: wechat.fetch_old_article_statistics(DAY),
}


@pytest.mark.parametrize(
    ("read", "odd"),
    [
        ("drafts", {"total_count": 1, "item": [{}]}),
        ("drafts", {"total_count": 1, "item": [{"media_id": "m", "content": ["x"]}]}),
        ("drafts", {"total_count": 1, "item": [{"media_id": "m", "content": {"news_item": ["x"]}}]}),
        ("drafts", {"total_count": 1, "item": [{"media_id": "m", "update_time": 10**30}]}),
        ("drafts", {"total_count": 1, "item": 7}),
        ("followers", {"total": 1, "data": ["oA"]}),
        ("followers", {"total": 1, "data": {"openid": 7}}),
        ("follower", {"subscribe": 1}),
        ("follower", {"subscribe": 1, "openid": "oA", "subscribe_time": "yesterday"}),
        ("follower", {"subscribe": 1, "openid": "oA", "tagid_list": 7}),
        ("tags", {"tags": [{"id": "x", "name": "y"}]}),
        ("tags", {"tags": [None]}),
        ("tagged", {"count": 1, "data": "x"}),
        ("published", {"publish_status": 0, "article_detail": {"item": ["x"]}}),
        ("published", {"publish_status": 2, "fail_idx": [None]}),
        ("quota", {"quota": {"daily_limit": "many"}}),
        ("figures", {"list": [{"detail_list": [{"stat_date": "today"}]}]}),
        ("old figures", {"list": [[]]}),
    ],
)
def test_inside_that_is_odd(read: str, odd: dict[str, object]) -> None:
    """An answer that is the platform's outside, and not inside, is asked for again later: never a KeyError."""
    with crooked(answer(odd)) as server, pytest.raises(TryLater) as wrong:
        READ[read](opened(server.url))

    assert (None, None) == (wrong.value.__cause__, wrong.value.__context__)


def test_null_is_nothing() -> None:
    """A null in a response counts as missing: it becomes neither the text None nor a failure."""
    answers = (
        {"publish_status": 1, "article_id": None, "article_detail": None, "fail_idx": None},
        {"subscribe": 1, "openid": "oA", "unionid": None, "remark": None, "tagid_list": None},
        {"total": 0, "count": 0, "data": None, "next_openid": None},
        {"total_count": 0, "item": None},
        {"quota": {"daily_limit": 100, "used": None}},
    )
    with crooked(*map(answer, answers)) as server:
        wechat = opened(server.url)
        assert PublishResult("1", 1, "", (), ()) == wechat.fetch_publish_status("1")
        assert FollowerProfile("oA", True) == wechat.fetch_follower("oA")
        page = wechat.fetch_followers()
        assert ((), None) == (page.openids, page.next)
        assert [] == wechat.fetch_drafts()
        assert Quota(100, 0, 0) == wechat.fetch_quota("/cgi-bin/draft/add")
