"""Tests of run-in titles: a title and its text on one line become two lines."""

from wxbot import bulletin
from wxbot.bulletin import Line, Source, run_in_titles
from wxbot.bulletin.blocks import Span
from wxbot.bulletin.readers import read_source, txt

RUN_IN_TEXT = "近日，云海新码头正式开港，首批两条航线同日开通。"


def split(*brackets: str) -> list[str]:
    """Return the texts of lines that begin with these brackets, after splitting."""
    return [
        line.text
        for line in run_in_titles.split_run_in_titles(
            txt.lines("\n".join(one + RUN_IN_TEXT for one in brackets))
        )
    ]


def test_long_brackets_before_text_are_titles() -> None:
    """Title and text become two lines with the number of the source line."""
    assert ["【新码头正式开港】", RUN_IN_TEXT, "【图书馆夜间开放】", RUN_IN_TEXT] == split(
        "【新码头正式开港】", "【图书馆夜间开放】"
    )
    lines = run_in_titles.split_run_in_titles(
        txt.lines(f"【新码头正式开港】{RUN_IN_TEXT}\n【图书馆夜间开放】{RUN_IN_TEXT}\n")
    )
    assert [1, 1, 2, 2] == [line.at for line in lines]
    assert [True, False, True, False] == [line.run_in for line in lines]


def test_short_brackets_single_ones_and_repeats_stay_with_their_text() -> None:
    """【本报讯】, a single 【…】 and equal brackets before each item are not titles."""
    for brackets in (("【本报讯】", "【背景】"), ("【新码头正式开港】",), ("【环球时报网站报道】",) * 2):
        assert [one + RUN_IN_TEXT for one in brackets] == split(*brackets)


def sections_of_lead_ins(*names: str) -> list[Line]:
    """Return a bold name for each section, with two numbered paragraphs that begin in bold below it."""
    found = []
    for name in names:
        found.append(Line(1, name, bold=True, complete=True))
        for number in (1, 2):
            spans = (Span(f"{number}.{name[1:3]}第{number}条进展。", bold=True), Span(RUN_IN_TEXT))
            found.append(Line(1, "".join(span.text for span in spans), spans=spans, complete=True))
    return found


def test_numbered_lead_ins_below_sections_in_brackets_are_titles() -> None:
    """They are split from their text; below a bold title of an article they stay in it."""
    assert 10 == len(run_in_titles.split_run_in_titles(sections_of_lead_ins("【政策】", "【市场】")))
    titles = sections_of_lead_ins("【协会召开年度工作总结大会】", "【新码头开港】")
    assert titles == run_in_titles.split_run_in_titles(titles)


def test_sections_that_are_lists_of_links_have_the_links_as_titles() -> None:
    """Text behind a link or below it becomes the text of an article; a list inside an article stays a list."""
    source = (
        "# 湖畔拾贝 2025年第7期\n\n## 文章\n\n"
        "- **[锚点定位写菜单](https://example.org/1)**：不依赖脚本，兼容性仍需降级处理。\n"
        "- **[移动端变差的原因](https://example.org/2)**：三个站点说明图片的影响。\n\n## 工具\n\n"
        "- [字形对照表](https://example.org/3)（开源）\n\n  输入一个字，列出六种字体的字形差别。\n\n## 活动\n\n"
        "### 秋季聚会\n\n- [报名](https://example.org/4)：十月一日以前。\n- [交通](https://example.org/5)：地铁二号线直达。\n"
    )
    issue = bulletin.parse(read_source(Source("x.md", source.encode())))

    assert [
        ("文章", ["锚点定位写菜单", "移动端变差的原因"]),
        ("工具", ["字形对照表"]),
        ("活动", ["秋季聚会"]),
    ] == [(section.name, [article.title for article in section.articles]) for section in issue.sections]


def test_short_lead_ins_beside_longer_ones_are_titles() -> None:
    """The name of a program in bold is a title where the other entries begin with bold titles."""
    names = ["许可证合规指南发布", "包仓库遭遇投毒", "夏令营报名启动", "tinyq"]
    text = "# 开源周报 2026年第21期\n\n## 动态\n\n" + "".join(f"- **{n}**：{RUN_IN_TEXT}\n" for n in names)

    issue = bulletin.parse(read_source(Source("a.md", text.encode())))

    assert names == [article.title for article in issue.articles]


def test_lead_ins_of_wrapped_paragraphs_are_titles() -> None:
    """Neither the other lines of their text nor a first line that is bold for the most part hides them."""
    lines = []
    for name in ("防汛物资储备到位。", "病险水库除险加固提速。", "农村饮水工程收尾。"):
        spans = (Span(name, bold=True), Span("来自十二个省市的单位"))
        lines.append(Line(1, f"{name}来自十二个省市的单位", spans, indent=4, bold=len(name) > 10))
        lines += [Line(1, "提交了作品，评审委员会经过两轮评选确定了名单，"), Line(1, "并且向大家公布。")]

    found = run_in_titles.split_run_in_titles(lines)

    assert ["防汛物资储备到位。", "病险水库除险加固提速。", "农村饮水工程收尾。"] == [
        line.text for line in found if line.run_in
    ]


def test_bold_entries_with_text_below_are_titles() -> None:
    """Entries that are bold and hold paragraphs of their own are articles; deeper lists stay in them."""
    news = "".join(
        f"{i}. **{n}**\n\n   {RUN_IN_TEXT}\n\n   - 项\n\n"
        for i, n in enumerate(["邮件网关漏洞", "日志组件漏洞"], 1)
    )
    text = f"# 安全周报 2026年第21期\n\n## 漏洞\n\n{news}"

    issue = bulletin.parse(read_source(Source("a.md", text.encode())))

    assert ["邮件网关漏洞", "日志组件漏洞"] == [article.title for article in issue.articles]
    assert (RUN_IN_TEXT, "- 项") == issue.articles[0].paragraphs


def test_first_sentences_below_numbers_are_titles_where_the_bulletin_holds_nothing_else() -> None:
    """1、题。正文 is a title and its text below names of sections; below a paragraph it is a point of an article."""
    entries = [
        f"{number}、{place}水位回落至警戒线以下。{RUN_IN_TEXT}"
        for number, place in enumerate(("沂河", "白沙", "石门"), 1)
    ]
    found = run_in_titles.split_run_in_titles(txt.lines("\n".join(["一、水情", *entries])))
    assert ["一、水情", "1、沂河水位回落至警戒线以下。", RUN_IN_TEXT] == [line.text for line in found[:3]]
    points = txt.lines("\n".join(["关于做好防汛工作的意见", RUN_IN_TEXT, *entries]))
    assert list(points) == run_in_titles.split_run_in_titles(points)
