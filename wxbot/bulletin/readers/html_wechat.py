"""Read the head of a saved WeChat page: title, author, account and time, which stand outside the article's text."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from wxbot.bulletin.line_text import clean
from wxbot.bulletin.model import Line
from wxbot.bulletin.readers.html_tags import visible_text

__all__ = ["WeChatHead", "article_text", "wechat_head"]

# An lxml element; lxml ships no types.
Element = Any

_BEIJING = dt.timezone(dt.timedelta(hours=8))
_TEXT_IDS = ("js_content", "js_image_content", "js_share_content")
_TITLE_IDS = ("activity-name", "js_msg_title")
_ACCOUNT_IDS = ("js_name", "js_account_nickname")
_SCRIPT_LIMIT = 2**20
"""Characters of one script that are searched for the time of publication."""

_TIME_STAMP = re.compile(
    r"\b(?:var\s+)?(?:ct|create_timestamp|ori_create_time|oriCreateTime)\s*[=:]\s*[\"']?(1[0-9]{9})\b"
)
_DAY = re.compile(
    r"\b(?:publish_time|createTime|create_time)\s*[=:]\s*[\"'](\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2})?)"
)
_SCRIPT_TITLE = re.compile(
    r"\bmsg_title\s*=\s*(?:'((?:[^'\\\n]|\\.){1,300})'|\"((?:[^\"\\\n]|\\.){1,300})\")"
)
_SCRIPT_ACCOUNT = re.compile(r"\bnickname\s*=\s*(?:htmlDecode\()?\s*[\"']([^\"'\n]{1,60})[\"']")


@dataclass(frozen=True, slots=True)
class WeChatHead:
    """Lines of a page's head, and the elements from which they were read."""

    lines: tuple[Line, ...]
    elements: frozenset[Element]


def article_text(page: Element) -> Element | None:
    """Return the element that holds the article's text; None for a page of another kind."""
    for name in _TEXT_IDS:
        found = page.xpath("(//*[@id=$name])[1]", name=name)
        if found and ("".join(found[0].itertext()).strip() or next(found[0].iter("img"), None) is not None):
            return found[0]
    found = page.xpath("(//*[contains(concat(' ', @class, ' '), ' rich_media_content ')])[1]")
    return found[0] if found else None


def wechat_head(page: Element) -> WeChatHead:
    """Return the title, and below it one line as the page prints it: 原创, author, account and time."""
    used: set[Element] = set()
    scripts = [script.text[:_SCRIPT_LIMIT] for script in page.iter("script") if script.text]
    lines: list[Line] = []
    title = _text_of(page, _TITLE_IDS, used) or _meta(page, "og:title", "twitter:title")
    title = title or _script_value(scripts, _SCRIPT_TITLE)
    if title:
        lines.append(Line(_at(used), title, level=1, complete=True))
    before = len(used)
    parts = [_original(page, used), _author(page, used)]
    account = _text_of(page, _ACCOUNT_IDS, used) or _script_value(scripts, _SCRIPT_ACCOUNT)
    if account not in parts:
        parts.append(account)
    parts.append(_text_of(page, ("publish_time",), used) or _publication_time(page, scripts))
    byline = clean(" ".join(parts))
    if byline:
        at = max(_at(used) if len(used) > before else 1, lines[0].at if lines else 1)
        lines.append(Line(at, byline, complete=True))
    return WeChatHead(tuple(lines), frozenset(used))


def _at(used: set[Element]) -> int:
    """Return the last line of the source from which something was read."""
    return max((element.sourceline or 1 for element in used), default=1)


def _text_of(page: Element, names: tuple[str, ...], used: set[Element]) -> str:
    """Return the text of the element with one of these ids, and note it as used."""
    for name in names:
        for found in page.xpath("//*[@id=$name]", name=name):
            if text := clean("".join(found.itertext())):
                used.add(found)
                return text
    return ""


def _original(page: Element, used: set[Element]) -> str:
    """Return 原创 or 转载 where the page prints it."""
    mark = _text_of(page, ("copyright_logo",), used)
    if mark and not visible_text(next(iter(used & set(page.xpath("//*[@id='copyright_logo']"))))):
        return ""
    return mark


def _author(page: Element, used: set[Element]) -> str:
    """Return the author: the first text of the head's row that is neither account nor time nor place."""
    if name := _text_of(page, ("js_author_name",), used):
        return name
    for row in page.xpath("//*[@id='meta_content']"):
        marked = row.xpath(".//*[contains(concat(' ', @class, ' '), ' rich_media_meta_text ')]")
        for found in marked or row.iterchildren("span", "em"):
            if not found.xpath("descendant-or-self::*/@id") and (text := clean("".join(found.itertext()))):
                used.add(found)
                return text
    return _meta(page, "author")


def _meta(page: Element, *names: str) -> str:
    """Return the content of the first of these meta elements that has one."""
    for name in names:
        for found in page.xpath("//meta[@property=$name or @name=$name]", name=name):
            if text := clean(found.get("content", "")):
                return text
    return ""


def _script_value(scripts: list[str], pattern: re.Pattern[str]) -> str:
    """Return the first text that a script states; "" for one that holds code."""
    for script in scripts:
        if found := pattern.search(script):
            value = next(filter(None, found.groups()), "")
            return "" if "\\x" in value or "<" in value else clean(value)
    return ""


def _publication_time(page: Element, scripts: list[str]) -> str:
    """Return the time of publication that a script or a meta element states, as the page would print it."""
    for script in scripts:
        if found := _TIME_STAMP.search(script):
            return dt.datetime.fromtimestamp(int(found[1]), _BEIJING).strftime("%Y-%m-%d %H:%M")
    for script in scripts:
        if found := _DAY.search(script):
            return found[1]
    return _meta(page, "article:published_time", "og:release_date", "publishdate", "PubDate")[:16].replace(
        "T", " "
    )
