"""Tests of run-in titles: a title and its text on one line become two lines."""

from wxbot.bulletin import run_in_titles
from wxbot.bulletin.readers import txt

RUN_IN_TEXT = "近日，云海新码头正式开港，首批两条航线同日开通。"


def split(*brackets: str) -> list[str]:
    """Return the texts of lines that begin with these brackets, after splitting."""
    return [
        line.text
        for line in run_in_titles.split_run_in_titles(
            txt.lines("\n".join(one + RUN_IN_TEXT for one in brackets))
        )
    ]


def test_long_brackets_before_text_are_titles() -> None:
    """Title and text become two lines with the number of the source line."""
    assert ["【新码头正式开港】", RUN_IN_TEXT, "【图书馆夜间开放】", RUN_IN_TEXT] == split(
        "【新码头正式开港】", "【图书馆夜间开放】"
    )
    lines = run_in_titles.split_run_in_titles(
        txt.lines(f"【新码头正式开港】{RUN_IN_TEXT}\n【图书馆夜间开放】{RUN_IN_TEXT}\n")
    )
    assert [1, 1, 2, 2] == [line.at for line in lines]
    assert [True, False, True, False] == [line.run_in for line in lines]


def test_short_brackets_single_ones_and_repeats_stay_with_their_text() -> None:
    """【本报讯】, a single 【…】 and equal brackets before each item are not titles."""
    for brackets in (("【本报讯】", "【背景】"), ("【新码头正式开港】",), ("【环球时报网站报道】",) * 2):
        assert [one + RUN_IN_TEXT for one in brackets] == split(*brackets)
