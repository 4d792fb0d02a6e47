"""The simulator's page in a real browser: a follower's phone and the inspector."""

import datetime as dt
import re
import shutil
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest
import requests
from flask import Flask, request
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Request,
    Route,
    ViewportSize,
    expect,
    sync_playwright,
)
from werkzeug.serving import make_server

import wechat_simulator
from tests.wechat_simulator.api_caller import ApiCaller

CHROMIUM = shutil.which("chromium")
QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
QUIET += ["--disable-background-networking", "--disable-component-update"]
VIEWPORT: ViewportSize = {"width": 1280, "height": 900}
PATIENCE = 20_000  # ms; generous, because a slow machine must not fail the test

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("page"),  # on one worker, so that one browser is started
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]

WELCOME = '欢迎。试试 <a href="weixin://bizmsgmenu?msgmenucontent=芯片&msgmenuid=k1">芯片</a>'
HOSTILE = (
    '<img src=x onerror="document.title=1"><a href="javascript:alert(1)">点我</a> & <b>粗</b>\n'
    "看 https://example.org/x。"
)


class AccountServer:
    """Server of an account: it answers by the text it receives, records the callbacks, and serves one article."""

    def __init__(self) -> None:
        """Start on a free port, in a thread."""
        self.request: list[dict[str, str]] = []
        app = Flask("account")
        app.post("/wechat")(self.hear)
        app.get("/article")(lambda: "<!doctype html><title>文</title><h1>车规芯片通过认证</h1>")
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()

    def hear(self) -> str:
        """The webhook: one message in, one answer out."""
        result = {child.tag: child.text or "" for child in ET.fromstring(request.get_data())}  # noqa: S314 - our own simulator wrote it
        self.request.append(result)
        written = result.get("Content") or result.get("EventKey") or result.get("Event", "")
        answers = {
            "subscribe": text_reply(WELCOME),
            "芯片": self._card(),
            "坏": "oops",
            "标签": text_reply(HOSTILE),
        }
        inner = answers.get(written, text_reply(f"听到 {result['MsgType']} {written}"))
        if not inner.startswith("<"):
            return inner
        return (
            f"<xml><ToUserName>{result['FromUserName']}</ToUserName><FromUserName>{result['ToUserName']}</FromUserName>"
            f"<CreateTime>1</CreateTime>{inner}</xml>"
        )

    def _card(self) -> str:
        """The inside of a news reply: one card that leads to the article."""
        words = "<Title>车规芯片通过认证</Title><Description>首批装车</Description>"
        item = f"{words}<PicUrl/><Url>{self.url}/article</Url>"
        return (
            f"<MsgType>news</MsgType><ArticleCount>1</ArticleCount><Articles><item>{item}</item></Articles>"
        )


def text_reply(content: str) -> str:
    """Return the content of a text reply."""
    return f"<MsgType>text</MsgType><Content><![CDATA[{content}]]></Content>"


@pytest.fixture(scope="module")
def account() -> Iterator[AccountServer]:
    """Start an account's server for all tests of this module."""
    server = AccountServer()
    yield server
    server.close()


@pytest.fixture
def platform(account: AccountServer) -> Iterator[wechat_simulator.RunningSimulator]:
    """Start a simulator with a virtual clock whose callbacks go to the account's server."""
    account.request.clear()
    callback = f"{account.url}/wechat"
    with wechat_simulator.run(callback=callback, name="长风联盟", virtual=True, mass_delay=0.0) as running:
        yield running


@pytest.fixture
def api(platform: wechat_simulator.RunningSimulator) -> ApiCaller:
    """Return a caller of the platform's API."""
    return ApiCaller(platform.url, platform.account)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once for all tests of this module."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def window(browser: Browser) -> Page:
    """Open the window in which the tests of this module open their pages; a new one for each would take a second."""
    window = browser.new_page(viewport=VIEWPORT, color_scheme="light")
    window.set_default_timeout(PATIENCE)
    return window


