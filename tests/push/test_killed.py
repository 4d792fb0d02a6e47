"""Facts about a worker that is killed: at any line, and what the followers have in the end."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.desk import Desk, ask
from wxbot import library
from wxbot.db import Database
from wxbot.push import CampaignState

# Every n-th line in an ordinary run; all of them (n = 1) with WXBOT_TEST_EVERY_LINE=1, in some minutes.
POINTS = 10_000 if os.environ.get("WXBOT_TEST_EVERY_LINE") else 24


class Killing:
    """The program that forks and kills workers."""

    def __init__(self, env: dict[str, str]) -> None:
        self._env = env
        self._program = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("killing.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ring(self, desk: Desk, url: str, kill_at: int | None = None) -> dict[str, Any]:
        """One worker's ring, on the database at `url`, at the platform's moment."""
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        env = self._env | {"WXBOT_DATABASE_URL": url}
        order = {"env": env, "now": desk.now().timestamp(), "kill_at": kill_at}
        self._program.stdin.write(json.dumps(order) + "\n")
        self._program.stdin.flush()
        told: dict[str, Any] = json.loads(self._program.stdout.readline())
        assert "error" not in told, told
        return told

    def close(self) -> None:
        """End the program."""
        self._program.communicate()


SHORT = """长风联盟工作简报
2021 年第 09 期 2021 年 05 月 10 日 长风联盟秘书处编

【新动向】

 联盟召开春季会员大会

五月八日，联盟在北京召开春季会员大会，四十多家会员单位的代表到会。
"""


@pytest.fixture
def short(desk: Desk, tmp_path: Path) -> Desk:
    """A desk with an issue of one article: fewer pictures to draw for each death."""
    (tmp_path / "short.txt").write_text(SHORT, encoding="utf-8")
    (done,) = library.ingest(desk.db, [tmp_path / "short.txt"], desk.now())
    assert "2021-09" == done.parsed.number
    desk.number = "2021-09"
    return desk


@pytest.fixture
def killing(desk: Desk, tmp_path: Path) -> Iterator[Killing]:
    """The program, started with the account's settings."""
    account = desk.platform.account
    env = {
        "WXBOT_APP_ID": account.app_id,
        "WXBOT_APP_SECRET": account.secret,
        "WXBOT_PLATFORM_URL": desk.platform.url,
        "WXBOT_PUBLIC_URL": desk.terms.public_url,
        "WXBOT_ACCOUNT_NAME": desk.terms.author,
        "WXBOT_STATE": str(tmp_path / "var"),
        "WXBOT_CONTENT": str(tmp_path / "content"),
    }
    killing = Killing(env)
    yield killing
    killing.close()


class Copies:
    """Fresh copies of one prepared database."""

    def __init__(self, desk: Desk, url: str, tmp_path: Path) -> None:
        self._url, self._tmp_path, self._count = make_url(url), tmp_path, 0
        desk.db.close()
        if desk.db.is_sqlite:
            self._file = Path(str(self._url.database)).read_bytes()

    def fresh(self) -> str:
        """The address of one more copy."""
        self._count += 1
        if self._url.get_backend_name() == "sqlite":
            file = self._tmp_path / f"copy-{self._count}.db"
            file.write_bytes(self._file)
            return f"sqlite:///{file}"
        copy = self._url.set(database=f"{self._url.database}_{self._count}")
        self._admin(f'CREATE DATABASE "{copy.database}" TEMPLATE "{self._url.database}"')
        return copy.render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Take a copy away again."""
        if self._url.get_backend_name() != "sqlite":
            self._admin(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')

    def _admin(self, statement: str) -> None:
        engine = create_engine(self._url.set(database="postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


def test_killed_at_any_line_the_issue_arrives_once(
    short: Desk, killing: Killing, database_url: str, tmp_path: Path
) -> None:
    """Whatever line a worker dies at, the next ones finish its work: every follower has the issue once."""
    desk = short
    campaign = desk.approved()
    copies = Copies(desk, database_url, tmp_path)
    url = copies.fresh()
    lines = killing.ring(desk, url)["lines"]
    assert lines > 300, "the whole delivery ran under the tracer"
    copies.drop(url)

    for kill_at in range(1, lines, max(1, lines // POINTS)):
        _started_anew(desk)
        url = copies.fresh()
        killed = killing.ring(desk, url, kill_at)["killed"]
        found = _finished(desk, killing, url, campaign)
        assert (True, CampaignState.FINISHED, {"sent": 1}, [1, 1, 1]) == (killed, *found), (
            f"killed at line {kill_at}"
        )
        copies.drop(url)


def _finished(desk: Desk, killing: Killing, url: str, campaign: int) -> tuple[object, ...]:
    """Ring until the campaign is over, at most five times; gives what there is to see then."""
    for _ in range(5):
        desk.later(61)
        killing.ring(desk, url)
        found = _seen(desk, url, campaign)
        if found[0] == CampaignState.FINISHED:
            break
    return found


def _started_anew(desk: Desk) -> None:
    ask(desk.platform, "/_sim/reset", {})
    for openid in ("alice", "bob", "carol"):
        ask(desk.platform, "/_sim/followers", {"openid": openid})


def _seen(desk: Desk, url: str, campaign: int) -> tuple[CampaignState, dict[str, int], list[int]]:
    db = Database.open(url)
    looking = Desk(db, desk.platform, desk.wechat)
    found = looking.state(campaign), looking.counts(campaign)
    db.close()
    return *found, [len(desk.inbox(openid)) for openid in ("alice", "bob", "carol")]
