"""The lists of section I, one by one: what an article's HTML keeps and loses."""

import pytest

from wechat_simulator.css_filter import filter_style
from wechat_simulator.html_filter import filter_html

TEXT = "section p span h1 h2 h3 h4 h5 h6 strong b em i u s del blockquote mark small sub sup q abbr center font big"
LAYOUT = "ul ol li table thead tbody tr td th figure figcaption header footer aside article nav main svg"
VOID = "br hr"
PROPERTIES = {
    "display": ["flex", "inline-block", "block", "none"],
    "width height max-width min-height padding margin-top font-size letter-spacing border-radius gap": [
        "10px"
    ],
    "align-items justify-content text-align": ["center"],
    "flex line-height opacity": ["1"],
    "float vertical-align": ["left"],
    "box-sizing": ["border-box"],
    "border outline border-top": ["1px solid red"],
    "box-shadow text-shadow": ["0 0 2px red"],
    "background background-color color": ["red"],
    "background-image": ["linear-gradient(red, blue)"],
    "background-size": ["cover"],
    "font-weight font-style text-decoration word-break white-space overflow-x": ["inherit"],
    "transform": ["rotate(3deg)"],
    "scroll-snap-type": ["x mandatory"],
}
KEPT = [
    f"{name}: {value};" for names, values in PROPERTIES.items() for name in names.split() for value in values
]


def stored(html: str) -> str:
    """The HTML as it comes back, of an account that uploaded no picture."""
    return filter_html(html, lambda _: None)


@pytest.mark.parametrize("tag", f"{TEXT} {LAYOUT}".split())
def test_every_listed_tag_is_kept(tag: str) -> None:
    """I: with its words and its class."""
    html = f'<{tag} class="a">一</{tag}>'
    assert html == stored(html)


@pytest.mark.parametrize("tag", VOID.split())
def test_empty_tags_come_back_with_two_blanks(tag: str) -> None:
    """I: as the platform writes them."""
    assert f"一<{tag}  />二" == stored(f"一<{tag}>二")


@pytest.mark.parametrize("tag", ["form", "input", "label", "script", "style", "link", "meta"])
def test_every_listed_tag_is_removed(tag: str) -> None:
    """I: and what stands beside it stays."""
    inside = "" if tag in ("input", "link", "meta") else f"x</{tag}>"
    assert "<p>一</p>" == stored(f"<{tag}>{inside}<p>一</p>")


@pytest.mark.parametrize("declaration", KEPT)
def test_every_listed_property_is_kept(declaration: str) -> None:
    """I: word for word, and with !important."""
    assert declaration == filter_style(declaration)
    important = declaration.replace(";", " !important;")
    assert important == filter_style(important)


@pytest.mark.parametrize("value", ["relative", "absolute", "fixed", "sticky", "static"])
def test_every_position_goes_and_the_rest_stays(value: str) -> None:
    """I: the declaration is dropped, the others survive."""
    style = f"color: red; position: {value}; -webkit-overflow-scrolling: touch; margin: 0;"
    assert "color: red; margin: 0;" == filter_style(style)
