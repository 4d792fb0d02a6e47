"""The workers' heartbeat: the time at which a worker last ran, in the database that all machines share."""

import datetime as dt

from wxbot.db import Database, ExpiringValue, KeyValueStore
from wxbot.errors import NotFound
from wxbot.local_time import moment_label

__all__ = ["check_heartbeat", "read_heartbeat", "record_heartbeat"]

_ALIVE = dt.timedelta(minutes=3)
_ALIVE_UNDER_CRON = dt.timedelta(minutes=65)  # `worker --once` is started by cron, at most an hour apart
_STORE_KEY = "worker-heartbeat"


def record_heartbeat(db: Database, now: dt.datetime, *, once: bool = False) -> None:
    """Store that a worker is running; `once` for a worker that ends after this round."""
    KeyValueStore(db).put(_STORE_KEY, now.isoformat(), now + (_ALIVE_UNDER_CRON if once else _ALIVE))


def read_heartbeat(db: Database) -> ExpiringValue | None:
    """Return when a worker last ran, as a text, and when the next run is overdue; None before the first."""
    return KeyValueStore(db).get(_STORE_KEY)


def check_heartbeat(db: Database, now: dt.datetime, tz: dt.tzinfo) -> str:
    """Return when a worker last ran, in Chinese. Raises NotFound if none runs: no push would go out."""
    row = read_heartbeat(db)
    if row is None:
        raise NotFound(
            "后台（wxbot worker）还没有运行过：到时的推送不会发出，文件夹里的新简报不会收下",
            remedy="启动它：wxbot worker（systemd：systemctl enable --now wxbot-worker）。",
        )
    last = dt.datetime.fromisoformat(row.value)
    if row.expires_at < now:
        raise NotFound(
            f"后台（wxbot worker）从 {moment_label(last, tz)} 起没有运行：到时的推送不会发出",
            remedy="启动它：wxbot worker；它自己停下的话，日志的最后几行写着原因。",
        )
    return f"在运行（最近一次 {moment_label(last, tz)}）"