@pytest.fixture
def page(window: Page, platform: wechat_simulator.RunningSimulator) -> Iterator[Page]:
    """Open the page of this test's simulator; until the test ends the browser's console must have no errors."""
    wrong: list[str] = []

    def note_error(error: Error) -> None:
        wrong.append(str(error))

    def note_message(said: ConsoleMessage) -> None:
        if said.type == "error":
            wrong.append(said.text)

    window.set_viewport_size(VIEWPORT)
    window.emulate_media(color_scheme="light")
    window.on("pageerror", note_error)
    window.on("console", note_message)
    window.goto(platform.url)
    expect(window.get_by_text("实时", exact=True)).to_be_visible()
    yield window
    window.remove_listener("pageerror", note_error)
    window.remove_listener("console", note_message)
    window.goto("about:blank")
    assert wrong == []


def follow_in_page(page: Page) -> None:
    """Let a new follower follow, and wait for the welcome."""
    page.get_by_test_id("follower-new").click()
    expect(bubble_texts(page).last).to_contain_text("欢迎")


def write_in_page(page: Page, content: str) -> None:
    """Type a text and press Enter."""
    page.get_by_label("给公众号发消息").fill(content)
    page.get_by_label("给公众号发消息").press("Enter")


def bubble_texts(page: Page) -> Locator:
    """Return the texts of both sides, oldest first."""
    return page.get_by_test_id("bubble")


def create_draft(api: ApiCaller, titles: list[str]) -> str:
    """Create a draft of `count` articles with covers and return its media_id."""
    articles = [api.article(title=title, content=f"<p>{title}</p>") for title in titles]
    return str(api.post("/cgi-bin/draft/add", {"articles": articles})["media_id"])


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


def test_drafts_are_shown_with_a_link_to_their_page(page: Page, api: ApiCaller) -> None:
    """A new draft appears in the open inspector, with cover and preview link."""
    page.get_by_test_id("tab-drafts").click()
    expect(page.get_by_test_id("panel-drafts")).to_contain_text("草稿箱是空的")

    create_draft(api, ["第2期", "企业讯"])

    links = page.get_by_test_id("draft-link")
    expect(links).to_have_count(2)
    address = str(links.last.get_attribute("href"))
    assert "企业讯" in requests.get(address, timeout=20).content.decode()


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


def test_a_scene_code_is_scanned_by_a_newcomer(page: Page, account: AccountServer) -> None:
    """A new user who scans a scene code follows with its scene."""
    page.get_by_test_id("follower-scan").click()
    page.get_by_label("场景值").fill("issue12")
    page.get_by_test_id("ask-confirm").click()

    expect(bubble_texts(page).last).to_contain_text("听到 event qrscene_issue12")
    assert account.request[-1]["Event"] == "subscribe"


def test_a_fault_is_ordered_in_the_page(page: Page, api: ApiCaller) -> None:
    """A fault ordered in the page affects the next call, is used up, and appears in the list of calls."""
    page.get_by_test_id("tab-faults").click()
    page.get_by_test_id("fault-order").click()
    expect(page.get_by_test_id("fault-ordered")).to_contain_text("还有 1 次")

    answer = api.post("/cgi-bin/draft/add", {"articles": []})

    assert answer["errcode"] == -1
    expect(page.get_by_test_id("fault-ordered")).to_have_count(0)
    page.get_by_test_id("tab-calls").click()
    expect(page.get_by_test_id("call").first).to_contain_text("/cgi-bin/draft/add")
    expect(page.get_by_test_id("call").first).to_contain_text("-1")


def test_a_seed_repeats_the_faults_of_the_page(page: Page, api: ApiCaller) -> None:
    """With a rate of one half, the same seed makes the same calls fail until the fault is removed."""
    runs = []
    for _ in range(2):
        page.get_by_test_id("tab-faults").click()
        form = page.get_by_test_id("fault-form")
        form.get_by_label("接口").fill("/cgi-bin/getcallbackip")
        form.get_by_label("次数").fill("")
        form.get_by_label("概率").fill("50")
        form.get_by_label("随机种子").fill("七")
        page.get_by_test_id("fault-order").click()
        expect(page.get_by_test_id("fault-ordered")).to_contain_text("概率 50%")
        runs.append(["ip_list" in api.get("/cgi-bin/getcallbackip") for _ in range(20)])
        page.get_by_role("button", name="全部取消").click()
        expect(page.get_by_test_id("fault-ordered")).to_have_count(0)

    assert runs[0] == runs[1]
    assert {True, False} == set(runs[0])


