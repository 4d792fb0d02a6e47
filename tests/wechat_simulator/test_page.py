"""The simulator's page, in a real browser: what a follower sees and does, and what the inspector shows of it."""

import datetime as dt
import re
import shutil
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest
import requests
from flask import Flask, request
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from werkzeug.serving import make_server

import wechat_simulator
from tests.wechat_simulator.api_caller import ApiCaller

CHROMIUM = shutil.which("chromium")
QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
QUIET += ["--disable-background-networking", "--disable-component-update"]
PATIENCE = 20_000  # ms: a slow machine is no failure

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
]

WELCOME = '欢迎。试试 <a href="weixin://bizmsgmenu?msgmenucontent=芯片&msgmenuid=k1">芯片</a>'
HOSTILE = (
    '<img src=x onerror="document.title=1"><a href="javascript:alert(1)">点我</a> & <b>粗</b>\n'
    "看 https://example.org/x。"
)


class AccountServer:
    """An account's own server: answers by what was written, remembers what it was told, has one article to show."""

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
        told = {child.tag: child.text or "" for child in ET.fromstring(request.get_data())}  # noqa: S314 - our own simulator wrote it
        self.request.append(told)
        written = told.get("Content") or told.get("EventKey") or told.get("Event", "")
        answers = {"subscribe": text(WELCOME), "芯片": self._card(), "坏": "oops", "标签": text(HOSTILE)}
        inner = answers.get(written, text(f"听到 {told['MsgType']} {written}"))
        if not inner.startswith("<"):
            return inner
        return (
            f"<xml><ToUserName>{told['FromUserName']}</ToUserName><FromUserName>{told['ToUserName']}</FromUserName>"
            f"<CreateTime>1</CreateTime>{inner}</xml>"
        )

    def _card(self) -> str:
        """The inside of a news reply: one card that leads to the article."""
        words = "<Title>车规芯片通过认证</Title><Description>首批装车</Description>"
        item = f"{words}<PicUrl/><Url>{self.url}/article</Url>"
        return (
            f"<MsgType>news</MsgType><ArticleCount>1</ArticleCount><Articles><item>{item}</item></Articles>"
        )


def text(content: str) -> str:
    """The inside of a text reply."""
    return f"<MsgType>text</MsgType><Content><![CDATA[{content}]]></Content>"


@pytest.fixture(scope="module")
def account() -> Iterator[AccountServer]:
    """The account's server, one for all tests here."""
    server = AccountServer()
    yield server
    server.close()


@pytest.fixture
def platform(account: AccountServer) -> Iterator[wechat_simulator.RunningSimulator]:
    """A simulator of its own for each test, its clock virtual, its callbacks going to the account's server."""
    account.request.clear()
    callback = f"{account.url}/wechat"
    with wechat_simulator.run(callback=callback, name="长风联盟", virtual=True, mass_delay=0.0) as running:
        yield running


