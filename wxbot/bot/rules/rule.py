"""The editors' own rules: what a message, a menu key, a scanned code or an event must be, and what it is answered.

    Rule       one rule, understood
    Rulebook   the rules in their order; `typed` and `keyed` find the one that counts

Pure. A pattern is matched by an engine without backtracking (Rust's `regex`, which pydantic brings along): its time
grows with the length of the message and nothing else, so that no pattern can hang an answer.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from wxbot.bot.intent.commands import IssueReference, LatestIssue, Question
from wxbot.bot.templates import Template
from wxbot.text import normalise
from wxbot.wechat import ImageReply

__all__ = ["BEFORE_ALL", "PLACES", "ArticleCard", "Rule", "RuleAnswer", "RuleKind", "RuleText", "Rulebook"]

BEFORE_ALL = 100  # from this priority on a rule comes before the fixed words: 帮助, 退订, numbers from a list
PLACES = frozenset({"公众号", "问题", "期号"})  # that a rule's text may use
EVERY_DAY = frozenset(range(7))


class RuleKind(StrEnum):
    """What a rule looks at; of equal priority, the closer comes first, in this order."""

    EXACT = "exact"
    CONTAINS = "contains"
    PATTERN = "pattern"
    MENU = "menu"
    SCENE = "scene"
    EVENT = "event"


TYPED = (RuleKind.EXACT, RuleKind.CONTAINS, RuleKind.PATTERN)


@dataclass(frozen=True, slots=True)
class RuleText:
    """A text of the editors', with places; `written` is the text as it stands in the file."""

    template: Template
    written: str


@dataclass(frozen=True, slots=True)
class ArticleCard:
    """The card of one article, by its id on the shelf, such as 2021-02/5."""

    id: str


RuleAnswer = RuleText | ArticleCard | LatestIssue | IssueReference | ImageReply | Question


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `at` is its place in the file, from 1.

    `values` are in normal form, `matchers` the compiled patterns of a rule that has some. Valid from `since` to `until`
    (both days included) on `weekdays` (0 is Monday) in the hours [start, end) of the association's clock. Hours that
    reach over midnight belong to the day on which they begin: a Friday's night ends on Saturday.
    """

    at: int
    kind: RuleKind
    values: tuple[str, ...]
    answer: RuleAnswer
    priority: int = 0
    since: dt.date | None = None
    until: dt.date | None = None
    weekdays: frozenset[int] = EVERY_DAY
    hours: tuple[int, int] | None = None
    examples: tuple[str, ...] = ()
    matchers: tuple[Callable[[str], bool], ...] = ()

    def matches(self, text: str) -> bool:
        """Whether this text, in normal form, is one that the rule is for."""
        if self.kind == RuleKind.CONTAINS:
            return any(value in text for value in self.values)
        if self.kind == RuleKind.PATTERN:
            return any(matcher(text) for matcher in self.matchers)
        return text in self.values

    def valid_on(self, day: dt.date) -> bool:
        """Whether the rule counts at any hour of this day."""
        begun = self.since is None or self.since <= day
        over = self.until is not None and self.until < day
        return begun and not over and day.weekday() in self.weekdays

    def valid_at(self, moment: dt.datetime) -> bool:
        """Whether the rule counts at this moment of the association's clock."""
        day = moment.date()
        return (self.valid_on(day) and moment.hour in self.valid_hours()) or (
            moment.hour + 24 in self.valid_hours() and self.valid_on(day - dt.timedelta(days=1))
        )

    def valid_hours(self) -> range:
        """The hours in which the rule counts, from the midnight on with which its day begins; up to 47."""
        return _hours_of_day(self.hours)

    def week_hours(self) -> frozenset[int]:
        """The hours of a week in which the rule counts, from Monday's midnight on."""
        return _hours_of_week(self.weekdays, self.hours)


def _hours_of_day(hours: tuple[int, int] | None) -> range:
    start, end = hours or (0, 24)
    return range(start, end if start <= end else end + 24)


@lru_cache(256)  # every rule is held against every other one
def _hours_of_week(weekdays: frozenset[int], hours: tuple[int, int] | None) -> frozenset[int]:
    return frozenset((day * 24 + hour) % (7 * 24) for day in weekdays for hour in _hours_of_day(hours))


class Rulebook:
    """Rules in the order in which they count: by priority, then by how close they look, then as written."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        order = list(RuleKind)
        self.rules = tuple(sorted(rules, key=lambda r: (-r.priority, order.index(r.kind), r.at)))
        self._typed = tuple(rule for rule in self.rules if rule.kind in TYPED)
        self._first = tuple(rule for rule in self._typed if rule.priority >= BEFORE_ALL)

    def match_text(self, text: str, moment: dt.datetime, *, fixed: bool = False) -> Rule | None:
        """The rule for what a member typed; with `fixed`, a word that means something anyway, only an urgent one."""
        return _first(self._first if fixed else self._typed, text, moment)

    def match_key(self, kind: RuleKind, key: str, moment: dt.datetime) -> Rule | None:
        """The rule for a menu key, a scene or an event."""
        return _first((rule for rule in self.rules if rule.kind == kind), key, moment)


def _first(rules: Iterable[Rule], text: str, moment: dt.datetime) -> Rule | None:
    words = normalise(text)
    return next((rule for rule in rules if rule.matches(words) and rule.valid_at(moment)), None)
