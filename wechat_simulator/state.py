"""Snapshots of a world as JSON, for state files and for tests."""

__all__ = ["load_from_file", "restore", "save_to_file", "snapshot"]

import json
from pathlib import Path
from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.faults import Fault
from wechat_simulator.json_codec import decode, encode
from wechat_simulator.world import Schedule, World

FORMAT = 1


def snapshot(world: World) -> dict[str, Any]:
    """Return clock, accounts, schedule and faults; the logs of calls and callbacks are not included."""
    with world.lock:
        return {
            "format": FORMAT,
            "now": world.now(),
            "accounts": [encode(account) for account in world.accounts.values()],
            "agenda": encode(world.schedule),
            "faults": encode(world.faults.orders),
        }


def restore(world: World, state: dict[str, Any]) -> None:
    """Replace the world's state by a snapshot. Raise ValueError, changing nothing, when it is invalid."""
    if state.get("format") != FORMAT:
        raise ValueError(f"not a state of format {FORMAT}")
    accounts = decode(list[Account], state.get("accounts"))
    if not accounts:
        raise ValueError("a state without accounts")
    agenda = decode(Schedule, state.get("agenda"))
    faults = decode(list[Fault], state.get("faults"))
    now = decode(float, state.get("now"))
    with world.lock:
        world.accounts = {account.identity.app_id: account for account in accounts}
        world.faults.orders = faults
        world.clock.restart(now)
        world.resume(agenda)
    world.changes.publish("reset")


def load_from_file(world: World, file: Path) -> bool:
    """Restore a state file; return False when it does not exist. Raise ValueError when it is invalid."""
    if not file.exists():
        return False
    state = json.loads(file.read_bytes())
    if not isinstance(state, dict):
        raise ValueError("not a state")
    restore(world, state)
    return True


def save_to_file(world: World, file: Path) -> None:
    """Write the state to a file atomically."""
    beside = file.with_name(file.name + ".new")
    beside.write_text(json.dumps(snapshot(world)))
    beside.replace(file)
