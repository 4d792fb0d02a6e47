"""Tests of `wxbot demo` in a real browser."""

import datetime as dt
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.conftest import ROOT
from wechat_simulator.control_client import SimulatorClient
from wxbot.settings import Settings
from wxbot.wiring import Services

PATIENCE = 120.0  # seconds; generous, because a slow machine must not fail a test
CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def _port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


class Demo:
    """A running `wxbot demo`, and a second terminal in the same folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._environ = {k: v for k, v in os.environ.items() if not k.startswith("WXBOT_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "wxbot", "demo", "--port", _port(), "--web-port", _port()],
            cwd=folder,
            env=self._environ,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.printed = ""
        while "Ctrl-C" not in self.printed:
            line = self.process.stdout.readline()
            assert line, "the demo ended before it was ready"
            self.printed += line

    @property
    def page(self) -> str:
        """The address of the simulator's page, as the demo prints it."""
        found = re.search(r"打开 (http\S+)", self.printed)
        assert found is not None
        return found[1]

    def type(self, *words: str) -> str:
        """Run `wxbot` in the second terminal; return its output."""
        command = [sys.executable, "-m", "wxbot", *words]
        ran = subprocess.run(
            command, cwd=self.folder, env=self._environ, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def interrupt(self) -> int:
        """Press Ctrl-C; return the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=30)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Run the demo in a folder with only the shipped content, for all tests of this module; the last one ends it."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "content").symlink_to(ROOT / "content")
    demo = Demo(folder)
    yield demo
    if demo.process.poll() is None:
        demo.interrupt()


@pytest.fixture
def page() -> Iterator[Page]:
    """Yield a browser page; an error in its console fails the test."""
    if CHROMIUM is None:
        pytest.skip("Debian's chromium is not installed")
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 960}, locale="zh-CN")
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        yield page
        browser.close()
    assert [] == errors


@pytest.mark.browser
def test_a_follower_asks_opens_a_card_and_receives_a_push(demo: Demo, page: Page) -> None:
    """A new follower asks 比亚迪, opens the card's article, and receives a push that a second terminal starts."""
    page.goto(demo.page)
    page.get_by_test_id("follower-new").click()
    # The first answer of a server that has just started, on a machine that may be busy.
    expect(page.get_by_test_id("bubble").first).to_contain_text("欢迎关注", timeout=30_000)

    page.get_by_label("给公众号发消息").fill("比亚迪")
    page.get_by_test_id("send").click()
    card = page.get_by_test_id("card").last
    expect(card).to_contain_text("比亚迪")

    card.get_by_test_id("card-link").first.click()
    article = page.get_by_test_id("webview").frame_locator("iframe")
    expect(article.locator("h1")).to_contain_text("比亚迪")
    page.get_by_test_id("webview-close").click()

    assert "已完成" in demo.type("push", "start", "2021-02")
    pushed = page.get_by_test_id("card").last
    expect(pushed.get_by_test_id("card-link")).to_have_count(6)
    expect(pushed).to_contain_text("第2期")


def test_a_moved_clock_sends_what_is_planned_and_every_number_agrees(demo: Demo) -> None:
    """A push planned for an hour goes out when the simulator's clock is moved there.

    Followers who came meanwhile without a callback are counted by the platform, by wxbot and by the push alike.
    """
    platform = SimulatorClient(demo.page)
    planned = json.loads(
        demo.type("push", "plan", "2021-02", "--again", "--at", "2036-12-01 09:00", "--json")
    )
    demo.type("push", "approve", str(planned["campaign"]), "--hash", planned["hash"])
    everybody = platform.crowd(300)
    platform.jump("2036-12-01T09:00:00+08:00")

    until = time.monotonic() + PATIENCE
    while (sent := json.loads(demo.type("push", "show", str(planned["campaign"]), "--json")))[
        "state"
    ] != "finished":
        assert time.monotonic() < until, sent
    while everybody != json.loads(demo.type("followers", "stats", "--json"))["following"]:
        assert time.monotonic() < until
    assert everybody == platform.get("jobs")[-1]["sent"]


def test_only_the_folder_of_a_demo_has_its_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number in the file of the demo's clock moves the time of a demo, and of no other installation."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var" / "demo").mkdir(parents=True)
    (tmp_path / "var" / "demo" / "clock").write_text("86400.0")
    (tmp_path / "var" / "clock").write_text("86400.0")

    def is_ahead(state: str, platform: str) -> bool:
        now = Services(Settings(state=Path(state), platform_url=platform)).now()
        return now - dt.datetime.now(dt.UTC) > dt.timedelta(hours=12)

    assert is_ahead("var/demo", "http://127.0.0.1:8900")
    assert not is_ahead("var/demo", "https://api.weixin.qq.com")
    assert not is_ahead("var", "http://127.0.0.1:8900")


def test_a_second_demo_is_refused_and_ctrl_c_ends_the_first(demo: Demo) -> None:
    """A second demo, or a worker, in the folder exits with 2 and says that one is running, which goes on.

    After Ctrl-C the first exits with 0, its settings file is deleted, and no process of it is left.
    """
    for name, says in (("demo", "已经有一个演示在运行"), ("worker", "它有自己的后台")):
        command = [sys.executable, "-m", "wxbot", name]
        ran = subprocess.run(command, cwd=demo.folder, capture_output=True, text=True, check=False)
        assert 2 == ran.returncode
        assert says in ran.stderr
    assert demo.process.poll() is None

    settings = demo.folder / "var" / "demo" / "settings.json"
    assert 0o600 == settings.stat().st_mode & 0o777
    assert 0 == demo.interrupt()
    assert not settings.exists()
    assert _are_ended(demo.folder)


def test_a_closed_terminal_ends_a_demo_that_still_starts(tmp_path: Path) -> None:
    """SIGHUP before the demo is ready ends it and its children at once, with exit code 0."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("WXBOT_")}
    command = [sys.executable, "-m", "wxbot", "demo", "--port", _port(), "--web-port", _port()]
    with (tmp_path / "log").open("wb") as log:
        starting = subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=log, stderr=log)
    until = time.monotonic() + PATIENCE
    while not (tmp_path / "var" / "demo" / "simulator.log").exists() and time.monotonic() < until:
        time.sleep(0.05)
    starting.send_signal(signal.SIGHUP)

    assert 0 == starting.wait(timeout=30)
    assert "Ctrl-C" not in (tmp_path / "log").read_text(encoding="utf-8")
    assert _are_ended(tmp_path)


def _are_ended(folder: Path) -> bool:
    """Wait until no process runs in this folder; tell if that came."""
    until = time.monotonic() + 10
    while (left := _processes_in(folder)) and time.monotonic() < until:
        time.sleep(0.1)
    return not left


def _processes_in(folder: Path) -> list[str]:
    """Return the ids of the processes whose working directory is this folder."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdecimal() and (process / "cwd").readlink() == folder:
                found.append(process.name)
        except OSError:
            continue  # ended while we looked, or another user's
    return found