def test_another_account_is_opened_and_looked_at(
    page: Page, platform: wechat_simulator.RunningSimulator
) -> None:
    """The page switches to a new account with its name, kind and followers, and back."""
    follow_in_page(page)
    page.get_by_test_id("tab-account").click()
    form = page.get_by_test_id("account-new")
    form.get_by_label("名称").fill("秘书处")
    form.get_by_label("类型").select_option(label="个人订阅号")
    page.get_by_test_id("account-add").click()

    expect(page.locator("#account-name")).to_have_text("秘书处")
    expect(page.get_by_test_id("follower-select")).to_be_disabled()

    page.get_by_test_id("account-select").select_option(value=platform.account.app_id)
    expect(page.locator("#account-name")).to_have_text("长风联盟")
    expect(page.get_by_test_id("follower-select")).to_be_enabled()


def test_settings_crowd_and_tokens_are_ordered_in_the_page(
    page: Page, api: ApiCaller, platform: wechat_simulator.RunningSimulator
) -> None:
    """The page can add a thousand followers, revoke the tokens and change the mode."""
    assert "ip_list" in api.get("/cgi-bin/getcallbackip")
    page.get_by_test_id("tab-account").click()

    page.get_by_test_id("crowd-make").click()
    expect(page.get_by_test_id("panel-account")).to_contain_text("1,000")
    page.get_by_test_id("tokens-revoke").click()
    expect(page.get_by_text("已全部作废")).to_be_visible()
    page.get_by_test_id("account-settings").get_by_label("消息加解密").select_option(label="安全模式")
    page.get_by_test_id("account-set").click()

    expect(page.locator("#facts")).to_contain_text("安全模式")
    assert 40001 == api.get("/cgi-bin/getcallbackip")["errcode"]
    assert "safe" == requests.get(f"{platform.url}/_sim/account", timeout=10).json()["mode"]


def test_a_follower_consents_to_a_notice_in_the_page(page: Page, account: AccountServer) -> None:
    """The account receives the current follower's answer to a subscription notice."""
    follow_in_page(page)
    page.get_by_test_id("tab-account").click()
    form = page.get_by_test_id("account-consent")
    form.get_by_label("模板 ID").fill("tplA")
    page.get_by_test_id("consent-give").click()
    expect(page.get_by_text("已提交")).to_be_visible()

    assert "subscribe_msg_popup_event" in [result.get("Event") for result in account.request]


def test_the_virtual_clock_is_moved_in_the_page(
    page: Page, platform: wechat_simulator.RunningSimulator
) -> None:
    """One button moves the virtual clock to midnight in Beijing, and the page shows the new time."""
    page.get_by_test_id("tab-clock").click()
    page.get_by_role("button", name="快进到北京零点").click()

    expect(page.get_by_test_id("clock-now")).to_contain_text("00:00:00")
    beijing = dt.timezone(dt.timedelta(hours=8))
    assert dt.datetime.fromtimestamp(platform.world.now(), beijing).strftime("%H:%M:%S") == "00:00:00"


def test_tabs_move_by_arrow_keys(page: Page) -> None:
    """The tabs are one stop of the Tab key; arrow keys, Home and End move between them."""
    page.get_by_test_id("tab-calls").press("ArrowRight")
    expect(page.get_by_test_id("tab-callbacks")).to_be_focused()
    expect(page.get_by_test_id("panel-callbacks")).to_be_visible()
    page.keyboard.press("End")
    expect(page.get_by_test_id("tab-account")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("tab-calls")).to_have_attribute("tabindex", "0")
    expect(page.get_by_test_id("tab-account")).to_have_attribute("tabindex", "-1")


