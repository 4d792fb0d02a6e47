"""Compare the pinned packages with the advisories and licences of config/advisories.toml: `python -m tests.advisories`.

    advisories   no pin is older than the version in which an advisory of its package is mended
    licences     every installed pin has an allowed licence, and NOTICE names the one that its metadata state

Prints one finding a line and exits with 1 when there is any. It needs no network: the list ships with the source, and
says to which date it is current.
"""

import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.version import Version

__all__ = ["find_advisories", "find_licences", "read_notice", "read_pins"]

ROOT = Path(__file__).parent.parent
FILES = ("config/requirements.txt", "config/requirements-dev.txt")
_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", re.MULTILINE)
# Licences as metadata name them in words, before they had an expression.
_WORDS = {
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "SIL Open Font License 1.1 (OFL-1.1)": "OFL-1.1",
    "BSD-3-Clause, Apache-2.0, dependency licenses": "BSD-3-Clause AND Apache-2.0",
}


def read_pins(text: str) -> list[tuple[str, str]]:
    """Return the packages of a file of pins with their versions; one may have two, for different interpreters."""
    return _PIN.findall(text)


def read_notice(text: str) -> dict[str, str]:
    """Return the licence of each package that NOTICE names."""
    return dict(re.findall(r"^    (\S+) +(\S.*)$", text, re.MULTILINE))


def find_advisories(pins: list[tuple[str, str]], listed: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each pin that an advisory is about, and for each entry that is about no pin."""
    for entry in listed["advisories"]:
        name, mended = entry["package"], Version(entry["mended"])
        versions = [Version(version) for pinned, version in pins if pinned == name]
        if not versions:
            yield f"config/advisories.toml: {entry['id']}: {name} is not pinned"
        for version in versions:
            if version < mended:
                yield f"{name} {version}: {entry['id']}, mended in {mended}: {entry['about']}"
    for entry in listed["accepted"]:
        if entry["package"] not in dict(pins):
            yield f"config/advisories.toml: {entry['id']}: {entry['package']} is not pinned"


def find_licences(names: set[str], notice: Mapping[str, str], listed: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each installed package whose licence is not allowed, or another than NOTICE says."""
    allowed, unstated = set(listed["licences"]["allowed"]), listed["licences"]["unstated"]
    for name in sorted(names):
        try:
            metadata = importlib.metadata.metadata(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # for another system or interpreter
        stated = _stated_licence(metadata) or unstated.get(name, "")
        either = [set(re.split(r" AND ", each)) for each in stated.strip("()").split(" OR ")]
        if not any(each <= allowed for each in either):
            yield f"{name}: its licence is not allowed: {stated or 'none is stated'}"
        if name in notice and _terms(notice[name]) != _terms(stated):
            yield f"NOTICE: {name}: {notice[name]}, but its metadata say {stated}"


def _terms(expression: str) -> set[str]:
    return set(re.split(r" AND | OR ", expression.strip("()")))


def _stated_licence(metadata: importlib.metadata.PackageMetadata) -> str:
    """Return the licence that a package states, as an expression of SPDX; "" for none."""
    first, *_ = [*(metadata.get_all("License-Expression") or []), ""]
    classifiers = [each for each in metadata.get_all("Classifier") or [] if each.startswith("License ::")]
    words = [_WORDS.get(each.rsplit(" :: ")[-1], "") for each in classifiers]
    named, *_ = [*(metadata.get_all("License") or []), ""]
    return first or " OR ".join(filter(None, words)) or _WORDS.get(named, named if " " not in named else "")


def main() -> int:
    """Print all findings; return 0 when there is none."""
    listed = tomllib.loads((ROOT / "config" / "advisories.toml").read_text(encoding="utf-8"))
    pins = sorted({pin for file in FILES for pin in read_pins((ROOT / file).read_text(encoding="utf-8"))})
    notice = read_notice((ROOT / "NOTICE").read_text(encoding="utf-8"))
    findings = [*find_advisories(pins, listed), *find_licences({name for name, _ in pins}, notice, listed)]
    print(*findings, sep="\n", end="\n" if findings else "")  # noqa: T201  a check prints its findings
    told = f"{len(listed['advisories'])} advisories, current to {listed['current_to']}; {len(pins)} pins"
    print(f"{told}: {len(findings) or 'no'} findings")  # noqa: T201  and what it looked at
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
