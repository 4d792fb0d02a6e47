"""Log of API calls and callbacks with their bodies, bounded in number and bytes."""

__all__ = ["CallRecord", "CallbackAttempt", "CallbackRecord", "TrafficLog", "decode_body"]

import json
import threading
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Generic, Protocol, TypeVar

from wechat_simulator.platform_clock import iso

MAX_BODY_BYTES = 64 * 1024  # longer bodies are cut off


class SizedEntry(Protocol):
    """A log entry that knows its approximate size in bytes."""

    id: int

    def size(self) -> int: ...


T = TypeVar("T", bound=SizedEntry)


@dataclass(slots=True)
class CallRecord:
    """One API call with request and response."""

    at: float
    app_id: str
    method: str
    path: str
    query: dict[str, str]
    body: bytes
    status: int
    answer: bytes
    errcode: int
    seconds: float
    ip: str
    rid: str = ""
    escapes: bool = False
    fault: str = ""
    id: int = field(default=0)

    def __post_init__(self) -> None:
        self.body = self.body[:MAX_BODY_BYTES]
        self.answer = self.answer[:MAX_BODY_BYTES]

    def size(self) -> int:
        """Return the approximate size in bytes."""
        return len(self.body) + len(self.answer) + 500

    def to_json(self) -> dict[str, Any]:
        """Return the call as the control interface shows it."""
        return {
            "id": self.id,
            "at": round(self.at, 3),
            "time": iso(self.at),
            "account": self.app_id,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "body": decode_body(self.body),
            "status": self.status,
            "answer": decode_body(self.answer),
            "errcode": self.errcode,
            "seconds": round(self.seconds, 6),
            "ip": self.ip,
            "rid": self.rid,
            "escapes": self.escapes,
            "fault": self.fault,
        }


def decode_body(data: bytes) -> Any:
    """Return a body as JSON value or text, or as a note of its length if it is binary."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return f"({len(data)} bytes)"
    try:
        return json.loads(text) if text[:1] in ("{", "[") else text
    except (ValueError, RecursionError):
        return text


class TrafficLog(Generic[T]):
    """The newest entries; the oldest are dropped when there are too many or they take too many bytes."""

    def __init__(self, entries: int = 20_000, weight: int = 128 * 1024 * 1024) -> None:
        self._entries: deque[T] = deque()
        self._most, self._heaviest, self._weight = entries, weight, 0
        self._numbers = count(1)
        self._lock = threading.Lock()

    def add(self, entry: T) -> T:
        """Add an entry and give it the next id."""
        with self._lock:
            entry.id = next(self._numbers)
            self._entries.append(entry)
            self._weight += entry.size()
            while len(self._entries) > self._most or self._weight > self._heaviest:
                self._weight -= self._entries.popleft().size()
        return entry

    def all(self) -> list[T]:
        """Return the entries, oldest first."""
        with self._lock:
            return list(self._entries)

    def clear(self) -> None:
        """Remove all entries; ids continue."""
        with self._lock:
            self._entries.clear()
            self._weight = 0


@dataclass(slots=True)
class CallbackAttempt:
    """One POST to the account's server: its status, or None with an error, and the seconds it took."""

    status: int | None
    seconds: float
    answer: bytes = b""
    error: str = ""
    query: str = ""
    sent: bytes = b""

    def to_json(self) -> dict[str, Any]:
        """Return status, seconds and error."""
        shown = {"status": self.status, "seconds": round(self.seconds, 4)}
        return shown | ({"error": self.error} if self.error else {})


@dataclass(slots=True)
class CallbackRecord:
    """One callback: the message, all attempts, and what the follower saw."""

    at: float
    app_id: str
    openid: str
    type: str
    event: str
    url: str
    body: str
    attempts: list[CallbackAttempt] = field(default_factory=list)
    shown: dict[str, Any] | None = None
    fault: bool = False
    note: str = ""
    id: int = 0

    def size(self) -> int:
        """Return the approximate size in bytes."""
        return len(self.body) * 2 + sum(len(a.answer) + len(a.sent) for a in self.attempts) + 500

    def outcome(self) -> dict[str, Any]:
        """Return the callback's result as /_sim/message answers it."""
        outcome = {
            "attempts": [a.to_json() for a in self.attempts],
            "shown": self.shown,
            "fault": self.fault,
        }
        return outcome | ({"note": self.note} if self.note else {})

    def to_full_json(self) -> dict[str, Any]:
        """Return the callback as /_sim/callbacks lists it, with all bodies."""
        attempts = [
            a.to_json() | {"query": a.query, "sent": decode_body(a.sent), "answer": decode_body(a.answer)}
            for a in self.attempts
        ]
        return {
            "id": self.id,
            "at": round(self.at, 3),
            "time": iso(self.at),
            "account": self.app_id,
            "openid": self.openid,
            "type": self.type,
            "event": self.event,
            "url": self.url,
            "body": self.body,
            **self.outcome(),
            "attempts": attempts,
        }
