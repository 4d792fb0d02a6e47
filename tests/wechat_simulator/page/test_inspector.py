"""Tests of the inspector in the simulator's page: drafts, faults, accounts, settings and the clock."""

import datetime as dt

import requests
from playwright.sync_api import (
    Page,
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
)

pytestmark = MARKS


def test_drafts_are_shown_with_a_link_to_their_page(page: Page, api: ApiCaller) -> None:
    """A new draft appears in the open inspector, with cover and preview link."""
    page.get_by_test_id("tab-drafts").click()
    expect(page.get_by_test_id("panel-drafts")).to_contain_text("草稿箱是空的")

    create_draft(api, ["第2期", "企业讯"])

    links = page.get_by_test_id("draft-link")
    expect(links).to_have_count(2)
    address = str(links.last.get_attribute("href"))
    assert "企业讯" in requests.get(address, timeout=20).content.decode()


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
