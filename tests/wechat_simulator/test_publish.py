"""PublishedDraft without notification (reference, section G2) and comments (section G4)."""

import pytest

from tests.wechat_simulator.account_server import AccountServer
from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.pytest_plugin import Platform

pytestmark = pytest.mark.platform(virtual=True, start=1_793_000_000.0, publish_delay=2.0)

SUBMIT = "/cgi-bin/freepublish/submit"


def publish(platform: Platform, api: ApiCaller, **fields: object) -> str:
    """Publish a draft and return its article_id."""
    publish_id = api.post(SUBMIT, {"media_id": api.draft(**fields)})["publish_id"]
    platform.advance(2)
    return str(api.post("/cgi-bin/freepublish/get", {"publish_id": publish_id})["article_id"])


def test_a_publication_is_submitted_finished_and_reported(
    platform: Platform, api: ApiCaller, account_server: AccountServer
) -> None:
    """A publication goes from state 1 to 0 with article_id, links and PUBLISHJOBFINISH; no inbox shows it (G2, O9)."""
    platform.follow("alice")
    media_id = api.draft()
    answer = api.post(SUBMIT, {"media_id": media_id})
    assert (0, "ok") == (answer["errcode"], answer["errmsg"])
    assert isinstance(answer["publish_id"], str)
    query = {"publish_id": answer["publish_id"]}
    assert 1 == api.post("/cgi-bin/freepublish/get", query)["publish_status"]
    assert 53501 == api.errcode(SUBMIT, {"media_id": media_id})

    platform.advance(2)
    result = api.post("/cgi-bin/freepublish/get", query)
    assert (0, 1) == (result["publish_status"], result["article_detail"]["count"])
    (event,) = account_server.events("PUBLISHJOBFINISH")
    assert (result["article_id"], "0") == (event.field("article_id"), event.field("publish_status"))
    assert result["article_detail"]["item"][0]["article_url"] == event.field("article_url")
    assert 40007 == api.errcode("/cgi-bin/draft/get", {"media_id": media_id})
    assert [] == platform.inbox("alice")


@pytest.mark.parametrize(("status", "failed"), [(2, True), (3, False), (4, True)])
def test_publishing_may_fail(
    platform: Platform, api: ApiCaller, account_server: AccountServer, status: int, failed: bool
) -> None:
    """A failed publication has no article_id, has fail_idx in states 2 and 4, and keeps the draft (G2, B3)."""
    platform.configure(publish_fails=status)
    media_id = api.draft()
    publish_id = api.post(SUBMIT, {"media_id": media_id})["publish_id"]
    platform.advance(2)

    result = api.post("/cgi-bin/freepublish/get", {"publish_id": publish_id})
    assert (status, [1] if failed else []) == (result["publish_status"], result["fail_idx"])
    (event,) = account_server.events("PUBLISHJOBFINISH")
    assert failed == ("<fail_idx>1</fail_idx>" in event.body)
    assert "<article_id>" not in event.body
    assert 0 == api.errcode("/cgi-bin/draft/get", {"media_id": media_id})


def test_articles_are_listed_and_deleted(platform: Platform, api: ApiCaller) -> None:
    """getarticle, batchget and delete (index from 1) work, and mass messages are not listed (G2, O9)."""
    article_id = publish(platform, api, title="月报")
    api.send_all(api.draft())
    platform.advance(2)

    (article,) = api.post("/cgi-bin/freepublish/getarticle", {"article_id": article_id})["news_item"]
    assert ("月报", False) == (article["title"], article["is_deleted"])
    page = api.post("/cgi-bin/freepublish/batchget", {"offset": 0, "count": 20, "no_content": 1})
    assert (1, article_id) == (page["total_count"], page["item"][0]["article_id"])
    assert "" == page["item"][0]["content"]["news_item"][0]["content"]
    assert 40060 == api.errcode("/cgi-bin/freepublish/delete", {"article_id": article_id, "index": 2})
    assert 0 == api.errcode("/cgi-bin/freepublish/delete", {"article_id": article_id, "index": 1})
    assert 0 == api.post("/cgi-bin/freepublish/batchget", {"offset": 0, "count": 20})["total_count"]
    assert 53600 == api.errcode("/cgi-bin/freepublish/getarticle", {"article_id": "none"})


