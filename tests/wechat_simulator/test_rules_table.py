"""Coverage of the platform's rules: each rule has a test that holds it, or a reason why it is not simulated.

tests/wechat_simulator/rules/ lists the rules, one file per section of the reference, in our own words. The table in
docs/simulator.md is generated from it by `python -m tests.wechat_simulator.test_rules_table`.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT
from wechat_simulator.api_errors import TEXTS

HERE = Path(__file__).parent
PAGE = ROOT / "docs" / "simulator.md"
BEGIN, END = "<!-- rules: begin -->\n", "<!-- rules: end -->\n"
SECTIONS = "0abcdefghijklm"


@dataclass(frozen=True)
class Rule:
    """One rule: its section and text, and either the tests that hold it or the reason why none does."""

    section: str
    name: str
    says: str
    held: tuple[str, ...]
    open: str

    @property
    def id(self) -> str:
        """Id of the rule in the table and in failure messages."""
        return f"{self.section}-{self.name}"


def read_sections() -> Iterator[tuple[str, str, list[Rule]]]:
    """Yield each section with its title and its rules, in the order of the reference."""
    for letter in SECTIONS:
        found = tomllib.loads((HERE / "rules" / f"{letter}.toml").read_text(encoding="utf-8"))
        for section, inside in found.items():
            title = inside.pop("section")
            yield section, title, [_rule(section, name, given) for name, given in inside.items()]


def _rule(section: str, name: str, given: dict[str, str | list[str]]) -> Rule:
    held, reason = given.get("held", []), given.get("open", "")
    assert given.keys() in ({"says", "held"}, {"says", "open"}), (section, name)
    return Rule(section, name, str(given["says"]), tuple(held), str(reason))


RULES = [rule for _, _, rules in read_sections() for rule in rules]
HELD = [(rule, name) for rule in RULES for name in rule.held]


def read_test_sources() -> dict[str, str]:
    """Return the source of every test in this folder, with decorators, by the name that rules use."""
    found = {}
    for path in HERE.rglob("test_*.py"):
        source = path.read_text(encoding="utf-8")
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                lines = source.splitlines()[first - 1 : node.end_lineno]
                name = f"{path.stem.removeprefix('test_')}.{node.name.removeprefix('test_')}"
                found[name] = "\n".join(lines)
    return found


TESTS = read_test_sources()


def test_no_rule_is_listed_twice() -> None:
    """Every rule has a unique id."""
    ids = [rule.id for rule in RULES]
    assert sorted(set(ids)) == sorted(ids)
    assert len(ids) >= 500


def test_each_rule_is_held_or_has_a_reason() -> None:
    """Every rule has either tests or a reason, not both."""
    assert [] == [rule.id for rule in RULES if bool(rule.held) == bool(rule.open) or not rule.says]


def test_every_named_test_exists() -> None:
    """Every test that a rule names exists."""
    assert [] == [(rule.id, name) for rule, name in HELD if name not in TESTS]


def test_an_errcode_stands_in_the_test_that_holds_it() -> None:
    """The source of a test that holds an error code contains that code."""
    codes = [
        (rule.name, name) for rule, name in HELD if rule.section == "M" and rule.name.lstrip("-").isdigit()
    ]
    assert len(codes) >= 150
    assert [] == [(code, name) for code, name in codes if code not in TESTS[name]]


def test_every_errcode_of_ours_is_in_the_list() -> None:
    """Every error code of the simulator is listed in section M, or in a rule of its subject."""
    spans = [re.fullmatch(r"(-?\d+)(?:-(\d+))?", rule.name) for rule in RULES if rule.section == "M"]
    known = {code for span in spans if span for code in range(int(span[1]), int(span[2] or span[1]) + 1)}
    known |= {int(code) for rule in RULES for code in re.findall(r"\d{5,}", rule.says)}
    assert {40066} == set(TEXTS) - known  # an unknown path; the reference does not mention it


def test_the_page_has_the_table_of_the_rules() -> None:
    """docs/simulator.md has the table that this module generates."""
    text = PAGE.read_text(encoding="utf-8")
    assert table() == text.partition(BEGIN)[2].partition(END)[0]


def table() -> str:
    """Return the table of all rules, section by section, with their tests."""
    open_ones = sum(bool(rule.open) for rule in RULES)
    held_by = len({name for _, name in HELD})
    opening = (
        f"{len(RULES)} rules: {len(RULES) - open_ones} held by {held_by} tests, {open_ones} not simulated.\n"
    )
    return "\n".join([opening, *(_table_section(*one) for one in read_sections())])


def _table_section(section: str, title: str, rules: list[Rule]) -> str:
    lines = [f"### {section} · {title}", "", "| rule | says | held by |", "|---|---|---|"]
    return "\n".join([*lines, *map(_table_row, rules), ""])


def _table_row(rule: Rule) -> str:
    held = " · ".join(f"`{name}`" for name in rule.held) or f"*not simulated:* {rule.open}"
    return f"| {rule.id} | {rule.says} | {held} |"


def write_table() -> None:
    """Write the table into the manual, between its two markers."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(before + BEGIN + table() + END + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    write_table()
