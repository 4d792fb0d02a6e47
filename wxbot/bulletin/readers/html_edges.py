"""Find the link bars and the website's footer at the edges of a page whose elements do not name them as such.

A footer is the run of lines at the end that hold copyright, registration and the website's address. A contact line
above it belongs to the last notice, unless a rule or a box of its own ties it to the footer.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wxbot.bulletin.line_text import clean
from wxbot.bulletin.readers.html_tags import BLOCK_TAGS

__all__ = ["edge_furniture"]

# An lxml element; lxml ships no types.
Element = Any

_TOP, _BOTTOM = 6, 12
"""Pieces of a page at its beginning and its end that may be furniture."""

_MAX_BAR = 160
_MAX_FOOTER = 400
_MAX_LINES = 8
_MAX_SHARE = 0.4
"""Share of a page's text that one piece has, at most."""

_MAX_ITEM = 12
_DIVIDERS = re.compile(r"[|｜丨┃│>›»≫]")
_ROWS = {"ul", "ol", "tr"}
_PLACES = re.compile(
    r"(?:您?(?:现在)?的?(?:当前)?位置[：:]?)?(?:网站|返回)?(?:首页|主页)|(?:会员|用户)?(?:登录|登陆|注册)|(?:网站|站点)地图|设为首页|(?:加入)?收藏(?:本站|本页)?"
    r"|关于我们|联系我们|返回(?:顶部|列表|上页)?|(?:上|下)一(?:期|篇|页)|打印(?:本页|此页)?|关闭(?:窗口|本页)?|手机版|RSS|English|繁[體体](?:中文|版)?|全文检索|站内搜索",
    re.IGNORECASE,
)
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|wps|zip|rar|7z|jpe?g|png|mp[34])(?:$|[?#])", re.IGNORECASE)

_MARK = re.compile(
    r"©|[(（]c[)）]\s*\d{4}|copyright|all rights reserved|版权所有|版權所有|ICP[备備证證]|公网安备|网站标识码",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"(?:(?:通[信讯]|联系|办公)?(?:地址|地点)|邮政编码|邮编|(?:联系|咨询|服务)?电话|传真|(?:电子)?邮[箱件]|E-?mail|网址|QQ群?|微信)\s*[：:]"
    r"|(?:技术支持|网站?(?:建设|设计|维护|制作)|主办(?:单位)?|承办(?:单位)?|Powered by|Designed by)"
    r"|(?:建议|推荐|请)使用.{0,40}(?:浏览器|分辨率|浏览)|(?:您是第|访问量|浏览量|今日访问)",
    re.IGNORECASE,
)
# Who edited the issue and when it appeared belongs to its masthead, which may stand at the end.
_OF_ISSUE = re.compile(r"编辑|編輯|主编|责编|编者|编审|校对|审核|签发|出版日期|印发|第\s*\S{1,4}\s*期")
_SENTENCE = re.compile(r"[。！？]\s*\S")


def edge_furniture(
    root: Element, lengths: Mapping[Element, int], known: Mapping[Element, str]
) -> Iterator[Element]:
    """Yield the link bars and the footer at the edges of an article's element; `known` is left out already.

    `lengths` are the characters of the text inside each element.
    """
    pieces = [
        one
        for one in _pieces(root, lengths)
        if one not in known and not any(around in known for around in one.iterancestors())
    ]
    limit = _MAX_SHARE * lengths.get(root, 0)
    found = [one for one in pieces[:_TOP] if lengths[one] <= min(limit, _MAX_BAR) and _is_link_bar(one)]
    tail = pieces[max(_TOP, len(pieces) - _BOTTOM) :] if len(pieces) > _TOP else pieces[1:]
    found += [one for one in _footer(tail, lengths, limit) if one not in found]
    for piece in found:
        yield _widest(piece, root, lengths)


def _pieces(root: Element, lengths: Mapping[Element, int]) -> list[Element]:
    """Return the innermost blocks with text at the beginning and end of an element; a list or row is one piece."""
    blocks = [
        one
        for one in root.iter()
        if isinstance(one.tag, str) and one.tag in BLOCK_TAGS and one is not root and lengths.get(one)
    ]
    outer: set[Element] = set()
    for one in blocks:
        around = one.getparent()
        while around is not None and around is not root and around not in outer:
            outer.add(around)
            around = around.getparent()
    inner = [one for one in blocks if one not in outer]
    edges = inner if len(inner) <= 8 * _BOTTOM else [*inner[: 4 * _BOTTOM], *inner[-4 * _BOTTOM :]]
    return list(dict.fromkeys(_row_of(one, root, lengths) for one in edges))


def _row_of(piece: Element, root: Element, lengths: Mapping[Element, int]) -> Element:
    """Return the list or the row of cells in which a piece stands, if it is short; else the piece."""
    parent = piece.getparent()
    is_row = (
        parent is not None and parent is not root and parent.tag in _ROWS and piece.tag in {"li", "td", "th"}
    )
    return parent if is_row and lengths.get(parent, 0) <= _MAX_BAR else piece


def _widest(piece: Element, root: Element, lengths: Mapping[Element, int]) -> Element:
    """Return the outermost element that holds nothing but a piece."""
    parent = piece.getparent()
    while parent is not None and parent is not root and lengths.get(parent) == lengths[piece]:
        piece, parent = parent, parent.getparent()
    return piece


def _is_link_bar(piece: Element) -> bool:
    """Tell if a piece is a row of short links to other parts of a website."""
    links = [one for one in piece.iter("a") if one.get("href") and clean("".join(one.itertext()))]
    loose = piece.xpath(".//text()[not(ancestor::a[@href]) and not(ancestor::script or ancestor::style)]")
    texts = [clean(part) for text in loose for part in _DIVIDERS.split(str(text))]
    items = [*(clean("".join(one.itertext())) for one in links), *filter(None, texts)]
    is_divided = any(_DIVIDERS.search(str(text)) for text in loose)
    if len(items) < (2 if links and is_divided else 3) or any(len(item) > _MAX_ITEM for item in items):
        return False
    is_of_site = any(_PLACES.fullmatch(item) for item in items)
    if not links:
        return is_divided and is_of_site
    addresses = [one.get("href").strip().lower() for one in links]
    if any(address.startswith("#") or _FILE.search(address) for address in addresses):
        return False
    has_own_page = all(not address.startswith(("http:", "https:", "//")) for address in addresses)
    return len(items) - len(links) <= 1 + is_of_site and (is_of_site or (is_divided and has_own_page))


def _footer(tail: Sequence[Element], lengths: Mapping[Element, int], limit: float) -> list[Element]:
    """Return the pieces of the website's footer at the end of a page."""
    run: list[Element] = []
    for piece in reversed(tail):
        if lengths[piece] > min(limit, _MAX_FOOTER) or not (_is_link_bar(piece) or _is_footer_text(piece)):
            break
        run.insert(0, piece)
    first = next((at for at, one in enumerate(run) if _is_link_bar(one) or _has_mark(one)), len(run))
    if not any(_has_mark(one) for one in run):
        return [one for one in run[first:] if _is_link_bar(one)]
    while first > 0 and _belong_together(run[first - 1], run[first], run):
        first -= 1
    return run[first:]


def _belong_together(above: Element, piece: Element, run: Sequence[Element]) -> bool:
    """Tell if a contact line belongs to the footer: a rule stands above the run, or one box holds the run alone."""
    before = run[0].getprevious()
    if before is not None and before.tag == "hr":
        return True
    parent = above.getparent()
    inside = [one for one in parent if isinstance(one.tag, str) and clean("".join(one.itertext()))]
    return parent is piece.getparent() and all(one in run for one in inside)


def _has_mark(piece: Element) -> bool:
    """Tell if a piece holds a mark of copyright or registration of a website."""
    return _MARK.search(clean("".join(piece.itertext()))) is not None


def _is_footer_text(piece: Element) -> bool:
    """Tell if each line of a piece is one of a website's footer, and none tells of the issue."""
    lines = _lines(piece)
    return 0 < len(lines) <= _MAX_LINES and all(
        (_MARK.search(line) or _CONTACT.match(line))
        and not _OF_ISSUE.search(line)
        and not _SENTENCE.search(line)
        for line in lines
    )


def _lines(piece: Element) -> list[str]:
    """Return the lines of a piece, which line breaks separate."""
    found = piece.xpath(".//text()[not(ancestor::script or ancestor::style)] | .//br")
    text = "".join(" ".join(one.split("\n")) if isinstance(one, str) else "\n" for one in found)
    return [line for part in text.split("\n") if (line := clean(part))]
