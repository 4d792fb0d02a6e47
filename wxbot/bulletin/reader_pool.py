"""Pool of processes that read bulletins: a file that crashes or exhausts its reader harms nothing else.

A process is started when a file needs one, reads many files, and is replaced when it dies, exceeds a limit, or has
grown. It gets the bytes of the file and no secret.
"""

import os
import queue
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from pickle import UnpicklingError
from types import TracebackType
from typing import IO, Any, cast

from wxbot.bulletin.model import ParsedIssue, Source
from wxbot.bulletin.reader_process import answer_request
from wxbot.bulletin.reader_protocol import (
    LENGTH,
    ReaderLimits,
    ReadingAnswer,
    ReadingRequest,
    decode_answer,
    encode,
)
from wxbot.bulletin.readers.office import convert_to_docx
from wxbot.bulletin.readers.sources import OFFICE, source_format
from wxbot.bulletin.source_map import TracedLine
from wxbot.errors import BulletinError, Busy, ReaderStopped

__all__ = ["ReaderPool", "needs_process"]

_TICK = 0.05  # seconds between two looks at a process that reads
_PATIENCE = 2  # seconds on the clock for one of processor time, before a process counts as hung
_FILES = 200  # a process reads this many files, at most
_PLAIN = (".txt", ".md", ".markdown")
_PLAIN_BYTES = 256 * 2**10
_PICTURE_MARK = re.compile(rb"!\[|<img", re.IGNORECASE)
_PROGRAM = (
    "import sys; from wxbot.bulletin.reader_process import main; main(int(sys.argv[1]), int(sys.argv[2]))"
)


def needs_process(source: Source) -> bool:
    """Tell if a file must be read in a process of its own: all but small plain text without pictures."""
    is_plain = source.file.lower().endswith(_PLAIN) and len(source.data) <= _PLAIN_BYTES
    return not is_plain or _PICTURE_MARK.search(source.data) is not None


class ReaderPool:
    """Processes that read bulletins, at most `size` at once; safe to use from several threads.

    Parameters
    ----------
    limits : limits of one file
    size : number of processes; None for one a processor core
    """

    def __init__(self, limits: ReaderLimits | None = None, size: int | None = None) -> None:
        self.limits = limits or ReaderLimits()
        self.size = size or _processors()
        self._free = threading.BoundedSemaphore(self.size)
        self._idle = queue.SimpleQueue[_ReaderProcess]()
        self._lock = threading.Lock()
        self._converting = threading.Lock()  # LibreOffice takes all the memory of a small machine
        self._running: set[_ReaderProcess] = set()
        self._closed = False
        # The kernel ends a process with the thread that started it, so all are started by a thread that stays.
        self._starter: ThreadPoolExecutor | None = None

    def __enter__(self) -> "ReaderPool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def load(self, source: Source, *, apart: bool = False, **options: Any) -> ParsedIssue:
        """Read, parse and validate one bulletin; with `apart` plain text is read in a process as well.

        Raises BulletinError for a file that is not a bulletin, ReaderStopped if its process died or exceeded a limit,
        and Busy if the pool is closed meanwhile.
        """
        return _issue_of(self._answer(source, options, apart=apart), source, self.limits)

    def trace(self, source: Source, **options: Any) -> tuple[ParsedIssue, tuple[TracedLine, ...]]:
        """Read and parse one bulletin without validating it; return it and its lines with what each became.

        Raises the errors that `load` raises for a file that cannot be read.
        """
        answer = self._answer(source, options, trace=True)
        return _issue_of(answer, source, self.limits), answer.traced

    def _answer(
        self, source: Source, options: Mapping[str, Any], *, apart: bool = False, trace: bool = False
    ) -> ReadingAnswer:
        """Return the answer for one file: of a process, or of this one for small plain text."""
        suffix = source_format(source)
        if suffix in OFFICE:
            with self._converting:
                source = convert_to_docx(source, suffix, self.limits.seconds, stopping=lambda: self._closed)
        request = ReadingRequest(source, options, self.limits.seconds, trace)
        if not apart and not needs_process(source):
            return answer_request(request)
        with self._free:
            return self._ask(request)

    @property
    def running(self) -> list[int]:
        """Ids of the processes that run now."""
        with self._lock:
            return [process.pid for process in self._running]

    def interrupt(self) -> None:
        """End the processes that read: nobody waits for their answers any more."""
        with self._lock:
            for process in self._running:
                process.kill()

    def close(self) -> None:
        """End all processes, also those that read; later calls raise Busy."""
        with self._lock:
            self._closed = True
        self.interrupt()
        while not self._idle.empty():
            self._end(self._idle.get())
        # Threads that wait for an answer have met the end of theirs.
        if self._starter is not None:
            self._starter.shutdown()

    def _ask(self, request: ReadingRequest) -> ReadingAnswer:
        """Let a process answer a request, and keep it for the next one if it is sound."""
        process = self._take()
        kept = False
        try:
            answer = process.answer(request, self.limits)
            kept = process.files < _FILES and answer.used < self.limits.memory // 2
        except _ProcessEnded as ended:
            if self._closed:
                raise Busy("正在停止，这个文件下次再读") from None
            raise _reader_error(ended, request.source, self.limits) from None
        finally:
            with self._lock:
                kept = kept and not self._closed
                if kept:
                    self._idle.put(process)
            if not kept:
                self._end(process)
        return answer

    def _end(self, process: "_ReaderProcess") -> None:
        """End a process that no thread uses any more."""
        process.end()
        with self._lock:
            self._running.discard(process)

    def _take(self) -> "_ReaderProcess":
        """Return an idle process, or a new one."""
        while True:
            try:
                process = self._idle.get_nowait()
            except queue.Empty:
                break
            if process.is_alive():
                return process
            self._end(process)
        with self._lock:
            if self._closed:
                raise Busy("正在停止，这个文件下次再读")
            if self._starter is None:
                self._starter = ThreadPoolExecutor(1, thread_name_prefix="reader-starter")
            process = self._starter.submit(_ReaderProcess, self.limits).result()
            self._running.add(process)
        return process


