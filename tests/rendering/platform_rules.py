"""The rules for a draft's content (wechat-platform.md, section I), independent of the product's code."""

import re

from .samples import Outline

__all__ = ["broken_rules"]

KEPT = {
    *("section", "p", "span", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "b", "em", "i", "u", "s", "del"),
    *("blockquote", "ul", "ol", "li", "table", "thead", "tbody", "tr", "td", "th", "figure", "figcaption"),
    *("header", "footer", "aside", "article", "nav", "main", "mark", "small", "sub", "sup", "q", "abbr"),
    *("center", "font", "big", "br", "hr", "img", "a"),
}
ATTRIBUTES = {"style", "start", "href", "src", "alt", "width", "height", "colspan", "rowspan"}
STYLES = re.compile(
    r"(display|align-items|justify-content|gap|flex|float|box-sizing|padding|margin|(max-|min-)?(width|height)"
    r"|vertical-align|border(-\w+)*|box-shadow|background(-\w+)?|outline|font(-\w+)*|color|line-height"
    r"|letter-spacing|text-\w+|word-break|white-space|opacity|transform|overflow-x)$"
)


def broken_rules(content: str) -> list[str]:
    """Return everything that the platform would remove or refuse; [] for content that it stores unchanged."""
    found = []
    for tag, attributes in Outline(content).tags:
        if tag not in KEPT:
            found.append(f"<{tag}>")
        found += [f"{tag} {name}" for name in attributes if name not in ATTRIBUTES]
        found += [f"style {one}" for one in _styles(attributes) if not STYLES.match(one)]
        if tag == "a" and not attributes["href"].startswith("https://mp.weixin.qq.com/"):
            found.append(f"link to {attributes['href']}")
        if tag == "img" and not attributes["src"].startswith("http://mmbiz.qpic.cn/"):
            found.append(f"picture from {attributes['src']}")
    found += [quoted for quoted in re.findall(r'style="[^"]*"', content) if "'" in quoted or "&" in quoted]
    if len(content) >= 20_000 or len(content.encode()) >= 1_048_576:
        found.append(f"{len(content)} characters")
    return found


def _styles(attributes: dict[str, str]) -> list[str]:
    """Return the names of an element's style properties."""
    pairs = filter(None, attributes.get("style", "").split(";"))
    return [pair.split(":")[0].strip() for pair in pairs]