@pytest.fixture
def api(platform: wechat_simulator.RunningSimulator) -> ApiCaller:
    """The account's program, calling the platform."""
    return ApiCaller(platform.url, platform.account)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, started once."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, platform: wechat_simulator.RunningSimulator) -> Iterator[Page]:
    """The page, opened; at the end nothing may have gone wrong in the browser's console."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE)
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    opened.goto(platform.url)
    expect(opened.get_by_text("实时", exact=True)).to_be_visible()
    yield opened
    context.close()
    assert wrong == []


def follow(page: Page) -> None:
    """A new follower comes and reads the welcome."""
    page.get_by_test_id("follower-new").click()
    expect(bubbles(page).last).to_contain_text("欢迎")


def write(page: Page, content: str) -> None:
    """The follower writes a line and presses Enter."""
    page.get_by_label("给公众号发消息").fill(content)
    page.get_by_label("给公众号发消息").press("Enter")


def bubbles(page: Page) -> Locator:
    """What both sides have said, oldest first."""
    return page.get_by_test_id("bubble")


def draft(api: ApiCaller, titles: list[str]) -> str:
    """A draft of so many articles with a cover each; its media_id."""
    articles = [api.article(title=title, content=f"<p>{title}</p>") for title in titles]
    return str(api.post("/cgi-bin/draft/add", {"articles": articles})["media_id"])


def test_who_comes_first_is_told_how_to_begin(page: Page) -> None:
    """Without a follower the phone says what to do, and nobody can write."""
    expect(page.get_by_test_id("chat")).to_contain_text("还没有粉丝")
    expect(page.get_by_test_id("send")).to_be_disabled()
    expect(page.get_by_test_id("follower-leave")).to_be_disabled()


def test_a_tapped_line_sends_itself_and_brings_a_card(page: Page, account: AccountServer) -> None:
    """A bizmsgmenu line of the welcome sends its content with its id; the answer is a card."""
    follow(page)

    page.get_by_test_id("tap").get_by_text("芯片").click()

    expect(page.get_by_test_id("card")).to_contain_text("首批装车")
    told = account.request[-1]
    assert ("text", "芯片", "k1") == (told["MsgType"], told["Content"], told["bizmsgmenuid"])


def test_a_choice_of_a_menu_message_answers_for_the_follower(
    page: Page, api: ApiCaller, account: AccountServer
) -> None:
    """The choices of a customer-service msgmenu are tapped like lines, and name the choice to the account."""
    follow(page)
    openid = page.get_by_test_id("follower-select").input_value()
    menu = {"head_content": "满意吗？", "list": [{"id": "s1", "content": "满意"}], "tail_content": "谢谢"}

    api.post("/cgi-bin/message/custom/send", {"touser": openid, "msgtype": "msgmenu", "msgmenu": menu})
    page.get_by_test_id("tap").get_by_text("满意").click()

    expect(bubbles(page).last).to_contain_text("听到 text 满意")
    assert account.request[-1]["bizmsgmenuid"] == "s1"


def test_a_card_opens_in_the_phone_and_escape_closes_it(page: Page, account: AccountServer) -> None:
    """The article lies over the chat, can be taken to a tab of its own, and Escape gives the focus back."""
    follow(page)
    write(page, "芯片")

    page.get_by_test_id("card-link").click()

    article = page.get_by_test_id("webview").frame_locator("iframe")
    expect(article.get_by_role("heading", name="车规芯片通过认证")).to_be_visible()
    expect(page.locator("#webview-tab")).to_have_attribute("href", f"{account.url}/article")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("webview")).to_be_hidden()
    expect(page.get_by_test_id("card-link")).to_be_focused()


def test_markup_of_the_account_is_text(page: Page) -> None:
    """Only http(s) and tap-to-send become links; all other markup is shown as it was written."""
    follow(page)
    write(page, "标签")

    answer = bubbles(page).last
    expect(answer).to_contain_text('<img src=x onerror="document.title=1">')
    expect(answer).to_contain_text('<a href="javascript:alert(1)">点我</a> & <b>粗</b>')
    expect(answer.locator("img, b")).to_have_count(0)
    expect(answer.locator("a")).to_have_count(1)
    expect(answer.locator("a")).to_have_attribute("href", "https://example.org/x")


def test_a_bad_answer_shows_the_fault_notice(page: Page) -> None:
    """A reply that is no reply makes the platform's notice appear in the chat, and says why in the inspector."""
    follow(page)
    write(page, "坏")

    expect(page.get_by_test_id("fault")).to_contain_text("该公众号提供的服务出现故障")
    page.get_by_test_id("tab-callbacks").click()
    row = page.get_by_test_id("callback").first
    row.click()
    expect(row).to_contain_text("not well-formed XML")


