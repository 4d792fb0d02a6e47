"""Is it alive, is it ready, what has it counted."""

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.web.conftest import Caller, Site, message
from wxbot.db import Database
from wxbot.search import Index
from wxbot.web import metrics
from wxbot.web.metrics import Metrics


def ready(caller: Caller) -> tuple[int, Any]:
    """What /readyz says."""
    response = caller.app.test_client().get("/readyz")
    return response.status_code, response.get_json()


def test_alive_is_alive(caller: Caller) -> None:
    """A probe needs no database."""
    assert b"ok\n" == caller.app.test_client().get("/healthz").get_data()


def test_ready_when_all_is_there(caller: Caller) -> None:
    """Database, tables and index."""
    assert (200, {"database": "ok", "migrations": "ok", "index": "ok"}) == ready(caller)


def test_not_ready_with_another_schema(caller: Caller, sample_db: Database) -> None:
    """A database of another version is said to be that."""
    with sample_db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    status, found = ready(caller)

    assert 503 == status
    assert "older" in found["migrations"]
    assert "ok" == found["database"]


def test_not_ready_without_tables(caller: Caller, sample_db: Database) -> None:
    """Each part is judged for itself: what fails is named, the rest is not."""
    with sample_db.engine.begin() as connection:
        connection.execute(text("DROP TABLE library_version"))

    assert (503, "ok", "failed") == (
        ready(caller)[0],
        ready(caller)[1]["database"],
        ready(caller)[1]["index"],
    )


class Stubborn(Index):
    """An index that takes nothing up."""

    def update(self, *_: Any, **__: Any) -> bool:
        """Another process is writing, always."""
        return False


def test_not_ready_while_the_index_is_behind(site: Site, tmp_path: Path) -> None:
    """A server that would answer 'nothing found' to everything takes no members yet."""
    status, found = ready(site(index=Stubborn(tmp_path / "empty")))

    assert 503 == status
    assert "behind" in found["index"]


@pytest.mark.parametrize(
    ("address", "headers", "token", "status"),
    [
        ("127.0.0.1", {}, "", 200),
        ("::1", {}, "", 200),
        ("203.0.113.9", {}, "", 403),
        ("203.0.113.9", {"X-Forwarded-For": "127.0.0.1"}, "", 403),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, "", 403),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, "", 403),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.9"}, "", 403),
        ("127.0.0.1", {"X-Real-IP": "203.0.113.9"}, "", 403),
        ("203.0.113.9", {"Authorization": "Bearer s3cret"}, "s3cret", 200),
        ("203.0.113.9", {"Authorization": "Bearer wrong"}, "s3cret", 403),
        ("203.0.113.9", {"Authorization": "s3cret"}, "s3cret", 403),
        ("203.0.113.9", {"Authorization": "Bearer "}, "", 403),
        ("203.0.113.9", {"Authorization": "Bearer 密"}, "s3cret", 403),
        ("", {}, "", 403),
    ],
)
def test_numbers_are_for_this_machine_or_the_token(
    site: Site, address: str, headers: dict[str, str], token: str, status: int
) -> None:
    """Whoever comes through a proxy is somebody else, whatever the proxy's header claims."""
    client = site(metrics_token=token).app.test_client()
    named = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    response = client.get("/metrics", headers=named, environ_overrides={"REMOTE_ADDR": address})

    assert status == response.status_code


def numbers(caller: Caller) -> dict[str, float]:
    """What /metrics says, by name."""
    response = caller.app.test_client().get("/metrics", environ_overrides={"REMOTE_ADDR": "127.0.0.1"})
    return {
        name: float(value)
        for name, value in re.findall(r"^(wxbot_\S+) (\S+)$", response.get_data(as_text=True), re.MULTILINE)
    }


def test_every_push_is_counted_once(caller: Caller) -> None:
    """By what became of it, and with the time it took."""
    for msg_id in (1, 2, 2):
        caller.push(message("芯片", msg_id))
    caller.push(message(), signature="0")
    caller.push("not XML")
    found = numbers(caller)

    outcomes = ("answered", "repeated", "refused", "unreadable", "failed", "unwritten")
    assert [2, 1, 1, 1, 0, 0] == [found[f'wxbot_webhook_total{{outcome="{each}"}}'] for each in outcomes]
    assert found["wxbot_webhook_seconds_count"] == found['wxbot_webhook_seconds_bucket{le="+Inf"}']
    assert found["wxbot_webhook_seconds_sum"] > 0


def test_processes_are_summed(tmp_path: Path) -> None:
    """Whichever process is asked knows the numbers of all, also of one that has ended."""
    here = Metrics(tmp_path)
    here.count("answered")
    (mine,) = tmp_path.iterdir()
    (tmp_path / "1.numbers").write_bytes(mine.read_bytes())

    assert 'outcome="answered"} 2' in here.text()


def test_a_new_server_counts_from_zero(tmp_path: Path) -> None:
    """What an earlier server left is forgotten when the next one starts."""
    Metrics(tmp_path).count("answered")
    metrics.clear(tmp_path)

    assert 'outcome="answered"} 0' in Metrics(tmp_path).text()
    metrics.clear(tmp_path / "none")
