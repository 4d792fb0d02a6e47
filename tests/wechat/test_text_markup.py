"""Links, taps, and cuts that break neither."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot.text import normalise
from wxbot.wechat import cut_text, link, menu_link
from wxbot.wechat.text_markup import cdata

LINK = link("https://e.org/a/2021-02/5", "比亚迪发布刀片电池")


def test_link_and_tap() -> None:
    """The two forms that a chat line may hold, as the platform wants them."""
    assert '<a href="https://e.org/12?a=1&b=2">读第12期</a>' == link("https://e.org/12?a=1&b=2", "读第12期")
    assert '<a href="weixin://bizmsgmenu?msgmenucontent=第12期&msgmenuid=issue-12">看这一期</a>' == menu_link(
        "看这一期", "第12期", "issue-12"
    )


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "ftp://e.org", "/a/1", "https://", " x https://e.org"]
)
def test_address_that_is_not_of_the_web_is_no_link(url: str) -> None:
    """Only http and https are opened by a phone: else the words stand alone."""
    assert "读" == link(url, "读")


@given(address=st.text(max_size=40), words=st.text(min_size=1, max_size=40), menu=st.text(max_size=40))
def test_no_value_breaks_out_of_its_markup(address: str, words: str, menu: str) -> None:
    """A link line is one element with one attribute, or bare words, for any values."""
    for made in (link(f"https://e.org/{address}", words), menu_link(words, words, menu)):
        whole = re.fullmatch(r'<a href="[^"<>]*">[^<>]*</a>', made)
        assert whole or not re.search("[<>]", made)


def test_tap_sends_what_search_understands() -> None:
    """Characters with a meaning in a link are sent in full width, which search folds back."""
    made = menu_link("问", 'B&Q "5G" <100%>', "q")

    sent = re.search("msgmenucontent=([^&]*)&msgmenuid=q", made)
    assert sent
    assert normalise('b&q "5g" <100%>') == normalise(sent[1])


def test_label_falls_back_to_what_it_stands_for() -> None:
    """A link without words shows its address, a tap what it sends; a tap that sends nothing is words."""
    assert ">https://e.org</a>" in link("https://e.org", " ")
    assert ">更多</a>" in menu_link("", "更多", "m")
    assert "更多" == menu_link("更多", " ", "m")


def test_short_text_stays() -> None:
    """A text within the limit is not changed."""
    assert "读\n吧" == cut_text("读\n吧")
    assert "长" * 682 == cut_text("长" * 682)


def test_long_text_is_cut_between_characters() -> None:
    """A 汉字 of three bytes or a picture of four is whole or absent, and the cut is marked."""
    for char in "长😀":
        cut = cut_text(char * 1000)
        assert 2040 <= len(cut.encode()) <= 2048
        assert set(cut) == {char, "…"}


def test_list_is_cut_at_the_end_of_a_line() -> None:
    """Of a list whole lines stay, also when the cut falls on the end of one."""
    for width in range(20, 40):
        lines = ["x" * width] * 200
        *kept, mark = cut_text("\n".join(lines)).split("\n")
        assert "…" == mark
        assert {"x" * width} == set(kept)
        assert len(kept) >= 2048 // (width + 1) - 1


def test_one_long_line_is_not_thrown_away() -> None:
    """A short line before an endless one does not make the text end there."""
    assert 2000 < len(cut_text("标题\n" + "长" * 1000).encode())


@given(before=st.integers(0, 2100), links=st.integers(1, 40), gap=st.text("字 \n", max_size=5))
def test_cut_never_falls_inside_a_link(before: int, links: int, gap: str) -> None:
    """Every link that is left has its end, wherever the limit falls."""
    cut = cut_text("x" * before + (LINK + gap) * links)

    assert 2048 >= len(cut.encode())
    assert cut.count("<a ") == cut.count("</a>") == cut.count(LINK)
    assert "<" not in cut.replace(LINK, "")


def test_link_longer_than_everything_leaves_its_words() -> None:
    """A text is never cut down to nothing."""
    cut = cut_text(link("https://e.org/" + "a" * 3000, "读第12期") + "好")

    assert "读第12期好" == cut


@given(words=st.text(max_size=700), limit=st.integers(0, 300))
def test_any_limit_is_kept(words: str, limit: int) -> None:
    """A shortened text fits into the limit of bytes, for any text and limit."""
    assert limit >= len(cut_text(words, limit).encode())


def test_cdata_drops_what_xml_cannot_hold() -> None:
    """A value in a reply holds no character that makes the platform refuse the XML."""
    assert "<![CDATA[ab\n]]>" == cdata("a\x00b\n\ud800")
