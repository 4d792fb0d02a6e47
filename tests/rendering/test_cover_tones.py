"""Tests for the tones of sections."""

from wxbot.brand import DEFAULT_COLOUR
from wxbot.rendering.cover_tones import ISSUE_TONE, section_tones, tone_of


def test_section_keeps_its_colour() -> None:
    """A section has the same tone in every issue with the same sections."""
    assert tone_of("要闻", ["要闻", "成果"]) == tone_of("要闻", ["要闻", "成果"])


def test_sections_of_an_issue_differ() -> None:
    """Up to nine sections have different tones, and none has the tone of the issue."""
    names = [f"栏目{k}" for k in range(9)]
    tones = {tone_of(name, names).name for name in names}

    assert len(section_tones(DEFAULT_COLOUR)) == len(tones) == 9
    assert ISSUE_TONE.name not in tones


def test_more_sections_than_colours_have_one_each() -> None:
    """With more than nine sections tones are used again."""
    names = [f"栏目{k}" for k in range(30)]

    assert all(tone_of(name, names) in section_tones(DEFAULT_COLOUR) for name in names)
