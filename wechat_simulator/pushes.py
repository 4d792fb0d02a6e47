"""One callback as it went: what was sent, each attempt, and what the follower saw of it."""

__all__ = ["Attempt", "Push"]

from dataclasses import dataclass, field
from typing import Any

from wechat_simulator.clock import iso
from wechat_simulator.log import readable


@dataclass(slots=True)
class Attempt:
    """One POST to the account's server: its status, or None with the error where none came; seconds taken."""

    status: int | None
    seconds: float
    answer: bytes = b""
    error: str = ""
    query: str = ""
    sent: bytes = b""

    def shown(self) -> dict[str, Any]:
        shown = {"status": self.status, "seconds": round(self.seconds, 4)}
        return shown | ({"error": self.error} if self.error else {})


@dataclass(slots=True)
class Push:
    """A message or event on its way to the account's server."""

    at: float
    app_id: str
    openid: str
    type: str
    event: str
    url: str
    body: str
    attempts: list[Attempt] = field(default_factory=list)
    shown: dict[str, Any] | None = None
    fault: bool = False
    note: str = ""
    id: int = 0

    def size(self) -> int:
        return len(self.body) * 2 + sum(len(a.answer) + len(a.sent) for a in self.attempts) + 500

    def outcome(self) -> dict[str, Any]:
        """What /_sim/message answers."""
        outcome = {"attempts": [a.shown() for a in self.attempts], "shown": self.shown, "fault": self.fault}
        return outcome | ({"note": self.note} if self.note else {})

    def whole(self) -> dict[str, Any]:
        """What /_sim/callbacks lists."""
        attempts = [
            a.shown() | {"query": a.query, "sent": readable(a.sent), "answer": readable(a.answer)}
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
