"""Facts about fixes of pictures: left out, captioned, moved to another article, and what matches nothing."""

from tests.bulletin.counting import kept, printed
from wxbot import bulletin
from wxbot.bulletin import Document, Line, ParsedIssue
from wxbot.bulletin.blocks import Picture, pictures, plain
from wxbot.bulletin.fix_file import parse_fixes
from wxbot.bulletin.readers import txt
from wxbot.bulletin.source_map import trace_lines

TEXT = "昨日，第一批设备运抵现场，技术人员随即开始安装，预计年底前全部投入使用。"
SOURCE = f"""云海联盟简报
2024 年第 3 期 2024 年 5 月 6 日 云海联盟秘书处编

【要闻】

■ 新桥通车

{TEXT}

@a
图1 新桥全景

@b

■ 新校开学

{TEXT}

@c
"""
LINES = [
    Line(line.at, "", block=Picture(line.text[1] * 64, alt=f"照片{line.text[1]}"))
    if line.text.startswith("@")
    else line
    for line in txt.lines(SOURCE)
]


def fixed(text: str) -> ParsedIssue:
    """Parse the source with the fixes of a text."""
    return bulletin.parse(Document(tuple(LINES)), fixes=parse_fixes(text, "a.fix.toml"))


def shown(issue: ParsedIssue) -> list[list[tuple[str, str]]]:
    """Return the pictures of each article, by letter, with their captions."""
    return [[(one.digest[0], plain(one.caption)) for one in pictures(each.blocks)] for each in issue.articles]


def test_a_picture_is_left_out() -> None:
    """It is named by its caption, or by its article and place; its caption is left out with it, each at its line."""
    assert [[("a", "图1 新桥全景"), ("b", "")], [("c", "")]] == shown(fixed(""))
    issue = fixed('[[picture]]\ntext = "图1…"\nis = "drop"\n')
    assert [[("b", "")], [("c", "")]] == shown(issue)
    left_out = [(one.line, one.text) for one in issue.dropped if one.why == "left out by an editor"]
    assert [(10, "照片a"), (11, "图1 新桥全景")] == left_out
    traced = trace_lines(Document(tuple(LINES)), issue)
    assert {"left out by an editor"} == {one.places[0].why for one in traced if one.line.at in {10, 11}}
    assert printed(LINES) <= kept(issue)
    assert [[], [("c", "")]] == shown(fixed('[[picture]]\nof = "新桥通车"\nis = "drop"\n'))


def test_a_picture_gets_a_caption_and_an_article() -> None:
    """A picture moves to the near end of another article; the printed caption is among what was left out."""
    text = '[[picture]]\nof = "新桥通车"\nnth = 1\ncaption = "大桥"\nto_article = "新校开学"\n'
    issue = fixed(text)
    assert [[("b", "")], [("a", "大桥"), ("c", "")]] == shown(issue)
    assert (11, "图1 新桥全景", "caption replaced by an editor") in [
        (one.line, one.text, one.why) for one in issue.dropped
    ]
    moved = fixed('[[picture]]\ntext = "照片c"\nto_article = "新桥通车"\n')
    assert [[("a", "图1 新桥全景"), ("b", ""), ("c", "")], []] == shown(moved)
    assert () == issue.problems == moved.problems


def test_a_picture_without_match_is_named_with_its_line() -> None:
    """A picture that is not there, or stands for several, and an article that is not there are problems."""
    issue = fixed(
        '[[picture]]\ntext = "图9"\nis = "drop"\n[[picture]]\nof = "新桥通车"\ncaption = "桥"\n'
        '[[picture]]\nof = "新校开学"\nto_article = "旧闻"\n'
    )
    says = [problem.says.removeprefix("修正文件 a.fix.toml ") for problem in issue.problems]
    assert ["第 1 行", "第 4 行", "第 7 行"] == [one.partition("：")[0] for one in says]
    assert ["找不到了", "nth", "没有移过去"] == [
        word for one, word in zip(says, ("找不到了", "nth", "没有移过去"), strict=True) if word in one
    ]
    assert shown(fixed("")) == shown(issue)
