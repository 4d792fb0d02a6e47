"""Tests of conversations through the simulated platform in every mode of the webhook."""

import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from pydantic import SecretStr
from werkzeug.serving import make_server

import wechat_simulator
from tests.conftest import ROOT
from wxbot.bot import Bot, Replies
from wxbot.db import Database
from wxbot.search import Index
from wxbot.settings import Settings
from wxbot.web import create_app, runtime_of
from wxbot.wechat import CallbackCrypto


class FollowerPhone:
    """A follower's phone at the simulated platform."""

    def __init__(self, platform: Any, openid: str) -> None:
        self._url = platform.url
        self.openid = openid

    def follow(self) -> Any:
        """Follow the account; return the reply shown."""
        return self._post("followers", {"openid": self.openid})

    def say(self, content: str = "", **fields: object) -> Any:
        """Send a message; return the reply shown, the attempts, and whether the fault notice was shown."""
        given = {"openid": self.openid, "type": "text", "content": content} | fields
        return self._post("message", given)

    def _post(self, path: str, body: object) -> Any:
        return requests.post(f"{self._url}/_sim/{path}", json=body, timeout=30).json()


@pytest.fixture(params=["plain", "compat", "safe"])
def alice(
    request: pytest.FixtureRequest, sample_db: Database, index: Index, tmp_path: Path
) -> Iterator[FollowerPhone]:
    """Yield a follower of an account whose callback is our application, over HTTP."""
    with wechat_simulator.run(mode=request.param) as platform:
        account = platform.account
        settings = Settings(token=SecretStr(account.token), app_id=account.app_id, state=tmp_path / "var")
        key = None if request.param == "plain" else account.aes_key
        bot = Bot(
            sample_db, index, Replies(ROOT / "content" / "replies"), public_url="https://news.example.org"
        )
        app = create_app(
            settings=settings,
            db=sample_db,
            index=index,
            bot=bot,
            envelope=CallbackCrypto(account.token, account.app_id, key),
            clock=lambda: dt.datetime.now(dt.UTC),
        )
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        account.callback = f"http://127.0.0.1:{server.server_port}/wechat"
        yield FollowerPhone(platform, "alice")
        server.shutdown()
        thread.join()
        runtime_of(app).close()


def test_a_conversation_never_shows_the_fault_notice(alice: FollowerPhone) -> None:
    """Welcome, card, list, next page, a card from it and a text for a picture are shown, each at the first attempt."""
    seen = [
        alice.follow(),
        alice.say("白皮书"),
        alice.say("投融界"),
        alice.say("更多"),
        alice.say("6"),
        alice.say("]]> \x07 <zzqqx>"),
        alice.say(type="image"),
        alice.say(type="event", event="CLICK", key="LATEST"),
    ]

    shown = [each["shown"]["type"] for each in seen]
    assert ["text", "news", "text", "text", "news", "text", "text", "news"] == shown
    assert not any(each["fault"] for each in seen)
    assert all(len(each["attempts"]) == 1 for each in seen)
