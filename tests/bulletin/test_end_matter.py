"""Tests of end matter: imprint, distribution and recommendations are set apart, contact lines stay with a notice."""

from wxbot import bulletin
from wxbot.bulletin import ParsedIssue, end_matter
from wxbot.bulletin.readers import txt

HEAD = "云海联盟简报\n2021年第2期 2021年1月15日\n"
BODY = (
    "【要闻】\n■ 新码头开港\n近日，云海新码头正式开港，首批两条航线同日开通，年吞吐量可达三百万吨。\n"
    "【短讯】\n■ 图书馆夜间开放\n自下周起，市图书馆每晚延长开放两小时，周末照常，读者凭证入馆。\n"
)


def parse(text: str) -> ParsedIssue:
    """Parse a plain text."""
    return bulletin.parse(txt.lines(text))


def dropped_for(issue: ParsedIssue, why: str) -> list[str]:
    """Return the lines that were dropped for one reason."""
    return [one.text for one in issue.dropped if one.why == why]


def test_end_matter_is_left_out_and_may_name_the_editor() -> None:
    """报送, 抄送 and the imprint are dropped; the editor is taken from it if the masthead has none."""
    tail = "报送：市委办公室\n抄送：各会员单位\n本期编辑：周明　校对：陈晨\n（共印120份）\n"

    issue = parse(HEAD + BODY + tail)

    assert parse(HEAD + BODY).sections == issue.sections
    assert [line.replace("　", " ") for line in tail.splitlines()] == dropped_for(
        issue, end_matter.END_MATTER
    )
    assert "周明" == issue.editor


def test_a_line_about_an_editor_inside_the_news_ends_nothing() -> None:
    """编辑：… below the first article does not end the articles."""
    text = BODY.replace("【短讯】", "编辑：周明\n【短讯】")

    issue = parse(HEAD + text)

    assert ["新码头开港", "图书馆夜间开放"] == [article.title for article in issue.articles]
    assert [] == dropped_for(issue, end_matter.END_MATTER)