def test_a_mass_message_arrives_by_itself(page: Page, api: ApiCaller) -> None:
    """The issue comes up in the open chat: a big first article, the others below, each a link of its own."""
    follow(page)
    page.get_by_test_id("tab-jobs").click()
    media_id = draft(api, ["第2期", "企业讯", "投融界"])

    api.send_all(media_id)

    expect(page.get_by_test_id("card-link")).to_have_count(3)
    expect(page.get_by_test_id("job")).to_contain_text("已发出")
    page.get_by_test_id("card-link").nth(1).click()
    article = page.get_by_test_id("webview").frame_locator("iframe")
    expect(article.get_by_role("heading", name="企业讯")).to_be_visible()


def test_drafts_are_shown_with_a_link_to_their_page(page: Page, api: ApiCaller) -> None:
    """A draft appears while one looks, with cover and preview link."""
    page.get_by_test_id("tab-drafts").click()
    expect(page.get_by_test_id("panel-drafts")).to_contain_text("草稿箱是空的")

    draft(api, ["第2期", "企业讯"])

    links = page.get_by_test_id("draft-link")
    expect(links).to_have_count(2)
    address = str(links.last.get_attribute("href"))
    assert "企业讯" in requests.get(address, timeout=20).content.decode()


def test_the_menu_is_used_by_keyboard(page: Page, api: ApiCaller, account: AccountServer) -> None:
    """A sub-menu opens, moves and answers by keys alone; Escape closes it."""
    below = [{"type": "click", "name": name, "key": name.upper()} for name in ("news", "help")]
    follow(page)
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

    expect(bubbles(page).last).to_contain_text("听到 event HELP")
    assert ("CLICK", "HELP") == (account.request[-1]["Event"], account.request[-1]["EventKey"])


@pytest.mark.parametrize("kind", ["image", "voice", "video", "shortvideo", "sticker"])
def test_every_kind_of_message_can_be_sent(page: Page, account: AccountServer, kind: str) -> None:
    """What stands behind + reaches the account as its own type; a sticker as the platform's text for it."""
    follow(page)

    page.get_by_test_id("plus").click()
    page.get_by_test_id(f"kind-{kind}").click()

    expect(bubbles(page).last).to_contain_text("听到")
    assert account.request[-1]["MsgType"] == ("text" if kind == "sticker" else kind)


def test_a_place_is_sent_as_it_was_filled_in(page: Page, account: AccountServer) -> None:
    """The location's dialog gives latitude, longitude and label to the account."""
    follow(page)

    page.get_by_test_id("plus").click()
    page.get_by_test_id("kind-location").click()
    page.get_by_label("地点").fill("南京东路")
    page.get_by_test_id("ask-confirm").click()

    expect(bubbles(page).last).to_contain_text("听到 location")
    told = account.request[-1]
    assert ("31.230416", "121.473701", "南京东路") == (told["Location_X"], told["Location_Y"], told["Label"])


def test_followers_share_the_phone(page: Page, platform: wechat_simulator.RunningSimulator) -> None:
    """Each follower has a chat of its own; what comes for another is counted in the list; one can leave."""
    follow(page)
    first = page.get_by_test_id("follower-select").input_value()
    write(page, "我是一号")
    expect(bubbles(page).last).to_contain_text("听到 text 我是一号")
    follow(page)
    expect(page.get_by_test_id("chat")).not_to_contain_text("一号")

    order = {"openid": first, "type": "text", "content": "又来了"}
    requests.post(f"{platform.url}/_sim/message", json=order, timeout=20)
    choices = page.get_by_test_id("follower-select")
    expect(choices.locator(f'option[value="{first}"]')).to_contain_text("条新消息")
    page.get_by_test_id("follower-leave").click()

    expect(choices).to_have_value(first)
    expect(bubbles(page).last).to_contain_text("又来了")


def test_a_scene_code_is_scanned_by_a_newcomer(page: Page, account: AccountServer) -> None:
    """A code that somebody new scans makes them follow with its scene."""
    page.get_by_test_id("follower-scan").click()
    page.get_by_label("场景值").fill("issue12")
    page.get_by_test_id("ask-confirm").click()

    expect(bubbles(page).last).to_contain_text("听到 event qrscene_issue12")
    assert account.request[-1]["Event"] == "subscribe"


