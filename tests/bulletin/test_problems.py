"""Tests of problems: doubtful places are reported with their line."""

from wxbot import bulletin
from wxbot.bulletin import ParsedIssue
from wxbot.bulletin.readers import txt

HEAD = "云海联盟简报\n2021年第2期 2021年1月15日\n"
TEXT = "近日，云海新码头正式开港，首批两条航线同日开通，年吞吐量可达三百万吨。\n"


def parse(text: str) -> ParsedIssue:
    """Parse a plain text."""
    return bulletin.parse(txt.lines(text))


def problem_starts(issue: ParsedIssue) -> list[tuple[int, str]]:
    """Return line and first eight characters of each problem."""
    return [(problem.line, problem.says[:8]) for problem in issue.problems]


def test_text_without_a_title_becomes_the_lead_of_its_section() -> None:
    """Paragraphs directly below a section's name are its lead, and nothing is doubtful about them."""
    issue = parse(f"{HEAD}【短讯】\n■ 新校开学\n{TEXT}【要闻】\n{TEXT}{TEXT}■ 新桥通车\n{TEXT}")

    assert [] == problem_starts(issue)
    assert [0, 2] == [len(section.lead) for section in issue.sections]
    assert ["新校开学", "新桥通车"] == [article.title for article in issue.articles]


def test_an_article_without_text_is_reported() -> None:
    """A title without text below it is kept and reported."""
    news = "".join(f"■ {title}\n{TEXT}" for title in ("新桥通车", "新站启用", "新馆开放", "新路贯通"))
    issue = parse(f"{HEAD}【要闻】\n{news}■ 新校开学\n")

    assert [(12, "第 12 行标题")] == problem_starts(issue)


def test_a_section_without_articles_is_reported() -> None:
    """A section name without articles is kept and reported."""
    issue = parse(f"{HEAD}【要闻】\n■ 新桥通车\n{TEXT}【短讯】\n")

    assert ["要闻", "短讯"] == [section.name for section in issue.sections]
    assert [(6, "第 6 行栏目“")] == problem_starts(issue)


def test_one_title_twice_is_reported() -> None:
    """Two articles with the same title are reported."""
    issue = parse(f"{HEAD}【要闻】\n■ 新桥通车\n{TEXT}■ 新桥通车\n{TEXT}")

    assert 2 == len(issue.articles)
    assert [(1, "标题“新桥通车”")] == problem_starts(issue)


def test_damaged_characters_are_reported() -> None:
    """A line with characters that could not be decoded is reported."""
    issue = parse(f"{HEAD}【要闻】\n■ 新\ufffd通车\n{TEXT}")

    assert [(4, "这一行有无法识别")] == problem_starts(issue)


def test_a_doubtful_title_is_reported() -> None:
    """A close decision between title and text is made and reported."""
    issue = parse(f"{HEAD}【要闻】\n新桥通车\n{TEXT}下一座桥在哪里？请看规划图上的这几个位置！\n{TEXT}")

    assert ["第 6 行“下一"] == [words for _, words in problem_starts(issue)]


def test_a_figure_alone_on_a_line_is_reported() -> None:
    """A figure that may be a page number stays text and is reported."""
    issue = parse(f"{HEAD}【要闻】\n■ 新桥通车\n{TEXT}产值分列如下：\n35\n42\n28\n17\n{TEXT}")

    assert [7, 8, 9, 10] == [line for line, words in problem_starts(issue) if words == "这一行只有数字“"]
    assert {"35", "42", "28", "17"}.isdisjoint(dropped.text for dropped in issue.dropped)


def test_no_number_anywhere_is_reported() -> None:
    """A bulletin without a number (期号) is reported."""
    issue = parse(f"云海联盟简报\n【要闻】\n■ 新桥通车\n{TEXT}")

    assert [(1, "全文没有期号（如")] == problem_starts(issue)
