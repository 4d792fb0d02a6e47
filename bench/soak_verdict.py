"""The end of a soak: the fate of every message, every journal row and every delivery, memory and open files.

A thing without a reason is a fault. The reasons: a message that the server answered while the database did not, so that
its other try may get another answer; among these a change of preferences, which was not saved; the event of a guest who
left, whose journal entry has a pseudonym in place of the openid; a delivery whose call got no answer; a campaign that
waits for midnight after a spent quota.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from sqlalchemy import select

from bench.callbacks import Fate, Traffic, confirms_change, make_callback
from bench.installation import Installation, ProcessFigures
from bench.soak_chores import Chores, PushRound, openids
from wxbot import push
from wxbot.db import Database
from wxbot.journal import JournalEntry
from wxbot.privacy import PSEUDONYM

__all__ = ["Sample", "find_faults"]

AROUND_SECONDS = 15.0  # a message's tries last as long
# Allowed growth between the first and the last third of a process's life, beyond the first minutes of filling caches.
GROWTH, GROWTH_BYTES, GROWTH_FILES, WARM_MINUTES, MIN_SAMPLES = 0.10, 20e6, 20, 2.0, 12
# Connections to the platform that a worker keeps for its next calls: the size of the pool in wxbot.wechat.
KEPT_CONNECTIONS = 128
_LOG_NOISE = re.compile(r"\d+")


@dataclass(frozen=True)
class Sample:
    """The figures of one role at a time; `pids` tells one generation of processes from the next."""

    minutes: float
    role: str
    pids: frozenset[int]
    figures: ProcessFigures


def find_faults(
    there: Installation, db: Database, traffic: Traffic, chores: Chores, samples: list[Sample]
) -> list[str]:
    """Print the totals; return the faults in words."""
    faults = [f"{failure}" for failure in chores.failures]
    faults += _message_faults(traffic, chores)
    faults += _journal_faults(there, db, traffic, chores)
    for pushed in chores.rounds:
        faults += _push_faults(there, db, pushed)
    faults += _growth_faults(samples)
    faults += _log_faults(there)
    if chores.backup_bytes:
        print(f"backup: {chores.backup_bytes / 1e6:.1f} MB")
    return faults


def _message_faults(traffic: Traffic, chores: Chores) -> list[str]:
    counts = traffic.counts
    print("messages: " + ", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    print(f"tries that failed: {dict(traffic.failures) or 'none'}")
    faults = [f"{counts['lost']} messages were lost in all three tries"] if counts["lost"] else []
    faults += [f"{counts['wrong']} answers were none"] if counts["wrong"] else []
    without = _outside_troubles(traffic.different, traffic, chores)
    held = len(traffic.different) - len(without)
    print(
        f"repeated messages with two answers: {len(traffic.different)}, {held} of them while the database was held"
    )
    faults += [f"repeated messages got two answers, without a reason: {without[:5]}"] if without else []
    return faults + traffic.remarks


def _outside_troubles(numbers: Iterable[int], traffic: Traffic, chores: Chores) -> list[int]:
    """Return the messages that were not sent about the time when the database did not answer."""
    spans = [(start - AROUND_SECONDS, end + AROUND_SECONDS) for start, end in chores.troubles]
    return [
        number
        for number in numbers
        if not any(start <= traffic.created[number] <= end for start, end in spans)
    ]


def _journal_faults(there: Installation, db: Database, traffic: Traffic, chores: Chores) -> list[str]:
    """Look every answered message up in the journal."""
    with db.read() as session:
        keys = set(session.scalars(select(JournalEntry.key)))
    erased = Counter(_event_of(key) for key in keys if key.startswith(PSEUDONYM))
    missing, left = [], 0
    for number, fate in enumerate(traffic.fates):
        if fate in {Fate.IN_TIME, Fate.LATE}:
            key = make_callback(number, traffic.created[number]).key
            if key in keys:
                continue
            if erased[_event_of(key)] > 0:
                erased[_event_of(key)] -= 1
                left += 1
            else:
                missing.append(number)
    unwritten = sum(" unwritten " in line for line in there.log("server"))
    counted = _metric(there, 'wxbot_webhook_total{outcome="unwritten"}')
    without = sorted(
        {number for number in missing if not confirms_change(number)}
        | set(_outside_troubles(missing, traffic, chores))
    )
    print(
        f"journal: {len(keys)} rows, {left} of them of guests who left, under a pseudonym; {len(missing)} answered "
        f"messages are not in it, {len(missing) - len(without)} of them changes that were not saved while the "
        f"database was held; went out before their entry was written: {unwritten} by the server's log, "
        f"{counted:.0f} by its metrics"
    )
    faults = (
        [f"{len(without)} answered messages are not in the journal, without a reason: {without[:5]}"]
        if without
        else []
    )
    if len(missing) > min(unwritten, counted):
        faults.append(f"{len(missing)} rows are missing, more than were reported as unwritten")
    if unwritten != counted:
        faults.append(f"the log says unwritten {unwritten} times, the metrics {counted:.0f} times")
    return faults


def _event_of(key: str) -> str:
    """Return the second and the name of an event from its key, which begins with the openid or a pseudonym."""
    return key.partition("@")[2]


def _metric(there: Installation, name: str) -> float:
    """Return a figure of the server's metrics; 0 where it has none."""
    lines = there.page("/metrics")[1].splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} "))


