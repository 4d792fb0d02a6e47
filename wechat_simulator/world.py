"""The simulated platform as a whole: clock, accounts, faults, logs, and the schedule of delayed actions."""

__all__ = ["WORLD_KEY", "Schedule", "ScheduledAction", "World"]

import heapq
import logging
import random
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol

from wechat_simulator.account import Account, Identity
from wechat_simulator.change_bus import ChangeBus
from wechat_simulator.faults import Faults
from wechat_simulator.platform_clock import PlatformClock
from wechat_simulator.thread_pool import DaemonThreadPool
from wechat_simulator.traffic import CallbackRecord, CallRecord, TrafficLog

WORLD_KEY = "wechat_simulator.world"  # of the WSGI environment: the world that a request is for


@dataclass(order=True)
class ScheduledAction:
    """An action that is due at a time of the simulator's clock; it is stored by name so that snapshots can hold it."""

    at: float
    order: int
    app_id: str = field(compare=False)
    action: str = field(compare=False)
    arguments: dict[str, Any] = field(compare=False, default_factory=dict)


@dataclass
class Schedule:
    """Pending actions as a heap, the next one first."""

    heap: list[ScheduledAction] = field(default_factory=list)
    last_order: int = field(default=0, metadata={"stored_as": "given"})

    def add(self, at: float, app_id: str, action: str, arguments: dict[str, Any]) -> None:
        """Add an action."""
        self.last_order += 1
        heapq.heappush(self.heap, ScheduledAction(at, self.last_order, app_id, action, arguments))

    def next_at(self) -> float | None:
        """Return the time of the next action, or None."""
        return self.heap[0].at if self.heap else None

    def pop(self, until: float) -> ScheduledAction | None:
        """Remove and return the next action due by `until`, or None."""
        if self.heap and self.heap[0].at <= until:
            return heapq.heappop(self.heap)
        return None


CALLBACK_THREADS = 64

log = logging.getLogger(__name__)

Action = Callable[["World", Account, dict[str, Any]], None]


class Limits(Protocol):
    """Right and quotas of an endpoint, as far as the world needs them."""

    @property
    def right(self) -> str: ...
    @property
    def daily(self) -> int: ...
    @property
    def per_minute(self) -> int | None: ...


class World:
    """All state of one simulator. `lock` guards the accounts and is never held while something is sent."""

    def __init__(
        self,
        identities: Iterable[Identity],
        actions: Mapping[str, Action],
        limits: Mapping[str, Limits],
        clock: PlatformClock,
        *,
        seed: int | None = None,
        callback_timeout: float = 5.0,
    ) -> None:
        self.clock = clock
        self.random = random.Random(seed)
        self.accounts = {identity.app_id: Account.create(identity) for identity in identities}
        self.faults = Faults()
        self.schedule = Schedule()
        self.changes = ChangeBus()
        self.calls: TrafficLog[CallRecord] = TrafficLog()
        self.callbacks: TrafficLog[CallbackRecord] = TrafficLog()
        self.buttons: dict[str, list[str]] = {}  # commands by the name of their button on the page
        self.crashes: list[str] = []  # tracebacks of bugs in the simulator itself
        self.callback_timeout = callback_timeout
        # Callbacks are signed with the machine's time, because a server that refuses old timestamps uses its own clock.
        # True signs them with this clock's time, for servers that use it as well.
        self.stamp_by_clock = clock.is_shared
        self.lock = threading.RLock()
        self.limits = limits
        self._actions = actions
        self._pool = DaemonThreadPool(CALLBACK_THREADS)
        self._held: list[threading.Event] = []
        self._wake = threading.Condition(self.lock)
        self._ticker: threading.Thread | None = None
        self._closed = False

    @property
    def account(self) -> Account:
        """The first account; most worlds have only one."""
        return next(iter(self.accounts.values()))

    def now(self) -> float:
        """Return the clock's time in seconds since 1970."""
        return self.clock.now()

    def submit(self, work: Callable[[], Any]) -> "Future[Any]":
        """Run slow work, such as a callback, in the thread pool."""

        def run_recording_crashes() -> Any:
            try:
                return work()
            except Exception:
                self.record_crash("a callback")
                raise

        return self._pool.submit(run_recording_crashes)

    def record_crash(self, where: str) -> None:
        """Log the exception being handled, a bug of the simulator, and keep it in `crashes` for tests."""
        self.crashes.append(traceback.format_exc())
        log.exception("the simulator failed at %s", where)

    def hold_callback(self, seconds: float) -> None:
        """Block until another callback has been sent, at most for `seconds`."""
        released = threading.Event()
        self._held.append(released)
        released.wait(seconds)

    def release_held_callbacks(self) -> None:
        """Release the callbacks that wait in `hold_callback`."""
        held, self._held = self._held, []
        for released in held:
            released.set()

    def wait_for_callbacks(self, seconds: float) -> bool:
        """Wait until no callback is in progress; return False when `seconds` were not enough."""
        return self._pool.wait_until_idle(seconds)

    def schedule_action(self, account: Account, seconds: float, action: str, **arguments: Any) -> None:
        """Schedule an action in `seconds` by the simulator's clock."""
        with self._wake:
            self.schedule.add(self.now() + seconds, account.identity.app_id, action, arguments)
            self.resume(self.schedule)

    def resume(self, agenda: Schedule) -> None:
        """Continue with a schedule: the current one, or that of a snapshot."""
        with self._wake:
            self.schedule = agenda
            if self._ticker is None and not self._closed:
                self._ticker = threading.Thread(target=self._tick, name="simulator-ticker", daemon=True)
                self._ticker.start()
            self._wake.notify_all()

    def advance(self, to: float) -> None:
        """Move the clock to `to`; actions that become due run in order, each at its own time."""
        with self._wake:
            self.clock.announce(to)
            while due := self.schedule.pop(to):
                self.clock.move(max(due.at, self.now()))
                self._do(due)
            self.clock.move(max(to, self.now()) if self.clock.movable else to)
            self._wake.notify_all()  # what comes next is nearer than the ticker believes
        self.changes.publish("clock")

    def reset(self) -> None:
        """Remove all state but the accounts' identities."""
        with self.lock:
            self.accounts = {app_id: Account.create(old.identity) for app_id, old in self.accounts.items()}
            self.schedule = Schedule()
            self.faults.clear()
            self.calls.clear()
            self.callbacks.clear()
            self.clock.restart()
        self.changes.publish("reset")

    def close(self) -> None:
        """Stop the threads; callbacks that wait for an answer are abandoned."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()
        self.changes.close()
        self._pool.close()

    def _tick(self) -> None:
        """Run due actions until the world closes; moving a virtual clock runs them in `advance` instead."""
        with self._wake:
            while not self._closed:
                due = self.schedule.pop(self.now())
                if due is not None:
                    self._do(due)
                    continue
                at = self.schedule.next_at()
                self._wake.wait(None if at is None or self.clock.virtual else max(0.0, at - self.now()))

    def _do(self, due: ScheduledAction) -> None:
        account = self.accounts.get(due.app_id)
        if account is None:
            return
        try:
            self._actions[due.action](self, account, due.arguments)
        except Exception:  # noqa: BLE001 - entry point of the ticker thread: later actions must still run
            self.record_crash(due.action)
