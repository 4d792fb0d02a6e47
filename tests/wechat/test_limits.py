"""A draft's fields, brought within the platform's limits."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot.text import width
from wxbot.wechat import limits


@pytest.mark.parametrize(
    ("repair", "fits"),
    [
        (limits.repair_title, "比亚迪发布刀片电池，续航突破六百公里"),
        (limits.repair_author, "长风联盟秘书处"),
        (limits.repair_digest, "长" * 40),
        (limits.repair_source_url, "https://e.org/a?b=c"),
        (limits.repair_content, "<section><p>正文</p></section>"),
    ],
)
def test_what_fits_is_not_changed(repair: object, fits: str) -> None:
    """A field within its limit goes out as the editor wrote it."""
    assert callable(repair)
    assert (fits, False) == repair(fits)


@given(st.text(max_size=200))
def test_title_is_never_too_long_nor_empty(title: str) -> None:
    """At most 32 characters on one line; a missing title has a name."""
    value, changed = limits.repair_title(title)

    assert 1 <= len(value) <= 32
    assert "\n" not in value
    assert changed == (value != title)


def test_cut_title_is_marked() -> None:
    """An editor sees that a title goes on."""
    assert ("长" * 31 + "…", True) == limits.repair_title("长" * 33)
    assert ("无题", True) == limits.repair_title(" ")


def test_long_title_is_worth_a_warning() -> None:
    """Above 64 bytes some accounts refuse what others accept."""
    assert not limits.long_title("长" * 21)
    assert limits.long_title("长" * 22)


@given(st.text(max_size=100))
def test_author_fits_in_any_script(author: str) -> None:
    """Eight 汉字 or sixteen letters."""
    assert 16 >= width(limits.repair_author(author).value)


@given(st.text(max_size=300))
def test_digest_fits_in_bytes(digest: str) -> None:
    """120 bytes, cut between characters."""
    assert 120 >= len(limits.repair_digest(digest).value.encode())


def test_too_long_address_is_left_out() -> None:
    """Half an address leads nowhere."""
    assert ("", True) == limits.repair_source_url("https://e.org/" + "a" * 1024)


def balanced(html: str) -> bool:
    """Whether every element that opens also closes, in order."""
    open_tags: list[str] = []
    for slash, name in re.findall(r"<(/?)([a-z0-9]+)[^<>]*>", html):
        if slash and (not open_tags or open_tags.pop() != name):
            return False
        if not slash and name not in {"br", "img"}:
            open_tags.append(name)
    return not open_tags


def test_long_content_ends_after_a_whole_block() -> None:
    """Cut content is whole paragraphs, with every element closed and a note where the rest is."""
    block = (
        '<section style="a"><h2>栏目</h2><p>正文<br/>继续<strong>重点</strong></p><img src="u"/></section>'
    )
    value, changed = limits.repair_content(f"<section>{block * 600}</section>")

    assert changed
    assert 19_000 < len(value) < 20_000
    assert balanced(value)
    assert "全文请看“阅读原文”" in value
    assert balanced(f"<section>{block}</section>")


def test_content_counts_bytes_too() -> None:
    """A megabyte is reached by few characters of four bytes only beyond the other limit: both hold."""
    value = limits.repair_content("<p>" + "😀" * 300_000 + "</p>").value

    assert len(value) < 20_000
    assert len(value.encode()) < 1_048_576
    assert balanced(value)


@given(
    st.lists(
        st.sampled_from(["<p>", "</p>", "<section>", "</section>", "文" * 3000, "<br/>", "<", "</b>"]),
        max_size=60,
    )
)
def test_any_content_comes_out_within_the_limit(parts: list[str]) -> None:
    """Even of markup that is none something is left, and it fits."""
    before = "".join(parts)
    value, changed = limits.repair_content(before)

    assert len(value) < 20_000
    assert changed == (len(before) >= 20_000)


def test_every_number_is_listed() -> None:
    """What `limits` names is its contents page, and each number is positive."""
    names = {name for name in vars(limits) if name.isupper() and not name.startswith("_")}

    assert names <= set(limits.__all__)
    assert all(number > 0 for name in names if isinstance(number := getattr(limits, name), int))
