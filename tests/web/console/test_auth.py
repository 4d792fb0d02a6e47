"""Facts about the console's door: who gets in, what a stranger sees, which forms count."""

import datetime as dt
import re

import pytest
from werkzeug.test import TestResponse

from tests.web.conftest import Site
from tests.web.console.browser import NAME, PASSWORD, Browser, add_account
from tests.web.console.conftest import Built
from wxbot import audit, editors
from wxbot.db import Database

PAGES = ["", "shelf", "questions", "push/1", "push/1/approve", "plan/2021-02", "push/1/report"]


@pytest.fixture
def browser(site: Site, sample_db: Database, now: dt.datetime) -> Browser:
    """A browser that is not logged in, where one editor has an account."""
    add_account(sample_db, now)
    return Browser(site().app)


def _cookies(response: TestResponse) -> dict[str, str]:
    """The cookies that an answer sets, each with its attributes."""
    return {line.partition("=")[0]: line for line in response.headers.getlist("Set-Cookie")}


def test_a_stranger_sees_the_login_and_nothing_else(browser: Browser) -> None:
    """Every page leads to the login, and from there back to where the editor wanted to go."""
    for page in PAGES:
        seen = browser.open(f"/console/{page}")
        assert (303, f"/console/login?next={page}") == (seen.status, seen.going)
    assert "/console/push/1/report" == browser.log_in(then="push/1/report").going


def test_a_stranger_can_do_nothing(browser: Browser) -> None:
    """A form without a session is not looked at; whoever was logged in before is told that nothing happened."""
    for page in ("push/1/pause", "plan/2021-02", "logout"):
        seen = browser.send(f"/console/{page}", {"csrf_token": "x", "seen": "x"})
        assert 303 == seen.status
        assert "刚才的操作没有做" in browser.open(seen.going).words


def test_a_name_and_a_password_open_it(browser: Browser) -> None:
    """Then the pages are there, with the editor's name on them."""
    assert 303 == browser.log_in().status
    assert [200, 200, 200] == [browser.open(f"/console/{page}").status for page in ("", "shelf", "questions")]
    assert NAME in browser.open("/console/").words


def test_a_refusal_does_not_tell_why(browser: Browser) -> None:
    """A wrong name and a wrong password look alike, but for what was typed, and let nobody in."""
    wrong, stranger = browser.log_in(NAME, "not the password"), browser.log_in("谁也不是", PASSWORD)
    assert wrong.text.replace(NAME, "") == stranger.text.replace("谁也不是", "")
    for seen in (wrong, stranger):
        assert (401, "") == (seen.status, seen.going)
        assert "名字或密码不对" in seen.words
    assert PASSWORD not in stranger.text
    assert 401 == browser.log_in("", "").status
    assert 303 == browser.open("/console/").status


def test_guessing_is_stopped(browser: Browser) -> None:
    """After five wrong ones even the right password has to wait."""
    for n in range(5):
        assert 401 == browser.log_in(password=f"guess number {n}").status
    seen = browser.log_in()
    assert (429, "") == (seen.status, seen.going)
    assert "一刻钟" in seen.words


def test_a_proxy_on_this_machine_says_who_asks(site: Site, sample_db: Database, now: dt.datetime) -> None:
    """Behind nginx the guesser is locked out, not everybody; what a stranger claims of itself counts for nothing."""
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


def test_addresses_of_one_network_are_one(site: Site, sample_db: Database, now: dt.datetime) -> None:
    """Who has one IPv6 address has all of its network to guess from; an IPv4 address is one in either notation."""
    app = site().app
    add_account(sample_db, now)
    for address in ("2001:db8::1", "2001:db8::2:3", "2001:db8:0:1::1", "::ffff:192.0.2.5", "192.0.2.5"):
        Browser(app, address).log_in(password="a wrong one")
    with sample_db.read() as session:
        found = [e.who for e in audit.history(session)][::-1]
    assert ["2001:db8::/64", "2001:db8::/64", "2001:db8:0:1::/64", "192.0.2.5", "192.0.2.5"] == found


def test_the_cookie_is_for_browsers_alone(browser: Browser) -> None:
    """No script reads it, no other site sends it, it goes over https only, and to no other page."""
    cookie = _cookies(browser.log_in().response)["wxbot_console"]
    assert {"HttpOnly", "Secure", "SameSite=Strict", "Path=/console/", "Max-Age=43200"} <= set(
        cookie.split("; ")
    )


def test_without_https_the_cookie_is_sent_without(built: Built) -> None:
    """A rehearsal on http can log in too."""
    house = built(public_url="http://news.example.org")
    add_account(house.db, house.harness.now())
    browser = Browser(house.app, site="http://127.0.0.1:8000")
    seen = browser.log_in()
    assert "Secure" not in _cookies(seen.response)["wxbot_console"]
    assert 200 == browser.open("/console/").status


def test_logging_out_ends_the_session(browser: Browser) -> None:
    """Not only the cookie: whoever kept the token is out too."""
    token = browser.log_in().response.headers["Set-Cookie"]
    out = browser.fill("/console/", "/console/logout")
    assert "已退出" in browser.open(out.going).words
    kept = token.partition(";")[0]
    assert 303 == Browser(browser.app, headers={"Cookie": kept}).open("/console/").status


