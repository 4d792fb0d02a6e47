"""Tests of the differences between two revisions of an issue, as values, as JSON and as lines for editors."""

import json
import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wxbot.library.revision_diff import ArticleContent, IssueContent, IssueDiff, diff_issues, lines
from wxbot.library.text_diff import Runs, diff_paragraphs, diff_words

_TEXT = st.text("会员大会，。 AB12年\n", max_size=40)


@pytest.fixture
def issue() -> IssueContent:
    """Two sections with two and three articles."""
    return IssueContent(
        {"刊名": "工作简报", "编辑": "秘书处"},
        ("新动向", "投融界"),
        (
            ArticleContent(1, "新动向", "甲", ("第一段。", "第二段。")),
            ArticleContent(2, "新动向", "乙", ("乙文。",)),
            ArticleContent(3, "投融界", "丙", ("丙文。",)),
            ArticleContent(4, "投融界", "丁", ("丁文。",)),
            ArticleContent(5, "投融界", "戊", ("戊文。",)),
        ),
    )


def arrange(issue: IssueContent, order: str, sections: tuple[str, ...] = ()) -> IssueContent:
    """Return an issue with its articles in another order, such as 1 2 5 3 4."""
    by_number = {article.n: article for article in issue.articles}
    articles = tuple(by_number[int(n)] for n in order.split())
    return replace(issue, articles=articles, sections=sections or issue.sections)


def rebuild(runs: Runs, kind: str) -> str:
    """Return the old ("-") or new ("+") text of a change."""
    return "".join(text for run, text in runs if run in {"=", kind})


def marks(before: str, after: str) -> str:
    """Return a change with its marks."""
    signs = {"=": "{}", "-": "[-{}-]", "+": "{{+{}+}}"}
    return "".join(signs[kind].format(text) for kind, text in diff_words(before, after))


@given(_TEXT, _TEXT)
@settings(deadline=None, max_examples=60)
def test_runs_contain_both_texts(before: str, after: str) -> None:
    """The runs give back the old and the new text; none is empty, and what is equal stands in one run."""
    runs = diff_words(before, after)

    assert (before, after) == (rebuild(runs, "-"), rebuild(runs, "+"))
    assert all(text for _, text in runs)
    assert all(one != other for (one, _), (other, _) in pairwise(runs))
    assert {"="} >= {kind for kind, _ in diff_words(before, before)}


@given(st.lists(_TEXT, max_size=6), st.lists(_TEXT, max_size=6))
@settings(deadline=None, max_examples=60)
def test_changed_paragraphs_tell_every_character(before: list[str], after: list[str]) -> None:
    """The changes of a text add and remove as many characters as the text gained, and none if nothing changed."""
    changes = diff_paragraphs(before, after)
    grown = sum(len(rebuild(runs, "+")) - len(rebuild(runs, "-")) for runs in changes)

    assert len("".join(after)) - len("".join(before)) == grown
    assert () == diff_paragraphs(before, before)


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("产量为1,200吨。", "产量为1,350吨。", "产量为[-1,200-]{+1,350+}吨。"),
        ("发布 Spectrum 报告", "发布 Spectral 报告", "发布 [-Spectrum-]{+Spectral+} 报告"),
        ("会议由张三主持。", "会议由李四主持。", "会议由[-张三-]{+李四+}主持。"),
        ("大家出席会议，并讲话。", "大家出席会议，并合影，并讲话。", "大家出席会议，{+并合影，+}并讲话。"),
        ("由工业部门提出意见", "由农业机关提出意见", "由[-工业部门-]{+农业机关+}提出意见"),
    ],
)
def test_changes_read_well(before: str, after: str, shown: str) -> None:
    """Words and figures change as a whole, an insertion is a phrase, and single equal characters are no islands."""
    assert shown == marks(before, after)


def test_paragraphs_are_compared_with_their_own_version() -> None:
    """An inserted paragraph is one addition; the edited one after it is compared by word."""
    before = ["开头。", "协会本月召开理事会，讨论了预算。", "结尾。"]
    after = ["开头。", "全新的一段文字", "协会本月召开理事会，通过了预算。", "结尾。"]

    added, edited = diff_paragraphs(before, after)

    assert (("+", "全新的一段文字"),) == added
    assert [("-", "讨论"), ("+", "通过")] == [run for run in edited if run[0] != "="]


