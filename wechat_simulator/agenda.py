"""What will happen later: the end of a mass message, of a publication, of an administrator's patience."""

__all__ = ["Agenda", "Due"]

import heapq
from dataclasses import dataclass, field
from typing import Any


@dataclass(order=True)
class Due:
    """One thing to do at a time of the simulator's clock; the name of an action, so that it can be stored."""

    at: float
    order: int
    app_id: str = field(compare=False)
    action: str = field(compare=False)
    arguments: dict[str, Any] = field(compare=False, default_factory=dict)


@dataclass
class Agenda:
    """All of them, the next one first."""

    heap: list[Due] = field(default_factory=list)
    given: int = 0

    def add(self, at: float, app_id: str, action: str, arguments: dict[str, Any]) -> None:
        self.given += 1
        heapq.heappush(self.heap, Due(at, self.given, app_id, action, arguments))

    def next_at(self) -> float | None:
        return self.heap[0].at if self.heap else None

    def pop(self, until: float) -> Due | None:
        """The next thing due by `until`, taken off the list."""
        if self.heap and self.heap[0].at <= until:
            return heapq.heappop(self.heap)
        return None
