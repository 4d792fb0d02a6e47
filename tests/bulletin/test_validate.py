"""Tests of loading a file as an issue, or refusing it."""

from pathlib import Path

import pytest

from wxbot import bulletin
from wxbot.errors import BulletinError


def test_a_bulletin_is_loaded_in_one_step() -> None:
    """The sample is loaded with its number and without problems."""
    issue = bulletin.load(Path(__file__).parents[2] / "content" / "bulletins" / "2021-02.txt")

    assert ("2021-02", 22, ()) == (issue.number, len(issue.articles), issue.problems)


@pytest.mark.parametrize(
    ("text", "says"),
    [("云海联盟简报\n\n今日无事。\n", "没有期号"), ("云海联盟简报\n第 5 期\n\n今日无事。\n", "没有年份")],
)
def test_a_bulletin_without_number_or_year_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """The error names the file, the reason and a remedy."""
    path = tmp_path / "便条.txt"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(BulletinError, match=says) as refused:
        bulletin.load(path)

    assert str(path) == refused.value.file
    assert "2021 年第 2 期" in refused.value.remedy
