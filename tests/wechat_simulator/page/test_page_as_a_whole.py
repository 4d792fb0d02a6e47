"""Tests of the simulator's page as a whole: keys, widths, colours, a reset, a restart, and its own files."""

import re

import requests
from playwright.sync_api import (
    Browser,
    Page,
    Request,
    expect,
)

import wechat_simulator
from tests.wechat_simulator.api_caller import ApiCaller
from tests.wechat_simulator.page.conftest import MARKS, create_draft, follow_in_page, write_in_page

pytestmark = MARKS


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
