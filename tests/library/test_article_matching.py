"""Tests of matching articles: each keeps its number through edits, moves, insertions and removals."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wxbot.library.article_matching import GivenArticle, KnownArticle, match_articles

STORIES = {
    "协会召开年度会员大会": "十二月八日，协会在会议中心召开年度会员大会，三百余名代表听取了工作报告并审议财务决算。",
    "两家企业签署供货协议": "昨日上午，两家会员企业就动力电池材料签订长期供货协议，预计每年交付一万二千吨。",
    "新标准公开征求意见": "国家标准化主管部门就储能系统安全要求公开征求意见，各单位可在下月底前书面反馈。",
    "专家组赴园区调研": "由七位院士组成的专家组走访高新园区，对芯片封装产线的良率与能耗提出具体建议。",
    "青年论坛圆满落幕": "为期三天的青年学者论坛在江边落幕，来自二十所高校的报告人分享了海洋观测成果。",
}
TITLES = list(STORIES)
_HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
_ISSUES = st.lists(
    st.tuples(st.text(_HAN, min_size=6, max_size=20), st.text(_HAN, min_size=40, max_size=120)),
    min_size=1,
    max_size=8,
    unique_by=(lambda story: story[0], lambda story: story[1]),
)
Story = tuple[str, str]


def known(stories: Sequence[Story], removed: Sequence[Story] = ()) -> list[KnownArticle]:
    """Return articles numbered in order, and after them those that were removed earlier."""
    return [
        *(KnownArticle(n, *story, place=n) for n, story in enumerate(stories, 1)),
        *(KnownArticle(n, *story, 0, is_current=False) for n, story in enumerate(removed, len(stories) + 1)),
    ]


def numbers(old: Sequence[KnownArticle], new: Sequence[Story]) -> list[int | None]:
    """Return the numbers of a matching in which nothing is asked."""
    matching = match_articles(old, [GivenArticle(*story) for story in new])
    assert () == matching.questions
    return list(matching.numbers)


@pytest.fixture
def stories() -> list[Story]:
    """Five unrelated stories."""
    return list(STORIES.items())


@given(_ISSUES, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=25)
def test_moved_articles_keep_their_numbers(issue: list[Story], chance: random.Random) -> None:
    """In any order each article has its number."""
    order = chance.sample(range(len(issue)), len(issue))

    assert [at + 1 for at in order] == numbers(known(issue), [issue[at] for at in order])


@given(_ISSUES, st.data())
@settings(deadline=None, max_examples=25)
def test_inserting_and_removing_leaves_the_other_numbers(issue: list[Story], data: st.DataObject) -> None:
    """One article is removed and one inserted anywhere: the others keep theirs, and the inserted one is new."""
    *stories, added = issue
    at = data.draw(st.integers(0, len(stories)))
    gone = data.draw(st.integers(0, len(stories)))
    kept = [(n, story) for n, story in enumerate(stories, 1) if n != gone]
    new = [*kept[:at], (None, added), *kept[at:]]

    assert [n for n, _ in new] == numbers(known(stories), [story for _, story in new])


@given(_ISSUES, st.data())
@settings(deadline=None, max_examples=25)
def test_edited_text_and_reworded_title_keep_the_number(issue: list[Story], data: st.DataObject) -> None:
    """Text edited by 30 % under its title keeps the number; so does the text under a title of other words."""
    chance = data.draw(st.randoms(use_true_random=False))
    edited = [
        (title, "".join("某" if chance.random() < 0.3 else char for char in text)) for title, text in issue
    ]
    retitled = [(f"另题{'甲乙丙丁戊己庚辛'[at]}", text) for at, (_, text) in enumerate(issue)]

    assert list(range(1, len(issue) + 1)) == numbers(known(issue), edited)
    assert list(range(1, len(issue) + 1)) == numbers(known(issue), retitled)


@given(
    st.lists(st.tuples(st.text("简讯甲，", max_size=3), st.text("图文乙。", max_size=9)), max_size=7),
    st.lists(st.tuples(st.text("简讯甲，", max_size=3), st.text("图文乙。", max_size=9)), max_size=7),
    st.lists(st.none() | st.integers(1, 9), min_size=7, max_size=7),
)
@settings(deadline=None, max_examples=80)
def test_no_number_is_given_twice(old: list[Story], new: list[Story], settled: list[int | None]) -> None:
    """Each number stands once and is known, for any two versions; the result is the same the next time."""
    articles = known(old[:4], old[4:])
    revised = [GivenArticle(*story, n=n) for story, n in zip(new, settled, strict=False)]

    matching = match_articles(articles, revised)
    used = [n for n in matching.numbers if n is not None]

    assert len(used) == len(set(used))
    assert set(used) <= {article.n for article in articles}
    assert matching == match_articles(articles, revised)
    assert list(range(1, len(old) + 1)) == numbers(known(old), old)


def test_number_that_an_editor_settled_wins(stories: list[Story]) -> None:
    """The editor's number counts against title and text; what it displaces is new."""
    given = [GivenArticle(*stories[0], n=2), GivenArticle(*stories[1])]

    assert (2, None) == match_articles(known(stories[:2]), given).numbers


