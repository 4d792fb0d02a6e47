"""Facts about settling a reading: each decision becomes a fix that the next reading finds again."""

from collections.abc import Callable

import pytest

from wxbot.bulletin import ReaderPool, Source
from wxbot.bulletin.fixes import Fixes
from wxbot.bulletin.model import LineUse
from wxbot.bulletin.settle_order import (
    choose_cover,
    move_article,
    move_section,
    rename_section,
    retitle_article,
)
from wxbot.bulletin.settle_reading import (
    Reading,
    forget_line,
    forget_picture,
    read_with_lines,
    settle_line,
    settle_picture,
)
from wxbot.errors import BulletinError

TEXT = """云海联盟简报
2024 年第 3 期 2024 年 5 月 6 日

【要闻】

■ 新桥通车新校开学新馆开放

昨日，第一批设备运抵现场，技术人员随即开始安装，预计年底前全部投入使用。

■ 新桥通车新校开学新馆开放

昨日，第一批学生走进教室，老师随即开始上课，预计年底前全部坐满。

【动态】

■ 新馆开放

昨日，第一批读者走进阅览室，馆员随即开始服务，预计每年接待十万人。
"""


def read(fixes: Fixes) -> Reading:
    """Return the reading of the text with these fixes."""
    return read_with_lines(ReaderPool(), Source("a.txt", TEXT.encode()), fixes)


def lines(reading: Reading) -> list[str]:
    """Return the lines of a reading from the first section on, titles alone."""
    return [one.line.text for one in reading.traced if one.line.text.startswith(("■", "新"))]


def at(reading: Reading, text: str, which: int = 0) -> int:
    """Return the position of a line."""
    return [i for i, one in enumerate(reading.traced) if one.line.text == text][which]


def test_a_part_of_a_split_line_is_split_again_and_all_is_forgotten_at_once() -> None:
    """Of two equal lines the second is split in two steps, and is whole again when that is forgotten."""
    whole = "■ 新桥通车新校开学新馆开放"
    first = read(Fixes())
    once = read(settle_line(first, at(first, whole, 1), LineUse.SPLIT, "新馆"))
    twice = read(settle_line(once, at(once, "■ 新桥通车新校开学"), LineUse.SPLIT, "新校"))
    assert [whole, "■ 新桥通车", "新校开学", "新馆开放", "■ 新馆开放"] == lines(twice)
    assert [(2, ("新校", "新馆"))] == [(fix.nth, fix.at) for fix in twice.fixes.lines]
    settled = read(settle_line(twice, at(twice, "新校开学"), LineUse.TEXT))
    assert not [each for each in settled.parsed.problems if "修正文件" in each.says]
    assert Fixes() == forget_line(settled, at(settled, "新校开学"))
    with pytest.raises(BulletinError, match="没有可以拆开"):
        settle_line(first, 0, LineUse.SPLIT, "没有")


def test_places_survive_other_changes() -> None:
    """Articles that were placed keep their neighbours when others move, and their fixes when a section is renamed."""
    changes: list[Callable[[Reading], Fixes]] = [
        lambda r: retitle_article(r, 1, "新校开学"),
        lambda r: move_article(r, 0, "要闻", 2),
        lambda r: rename_section(r, 0, "今日要闻"),
        lambda r: move_article(r, 2, "今日要闻", 1),
        lambda r: rename_section(r, 0, "头条"),
        lambda r: move_article(r, 2, "动态"),
        lambda r: move_section(r, 1, 0),
    ]
    reading = read(Fixes())
    for change in changes:
        reading = read(change(reading))
        assert not [each for each in reading.parsed.problems if "修正文件" in each.says]
    found = [(section.name, [each.title for each in section.articles]) for section in reading.parsed.sections]
    assert [("动态", ["新桥通车新校开学新馆开放"]), ("头条", ["新馆开放", "新校开学"])] == found
    with pytest.raises(BulletinError, match="不能再往那边移"):
        move_section(reading, 0, -1)


def test_pictures_are_named_as_printed() -> None:
    """The second copy of a picture is left out and comes back, whatever was settled about the first."""
    text = TEXT.replace("\n■ 新馆开放", "\n![甲](a.png)\n\n![甲](a.png)\n\n■ 新馆开放")

    def read_md(fixes: Fixes) -> Reading:
        with ReaderPool(size=1) as readers:
            return read_with_lines(readers, Source("a.md", text.encode()), fixes)

    first = read_md(Fixes())
    index = [i for i, one in enumerate(first.traced) if one.line.block is not None]
    without = read_md(settle_picture(first, index[0], is_left_out=True))
    both = settle_picture(without, index[1], caption="会场")
    assert [(1, True, ""), (2, False, "会场")] == [(f.nth, f.is_left_out, f.caption) for f in both.pictures]
    assert 1 == len(forget_picture(read_md(both), index[0]).pictures)
    assert 0 == choose_cover(first, 0, 0).articles[0].cover
    with pytest.raises(BulletinError, match="不是图片"):
        settle_picture(first, 0, is_left_out=True)
