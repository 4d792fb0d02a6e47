"""Tests of the JSON of one bulletin, which is a contract with other programs."""

import json
from pathlib import Path

from wxbot import bulletin
from wxbot.bulletin import ParsedIssue, Problem

REAL = Path(__file__).parents[2] / "content" / "bulletins" / "2021-02.txt"


def test_the_line_has_the_keys_of_the_contract() -> None:
    """The JSON has exactly the keys of the contract at each level."""
    line = json.loads(json.dumps(bulletin.to_json("2021-02.txt", bulletin.load(REAL), "new")))

    assert {
        "file",
        "number",
        "year",
        "issue",
        "total",
        "date",
        "title",
        "editor",
        "sections",
        "problems",
        "dropped",
        "outcome",
    } == set(line)
    assert {"name", "articles"} == set(line["sections"][0])
    assert {"title", "paragraphs", "links", "images"} == set(line["sections"][0]["articles"][0])
    assert {"line": 2, "text": "1", "why": "page number"} == line["dropped"][0]
    assert ("2021-02", 2021, 2, None, "2021-01-15") == tuple(
        line[key] for key in ("number", "year", "issue", "total", "date")
    )
    assert ("长风联盟工作简报", "长风联盟秘书处", "new") == (line["title"], line["editor"], line["outcome"])


def test_a_refused_file_has_a_line_too() -> None:
    """An unreadable file has null values, its outcome, and its reason if there is one."""
    refused = bulletin.to_json("x.txt", None, "refused")
    reasoned = bulletin.to_json("x.txt", ParsedIssue(problems=(Problem(1, "空文件"),)), "refused")

    assert (None, [], "refused") == (refused["number"], refused["sections"], refused["outcome"])
    assert [{"line": 1, "says": "空文件"}] == reasoned["problems"]


def test_to_json_gives_lists_where_json_has_lists() -> None:
    """The value is equal to itself after a round trip through JSON."""
    value = bulletin.to_json("2021-02.txt", bulletin.load(REAL), "same")

    assert json.loads(json.dumps(value)) == value
