"""Tests of the masthead in the forms that bulletins print."""

import datetime as dt

import pytest

from wxbot import bulletin
from wxbot.bulletin import Line, ParsedIssue
from wxbot.bulletin.readers import txt

BODY = "\n\n【政 策 动 态】\n\n 新办法下月施行\n\n近日，本市发布新的数据管理办法，明确了各方责任，自下月起施行。\n"

HEADS = {
    "云 海 联 盟 简 报\n2021 年第 02 期 2021 年 01 月 15 日 云海联盟秘书处编": (
        "云海联盟简报",
        "2021-02",
        None,
        "2021-01-15",
        "云海联盟秘书处",
    ),
    "云海联盟简报\n2023 年第 11 期（总第 120 期） 2023 年 11 月 15 日 秘书处编印": (
        "云海联盟简报",
        "2023-11",
        120,
        "2023-11-15",
        "秘书处",
    ),
    "聯 盟 簡 報\n第四期\n二〇二一年一月十五日\n編輯：王小明": (
        "聯盟簡報",
        "2021-04",
        None,
        "2021-01-15",
        "王小明",
    ),
    "云海联盟简报 2023年第11期（总第120期）\n2023年11月15日": (
        "云海联盟简报",
        "2023-11",
        120,
        "2023-11-15",
        None,
    ),
    "舆 情 周 报\n第 12 期\n（总第 345 期）\n云海市网络舆情中心      2016年8月9日": (
        "舆情周报",
        "2016-12",
        345,
        "2016-08-09",
        "云海市网络舆情中心",
    ),
    "内部资料 注意保存\n\n工 作 简 报\n\n第５期（总第５７７期）\n\n办公厅编    2019年3月2日": (
        "工作简报",
        "2019-05",
        577,
        "2019-03-02",
        "办公厅",
    ),
    "海棠消息\n2024.10.5 No.81\n“海纳百川。”\n云海市高新区": (
        "海棠消息",
        "2024-81",
        None,
        "2024-10-05",
        None,
    ),
    "# 云海 iOS 周报 #147 | 2021-02-01": ("云海 iOS 周报", "2021-147", None, "2021-02-01", None),
    "观察周刊-总第45期-2022年第10周\n2022-03-19 17:53:04": ("观察周刊", "2022-45", 45, "2022-03-19", None),
    "会员通讯\n2025年第5期\n主办：云海联盟秘书处\n2025年5月20日": (
        "会员通讯",
        "2025-05",
        None,
        "2025-05-20",
        "云海联盟秘书处",
    ),
    "2021 年第 02 期 2021 年 01 月 15 日\n云 海 联 盟 简 报": (
        "云海联盟简报",
        "2021-02",
        None,
        "2021-01-15",
        None,
    ),
    "云海联盟简报\n\n2021年第十二期\n\n2021年十二月三十一日\n\n主编：李明  责任编辑：王华": (
        "云海联盟简报",
        "2021-12",
        None,
        "2021-12-31",
        "李明",
    ),
    "云海联盟简报\n【第003期】\n2021年3月": ("云海联盟简报", "2021-03", None, None, None),
    "云海联盟简报\n期号：2021-02\n出版日期：2021-01-15\n编辑：秘书处": (
        "云海联盟简报",
        "2021-02",
        None,
        "2021-01-15",
        "秘书处",
    ),
    "Vol.3 No.2\n云海月报\n2021/02/28": ("云海月报", "2021-02", None, "2021-02-28", None),
    "云海联盟简报\n2021年第2期\n（2021.1.1-2021.1.15）": ("云海联盟简报", "2021-02", None, None, None),
    "云海联盟简报\n２０２１年第０２期　２０２１年０１月１５日": (
        "云海联盟简报",
        "2021-02",
        None,
        "2021-01-15",
        None,
    ),
    "签发：方正\n信 息 专 报\n〔2024〕第 15 期\n云海市信息中心    2024年3月27日": (
        "信息专报",
        "2024-15",
        None,
        "2024-03-27",
        "云海市信息中心",
    ),
    "云海联盟简报\n（增刊）\n2024年第1期\n秘书处编  2024年1月8日": (
        "云海联盟简报",
        "2024-s1",
        None,
        "2024-01-08",
        "秘书处",
    ),
    "海棠學會會訊\n第 88 期\n中華民國113年3月15日出刊\n編輯：黃雅雯": (
        "海棠學會會訊",
        "2024-88",
        None,
        "2024-03-15",
        "黃雅雯",
    ),
    "调研与参考\n第（五）期\n云海市政策研究室    2024年5月9日": (
        "调研与参考",
        "2024-05",
        None,
        "2024-05-09",
        "云海市政策研究室",
    ),
    "云帆动态  第12期  2024年6月3日  云帆科技工会主办": (
        "云帆动态",
        "2024-12",
        None,
        "2024-06-03",
        "云帆科技工会",
    ),
    "每日要闻摘编\n2024年3月29日（星期五） 第0329期": ("每日要闻摘编", "2024-329", None, "2024-03-29", None),
    "CITY PORT NEWSLETTER\nVol. 3 No. 2   2024-03-31\nEditor: Port Office": (
        "CITY PORT NEWSLETTER",
        "2024-02",
        None,
        "2024-03-31",
        "Port Office",
    ),
    "二〇二三年第十一期（总第一百二十期）\n云海联盟简报\n二〇二三年十一月十五日": (
        "云海联盟简报",
        "2023-11",
        120,
        "2023-11-15",
        None,
    ),
}