def test_a_fault_is_ordered_in_the_page(page: Page, api: ApiCaller) -> None:
    """The ordered fault hits the next call, is used up, and stands in the list of calls."""
    page.get_by_test_id("tab-faults").click()
    page.get_by_test_id("fault-order").click()
    expect(page.get_by_test_id("fault-ordered")).to_contain_text("还有 1 次")

    answer = api.post("/cgi-bin/draft/add", {"articles": []})

    assert answer["errcode"] == -1
    expect(page.get_by_test_id("fault-ordered")).to_have_count(0)
    page.get_by_test_id("tab-calls").click()
    expect(page.get_by_test_id("call").first).to_contain_text("/cgi-bin/draft/add")
    expect(page.get_by_test_id("call").first).to_contain_text("-1")


def test_a_fault_by_chance_comes_from_its_seed(page: Page, api: ApiCaller) -> None:
    """Half of the calls go wrong, always the same ones for one seed, until the order is taken back."""
    runs = []
    for _ in range(2):
        page.get_by_test_id("tab-faults").click()
        form = page.get_by_test_id("fault-form")
        form.get_by_label("接口").fill("/cgi-bin/getcallbackip")
        form.get_by_label("几次").fill("")
        form.get_by_label("机会").fill("50")
        form.get_by_label("随机种子").fill("七")
        page.get_by_test_id("fault-order").click()
        expect(page.get_by_test_id("fault-ordered")).to_contain_text("50% 的时候")
        runs.append(["ip_list" in api.get("/cgi-bin/getcallbackip") for _ in range(20)])
        page.get_by_role("button", name="全部取消").click()
        expect(page.get_by_test_id("fault-ordered")).to_have_count(0)

    assert runs[0] == runs[1]
    assert {True, False} == set(runs[0])


def test_another_account_is_opened_and_looked_at(
    page: Page, platform: wechat_simulator.RunningSimulator
) -> None:
    """The page turns to the account that was opened: its name, its kind, its own followers; and back again."""
    follow(page)
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
    """A thousand follow at once, a token that was good is good no more, and the mode is another."""
    assert "ip_list" in api.get("/cgi-bin/getcallbackip")
    page.get_by_test_id("tab-account").click()

    page.get_by_test_id("crowd-make").click()
    expect(page.get_by_test_id("panel-account")).to_contain_text("1,000")
    page.get_by_test_id("tokens-revoke").click()
    expect(page.get_by_text("作废了")).to_be_visible()
    page.get_by_test_id("account-settings").get_by_label("消息加解密").select_option(label="安全模式")
    page.get_by_test_id("account-set").click()

    expect(page.locator("#facts")).to_contain_text("安全模式")
    assert 40001 == api.get("/cgi-bin/getcallbackip")["errcode"]
    assert "safe" == requests.get(f"{platform.url}/_sim/account", timeout=10).json()["mode"]


def test_a_follower_consents_to_a_notice_in_the_page(page: Page, account: AccountServer) -> None:
    """The account hears the answer of the follower who holds the phone."""
    follow(page)
    page.get_by_test_id("tab-account").click()
    form = page.get_by_test_id("account-consent")
    form.get_by_label("模板 ID").fill("tplA")
    page.get_by_test_id("consent-give").click()
    expect(page.get_by_text("回答了")).to_be_visible()

    assert "subscribe_msg_popup_event" in [told.get("Event") for told in account.request]


def test_the_virtual_clock_is_moved_in_the_page(
    page: Page, platform: wechat_simulator.RunningSimulator
) -> None:
    """To midnight in Beijing with one press, and the page shows the hour it is then."""
    page.get_by_test_id("tab-clock").click()
    page.get_by_role("button", name="到北京零点").click()

    expect(page.get_by_test_id("clock-now")).to_contain_text("00:00:00")
    beijing = dt.timezone(dt.timedelta(hours=8))
    assert dt.datetime.fromtimestamp(platform.world.now(), beijing).strftime("%H:%M:%S") == "00:00:00"