def test_number_that_cannot_be_settled_is_asked_about(stories: list[Story]) -> None:
    """A number for two articles goes to the first; one that the issue never had is not given."""
    given = [GivenArticle(*stories[2], n=1), GivenArticle(*stories[0], n=1), GivenArticle(*stories[1], n=9)]

    matching = match_articles(known(stories[:2]), given)

    assert (1, None, 2) == matching.numbers
    assert [1, 2] == [question.index for question in matching.questions]
    assert [None, 2] == [question.chosen for question in matching.questions]
    assert "从来没有第 9 篇" in matching.questions[1].says


def test_title_is_compared_without_signs_and_width(stories: list[Story]) -> None:
    """Blanks, punctuation and full-width characters make no other title."""
    old = known([("2021年：A 计划", "旧"), stories[0]])

    assert [2, 1] == numbers(old, [stories[0], ("２０２１年 Ａ计划！", "另写的一段")])


def test_series_of_one_title_is_matched_by_text_then_place(stories: list[Story]) -> None:
    """Of several 简讯 each keeps its number by its text, even edited; equal ones keep theirs in order."""
    texts = [text for _, text in stories]
    old = known([("简讯", text) for text in texts[:3]])
    edited = texts[2][:25] + "有关安排另行通知。"

    assert [3, 1] == numbers(old, [("简讯", edited), ("简讯", texts[0])])
    assert [1, None, 2, 3] == numbers(old, [("简讯", texts[at]) for at in (0, 4, 1, 2)])
    same = known([("图片", ""), stories[0], ("图片", ""), stories[1], ("图片", "")])
    assert [1, 2, 4, 5] == numbers(same, [("图片", ""), stories[0], stories[1], ("图片", "")])


def test_rewritten_piece_of_a_series_is_asked_about(stories: list[Story]) -> None:
    """A 简讯 with another text at the place of an old one keeps that number, and an editor is asked."""
    texts = [text for _, text in stories]
    old = known([("简讯", text) for text in texts[:3]])

    matching = match_articles(old, [GivenArticle("简讯", texts[at]) for at in (0, 4, 2)])

    assert (1, 2, 3) == matching.numbers
    assert [(1, 2)] == [(question.index, question.chosen) for question in matching.questions]


def test_like_title_and_like_text_are_the_same_article(stories: list[Story]) -> None:
    """A reworded title with half of the text rewritten keeps its number wherever it stands."""
    text = STORIES[TITLES[3]]
    reworded = ("专家组赴高新园区调研", text[: len(text) // 2] + "随后召开座谈会，听取企业负责人的意见。")

    assert [4, 1, 2, 3, 5] == numbers(known(stories), [reworded, *stories[:3], stories[4]])


def test_weak_likeness_between_matched_neighbours_is_asked_about(stories: list[Story]) -> None:
    """Title and text have both changed, at the same place: the number is kept and a question names both."""
    rewritten = ("储能新标准发布", "经过半年讨论，这项规定已经由主管机关批准，明年一月起施行。")

    matching = match_articles(
        known(stories), [GivenArticle(*each) for each in (*stories[:2], rewritten, *stories[3:])]
    )

    assert (1, 2, 3, 4, 5) == matching.numbers
    (question,) = matching.questions
    assert (2, 3, [(3, "新标准公开征求意见")]) == (
        question.index,
        question.chosen,
        [(each.n, each.title) for each in question.candidates],
    )


def test_replaced_article_is_new(stories: list[Story]) -> None:
    """Another story at the same place gets no old number, without a question."""
    assert [1, None, 3] == numbers(known(stories[:3]), [stories[0], stories[4], stories[2]])


def test_article_removed_earlier_gets_its_number_back(stories: list[Story]) -> None:
    """A restored article has its old number by title or by nearly the same text; a merely similar one has not."""
    old = known(stories[:2], removed=stories[2:4])
    shortened = STORIES[TITLES[3]][:-3]

    assert [1, 3, 2] == numbers(old, [stories[0], stories[2], stories[1]])
    assert [1, 2, 4] == numbers(old, [*stories[:2], ("调研", shortened)])
    assert [1, 2, None] == numbers(
        old, [*stories[:2], ("专家组赴园区调研二", "完全另外的内容，与从前那一篇没有关系。")]
    )


def test_old_number_does_not_go_to_another_story_of_that_title(stories: list[Story]) -> None:
    """A removed title over another text is a new article, and the editor is asked."""
    matching = match_articles(
        known(stories[:1], removed=stories[1:2]),
        [GivenArticle(*stories[0]), GivenArticle(TITLES[1], STORIES[TITLES[4]])],
    )

    assert (1, None) == matching.numbers
    assert [(1, None, 2)] == [(q.index, q.chosen, q.candidates[0].n) for q in matching.questions]


def test_number_follows_the_text_where_titles_were_exchanged(stories: list[Story]) -> None:
    """Two titles stood over the wrong texts: each text keeps its number, and both are asked about."""
    (first, text), (second, other) = stories[:2]

    matching = match_articles(known(stories[:2]), [GivenArticle(second, text), GivenArticle(first, other)])

    assert (1, 2) == matching.numbers
    assert [0, 1] == [question.index for question in matching.questions]


def test_large_issue_with_long_texts_is_matched() -> None:
    """Many articles, one of them very long, keep their numbers though each was edited, and all have one title."""
    chance = random.Random(7)
    sizes = [100_000, *[300] * 99]
    texts = ["".join(chr(0x4E00 + chance.randrange(5000)) for _ in range(size)) for size in sizes]
    new = [("简讯", f"更正：{text[5:]}") for text in texts]

    assert list(range(1, 101)) == numbers(known([("简讯", text) for text in texts]), new)
