"""Facts about the pages on security and licences."""

import re

from tests.conftest import ROOT


def test_every_defence_names_a_test_that_exists() -> None:
    """Each test that docs/security.md names exists, and each row of its tables names one."""
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    written = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", page))
    assert len(named) > 40
    assert set() == named - set(re.findall(r"^def (test_\w+)", written, re.MULTILINE))
    rows = [line for line in page.partition("## The webhook")[2].splitlines() if line.startswith("| ")]
    assert [] == [row for row in rows if "`test_" not in row and "| defence |" not in row]


def test_the_notice_names_every_installed_package() -> None:
    """NOTICE names the packages of config/requirements.txt, each with a licence, and no others."""
    pins = (ROOT / "config" / "requirements.txt").read_text(encoding="utf-8")
    installed = re.findall(r"^([A-Za-z0-9][\w.-]*)==", pins, re.MULTILINE)
    notice = dict(
        re.findall(r"^    (\S+) +(\S.*)$", (ROOT / "NOTICE").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert sorted(installed) == sorted(notice)
