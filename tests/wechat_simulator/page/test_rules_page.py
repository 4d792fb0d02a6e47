"""Rules about the display on a phone (reference, sections B2 and C), in a real browser."""

from playwright.sync_api import Page, expect

from tests.wechat_simulator.api_caller import ApiCaller
from tests.wechat_simulator.page.conftest import MARKS, AccountServer, bubble_texts, follow_in_page

pytestmark = MARKS


def test_a_link_in_a_text_is_a_link(page: Page, api: ApiCaller) -> None:
    """`<a href="https://…">` shows its text as a link; other schemes are not links (C)."""
    follow_in_page(page)
    openid = page.get_by_test_id("follower-select").input_value()
    content = '<a href="https://example.org/12">读第12期</a>，<a href="ftp://example.org/">别的</a>'
    body = {"touser": openid, "msgtype": "text", "text": {"content": content}}
    assert 0 == api.errcode("/cgi-bin/message/custom/send", body)

    said = bubble_texts(page).last
    expect(said.locator("a")).to_have_count(1)
    expect(said.locator("a")).to_have_text("读第12期")
    expect(said.locator("a")).to_have_attribute("href", "https://example.org/12")
    expect(said).to_contain_text('<a href="ftp://example.org/">')


def test_opening_a_sub_menu_sends_no_event(page: Page, api: ApiCaller, account: AccountServer) -> None:
    """Opening a sub-menu sends no event; tapping its button does (B2)."""
    button = {"type": "click", "name": "help", "key": "HELP"}
    follow_in_page(page)
    api.post("/cgi-bin/menu/create", {"button": [{"name": "find", "sub_button": [button]}]})
    before = len(account.request)

    page.get_by_test_id("menu").get_by_role("button", name="find").click()
    expect(page.get_by_role("menuitem", name="help")).to_be_visible()
    page.get_by_role("menuitem", name="help").click()
    expect(bubble_texts(page).last).to_contain_text("听到 event HELP")
    assert ["CLICK"] == [result["Event"] for result in account.request[before:]]
