"""Facts about `wxbot ingest --ask`: each doubt is asked about, and the answers are kept beside the source."""

import datetime as dt
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tests.cli.test_editors import terminal
from tests.conftest import Shell
from wxbot import bulletin
from wxbot.bulletin import Document, ParsedIssue
from wxbot.bulletin.fix_file import read_fixes
from wxbot.bulletin.fixes import ArticleFix, Fixes, LineFix
from wxbot.bulletin.model import LineUse
from wxbot.bulletin.readers import txt
from wxbot.bulletin.settle_reading import Reading
from wxbot.bulletin.source_map import trace_lines
from wxbot.cli.ask_doubts import DoubtDialog

SOURCE = """云海联盟简报
2024 年第 3 期 2024 年 5 月 6 日 云海联盟秘书处编

【要闻】

■ 新桥通车

昨日，第一批设备运抵现场，技术人员随即开始安装，预计年底前全部投入使用。

■ 新校开学（一期

昨日，第一批学生走进教室，老师随即开始上课，预计年底前全部坐满。
"""


def ask(typed: str, source: str = SOURCE) -> tuple[Fixes, ParsedIssue, str]:
    """Ask about a text with these answers; return the fixes, the reading with them, and what was shown."""
    document = Document(tuple(txt.lines(source)))
    saved = [Fixes("a.fix.toml")]

    @click.command()
    def command() -> None:
        parsed = bulletin.parse(document)
        traced = trace_lines(document, parsed)
        DoubtDialog(saved[0], saved.append).ask(Reading(parsed, traced, parsed, saved[0]))

    ran = CliRunner().invoke(command, input=typed, catch_exceptions=False)
    return saved[-1], bulletin.parse(document, fixes=saved[-1]), ran.output


@pytest.mark.parametrize(
    ("typed", "fix"),
    [
        ("9\n", LineFix("■ 新校开学（一期", LineUse.CHECKED)),
        ("3\n", LineFix("■ 新校开学（一期", LineUse.TEXT)),
        ("6\n没有\n6\n（一期\n", LineFix("■ 新校开学（一期", LineUse.SPLIT, None, ("（一期",))),
        (
            "h\n8\n7\n",
            LineFix("昨日，第一批设备运抵现场，技术人员随即开始安装，预计年底前全部投入使用。", LineUse.DROP),
        ),
    ],
)
def test_an_answer_settles_the_line(typed: str, fix: LineFix) -> None:
    """A number says what the line is; it is kept at once, and the line is shown with those around it."""
    fixes, _, shown = ask(typed)
    assert (fix,) == fixes.lines
    assert "疑点 1/1" in shown
    assert ">   10  ■ 新校开学（一期  （标题 第 2 篇 新校开学（一期）" in shown


def test_title_and_masthead_are_settled_too() -> None:
    """Letters ask for a new title or name of a section, the number, the date and the name."""
    fixes, issue, _ = ask("g\n新校开学\n")
    assert (ArticleFix("新校开学（一期", None, "新校开学"),) == fixes.articles
    assert "新校开学" == issue.articles[1].title
    text = "h\n4\ng\n今日要闻\n"
    assert "今日要闻" == ask(text)[1].sections[0].name
    source = SOURCE.replace("2024 年第 3 期 2024 年 5 月 6 日 ", "").replace("（一期", "")
    _, issue, shown = ask("x\nn\n2024-03\n", source)
    assert "看不懂“x”" in shown
    assert "2024-03" == issue.number
    assert "云海简报" == ask("m\n云海简报\n")[1].title
    assert dt.date(2024, 5, 7) == ask("r\n2024-05-07\n")[1].date


def test_an_article_goes_to_another_section() -> None:
    """`l` asks for a section of the issue, and a name that it lacks is asked again."""
    source = f"{SOURCE}\n【动态】\n\n■ 新馆开放\n\n昨日，第一批读者走进阅览室，馆员随即开始服务。\n"
    fixes, issue, shown = ask("h\n6\nl\n论坛\nl\n动态\n", source)
    assert (ArticleFix("新桥通车", section="动态"),) == fixes.articles
    assert ["新馆开放", "新桥通车"] == [article.title for article in issue.sections[1].articles]
    assert "这一期没有栏目“论坛”" in shown


def test_articles_and_sections_get_other_places() -> None:
    """`w` asks for the place of the article or section that stands on the line."""
    source = f"{SOURCE}\n【动态】\n\n■ 新馆开放\n\n昨日，第一批读者走进阅览室，馆员随即开始服务。\n"
    _, issue, shown = ask("h\n6\nw\n5\nw\n2\n", source)
    assert "没有第 5 个位置" in shown
    assert ["新校开学（一期", "新桥通车"] == [article.title for article in issue.sections[0].articles]
    fixes, issue, _ = ask("h\n14\nw\n1\n", source)
    assert ("动态", "要闻") == fixes.order
    assert ["动态", "要闻"] == [section.name for section in issue.sections]


def test_a_doubt_may_be_left_for_later() -> None:
    """An empty answer skips the doubt, `q` ends the questions; neither settles anything."""
    assert Fixes("a.fix.toml") == ask("\n")[0] == ask("q\n")[0]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_at_a_terminal_the_fix_file_is_written(shell: Shell, home: Path) -> None:
    """The answer stands in the fix file, the tree shows no doubt, and the issue is ingested once that is confirmed."""
    file = home / "a.txt"
    file.write_text(SOURCE, encoding="utf-8")
    code, shown = terminal("ingest", "--ask", str(file), typed=["9", "y"], folder=home)
    assert 0 == code, shown
    assert all(words in shown for words in ("a.fix.toml", "没有疑点", "新上架"))
    assert (LineFix("■ 新校开学（一期", LineUse.CHECKED),) == read_fixes(home / "a.fix.toml").lines


def test_without_a_terminal_it_is_wrong_usage(shell: Shell, home: Path) -> None:
    """`--ask` needs a terminal and one file, and says how to do without."""
    (home / "a.txt").write_text(SOURCE, encoding="utf-8")
    ran = shell("ingest", "--ask", "a.txt")
    assert 2 == ran.code
    assert "修正文件" in ran.err
    assert 2 == shell("ingest", "--ask", "a.txt", "b.txt").code
