"""The HTML filter of article bodies (reference, section I)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wechat_simulator.css_filter import filter_style
from wechat_simulator.html_filter import filter_html, plain_text

OWN = "http://mmbiz.qpic.cn/mmbiz_png/abc/0?wx_fmt=png"


def store_html(html: str) -> str:
    """Return the HTML as stored for an account that has uploaded one picture."""
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
def test_allowed_html_is_unchanged(html: str) -> None:
    """Allowed tags and attributes are stored unchanged (I)."""
    assert html == store_html(html)


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
def test_other_html_is_removed(html: str, expected: str) -> None:
    """Scripts, forms, ids, external links, iframe addresses and unknown tags are removed; other text stays (I)."""
    assert expected == store_html(html)


def test_pictures_move_to_data_src_in_another_size() -> None:
    """src becomes data-src with the /640 variant of the address; alt and sizes stay (I)."""
    html = f'<img src="{OWN}" alt="图" width="10" height="5" id="x">'
    expected = (
        '<img data-src="http://mmbiz.qpic.cn/mmbiz_png/abc/640?wx_fmt=png" alt="图" width="10" height="5"  />'
    )
    assert expected == store_html(html)


def test_foreign_pictures_are_filtered() -> None:
    """Pictures that were not uploaded are removed (I)."""
    assert "<p>一</p>" == store_html('<p>一<img src="https://example.org/x.png"></p>')


def test_stored_html_can_be_stored_again() -> None:
    """HTML from draft/get can be stored again by draft/update (G1, I)."""
    once = store_html(f'<section style="color: red;"><img src="{OWN}"><br></section>')
    assert once == store_html(once)


def test_a_div_with_blocks_is_unwrapped() -> None:
    """A div with blocks is unwrapped: inline runs become paragraphs, the div's style is lost (I)."""
    html = '<div style="color: red;">头<p>一</p>尾<b>巴</b></div>'
    assert "<p>头</p><p>一</p><p>尾<b>巴</b></p>" == store_html(html)


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
    """Allowed style declarations stay, and hexadecimal colours become rgb() (I)."""
    assert expected == filter_style(style)


def test_quotes_in_a_style() -> None:
    """A literal quote in a style becomes an entity; a quote written as an entity blanks the attribute (I)."""
    assert '<p style="font-family: &#39;A&#39;;">一</p>' == store_html(
        "<p style=\"font-family: 'A';\">一</p>"
    )
    assert '<p style="">一</p>' == store_html('<p style="font-family: &#39;A&#39;;">一</p>')
    assert '<p style="">一</p>' == store_html('<p style="font-family: &quot;A&quot;;">一</p>')


def test_an_empty_style_is_removed() -> None:
    """A style without allowed declarations is removed with its attribute (I)."""
    assert "<p>一</p>" == store_html('<p style="position: absolute;">一</p>')


def test_deep_nesting() -> None:
    """Ten thousand nested elements are flattened without a crash (I)."""
    assert "底" in store_html("<section>" * 10_000 + "底")


@given(st.text(alphabet="<>/=\"'& apdivsectionbrmgyle:;#!-[]()一\n", max_size=300))
def test_any_text_can_be_stored(text: str) -> None:
    """Any text can be stored, and storing the result again does not change it (I)."""
    once = store_html(text)
    assert once == store_html(once)


@given(st.text(max_size=200))
def test_declarations_of_any_text(text: str) -> None:
    """Filtering any style twice gives the same result as filtering it once (I)."""
    once = filter_style(text)
    assert once == filter_style(once)


def test_plain_text() -> None:
    """The digest text has spaces between blocks (G1)."""
    assert "一 二 三" == plain_text("<p>一</p><p>二</p><script>x</script>三")
