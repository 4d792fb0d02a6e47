"""The filter for article bodies (reference, section I)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wechat_simulator.css_filter import filter_style
from wechat_simulator.html_filter import filter_html, plain_text

OWN = "http://mmbiz.qpic.cn/mmbiz_png/abc/0?wx_fmt=png"


def stored(html: str) -> str:
    """The HTML as stored by an account that has uploaded one picture."""
    return filter_html(html, lambda address: "abc" if "/abc/" in address else None)


@pytest.mark.parametrize(
    "html",
    [
        '<section class="a" title="t" data-x="1" align="center"><p>一</p></section>',
        "<h1>一</h1><h6>二</h6><blockquote><p>三</p></blockquote>",
        '<ul><li>一</li></ul><ol start="3"><li>二</li></ol>',
        '<table border="1"><tbody><tr><td colspan="2">一</td></tr></tbody></table>',
        '<font color="red">红</font><mark>记</mark><sub>2</sub>',
        "<div>只有<strong>行内</strong></div>",
        '<a href="https://mp.weixin.qq.com/s/abc">另一篇</a>',
        '<svg viewBox="0 0 1 1"><animate attributeName="x" dur="1s"></animate></svg>',
        '<mp-miniprogram data-miniprogram-appid="wx1" data-miniprogram-path="p"></mp-miniprogram>',
        '<a data-miniprogram-appid="wx1">小程序</a>',
    ],
)
def test_what_is_kept_comes_back_as_it_was(html: str) -> None:
    """I: kept tags and attributes survive unchanged."""
    assert html == stored(html)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<script>alert(1)</script>一", "一"),
        ("<style>p{}</style><form><input></form><label>x</label>一", "一"),
        ('<p id="x" onclick="y()">一</p>', "<p>一</p>"),
        ('<a href="https://example.org/12">一</a>', "<a>一</a>"),
        ('<a href="javascript:x">一</a>', "<a>一</a>"),
        ('<iframe src="https://v.qq.com/x">内</iframe>', "<iframe></iframe>"),
        ("一<br>二", "一<br  />二"),
        ("<unknown>一</unknown>", "一"),
        ("<p>一<b>二</p>三", "<p>一<b>二</b></p>三"),
        ("a &lt; b &amp; c", "a &lt; b &amp; c"),
        ('<font color="red" size="7">红</font>', '<font color="red">红</font>'),
        ('<code style="color: red;">x</code>', "<code>x</code>"),
    ],
)
def test_what_is_not_kept(html: str, expected: str) -> None:
    """I: scripts, forms, ids, foreign links, frames' addresses and unknown tags go; the words of the rest stay."""
    assert expected == stored(html)


def test_pictures_move_to_data_src_in_another_size() -> None:
    """I: src becomes data-src and the address its /640 variant; alt and sizes stay."""
    html = f'<img src="{OWN}" alt="图" width="10" height="5" id="x">'
    expected = (
        '<img data-src="http://mmbiz.qpic.cn/mmbiz_png/abc/640?wx_fmt=png" alt="图" width="10" height="5"  />'
    )
    assert expected == stored(html)


def test_foreign_pictures_are_filtered() -> None:
    """I: only uploaded pictures may be shown."""
    assert "<p>一</p>" == stored('<p>一<img src="https://example.org/x.png"></p>')


def test_stored_html_can_be_stored_again() -> None:
    """G1 I: what draft/get gives may be put back by draft/update."""
    once = stored(f'<section style="color: red;"><img src="{OWN}"><br></section>')
    assert once == stored(once)


def test_a_div_with_blocks_dissolves() -> None:
    """I: inline runs become paragraphs, and the div's own style is gone."""
    html = '<div style="color: red;">头<p>一</p>尾<b>巴</b></div>'
    assert "<p>头</p><p>一</p><p>尾<b>巴</b></p>" == stored(html)


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("position:fixed;color:red", "color: red;"),
        ("color:#FA5151", "color: rgb(250, 81, 81);"),
        ("color:#abc !important", "color: rgb(170, 187, 204) !important;"),
        ("display:flex;display:grid;display:none", "display: flex; display: none;"),
        ("--x:1;color:var(--x);-webkit-overflow-scrolling:touch", ""),
        (
            "border-top:1px solid #000;box-shadow:0 0 2px red",
            "border-top: 1px solid rgb(0, 0, 0); box-shadow: 0 0 2px red;",
        ),
        ("overflow-x:auto;scroll-snap-type:x mandatory", "overflow-x: auto; scroll-snap-type: x mandatory;"),
        ("background:url(https://example.org/x.png)", ""),
        (f"background:url({OWN})", f"background: url({OWN});"),
        ("font-family:'PingFang SC', a;margin:0 auto", "font-family: 'PingFang SC', a; margin: 0 auto;"),
        ("nonsense", ""),
    ],
)
def test_declarations(style: str, expected: str) -> None:
    """I: which declarations of an inline style stay, and hexadecimal colours as rgb()."""
    assert expected == filter_style(style)


def test_quotes_in_a_style() -> None:
    """I: a literal quote is fine and comes back as an entity; one written as an entity blanks the attribute."""
    assert '<p style="font-family: &#39;A&#39;;">一</p>' == stored("<p style=\"font-family: 'A';\">一</p>")
    assert '<p style="">一</p>' == stored('<p style="font-family: &#39;A&#39;;">一</p>')
    assert '<p style="">一</p>' == stored('<p style="font-family: &quot;A&quot;;">一</p>')


def test_a_style_of_which_nothing_is_left() -> None:
    """I: the attribute goes, it does not stay empty."""
    assert "<p>一</p>" == stored('<p style="position: absolute;">一</p>')


def test_nesting_without_end() -> None:
    """I: ten thousand elements inside one another are flattened, not a crash."""
    assert "底" in stored("<section>" * 10_000 + "底")


@given(st.text(alphabet="<>/=\"'& apdivsectionbrmgyle:;#!-[]()一\n", max_size=300))
def test_any_text_is_html_of_some_kind(text: str) -> None:
    """I: whatever comes is stored as something, and storing that again changes nothing."""
    once = stored(text)
    assert once == stored(once)


@given(st.text(max_size=200))
def test_declarations_of_any_text(text: str) -> None:
    """I: a style is cleaned to a fixed point."""
    once = filter_style(text)
    assert once == filter_style(once)


def test_the_words_alone() -> None:
    """G1: a digest is made of the words, with blocks apart."""
    assert "一 二 三" == plain_text("<p>一</p><p>二</p><script>x</script>三")
