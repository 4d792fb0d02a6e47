"""Facts about the shelf and the questions, as editors see them."""

import datetime as dt

from tests.web.console.browser import Browser, add_account
from tests.web.console.conftest import Built, ConsoleSite
from wxbot import journal
from wxbot.bulletin import ParsedArticle, ParsedIssue, ParsedSection
from wxbot.library import save_issue


def test_the_shelf_leads_to_pages_and_plans(house: ConsoleSite, editor: Browser) -> None:
    """Each issue with its public page, its plan form, and its campaign where it has one."""
    seen = editor.open("/console/shelf")
    assert all(f'href="{path}"' in seen.text for path in ("/i/2021-02", "/console/plan/2021-02"))
    assert "2021年第2期" in seen.words
    campaign = house.plan()
    seen = editor.open("/console/shelf")
    assert f'href="/console/push/{campaign}"' in seen.text
    assert "待批准" in seen.words


def test_the_newest_issue_stands_first(house: ConsoleSite, editor: Browser) -> None:
    """As members see them."""
    with house.db.begin() as session:
        for issue in (1, 3):
            parsed = ParsedIssue("简报", 2021, issue, sections=(ParsedSection("一", (ParsedArticle("文"),)),))
            save_issue(session, parsed, "x", house.harness.now())
    words = editor.open("/console/shelf").words
    assert words.index("第3期") < words.index("第2期") < words.index("第1期")


def test_a_site_below_a_folder_is_linked_there(built: Built) -> None:
    """Where the server is reached at /news, so are the console's links, cookies and forms."""
    house = built(public_url="https://example.org/news")
    add_account(house.db, house.harness.now())
    browser = Browser(house.app)
    assert browser.open("/console/").going == "/news/console/login?next="
    login = browser.open("/console/login")
    assert "Path=/news/console/" in login.response.headers["Set-Cookie"]
    assert 'action="/news/console/login"' in login.text


def asked(house: ConsoleSite, words: str, hits: int, times: int, days_ago: int = 1) -> None:
    """Members asked something, so many times."""
    at = house.harness.now() - dt.timedelta(days=days_ago)
    with house.db.begin() as session:
        for n in range(times):
            key = f"{words}-{days_ago}-{n}"
            journal.record(session, journal.NewEntry(key, "oSecretMember", "text", words, hits, "", at))


def test_what_members_asked_is_counted(house: ConsoleSite, editor: Browser) -> None:
    """Most asked first, what was not found beside it, of the last thirty days; nobody's name."""
    asked(house, "芯片", 5, 3)
    asked(house, "元宇宙", 0, 2)
    asked(house, "旧事", 1, 9, days_ago=40)
    seen = editor.open("/console/questions")
    assert "没有找到的 问题 次数 元宇宙 2" in seen.words
    assert "问得最多的 问题 次数 芯片 3 元宇宙 2" in seen.words
    assert "旧事" not in seen.text
    assert "oSecretMember" not in seen.text


def test_what_a_member_typed_is_only_words(house: ConsoleSite, editor: Browser) -> None:
    """A question made of marks is shown as it was asked."""
    asked(house, "<script>alert(1)</script>", 0, 1)
    seen = editor.open("/console/questions")
    assert "<script>" not in seen.text
    assert "&lt;script&gt;" in seen.text