def test_no_horizontal_scrolling_at_any_width(page: Page) -> None:
    """The page needs no horizontal scrolling at any width, and the composer stays in sight."""
    follow_in_page(page)
    write_in_page(page, "芯片")
    for width in (360, 768, 1024, 1920):
        page.set_viewport_size({"width": width, "height": 740})
        expect(page.get_by_test_id("card")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        expect(page.get_by_test_id("composer")).to_be_in_viewport()
        expect(page.get_by_test_id("follower-new")).to_have_accessible_name("新粉丝关注")


def test_names_and_addresses_are_read_whole(page: Page, api: ApiCaller) -> None:
    """The longest event name, the callback's address and a fault's path are not cut off, on a phone and a desk."""
    api.send_all(create_draft(api, ["第12期"]))
    whole = "one => one.scrollWidth <= one.clientWidth"
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        page.get_by_role("tab", name="回调").click()
        names = page.locator(".callbacks .verb", has_text="MASSSENDJOBFINISH")
        expect(names).to_be_visible()
        assert names.evaluate(whole)
        for tab, field in (("故障", "接口（末尾可用 *）"), ("账号", "回调地址")):
            page.get_by_role("tab", name=tab).click()
            assert page.get_by_label(field).evaluate(whole), field


def test_dark_follows_the_system(page: Page) -> None:
    """The page is dark when the system is."""
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert brightness(light) > 200
    assert brightness(dark) < 50


def brightness(colour: str) -> float:
    """Return the brightness of a CSS colour, from 0 (black) to 255 (white)."""
    red, green, blue = (int(number) for number in re.findall(r"\d+", colour)[:3])
    return (red + green + blue) / 3


def test_a_reset_empties_the_page_at_once(page: Page, platform: wechat_simulator.RunningSimulator) -> None:
    """A reset from elsewhere empties the open page without a reload."""
    follow_in_page(page)
    page.get_by_test_id("tab-callbacks").click()
    expect(page.get_by_test_id("callback")).to_have_count(1)

    requests.post(f"{platform.url}/_sim/reset", timeout=20)

    expect(page.get_by_test_id("chat")).to_contain_text("还没有粉丝")
    expect(page.get_by_test_id("callback")).to_have_count(0)


def test_a_restarted_simulator_is_found_again(browser: Browser) -> None:
    """The page reports a lost connection, and shows the new state when a simulator is back."""
    with wechat_simulator.run(name="旧号") as old:
        port = int(old.url.rpartition(":")[2])
        page = browser.new_page()
        page.goto(old.url)
        page.get_by_test_id("follower-new").click()
        expect(page.get_by_test_id("chat")).to_contain_text("没有设置回调地址")
    expect(page.locator("#live")).to_have_text("断开，正在重连")

    with wechat_simulator.run(name="新号", port=port):
        expect(page.locator("#live")).to_have_text("实时")
        expect(page.locator("#account-name")).to_have_text("新号")
        expect(page.get_by_test_id("chat")).to_contain_text("还没有粉丝")
    page.close()


def test_a_crowd_is_listed_piece_by_piece(page: Page, platform: wechat_simulator.RunningSimulator) -> None:
    """With a million followers the page lists a hundred, and more on request."""
    requests.post(f"{platform.url}/_sim/followers", json={"count": 1_000_000}, timeout=20)
    choices = page.get_by_test_id("follower-select")
    expect(choices.locator("option")).to_have_count(101)

    choices.select_option(label="再列 100 位（共 1,000,000 位）…")

    expect(choices.locator("option")).to_have_count(201)


def test_the_page_loads_only_its_own_files(page: Page, platform: wechat_simulator.RunningSimulator) -> None:
    """The page loads every file from the simulator."""
    loaded: list[str] = []

    def note_request(asked: Request) -> None:
        loaded.append(asked.url)

    page.on("request", note_request)
    page.reload()
    expect(page.get_by_text("实时", exact=True)).to_be_visible()
    page.remove_listener("request", note_request)

    assert len(loaded) > 10
    assert [url for url in loaded if not url.startswith((platform.url, "data:"))] == []
