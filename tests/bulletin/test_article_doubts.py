"""Facts about articles that swallowed another one: what the other articles begin with gives it away."""

import pytest

from wxbot import bulletin
from wxbot.bulletin.model import Source
from wxbot.bulletin.readers import read_source

HEAD = "# 云岭养蜂通讯 2024年第5期 2024年5月20日\n\n"
TEXT = "四月下旬，合作社为四十二户社员更换蜂种，共发放处女王三百一十只。\n\n"
PARTS = {
    "社务": ("合作社更换蜂种", "理事会通过方案"),
    "蜂病": ("雨季防治白垩病", "人工清除巢虫"),
    "市场": ("槐花蜜价回落",),
}
LABELLED = "".join(
    f"## {name}\n\n" + "".join(f"### {title}\n\n- 编号：{title[0]}7\n\n{TEXT}" for title in titles)
    for name, titles in PARTS.items()
)


def doubts(body: str) -> list[str]:
    """Return what is doubtful about a Markdown text with this body."""
    return [
        found.says for found in bulletin.parse(read_source(Source("x.md", f"{HEAD}{body}".encode()))).problems
    ]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("### 人工清除巢虫\n\n", "", "“编号”在这一篇里是第 2 次"),
        ("### 人工清除巢虫\n\n- 编号", "### 人工清除巢虫 编号", "标题里有“编号”"),
        ("### 槐花蜜价回落\n\n- 编号：槐7", "槐花蜜价：回落\n\n- 编号：槐7", "在栏目名下面，按正文处理"),
        ("### 理事会通过方案\n\n- 编号：理7\n\n四月", "理事会通过方案　四月", "标题和正文连在一行"),
        ("## 市场\n\n### 槐花蜜价回落\n\n- 编号：槐7", "市场", "单独成行，按正文处理；也可能是栏目名"),
    ],
)
def test_a_title_that_was_lost_leaves_a_doubt(old: str, new: str, says: str) -> None:
    """Of a consistent bulletin nothing is doubtful; without one of its headings, the place where it stood is."""
    assert old in LABELLED
    assert [] == doubts(LABELLED)
    assert any(says in doubt for doubt in doubts(LABELLED.replace(old, new)))
