"""From a file to an issue for the shelf, or a refusal."""

from pathlib import Path

import pytest

from wxbot import bulletin
from wxbot.errors import BulletinError


def test_a_bulletin_is_loaded_in_one_step() -> None:
    """The sample comes out with its number and nothing doubtful about it."""
    issue = bulletin.load(Path(__file__).parents[2] / "content" / "bulletins" / "2021-02.txt")

    assert ("2021-02", 22, ()) == (issue.number, len(issue.articles), issue.problems)


@pytest.mark.parametrize(
    ("text", "says"),
    [("云海联盟简报\n\n今日无事。\n", "没有期号"), ("云海联盟简报\n第 5 期\n\n今日无事。\n", "没有年份")],
)
def test_what_has_no_number_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """Without number or year there is no place on the shelf: why, and how to mend it."""
    path = tmp_path / "便条.txt"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(BulletinError, match=says) as refused:
        bulletin.load(path)

    assert str(path) == refused.value.file
    assert "2021 年第 2 期" in refused.value.remedy
