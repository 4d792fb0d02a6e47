"""Tests of the console's login, sessions, CSRF protection and security headers."""

import datetime as dt
import re

import pytest
from werkzeug.test import TestResponse

from tests.web.conftest import Site
from tests.web.console.browser import NAME, PASSWORD, Browser, add_account
from tests.web.console.conftest import BuildConsole
from wxbot import audit, editors
from wxbot.db import Database
from wxbot.editors import passwords

PAGES = ["", "shelf", "members", "push/1", "push/1/approve", "plan/2021-02", "push/1/report"]


@pytest.fixture
def browser(site: Site, sample_db: Database, now: dt.datetime) -> Browser:
    """Return a browser that is not logged in to a console with one editor's account."""
    add_account(sample_db, now)
    return Browser(site().app)


def _cookies(response: TestResponse) -> dict[str, str]:
    """Return the cookies that a response sets, by name, each with its attributes."""
    return {line.partition("=")[0]: line for line in response.headers.getlist("Set-Cookie")}


def test_without_a_session_every_page_leads_to_the_login(browser: Browser) -> None:
    """Without a session every page redirects to the login, which redirects back to that page."""
    for page in PAGES:
        seen = browser.open(f"/console/{page}")
        assert (303, f"/console/login?next={page}") == (seen.status, seen.redirect)
    assert "/console/push/1/report" == browser.log_in(then="push/1/report").redirect


def test_a_form_without_a_session_does_nothing(browser: Browser) -> None:
    """A form without a session is not processed; the login page says that nothing was done."""
    for page in ("push/1/pause", "plan/2021-02", "logout"):
        seen = browser.send(f"/console/{page}", {"csrf_token": "x", "seen": "x"})
        assert 303 == seen.status
        assert "刚才的操作没有做" in browser.open(seen.redirect).words


def test_name_and_password_start_a_session(browser: Browser) -> None:
    """After the login the pages are shown, with the editor's name."""
    assert 303 == browser.log_in().status
    assert [200, 200, 200] == [browser.open(f"/console/{page}").status for page in ("", "shelf", "members")]
    assert NAME in browser.open("/console/").words


def test_a_refused_login_gives_no_reason(browser: Browser) -> None:
    """A wrong name and a wrong password give the same page, except for the name that was typed."""
    wrong, stranger = browser.log_in(NAME, "not the password"), browser.log_in("谁也不是", PASSWORD)
    assert wrong.text.replace(NAME, "") == stranger.text.replace("谁也不是", "")
    for seen in (wrong, stranger):
        assert (401, "") == (seen.status, seen.redirect)
        assert "名字或密码不对" in seen.words
    assert PASSWORD not in stranger.text
    assert 401 == browser.log_in("", "").status
    assert 303 == browser.open("/console/").status


def test_the_rate_limit_stops_guessing(browser: Browser) -> None:
    """After five wrong passwords even the right one is refused for a quarter of an hour."""
    for n in range(5):
        assert 401 == browser.log_in(password=f"guess number {n}").status
    seen = browser.log_in()
    assert (429, "") == (seen.status, seen.redirect)
    assert "一刻钟" in seen.words


def test_only_trusted_proxies_give_the_client_address(build_console: BuildConsole) -> None:
    """X-Forwarded-For is read from its end through the proxies of `trusted_proxies`, and from nobody else."""
    console = build_console(trusted_proxies="10.0.0.0/8")
    add_account(console.db, console.harness.now())
    for peer, header in (
        ("10.0.0.2", "6.6.6.6, 192.0.2.9, 10.0.0.3"),
        ("192.0.2.77", "10.0.0.1"),
        ("127.0.0.1", "6.6.6.6"),
    ):
        Browser(console.app, peer, headers={"X-Forwarded-For": header}).log_in(password="a wrong one")
    with console.db.read() as session:
        found = [each.who for each in audit.history(session) if each.what == "login failed"][::-1]
    assert ["192.0.2.9", "192.0.2.77", "127.0.0.1"] == found


def test_a_proxy_on_this_machine_gives_the_client_address(
    site: Site, sample_db: Database, now: dt.datetime
) -> None:
    """The rate limit uses the last address of X-Forwarded-For behind a local proxy, and else ignores the header."""
    add_account(sample_db, now)
    app = site().app
    guesser = Browser(app, "127.0.0.1", headers={"X-Forwarded-For": "6.6.6.6, 192.0.2.9"})
    for n in range(6):
        guesser.log_in(password=f"guess number {n}")
    with sample_db.read() as session:
        assert {"192.0.2.9"} == {e.who for e in audit.history(session) if e.what == "login failed"}
    Browser(app, "192.0.2.77", headers={"X-Forwarded-For": "10.0.0.1"}).log_in(password="a wrong one")
    with sample_db.read() as session:
        assert "192.0.2.77" == audit.history(session)[0].who
    assert 303 == Browser(app, "127.0.0.1").log_in().status


