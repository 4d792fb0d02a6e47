"""Injected faults: the next calls of an endpoint, or the next callbacks, fail in a chosen way.

errcode      refuse the call with that errcode; nothing is done
http         answer with that HTTP status; nothing is done
html         answer 502 with an HTML page, like a failing gateway
slow         carry the call out after some seconds
cut_before   cut the connection; nothing is done
cut_after    carry the call out, then cut the connection without an answer
duplicate    send the callback once more after it was answered
late         send the callback some seconds late
reorder      hold the callback back until the next one has been sent
"""

__all__ = ["CALLBACK_KINDS", "CALLBACK_PATH", "CALL_KINDS", "ConnectionCut", "Fault", "Faults"]

import random
from dataclasses import asdict, dataclass
from typing import Any

CALL_KINDS = ("errcode", "http", "html", "slow", "cut_before", "cut_after")
CALLBACK_KINDS = ("duplicate", "late", "reorder")
CALLBACK_PATH = "callback"  # pseudo path of faults that affect callbacks


class ConnectionCut(ConnectionError):
    """Tells the server to cut the connection without an answer."""


@dataclass
class Fault:
    """One ordered fault. It applies `times` times (None: always) and, if `rate` is below 1, at random."""

    path: str
    kind: str
    errcode: int = -1
    status: int = 502
    seconds: float = 6.0
    times: int | None = 1
    rate: float = 1.0

    def matches(self, path: str) -> bool:
        """Return whether the fault applies to a path; a path that ends in `*` is a prefix."""
        if self.path.endswith("*"):
            return path.startswith(self.path[:-1]) and (
                path != CALLBACK_PATH or self.path.startswith(CALLBACK_PATH)
            )
        return path == self.path


class Faults:
    """The pending faults, oldest first."""

    def __init__(self) -> None:
        self.orders: list[Fault] = []
        self._random = random.Random()

    def add(self, request: dict[str, Any]) -> Fault:
        """Add a fault from the JSON of a control request. Raise ValueError for an invalid one."""
        known = {key: request[key] for key in Fault.__dataclass_fields__ if key in request}
        if not isinstance(known.get("path"), str) or not isinstance(known.get("kind"), str):
            raise ValueError("path and kind are required")
        fault = Fault(**known)
        kinds = CALLBACK_KINDS if fault.path.startswith(CALLBACK_PATH) else CALL_KINDS
        if fault.kind not in kinds:
            raise ValueError(f"kind must be one of {', '.join(kinds)}")
        _check_numbers(fault)
        if "seed" in request:
            self._random = random.Random(str(request["seed"]))
        self.orders.append(fault)
        return fault

    def take(self, path: str) -> Fault | None:
        """Return the fault for this call or callback and count it down; None when there is none."""
        for fault in self.orders:
            if fault.matches(path) and (fault.rate >= 1 or self._random.random() < fault.rate):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.orders.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Remove all faults."""
        self.orders = []

    def to_json(self) -> list[dict[str, Any]]:
        """Return the pending faults as JSON values."""
        return [asdict(fault) for fault in self.orders]


def _check_numbers(fault: Fault) -> None:
    """Raise ValueError unless all numbers are of the right type and in range."""
    whole = (fault.errcode, fault.status, 1 if fault.times is None else fault.times)
    if any(isinstance(n, bool) or not isinstance(n, int) for n in whole):
        raise ValueError("errcode, status and times must be whole numbers")
    if not 100 <= fault.status <= 599 or (fault.times is not None and fault.times < 1):
        raise ValueError("status must be 100 to 599, times at least 1")
    if not all(isinstance(n, int | float) and 0 <= n <= 3600 for n in (fault.seconds, fault.rate)):
        raise ValueError("seconds and rate must be numbers from 0 to 3600")
