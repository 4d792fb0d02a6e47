"""Entries of a TOML file are edited; comments and all other lines stay as a person wrote them."""

import datetime as dt
import tomllib
from collections import Counter

import pytest

from tests.conftest import ROOT
from wxbot.editor_files import TomlEntries
from wxbot.errors import Forbidden

FILE = """# 说明

# 会费的问题
[[rule]]
match = "contains"  # 含有就算
values = [
  "会费",  # 最常问
  '入会',
]
text = \"\"\"
[[rule]] 不是一段
# 不是说明
[[最新]]　看最新一期
\"\"\"
own = 1

# 年会
[[rule]]
match = "scene"
values = ["2026"]
card = "latest"
# 结尾
"""


def test_an_edited_value_leaves_everything_else(now: dt.datetime) -> None:
    """A changed value replaces only its lines; comments inside it stay, and an unknown key too."""
    entries = TomlEntries(FILE)
    entries.change("rule", 0, {"values": ["会费"], "match": "exact", "priority": 5, "text": None})
    edited = entries.text
    assert {"match": "exact", "values": ["会费"], "own": 1, "priority": 5} == tomllib.loads(edited)["rule"][0]
    assert 'match = "exact"  # 含有就算\n# 最常问\nvalues = ["会费"]\nown = 1\n' in edited
    assert edited.endswith(FILE[FILE.index("# 年会") :])


def test_an_equal_value_changes_no_byte() -> None:
    """Giving an entry the values that it has leaves the file as it is, however they are written."""
    entries = TomlEntries(FILE)
    for at, table in enumerate(tomllib.loads(FILE)["rule"]):
        entries.change("rule", at, table | {"hours": None})
    assert FILE == entries.text


def test_entries_move_with_the_comments_above_them() -> None:
    """The comment above an entry moves with it; what an empty line separates stays."""
    entries = TomlEntries(FILE)
    entries.move("rule", 1, 0)
    assert entries.text.startswith('# 说明\n\n# 年会\n[[rule]]\nmatch = "scene"')
    assert ["scene", "contains"] == [each["match"] for each in tomllib.loads(entries.text)["rule"]]


def test_a_removed_entry_leaves_its_comments() -> None:
    """Removing an entry removes its values; what a person wrote beside them stays."""
    entries = TomlEntries(FILE)
    entries.remove("rule", 0)
    assert 1 == len(tomllib.loads(entries.text)["rule"])
    assert all(comment in entries.text for comment in ("# 会费的问题", "# 含有就算", "# 最常问"))


def test_the_shipped_rules_take_a_rule_and_a_menu() -> None:
    """A new entry follows the last one of its kind, and its text of several lines is read back."""
    text = (ROOT / "config" / "rules.toml").read_text(encoding="utf-8")
    entries = TomlEntries(text)
    entries.add("menu", {"name": "书架", "items": [{"name": "上一期", "key": "上一期"}]})
    entries.add(
        "rule", {"match": "exact", "values": ["会费"], "text": '一 "二" \\ 三\n[[最新]]', "until": None}
    )
    read = tomllib.loads(entries.text)
    assert ["最新一期", "栏目", "帮助", "书架"] == [each["name"] for each in read["menu"]]
    assert '一 "二" \\ 三\n[[最新]]' == read["rule"][0]["text"].strip()
    assert not Counter(text.splitlines()) - Counter(entries.text.splitlines())


def test_sub_tables_are_replaced_as_a_whole() -> None:
    """Items written as [[menu.items]] become the list that an editor saved."""
    entries = TomlEntries('[[menu]]\nname = "甲"\n[[menu.items]]\nname = "乙"  # 注\nkey = "乙"\n')
    entries.change("menu", 0, {"items": [{"name": "丙", "key": "丙"}]})
    assert {"name": "甲", "items": [{"name": "丙", "key": "丙"}]} == tomllib.loads(entries.text)["menu"][0]
    assert "# 注" in entries.text


@pytest.mark.parametrize("text", ['rule = [{ match = "exact" }]', "[rule]\na = 1"])
def test_other_forms_are_refused(text: str) -> None:
    """Entries that are not written as [[rule]] are refused, never rewritten."""
    with pytest.raises(Forbidden, match="表单改不了"):
        TomlEntries(text)
