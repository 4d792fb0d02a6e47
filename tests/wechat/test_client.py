"""The methods of WeChat, called on the simulated platform."""

from datetime import UTC, datetime

import pytest

from tests.wechat.desk import START, article, asked, break_next, control, door, picture
from wechat_simulator import RunningSimulator, run
from wxbot.errors import FollowerUnreachable, Misconfigured, OutcomeUnknown, QuotaSpent, Refused, TryLater
from wxbot.wechat import Card, MassSubmission, MemoryTokenStore, WeChat

CARD = Card("第2期", "摘要", "https://e.org/1.jpg", "https://e.org/i/2021-02")


def test_pictures_go_to_the_platform(wechat: WeChat) -> None:
    """A picture for a body comes back as an address, one that stays as an id and an address."""
    url = wechat.upload_image(picture(), "banner.jpg")
    media_id, address = wechat.add_picture(picture(), "cover.jpg")

    assert url.startswith("http://mmbiz.qpic.cn/")
    assert address.startswith("http://mmbiz.qpic.cn/")
    assert media_id


def test_picture_that_is_none_is_refused(wechat: WeChat) -> None:
    """The platform looks into the file, not at its name."""
    with pytest.raises(Refused):
        wechat.upload_image(b"not a picture", "banner.jpg")


def test_draft_from_box_to_bin(wechat: WeChat) -> None:
    """A draft is put into the box, found by its titles, read and deleted."""
    media_id = wechat.add_draft([article(wechat, "甲"), article(wechat, "乙")])

    assert ["甲", "乙"] == [each["title"] for each in wechat.get_draft(media_id)]
    assert 1 == wechat.count_drafts()
    summary = wechat.fetch_drafts()[0]
    assert (media_id, ["甲", "乙"], datetime.fromtimestamp(START, UTC)) == (
        summary.media_id,
        summary.titles,
        summary.updated_at,
    )
    wechat.delete_draft(media_id)
    with pytest.raises(Refused) as gone:
        wechat.get_draft(media_id)
    assert 40007 == gone.value.errcode
    assert [] == wechat.fetch_drafts()


def test_words_reach_the_platform_unescaped(platform: RunningSimulator, wechat: WeChat) -> None:
    """The platform sees 汉字 and quotation marks, never `\\u` escapes, which it would store as they are."""
    media_id = wechat.add_draft([article(wechat)])

    assert "正文“引号”" in wechat.get_draft(media_id)[0]["content"]
    assert not [call for call in asked(platform, "") if call.get("escapes")]


def test_draft_with_a_bad_field_is_refused(wechat: WeChat) -> None:
    """A rejected request is Refused with the errcode and the request id."""
    with pytest.raises(Refused) as refused:
        wechat.add_draft([article(wechat) | {"thumb_media_id": "nobody's"}])

    assert 40007 == refused.value.errcode
    assert refused.value.rid


def test_mass_message_to_all(platform: RunningSimulator, wechat: WeChat) -> None:
    """A draft goes to every follower; its job can be asked for, and the draft is spent."""
    control(platform, "followers", count=1200)
    media_id = wechat.add_draft([article(wechat)])

    sent = wechat.send_to_all(media_id, "wx2021-02")
    control(platform, "clock", advance=10)

    assert (False, True) == (sent.duplicate, bool(sent.msg_data_id))
    assert "SEND_SUCCESS" == wechat.fetch_mass_status(sent.msg_id)
    with pytest.raises(Refused):
        wechat.get_draft(media_id)


def test_repeated_mass_message_is_the_first_one(platform: RunningSimulator, wechat: WeChat) -> None:
    """The same clientmsgid after a minute is a success with the first job's id; within it, try later."""
    control(platform, "followers", count=10)
    media_id = wechat.add_draft([article(wechat)])
    first = wechat.send_to_all(media_id, "wx2021-02")

    with pytest.raises(TryLater) as soon:
        wechat.send_to_all(media_id, "wx2021-02")
    control(platform, "clock", advance=61)

    assert 45066 == soon.value.errcode
    assert MassSubmission(first.msg_id, None, True) == wechat.send_to_all(media_id, "wx2021-02")
    assert 1 == len(control(platform, "jobs"))


def test_lost_mass_message_is_found_again(platform: RunningSimulator, wechat: WeChat) -> None:
    """The answer was lost after the platform took it: unheard, and the repeat tells its job."""
    control(platform, "followers", count=10)
    media_id = wechat.add_draft([article(wechat)])
    break_next(platform, "message/mass/sendall", "cut_after")

    with pytest.raises(OutcomeUnknown):
        wechat.send_to_all(media_id, "wx1")
    control(platform, "clock", advance=61)

    assert wechat.send_to_all(media_id, "wx1").duplicate
    assert 1 == len(control(platform, "jobs"))


