"""Tests for shortening headlines, and for labels of issues."""

from hypothesis import given, settings
from hypothesis import strategies as st

from wxbot.rendering.issue_texts import Fits, cut_at_break, shorten


def up_to(size: int) -> Fits:
    """Return a check for 'at most this many characters'."""
    return lambda text: len(text) <= size


def test_what_fits_is_left_alone() -> None:
    """A headline that fits is unchanged."""
    assert "观测计划通过评审" == shorten("观测计划通过评审", up_to(8))


def test_cut_is_made_where_a_reader_pauses() -> None:
    """A headline is cut at a comma or at the space between two phrases, not inside a phrase."""
    assert "观测计划通过评审…" == shorten("观测计划通过评审，下月正式启动", up_to(13))
    assert "《年度报告》发布…" == shorten("《年度报告》发布 指数五年来持续增长", up_to(13))


def test_blank_beside_latin_is_no_pause() -> None:
    """A headline is not cut at the spaces around a number, as in 增长 4 倍."""
    assert "" == cut_at_break("去年产量增长 4 倍有余仍不足", up_to(11))


def test_cut_leaves_no_open_bracket() -> None:
    """A headline is not cut at a pause inside brackets, but at one before them."""
    assert "学会十日发布，" not in shorten("学会十日发布《江河，湖泊与海洋》一书", up_to(12))
    assert not shorten("学会发布《江河湖海》", up_to(6)).endswith("《…")


def test_latin_words_are_not_split() -> None:
    """A headline is not cut inside a Latin word."""
    assert "观测站装上…" == shorten("观测站装上 Spectrograph", up_to(12))


@given(st.text(max_size=80), st.integers(0, 40))
@settings(deadline=None)
def test_result_always_fits(text: str, size: int) -> None:
    """For any headline and limit the result fits or is empty."""
    result = shorten(text, up_to(size))

    assert len(result) <= size
    assert "\n" not in result
