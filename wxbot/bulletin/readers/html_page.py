"""Choose what of a web page is the article: not navigation, tools, comments, counts and cards of other articles."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from wxbot.bulletin.line_text import clean
from wxbot.bulletin.model import Line
from wxbot.bulletin.readers.html_edges import edge_furniture
from wxbot.bulletin.readers.html_tags import UNSEEN_TAGS, visible_text
from wxbot.bulletin.readers.html_wechat import article_text, wechat_head

__all__ = ["PageArticle", "choose_article", "summarise"]

# An lxml element; lxml ships no types.
Element = Any

FURNITURE = "page furniture"

_SHOWN = 600
"""Characters of text outside the article that are reported in full."""

_MAX_REPORTS = 60
_MAIN_SHARE = 0.5
"""Share of a page's text that its main element holds, at least."""

_LINK_SHARE = 0.5
"""Share of linked text from which a part of a page is navigation."""

_CONTAINERS = (
    "//*[@id='UCAP-CONTENT' or @id='zoom' or @id='vsb_content' or @id='artibody' or @id='ContentBody']",
    "//*[@itemprop='articleBody']",
    "//*[contains(concat(' ', @class, ' '), ' TRS_Editor ')]",
    *(
        f"//*[contains(concat(' ', @class, ' '), ' {name} ')]"
        for name in (
            "article-content",
            "article_content",
            "article-body",
            "entry-content",
            "post-content",
            "pages_content",
            "v_news_content",
            "wp_articlecontent",
            "markdown-body",
        )
    ),
)
"""Elements in which widespread systems for web pages put the text of an article."""

_FURNITURE_TAGS = ("nav", "header", "footer", "aside", "form", "dialog")
_FURNITURE_ROLES = {"navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alert"}
_TOOLS = re.compile(
    r"(?:^|[\s_-])(?:comments?|share|sharing|toolbar|breadcrumbs?|crumbs?|pagination|pager|login|search|cookie|qrcode|feedback)(?:$|[\s_-])",
    re.IGNORECASE,
)
_LINKED = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|menu|sidebar|side-bar|related|recommend\w*|footer|copyright|advert|banner|hot|rank|tags?|friend-?links?)(?:$|[\s_-])",
    re.IGNORECASE,
)
_IMPRINT = re.compile(r"©|copyright|版权所有|ICP备|公网安备|Powered by", re.IGNORECASE)
_HEAD_VALUE = re.compile(
    r"\d{4}\s*[-年./]\s*\d{1,2}|第\s*[\d一二三四五六七八九十百]+\s*期|期号|来源|作者|编辑|主办"
)
_MAX_HEAD = 120
_MAX_SHARE = 0.3
"""Share of a page's text that one piece of page furniture has, at most; navigation may have more."""

_MIN_TITLE = 6
"""Characters of an element that repeats the title of its page, at least."""

_MAX_IMPRINT = 400
_MAX_CANDIDATES = 50
_TEXT_TAGS = {"body", "p", "span", "a", "b", "strong", "em", "i"}


@dataclass(slots=True)
class PageArticle:
    """The article of a page.

    Attributes
    ----------
    roots : the elements that hold it, in order
    head : lines that stand above it, read from elsewhere in the page
    left_out : elements inside the roots that do not belong to it, with the reason
    dropped : text outside the roots
    """

    roots: list[Element]
    head: list[Line] = field(default_factory=list)
    left_out: dict[Element, str] = field(default_factory=dict)
    dropped: list[Line] = field(default_factory=list)


def choose_article(page: Element) -> PageArticle:
    """Return the article of a page; the whole body where nothing in it is page furniture."""
    body = page.find("body")
    body = page if body is None else body
    text = article_text(page)
    if text is not None:
        head = wechat_head(page)
        found = PageArticle([text], list(head.lines))
        found.dropped = list(_outside(body, {text}, head.elements))
        return found
    lengths = _PageLengths(body)
    root = _main(body, lengths)
    found = PageArticle([root], left_out=_furniture(root, lengths))
    if root is not body:
        above = _above(root)
        found.roots = [*above, root]
        found.dropped = list(_outside(body, set(found.roots), frozenset()))
    return found


class _PageLengths:
    """Characters of the text inside each element of a page, all of it and the linked part, counted in one pass."""

    def __init__(self, body: Element) -> None:
        self.all: dict[Element, int] = {}
        self.linked: dict[Element, int] = {}
        stack: list[list[int]] = [[0, 0]]
        links = 0
        walk = etree.iterwalk(body, events=("start", "end"))
        for event, element in walk:
            if event == "start":
                links += element.tag == "a"
                text = element.text if element.tag not in UNSEEN_TAGS else ""
                count = _count(text)
                stack.append([count, count if links else 0])
            else:
                links -= element.tag == "a"
                total, linked = stack.pop()
                self.all[element], self.linked[element] = total, linked
                tail = _count(element.tail) if element is not body else 0
                stack[-1][0] += total + tail
                stack[-1][1] += linked + (tail if links else 0)

    def length(self, element: Element) -> int:
        """Return the characters of an element's text without blanks."""
        return self.all.get(element, 0)


