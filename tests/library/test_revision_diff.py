"""Comparison of two revisions of an issue, as values and as lines."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from wxbot.bulletin import ParsedArticle, ParsedIssue, ParsedSection
from wxbot.bulletin.blocks import Item, ItemList, Paragraph, Picture, Span
from wxbot.library.diff_lines import diff_lines
from wxbot.library.revision_diff import ArticleContent, IssueContent, diff_issues, issue_content

TITLES = ["芯片", "电池", "会议", "通知"]


def issue(
    *articles: tuple[int | None, str, str],
    sections: tuple[str, ...] = (),
    leads: Mapping[str, tuple[str, ...]] | None = None,
) -> IssueContent:
    """Return a revision of articles given by number, section and title."""
    found = tuple(ArticleContent(n, section, title) for n, section, title in articles)
    return IssueContent(
        sections=sections or tuple(dict.fromkeys(each.section for each in found)),
        articles=found,
        leads=leads or {},
    )


def lines(before: IssueContent, after: IssueContent) -> list[str]:
    """Return the lines of a comparison."""
    return list(diff_lines(diff_issues(before, after)))


ARTICLES = st.builds(
    ArticleContent,
    st.none() | st.integers(1, 5),
    st.sampled_from(["动态", "政策"]),
    st.sampled_from(TITLES),
    st.lists(st.sampled_from(["产值三百亿元。", "产值五百亿元。", "会议召开。"]), max_size=3).map(tuple),
)
ISSUES = st.builds(
    IssueContent,
    st.dictionaries(st.sampled_from(["刊名", "日期"]), st.sampled_from(["甲", "乙"])),
    articles=st.lists(
        ARTICLES, max_size=5, unique_by=lambda each: each.n if each.n is not None else object()
    ).map(tuple),
)


@given(ISSUES)
def test_equal_revisions_have_no_differences(content: IssueContent) -> None:
    """A revision does not differ from itself."""
    diff = diff_issues(content, content)

    assert not diff
    assert list(diff_lines(diff)) == []


@given(ISSUES, ISSUES)
def test_every_article_is_kept_added_or_removed(before: IssueContent, after: IssueContent) -> None:
    """Any two revisions: what is neither added nor removed stands in both, and the JSON form can be written."""
    diff = diff_issues(before, after)

    assert len(before.articles) - len(diff.removed) == len(after.articles) - len(diff.added)
    assert bool(diff) == bool(list(diff_lines(diff)))
    assert json.loads(json.dumps(diff.as_json())) == diff.as_json()


@given(ISSUES, st.data())
def test_a_removed_article_moves_no_other(content: IssueContent, data: st.DataObject) -> None:
    """Without one numbered article, an issue differs by this article only."""
    numbered = [i for i, each in enumerate(content.articles) if each.n is not None]
    if not numbered:
        return
    at = data.draw(st.sampled_from(numbered))
    rest = content.articles[:at] + content.articles[at + 1 :]
    if any(each.title == content.articles[at].title for each in rest):
        return

    diff = diff_issues(content, replace(content, articles=rest))

    assert diff.removed == (content.articles[at],)
    assert replace(diff, removed=(), sections_removed=()) == type(diff)()


def test_added_and_removed_articles() -> None:
    """Articles of one revision only are named with their number."""
    before = issue((1, "动态", "芯片"), (3, "动态", "电池"))
    after = issue((1, "动态", "芯片"), (9, "动态", "会议"))

    assert lines(before, after) == ["+ 新增 第 9 篇《会议》", "- 去掉 第 3 篇《电池》"]


def test_a_number_makes_it_the_same_article() -> None:
    """An article with the same number is retitled; one with the same title and another number is another one."""
    before = issue((3, "动态", "旧"), (4, "动态", "芯片"))
    after = issue((3, "动态", "新"), (5, "动态", "芯片"))

    assert lines(before, after) == [
        "+ 新增 第 5 篇《芯片》",
        "- 去掉 第 4 篇《芯片》",
        "~ 第 3 篇改题：旧 → 新",
    ]


def test_an_article_without_a_number_is_found_by_its_title() -> None:
    """The title decides if one side has no number."""
    assert not diff_issues(issue((3, "动态", "芯片")), issue((None, "动态", "芯片")))


def test_only_what_really_moved_is_named() -> None:
    """An article that goes to the front moved; those that it passes did not."""
    before = issue((1, "动态", "甲"), (2, "动态", "乙"), (3, "动态", "丙"), (4, "动态", "丁"))
    after = issue((4, "动态", "丁"), (1, "动态", "甲"), (2, "动态", "乙"), (3, "动态", "丙"))

    assert lines(before, after) == ["  第 4 篇 移到最前"]


def test_a_move_within_the_order_names_the_article_before_it() -> None:
    """A place is told by the article that stands before it."""
    before = issue((1, "动态", "甲"), (2, "动态", "乙"), (3, "动态", "丙"))
    after = issue((2, "动态", "乙"), (3, "动态", "丙"), (1, "动态", "甲"))

    assert lines(before, after) == ["  第 1 篇 移到第 3 篇之后"]


def test_a_move_to_another_section() -> None:
    """An article in another section moved there, wherever it stands in the order."""
    before = issue((1, "动态", "甲"), (2, "动态", "乙"), (3, "政策", "丙"))
    after = issue((1, "动态", "甲"), (2, "政策", "乙"), (3, "政策", "丙"))

    assert lines(before, after) == ["  第 2 篇 移到【政策】"]


def test_a_renamed_section_moves_no_article() -> None:
    """A section with the same articles under a new name is renamed."""
    before = issue((1, "动态", "甲"), (2, "动态", "乙"), leads={"动态": ("编者按",)})
    after = issue((1, "新动向", "甲"), (2, "新动向", "乙"), leads={"新动向": ("编者按",)})

    assert lines(before, after) == ["~ 栏目【动态】改名为【新动向】"]


def test_added_and_removed_sections() -> None:
    """A section of one revision only is named, also one without articles."""
    before, after = issue(sections=("动态", "附录")), issue(sections=("动态", "政策"))

    assert lines(before, after) == ["+ 新增栏目【政策】", "- 去掉栏目【附录】"]


def test_values_of_the_masthead() -> None:
    """A value is changed, added or removed."""
    before = IssueContent({"刊名": "工作简报", "日期": "2021年1月15日", "编者": "秘书处"})
    after = IssueContent({"刊名": "工作简报", "日期": "2021年1月16日", "总期号": "301"})

    assert lines(before, after) == [
        "~ 日期：2021年1月15日 → 2021年1月16日",
        "+ 总期号：301",
        "- 编者：秘书处",
    ]


def test_text_changes_are_marked_and_unchanged_text_is_short() -> None:
    """A terminal shows the changed words with a little text around them, on one line a paragraph."""
    long = "这是一段很长很长的没有任何改动的文字用来占地方"
    before = ArticleContent(2, "动态", "芯片", (f"{long}，产值300亿元，{long}。", "删去的一段。"))
    after = ArticleContent(2, "动态", "芯片", (f"{long}，产值450亿元，{long}。", "代码\n第二行\x1b[2J"))

    assert lines(IssueContent(articles=(before,)), IssueContent(articles=(after,))) == [
        "~ 第 2 篇《芯片》",
        "    第 1 段：…动的文字用来占地方，产值[-300-]{+450+}亿元，这是一段很长很长的…",
        "    去掉第 2 段：[-删去的一段。-]",
        "    新增第 2 段：{+代码⏎第二行[2J+}",
    ]


def test_content_of_a_parsed_issue() -> None:
    """Head, sections, leads and articles are those of the issue; a picture is an entry, also inside a list."""
    items = ItemList((Item((Paragraph.of("要点"), Picture(caption=(Span("现场"),)))),))
    article = ParsedArticle("芯片", (Paragraph.of("正文。"), Picture(alt="工厂"), items))
    parsed = ParsedIssue(
        title="工作简报",
        year=2021,
        issue=2,
        total=301,
        date=dt.date(2021, 1, 15),
        lead=(Paragraph.of("卷首"),),
        sections=(ParsedSection("动态", (article,), (Paragraph.of("编者按"),)),),
    )

    content = issue_content(parsed, [7])

    assert content.head == {"刊名": "工作简报", "期号": "2021-02", "日期": "2021年1月15日", "总期号": "301"}
    assert content.sections == ("动态",)
    assert content.leads == {"": ("卷首",), "动态": ("编者按",)}
    assert [(each.n, each.section, each.title) for each in content.articles] == [(7, "动态", "芯片")]
    assert content.articles[0].paragraphs == ("正文。", "〔图片〕工厂", "- 要点", "  〔图片〕现场")


def test_a_change_of_style_alone_is_named() -> None:
    """A link or picture that changes without its text is a difference, and says so."""
    before = ParsedIssue(sections=(ParsedSection("动态", (ParsedArticle("芯片", (Picture("a1"),)),)),))
    after = ParsedIssue(sections=(ParsedSection("动态", (ParsedArticle("芯片", (Picture("b2"),)),)),))

    assert lines(issue_content(before, [1]), issue_content(after, [1])) == [
        "~ 第 1 篇《芯片》：文字没变，样式、链接或图片有改动"
    ]


def test_text_before_the_first_article() -> None:
    """The text at the beginning of the issue and of a section is compared too."""
    before = issue(sections=("动态",), leads={"": ("卷首语",)})
    after = issue(sections=("动态",), leads={"动态": ("编者按",)})

    assert lines(before, after) == [
        "~ 栏目【动态】开头的文字",
        "    新增第 1 段：{+编者按+}",
        "~ 正文前面的文字",
        "    去掉第 1 段：[-卷首语-]",
    ]