def test_a_link_does_not_log_anybody_out(browser: Browser) -> None:
    """Only the button does."""
    browser.log_in()
    assert "/console/" == browser.open("/console/logout").going
    assert 200 == browser.open("/console/").status


def test_who_is_taken_away_is_out(browser: Browser, sample_db: Database, now: dt.datetime) -> None:
    """The next click of an editor who has another password, or no account any more, leads to the login."""
    browser.log_in()
    editors.change_password(sample_db, NAME, "another password", by="root", now=now)
    assert 303 == browser.open("/console/").status
    assert 303 == browser.log_in(password="another password").status
    assert 200 == browser.open("/console/").status
    editors.remove(sample_db, NAME, by="root", now=now)
    assert 303 == browser.open("/console/").status


def test_a_session_ends_with_the_day(site: Site, sample_db: Database, now: dt.datetime) -> None:
    """Twelve hours later the same cookie opens nothing, in whatever process."""
    add_account(sample_db, now)
    cookie = Browser(site().app).log_in().response.headers["Set-Cookie"].partition(";")[0]
    almost, over = (
        Browser(site(later=12 * 3600 + s).app, headers={"Cookie": cookie}).open("/console/") for s in (-1, 0)
    )
    assert (200, 303) == (almost.status, over.status)


def test_a_form_of_somebody_else_counts_for_nothing(browser: Browser) -> None:
    """Another site may make a browser send the cookie; the word that only our page holds it cannot send."""
    browser.log_in()
    for fields in ({}, {"csrf_token": ""}, {"csrf_token": "0" * 64}, {"csrf_token": "中"}):
        for page in ("push/1/cancel", "plan/2021-02", "logout"):
            assert 400 == browser.send(f"/console/{page}", fields).status
        assert 200 == browser.open("/console/").status
        assert 400 == browser.send("/console/login", fields | {"name": NAME, "password": PASSWORD}).status


def test_the_word_of_one_session_is_not_that_of_another(browser: Browser) -> None:
    """A form that one editor was shown does nothing in another's browser."""
    browser.log_in()
    other = Browser(browser.app, "192.0.2.2")
    other.log_in()
    word = other.open("/console/").form("/console/logout")["csrf_token"]
    assert 400 == browser.send("/console/logout", {"csrf_token": word}).status


def test_nobody_is_led_elsewhere(browser: Browser) -> None:
    """After the login an editor is on a page of the console, whatever the link said."""
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
    assert (303, "/console/") == (seen.status, seen.going)


def test_every_page_is_hardened(browser: Browser) -> None:
    """Nobody keeps it, frames it, or is told of it; no script runs in it and nothing is loaded from elsewhere."""
    pages = [browser.open("/console/login"), browser.log_in()]
    pages += [
        browser.open(f"/console/{page}") for page in ("", "shelf", "plan/2021-02", "push/999", "questions")
    ]
    for headers in (page.response.headers for page in pages):
        policy = dict(part.partition(" ")[::2] for part in headers["Content-Security-Policy"].split("; "))
        assert ("'none'", "'none'", "'self'", "'none'") == tuple(
            policy[name] for name in ("default-src", "frame-ancestors", "form-action", "base-uri")
        )
        assert {"default-src", "style-src", "img-src", "form-action", "base-uri", "frame-ancestors"} == set(
            policy
        )
        assert "unsafe" not in str(policy)
        assert ("no-store", "nosniff", "same-origin") == tuple(
            headers[name] for name in ("Cache-Control", "X-Content-Type-Options", "Referrer-Policy")
        )


def test_no_page_holds_a_script_or_a_style_of_its_own(browser: Browser) -> None:
    """The policy would block it: no <script>, no style attribute, no handler."""
    browser.log_in()
    for page in ("", "shelf", "questions", "plan/2021-02"):
        text = browser.open(f"/console/{page}").text
        assert not re.search(r"<script|\sstyle=|\son[a-z]+=", text), page


def test_without_accounts_it_says_how_to_make_one(site: Site) -> None:
    """The first visit tells the operator's command, and shows no form that could not work."""
    seen = Browser(site().app).open("/console/login")
    assert "wxbot editors add" in seen.words
    assert "<form" not in seen.text


def test_with_accounts_the_command_is_not_told(browser: Browser) -> None:
    """A stranger learns nothing of how things are done here."""
    assert "wxbot" not in browser.open("/console/login").words


def test_a_page_that_fails_says_so_in_words(browser: Browser, sample_db: Database) -> None:
    """Whatever breaks, here a table that is gone: a page in Chinese with a way on, status 500, no traceback."""
    browser.log_in()
    with sample_db.begin() as session:
        session.connection().exec_driver_sql("DROP TABLE journal")
    seen = browser.open("/console/questions")
    assert 500 == seen.status
    assert "这一页出错了" in seen.words
    assert "journal" not in seen.text


def test_what_is_not_there_is_said(browser: Browser) -> None:
    """No such campaign, issue, deed or page: 404, in words."""
    browser.log_in()
    for page in ("push/999", "push/999/pause", "plan/1999-01", "nowhere"):
        assert 404 == browser.open(f"/console/{page}").status, page
    assert "没有推送计划 999" in browser.open("/console/push/999").words