def test_tabs_move_by_arrow_keys(page: Page) -> None:
    """The tabs are one stop of the Tab key; arrows, Home and End move among them."""
    page.get_by_test_id("tab-calls").press("ArrowRight")
    expect(page.get_by_test_id("tab-callbacks")).to_be_focused()
    expect(page.get_by_test_id("panel-callbacks")).to_be_visible()
    page.keyboard.press("End")
    expect(page.get_by_test_id("tab-account")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("tab-calls")).to_have_attribute("tabindex", "0")
    expect(page.get_by_test_id("tab-account")).to_have_attribute("tabindex", "-1")


@pytest.mark.parametrize("width", [360, 768, 1024, 1920])
def test_nothing_sticks_out_at_any_width(page: Page, width: int) -> None:
    """From the narrowest phone to a wide screen the page needs no sideways scrolling."""
    page.set_viewport_size({"width": width, "height": 740})
    follow(page)
    write(page, "芯片")
    expect(page.get_by_test_id("card")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.get_by_test_id("composer")).to_be_in_viewport()
    expect(page.get_by_test_id("follower-new")).to_have_accessible_name("新粉丝关注")


@pytest.mark.parametrize("width", [390, 1280])
def test_names_and_addresses_are_read_whole(page: Page, api: ApiCaller, width: int) -> None:
    """The longest event, the callback's address and a fault's path are not cut where they are read or typed."""
    page.set_viewport_size({"width": width, "height": 844})
    api.send_all(draft(api, ["第12期"]))
    page.get_by_role("tab", name="回调").click()
    names = page.locator(".callbacks .verb", has_text="MASSSENDJOBFINISH")
    expect(names).to_be_visible()
    whole = "one => one.scrollWidth <= one.clientWidth"
    assert names.evaluate(whole)
    for tab, field in (("故障", "接口（末尾可用 *）"), ("账号", "回调地址")):
        page.get_by_role("tab", name=tab).click()
        assert page.get_by_label(field).evaluate(whole), field


def test_dark_follows_the_system(page: Page) -> None:
    """With a dark system the page is dark, without a switch."""
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert brightness(light) > 200
    assert brightness(dark) < 50


def brightness(colour: str) -> float:
    """From 0, black, to 255, white, of a colour as CSS computes it."""
    red, green, blue = (int(number) for number in re.findall(r"\d+", colour)[:3])
    return (red + green + blue) / 3


def test_a_reset_empties_the_page_at_once(page: Page, platform: wechat_simulator.RunningSimulator) -> None:
    """Started over from elsewhere, the open page shows the empty world without a reload."""
    follow(page)
    page.get_by_test_id("tab-callbacks").click()
    expect(page.get_by_test_id("callback")).to_have_count(1)

    requests.post(f"{platform.url}/_sim/reset", timeout=20)

    expect(page.get_by_test_id("chat")).to_contain_text("还没有粉丝")
    expect(page.get_by_test_id("callback")).to_have_count(0)


def test_a_restarted_simulator_is_found_again(browser: Browser) -> None:
    """When the simulator goes away the page says so; when another stands in its place it shows that one's world."""
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
    """A million followers do not burden the page: a hundred are listed, more on request."""
    requests.post(f"{platform.url}/_sim/followers", json={"count": 1_000_000}, timeout=20)
    choices = page.get_by_test_id("follower-select")
    expect(choices.locator("option")).to_have_count(101)

    choices.select_option(label="再列 100 位（共 1,000,000 位）…")

    expect(choices.locator("option")).to_have_count(201)


def test_the_page_needs_nothing_from_outside(page: Page, platform: wechat_simulator.RunningSimulator) -> None:
    """Every file the page loads comes from the simulator itself: it works with no network."""
    loaded: list[str] = []
    page.on("request", lambda asked: loaded.append(asked.url))
    page.reload()
    expect(page.get_by_text("实时", exact=True)).to_be_visible()

    assert len(loaded) > 10
    assert [url for url in loaded if not url.startswith((platform.url, "data:"))] == []
