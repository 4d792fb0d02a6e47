"""Facts about the stored diagnosis and the workers' heartbeat."""

import datetime as dt

import pytest

from wxbot.db import Database
from wxbot.doctor import CheckResult, latest, record_heartbeat, store
from wxbot.doctor.heartbeat import check_heartbeat
from wxbot.errors import NotFound

NOW = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
GOOD, BAD = CheckResult("磁盘", True, "剩余 8 GB"), CheckResult("后台", False, "没有运行", "启动它。")


def test_the_last_diagnosis_is_returned_as_it_was_stored(db: Database) -> None:
    """`latest` gives time and results of the last stored diagnosis, and None before the first."""
    assert latest(db) is None
    store(db, NOW, [GOOD])
    store(db, NOW + dt.timedelta(hours=1), [GOOD, BAD])

    found = latest(db)
    assert found is not None
    assert (dt.timedelta(minutes=5), False) == (found.age(NOW + dt.timedelta(minutes=65)), found.good)
    assert ((GOOD, BAD), (BAD,)) == (found.results, found.problems)


def test_a_worker_that_stopped_is_noticed(db: Database) -> None:
    """The heartbeat is good while a worker runs, and a problem before the first and three minutes after the last."""
    with pytest.raises(NotFound, match="还没有运行过"):
        check_heartbeat(db, NOW, dt.UTC)
    record_heartbeat(db, NOW)
    assert "在运行" in check_heartbeat(db, NOW + dt.timedelta(minutes=1), dt.UTC)
    with pytest.raises(NotFound, match="没有运行"):
        check_heartbeat(db, NOW + dt.timedelta(minutes=4), dt.UTC)


def test_a_worker_under_cron_has_an_hour(db: Database) -> None:
    """`worker --once` need not run again within the hour."""
    record_heartbeat(db, NOW, once=True)
    assert check_heartbeat(db, NOW + dt.timedelta(minutes=60), dt.UTC)