def _count(text: str | None) -> int:
    """Count the characters of a text without blanks."""
    return len("".join(text.split())) if text else 0


def _main(body: Element, lengths: _PageLengths) -> Element:
    """Return the element that holds most of a page's text and says that it is the article, else the body."""
    least = _MAIN_SHARE * lengths.length(body)
    for path in ("//article", "//main | //*[@role='main']", *_CONTAINERS):
        outside = "[not(ancestor::nav or ancestor::footer or ancestor::aside)]"
        known = [one for one in body.xpath(path)[:_MAX_CANDIDATES] if one.xpath(f"self::*{outside}")]
        if not known:
            continue
        best = max(known, key=lengths.length)
        if lengths.length(best) >= least:
            return best
        common = _common_ancestor(known) if len(known) > 1 else None
        if common is not None and common is not body and sum(map(lengths.length, known)) >= least:
            return common
    return body


def _common_ancestor(elements: list[Element]) -> Element | None:
    """Return the innermost element around all of these."""
    shared = list(elements[0].iterancestors())
    for element in elements[1:]:
        around = set(element.iterancestors())
        shared = [one for one in shared if one in around]
    return shared[0] if shared else None


def _above(root: Element) -> list[Element]:
    """Return the main heading and the lines with date and source that a page prints above its article's element."""
    if root.xpath(".//h1"):
        return []
    before = root.xpath("preceding::h1 | preceding::h2")
    heading = next((one for one in reversed(before) if one.tag == "h1"), before[-1] if before else None)
    heading = _titled_element(root) if heading is None else heading
    if heading is None or next(heading.iterancestors("nav", "aside", "footer"), None) is not None:
        return []
    found = [heading]
    for element in heading.xpath(f"following::*[position() <= {_MAX_CANDIDATES}]"):
        if element is root or len(found) > 4:
            break
        text = clean("".join(element.itertext()))
        inside = any(element in one.iterdescendants() for one in found)
        around = root in element.iterdescendants()
        if not inside and not around and 0 < len(text) <= _MAX_HEAD and _HEAD_VALUE.search(text):
            found.append(element)
    return found


def _titled_element(root: Element) -> Element | None:
    """Return the last element above an article's element whose text begins the title of the page; None without one."""
    title = _letters(root.xpath("string(ancestor::html/head/title)"))
    above = root.xpath("preceding::*[self::div or self::p or self::h3 or self::h4 or self::td or self::span]")
    texts = ((one, _letters("".join(one.itertext()))) for one in reversed(above[-_MAX_CANDIDATES:]))
    return next((one for one, text in texts if len(text) >= _MIN_TITLE and title.startswith(text)), None)


def _letters(text: str) -> str:
    """Return the letters and figures of a text, to compare titles."""
    return "".join(char for char in text if char.isalnum())


def _furniture(root: Element, lengths: _PageLengths) -> dict[Element, str]:
    """Return the parts of an article's element that are page furniture."""
    found: dict[Element, str] = {}
    with_heading = {
        around for heading in root.xpath(".//h1")[:_MAX_CANDIDATES] for around in heading.iterancestors()
    }
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        if element is root or element in with_heading:
            continue
        names = f"{element.get('class', '')} {element.get('id', '')}" if element.tag not in _TEXT_TAGS else ""
        named = element.tag in _FURNITURE_TAGS or element.get("role", "") in _FURNITURE_ROLES
        tools = _TOOLS.search(names) is not None
        if (named or tools or _LINKED.search(names)) and _is_furniture(element, root, lengths, tools=tools):
            found[element] = FURNITURE
            walk.skip_subtree()
    return found | dict.fromkeys(edge_furniture(root, lengths.all, found), FURNITURE)


def _is_furniture(element: Element, root: Element, lengths: _PageLengths, *, tools: bool) -> bool:
    """Tell if a part that a page names as navigation, header, footer or tool holds nothing of the article."""
    length = lengths.length(element)
    if not length:
        return False
    if element.tag in {"nav", "dialog"} or element.get("role") == "navigation":
        return True
    if length > _MAX_SHARE * lengths.length(root):
        return False
    if lengths.linked[element] >= _LINK_SHARE * length or (
        tools and element.tag not in {"article", "section"}
    ):
        return True
    return length < _MAX_IMPRINT and _IMPRINT.search("".join(element.itertext())) is not None


def _outside(body: Element, roots: set[Element], used: frozenset[Element]) -> Iterator[Line]:
    """Yield the text outside the article, one line for each part of the page beside the way to the article."""
    way: set[Element] = set()
    for root in roots:
        way.update(root.iterancestors())
    reports = 0
    for element in body.iter():
        parent = element.getparent()
        if not isinstance(element.tag, str) or element in roots or element in way or parent not in way:
            continue
        if element.tag in UNSEEN_TAGS or element is body:
            continue
        text = visible_text(element, without=used)
        if text and element not in used and reports < _MAX_REPORTS:
            reports += 1
            yield Line(element.sourceline or 1, summarise(text), complete=True, drop_reason=FURNITURE)


def summarise(text: str) -> str:
    """Return a text that is left out; the beginning of a long one and its length."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}……（共 {len(text)} 字）"
