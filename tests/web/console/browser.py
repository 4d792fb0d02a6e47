"""An editor's browser: logs in, opens pages, and sends their forms as the pages say."""

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser

from flask import Flask
from werkzeug.test import TestResponse

from wxbot.db import Database
from wxbot.editors import Editor, passwords

PASSWORD = "春风又绿江南岸 2026"
NAME = "王编辑"


class _Forms(HTMLParser):
    """The forms of a page by address: the fields with their values."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, list[dict[str, str]]] = {}
        self._fields: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read a form, a field, or a selected option."""
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "form":
            self._fields = {}
            self.forms.setdefault(given["action"], []).append(self._fields)
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
class SeenPage:
    """A page as the browser got it."""

    response: TestResponse

    @property
    def status(self) -> int:
        """The status of the response."""
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
    def going(self) -> str:
        """The address to which the response redirects; "" for none."""
        return self.response.headers.get("Location", "")

    def form(self, action: str, which: int = -1) -> dict[str, str]:
        """The fields of the form with this address; of several the last, or the one at `which`."""
        reader = _Forms()
        reader.feed(self.text)
        return reader.forms[action][which]


class Browser:
    """A browser with its own cookies, at an IP address, on a site, with headers for every request."""

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
        self._where = {"base_url": site, "environ_base": {"REMOTE_ADDR": address}}
        self._headers = headers or {}

    def open(self, path: str) -> SeenPage:
        """Open a page."""
        return SeenPage(self._client.get(path, headers=self._headers, **self._where))

    def send(self, path: str, fields: dict[str, str]) -> SeenPage:
        """Send a form with exactly these fields."""
        return SeenPage(self._client.post(path, data=fields, headers=self._headers, **self._where))

    def fill(self, page: str, action: str | None = None, **fields: str) -> SeenPage:
        """Open a page, fill in its last form with that address, and send it."""
        action = action or page
        return self.send(action, self.open(page).form(action) | fields)

    def log_in(self, name: str = NAME, password: str = PASSWORD, then: str = "") -> SeenPage:
        """Log in through the form."""
        return self.fill(f"/console/login?next={then}", "/console/login", name=name, password=password)

    def press(self, campaign_id: int, verb: str) -> SeenPage:
        """Choose an action and confirm it; gives the last page."""
        path = f"/console/push/{campaign_id}/{verb}"
        done = self.fill(path)
        return self.open(done.going) if done.going else done


@cache
def password_hash() -> str:
    """The hash of the password, computed once, since hashing is slow on purpose."""
    return passwords.hash_password(PASSWORD)


def add_account(db: Database, now: dt.datetime, name: str = NAME, openid: str | None = None) -> None:
    """Add an editor's account."""
    with db.begin() as session:
        session.add(Editor(name=name, openid=openid, password=password_hash(), made_at=now))
