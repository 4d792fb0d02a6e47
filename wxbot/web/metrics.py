"""Metrics of the server in Prometheus' text format, summed over its processes.

The counters are `prometheus_client`'s. With `PROMETHEUS_MULTIPROC_DIR` in a process's environment before its metrics
are made, as `wxbot serve` sets it for its workers, each process counts in files of that folder, and each process
reports the sum of all files. A file outlives its process, so no count decreases while the server runs. Without the
variable, as under another server that does not set it, each process reports its own counts.
"""

import os
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
    values,
)
from prometheus_client.multiprocess import MultiProcessCollector

__all__ = ["CONTENT_TYPE", "OUTCOMES", "Metrics", "share_counts"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
OUTCOMES = {
    "answered": "answered, with a journal entry",
    "repeated": "a retry of the platform, answered with the stored reply",
    "unwritten": "answered before the journal entry was written: the database was in trouble",
    "late": "not ready before the deadline: answered with titles or a promise",
    "busy": "refused: too many messages waited for an answer",
    "failed": "failed inside; the member got an apology or nothing",
    "unreadable": "the signature was right, the content not a message",
    "refused": "not from the platform",
}
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 4.0, 5.0)
# Kinds of messages and events that are counted by name; whatever else the platform sends is "other".
KINDS = (
    *("text", "image", "voice", "video", "shortvideo", "location", "link"),
    *("subscribe", "unsubscribe", "SCAN", "LOCATION", "CLICK", "VIEW"),
    *("MASSSENDJOBFINISH", "PUBLISHJOBFINISH", "TEMPLATESENDJOBFINISH"),
    *("subscribe_msg_popup_event", "subscribe_msg_change_event", "subscribe_msg_sent_event"),
)
OTHER = "other"
_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client's own variable


class Metrics:
    """The counters of one application; threads may share it."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        # The library decides when it is imported, which in a forked process was before the folder was known.
        if (_FOLDER in os.environ) is (values.ValueClass is values.MutexValue):
            values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        pushes = Counter(
            "wxbot_webhook", "Pushes of the platform by outcome.", ["outcome"], registry=self._registry
        )
        self._outcomes = {outcome: pushes.labels(outcome) for outcome in OUTCOMES}
        self._seconds = Histogram(
            "wxbot_webhook_seconds",
            "Seconds from a push to its reply.",
            buckets=BUCKETS,
            registry=self._registry,
        )

        answers = Counter(
            "wxbot_answers", "Answers by the kind of message or event.", ["kind"], registry=self._registry
        )
        self._answers = {kind: answers.labels(kind) for kind in (*KINDS, OTHER)}
        searches = Counter(
            "wxbot_searches", "Questions that were searched, by result.", ["result"], registry=self._registry
        )
        self._found, self._nothing = searches.labels("found"), searches.labels("nothing")

    def count_answer(self, kind: str, hits: int | None) -> None:
        """Count an answer by its kind of message, and what the search found if there was one."""
        self._answers.get(kind, self._answers[OTHER]).inc()
        if hits is not None:
            (self._found if hits else self._nothing).inc()

    def count(self, outcome: str) -> None:
        """Add one to an outcome of OUTCOMES."""
        self._outcomes[outcome].inc()

    def observe(self, seconds: float) -> None:
        """Add the duration of one answer."""
        self._seconds.observe(seconds)

    def text(self) -> str:
        """Return the counts of all processes of this server in Prometheus' text format."""
        registry = self._registry
        if _FOLDER in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry).decode()


def share_counts(folder: Path) -> None:
    """Let the processes that this one starts count together in `folder`; delete the counts of an earlier server."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.db"):
        file.unlink(missing_ok=True)
    os.environ[_FOLDER] = str(folder)
