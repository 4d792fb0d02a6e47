"""Tests of the follower's phone in the simulator's page."""

import requests
from playwright.sync_api import (
    Page,
    Route,
    expect,
)

import wechat_simulator
from tests.wechat_simulator.api_caller import ApiCaller
from tests.wechat_simulator.page.conftest import (
    MARKS,
    AccountServer,
    bubble_texts,
    create_draft,
    follow_in_page,
    write_in_page,
)

pytestmark = MARKS


def test_the_phone_explains_how_to_start(page: Page) -> None:
    """Without followers the phone explains what to do, and the input is disabled."""
    expect(page.get_by_test_id("chat")).to_contain_text("还没有粉丝")
    expect(page.get_by_test_id("send")).to_be_disabled()
    expect(page.get_by_test_id("follower-leave")).to_be_disabled()


def test_a_tapped_line_sends_itself_and_brings_a_card(page: Page, account: AccountServer) -> None:
    """Tapping a bizmsgmenu line of the welcome sends its content with its id; the answer is a card."""
    follow_in_page(page)

    page.get_by_test_id("tap").get_by_text("芯片").click()

    expect(page.get_by_test_id("card")).to_contain_text("首批装车")
    result = account.request[-1]
    assert ("text", "芯片", "k1") == (result["MsgType"], result["Content"], result["bizmsgmenuid"])


def test_a_choice_of_a_menu_message_answers_for_the_follower(
    page: Page, api: ApiCaller, account: AccountServer
) -> None:
    """Tapping a choice of a customer-service msgmenu sends it with its id."""
    follow_in_page(page)
    openid = page.get_by_test_id("follower-select").input_value()
    menu = {"head_content": "满意吗？", "list": [{"id": "s1", "content": "满意"}], "tail_content": "谢谢"}

    api.post("/cgi-bin/message/custom/send", {"touser": openid, "msgtype": "msgmenu", "msgmenu": menu})
    page.get_by_test_id("tap").get_by_text("满意").click()

    expect(bubble_texts(page).last).to_contain_text("听到 text 满意")
    assert account.request[-1]["bizmsgmenuid"] == "s1"


def test_a_card_opens_in_the_phone_and_escape_closes_it(page: Page, account: AccountServer) -> None:
    """An article opens over the chat, has a link to a new tab, and Escape closes it and restores the focus."""
    follow_in_page(page)
    write_in_page(page, "芯片")

    page.get_by_test_id("card-link").click()

    article = page.get_by_test_id("webview").frame_locator("iframe")
    expect(article.get_by_role("heading", name="车规芯片通过认证")).to_be_visible()
    expect(page.locator("#webview-tab")).to_have_attribute("href", f"{account.url}/article")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("webview")).to_be_hidden()
    expect(page.get_by_test_id("card-link")).to_be_focused()


def test_markup_of_the_account_is_text(page: Page) -> None:
    """Only http(s) links and tap-to-send lines become links; other markup is shown as text."""
    follow_in_page(page)
    write_in_page(page, "标签")

    answer = bubble_texts(page).last
    expect(answer).to_contain_text('<img src=x onerror="document.title=1">')
    expect(answer).to_contain_text('<a href="javascript:alert(1)">点我</a> & <b>粗</b>')
    expect(answer.locator("img, b")).to_have_count(0)
    expect(answer.locator("a")).to_have_count(1)
    expect(answer.locator("a")).to_have_attribute("href", "https://example.org/x")


def test_a_bad_answer_shows_the_fault_notice(page: Page) -> None:
    """A malformed reply shows the platform's notice in the chat and the reason in the inspector."""
    follow_in_page(page)
    write_in_page(page, "坏")

    expect(page.get_by_test_id("fault")).to_contain_text("该公众号提供的服务出现故障")
    page.get_by_test_id("tab-callbacks").click()
    row = page.get_by_test_id("callback").first
    row.click()
    expect(row).to_contain_text("not well-formed XML")


def test_a_mass_message_arrives_by_itself(page: Page, api: ApiCaller) -> None:
    """A mass message appears in the open chat: a large first article, smaller ones below, each with a link."""
    follow_in_page(page)
    page.get_by_test_id("tab-jobs").click()
    media_id = create_draft(api, ["第2期", "企业讯", "投融界"])

    api.send_all(media_id)

    expect(page.get_by_test_id("card-link")).to_have_count(3)
    expect(page.get_by_test_id("job")).to_contain_text("已发出")
    page.get_by_test_id("card-link").nth(1).click()
    article = page.get_by_test_id("webview").frame_locator("iframe")
    expect(article.get_by_role("heading", name="企业讯")).to_be_visible()


