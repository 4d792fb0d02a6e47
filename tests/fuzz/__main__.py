"""Run one fuzzing target until its inputs or its time are used up: `python -m tests.fuzz webhook --inputs 1000000`.

Prints a line of progress each half minute and a line a finding; exits with 1 if there was any. Each finding is kept in
`--keep` (var/fuzz), to be looked at, mended, and moved to tests/fuzz/found.
"""

import argparse
import hashlib
import sys
import time
from collections import Counter
from pathlib import Path

from tests.fuzz.readers import ReadersTarget
from tests.fuzz.simulator import SimulatorTarget
from tests.fuzz.targets import Finding, Target
from tests.fuzz.webhook import WebhookTarget

TARGETS: dict[str, type[Target]] = {
    "webhook": WebhookTarget,
    "readers": ReadersTarget,
    "simulator": SimulatorTarget,
}
PROGRESS_SECONDS = 30.0
KEPT_OF_A_KIND = 3


def main() -> int:
    """Run the target that the command line names; return 1 after a finding."""
    options = _options()
    kinds: Counter[str] = Counter()
    with TARGETS[options.target](options.seed, options.database) as target:
        started = reported = time.monotonic()
        while not _is_over(target, options, time.monotonic() - started):
            for found in target.try_batch():
                kinds[found.kind] += 1
                if kinds[found.kind] <= KEPT_OF_A_KIND:
                    _print(f"FOUND {found.kind}: {_keep(found, options.keep)}: {found.says}")
            if time.monotonic() - reported > PROGRESS_SECONDS:
                reported = time.monotonic()
                _print(_progress(options.target, target, kinds, reported - started))
        _print(_progress(options.target, target, kinds, time.monotonic() - started))
    return 1 if kinds else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--inputs", type=int, default=0, help="end after this many inputs")
    parser.add_argument("--seconds", type=float, default=0.0, help="end after this time")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same inputs")
    parser.add_argument("--database", default="sqlite", choices=("sqlite", "postgresql"))
    parser.add_argument("--keep", type=Path, default=Path("var/fuzz"), help="folder for inputs that did harm")
    options = parser.parse_args()
    if not options.inputs and not options.seconds:
        parser.error("give --inputs or --seconds")
    return options


def _is_over(target: Target, options: argparse.Namespace, seconds: float) -> bool:
    used_up = 0 < options.inputs <= target.tried
    return used_up or bool(0 < options.seconds <= seconds)


def _keep(found: Finding, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha256(found.data).hexdigest()[:12]}{found.suffix}"
    path.write_bytes(found.data)
    return path


def _progress(name: str, target: Target, kinds: Counter[str], seconds: float) -> str:
    outcomes = ", ".join(f"{what} {count}" for what, count in sorted(target.outcomes.items()))
    findings = ", ".join(f"{what} {count}" for what, count in sorted(kinds.items())) or "none"
    return f"{name}: {target.tried} inputs in {seconds:.0f} s; {outcomes}; findings: {findings}"


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201  a program that prints its progress


if __name__ == "__main__":
    sys.exit(main())
