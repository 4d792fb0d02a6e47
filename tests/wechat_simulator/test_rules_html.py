"""The lists of section I: tags and properties that an article's HTML keeps and loses."""

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


def store_html(html: str) -> str:
    """Return the stored HTML of an account without uploaded pictures."""
    return filter_html(html, lambda _: None)


@pytest.mark.parametrize("tag", f"{TEXT} {LAYOUT}".split())
def test_every_listed_tag_is_kept(tag: str) -> None:
    """Each listed tag keeps its text and its class (I)."""
    html = f'<{tag} class="a">一</{tag}>'
    assert html == store_html(html)


@pytest.mark.parametrize("tag", VOID.split())
def test_empty_tags_come_back_with_two_blanks(tag: str) -> None:
    """Empty tags are written with two blanks, as the platform writes them (I)."""
    assert f"一<{tag}  />二" == store_html(f"一<{tag}>二")


@pytest.mark.parametrize("tag", ["form", "input", "label", "script", "style", "link", "meta"])
def test_every_listed_tag_is_removed(tag: str) -> None:
    """Each listed tag is removed, and its surroundings stay (I)."""
    inside = "" if tag in ("input", "link", "meta") else f"x</{tag}>"
    assert "<p>一</p>" == store_html(f"<{tag}>{inside}<p>一</p>")


@pytest.mark.parametrize("declaration", KEPT)
def test_every_listed_property_is_kept(declaration: str) -> None:
    """Each listed property is kept literally, also with !important (I)."""
    assert declaration == filter_style(declaration)
    important = declaration.replace(";", " !important;")
    assert important == filter_style(important)


@pytest.mark.parametrize("value", ["relative", "absolute", "fixed", "sticky", "static"])
def test_every_position_goes_and_the_rest_stays(value: str) -> None:
    """Positioning declarations are removed; the other declarations stay (I)."""
    style = f"color: red; position: {value}; -webkit-overflow-scrolling: touch; margin: 0;"
    assert "color: red; margin: 0;" == filter_style(style)
