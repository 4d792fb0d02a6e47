"""Rules for the HTML of an article that the platform stores unchanged (wechat-platform.md, section I).

The platform refuses nothing of it: it silently drops what it does not keep, and the article looks otherwise than it was
approved. `rendering` checks each article against these rules before it is sent, `brand` each style sheet.
"""

import re
from collections.abc import Mapping

__all__ = ["KEPT_TAGS", "PLATFORM_ARTICLE", "attribute_is_kept", "is_platform_picture", "style_problem"]

_TAGS = (
    "section p span h1 h2 h3 h4 h5 h6 strong b em i u s del blockquote ul ol li table thead tbody tr td th figure"
    " figcaption header footer aside article nav main mark small sub sup q abbr center font big br hr img a"
)
KEPT_TAGS = frozenset(_TAGS.split())
PLATFORM_ARTICLE = "https://mp.weixin.qq.com/"
"""Beginning of the addresses of published articles: links to all others lose their address."""

_ATTRIBUTES = {
    "a": frozenset({"href"}),
    "img": frozenset({"src", "alt", "width", "height"}),
    "ol": frozenset({"start"}),
    "table": frozenset({"border"}),
    "td": frozenset({"border", "colspan", "rowspan"}),
    "th": frozenset({"border", "colspan", "rowspan"}),
    "font": frozenset({"color"}),
}
_ANYWHERE = frozenset({"style", "title", "alt", "align"})
_PICTURE = re.compile(r"https?://(?:[a-z0-9-]+\.)*(?:qpic|qlogo)\.cn/")
_PROPERTY = re.compile(
    r"display|align-items|justify-content|gap|flex(-\w+)?|float|box-sizing|(padding|margin)(-\w+)?|(max-|min-)?(width|height)"
    r"|vertical-align|border(-\w+)*|box-shadow|background(-(color|image|size|position|repeat))?|outline(-\w+)?"
    r"|font(-\w+)*|color|line-height|letter-spacing|text(-\w+)+|word-break|white-space|opacity|transform|overflow-x"
)
_DISPLAYS = frozenset({"flex", "inline-block", "block", "none"})
_IMPORTANT = re.compile(r"\s*!\s*important$", re.IGNORECASE)
_ADDRESS = re.compile(r"url\(\s*([^)]*)", re.IGNORECASE)


def attribute_is_kept(tag: str, name: str) -> bool:
    """Tell if the platform keeps an attribute of an element."""
    return name in _ANYWHERE or name.startswith("data-") or name in _ATTRIBUTES.get(tag, frozenset())


def is_platform_picture(address: str) -> bool:
    """Tell if a picture lies at the platform, which filters all others."""
    return bool(_PICTURE.match(address))


_FORBIDDEN: Mapping[frozenset[str], str] = {
    frozenset("\\<>"): "值里有 \\、< 或 >：样式里用不着，还能藏住一个地址",
    frozenset("\"'&"): "值里有引号或 &，存一次再取回来，整个样式就空了",
}


def style_problem(name: str, value: str) -> str:
    """Return why the platform does not keep a declaration of an inline style, in Chinese; "" if it does."""
    if "var(" in value:
        return "微信里没有 CSS 变量"
    if not _PROPERTY.fullmatch(name):
        return f"微信会去掉「{name}」"
    if name == "display" and _IMPORTANT.sub("", value).strip().lower() not in _DISPLAYS:
        return f"微信会去掉「display: {value}」，只留 flex、block、inline-block 和 none"
    if any(not is_platform_picture(address.strip("\"' ")) for address in _ADDRESS.findall(value)):
        return "微信会去掉别处的背景图片"
    return next((says for characters, says in _FORBIDDEN.items() if characters & {*value}), "")
