"""Tests of front matter."""

import pytest

from wxbot.bulletin.readers.front_matter import read_front_matter


def fields(text: str) -> dict[str, str]:
    """Return the fields of a text's front matter."""
    return dict(read_front_matter(text.split("\n")).fields)


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("title: '云海简报'", "title", "云海简报"),
        ('"标题": "云海：\\"简报\\""', "title", '云海："简报"'),
        ("issue: 18", "number", "18"),
        ("Issue-No: 第18期  # 本期", "number", "第18期"),
        ("期号：2026-18", "number", "2026-18"),
        ("VOL: 7", "number", "7"),
        ("总期数: 301", "total", "301"),
        ('publishedAt: "2025/03/10"', "date", "2025/03/10"),
        ("issue_date: 2025-03-10T08:00:00+08:00", "date", "2025-03-10T08:00:00+08:00"),
        ("pubDate : 2025-03-10", "date", "2025-03-10"),
        ("authors: [张三, '李四']", "editor", "张三、李四"),
        ("责任编辑: 张三", "editor", "张三"),
        ("刊名: 云海联盟工作简报", "publication", "云海联盟工作简报"),
    ],
)
def test_fields_are_known_in_any_spelling(line: str, name: str, value: str) -> None:
    """Names in English and Chinese, with separators, capitals, quotes, comments and lists, give one field."""
    assert {name: value} == fields(f"---\n{line}\ntags: x\n---\n正文")


def test_the_narrower_name_wins() -> None:
    """Of several dates the date of the issue is taken, of number and volume the number."""
    found = fields("---\ndate: 2025-01-01\nissue_date: 2025-03-10\nvol: 3\nissue: 7\n---\n")

    assert {"date": "2025-03-10", "number": "7"} == found


def test_lists_and_folded_texts_are_joined() -> None:
    """Entries on lines of their own, also with names, and texts folded over lines are one value."""
    found = fields("---\nauthors:\n  - name: 张三\n  - 李四\ntitle: >\n  云海\n  简报\n---\n")

    assert {"editor": "张三、李四", "title": "云海 简报"} == found


def test_toml_is_read() -> None:
    """TOML between plus signs gives the same fields, also where it is damaged."""
    assert {"title": "云海简报", "date": "2025-03-10"} == fields(
        '+++\ntitle = "云海简报"\ndate = 2025-03-10\n+++\n'
    )
    assert {"title": "云海简报"} == fields('+++\ntitle = "云海简报"\ndraft = = 1\n+++\n')


@pytest.mark.parametrize(
    "text", ["---\n正文在两条线之间。\n---\n", "正文\n---\ntitle: x\n---\n", "---\ntitle: x\n", ""]
)
def test_text_between_rules_is_no_front_matter(text: str) -> None:
    """Front matter stands at the top, is closed, and consists of fields."""
    assert {} == fields(text)
    assert 0 == read_front_matter(text.split("\n")).end
