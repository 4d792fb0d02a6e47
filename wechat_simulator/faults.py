"""Faults on order: the next calls of an endpoint, or the next callbacks, go wrong in the way that was chosen.

errcode      the call is refused with that errcode, and nothing is done
http         it is answered with that HTTP status
html         502 with a page of HTML, as a gateway in trouble does
slow         it is carried out, after some seconds
cut_before   the connection is cut, and nothing was done
cut_after    all is done, and the connection is cut without an answer
duplicate    the callback is sent once more after it was answered
late         the callback is sent some seconds late
reorder      the callback is held back until the next one has been sent
"""

__all__ = ["CALL_KINDS", "PUSH_KINDS", "PUSH_PATH", "ConnectionCut", "Fault", "Faults"]

import random
from dataclasses import asdict, dataclass
from typing import Any

CALL_KINDS = ("errcode", "http", "html", "slow", "cut_before", "cut_after")
PUSH_KINDS = ("duplicate", "late", "reorder")
PUSH_PATH = "callback"  # the path under which callback faults are ordered


class ConnectionCut(ConnectionError):
    """The connection is to be cut without an answer; the server does it."""


@dataclass
class Fault:
    """One order: where, what, how often; `rate` below 1 strikes by chance."""

    path: str
    kind: str
    errcode: int = -1
    status: int = 502
    seconds: float = 6.0
    times: int | None = 1
    rate: float = 1.0

    def matches(self, path: str) -> bool:
        if self.path.endswith("*"):
            return path.startswith(self.path[:-1]) and (path != PUSH_PATH or self.path.startswith(PUSH_PATH))
        return path == self.path


class Faults:
    """The standing orders, oldest first."""

    def __init__(self) -> None:
        self.orders: list[Fault] = []
        self._chance = random.Random()

    def add(self, given: dict[str, Any]) -> Fault:
        """Take an order as it comes over HTTP; ValueError says what is wrong with it."""
        known = {key: given[key] for key in Fault.__dataclass_fields__ if key in given}
        if not isinstance(known.get("path"), str) or not isinstance(known.get("kind"), str):
            raise ValueError("path and kind are needed")
        fault = Fault(**known)
        kinds = PUSH_KINDS if fault.path.startswith(PUSH_PATH) else CALL_KINDS
        if fault.kind not in kinds:
            raise ValueError(f"kind is one of {', '.join(kinds)}")
        _check_numbers(fault)
        if "seed" in given:
            self._chance = random.Random(str(given["seed"]))
        self.orders.append(fault)
        return fault

    def take(self, path: str) -> Fault | None:
        """The fault that this call or callback meets, counted down; None as nearly always."""
        for fault in self.orders:
            if fault.matches(path) and (fault.rate >= 1 or self._chance.random() < fault.rate):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.orders.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        self.orders = []

    def to_json(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self.orders]


def _check_numbers(fault: Fault) -> None:
    """Refuse what could later break a call: only numbers, in sensible ranges."""
    whole = (fault.errcode, fault.status, 1 if fault.times is None else fault.times)
    if any(isinstance(n, bool) or not isinstance(n, int) for n in whole):
        raise ValueError("errcode, status and times are whole numbers")
    if not 100 <= fault.status <= 599 or (fault.times is not None and fault.times < 1):
        raise ValueError("status is 100 to 599, times at least 1")
    if not all(isinstance(n, int | float) and 0 <= n <= 3600 for n in (fault.seconds, fault.rate)):
        raise ValueError("seconds and rate are numbers from 0")
