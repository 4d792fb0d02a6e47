"""Tests of the console in a real browser, served by `wxbot serve`."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

import wechat_simulator
from tests.conftest import NOON, ROOT
from tests.web.console.browser import NAME, PASSWORD, add_account
from tests.web.test_server import free_port
from wxbot import push
from wxbot.db import Database

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]
TIMEOUT_MS = 30_000  # long, so that a slow machine does not fail the test
START_SECONDS = 60.0

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


@pytest.fixture
def address(
    sample_db: Database, database_url: str, platform: wechat_simulator.RunningSimulator, tmp_path: Path
) -> Iterator[str]:
    """Run `wxbot serve` on a library with one issue and one account; yield its address."""
    add_account(sample_db, NOON)
    address = f"http://127.0.0.1:{free_port()}"
    settings = {
        "DATABASE_URL": database_url,
        "APP_ID": platform.account.app_id,
        "APP_SECRET": platform.account.secret,
        "TOKEN": platform.account.token,
        "PLATFORM_URL": platform.url,
        "PUBLIC_URL": address,
        "CONTENT": str(ROOT / "content"),
        "STATE": str(tmp_path / "var"),
    }
    environ = {name: value for name, value in os.environ.items() if not name.startswith("WXBOT_")}
    command = [sys.executable, "-m", "wxbot", "serve", "--port", address.rpartition(":")[2], "--workers", "1"]
    with (tmp_path / "serve.log").open("wb") as log:
        server = subprocess.Popen(
            command,
            cwd=tmp_path,
            env=environ | {f"WXBOT_{name}": value for name, value in settings.items()},
            stdout=log,
            stderr=log,
        )
    until = time.monotonic() + START_SECONDS
    while not is_answering(f"{address}/healthz"):
        assert time.monotonic() < until, (tmp_path / "serve.log").read_text()
        time.sleep(0.1)
    yield address
    server.terminate()
    server.wait(timeout=START_SECONDS)


def is_answering(url: str) -> bool:
    """Return whether a server answers at this address."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


@pytest.fixture
def page() -> Iterator[Page]:
    """Yield a page in a phone's browser without scripts; an error in its console fails the test."""
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        phone = {"width": 390, "height": 844}
        page = browser.new_context(viewport=phone, locale="zh-CN", java_script_enabled=False).new_page()  # type: ignore[arg-type]
        page.set_default_timeout(TIMEOUT_MS)
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        yield page
        browser.close()
    assert [] == errors


def test_an_editor_logs_in_plans_approves_and_pauses_on_a_phone(
    address: str, page: Page, sample_db: Database
) -> None:
    """An editor gets from the login to a paused campaign on a phone without scripts; the database agrees.

    On the pages on that way, and on those of the library, no element reaches beyond the edge.
    """
    page.goto(f"{address}/console/shelf")
    page.get_by_label("名字").fill(NAME)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("link", name="计划推送").click()
    page.get_by_text("每篇的编号").click()
    page.get_by_label("放在最前").fill("5,1")
    page.get_by_role("button", name="先看看会怎样").click()
    expect(page.get_by_role("main")).to_contain_text("全部粉丝，3 人")
    found = beyond_edge(page, "header, h1, h2, li, dd, input:not([type=hidden]), select, button")
    page.get_by_role("button", name="保存计划").click()

    expect(page.get_by_role("status")).to_contain_text("计划已保存")
    page.get_by_role("link", name="批准", exact=True).click()
    page.get_by_role("button", name="批准").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已批准，等时刻")
    page.get_by_role("link", name="暂停").click()
    page.get_by_role("button", name="暂停").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已暂停")

    for path in ("shelf", "shelf/2021-02", "history/2021-02", "change/withdraw/2021-02", "files"):
        page.goto(f"{address}/console/{path}")
        found += beyond_edge(
            page, "header nav, h1, dd, main .actions, .filter, .rows, section:first-of-type .articles, input"
        )
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("status")).to_contain_text("已退出")
    assert [] == found
    with sample_db.read() as session:
        (campaign,) = push.queries.recent_campaigns(session)
        assert ("paused", [NAME]) == (campaign.state, campaign.approvers)


def beyond_edge(page: Page, selector: str) -> list[str]:
    """Return the visible elements that reach beyond the edge of a screen of 390 pixels, with their page."""
    boxes = [(part, part.bounding_box()) for part in page.locator(selector).all()]
    assert boxes, "the page holds none of these elements"
    return [
        f"{page.url} {part}"
        for part, box in boxes
        if box is not None and not (box["x"] >= 0 and box["x"] + box["width"] <= 390.5)
    ]
