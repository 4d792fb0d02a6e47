"""Messages between a process that needs a bulletin and the process that reads it.

A message is its length in eight bytes and a pickle. The reading process holds the content of a file from outside, so
what comes from it is unpickled with an allow-list: the types of a parsed issue, and nothing that could run code.
"""

import datetime as dt
import io
import pickle
import struct
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, is_dataclass
from enum import Enum
from typing import Any, Literal

from wxbot.bulletin.model import ParsedIssue, Source
from wxbot.bulletin.source_map import TracedLine

__all__ = ["LENGTH", "ReaderLimits", "ReadingAnswer", "ReadingRequest", "decode_answer", "encode"]

LENGTH = struct.Struct(">Q")
"""Length of the message that follows."""


@dataclass(frozen=True)
class ReaderLimits:
    """Limits of reading one file: seconds, and megabytes of memory."""

    seconds: int = 60
    memory_mb: int = 512

    @property
    def memory(self) -> int:
        """Limit of memory in bytes."""
        return self.memory_mb * 2**20

    @property
    def answer(self) -> int:
        """Size of an answer in bytes, at most; it is unpickled into the memory of the process that asked."""
        return self.memory // 4

    def __str__(self) -> str:
        return f"{self.seconds} 秒、{self.memory_mb} MB"


@dataclass(frozen=True)
class ReadingRequest:
    """A file to read, and the options of `load_source`; `seconds` limits the processor time.

    With `trace` the lines of the file are asked for as well, and the issue is not validated.
    """

    source: Source
    options: Mapping[str, Any]
    seconds: int
    trace: bool = False


@dataclass(frozen=True)
class ReadingAnswer:
    """Result of one request.

    `kind` is "issue" with the issue, "refused" with the BulletinError's message, line and remedy, "memory" where the
    limit was met, or "failed" with the name of an unexpected error as the message. `traced` are the lines of the file,
    where they were asked for. `used` is the memory in bytes that the process holds afterwards.
    """

    kind: Literal["issue", "refused", "memory", "failed"]
    issue: ParsedIssue | None = None
    message: str = ""
    line: int | None = None
    remedy: str = ""
    traced: tuple[TracedLine, ...] = ()
    used: int = field(default=0, compare=False)


_PACKAGE = __name__.rpartition(".")[0]


class _AnswerUnpickler(pickle.Unpickler):
    """Unpickle an answer; any type but the records of this package and dates raises UnpicklingError."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("datetime", "date"):
            return dt.date
        if module.startswith(f"{_PACKAGE}.") and module in sys.modules:
            kind = getattr(sys.modules[module], name, None)
            # Making a record or an enum member runs no code but the checks of its own values.
            if isinstance(kind, type) and (is_dataclass(kind) or issubclass(kind, Enum)):
                return kind
        raise pickle.UnpicklingError(f"{module}.{name} is no part of an answer")


def encode(message: ReadingRequest | ReadingAnswer) -> bytes:
    """Return a message with its length before it."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(body)) + body


def decode_answer(body: bytes) -> ReadingAnswer:
    """Return the answer of a reading process; raise UnpicklingError for anything else."""
    answer = _AnswerUnpickler(io.BytesIO(body)).load()
    if not isinstance(answer, ReadingAnswer):
        raise pickle.UnpicklingError("not an answer")
    return answer
