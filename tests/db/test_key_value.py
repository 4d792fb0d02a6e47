"""Tests of values that expire."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

from wxbot.db import Database, KeyValueStore


def test_first_values_that_are_stored_at_once_do_not_collide(db: Database, now: dt.datetime) -> None:
    """Of processes that store the first value of a name at the same time, each succeeds, and one value is left."""
    store = KeyValueStore(db)
    for name in map(str, range(10)):
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda value, name=name: store.put(name, value, now), "abcd"))
        found = store.get(name)
        assert found is not None
        assert (found.value in "abcd", now) == (True, found.expires_at)
