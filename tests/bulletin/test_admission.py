"""Tests of validation: which files are refused as bulletins."""

from pathlib import Path

import pytest

from wxbot.bulletin import load
from wxbot.errors import BulletinError

NOTICE = """关于 2021 年第 2 期简报征稿的通知

各会员单位：

2021 年第 2 期简报将于近日出版，请各单位供稿。
"""
HELP = """可以这样问我：
· 一个或几个词，如「芯片」
· 期号，如「第2期」「2021年第2期」
收到列表后，发数字看那一篇。
"""
LETTER = """张老师：

您要的 2021 年第 2 期已经寄出，请查收。祝好。

李四
"""
HEAD_ALONE = """长风联盟工作简报
2021 年第 02 期 2021 年 01 月 15 日 长风联盟秘书处编
"""


@pytest.mark.parametrize("text", [NOTICE, HELP, LETTER, HEAD_ALONE])
def test_a_text_that_only_mentions_an_issue_is_refused(tmp_path: Path, text: str) -> None:
    """A notice, a help text, a letter and a masthead without articles are refused, so they replace no real issue."""
    (tmp_path / "note.txt").write_text(text, encoding="utf-8")
    with pytest.raises(BulletinError) as said:
        load(tmp_path / "note.txt")
    assert said.value.remedy


def test_a_plain_head_is_enough(tmp_path: Path) -> None:
    """A file with a periodical's name and a number is accepted, even without a date."""
    (tmp_path / "plain.txt").write_text(
        "协会工作通讯\n2021 年第 5 期\n\n【要闻】\n\n 协会召开年会\n\n协会近日在北京召开年会，会员到会。\n",
        encoding="utf-8",
    )
    assert "2021-05" == load(tmp_path / "plain.txt").number
