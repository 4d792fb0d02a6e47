"""The simulator's page in a browser, with an account that answers, and the steps that its tests share."""

import shutil
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest
from flask import Flask, request
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
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

MARKS = [
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
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

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


@pytest.fixture(scope="package")
def account() -> Iterator[AccountServer]:
    """Start an account's server for all tests of the page."""
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


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Start Chromium once for all tests of the page."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def window(browser: Browser) -> Page:
    """Open the window in which the tests open their pages; a new one for each would take a second."""
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
    """Create a draft of articles with these titles and covers, and return its media_id."""
    articles = [api.article(title=title, content=f"<p>{title}</p>") for title in titles]
    return str(api.post("/cgi-bin/draft/add", {"articles": articles})["media_id"])