def test_long_texts_are_compared() -> None:
    """One word is found in a paragraph of 100,000 characters; two unrelated ones of that length are told in full."""
    chance = random.Random(5)
    first, other = (
        "".join(chance.choice("会员大会代表报告审议通过的工作。") for _ in range(100_000)) for _ in range(2)
    )
    edited = f"{first[:50_000]}甲乙丙{first[50_000:]}"

    assert [("+", "甲乙丙")] == [run for run in diff_words(first, edited) if run[0] != "="]
    assert other == rebuild(diff_words(first, other), "+")


def test_repeated_paragraphs_are_no_changes() -> None:
    """Of a thousand equal paragraphs two were edited: no other one is told."""
    before = ["同上。"] * 1_000
    after = ["另。", *before[2:], "另。"]

    told = {text for runs in diff_paragraphs(before, after) for _, text in runs}

    assert told <= {"另", "同上", "。", "另。", "同上。"}
    assert 4 >= len(diff_paragraphs(before, after))


def test_equal_issues_have_no_differences(issue: IssueContent) -> None:
    """Nothing changed: no lines, and false in a condition."""
    diff = diff_issues(issue, issue)

    assert not diff
    assert [] == list(lines(diff))


def test_only_what_really_moved_has_moved(issue: IssueContent) -> None:
    """One article before two others moved, they did not; nor does a removal or an addition move what follows."""
    assert [5] == [move.n for move in diff_issues(issue, arrange(issue, "1 2 5 3 4")).moved]
    assert () == diff_issues(issue, arrange(issue, "2 4 5")).moved
    assert () == diff_issues(arrange(issue, "2 4 5"), issue).moved


def test_renamed_or_moved_section_is_told_once(issue: IssueContent) -> None:
    """Articles that follow their section are not moved themselves."""
    renamed = replace(
        issue,
        sections=("新动向", "投资"),
        articles=tuple(replace(a, section="投资") if a.n > 2 else a for a in issue.articles),
    )
    turned = arrange(issue, "3 4 5 1 2", sections=("投融界", "新动向"))

    assert ["~ 栏目改名：【投融界】 → 【投资】"] == list(lines(diff_issues(issue, renamed)))
    (line,) = lines(diff_issues(issue, turned))
    assert "换了位置" in line


def test_lines_tell_every_kind_of_change(issue: IssueContent) -> None:
    """Head, sections, additions, removals, moves, titles and words are told in Chinese, without control characters."""
    one, two, three, _, five = issue.articles
    revised = IssueContent(
        {"刊名": "工作简报", "编辑": "办公室", "总期数": "12"},
        ("新动向", "投融界", "附录"),
        (
            replace(one, title="甲\x1b[31m修订", paragraphs=("第一段。", "第二段又改。")),
            three,
            replace(two, section="投融界"),
            five,
            ArticleContent(9, "附录", "新\n文"),
        ),
    )

    assert [
        "~ 编辑：秘书处 → 办公室",
        "~ 总期数：（无） → 12",
        "+ 新增栏目【附录】",
        "+ 新增 第 9 篇《新 文》（【附录】）",
        "- 去掉 第 4 篇《丁》（【投融界】）",
        "~ 第 2 篇《乙》移到【投融界】第 3 篇之后",
        "~ 第 1 篇改题：甲 → 甲[31m修订",
        "~ 第 1 篇《甲[31m修订》改了 1 段：",
        "  今：第二段{+又改+}。",
    ] == list(lines(diff_issues(issue, revised)))


def test_long_unchanged_text_is_shortened_and_changed_text_is_not() -> None:
    """Twelve characters on either side of a change are shown, and all that changed."""
    same, new = "一二三四五六七八九十" * 5, "新" * 200
    before = IssueContent(articles=(ArticleContent(1, "", "甲", (f"{same}旧{same}",)),))
    after = IssueContent(articles=(ArticleContent(1, "", "甲", (f"{same}{new}{same}",)),))

    _, old_line, new_line = lines(diff_issues(before, after))

    assert "  原：…九十一二三四五六七八九十[-旧-]一二三四五六七八九十一二…" == old_line
    assert f"{{+{new}+}}" in new_line


def test_json_has_lists_and_names(issue: IssueContent) -> None:
    """The JSON form survives a round trip, and names every kind of change."""
    value = diff_issues(issue, arrange(issue, "1 2 5 3")).as_json()

    assert value == json.loads(json.dumps(value))
    assert set(IssueDiff.__dataclass_fields__) == set(value)
    assert [(5, None)] == [(move["n"], move["follows"]) for move in value["moved"]]
