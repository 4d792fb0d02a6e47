"""Program of a reading process, started by the reader pool.

It reads and parses one file after another from stdin and answers on stdout, within limits that the operating system
enforces. It ends when stdin ends, and when the process that started it ends.
"""

import ctypes
import os
import pickle
import resource
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from wxbot.bulletin.fixes import Fixes
from wxbot.bulletin.issue_pictures import convert_shown_pictures
from wxbot.bulletin.parser import load_source, parse
from wxbot.bulletin.reader_protocol import LENGTH, ReadingAnswer, ReadingRequest, encode
from wxbot.bulletin.readers import read_source
from wxbot.bulletin.settled_lines import apply_line_fixes
from wxbot.bulletin.source_map import trace_lines
from wxbot.errors import BulletinError

__all__ = ["answer_request", "main"]

_PICTURE_SHARE = 0.5  # of the time for a file: the rest of it is for reading
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(memory: int, parent: int) -> None:
    """Answer requests until stdin ends; `memory` is a number of bytes, `parent` the id of the process that asks."""
    _end_with(parent)
    _limit_resources(memory)
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # A library that prints must not write into an answer.
    os.dup2(2, 1)
    while (request := _receive(requests)) is not None:
        _limit_processor_time(request.seconds)
        answers.write(_encode_answer(answer_request(request)))
        answers.flush()


def _end_with(parent: int) -> None:
    """Let the kernel end this process when its parent ends, also while a library computes; Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the call
            sys.exit(0)


def _limit_resources(memory: int) -> None:
    """Limit memory; forbid to write files and memory dumps."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    for what in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
        resource.setrlimit(what, (0, 0))


def _limit_processor_time(seconds: int) -> None:
    """Limit the processor time of one file; the limit of the system counts from the start of the process."""
    until = int(time.process_time()) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _receive(requests: BinaryIO) -> ReadingRequest | None:
    """Return the next request; None at the end of the input."""
    length = requests.read(LENGTH.size)
    if len(length) < LENGTH.size:
        return None
    request: ReadingRequest = pickle.loads(requests.read(LENGTH.unpack(length)[0]))  # noqa: S301  our parent wrote it
    return request


def answer_request(request: ReadingRequest) -> ReadingAnswer:
    """Read and parse one file; every error becomes an answer."""
    try:
        if request.trace:
            document = read_source(request.source)
            issue = parse(document, **request.options)
            marked = apply_line_fixes(document.lines, request.options.get("fixes") or Fixes())
            settled = replace(document, lines=tuple(marked.lines))
            return ReadingAnswer("issue", issue, traced=trace_lines(settled, issue))
        issue = load_source(request.source, **request.options)
        issue = convert_shown_pictures(issue, seconds=request.seconds * _PICTURE_SHARE)
    except BulletinError as error:
        if _ran_out_of_memory(error):
            return ReadingAnswer("memory")
        return ReadingAnswer("refused", message=error.message, line=error.line, remedy=error.remedy)
    except Exception as error:  # noqa: BLE001  the entry point of this process
        return _failure(error)
    return ReadingAnswer("issue", issue)


def _encode_answer(answer: ReadingAnswer) -> bytes:
    """Return the message of an answer; of a failure, where the content is nested too deep or too large to be sent."""
    try:
        return encode(replace(answer, used=_memory_in_use()))
    except (MemoryError, RecursionError) as error:
        return encode(_failure(error))


def _failure(error: Exception) -> ReadingAnswer:
    """Return the answer to an error that no reader turned into a refusal."""
    if _ran_out_of_memory(error):
        return ReadingAnswer("memory")
    return ReadingAnswer("failed", message=type(error).__name__)


def _ran_out_of_memory(error: BaseException) -> bool:
    """Tell if an error was caused by the limit of memory, whatever a reader made of it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, MemoryError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _memory_in_use() -> int:
    """Return the bytes of memory that this process holds now; the most it held where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[1]) * resource.getpagesize()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