def test_mass_message_to_a_tag_names_it(platform: RunningSimulator, wechat: WeChat) -> None:
    """With a tag the message is not to all; a tag that is none is refused."""
    with pytest.raises(Refused):
        wechat.send_to_all(wechat.add_draft([article(wechat)]), "wx1", tag_id=777)

    assert {"is_to_all": False, "tag_id": 777} == asked(platform, "message/mass/sendall")[0]["body"]["filter"]


def test_mass_message_to_a_list(platform: RunningSimulator, wechat: WeChat) -> None:
    """A list of followers gets a draft, and nobody else."""
    for openid in ("o1", "o2", "o3"):
        control(platform, "followers", openid=openid)
    wechat.send_to_list(["o1", "o2"], wechat.add_draft([article(wechat)]), "wx1")
    control(platform, "clock", advance=10)

    assert [1, 1, 0] == [len(control(platform, f"inbox/{openid}")) for openid in ("o1", "o2", "o3")]


def test_mass_message_is_taken_back(platform: RunningSimulator, wechat: WeChat) -> None:
    """A sent message can be deleted, and then says so."""
    control(platform, "followers", count=10)
    sent = wechat.send_to_all(wechat.add_draft([article(wechat)]), "wx1")
    control(platform, "clock", advance=10)
    wechat.delete_mass(sent.msg_id)

    assert "DELETE" == wechat.fetch_mass_status(sent.msg_id)


def test_preview_does_not_spend_the_draft(platform: RunningSimulator, wechat: WeChat) -> None:
    """One follower sees the draft; it is still in the box."""
    control(platform, "followers", openid="oEditor")
    media_id = wechat.add_draft([article(wechat)])
    wechat.preview(media_id, "oEditor")

    assert 1 == len(control(platform, "inbox/oEditor"))
    assert 1 == wechat.count_drafts()


def test_customer_service_messages(platform: RunningSimulator, wechat: WeChat) -> None:
    """Words and cards reach a follower who just wrote."""
    control(platform, "followers", openid="o1")
    control(platform, "message", openid="o1", type="text", content="芯片")
    wechat.send_text("o1", "字" * 1000)
    wechat.send_card("o1", CARD)

    text, news = (call["body"] for call in asked(platform, "message/custom/send"))
    assert 2048 >= len(text["text"]["content"].encode())
    assert {"title": "第2期", "description": "摘要", "url": CARD.url, "picurl": CARD.picture_url} == news[
        "news"
    ]["articles"][0]


def test_silent_follower_cannot_be_written_to(platform: RunningSimulator, wechat: WeChat) -> None:
    """After 48 hours of silence it is this follower's no, until the follower acts: no retry."""
    control(platform, "followers", openid="o1", hours_ago=49)

    with pytest.raises(FollowerUnreachable, match="45015"):
        wechat.send_text("o1", "您好")
    with pytest.raises(FollowerUnreachable):
        wechat.send_text("nobody", "您好")


def test_followers_page_by_page(platform: RunningSimulator, wechat: WeChat) -> None:
    """Each page says where the next one begins; the last one says that it is the last."""
    control(platform, "followers", count=12_000)
    first = wechat.fetch_followers()
    second = wechat.fetch_followers(first.next or "")

    assert (12_000, 10_000, 2_000) == (first.total, len(first.openids), len(second.openids))
    assert first.openids[-1] == first.next
    assert None is wechat.fetch_followers(second.next or "").next
    assert not set(first.openids) & set(second.openids)


def test_account_without_followers(wechat: WeChat) -> None:
    """The platform leaves `data` out: an empty page, and the end."""
    page = wechat.fetch_followers()

    assert (0, (), None) == (page.total, page.openids, page.next)


def test_one_follower(platform: RunningSimulator, wechat: WeChat) -> None:
    """Since when somebody follows and by which way; of who left only that."""
    control(platform, "followers", openid="o1", scene="issue12")
    control(platform, "followers", openid="o2")
    control(platform, "unfollow", openid="o2")
    stays, left = wechat.fetch_follower("o1"), wechat.fetch_follower("o2")

    assert (True, "issue12", "ADD_SCENE_QR_CODE") == (stays.follows, stays.qr_scene, stays.scene)
    assert datetime.fromtimestamp(START, UTC) == stays.since
    assert ("o2", False, None) == (left.openid, left.follows, left.since)


