"""The access token: one for all processes, refreshed by one, forced seldom."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from wxbot.db import Database, KeyValueStore
from wxbot.errors import Misconfigured, TryLater
from wxbot.wechat import MemoryTokenStore, TokenStore
from wxbot.wechat.token import AccessTokens

START = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


class Platform:
    """Hands out stable tokens as the platform does: one for two hours, the next in its last five minutes."""

    def __init__(self) -> None:
        self.now = START
        self.calls: list[bool] = []
        self.dead = ""
        self._until = START
        self._name = 0

    def clock(self) -> datetime:
        """The time of everybody here."""
        return self.now

    def fetch(self, force: bool) -> tuple[str, int]:
        """A token and its seconds."""
        self.calls.append(force)
        if self.dead:
            raise Misconfigured(self.dead)
        if force or self._until - self.now <= timedelta(seconds=300):
            self._name += 1
            self._until = self.now + timedelta(seconds=7200)
        return f"token-{self._name}", int((self._until - self.now).total_seconds())

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def platform() -> Platform:
    """A platform at noon in Beijing."""
    return Platform()


@pytest.fixture
def store() -> MemoryTokenStore:
    """Return the token store that all processes share."""
    return MemoryTokenStore()


def process(platform: Platform, store: MemoryTokenStore) -> AccessTokens:
    """The tokens as one process sees them; to wait lets the time of all pass."""
    return AccessTokens("wx1", platform.fetch, store, platform.clock, platform.later)


def test_token_is_asked_for_once_and_found_by_every_process(
    platform: Platform, store: MemoryTokenStore
) -> None:
    """The second process finds what the first one fetched."""
    assert "token-1" == process(platform, store).current() == process(platform, store).current()
    assert [False] == platform.calls


def test_token_is_refreshed_five_minutes_before_its_end(platform: Platform, store: MemoryTokenStore) -> None:
    """Not in the middle of its life, and never after it."""
    tokens = process(platform, store)
    tokens.current()

    platform.later(7200 - 301)
    assert "token-1" == tokens.current()
    platform.later(17)
    assert "token-2" == tokens.current()
    assert [False, False] == platform.calls


def test_one_refreshes_while_the_others_go_on_with_the_old_one(
    platform: Platform, store: MemoryTokenStore
) -> None:
    """While the claim is held elsewhere, a token that is still good is used, with no call and no waiting."""
    tokens = process(platform, store)
    tokens.current()
    platform.later(7000)
    store.claim("access_token:wx1", platform.now + timedelta(seconds=30), platform.now)

    assert "token-1" == tokens.current()
    assert [False] == platform.calls
    assert START + timedelta(seconds=7000) == platform.now


def test_without_a_good_token_the_others_wait_for_the_one(
    platform: Platform, store: MemoryTokenStore
) -> None:
    """A process without a valid token waits while another refreshes, and uses its token."""
    store.claim("access_token:wx1", platform.now + timedelta(seconds=30), platform.now)

    def pause(seconds: float) -> None:
        platform.later(seconds)
        store.put("access_token:wx1", "from another", platform.now + timedelta(seconds=7200))

    assert "from another" == AccessTokens("wx1", platform.fetch, store, platform.clock, pause).current()
    assert [] == platform.calls


def test_claim_of_a_dead_process_runs_out(platform: Platform, store: MemoryTokenStore) -> None:
    """A process that died while it fetched holds up nobody for longer than its claim."""
    store.claim("access_token:wx1", platform.now + timedelta(seconds=10), platform.now)

    assert "token-1" == process(platform, store).current()


def test_waiting_has_an_end(platform: Platform, store: MemoryTokenStore) -> None:
    """Waiting for another process's refresh ends in TryLater, and its lease stays."""
    until = platform.now + timedelta(seconds=3600)
    store.claim("access_token:wx1", until, platform.now)

    with pytest.raises(TryLater):
        process(platform, store).current()
    assert not store.claim("access_token:wx1", until, platform.now)


def test_good_token_survives_a_failed_refresh(platform: Platform, store: MemoryTokenStore) -> None:
    """While the old token is good a failure to get the next one stops nobody; afterwards it is said."""
    tokens = process(platform, store)
    tokens.current()
    platform.dead = "secret frozen"
    platform.later(7100)

    assert "token-1" == tokens.current()
    platform.later(200)
    with pytest.raises(Misconfigured, match="secret frozen"):
        tokens.current()
    platform.dead = ""
    assert "token-2" == tokens.current()


def test_stale_token_of_which_a_newer_one_is_kept(platform: Platform, store: MemoryTokenStore) -> None:
    """Another process has renewed it already: no call at all."""
    tokens = process(platform, store)
    tokens.current()

    assert "token-1" == tokens.renew("token-0")
    assert [False] == platform.calls


def test_stale_token_is_forced_only_when_it_comes_back(platform: Platform, store: MemoryTokenStore) -> None:
    """First an ordinary call; only if that brings the same token, one by force."""
    tokens = process(platform, store)
    stale = tokens.current()

    assert "token-2" == tokens.renew(stale) == tokens.current()
    assert [False, False, True] == platform.calls


def test_force_is_used_seldom(platform: Platform, store: MemoryTokenStore) -> None:
    """At least 30 s apart and at most 20 times a day of Beijing, whatever process asks."""
    stale = process(platform, store).current()
    forced = 0
    while forced < 20:
        stale = process(platform, store).renew(stale)
        forced += 1
        with pytest.raises(TryLater):
            process(platform, store).renew(stale)
        platform.later(31)
    assert 20 == platform.calls.count(True)

    with pytest.raises(TryLater):
        process(platform, store).renew(stale)
    platform.later(3600 * 12)  # past midnight in Beijing
    fresh = process(platform, store).current()
    process(platform, store).renew(fresh)
    assert 21 == platform.calls.count(True)


def rush(store: TokenStore, many: int) -> tuple[list[bool], list[str]]:
    """So many threads want a token at once: what the platform was asked, and what they got."""
    calls: list[bool] = []
    found: list[str] = []
    entered = threading.Barrier(many)

    def fetch(force: bool) -> tuple[str, int]:
        calls.append(force)
        return "token", 7200

    def ask() -> None:
        tokens = AccessTokens("wx1", fetch, store, lambda: START)
        entered.wait()
        found.append(tokens.current())

    threads = [threading.Thread(target=ask) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return calls, found


def test_many_threads_make_one_call() -> None:
    """Fifty threads that start at once with an empty store ask the platform once."""
    assert ([False], ["token"] * 50) == rush(MemoryTokenStore(), 50)


def test_store_of_the_database_makes_one_call(db: Database) -> None:
    """The same over the database, where every process of every machine finds the token."""
    assert ([False], ["token"] * 8) == rush(KeyValueStore(db), 8)


def test_store_gives_a_claim_to_one() -> None:
    """A claim is taken once, comes back by release, and runs out by itself."""
    store = MemoryTokenStore()
    minute = START + timedelta(minutes=1)

    assert store.claim("a", minute, START)
    assert not store.claim("a", minute, START)
    assert store.claim("b", minute, START)
    store.release("a")
    assert store.claim("a", minute, START)
    assert store.claim("a", minute + timedelta(minutes=1), minute)