def test_addresses_of_one_ipv6_network_are_counted_together(
    site: Site, sample_db: Database, now: dt.datetime
) -> None:
    """The rate limit counts an IPv6 /64 network as one address, and an IPv4-mapped IPv6 address as its IPv4 address."""
    app = site().app
    add_account(sample_db, now)
    for address in ("2001:db8::1", "2001:db8::2:3", "2001:db8:0:1::1", "::ffff:192.0.2.5", "192.0.2.5"):
        Browser(app, address).log_in(password="a wrong one")
    with sample_db.read() as session:
        found = [e.who for e in audit.history(session)][::-1]
    assert ["2001:db8::/64", "2001:db8::/64", "2001:db8:0:1::/64", "192.0.2.5", "192.0.2.5"] == found


def test_the_session_cookie_is_restricted(browser: Browser) -> None:
    """The cookie is hidden from scripts, sent by no other site, over https only, to the console only, for 12 hours."""
    cookie = _cookies(browser.log_in().response)["wxbot_console"]
    assert {"HttpOnly", "Secure", "SameSite=Strict", "Path=/console/", "Max-Age=43200"} <= set(
        cookie.split("; ")
    )


def test_on_http_the_cookie_is_not_secure(build_console: BuildConsole) -> None:
    """On a site without https the cookie has no Secure attribute, so that editors can log in."""
    console = build_console(public_url="http://news.example.org")
    add_account(console.db, console.harness.now())
    browser = Browser(console.app, site="http://127.0.0.1:8000")
    seen = browser.log_in()
    assert "Secure" not in _cookies(seen.response)["wxbot_console"]
    assert 200 == browser.open("/console/").status


def test_logging_out_ends_the_session(browser: Browser) -> None:
    """After a logout the old token is refused, even if somebody has kept the cookie."""
    token = browser.log_in().response.headers["Set-Cookie"]
    out = browser.fill("/console/", "/console/logout")
    assert "已退出" in browser.open(out.redirect).words
    old_cookie = token.partition(";")[0]
    assert 303 == Browser(browser.app, headers={"Cookie": old_cookie}).open("/console/").status


def test_a_link_does_not_log_anybody_out(browser: Browser) -> None:
    """A GET to the logout address leaves the session open."""
    browser.log_in()
    assert "/console/" == browser.open("/console/logout").redirect
    assert 200 == browser.open("/console/").status


def test_a_changed_password_or_a_removed_account_ends_sessions(
    browser: Browser, sample_db: Database, now: dt.datetime
) -> None:
    """An editor whose password was changed, or whose account was removed, is led to the login."""
    add_account(sample_db, now, "李主任")
    browser.log_in()
    editors.change_password(sample_db, NAME, "another password", by="root", now=now)
    assert 303 == browser.open("/console/").status
    assert 303 == browser.log_in(password="another password").status
    assert 200 == browser.open("/console/").status
    editors.remove(sample_db, NAME, by="root", now=now)
    assert 303 == browser.open("/console/").status


@pytest.mark.both_databases
def test_a_session_expires_after_twelve_hours(site: Site, sample_db: Database, now: dt.datetime) -> None:
    """A session ends twelve hours after the login, in every process."""
    add_account(sample_db, now)
    cookie = Browser(site().app).log_in().response.headers["Set-Cookie"].partition(";")[0]
    almost, over = (
        Browser(site(later=12 * 3600 + s).app, headers={"Cookie": cookie}).open("/console/") for s in (-1, 0)
    )
    assert (200, 303) == (almost.status, over.status)


def test_a_form_without_the_csrf_token_is_refused(browser: Browser) -> None:
    """Another site may make a browser send the cookie, but it does not know the form's CSRF token."""
    browser.log_in()
    for fields in ({}, {"csrf_token": ""}, {"csrf_token": "0" * 64}, {"csrf_token": "中"}):
        for page in ("push/1/cancel", "plan/2021-02", "logout"):
            assert 400 == browser.send(f"/console/{page}", fields).status
        assert 200 == browser.open("/console/").status
        assert 400 == browser.send("/console/login", fields | {"name": NAME, "password": PASSWORD}).status


def test_a_csrf_token_belongs_to_one_session(browser: Browser) -> None:
    """The CSRF token of one editor's session is refused in another's."""
    browser.log_in()
    other = Browser(browser.app, "192.0.2.2")
    other.log_in()
    token = other.open("/console/").form("/console/logout")["csrf_token"]
    assert 400 == browser.send("/console/logout", {"csrf_token": token}).status


def test_the_login_redirects_to_the_console_only(browser: Browser) -> None:
    """There is no open redirect: after the login every `next` outside of the console leads to its first page."""
    for elsewhere in (
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "../i/1",
        "logout",
        "a?b=c",
    ):
        form = browser.open(f"/console/login?next={elsewhere}").form("/console/login")
        assert "" == form["next"]
    form |= {"name": NAME, "password": PASSWORD, "next": "//evil.example"}
    seen = browser.send("/console/login", form)
    assert (303, "/console/") == (seen.status, seen.redirect)