def test_menu(wechat: WeChat) -> None:
    """No menu is none, not an error; one that is put there is found."""
    assert None is wechat.fetch_menu()

    wechat.create_menu({"button": [{"type": "click", "name": "最新一期", "key": "LATEST"}]})
    found = wechat.fetch_menu()
    assert found
    assert "最新一期" == found["menu"]["button"][0]["name"]


def test_bad_menu_is_refused(wechat: WeChat) -> None:
    """The platform's rules for menus come back as a refusal that names the file to mend."""
    with pytest.raises(Refused) as refused:
        wechat.create_menu({"button": [{"type": "click", "name": "太长的菜单名字" * 9, "key": "A"}]})

    assert "rules.toml" in refused.value.remedy


def test_quota(wechat: WeChat) -> None:
    """The quota gives today's limit, used and remaining calls."""
    wechat.count_drafts()
    found = wechat.fetch_quota("/cgi-bin/draft/count")

    assert (1000, 1, 999) == (found.daily_limit, found.used, found.remain)


def test_callback_without_address(wechat: WeChat) -> None:
    """The platform cannot check an address that the console does not know."""
    with pytest.raises(Misconfigured, match="40201"):
        wechat.check_callback()


def test_spent_quota_is_not_asked_again(platform: RunningSimulator, wechat: WeChat) -> None:
    """45009 is told apart: to ask again burns what is left."""
    break_next(platform, "draft/count", "errcode", errcode=45009)

    with pytest.raises(QuotaSpent):
        wechat.count_drafts()
    assert 1 == len(asked(platform, "draft/count"))


def test_account_without_the_right() -> None:
    """An unverified account cannot send to all: an operator reads why."""
    with run(kind="org-unverified", virtual=True, start=START) as poor:
        wechat = door(poor)
        with pytest.raises(Misconfigured, match="48001"):
            wechat.send_to_all("m", "wx1")
        with pytest.raises(Misconfigured, match="48001"):
            wechat.fetch_followers()


def test_token_is_shared_and_renewed_by_one(platform: RunningSimulator) -> None:
    """Two processes use one token; when the platform takes it back, one new one serves both."""
    store = MemoryTokenStore()
    one, two = door(platform, store), door(platform, store)
    one.count_drafts()
    two.count_drafts()
    platform.state.tokens.revoke_all()
    one.count_drafts()
    two.count_drafts()

    assert 2 == len(asked(platform, "stable_token"))
    assert 5 == len(asked(platform, "draft/count"))


def test_token_lasts_over_its_end(platform: RunningSimulator, wechat: WeChat) -> None:
    """Over a whole day of calls no call ever meets a token that ended."""
    for _ in range(24 * 6):
        wechat.count_drafts()
        control(platform, "clock", advance=600)

    assert {0} == {call["errcode"] for call in asked(platform, "draft/count")}
    assert 16 > len(asked(platform, "stable_token"))


def test_token_of_somebody_else_is_forced_once(platform: RunningSimulator, wechat: WeChat) -> None:
    """A new token is forced once when the platform rejects the token that it hands out; the call then succeeds."""
    wechat.count_drafts()
    break_next(platform, "draft/count", "errcode", errcode=40001)
    wechat.count_drafts()

    assert [False, False, True] == [call["body"]["force_refresh"] for call in asked(platform, "stable_token")]


def test_endless_stale_token_ends(platform: RunningSimulator, wechat: WeChat) -> None:
    """A platform that calls every token stale is asked twice."""
    break_next(platform, "draft/count", "errcode", errcode=42001, times=9)

    with pytest.raises(TryLater, match="42001"):
        wechat.count_drafts()
    assert 2 == len(asked(platform, "draft/count"))


def test_wrong_secret_and_foreign_address(platform: RunningSimulator) -> None:
    """Both are an operator's business, and the address to allow is named."""
    with pytest.raises(Misconfigured):
        door(platform, secret="0" * 32).ping()
    platform.account.ip_allow = ["203.0.113.9"]
    with pytest.raises(Misconfigured, match="40164") as refused:
        door(platform).ping()

    assert "127.0.0.1" in refused.value.remedy


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "html", "http"])
def test_lost_answers(platform: RunningSimulator, wechat: WeChat, kind: str) -> None:
    """A draft may be in the box although nobody heard so; a look at the box is just repeated later."""
    body = [article(wechat)]
    break_next(platform, "draft/add", kind)
    break_next(platform, "draft/count", kind)

    with pytest.raises(OutcomeUnknown):
        wechat.add_draft(body)
    with pytest.raises(TryLater):
        wechat.count_drafts()
    assert (1 if kind == "cut_after" else 0) == wechat.count_drafts()
