"""Facts about `wxbot publish`, `withdraw` and `publications`, and `ingest --hold`."""

import json
from pathlib import Path

import pytest

from tests.conftest import SAMPLE, Shell

KEY = "2021-02"


@pytest.fixture
def other(home: Path) -> Path:
    """Give a bulletin of another publication with the number of the sample."""
    text = SAMPLE.read_text(encoding="utf-8").replace("工 作 简 报", "政 策 快 讯", 1)
    file = home / "other.txt"
    file.write_text(text, encoding="utf-8")
    return file


def test_what_is_held_is_not_answered_until_it_is_published(shell: Shell) -> None:
    """`ingest --hold` shows an issue to editors only; `publish` shows it to everybody."""
    held = shell("ingest", str(SAMPLE), "--hold")
    assert (1, True) == (held.code, f"wxbot publish {KEY}" in held.out)
    assert "先留着" in shell("show", KEY).out
    assert KEY not in shell("ask", "最新").out

    assert 0 == shell("publish", KEY).code
    assert KEY in shell("ask", "最新").out


def test_what_is_withdrawn_is_found_by_nobody(sample_shell: Shell) -> None:
    """An article and an issue leave the search at once, a preview changes nothing, and `publish` undoes it."""
    asked = ("search", "集成电路核心装备", "--json")
    assert 2 == sample_shell("withdraw", KEY, "5", "--reason", " ").code
    assert "预演" in sample_shell("withdraw", KEY, "5", "--reason", "有误", "--dry-run").out
    assert f"{KEY}/5" in sample_shell(*asked).out

    assert 0 == sample_shell("withdraw", KEY, "5", "--reason", "有误").code
    assert f"{KEY}/5" not in sample_shell(*asked).out
    assert "〔已撤下：有误〕" in sample_shell("show", KEY).out
    assert "〔已撤下：有误〕" in sample_shell("show", KEY, "5").out
    heads = sample_shell("show", KEY, "--json").json["articles"]
    assert [("withdrawn", 5)] == [(h["status"], h["n"]) for h in heads if h["status"] != "current"]
    assert 0 == sample_shell("publish", KEY, "5").code
    assert f"{KEY}/5" in sample_shell(*asked).out

    done = json.loads(sample_shell("withdraw", "第2期", "--reason", "有误", "--json").out)
    assert (KEY, "withdrawn", True) == (done["issue"], done["state"], done["changed"])
    assert f"{KEY}/" not in sample_shell(*asked).out


@pytest.mark.both_databases
def test_an_unknown_publication_is_asked_about_and_then_has_addresses_of_its_own(
    sample_shell: Shell, other: Path
) -> None:
    """Nothing is overwritten: the question names the command that adds the publication."""
    asked = sample_shell("ingest", str(other))
    assert (1, True) == (asked.code, "wxbot publications add 长风联盟政策快讯" in asked.out)

    assert 0 == sample_shell("publications", "add", "长风联盟政策快讯", "--slug", "kuaixun").code
    line = json.loads(sample_shell("ingest", str(other), "--json").out)
    assert ("new", "kuaixun/2021-02") == (line["outcome"], line["key"])
    for name in ("kuaixun/2021-02", "长风联盟政策快讯第2期", "政策快讯 第2期"):
        assert "长风联盟政策快讯" in sample_shell("show", name).out
    listed = json.loads(sample_shell("publications", "--json").out)
    assert [("", 1), ("kuaixun", 1)] == [(each["slug"], each["issues"]) for each in listed]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("publish", "2030-01"), 3, "书架上没有"),
        (("withdraw", "2030-01", "--reason", "x"), 3, "书架上没有"),
        (("withdraw", KEY, "99", "--reason", "x"), 3, "没有第 99 篇"),
        (("publish", KEY, "--pin"), 2, "第几篇"),
        (("publications", "add", "快讯", "--slug", "快讯"), 2, "网址里的短名"),
        (("show", "kuaixun/2021-02"), 3, "书架上没有"),
    ],
)
def test_mistakes_are_named(sample_shell: Shell, words: tuple[str, ...], code: int, says: str) -> None:
    """A command says what does not exist or means nothing, with its exit code."""
    ran = sample_shell(*words)
    assert (code, True) == (ran.code, says in ran.err)
