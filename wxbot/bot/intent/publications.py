"""Parse what names a publication: 政策快讯第3期, 最新政策快讯, 政策快讯目录, and the menu key LATEST:kuaixun.

Pure; the names come from the library (`search.names`). With a single publication only such a key is recognised here.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from wxbot.bot.intent.commands import (
    Contents,
    LatestIssue,
    PreviousIssue,
    PublicationIssue,
)
from wxbot.bulletin.issue_number import IssueReference
from wxbot.search.names import LibraryNames, NamedPublication
from wxbot.search.tokenizer import fold

__all__ = ["PublicationCommand", "parse_publication_command", "split_key"]

PublicationCommand = LatestIssue | PreviousIssue | Contents | PublicationIssue

_FindPublication = Callable[[str], NamedPublication | None]

_LONGEST = 40  # characters; a longer message is a question
_KEY = re.compile(r"(?P<word>latest|contents):(?P<name>.+)")
_NUMBER = re.compile("[期周刊号外0-9]")
_SIGNS = "。.!~,，、…;；\"'“”‘’「」【】[]()《》? "
_POLITE = r"(?:请|请问|麻烦)?(?:帮我|给我|我想|我要|想)?(?:看看|看一下|看下|看|来一?[份个]|发一?下?|找)?"
_NEW = "(?:(?:最新|最近|新)(?:的?一?期)?|本期|这一?期)的?"
_BEFORE = "(?:上一?期|前一期)"
_ENDING = "(?:一下|[呢吗嘛么啊呀吧哦啦了])*"
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("contents", re.compile(rf"{_POLITE}{_NEW}(?P<name>.+?)的?目录")),
    ("contents", re.compile(rf"{_POLITE}(?P<name>.+?)的?(?:{_NEW})?目录")),
    (
        "contents",
        re.compile(rf"(?P<name>.+?)的?(?:{_NEW})?[都有讲]+(?:了|些)?(?:什么|啥|哪些)(?:文章|内容)?{_ENDING}"),
    ),
    ("before", re.compile(rf"{_POLITE}(?P<name>.+?)的?{_BEFORE}{_ENDING}")),
    ("before", re.compile(rf"{_POLITE}{_BEFORE}的?(?P<name>.+?){_ENDING}")),
    ("latest", re.compile(rf"{_POLITE}(?P<name>.+?)的?{_NEW}{_ENDING}")),
    ("latest", re.compile(rf"{_POLITE}{_NEW}(?P<name>.+?){_ENDING}")),
    ("latest", re.compile(rf"{_POLITE}(?:看看?|一下|来一?[份个]|发|找)(?P<name>.+?){_ENDING}")),
)
_YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4}年)(?P<rest>.+)")
_CONTENTS = re.compile(r"(?P<of>.+?)的?目录")


@lru_cache(1024)
def parse_publication_command(text: str, names: LibraryNames) -> PublicationCommand | None:
    """Return the command in a text that names a publication, and nothing else beside an issue; None for any other.

    The name alone asks for the newest issue. `text` is as typed.
    """
    if len(text) > _LONGEST:
        return None
    if key := split_key(text):
        found = names.configured_publication(key[1])
        if found is None:
            return None
        return LatestIssue(found.slug) if key[0] == "latest" else Contents(None, found.slug)
    if not names.publications:
        return None
    folded = fold(text)
    words = "".join(folded.split())
    words = words.strip(_SIGNS)
    # 政策 第3期, with a blank, searches the issue for 政策.
    find = names.publication if " " in folded else names.nearest_publication
    return (_issue(words, find) if _NUMBER.search(words) else None) or _newest(words, names)


def split_key(text: str) -> tuple[str, str] | None:
    """Return the two parts of a key such as LATEST:kuaixun, in small letters; None for any other text."""
    found = _KEY.fullmatch(fold(text).replace(" ", ""))
    return (found["word"], found["name"]) if found else None


def _newest(words: str, names: LibraryNames) -> PublicationCommand | None:
    for what, form in _FORMS:
        match = form.fullmatch(words)
        found = names.publication(match["name"]) if match else None
        if found is None:
            continue
        if what == "contents":
            return Contents(None, found.slug)
        return LatestIssue(found.slug) if what == "latest" else PreviousIssue(found.slug)
    return None


def _issue(words: str, find: _FindPublication) -> PublicationCommand | None:
    """Return the command for an issue of a publication: the number stands before or after the name."""
    if match := _CONTENTS.fullmatch(words):
        found = _issue_of(match["of"], find)
        return Contents(*found) if found else None
    found = _issue_of(words, find)
    return PublicationIssue(*found) if found else None


def _issue_of(words: str, find: _FindPublication) -> tuple[IssueReference, str] | None:
    if match := _YEAR_FIRST.fullmatch(words):
        # 2021年政策快讯第3期: the name stands between the year and the number.
        words = match["rest"]
        return _split(words, find, match["year"]) or _split(match[0], find)
    return _split(words, find)


def _split(words: str, find: _FindPublication, year: str = "") -> tuple[IssueReference, str] | None:
    """Split a text into an issue's number and a publication's name, in either order."""
    for at in range(1, len(words)):
        for name, number in ((words[:at], words[at:]), (words[at:], words[:at])):
            reference = IssueReference.parse(year + number)
            found = find(name.strip("的/:-")) if reference else None
            if found is not None and reference is not None:
                return reference, found.slug
    return None
