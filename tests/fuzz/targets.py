"""A fuzzing target: makes inputs from a seed, tries them, and says which did harm."""

import random
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass
from types import TracebackType
from typing import Self

__all__ = ["Finding", "Target"]


@dataclass(frozen=True)
class Finding:
    """An input that did harm: its bytes, the end of its file's name, which kind of harm, and a sentence."""

    data: bytes
    suffix: str
    kind: str
    says: str


class Target(ABC):
    """One thing to fuzz. `tried` counts the inputs, `outcomes` what became of them."""

    def __init__(self, seed: int, database: str = "sqlite") -> None:
        self.chance = random.Random(seed)
        self.database = database
        self.tried = 0
        self.outcomes: Counter[str] = Counter()

    def __enter__(self) -> Self:
        """Start what the target needs."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End what the target started."""
        self.outcomes.clear()

    @abstractmethod
    def try_batch(self) -> list[Finding]:
        """Make some inputs and try them; return those that did harm."""

    @abstractmethod
    def replay(self, data: bytes, suffix: str, /) -> list[Finding]:
        """Try one input that was kept."""
