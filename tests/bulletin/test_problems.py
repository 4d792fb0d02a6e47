"""Tests of problems: doubtful places are reported with their line."""

from wxbot import bulletin
from wxbot.bulletin import ParsedIssue, Source, doubts
from wxbot.bulletin.build import build_body
from wxbot.bulletin.masthead import Masthead
from wxbot.bulletin.model import Line, ParsedArticle, ParsedSection, Role
from wxbot.bulletin.readers import md, txt
from wxbot.bulletin.typed_blocks import LineBlock

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


def test_a_missing_picture_is_reported_once_by_its_file() -> None:
    """A picture whose file is not beside the text is a doubt, keeps its place, and is not left out as well."""
    text = f"# {HEAD.splitlines()[0]}\n\n2021年第2期\n\n## 要闻\n\n### 新桥通车\n\n{TEXT}\n![](images/fee.jpg)\n\n![](https://a.org/b.png)\n"
    issue = bulletin.parse(md.document(Source("a.md", text.encode())))

    assert ["图片 images/fee.jpg 不在文件旁边"] == [problem.says for problem in issue.problems]
    assert ("images/fee.jpg", "https://a.org/b.png") == issue.articles[0].images
    assert () == issue.dropped


def test_a_section_without_articles_is_reported() -> None:
    """A section name without articles is kept and reported."""
    issue = parse(f"{HEAD}【要闻】\n■ 新桥通车\n{TEXT}【短讯】\n")

    assert ["要闻", "短讯"] == [section.name for section in issue.sections]
    assert [(6, "第 6 行栏目“")] == problem_starts(issue)


def test_one_title_twice_is_reported() -> None:
    """Two articles with the same title are reported."""
    issue = parse(f"{HEAD}【要闻】\n■ 新桥通车\n{TEXT}■ 新桥通车\n{TEXT}")

    assert 2 == len(issue.articles)
    assert [(6, "标题“新桥通车”")] == problem_starts(issue)


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


def blocks_of(*lines: tuple[Role, str]) -> list[LineBlock]:
    """Return one block for each line with its role."""
    return [LineBlock(role, (Line(at, text),), at - 1) for at, (role, text) in enumerate(lines, start=1)]


def test_lines_like_titles_inside_the_text_are_reported_once() -> None:
    """Short lines above sentences, as many as half of the titles, get one doubt at the first of them."""
    missed = [
        (Role.TEXT, "新桥通车典礼"),
        (Role.TEXT, TEXT.strip()),
        (Role.TEXT, "新站启用仪式"),
        (Role.TEXT, TEXT.strip()),
    ]
    body = blocks_of((Role.TITLE, "要闻"), *missed)

    assert [2] == [problem.line for problem in doubts.find_missed_titles(body, articles=1)]
    assert not list(doubts.find_missed_titles(body, articles=6))


def test_lines_of_text_taken_for_titles_are_reported_once() -> None:
    """Titles that are parts of sentences, most of them without text, make the whole structure doubtful."""
    body = blocks_of(
        (Role.TITLE, "协会秘书处在会议室召开碰头会，"),
        (Role.TITLE, "逐项核对了进度。并约定下月再"),
        (Role.TITLE, "作一次现场查看"),
        (Role.TEXT, "会后合影。"),
    )
    problems = build_body(body, {}, {}, "简报").problems

    assert [(1, "第 1 行起 3 篇文章里有 2 篇没有正文；很可能是正文被读成了标题")] == [
        (problem.line, problem.says) for problem in problems if "没有正文" in problem.says
    ]


def test_low_confidence_is_explained() -> None:
    """A reading of low confidence gets a doubt with its reasons, a sure one gets none."""
    (problem,) = doubts.report_low_confidence(Masthead(), certainty=0.3, confidence=0.4)

    assert "没有读出刊名，没有读出日期和期号，标题和栏目还有别的读法" in problem.says
    assert not list(doubts.report_low_confidence(Masthead(), certainty=1.0, confidence=0.9))


def test_lines_set_apart_as_contents_without_titles_are_reported() -> None:
    """Lines of a table of contents that mostly name no title and no section are doubted together."""
    listed = [Line(at, text) for at, text in enumerate(["目录", "新桥通车", "新站启用", "新馆开放"], start=3)]
    read = [ParsedSection("要闻", tuple(ParsedArticle(line.text) for line in listed[1:]))]

    assert [4] == [problem.line for problem in doubts.find_lost_entries(listed, [])]
    assert not list(doubts.find_lost_entries(listed, read))


def test_a_picture_left_out_is_a_doubt() -> None:
    """Each reason for which pictures are left out is one doubt; spacers and drawings of the layout are none."""
    lost = [Line(at, "［图片］", drop_reason="图片超过 4000 万像素") for at in (3, 9)]
    spacer = Line(5, "［图片］", drop_reason="排版用的小图（1 × 1 像素）")

    assert ["第 3 行起有 2 张图片没有收入：图片超过 4000 万像素"] == [
        problem.says for problem in doubts.report_lost_pictures([*lost, spacer])
    ]
