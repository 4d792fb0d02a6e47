"""An editor at a browser: logs in, opens pages, fills their forms in and sends them, as the pages say."""

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
    """The forms of a page, by the address to which each is sent: the fields with what stands in them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, list[dict[str, str]]] = {}
        self._fields: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in a form, a field, or an option that is selected."""
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
        elif tag == "input" and name and _counts(given):
            self._fields[name] = value


def _counts(given: dict[str, str]) -> bool:
    """Whether a browser would send this field."""
    return given.get("type") not in {"radio", "checkbox"} or "checked" in given


@dataclass
class Seen:
    """A page as it came."""

    response: TestResponse

    @property
    def status(self) -> int:
        """The status of the answer."""
        return self.response.status_code

    @property
    def text(self) -> str:
        """The page."""
        return self.response.get_data(as_text=True)

    @property
    def words(self) -> str:
        """What can be read on it, without marks and with single blanks."""
        body = self.text.partition("<body>")[2]
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body)).strip()

    @property
    def going(self) -> str:
        """Where it sends the browser; "" when it does not."""
        return self.response.headers.get("Location", "")

    def form(self, action: str, which: int = -1) -> dict[str, str]:
        """The fields of a form that is sent to an address; of several the last, if no other is asked for."""
        reader = _Forms()
        reader.feed(self.text)
        return reader.forms[action][which]


class Browser:
    """One browser with cookies of its own: at `address`, on a site reached at `site`, sending `headers` along."""

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

    def open(self, path: str) -> Seen:
        """Look at a page."""
        return Seen(self._client.get(path, headers=self._headers, **self._where))

    def send(self, path: str, fields: dict[str, str]) -> Seen:
        """Send a form, exactly these fields."""
        return Seen(self._client.post(path, data=fields, headers=self._headers, **self._where))

    def fill(self, page: str, action: str | None = None, **fields: str) -> Seen:
        """Open a page, fill its form in and send it; the last form of the page with that address."""
        action = action or page
        return self.send(action, self.open(page).form(action) | fields)

    def log_in(self, name: str = NAME, password: str = PASSWORD, then: str = "") -> Seen:
        """Log in by the form."""
        return self.fill(f"/console/login?next={then}", "/console/login", name=name, password=password)

    def press(self, campaign_id: int, verb: str) -> Seen:
        """Ask for a deed and confirm it; gives what is shown in the end."""
        path = f"/console/push/{campaign_id}/{verb}"
        done = self.fill(path)
        return self.open(done.going) if done.going else done


@cache
def kept() -> str:
    """What is kept of the password: made once, since making it is meant to be slow."""
    return passwords.hash_password(PASSWORD)


def hire(db: Database, now: dt.datetime, name: str = NAME, openid: str | None = None) -> None:
    """Give somebody an account."""
    with db.begin() as session:
        session.add(Editor(name=name, openid=openid, password=kept(), made_at=now))
