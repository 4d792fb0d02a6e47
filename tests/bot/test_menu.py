"""The menu in config/rules.toml: its mistakes, its dead ends, and the form in which the platform takes it."""

import datetime as dt
from pathlib import Path

import pytest

from wxbot import library
from wxbot.bot import findings
from wxbot.bot.rules.menu import platform_buttons, read_buttons, read_menu
from wxbot.db import Database
from wxbot.errors import UsageError

APP = 'appid = "wx0123456789abcdef"'
PUBLIC = "https://news.example.org"


def menu(*entries: str) -> str:
    """Return a menu of these entries."""
    return "".join(f"[[menu]]\n{entry}\n" for entry in entries)


MISTAKES = [
    ('name = "甲"\nkey = "HELP"', ""),
    (f'name = "甲"\n{APP}\npagepath = "pages/a"\nurl = "https://example.org/"', ""),
    ('name = "甲"\ntype = "scancode_push"\nkey = "扫"', ""),
    ('name = "甲"\nkey = "HELP"\nurl = "https://example.org/"', "不能同时写"),
    ('name = "甲"\nkez = "HELP"\nkey = "HELP"', "不认识「kez」"),
    (f'name = "甲"\n{APP}\npagepath = "pages/a"', "缺少 url"),
    ('name = "甲"\nappid = "WX1"\npagepath = "a"\nurl = "https://a.cn"', "appid「WX1」不对"),
    ('name = "甲"\ntype = "clik"\nkey = "a"', "没有「clik」这一种"),
    ('name = "甲"\nurl = "example.org"', "不是网址"),
    (f'name = "甲"\nkey = "{"长" * 43}"', "129 个字节，最多 128 个"),
    ('name = "甲"\nkey = 7', "key 是空的"),
    ('name = "一二三四五六"\nkey = "HELP"', "1 到 16 个字节"),
    ('name = "甲"\nitems = []', "至少一项"),
    ('name = "甲"\nkey = "HELP"\nitems = [{ name = "乙", key = "HELP" }]', "key 用不上"),
    ('name = "甲"\nitems = [{ name = "乙", items = [{ name = "丙", key = "a" }] }]', "不能再分级"),
]


@pytest.mark.parametrize(("entry", "says"), MISTAKES)
def test_each_mistake_of_an_entry_is_found(entry: str, says: str) -> None:
    """Fields that contradict each other, unknown keys, and values beyond the platform's limits are found."""
    _, problems = read_menu(menu(entry))
    assert [bool(says)] * len(problems) == [says in each.says for each in problems]
    assert bool(says) is bool(problems)


def test_a_mini_program_keeps_its_fallback(sample_db: Database) -> None:
    """An entry for a mini-program has its page and the address for phones that cannot open it."""
    entries, _ = read_menu(menu(f'name = "甲"\n{APP}\npagepath = "pages/a"\nurl = "https://example.org/"'))
    (button,) = platform_buttons(entries)
    assert {
        "name": "甲", "type": "miniprogram", "appid": "wx0123456789abcdef", "pagepath": "pages/a",
        "url": "https://example.org/",
    } == button  # fmt: skip


DEAD_ENDS = [
    ('name = "甲"\nkey = "LATEST"', False),
    ('name = "甲"\nkey = "第9期"', True),
    ('name = "甲"\nkey = "投融界"', False),
    ('name = "甲"\nkey = "没有的栏目"', True),
    ('name = "甲"\nkey = "LATEST:kuaixum"', True),
    (f'name = "甲"\nurl = "{PUBLIC}/i/2021-02"', False),
    (f'name = "甲"\nurl = "{PUBLIC}/a/2021-02/99"', True),
    ('name = "甲"\nurl = "https://elsewhere.example.org/a/2021-02/99"', False),
]


@pytest.mark.parametrize(("entry", "is_dead"), DEAD_ENDS)
def test_entries_that_lead_nowhere_are_found(
    sample_db: Database, now: dt.datetime, entry: str, *, is_dead: bool
) -> None:
    """A key without a section, command, rule or article, and a link to a page that does not exist, are found."""
    with sample_db.read() as session:
        found = findings(menu(entry), session, now, public_url=PUBLIC, count_hits=lambda _words: 0)
    assert ([("1", "dead")] if is_dead else []) == [(each.menu, each.kind) for each in found]


def test_what_points_at_something_withdrawn_is_found(sample_db: Database, now: dt.datetime) -> None:
    """A rule's card, a link in its text, and a menu's link are found once what they show is withdrawn."""
    text = menu(f'name = "甲"\nurl = "{PUBLIC}/a/2021-02/5"') + (
        "[[rule]]\nmatch = 'scene'\nvalues = ['年会']\ncard = '2021-02/5'\n"
        f"[[rule]]\nmatch = 'exact'\nvalues = ['乙']\ntext = '见 {PUBLIC}/a/2021-02/5'\n"
    )
    with sample_db.begin() as session:
        assert [] == findings(text, session, now, public_url=PUBLIC)
        library.withdraw_article(session, "2021-02", 5, "有误")
        found = findings(text, session, now, public_url=PUBLIC)
    assert [(0, "1"), (1, ""), (2, "")] == [(each.rule, each.menu) for each in found]
    assert all("已撤下" in each.says for each in found)


def test_a_table_of_another_name_is_refused(sample_db: Database, now: dt.datetime) -> None:
    """A misspelt table, such as [[rules]], is found: it would silently have no effect."""
    with sample_db.read() as session:
        found = findings("[[rules]]\nmatch = 'exact'\n", session, now)
    assert ["broken"] == [each.kind for each in found]


@pytest.mark.parametrize(
    ("content", "says"),
    [('[[menu]]\nname = "帮助"'.encode("gbk"), "不是 UTF-8 编码"), (b"[[menu]", "不是正确的 TOML")],
)
def test_a_rule_file_that_cannot_be_read_has_a_remedy(content: bytes, says: str, tmp_path: Path) -> None:
    """The error of a rule file in another encoding or with broken TOML says so, and what to do."""
    file = tmp_path / "rules.toml"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=says) as raised:
        read_buttons(file)
    assert raised.value.remedy
