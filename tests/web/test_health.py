"""Tests of liveness, readiness and metrics."""

import re
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.web.conftest import Caller, Site, message
from wxbot import doctor
from wxbot.db import Database
from wxbot.search import Index
from wxbot.web.health import PROBE_BYTES
from wxbot.web.metrics import share_counts


def ready(caller: Caller) -> tuple[int, Any]:
    """Return status and findings of /readyz."""
    response = caller.app.test_client().get("/readyz")
    return response.status_code, response.get_json()


def test_liveness_needs_no_database(caller: Caller) -> None:
    """/healthz answers 200 without a database."""
    assert b"ok\n" == caller.app.test_client().get("/healthz").get_data()


def test_a_complete_server_is_ready(caller: Caller) -> None:
    """/readyz reports database, migrations and index as ok."""
    assert (200, {"database": "ok", "writing": "ok", "migrations": "ok", "index": "ok"}) == ready(caller)


def test_not_ready_with_another_schema(caller: Caller, sample_db: Database) -> None:
    """A schema of another version is named, and the server is not ready."""
    with sample_db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0019'"))
    status, found = ready(caller)

    assert 503 == status
    assert "结构版本是 0019，本程序需要" in found["migrations"]
    assert "wxbot db upgrade" in found["migrations"]
    assert "ok" == found["database"]


def test_not_ready_without_tables(caller: Caller, sample_db: Database) -> None:
    """A missing table fails the index's check; the database's is still ok."""
    with sample_db.engine.begin() as connection:
        connection.execute(text("DROP TABLE library_version"))

    status, found = ready(caller)
    assert (503, "ok") == (status, found["database"])
    assert "检查时出错了。怎么办：" in found["index"]


def test_not_ready_when_nothing_can_be_written(caller: Caller, sample_db: Database) -> None:
    """A database that can be read and not written, as on a full disk, is reported."""
    with sample_db.engine.begin() as connection:
        connection.execute(text("DROP TABLE kept"))
    status, found = ready(caller)
    assert (503, "ok") == (status, found["database"])
    assert "检查时出错了。怎么办：" in found["writing"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_not_ready_when_the_disk_has_no_room(site: Site) -> None:
    """SQLite's log still takes a small write on a full disk, but a server there is not ready until there is room."""
    caller = site()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (PROBE_BYTES - 1, hard))
    try:
        status, found = ready(caller)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (503, "ok") == (status, found["database"])
    assert "旁边写不下" in found["writing"]
    assert "怎么办：请检查数据库" in found["writing"]
    assert 200 == ready(caller)[0]


class UnwritableIndex(Index):
    """An index that can never be updated."""

    def update(self, *_: Any, **__: Any) -> bool:
        """Report that another process is writing."""
        return False


def test_not_ready_while_the_index_is_behind(site: Site, tmp_path: Path) -> None:
    """A server whose index is empty, which would find nothing, is not ready."""
    status, found = ready(site(index=UnwritableIndex(tmp_path / "empty")))

    assert 503 == status
    assert "索引不是这个书架的。怎么办：" in found["index"]


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
def test_metrics_are_for_this_machine_or_the_token(
    site: Site, address: str, headers: dict[str, str], token: str, status: int
) -> None:
    """A request through a proxy is not from this machine, whatever the proxy's header says."""
    client = site(metrics_token=token).app.test_client()
    named = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    response = client.get("/metrics", headers=named, environ_overrides={"REMOTE_ADDR": address})

    assert status == response.status_code


def metrics(caller: Caller) -> dict[str, float]:
    """Return the values of /metrics, by name and labels."""
    response = caller.app.test_client().get("/metrics", environ_overrides={"REMOTE_ADDR": "127.0.0.1"})
    return {
        name: float(value)
        for name, value in re.findall(r"^(wxbot_\S+) (\S+)$", response.get_data(as_text=True), re.MULTILINE)
    }


def test_every_push_is_counted_once(caller: Caller) -> None:
    """Each push is counted by its outcome and by the seconds to its reply."""
    for msg_id in (1, 2, 2):
        caller.push(message("芯片", msg_id))
    caller.push(message(), signature="0")
    caller.push("not XML")
    found = metrics(caller)

    outcomes = ("answered", "repeated", "refused", "unreadable", "failed", "unwritten")
    assert [2, 1, 1, 1, 0, 0] == [found[f'wxbot_webhook_total{{outcome="{each}"}}'] for each in outcomes]
    assert found["wxbot_webhook_seconds_count"] == found['wxbot_webhook_seconds_bucket{le="+Inf"}']
    assert found["wxbot_webhook_seconds_sum"] > 0


COUNT = "from wxbot.web.metrics import Metrics; m = Metrics(); {}; print(m.text())"


def run_and_count(statement: str) -> str:
    """Run a statement on the metrics `m` in a process of its own; return their text."""
    done = subprocess.run(
        [sys.executable, "-c", COUNT.format(statement)],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_processes_are_summed_until_a_new_server_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every process gives the counts of all, also of one that has ended; a new server counts from zero."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")  # restored after the test
    share_counts(tmp_path / "metrics")
    run_and_count("m.count('answered'); m.observe(0.3)")
    both = run_and_count("m.count('answered'); m.observe(0.3)")
    share_counts(tmp_path / "metrics")
    restarted = run_and_count("m.count('busy')")

    assert 'wxbot_webhook_total{outcome="answered"} 2.0' in both
    assert 'wxbot_webhook_seconds_bucket{le="0.5"} 2.0' in both
    assert 'wxbot_webhook_total{outcome="answered"} 0.0' in restarted


def test_a_question_without_an_answer_is_counted(caller: Caller) -> None:
    """Answers are counted by kind of message, and searches by whether they found something."""
    caller.push(message("芯片", 1))
    caller.push(message("量子蘑菇养殖", 2))
    found = metrics(caller)

    assert 2 == found['wxbot_answers_total{kind="text"}']
    assert (1, 1) == tuple(found[f'wxbot_searches_total{{result="{each}"}}'] for each in ("found", "nothing"))


def test_the_state_of_the_installation_is_exported(site: Site, sample_db: Database) -> None:
    """The metrics tell when a worker was last heard of, what is due, and that the database cannot be read."""
    first = site()
    doctor.record_heartbeat(sample_db, first.now)
    before = metrics(first)
    with sample_db.engine.begin() as connection:
        connection.execute(text("DROP TABLE delivery"))
    after = metrics(site())

    assert first.now.timestamp() == before["wxbot_worker_last_run_timestamp_seconds"]
    assert (0, 0) == (before["wxbot_push_lag_seconds"], before['wxbot_campaigns{state="unknown"}'])
    assert (1, 0) == (before["wxbot_database_reachable"], after["wxbot_database_reachable"])
    assert "wxbot_webhook_seconds_count" in after
