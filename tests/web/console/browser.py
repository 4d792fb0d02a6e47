"""A browser for the console's tests: log in, open pages, and send their forms."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from wxbot.db import Database
from wxbot.editors import Editor, EditorRole, passwords

PASSWORD = "春风又绿江南岸 2026"
NAME = "王编辑"


class _Forms(HTMLParser):
    """Parse the forms of a page: for each address the fields with their values."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, list[dict[str, str]]] = {}
        self._fields: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record a form, a field, or a selected option."""
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "form":
            self._fields = {}
            self.forms.setdefault(given.get("action", ""), []).append(self._fields)
        elif tag == "select":
            self._select = name
            self._fields.setdefault(name, "")
        elif tag == "option" and "selected" in given:
            self._fields[self._select] = value
        elif tag == "input" and name and _is_sent(given):
            self._fields[name] = value


def _is_sent(given: dict[str, str]) -> bool:
    """Return whether a browser would send this field."""
    return given.get("type") not in {"radio", "checkbox"} or "checked" in given


@dataclass
class BrowserPage:
    """A page that the browser received."""

    response: TestResponse

    @property
    def status(self) -> int:
        """The response's status."""
        return self.response.status_code

    @property
    def text(self) -> str:
        """The page's HTML."""
        return self.response.get_data(as_text=True)

    @property
    def words(self) -> str:
        """The page's text without tags and with single blanks."""
        body = self.text.partition("<body>")[2]
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body)).strip()

    @property
    def redirect(self) -> str:
        """The address that the response redirects to; "" for none."""
        return self.response.headers.get("Location", "")

    def form(self, action: str, which: int = -1) -> dict[str, str]:
        """Return the fields of the form with this address; of several forms the one at `which`, by default the last."""
        reader = _Forms()
        reader.feed(self.text)
        return reader.forms[action][which]


class Browser:
    """A browser with cookies of its own; `address` is its IP address, `headers` are sent with every request."""

    def __init__(
        self,
        app: Flask,
        address: str = "192.0.2.1",
        *,
        site: str = "https://news.example.org",
        headers: dict[str, str] | None = None,
    ) -> None:
        self.app = app
        self._client = app.test_client(use_cookies="Cookie" not in (headers or {}))
        self._environment: dict[str, Any] = {"base_url": site, "environ_base": {"REMOTE_ADDR": address}}
        self._headers = headers or {}

    @property
    def cookie(self) -> str:
        """The Cookie header of a request for a page of the console."""
        domain = urlsplit(self._environment["base_url"]).hostname or ""
        found = self._client.get_cookie("wxbot_console", domain, "/console/")
        return f"wxbot_console={found.value}" if found is not None else ""

    def open(self, path: str) -> BrowserPage:
        """Open a page."""
        return BrowserPage(self._client.get(path, headers=self._headers, **self._environment))

    def send(self, path: str, fields: Mapping[str, object]) -> BrowserPage:
        """Send a form with exactly these fields."""
        return BrowserPage(self._client.post(path, data=fields, headers=self._headers, **self._environment))

    def fill(self, page: str, action: str | None = None, **fields: str) -> BrowserPage:
        """Open a page, fill in its last form with that address, and send it."""
        action = action or page
        return self.send(action, self.open(page).form(action) | fields)

    def log_in(self, name: str = NAME, password: str = PASSWORD, then: str = "") -> BrowserPage:
        """Log in through the form."""
        return self.fill(f"/console/login?next={then}", "/console/login", name=name, password=password)

    def press(self, campaign_id: int, verb: str) -> BrowserPage:
        """Open an action's page and confirm it; return the last page."""
        path = f"/console/push/{campaign_id}/{verb}"
        page = self.fill(path)
        return self.open(page.redirect) if page.redirect else page


@cache
def password_hash() -> str:
    """Return the hash of PASSWORD, computed once because hashing is slow on purpose."""
    return passwords.hash_password(PASSWORD)


def add_account(
    db: Database,
    now: dt.datetime,
    name: str = NAME,
    openid: str | None = None,
    role: EditorRole = EditorRole.ADMIN,
) -> None:
    """Add an editor's account."""
    with db.begin() as session:
        session.add(Editor(name=name, openid=openid, role=role, password=password_hash(), made_at=now))