def test_wrong_publish_ids(api: ApiCaller) -> None:
    """An unknown publish_id is 53502, an invalid one 40002 (G2)."""
    assert 53502 == api.errcode("/cgi-bin/freepublish/get", {"publish_id": "1"})
    assert 40002 == api.errcode("/cgi-bin/freepublish/get", {"publish_id": ["1"]})
    assert 40007 == api.errcode(SUBMIT, {"media_id": "none"})


def test_a_published_article_can_be_sent_to_one(platform: Platform, api: ApiCaller) -> None:
    """mpnewsarticle sends a published article by its article_id (E, G2)."""
    article_id = publish(platform, api, title="月报")
    platform.say("alice", "月报")
    body = {"touser": "alice", "msgtype": "mpnewsarticle", "mpnewsarticle": {"article_id": article_id}}

    assert 0 == api.errcode("/cgi-bin/message/custom/send", body)
    entry = platform.inbox("alice")[-1]
    assert "月报" in api.send_raw("GET", entry["articles"][0]["open"]).body.decode()


def test_comments_are_read_featured_answered_and_deleted(platform: Platform, api: ApiCaller) -> None:
    """Comments are addressed by msg_data_id, index (from 0) and user_comment_id (G4)."""
    answer = api.send_all(api.draft())
    platform.advance(2)
    (page,) = platform.running.state.mass_messages.jobs[answer["msg_id"]].pages
    key = {"msg_data_id": answer["msg_data_id"], "index": 0}
    number = platform.post("comment", {"openid": "alice", "url": f"/s/{page}", "content": "好"})[
        "user_comment_id"
    ]
    one = key | {"user_comment_id": number}
    callback = key | {"begin": 0, "count": 10, "type": 2}

    assert 0 == api.post("/cgi-bin/comment/list", callback)["total"]
    assert 0 == api.errcode("/cgi-bin/comment/markelect", one)
    assert ["好"] == [
        comment["content"] for comment in api.post("/cgi-bin/comment/list", callback)["comment"]
    ]
    assert 0 == api.errcode("/cgi-bin/comment/unmarkelect", one)
    assert [0, 88005] == [
        api.errcode("/cgi-bin/comment/reply/add", one | {"content": "谢谢"}) for _ in range(2)
    ]
    assert 0 == api.errcode("/cgi-bin/comment/reply/delete", one)
    assert [0, 88008] == [api.errcode("/cgi-bin/comment/delete", one) for _ in range(2)]
    assert 0 == api.errcode("/cgi-bin/comment/close", key)
    with pytest.raises(Exception, match="closed"):
        platform.post("comment", {"openid": "alice", "url": f"/s/{page}", "content": "又"})
    assert 0 == api.errcode("/cgi-bin/comment/open", key)
    assert 88001 == api.errcode("/cgi-bin/comment/open", key | {"index": 1})
    assert 88010 == api.errcode("/cgi-bin/comment/list", callback | {"count": 50})


@pytest.mark.platform(publish_fails=6)
def test_a_ban_afterwards(platform: Platform, api: ApiCaller, account_server: AccountServer) -> None:
    """With status 6 a publication succeeds, its event reports success, and its articles are then deleted (B3, G2)."""
    publish_id = api.post(SUBMIT, {"media_id": api.draft()})["publish_id"]
    platform.advance(2)

    (event,) = account_server.events("PUBLISHJOBFINISH")
    assert "0" == event.field("publish_status")
    result = api.post("/cgi-bin/freepublish/get", {"publish_id": publish_id})
    assert 6 == result["publish_status"]
    assert 410 == api.send_raw("GET", "/s/" + event.field("article_url").rpartition("/s/")[2]).status
    assert 0 == api.post("/cgi-bin/freepublish/batchget", {"offset": 0, "count": 20})["total_count"]
