"""The editors' own rules: which message, menu key, scanned code or event gets which answer.

    ReplyRule   one rule
    Rulebook    the rules in order of precedence; `match_text` and `match_key` find the rule that applies

`rules.rule_file` reads them.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from wxbot.bot.intent.commands import AskStaff, IssueReference, LatestIssue, PublicationIssue, Question
from wxbot.bot.templates import Template
from wxbot.text import normalise
from wxbot.wechat import ImageReply

__all__ = [
    "BEFORE_ALL",
    "EVERY_DAY",
    "PLACEHOLDERS",
    "TYPED",
    "ArticleCard",
    "NewestOf",
    "ReplyRule",
    "RuleAnswer",
    "RuleKind",
    "RuleText",
    "Rulebook",
]

BEFORE_ALL = 100  # from this priority on, a rule comes before fixed words: 帮助, 退订, numbers from a list
PLACEHOLDERS = frozenset({"公众号", "问题", "期号"})  # of a rule's text
EVERY_DAY = frozenset(range(7))


class RuleKind(StrEnum):
    """The kind of match; among rules of equal priority, the more specific kind, listed first, takes precedence."""

    EXACT = "exact"
    CONTAINS = "contains"
    PATTERN = "pattern"
    MENU = "menu"
    SCENE = "scene"
    EVENT = "event"


TYPED = (RuleKind.EXACT, RuleKind.CONTAINS, RuleKind.PATTERN)


@dataclass(frozen=True, slots=True)
class RuleText:
    """An answer with a text of the editors; `written` is the text in the file."""

    template: Template
    written: str


@dataclass(frozen=True, slots=True)
class ArticleCard:
    """An answer with the card of one article, by its public id, such as 2021-02/5."""

    id: str


@dataclass(frozen=True, slots=True)
class NewestOf:
    """An answer with the card of the newest issue of a publication, by its slug or a part of its name."""

    name: str


RuleAnswer = (
    RuleText
    | ArticleCard
    | LatestIssue
    | NewestOf
    | IssueReference
    | PublicationIssue
    | ImageReply
    | Question
    | AskStaff
)


@dataclass(frozen=True, slots=True)
class ReplyRule:
    """One rule.

    at : its position in the file, from 1
    values : what it matches, in normal form; of a pattern as written
    since, until : first and last day on which it is valid; None for no limit
    weekdays : days of the week, 0 is Monday
    hours : start (included) and end (excluded) in the association's zone; hours across midnight belong to the day on
        which they start: the night of a Friday ends on Saturday
    examples : messages that this rule should answer, for `wxbot rules check`
    matchers : the compiled patterns
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
        """Tell if the rule matches this text, given in normal form."""
        if self.kind == RuleKind.CONTAINS:
            return any(value in text for value in self.values)
        if self.kind == RuleKind.PATTERN:
            return any(matcher(text) for matcher in self.matchers)
        return text in self.values

    def valid_on(self, day: dt.date) -> bool:
        """Tell if the rule is valid at any hour of this day."""
        begun = self.since is None or self.since <= day
        over = self.until is not None and self.until < day
        return begun and not over and day.weekday() in self.weekdays

    def valid_at(self, moment: dt.datetime) -> bool:
        """Tell if the rule is valid at this moment, given in the association's zone."""
        day = moment.date()
        return (self.valid_on(day) and moment.hour in self.valid_hours()) or (
            moment.hour + 24 in self.valid_hours() and self.valid_on(day - dt.timedelta(days=1))
        )

    def valid_hours(self) -> range:
        """Return the hours in which the rule is valid, counted from the midnight at which its day starts; up to 47."""
        return _hours_of_day(self.hours)

    def week_hours(self) -> frozenset[int]:
        """Return the hours of a week in which the rule is valid, counted from Monday 00:00."""
        return _hours_of_week(self.weekdays, self.hours)


def _hours_of_day(hours: tuple[int, int] | None) -> range:
    start, end = hours or (0, 24)
    return range(start, end if start <= end else end + 24)


@lru_cache(256)  # `wxbot rules check` compares every rule with every other one
def _hours_of_week(weekdays: frozenset[int], hours: tuple[int, int] | None) -> frozenset[int]:
    return frozenset((day * 24 + hour) % (7 * 24) for day in weekdays for hour in _hours_of_day(hours))


class Rulebook:
    """Rules in order of precedence: by priority, then by kind, then by position in the file."""

    def __init__(self, rules: Iterable[ReplyRule] = ()) -> None:
        order = list(RuleKind)
        self.rules = tuple(sorted(rules, key=lambda r: (-r.priority, order.index(r.kind), r.at)))
        self._typed = tuple(rule for rule in self.rules if rule.kind in TYPED)
        self._urgent = tuple(rule for rule in self._typed if rule.priority >= BEFORE_ALL)

    def match_text(self, text: str, moment: dt.datetime, *, fixed: bool = False) -> ReplyRule | None:
        """Return the rule for a member's text; for a `fixed` word, only a rule with priority BEFORE_ALL or more."""
        return _first_match(self._urgent if fixed else self._typed, text, moment)

    def match_key(self, kind: RuleKind, key: str, moment: dt.datetime) -> ReplyRule | None:
        """Return the rule for a menu key, a scene or an event name."""
        return _first_match((rule for rule in self.rules if rule.kind == kind), key, moment)


def _first_match(rules: Iterable[ReplyRule], text: str, moment: dt.datetime) -> ReplyRule | None:
    words = normalise(text)
    return next((rule for rule in rules if rule.matches(words) and rule.valid_at(moment)), None)