def test_an_article_is_forwarded_and_lies_in_the_folder(
    page: Page, api: ApiCaller, account: AccountServer, platform: wechat_simulator.RunningSimulator
) -> None:
    """An opened article goes to the account and to a friend who does not follow, whose phone can then be chosen.

    On the phone of the one who forwarded it, the mass message of a subscription account is in its folder.
    """
    platform.account.kind = "sub"
    follow_in_page(page)
    api.send_all(create_draft(api, ["第2期"]))
    page.get_by_test_id("card-link").click()
    for reader in ("公众号", "一个还没关注的朋友"):
        page.get_by_test_id("webview-forward").click()
        page.get_by_role("radio", name=reader).check()
        page.get_by_label("附一句话").fill("看看")
        page.get_by_test_id("forward-send").click()
        expect(page.get_by_test_id("forward-send")).to_be_hidden()
    page.get_by_test_id("webview-close").click()
    expect(page.get_by_test_id("chat").get_by_test_id("share")).to_contain_text("第2期")
    expect(bubble_texts(page).last).to_contain_text("听到 text 看看")
    assert ["link", "text"] == [result["MsgType"] for result in account.request[-2:]]

    page.get_by_test_id("chats-open").click()
    page.get_by_test_id("chat-line").get_by_text("订阅号消息").click()
    expect(page.get_by_test_id("chats").get_by_test_id("card")).to_contain_text("第2期")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("chats-open")).to_be_focused()
    expect(page.get_by_test_id("follower-select")).to_contain_text("没关注")


def test_a_friends_phone_shows_only_its_own_list(
    page: Page, api: ApiCaller, platform: wechat_simulator.RunningSimulator
) -> None:
    """Until the list of another phone has come nothing of the one before is shown, so no press goes to a wrong line.

    A line that stays is kept when the list is drawn again, and with it the focus.
    """
    follow_in_page(page)
    me, friend = page.get_by_test_id("follower-select").input_value(), "o" + "F" * 27
    control = f"{platform.url}/_sim/forward"
    order = {"openid": me, "url": "https://example.org/x", "title": "文", "to": friend, "words": ""}
    requests.post(control, json=order, timeout=20).raise_for_status()
    lines = page.get_by_test_id("chats").get_by_test_id("chat-line")
    page.get_by_test_id("chats-open").click()
    expect(lines).to_have_count(2)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"**/_sim/chats/{friend}", hold)

    page.get_by_test_id("follower-select").select_option(friend)
    expect(lines).to_have_count(0)
    for route in held:
        route.continue_()
    page.unroute(f"**/_sim/chats/{friend}")

    expect(lines).to_have_count(1)
    expect(lines).to_be_focused()
    node = lines.element_handle()
    with page.expect_response(f"**/_sim/chats/{friend}"):
        platform.world.changes.publish("chat", friend)
    expect(lines).to_be_focused()
    assert node.evaluate("line => line.isConnected")
    lines.click()
    expect(page.get_by_test_id("chats").get_by_test_id("share")).to_contain_text("文")


def test_the_menu_is_used_by_keyboard(page: Page, api: ApiCaller, account: AccountServer) -> None:
    """A sub-menu can be opened, navigated and used by keyboard; Escape closes it."""
    below = [{"type": "click", "name": name, "key": name.upper()} for name in ("news", "help")]
    follow_in_page(page)
    body = {
        "button": [
            {"type": "click", "name": "latest", "key": "LATEST"},
            {"name": "find", "sub_button": below},
        ]
    }
    api.post("/cgi-bin/menu/create", body)

    opener = page.get_by_test_id("menu").get_by_role("button", name="find")
    opener.press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("menuitem", name="help")).to_be_hidden()
    opener.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(bubble_texts(page).last).to_contain_text("听到 event HELP")
    assert ("CLICK", "HELP") == (account.request[-1]["Event"], account.request[-1]["EventKey"])


def test_every_kind_of_message_can_be_sent(page: Page, account: AccountServer) -> None:
    """Each item behind + reaches the account as its own type; a sticker arrives as the platform's text for it.

    The location dialog sends latitude, longitude and label.
    """
    follow_in_page(page)
    for kind in ("image", "voice", "video", "shortvideo", "sticker"):
        received = "text" if kind == "sticker" else kind
        page.get_by_test_id("plus").click()
        page.get_by_test_id(f"kind-{kind}").click()
        expect(bubble_texts(page).last).to_contain_text(f"听到 {received}")
        assert received == account.request[-1]["MsgType"]

    page.get_by_test_id("plus").click()
    page.get_by_test_id("kind-location").click()
    page.get_by_label("地点").fill("南京东路")
    page.get_by_test_id("ask-confirm").click()

    expect(bubble_texts(page).last).to_contain_text("听到 location")
    result = account.request[-1]
    assert ("31.230416", "121.473701", "南京东路") == (
        result["Location_X"],
        result["Location_Y"],
        result["Label"],
    )


def test_followers_share_the_phone(page: Page, platform: wechat_simulator.RunningSimulator) -> None:
    """Each follower has their own chat; the list marks new messages for others; a follower can leave."""
    follow_in_page(page)
    first = page.get_by_test_id("follower-select").input_value()
    write_in_page(page, "我是一号")
    expect(bubble_texts(page).last).to_contain_text("听到 text 我是一号")
    follow_in_page(page)
    expect(page.get_by_test_id("chat")).not_to_contain_text("一号")

    order = {"openid": first, "type": "text", "content": "又来了"}
    requests.post(f"{platform.url}/_sim/message", json=order, timeout=20)
    choices = page.get_by_test_id("follower-select")
    expect(choices.locator(f'option[value="{first}"]')).to_contain_text("条新消息")
    page.get_by_test_id("follower-leave").click()

    expect(choices).to_have_value(first)
    expect(bubble_texts(page).last).to_contain_text("又来了")
