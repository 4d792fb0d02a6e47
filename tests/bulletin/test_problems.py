"""What cannot be told is put before an editor, with its line; nothing is guessed in silence."""

from wxbot import bulletin
from wxbot.bulletin import ParsedIssue
from wxbot.bulletin.readers import txt

HEAD = "云海联盟简报\n2021年第2期 2021年1月15日\n"
TEXT = "近日，云海新码头正式开港，首批两条航线同日开通，年吞吐量可达三百万吨。\n"


def parse(text: str) -> ParsedIssue:
    """The issue that a plain text holds."""
    return bulletin.parse(txt.lines(text))


def said(issue: ParsedIssue) -> list[tuple[int, str]]:
    """The problems, as line and first words."""
    return [(problem.line, problem.says[:8]) for problem in issue.problems]


def test_text_without_a_title_is_reported_and_dropped() -> None:
    """A paragraph right below a section's name has no title to send it under."""
    issue = parse(f"{HEAD}【短讯】\n■ 新校开学\n{TEXT}【要闻】\n{TEXT}{TEXT}■ 新桥通车\n{TEXT}")

    assert (7, "这段文字上面没有") in said(issue)
    assert {7, 8} == {one.line for one in issue.dropped if one.why == "text without a title"}
    assert ["新校开学", "新桥通车"] == [article.title for article in issue.articles]


def test_an_article_without_text_is_reported() -> None:
    """A title with nothing below it is kept, and said."""
    news = "".join(f"■ {title}\n{TEXT}" for title in ("新桥通车", "新站启用", "新馆开放", "新路贯通"))
    issue = parse(f"{HEAD}【要闻】\n{news}■ 新校开学\n")

    assert [(12, "文章“新校开学”")] == said(issue)


def test_a_section_without_articles_is_reported() -> None:
    """A name with nothing below it is kept, and said."""
    issue = parse(f"{HEAD}【要闻】\n■ 新桥通车\n{TEXT}【短讯】\n")

    assert ["要闻", "短讯"] == [section.name for section in issue.sections]
    assert [(6, "栏目“短讯”下没")] == said(issue)


def test_a_paragraph_that_breaks_off_is_reported() -> None:
    """A text cut short ends in the middle of a sentence; its last line is named."""
    issue = parse(
        f"{HEAD}【要闻】\n■ 新桥通车\n{TEXT}近日，云海新码头正式开港，首批两条航线同日开通，年吞吐量可达三\n"
    )

    assert [(6, "这一段没有句末标")] == said(issue)


def test_one_title_twice_is_reported() -> None:
    """The same title for two articles is often one article taken twice."""
    issue = parse(f"{HEAD}【要闻】\n■ 新桥通车\n{TEXT}■ 新桥通车\n{TEXT}")

    assert 2 == len(issue.articles)
    assert [(1, "标题“新桥通车”")] == said(issue)


def test_damaged_characters_are_reported() -> None:
    """A line with a place that could not be decoded is named."""
    issue = parse(f"{HEAD}【要闻】\n■ 新\ufffd通车\n{TEXT}")

    assert [(4, "这一行有无法识别")] == said(issue)


def test_what_may_as_well_be_a_title_is_reported() -> None:
    """Where neither mark nor length nor blank tells, the choice is made and said."""
    issue = parse(f"{HEAD}【要闻】\n新桥通车\n{TEXT}下一座桥在哪里？请看规划图上的这几个位置！\n{TEXT}")

    assert ["拿不准这里是标题"] == [words for _, words in said(issue)]


def test_a_figure_alone_on_a_line_is_reported() -> None:
    """What may be a page number or may be text stays text, and is said."""
    issue = parse(f"{HEAD}【要闻】\n■ 新桥通车\n{TEXT}产值分列如下：\n35\n42\n28\n17\n{TEXT}")

    assert [7, 8, 9, 10] == [line for line, words in said(issue) if words == "这一行只有数字“"]
    assert {"35", "42", "28", "17"}.isdisjoint(dropped.text for dropped in issue.dropped)


def test_no_number_anywhere_is_reported() -> None:
    """Without 期号 there is no name for the shelf."""
    issue = parse(f"云海联盟简报\n【要闻】\n■ 新桥通车\n{TEXT}")

    assert [(1, "全文没有期号（如")] == said(issue)
