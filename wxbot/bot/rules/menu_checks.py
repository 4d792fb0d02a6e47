"""Check the menu of a rule file against the platform's limits, the rules, and what members can see in the library."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wxbot import library
from wxbot.bot.intent.commands import (
    Contents,
    IssueReference,
    Question,
)
from wxbot.bot.intent.fixed_words import parse_command
from wxbot.bot.intent.meaning import LibrarySnapshot
from wxbot.bot.intent.publications import parse_publication_command, split_key
from wxbot.bot.intent.typed_words import loose_command
from wxbot.bot.rules.menu import MenuEntry, check_entries
from wxbot.bot.rules.missing import missing_issue, missing_publication, unreachable_links
from wxbot.bot.rules.rulebook import TYPED, Rulebook, RuleKind
from wxbot.db import Session
from wxbot.text import normalise

__all__ = ["CountHits", "MenuCheck", "find_menu_problems"]

CountHits = Callable[[str], int]
_ANY_DAY = dt.date(2000, 1, 1)  # words such as 上个月的 are understood on every day
_TOP_KEYS = frozenset({"menu", "rule"})


@dataclass(frozen=True, slots=True)
class MenuCheck:
    """The library, rules and address against which the menu is checked; see `checks.findings`."""

    session: Session
    names: LibrarySnapshot
    book: Rulebook
    public_url: str = ""
    count_hits: CountHits | None = None

    def find_unreachable(self, text: str) -> Iterator[str]:
        """Yield a description of each link of ours in a text that leads to no page."""
        return unreachable_links(self.session, text, self.public_url)

    def useless_key(self, key: str) -> str:
        """Return why a tap on a menu entry with this key shows nothing of use; "" if it does."""
        if self._has_rule(key):
            return ""
        library_names = self.names.library
        if parts := split_key(key):
            known = library_names.configured_publication(parts[1])
            return "" if known else missing_publication(parts[1], library_names)
        match parse_command(key):
            case (IssueReference() as of) | Contents(IssueReference() as of):
                return "" if library.find(self.session, of) else missing_issue(self.session, of)
            case Question() as question:
                return self._useless_words(key, question)
        return ""

    def _has_rule(self, key: str) -> bool:
        """Tell if a rule answers the key at some hour."""
        words = normalise(key)
        kinds = {RuleKind.MENU, *TYPED}
        return any(rule.kind in kinds and rule.matches(words) for rule in self.book.rules)

    def _useless_words(self, key: str, question: Question) -> str:
        understood = parse_publication_command(key, self.names.library) or not isinstance(
            loose_command(key, question, self.names, _ANY_DAY), Question
        )
        if understood or self.count_hits is None or library.latest(self.session) is None:
            return ""
        if self.count_hits(key):
            return ""
        return f"没有「{key}」这个栏目，也没有一篇文章写到它，点了只会得到帮助"


def find_menu_problems(document: Mapping[str, Any], check: MenuCheck) -> Iterator[tuple[str, str, str]]:
    """Yield the problems of the menu: the place of the entry, the kind of problem, and its text."""
    for unknown in sorted(set(document) - _TOP_KEYS):
        yield "", "broken", f"不认识「{unknown}」：这个文件里只有 [[menu]] 和 [[rule]]"
    entries, problems = check_entries(document.get("menu", []))
    for each in problems:
        yield each.place, "menu", each.says
    for entry in entries:
        for place, says in _dead_ends(entry, check):
            yield place, "dead", says


def _dead_ends(entry: MenuEntry, check: MenuCheck) -> Iterator[tuple[str, str]]:
    """Yield the entries that lead nowhere, each with its place."""
    if entry.action == "click" and (key := entry.fields.get("key", "")) and (says := check.useless_key(key)):
        yield entry.place, f"菜单「{entry.name}」的 key：{says}"
    for gone in check.find_unreachable(entry.fields.get("url", "")):
        yield entry.place, f"菜单「{entry.name}」的链接{gone}"
    for item in entry.items:
        yield from _dead_ends(item, check)
