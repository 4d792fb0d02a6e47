"""Comparison of texts by paragraph and by word."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot.library.text_diff import ParagraphChange, Run, diff_paragraphs, diff_words, longest_increasing

TEXTS = st.text("产值为三百亿元，比上年增长。 AI5.%\n", max_size=30)
PARAGRAPHS = st.lists(
    st.sampled_from(["产值三百亿元。", "产值五百亿元。", "会议召开。", "会议闭幕。", ""]) | TEXTS, max_size=8
)


def side(runs: tuple[Run, ...], sign: str) -> str:
    """Return the version before ("-") or after ("+") that runs describe."""
    return "".join(text for each, text in runs if each in {"=", sign})


def apply(changes: tuple[ParagraphChange, ...], before: list[str], sign: str = "+") -> list[str]:
    """Return the paragraphs after the changes; with sign "-", those before them, from the ones after."""
    ends = [(c.before, c.after) if sign == "+" else (c.after, c.before) for c in changes]
    gone = {old: new for old, new in ends if old is not None}
    come = {new: side(c.runs, sign) for c, (_, new) in zip(changes, ends, strict=True) if new is not None}
    kept = iter(text for at, text in enumerate(before, start=1) if at not in gone)
    size = len(before) - len(gone) + len(come)
    return [come[at] if at in come else next(kept) for at in range(1, size + 1)]


@pytest.mark.parametrize(
    ("before", "after", "runs"),
    [
        pytest.param(
            "产值300亿元",
            "产值450亿元",
            [("=", "产值"), ("-", "300"), ("+", "450"), ("=", "亿元")],
            id="figure",
        ),
        pytest.param(
            "占3.5%", "占3.8%", [("=", "占"), ("-", "3.5"), ("+", "3.8"), ("=", "%")], id="decimals"
        ),
        pytest.param(
            "用 GPT-4 写",
            "用 GPT-5 写",
            [("=", "用 "), ("-", "GPT-4"), ("+", "GPT-5"), ("=", " 写")],
            id="Latin",
        ),
        pytest.param(
            "会议在京召开",
            "会议在上海召开",
            [("=", "会议在"), ("-", "京"), ("+", "上海"), ("=", "召开")],
            id="汉字",
        ),
        pytest.param("增长了", "增长", [("=", "增长"), ("-", "了")], id="removed"),
        pytest.param("", "新增", [("+", "新增")], id="from nothing"),
        pytest.param("一样", "一样", [("=", "一样")], id="equal"),
    ],
)
def test_words(before: str, after: str, runs: list[Run]) -> None:
    """A change covers whole figures and Latin words, and no more 汉字 than changed."""
    assert diff_words(before, after) == tuple(runs)


def test_no_single_character_stands_between_two_changes() -> None:
    """One equal character between two changes is a part of the change."""
    assert diff_words("深圳的企业增长", "广州的公司增长") == (
        ("-", "深圳的企业"),
        ("+", "广州的公司"),
        ("=", "增长"),
    )


def test_repeated_text_is_replaced_as_a_whole() -> None:
    """A comparison by word tells nothing if nearly every character equals every other one."""
    old, new = "甲" * 300 + "乙", "丙" + "甲" * 299
    assert diff_words(old, new) == (("-", old), ("+", new))


def test_a_very_long_change_is_not_compared_by_word() -> None:
    """Beyond the limit the changed part is replaced as a whole; equal ends stay."""
    old, new = "甲乙" * 600, "乙丙甲" * 600
    assert diff_words(f"开头{old}结尾", f"开头{new}结尾") == (
        ("=", "开头"),
        ("-", old),
        ("+", new),
        ("=", "结尾"),
    )


@given(TEXTS, TEXTS)
def test_runs_give_both_versions(before: str, after: str) -> None:
    """The runs of any two texts give both back, alternate, and have no short equal text between changes."""
    runs = diff_words(before, after)

    assert (side(runs, "-"), side(runs, "+")) == (before, after)
    assert all(text for _, text in runs)
    assert all(first != second for (first, _), (second, _) in pairwise(runs))
    assert all(len(text) > 1 for sign, text in runs[1:-1] if sign == "=")


@given(PARAGRAPHS, PARAGRAPHS)
def test_changes_give_both_texts(before: list[str], after: list[str]) -> None:
    """The changes of any two texts lead from one to the other and back."""
    changes = diff_paragraphs(before, after)

    assert apply(changes, before) == after
    assert apply(changes, after, "-") == before


@given(st.lists(st.text(max_size=8), max_size=12))
def test_equal_texts_have_no_changes(texts: list[str]) -> None:
    """A text does not differ from itself, however often a paragraph stands in it."""
    assert diff_paragraphs(texts, texts) == ()


def test_a_changed_paragraph_is_found_beside_new_ones() -> None:
    """An edited paragraph is compared with its new version though others were put before it."""
    before = ["第一段讲会议在北京召开。", "第二段讲产值三百亿元。"]
    after = [
        "全新的内容放在这里。",
        "另外一些说明文字。",
        "第一段讲会议在上海召开。",
        "第二段讲产值三百亿元。",
    ]

    changes = diff_paragraphs(before, after)

    assert [(each.before, each.after) for each in changes] == [(None, 1), (None, 2), (1, 3)]
    assert ("-", "北京") in changes[-1].runs


def test_another_paragraph_is_no_changed_one() -> None:
    """A paragraph in place of a quite different one is removed and added, not mixed with it."""
    changes = diff_paragraphs(["产值三百亿元。"], ["请各会员单位按时报名参加。"])

    assert [each.runs for each in changes] == [
        (("-", "产值三百亿元。"),),
        (("+", "请各会员单位按时报名参加。"),),
    ]


@given(st.lists(st.integers(0, 20), max_size=9))
def test_longest_increasing(values: list[int]) -> None:
    """The chosen part increases, and no other one is longer."""
    chosen = [values[at] for at in longest_increasing(values)]
    longest = {0: 0}
    for at, value in enumerate(values, start=1):
        longest[at] = 1 + max((longest[i] for i in range(1, at) if values[i - 1] < value), default=0)

    assert all(first < second for first, second in pairwise(chosen))
    assert len(chosen) == max(longest.values())
