"""Every API call and every callback, kept to be looked at: the newest, within a bound of number and bytes."""

__all__ = ["Call", "Journal", "readable"]

import json
import threading
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Generic, Protocol, TypeVar

from wechat_simulator.clock import iso

LONGEST = 64 * 1024  # bytes kept of one body


class Kept(Protocol):
    """What a journal keeps: something that knows its size."""

    id: int

    def size(self) -> int: ...


T = TypeVar("T", bound=Kept)


@dataclass(slots=True)
class Call:
    """One API call with both bodies."""

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
        self.body = self.body[:LONGEST]
        self.answer = self.answer[:LONGEST]

    def size(self) -> int:
        return len(self.body) + len(self.answer) + 500

    def shown(self) -> dict[str, Any]:
        """As the control interface gives it: JSON bodies as values, others as text."""
        return {
            "id": self.id,
            "at": round(self.at, 3),
            "time": iso(self.at),
            "account": self.app_id,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "body": readable(self.body),
            "status": self.status,
            "answer": readable(self.answer),
            "errcode": self.errcode,
            "seconds": round(self.seconds, 6),
            "ip": self.ip,
            "rid": self.rid,
            "escapes": self.escapes,
            "fault": self.fault,
        }


def readable(data: bytes) -> Any:
    """A body as a JSON value, or as text, or as the mere number of its bytes."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return f"({len(data)} bytes)"
    try:
        return json.loads(text) if text[:1] in ("{", "[") else text
    except (ValueError, RecursionError):
        return text


class Journal(Generic[T]):
    """The newest entries; the oldest go when there are too many or they weigh too much."""

    def __init__(self, entries: int = 20_000, weight: int = 128 * 1024 * 1024) -> None:
        self._entries: deque[T] = deque()
        self._most, self._heaviest, self._weight = entries, weight, 0
        self._numbers = count(1)
        self._lock = threading.Lock()

    def keep(self, entry: T) -> T:
        with self._lock:
            entry.id = next(self._numbers)
            self._entries.append(entry)
            self._weight += entry.size()
            while len(self._entries) > self._most or self._weight > self._heaviest:
                self._weight -= self._entries.popleft().size()
        return entry

    def all(self) -> list[T]:
        """The kept entries, oldest first."""
        with self._lock:
            return list(self._entries)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._weight = 0