def parse(text: str) -> ParsedIssue:
    """Parse a plain text."""
    return bulletin.parse(txt.lines(text))


@pytest.mark.parametrize(("head", "wanted"), HEADS.items(), ids=[head[:24] for head in HEADS])
def test_heads_are_read_in_the_forms_they_are_printed_in(
    head: str, wanted: tuple[str, str, int | None, str | None, str | None]
) -> None:
    """Name, number, running number, date and editor are read, and the body is not affected."""
    issue = parse(head + BODY)

    date = issue.date.isoformat() if issue.date else None
    assert wanted == (issue.title, issue.number, issue.total, date, issue.editor)
    assert [("政策动态", 1)] == [(section.name, len(section.articles)) for section in issue.sections]
    assert () == issue.problems


def test_all_lines_of_the_head_are_kept_as_printed() -> None:
    """Masthead lines without a value, such as a motto, are kept."""
    issue = parse("内部资料\n云 海 联 盟 简 报\n第 5 期 2021.3.1\n“海纳百川。”" + BODY)

    assert ["内部资料", "云 海 联 盟 简 报", "第 5 期 2021.3.1", "“海纳百川。”"] == list(issue.masthead)


def test_a_number_without_a_year_counts_all_issues() -> None:
    """第 100 期 without a year is a running number; a small one is reported, since it may start again every year."""
    hundred = parse("云海联盟简报\n第 100 期" + BODY)
    fifth = parse("云海联盟简报\n第 5 期" + BODY)

    assert (100, None, "no100", ()) == (hundred.issue, hundred.year, hundred.number, hundred.problems)
    assert "no5" == fifth.number
    assert ["第5期没有年份，按总期号处理"] == [problem.says for problem in fifth.problems]


def test_a_running_number_keeps_the_year_beside_it() -> None:
    """总第12期 beside a year is found by both, as 2021-12, and nothing is doubtful."""
    issue = parse("云海联盟简报\n2021年3月（总第 12 期）" + BODY)

    assert ("2021-12", 12, 2021, ()) == (issue.number, issue.total, issue.year, issue.problems)


def test_several_running_numbers_are_read_as_one_span() -> None:
    """总第107-108期 beside counts of its own keeps both running numbers."""
    issue = parse("云海联盟简报\n2021年第7、8期（总第107-108期）\n2021年8月15日" + BODY)

    assert ("2021-07+08", 107, 108, ()) == (issue.number, issue.total, issue.total_last, issue.problems)


def test_a_missing_date_is_not_reported() -> None:
    """A number with its year names the issue: many bulletins print no date."""
    assert () == parse("云海联盟简报\n2021年第3期" + BODY).problems


def test_a_first_line_above_a_period_is_a_doubtful_name() -> None:
    """Nothing but its place tells that 云海一周 is the name; a headline above its date and text is none."""
    weekly = parse("云海一周\n2021年3月1日—7日" + BODY)
    news = parse(
        "新楼落成\n2021年3月1日\n昨日新楼落成，会员六十人到场，今后在新楼开会，欢迎各位来访。" + BODY
    )

    assert ("云海一周", "2021-w09") == (weekly.title, weekly.number)
    assert ["“云海一周”在首行，下面是日期，按刊名处理；也可能是标题"] == [p.says for p in weekly.problems]
    assert news.title is None


def test_the_largest_line_above_the_number_is_the_name() -> None:
    """A page header with the number names the publication in small type, the first line in large type."""
    lines = [
        Line(1, "云海联盟会刊 2021年第3期", size=1.0),
        Line(2, "山水来信", size=2.6, bold=True, align="center"),
        Line(3, "2021年第3期 2021年3月1日", size=1.0),
        Line(4, "政策动态", level=1, size=1.3),
        Line(5, "新办法下月施行", level=2, size=1.2),
        Line(6, "近日，本市发布新的数据管理办法，明确了各方责任，自下月起施行。", size=1.0),
    ]

    assert "山水来信" == bulletin.parse(lines).title
    lines[0] = Line(2, "云海市第三医院院内月刊", size=1.0, align="center")
    assert "山水来信" == bulletin.parse([lines[1], lines[0], *lines[2:]]).title


