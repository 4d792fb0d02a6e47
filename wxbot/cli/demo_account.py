"""The account of a running demo: its issues, menu, followers and editor, and what keeps its numbers in agreement.

A worker reads the list of followers once a night. In a demo somebody may add a thousand followers on the simulator's
page, or move its clock over a week, and looks at the console a second later.
"""

import json
import logging
import secrets
import time
import urllib.request
from dataclasses import dataclass

from wxbot import editors, followers, library
from wxbot.bot.rules.menu import read_buttons
from wxbot.cli.context import print_notes
from wxbot.errors import WxbotError
from wxbot.wiring import Services

__all__ = ["DemoAccount", "PreparedAccount"]

EDITOR = "小编"
CHECK_SECONDS = 2.0
MOVED_SECONDS = 60.0  # between two checks; a clock that gained more was moved

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PreparedAccount:
    """The numbers of the issues in the demo's library, and name and password of its editor."""

    numbers: list[str]
    editor: str
    password: str


class DemoAccount:
    """The demo's account at the simulator that runs at `simulator_url`."""

    def __init__(self, services: Services, simulator_url: str) -> None:
        self._services = services
        self._simulator = f"{simulator_url}/_sim"
        self._checked = time.monotonic()
        self._expected = services.now()
        self._off = 0  # followers by which the two lists differed at the last check

    def add_followers(self, count: int) -> None:
        """Create that many followers at the simulator, without callbacks."""
        self._ask("followers", {"count": count})

    def prepare(self) -> PreparedAccount:
        """Bring the account into the state of a working one: issues, menu, followers, and an editor who may log in."""
        w = self._services
        numbers = self._ingest_bulletins()
        w.wechat.create_menu({"button": read_buttons(w.rules_path)})
        self._sync_followers()
        password = secrets.token_hex(6)
        editors.add(w.db, EDITOR, password, openid=None, by="demo", now=w.now())
        return PreparedAccount(numbers, EDITOR, password)

    def _ingest_bulletins(self) -> list[str]:
        """Ingest the bulletins of content/ and return their numbers; the worker then plans their pushes."""
        w = self._services
        results = list(
            library.ingest(
                w.db,
                [w.bulletin_folder],
                w.now(),
                to_plan=True,
                readers=w.readers,
                policy=library.PublishPolicy(w.settings.publish),
                by="demo",
            )
        )
        w.sync_index()
        for done in results:
            if done.says:
                print_notes(f"没有上架 {done.file}：{done.says}")
        return [done.key for done in results if done.key]

    def catch_up(self) -> None:
        """Do what the worker does at night, if the clock was moved or the simulator has other followers.

        Followers that differ may be on their way as callbacks, so only a difference that stays is mended.
        """
        if time.monotonic() < self._checked + CHECK_SECONDS:
            return
        w = self._services
        moved = (w.now() - self._expected).total_seconds() > MOVED_SECONDS
        self._checked, self._expected = time.monotonic(), w.now()
        try:
            with w.db.read() as session:
                off = int(str(self._ask("followers?limit=0")["total"])) - followers.count(session)
            stays, self._off = off != 0 and off == self._off, off
            if moved or stays:
                self._sync_followers()
            if moved:
                w.pusher.fetch_recent_figures()
        except (WxbotError, OSError) as error:
            log.warning("the demo could not catch up: %s", error)

    def _sync_followers(self) -> None:
        for _ in self._services.pusher.sync_followers():
            continue

    def _ask(self, path: str, body: dict[str, object] | None = None) -> dict[str, object]:
        """Call the simulator's control interface."""
        request = urllib.request.Request(  # noqa: S310  the demo's own simulator
            f"{self._simulator}/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  as above
            found: dict[str, object] = json.load(answer)
        return found
