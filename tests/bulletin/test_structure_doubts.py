"""Facts about doubts: a heading that was missed or misplaced is named, and a consistent bulletin has no doubt."""

import pytest

from wxbot import bulletin
from wxbot.bulletin.model import Document, Source
from wxbot.bulletin.readers import read_source, txt

HEAD = "云岭养蜂通讯\n2024年第5期  2024年5月20日  云岭养蜂合作社编\n\n"
TEXT = "四月下旬，合作社为四十二户社员更换蜂种，共发放处女王三百一十只。"
TITLES = ("合作社更换蜂种", "理事会通过冷库方案", "雨季防治白垩病", "人工清除巢虫的办法", "槐花蜜价小幅回落")


def numbered(*changes: tuple[str, str]) -> str:
    """Return a plain text of two sections with numbered titles, with changes."""
    names = ["【社务动态】", "【蜂病防治】"]
    parts = [(names[0], TITLES[:3]), (names[1], TITLES[3:])]
    body = "".join(
        f"{name}\n\n" + "".join(f"{n}、{title}\n\n{TEXT}\n\n" for n, title in enumerate(titles, 1))
        for name, titles in parts
    )
    for old, new in changes:
        assert old in body
        body = body.replace(old, new)
    return HEAD + body


def doubts(source: str) -> list[str]:
    """Return what is doubtful about a plain text."""
    return [problem.says for problem in bulletin.parse(txt.lines(source)).problems]


def test_a_consistent_bulletin_has_no_doubt() -> None:
    """Sections and titles that are all alike are read without a doubt."""
    assert [] == doubts(numbered())


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ([(f"2、{TITLES[1]}\n\n", "")], "上一个是 1；中间可能漏读了标题"),
        ([(f"2、{TITLES[1]}\n\n", f"2、{TITLES[1]} ")], "编号接着上面的标题"),
        ([("【蜂病防治】\n\n", "")], "又从 1 开始；上面可能漏读了栏目名"),
        ([(f"2、{TITLES[1]}", TITLES[1])], "可能漏读了标题"),
    ],
)
def test_a_number_that_does_not_follow_is_doubtful(changes: list[tuple[str, str]], says: str) -> None:
    """A gap, a restart and a line of text with the missing number name the line and what it may be."""
    assert any(says in doubt for doubt in doubts(numbered(*changes)))


def test_ornaments_authors_and_labels_are_no_doubt() -> None:
    """A section's name in English, an author below a title, 编者按 in bold and sections counted from 0 are usual."""
    source = (
        f"# 云岭通讯 2024年第5期 2024年5月20日\n\n**编者按：**{TEXT}\n\n"
        + "".join(
            f"## {n}、{name}\n\n### {TITLES[n]}\n\n理事会  陈大川\n\n{TEXT}\n\n"
            for n, name in enumerate(("社务", "蜂病"))
        )
        + f"## 2、投稿\n\nCALL FOR PAPERS\n\n{TEXT}\n"
    )

    assert () == bulletin.parse(read_source(Source("x.md", source.encode()))).problems


def test_a_line_with_the_mark_of_titles_is_doubtful() -> None:
    """A title that runs into its text keeps its mark, which tells that it may be a title."""
    body = "".join(f"■ {title}\n\n{TEXT}\n\n" for title in TITLES)
    source = f"{HEAD}{body}".replace(f"■ {TITLES[2]}\n\n", f"■ {TITLES[2]} ")

    assert any("同标题的记号一样" in doubt for doubt in doubts(source))


def test_a_short_line_set_like_text_is_doubtful_among_marked_titles() -> None:
    """One title without the mark of the others is named; the others stay as they are."""
    body = "".join(f"■ {title}\n\n{TEXT}\n\n" for title in TITLES)

    found = doubts(f"{HEAD}{body}".replace(f"■ {TITLES[3]}", TITLES[3]))

    assert [True] == [TITLES[3] in doubt for doubt in found]


def test_the_number_of_a_file_name_or_front_matter_that_differs_is_doubtful() -> None:
    """Two numbers of one issue are named with the one that counts."""
    lines = tuple(txt.lines(numbered()))
    named = bulletin.parse(Document(lines, file_name="云岭养蜂通讯2024年第6期.txt"))
    same = bulletin.parse(Document(lines, file_name="云岭养蜂通讯2024年第5期.txt"))
    stated = bulletin.parse(Document(lines, fields={"number": "6", "date": "2024-06-20"}))

    assert ("2024-05", "2024-05") == (named.number, same.number)
    assert ["文件名写的是第6期，报头是第5期；按报头"] == [problem.says for problem in named.problems]
    assert () == same.problems
    assert ["文件开头写的是第6期，报头印的是第5期；按文件开头"] == [each.says for each in stated.problems]


@pytest.mark.parametrize("marks", ["❶❷", "①②", ("1️⃣", "2️⃣"), ("第一部分 ", "第二部分 "), ("〇 ", "〇 ")])
def test_names_of_sections_lose_circled_and_spelt_numbers(marks: str | tuple[str, str]) -> None:
    """Digits in circles, key caps, 第一部分 and the round glyph 〇 number or mark sections and are no part of them."""
    body = (
        f"{marks[0]}社务动态\n■ {TITLES[0]}\n    {TEXT}\n■ {TITLES[1]}\n    {TEXT}\n"
        f"{marks[1]}蜂病防治\n■ {TITLES[2]}\n    {TEXT}\n"
    )
    issue = bulletin.parse(txt.lines(HEAD + body))

    assert [("社务动态", 2), ("蜂病防治", 1)] == [(one.name, len(one.articles)) for one in issue.sections]


@pytest.mark.parametrize("line", ["版权所有 云岭养蜂合作社", "© 2024 云岭养蜂合作社", "未经许可不得转载"])
def test_a_line_about_copyright_is_end_matter(line: str) -> None:
    """Below the last article it is set apart, and neither text nor title."""
    issue = bulletin.parse(txt.lines(f"{numbered()}{line}\n"))

    assert ([(line, "end matter")], ()) == (
        [(each.text, each.why) for each in issue.dropped if each.text == line],
        issue.problems,
    )


def test_a_title_that_was_lost_below_a_caption_is_doubtful() -> None:
    """A short line between the caption of a picture and a paragraph is compared with titles like any other."""
    picture = "![社员在蜂场查看新蜂种](a.png)\n\n社员在蜂场查看新蜂种\n\n"
    body = "".join(f"## {title}\n\n{TEXT}\n\n{picture if not n else ''}" for n, title in enumerate(TITLES))
    heading, source = f"## {TITLES[1]}", f"# 云岭养蜂通讯 2024年第5期 2024年5月20日\n\n{body}"

    def found(text: str) -> list[str]:
        return [each.says for each in bulletin.parse(read_source(Source("x.md", text.encode()))).problems]

    assert not any(TITLES[1] in says for says in found(source))
    assert any(TITLES[1] in says for says in found(source.replace(heading, TITLES[1])))
