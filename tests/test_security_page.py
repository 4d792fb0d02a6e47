"""Facts about the pages on security and licences."""

import re

from tests.advisories import find_advisories, find_licences, read_notice, read_pins
from tests.conftest import ROOT


def test_every_defence_names_a_test_that_exists() -> None:
    """Each test and file that docs/security.md names exists, and each row of its tables names both."""
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    written = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", page))
    assert len(named) > 40
    assert set() == named - set(re.findall(r"^def (test_\w+)", written, re.MULTILINE))
    rows = [line for line in page.partition("## The webhook")[2].splitlines() if line.startswith("| ")]
    rows = [row for row in rows if "| defence |" not in row]
    assert [] == [row for row in rows if "`test_" not in row]
    files = [re.findall(r"`([\w/.-]+)`", row.split(" | ")[2]) for row in rows]
    assert all(files)
    named = {file for found in files for file in found}
    assert [] == [
        file for file in named if not ((ROOT / "wxbot" / file).is_file() or (ROOT / file).is_file())
    ]


def test_the_notice_names_every_installed_package() -> None:
    """NOTICE names the packages of config/requirements.txt, each with a licence, and no others."""
    pins = (ROOT / "config" / "requirements.txt").read_text(encoding="utf-8")
    notice = read_notice((ROOT / "NOTICE").read_text(encoding="utf-8"))
    assert {name for name, _ in read_pins(pins)} == set(notice)


def test_a_listed_version_and_another_licence_are_findings() -> None:
    """A pin older than the mended version, an entry about no pin, and a licence beside the list are each named."""
    entry = {"id": "CVE-2026-1", "mended": "3.1.10", "about": "a hole"}
    listed = {
        "advisories": [
            entry | {"package": "flask"},
            entry | {"package": "jinja2"},
            entry | {"package": "gone"},
        ],
        "accepted": [],
        "licences": {"allowed": ["MIT"], "unstated": {}},
    }
    found = list(find_advisories([("flask", "3.1.9"), ("jinja2", "3.1.10")], listed))
    assert ["flask 3.1.9: CVE-2026-1, mended in 3.1.10: a hole", "gone is not pinned"] == [
        found[0],
        found[1].rpartition(": ")[2],
    ]
    licences = list(find_licences({"flask", "pytest"}, {"pytest": "BSD-3-Clause"}, listed))
    assert ["flask: its licence is not allowed: BSD-3-Clause"] == licences[:1]
    assert ["NOTICE: pytest: BSD-3-Clause, but its metadata say MIT"] == licences[1:]