def _push_faults(there: Installation, db: Database, pushed: PushRound) -> list[str]:
    """Compare what each follower saw with the ledger."""
    with db.read() as session:
        state = push.queries.get_campaign(session, pushed.campaign).state
        deliveries = push.queries.delivery_counts(session, pushed.campaign)
        rows = session.execute(
            select(push.Delivery.recipient, push.Delivery.state).where(
                push.Delivery.campaign_id == pushed.campaign
            )
        ).all()
    states = {row.recipient: row.state for row in rows}
    seen = Counter(there.count_seen(openid, pushed.number) for openid in openids())
    print(
        f"push of {pushed.number} by {pushed.route}, fault {pushed.fault}: {state} after {pushed.seconds:.0f} s, "
        f"ledger {deliveries}, followers by times seen {dict(sorted(seen.items()))}"
    )
    faults = [f"{pushed.number}: {seen[n]} followers saw it {n} times" for n in seen if n > 1]
    sent = sum(state == push.DeliveryState.SENT for state in states.values())
    if pushed.route is push.Route.MASS:
        sent = sent * len(openids())
    unknown = sum(state == push.DeliveryState.UNKNOWN for state in states.values())
    if not sent <= seen[1] <= sent + unknown * (len(openids()) if pushed.route is push.Route.MASS else 1):
        faults.append(f"{pushed.number}: {sent} sent and {unknown} unknown, but {seen[1]} saw it")
    if state == push.CampaignState.WAITING and "45009" not in pushed.fault:
        faults.append(f"{pushed.number}: waits, without a spent quota")
    if state == push.CampaignState.UNKNOWN and "cut" not in pushed.fault and "slow" not in pushed.fault:
        faults.append(f"{pushed.number}: unknown, without a lost answer")
    return faults


def _growth_faults(samples: list[Sample]) -> list[str]:
    """Compare the last third of each generation of processes with its first, after a time to warm up."""
    faults = []
    generations: dict[tuple[str, frozenset[int]], list[Sample]] = {}
    for sample in samples:
        generations.setdefault((sample.role, sample.pids), []).append(sample)
    for (role, pids), found in generations.items():
        warm = [each for each in found if each.minutes >= found[0].minutes + WARM_MINUTES]
        if len(warm) < MIN_SAMPLES or not pids:
            continue
        third = len(warm) // 3
        first, last = warm[:third], warm[-third:]
        memory = [median(each.figures.memory for each in part) for part in (first, last)]
        files = [median(each.figures.files - each.figures.sockets for each in part) for part in (first, last)]
        sockets = [median(each.figures.sockets for each in part) for part in (first, last)]
        hours = (last[-1].minutes - first[0].minutes) / 60
        print(
            f"{role}: memory {memory[0] / 1e6:.0f} → {memory[1] / 1e6:.0f} MB, files {files[0]:.0f} → {files[1]:.0f}, "
            f"sockets {sockets[0]:.0f} → {sockets[1]:.0f} in {hours * 60:.0f} minutes"
        )
        if role == "simulator":
            continue  # it keeps every inbox
        if memory[1] > memory[0] * (1 + GROWTH) + GROWTH_BYTES:
            faults.append(f"{role}: memory grew from {memory[0] / 1e6:.0f} to {memory[1] / 1e6:.0f} MB")
        if files[1] > files[0] + GROWTH_FILES:
            faults.append(f"{role}: open files grew from {files[0]:.0f} to {files[1]:.0f}")
        kept = KEPT_CONNECTIONS if role == "worker" else 0
        if sockets[1] > sockets[0] + GROWTH_FILES and sockets[1] > kept + GROWTH_FILES:
            faults.append(f"{role}: open sockets grew from {sockets[0]:.0f} to {sockets[1]:.0f}")
    return faults


def _log_faults(there: Installation) -> list[str]:
    """Print the kinds of warnings and errors; a traceback is a fault."""
    faults = []
    for role in ("server", "worker"):
        lines = there.log(role)
        kinds = Counter(
            _LOG_NOISE.sub("N", line.partition(" ")[2].partition(" ")[2])[:110]
            for line in lines
            if " ERROR " in line or " WARNING " in line
        )
        for kind, times in kinds.most_common(8):
            print(f"{role}'s log, {times} times: {kind}")
        tracebacks = [before for before, line in pairwise(lines) if line.startswith("Traceback")]
        if tracebacks:
            faults.append(
                f"{role}'s log has {len(tracebacks)} tracebacks, such as after: {tracebacks[-1][:200]}"
            )
    return faults
