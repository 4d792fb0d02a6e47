"""Facts about `wxbot rules check`."""

from pathlib import Path

import pytest

from tests.conftest import ROOT, Shell

LAST_YEAR = "until = 2025-12-31"


def rule(match: str, values: str, more: str = "", answer: str = "text = '好'") -> str:
    """Return one [[rule]] of the file."""
    return f"[[rule]]\nmatch = '{match}'\nvalues = [{values}]\n{answer}\n{more}\n"


def checked(shell: Shell, home: Path, *rules: str) -> list[tuple[int, str]]:
    """Return the problems found, by rule and kind, after checking the exit code."""
    folder = home / "config"
    folder.mkdir(exist_ok=True)
    (folder / "rules.toml").write_text("".join(rules), encoding="utf-8")
    ran = shell("rules", "check", "--json")
    found = [(problem["rule"], problem["kind"]) for problem in ran.json["problems"]]
    assert (1 if found else 0) == ran.code
    return found


def test_the_shipped_rules_pass(shell: Shell, home: Path) -> None:
    """The shipped rules have no problem."""
    (home / "config").symlink_to(ROOT / "config")
    ran = shell("rules", "check")
    assert (0, "没有问题。\n") == (ran.code, ran.out)


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ([rule("exact", "'甲', '乙'"), rule("exact", "'乙'")], [(2, "conflict")]),
        ([rule("exact", "'甲'"), rule("exact", "'甲'", "priority = 1")], [(1, "shadowed")]),
        ([rule("exact", "'甲'", "hours = [0, 12]"), rule("exact", "'甲'", "hours = [12, 24]")], []),
        ([rule("exact", "'甲'", "weekdays = ['mon']"), rule("exact", "'甲'", "weekdays = ['tue']")], []),
        ([rule("contains", "'甲'"), rule("exact", "'甲乙'")], []),
        ([rule("contains", "'甲'", "priority = 1"), rule("exact", "'甲乙'")], [(2, "shadowed")]),
        ([rule("contains", "'甲'", "priority = 1\n" + "hours = [9, 18]"), rule("exact", "'甲乙'")], []),
        ([rule("contains", "'甲'"), rule("contains", "'乙甲'")], [(2, "shadowed")]),
        ([rule("pattern", "'^甲.*乙$'", "priority = 1"), rule("exact", "'甲和乙'")], [(2, "shadowed")]),
        ([rule("exact", "'甲'", LAST_YEAR)], [(1, "dead")]),
        ([rule("exact", "'甲'", "from = 2030-02-01\nuntil = 2030-01-01")], [(1, "dead")]),
        ([rule("exact", "'甲'", "weekdays = []")], [(1, "dead")]),
        ([rule("exact", "'甲'", "hours = [9, 9]")], [(1, "dead")]),
        ([rule("event", "'masssendjobfinish'")], [(1, "dead")]),
        ([rule("exact", "'甲'", answer="card = '2021-02/5'")], []),
        ([rule("exact", "'甲'", answer="card = '2021-02/99'")], [(1, "dead")]),
        ([rule("exact", "'甲'", answer="card = '2021-2'")], []),
        ([rule("exact", "'甲'", answer="card = '2021-03'")], [(1, "dead")]),
        ([rule("exact", "'甲'", answer="card = 'latest'")], []),
        ([rule("exact", "'甲'", answer="text = '{公众号}" + "长" * 670 + "'")], [(1, "long")]),
        ([rule("pattern", "'('")], [(1, "broken")]),
        ([rule("contains", "'会费'", "examples = ['会费多少', '怎么入会']")], [(1, "example")]),
        ([rule("exact", "'帮助'", "examples = ['帮助']")], [(1, "example")]),
        ([rule("exact", "'帮助'", "priority = 100\nexamples = ['帮助']")], []),
        ([rule("menu", "'KEY'", "examples = ['KEY']\nfrom = 2030-01-01\nhours = [3, 4]")], []),
        (["rule = 7"], [(0, "broken")]),
        (["不是 TOML"], [(0, "broken")]),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_each_problem_is_found_and_nothing_else(
    sample_shell: Shell, home: Path, rules: list[str], found: list[tuple[int, str]]
) -> None:
    """Conflicts, rules that never apply, texts that are too long or malformed, and examples that miss are found."""
    assert found == checked(sample_shell, home, *rules)


def test_problems_are_said_with_the_place_of_the_rule(shell: Shell, home: Path) -> None:
    """Each problem is printed with its file, rule and description."""
    checked(shell, home, rule("exact", "'甲'"), rule("exact", "'甲'"))
    ran = shell("rules", "check")
    assert "rules.toml  第 2 条：与第 1 条都匹配「甲」" in ran.out
    assert ran.out.endswith("1 个问题。\n")


def test_without_a_file_there_is_nothing_wrong(shell: Shell) -> None:
    """In a folder without a rules file the check passes; a note says where rules are written."""
    ran = shell("rules", "check")
    assert (0, "没有问题。\n") == (ran.code, ran.out)
    assert "config/rules.toml" in ran.err