def test_a_day_that_no_calendar_has_is_reported() -> None:
    """A misprinted date gives no date and a problem at its line."""
    issue = parse("云海联盟简报\n2021年第3期\n2021年13月40日" + BODY)

    assert issue.date is None
    assert [(3, "“2021年13月40日”不是日历上有的日期")] == [(p.line, p.says) for p in issue.problems]


def test_a_date_of_another_year_is_reported() -> None:
    """A number of 2022 with a date of 2021 is kept as printed and reported."""
    issue = parse("云海联盟简报\n2022年第3期 2021年3月1日" + BODY)

    assert ("2022-03", dt.date(2021, 3, 1)) == (issue.number, issue.date)
    assert ["期号的年份是 2022 年，出版日期却是 2021-03-01"] == [problem.says for problem in issue.problems]


def test_numbers_of_other_bulletins_in_the_news_are_not_ours() -> None:
    """The number of another periodical in an article does not become the issue's number."""
    issue = parse(
        "云海联盟简报"
        + BODY
        + "\n 周报合订本出版\n\n《某某周报》2025年第2期刊登了合订本的目录，读者可以邮购，售价不变。\n"
    )

    assert issue.issue is None


def test_a_number_on_a_line_of_its_own_at_the_end_counts() -> None:
    """A number on a line of its own at the end is taken if the masthead has none, and reported."""
    issue = parse("云海联盟简报" + BODY + "\n云海联盟简报 2021年第7期\n")

    assert "2021-07" == issue.number
    assert any("期号不在报头" in problem.says for problem in issue.problems)


NEWS = "\n新办法下月施行\n\n近日，本市发布新的数据管理办法，明确了各方责任，自下月起施行，各单位正在准备。\n"


def test_missing_date_and_editor_are_taken_from_the_imprint() -> None:
    """Date and organisation after the last article, as in 某某办公室 …印发, are used."""
    issue = parse(f"情 况 通 报\n第 3 期\n{NEWS}抄送：各区县。\n云海市防汛办公室    2024年3月10日印发\n")

    assert ("2024-03", dt.date(2024, 3, 10), "云海市防汛办公室") == (issue.number, issue.date, issue.editor)
    assert () == issue.problems


def test_a_unit_below_the_number_is_the_editor() -> None:
    """An organisation below the number is the editor; a headline that ends like one is a title."""
    issue = parse(f"云海联盟简报\n2024年第3期\n云海市数据管理委员会\n{NEWS}")
    news = parse(f"云海联盟简报\n2024年第3期\n专委会召开主任委员会\n{NEWS.splitlines()[-1]}\n")

    assert ("云海市数据管理委员会", ["新办法下月施行"]) == (
        issue.editor,
        [one.title for one in issue.articles],
    )
    assert (None, ["专委会召开主任委员会"]) == (news.editor, [one.title for one in news.articles])


@pytest.mark.parametrize("title", ["《2023年云海产业观察》发布", "2022年度会费收缴情况"])
def test_a_year_in_the_first_headline_is_not_the_heads(title: str) -> None:
    """A headline with a year near the top stays the title of its article."""
    issue = parse(f"云海联盟简报\n2024年第3期\n2024年3月5日\n{NEWS.replace('新办法下月施行', title)}")

    assert ("2024-03", [title]) == (issue.number, [article.title for article in issue.articles])


def test_large_type_does_not_end_a_head() -> None:
    """Number and date in large type, as in a PDF, belong to the masthead."""
    body = [
        Line(4, "要闻", level=2, complete=True),
        Line(5, "新桥通车", level=3, complete=True),
        Line(6, NEWS.splitlines()[-1]),
    ]
    head = [
        Line(1, "云海联盟简报", level=1),
        Line(2, "2024年第3期", level=3),
        Line(3, "2024年3月5日", level=3),
    ]

    issue = bulletin.parse([*head, *body])

    assert ("2024-03", dt.date(2024, 3, 5)) == (issue.number, issue.date)
    assert [("要闻", ["新桥通车"])] == [(one.name, [a.title for a in one.articles]) for one in issue.sections]


def test_the_source_that_a_website_names_is_the_editor_where_none_is_printed() -> None:
    """发布者：某某中心 below the heading of a page stands for the editor."""
    page = (
        "足球裁判员通讯2019年第3期\n发布者：裁判培训中心 发布时间：2019-07-08 浏览次数：12\n\n"
        "■ 体能测试安排\n\n测试在七月二十日上午举行。\n"
    )
    assert "裁判培训中心" == bulletin.parse(txt.lines(page)).editor
