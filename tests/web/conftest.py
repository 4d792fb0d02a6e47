"""Fixtures: the application on a real library and index, and a client that signs and encrypts as the platform does."""

import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from pydantic import SecretStr
from werkzeug.test import TestResponse

from tests.conftest import ROOT
from wxbot.bot import Bot, Replies
from wxbot.db import Database
from wxbot.search import Index
from wxbot.settings import Settings
from wxbot.web import create_app, runtime_of
from wxbot.web.deadline import TimeShares
from wxbot.wechat import CallbackCrypto

TOKEN = "tokenOfTheTests"
APP_ID = "wxba5fad812f8e6fb9"
PUBLIC_URL = "https://news.example.org"
_NONCES = itertools.count(1)


def signature(*parts: str) -> str:
    """Return the platform's signature: SHA-1 of the sorted and joined parts."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def message(content: str = "芯片", msg_id: int = 1, openid: str = "alice") -> str:
    """Return the XML of a text message."""
    return push_xml(
        f"<MsgType>text</MsgType><Content><![CDATA[{content}]]></Content><MsgId>{msg_id}</MsgId>", openid
    )


def event(name: str, openid: str = "alice", more: str = "") -> str:
    """Return the XML of an event."""
    return push_xml(f"<MsgType>event</MsgType><Event>{name}</Event>{more}", openid)


def push_xml(inside: str, openid: str = "alice") -> str:
    """Return the XML of a message or an event with these fields."""
    return (
        f"<xml><ToUserName>gh_test</ToUserName><FromUserName>{openid}</FromUserName>"
        f"<CreateTime>1793000000</CreateTime>{inside}</xml>"
    )


@dataclass
class Caller:
    """A client of an application that acts as the platform: it pushes and reads replies, encrypted with `envelope`."""

    app: Flask
    now: dt.datetime
    envelope: CallbackCrypto | None = None
    path: str = "/wechat"

    def push(self, body: str | bytes, *, at: dt.datetime | None = None, **query: str) -> TestResponse:
        """Send one POST with a valid signature of the time `at`; `query` replaces fields of the address."""
        stamp, nonce = str(int((at or self.now).timestamp())), f"n{next(_NONCES)}"
        fields = {"signature": signature(TOKEN, stamp, nonce), "timestamp": stamp, "nonce": nonce} | query
        if self.envelope is not None and isinstance(body, str):
            body = self.envelope.seal(body, at or self.now, nonce, as_json=body.startswith("{"))
            sealed = _fields(body)["Encrypt"]
            fields |= {"encrypt_type": "aes", "msg_signature": signature(TOKEN, stamp, nonce, sealed)} | query
        return self.app.test_client().post(self.path, query_string=fields, data=body)

    def shown(self, body: str) -> dict[str, Any] | None:
        """Push a message and return the fields of the reply that the follower sees, or None for no reply."""
        response = self.push(body)
        assert 200 == response.status_code
        text = response.get_data(as_text=True)
        if text == "success":
            return None
        if self.envelope is not None:
            text = self.decrypt(response)
        root = _xml(text)
        return {child.tag: child.text for child in root.iter() if not len(child)}

    def decrypt(self, response: TestResponse) -> str:
        """Return an encrypted reply, in XML or JSON."""
        assert self.envelope is not None
        body = response.get_data()
        fields = _fields(body.decode())
        query = {"encrypt_type": "aes", "timestamp": str(fields["TimeStamp"]), "nonce": fields["Nonce"]}
        query["msg_signature"] = fields["MsgSignature"]
        return self.envelope.open(query, body, self.now).body.decode()


def _fields(body: str) -> dict[str, Any]:
    """Return the fields of an envelope in XML or JSON."""
    if body.startswith("{"):
        return dict(json.loads(body))
    return {child.tag: child.text or "" for child in _xml(body)}


def _xml(body: str | bytes) -> ET.Element:
    return ET.fromstring(body)  # noqa: S314  our own reply


Site = Callable[..., Caller]


@pytest.fixture
def site(sample_db: Database, index: Index, tmp_path: Path, now: dt.datetime) -> Iterator[Site]:
    """Yield a function that builds an application, `later` seconds ahead of `now`; other arguments are settings."""
    apps: list[Flask] = []

    def site(
        *,
        aes_key: str | None = None,
        previous_aes_key: str | None = None,
        db: Database = sample_db,
        index: Index = index,
        later: int = 0,
        shares: TimeShares | None = None,
        **given: Any,
    ) -> Caller:
        settings = Settings(
            token=SecretStr(TOKEN), app_id=APP_ID, public_url=PUBLIC_URL, state=tmp_path / "var", **given
        )
        envelope = CallbackCrypto(TOKEN, APP_ID, aes_key, previous_aes_key)
        bot = Bot(db, index, Replies(ROOT / "content" / "replies"), public_url=PUBLIC_URL)
        moment = now + dt.timedelta(seconds=later)
        app = create_app(
            settings=settings,
            db=db,
            index=index,
            bot=bot,
            envelope=envelope,
            clock=lambda: moment,
            shares=shares,
        )
        apps.append(app)
        return Caller(app, moment, envelope if aes_key else None)

    yield site
    for app in apps:
        runtime_of(app).close()


@pytest.fixture
def caller(site: Site) -> Caller:
    """Return a client of the application in plaintext mode."""
    return site()