def test_a_login_remembers_the_browser(browser: Browser) -> None:
    """The cookie of a known browser is hidden from scripts and lasts half a year; logging out keeps it."""
    cookie = _cookies(browser.log_in().response)["wxbot_device"]
    assert {"HttpOnly", "Secure", "SameSite=Strict", "Path=/console/", "Max-Age=15552000"} <= set(
        cookie.split("; ")
    )
    out = browser.fill("/console/", "/console/logout")
    assert "wxbot_device" not in _cookies(out.response)


def test_a_full_house_answers_503(browser: Browser) -> None:
    """While a stranger's password is hashed, a login gets 503 with Retry-After and the form with the name."""
    with passwords.hashing_place(known=False):
        seen = browser.log_in()
    assert (503, "3") == (seen.status, seen.response.headers["Retry-After"])
    assert "几秒" in seen.words
    assert NAME in seen.text


def test_the_address_without_a_slash_leads_to_the_public_address(browser: Browser) -> None:
    """A forged Host header does not lead elsewhere: `/console` redirects to the public address."""
    forged = Browser(browser.app, site="https://evil.example")
    seen = forged.open("/console")
    assert (308, "https://news.example.org/console/") == (seen.status, seen.redirect)
    for page in ("/console/", "/console/nowhere", "/console/login"):
        assert "evil" not in forged.open(page).redirect + forged.open(page).text


def test_every_page_has_security_headers(browser: Browser) -> None:
    """Headers forbid caching, framing, referrers, scripts in the page and everything from other servers."""
    pages = [browser.open("/console/login"), browser.log_in()]
    pages += [
        browser.open(f"/console/{page}") for page in ("", "shelf", "plan/2021-02", "push/999", "members")
    ]
    for missing in ("/console/nowhere", "/console"):
        headers = browser.open(missing).response.headers
        assert ("no-store", "nosniff") == (headers["Cache-Control"], headers["X-Content-Type-Options"])
    for headers in (page.response.headers for page in pages):
        assert "same-origin" == headers["Cross-Origin-Opener-Policy"]
        policy = dict(part.partition(" ")[::2] for part in headers["Content-Security-Policy"].split("; "))
        assert ("'none'", "'none'", "'self'", "'none'") == tuple(
            policy[name] for name in ("default-src", "frame-ancestors", "form-action", "base-uri")
        )
        assert {"'self'"} == {policy[name] for name in ("style-src", "script-src", "connect-src")}
        assert "unsafe" not in str(policy)
        assert ("no-store", "nosniff", "same-origin") == tuple(
            headers[name] for name in ("Cache-Control", "X-Content-Type-Options", "Referrer-Policy")
        )


@pytest.mark.both_databases
def test_no_page_holds_a_script_or_a_style_of_its_own(browser: Browser) -> None:
    """A page has no script or style of its own, and no style attribute or event handler: its policy blocks them."""
    browser.log_in()
    for page in ("", "shelf", "members", "plan/2021-02"):
        text = browser.open(f"/console/{page}").text
        assert not re.search(r"<script(?! src=)|\sstyle=|\son[a-z]+=", text), page


def test_without_accounts_the_login_page_shows_the_command(site: Site) -> None:
    """While there are no accounts the login page shows the operator's command and no form."""
    seen = Browser(site().app).open("/console/login")
    assert "wxbot editors add" in seen.words
    assert "<form" not in seen.text


def test_with_accounts_the_login_page_shows_no_command(browser: Browser) -> None:
    """Once there is an account, the login page does not name the program."""
    assert "wxbot" not in browser.open("/console/login").words


def test_a_failure_is_shown_in_chinese(browser: Browser, sample_db: Database) -> None:
    """An unexpected exception, here a missing table, gives status 500 and a Chinese page without a traceback."""
    browser.log_in()
    with sample_db.begin() as session:
        session.connection().exec_driver_sql("DROP TABLE journal")
    seen = browser.open("/console/members")
    assert 500 == seen.status
    assert "这一页出错了" in seen.words
    assert "journal" not in seen.text


def test_a_missing_page_is_named(browser: Browser) -> None:
    """An unknown campaign, issue, action or page gives 404 with an explanation."""
    browser.log_in()
    for page in ("push/999", "push/999/pause", "plan/1999-01", "nowhere"):
        assert 404 == browser.open(f"/console/{page}").status, page
    assert "没有推送计划 999" in browser.open("/console/push/999").words


def test_static_files_are_kept_by_browsers_and_need_no_login(browser: Browser) -> None:
    """The login page's style sheet and scripts need no login and are kept for good; an outdated address is 404."""
    page = browser.open("/console/login")
    addresses = re.findall(r'(?:href|src)="(/console/static/[^"]+)"', page.text)
    assert {"console.css", "htmx.min.js", "Sortable.min.js"} <= {
        each.rpartition("/")[2] for each in addresses
    }
    for address in addresses:
        seen = browser.open(address)
        assert 200 == seen.status
        assert "immutable" in seen.response.headers["Cache-Control"]
    name = addresses[0].rpartition("/")[2]
    assert 404 == browser.open(f"/console/static/{'0' * 16}/{name}").status