def _processors() -> int:
    """Return the number of processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _ProcessEnded(Exception):
    """A process ended without an answer.

    `why` is "time", "memory", "answer" (too large), "broken" (no answer) or "died", `status` its exit status.
    """

    def __init__(self, why: str, status: int = 0) -> None:
        super().__init__(why)
        self.why = why
        self.status = status


class _ReaderProcess:
    """One process that reads files, one after another."""

    def __init__(self, limits: ReaderLimits) -> None:
        self.files = 0
        self._child = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-P", "-c", _PROGRAM, str(limits.memory), str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={
                "PATH": os.defpath,
                "LC_ALL": "C.UTF-8",
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            bufsize=0,
            start_new_session=True,  # Ctrl-C reaches the parent alone, which then ends its processes
        )
        self._requests = cast("IO[bytes]", self._child.stdin)
        self._answers = cast("IO[bytes]", self._child.stdout)
        self._peak = 0

    @property
    def pid(self) -> int:
        """Id of the process."""
        return self._child.pid

    def is_alive(self) -> bool:
        """Tell if the process runs."""
        return self._child.poll() is None

    def kill(self) -> None:
        """End the process at once; the thread that waits for its answer meets the end of the pipe."""
        self._child.kill()

    def end(self) -> None:
        """End the process and release what belongs to it."""
        self._child.kill()
        self._child.wait()
        self._requests.close()
        self._answers.close()

    def answer(self, request: ReadingRequest, limits: ReaderLimits) -> ReadingAnswer:
        """Send a request and return the answer; raise _ProcessEnded after a death and for an exceeded limit."""
        self.files += 1
        self._peak = 0
        # The system counts processor time; waiting for a busy machine is no fault of the file.
        until = time.monotonic() + _PATIENCE * limits.seconds
        message = memoryview(encode(request))
        try:
            while message:
                message = message[self._requests.write(message) :]
            head = self._receive(LENGTH.size, until, limits)
            length = LENGTH.unpack(head)[0]
            if length > limits.answer:
                raise _ProcessEnded("answer")
            return decode_answer(self._receive(length, until, limits))
        except UnpicklingError:
            raise _ProcessEnded("broken") from None
        except OSError:  # it died before it had read the request
            raise self._death(limits) from None

    def _receive(self, size: int, until: float, limits: ReaderLimits) -> bytes:
        """Return the next bytes of the answer, while time and memory stay within the limits."""
        received = bytearray()
        while len(received) < size:
            if not select.select([self._answers], [], [], _TICK)[0]:
                self._check_limits(until, limits)
                continue
            part = self._answers.read(min(size - len(received), 2**20))
            if not part:
                raise self._death(limits)
            received += part
        return bytes(received)

    def _check_limits(self, until: float, limits: ReaderLimits) -> None:
        """Raise _ProcessEnded if the time is over or the process uses more memory than it may."""
        if time.monotonic() > until:
            raise _ProcessEnded("time")
        self._peak = max(self._peak, self._memory())
        if self._peak > limits.memory:
            raise _ProcessEnded("memory")

    def _memory(self) -> int:
        """Return the bytes of memory that the process uses; 0 where the system does not tell."""
        try:
            pages = Path(f"/proc/{self.pid}/statm").read_bytes().split()[1]
            return int(pages) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, IndexError):
            return 0

    def _death(self, limits: ReaderLimits) -> _ProcessEnded:
        """Return why the process died: a library that gets no memory aborts instead of raising an error."""
        self._child.kill()
        status = self._child.wait()
        if status == -signal.SIGXCPU:
            return _ProcessEnded("time", status)
        return _ProcessEnded("memory" if self._peak > limits.memory // 2 else "died", status)


def _reader_error(ended: _ProcessEnded, source: Source, limits: ReaderLimits) -> ReaderStopped:
    """Return the error of a file whose process ended."""
    file = source.file
    other = "请在 Word 或浏览器里打开它，另存为 .docx 后再试"
    if ended.why == "time":
        says = f"读 {file} 超过 {limits.seconds} 秒，已停下"
        return ReaderStopped(says, file=file, remedy=f"{other}；确实需要更久时，调大设置 reader_seconds。")
    if ended.why == "memory":
        says = f"读 {file} 需要的内存超过 {limits.memory_mb} MB，已停下"
        return ReaderStopped(says, file=file, remedy=f"{other}；确实需要更多时，调大设置 reader_memory_mb。")
    if ended.why == "answer":
        says = f"{file} 读出的内容太大（超过 {limits.answer // 2**20} MB）"
        return ReaderStopped(says, file=file, remedy="请把图片缩小，或把各期分开保存。")
    if ended.why == "broken":
        return ReaderStopped(
            f"读 {file} 时读取程序的回答不完整", file=file, remedy=f"{other}。", crashed=True
        )
    how = _signal_name(-ended.status) if ended.status < 0 else f"退出码 {ended.status}"
    says = f"读 {file} 时读取程序崩溃了（{how}）"
    return ReaderStopped(says, file=file, remedy=f"{other}。", crashed=True)


def _signal_name(number: int) -> str:
    """Return the name of a signal."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"信号 {number}"


def _issue_of(answer: ReadingAnswer, source: Source, limits: ReaderLimits) -> ParsedIssue:
    """Return the issue of an answer, or raise the error that it stands for."""
    file = source.file
    if answer.kind == "memory":
        raise _reader_error(_ProcessEnded("memory"), source, limits)
    if answer.kind == "failed":
        says = (
            f"{file} 的内容嵌套太深，读不了"
            if answer.message == RecursionError.__name__
            else f"读 {file} 时出错（{answer.message}）：文件可能已损坏"
        )
        remedy = "请在 Word 或浏览器里打开它，另存一份后再试；仍不行时，请把这个文件发给维护者。"
        raise BulletinError(says, file=file, remedy=remedy)
    if answer.issue is None:
        raise BulletinError(answer.message, file=file, line=answer.line, remedy=answer.remedy)
    return answer.issue
