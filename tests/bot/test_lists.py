"""Numbered lists within a message's room."""

from hypothesis import given
from hypothesis import strategies as st

from wxbot.bot.addresses import Addresses, Story
from wxbot.bot.lists import CONTENTS_BYTES, NAMES, contents, numbered, taps

stories = st.builds(
    Story,
    id=st.text(min_size=1, max_size=200),
    title=st.text(max_size=400),
    section=st.sampled_from(["", "新动向", "很长的栏目名称" * 20]),
    number=st.sampled_from([None, "2021-02"]),
    n=st.sampled_from([None, 1, 99]),
    digest=st.text(max_size=50),
    url=st.sampled_from([None, "https://x.example/a", "https://x.example/" + "a" * 1000]),
)


def story(title: str, section: str = "新动向") -> Story:
    """An article of an issue."""
    return Story("2021-02/1", title, section, "2021-02", 1, "", None)


@given(st.lists(stories, max_size=5), st.sampled_from(["", "https://news.example.org"]))
def test_five_lines_of_anything_leave_room_for_the_words(found: list[Story], root: str) -> None:
    """Whatever titles and addresses an archive has, a page of a list stays below 1,700 bytes, a line a title."""
    text = numbered(enumerate(found, start=1), Addresses(root))

    assert len(text.encode("utf-8", "surrogatepass")) <= 1700
    assert len(found) == len(text.split("\n")) or not found


@given(st.lists(stories, max_size=120))
def test_contents_say_how_many_titles_fit(found: list[Story]) -> None:
    """What is shown is within the room, and the rest is left for 更多."""
    text, shown = contents(found)

    assert len(text.encode("utf-8", "surrogatepass")) <= CONTENTS_BYTES
    assert min(len(found), 5) <= shown <= len(found)


def test_titles_are_cut_before_any_is_left_out() -> None:
    """Thirty long titles all have a place."""
    text, shown = contents([story("很长的标题" * 10)] * 30)

    assert 30 == shown
    assert "30. " in text


def test_an_address_too_long_for_a_list_leaves_its_number() -> None:
    """The title stands there bare: its number opens the article."""
    far = Story("x", "标题", "", None, None, "", "https://x.example/" + "a" * 300)

    assert "1. 标题" == numbered([(1, far)], Addresses(""))


def test_only_a_few_names_are_offered() -> None:
    """A shelf of fifty sections does not fill a message; a name longer than a line is left out."""
    offered = taps(["长" * 100, *(f"栏目{at}" for at in range(50))])

    assert NAMES == offered.count("<a ")
    assert "长" not in offered
