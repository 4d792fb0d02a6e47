"""The editors' own rules, from config/rules.toml: which message, menu key, scanned code or event gets which answer.

    ReplyRule   one rule
    Rulebook    the rules in order of precedence; `match_text` and `match_key` find the rule that applies
    read        parse the text of a file; RulesError lists every error in it
    RuleFile    the rules of a file, reloaded when it changes; the last good version stays while the file is broken

Patterns are matched by Rust's `regex` engine, which pydantic brings along. It does not backtrack: its time grows
linearly with the length of the message, so that no pattern can make an answer hang.
"""

import datetime as dt
import logging
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import SchemaError

from wxbot.bot.intent.commands import AskStaff, IssueReference, LatestIssue, PublicationIssue, Question
from wxbot.bot.intent.publications import split_key
from wxbot.bot.templates import Template, TemplateError, compile_template, file_stamp
from wxbot.bulletin.habits import is_slug
from wxbot.bulletin.issue_number import IssueNumber, NumberKind
from wxbot.text import normalise
from wxbot.wechat import ImageReply
from wxbot.wechat.limits import TEXT_BYTES

__all__ = [
    "BEFORE_ALL",
    "PLACEHOLDERS",
    "ArticleCard",
    "NewestOf",
    "ReplyRule",
    "RuleAnswer",
    "RuleFile",
    "RuleKind",
    "RuleText",
    "Rulebook",
    "RulesError",
    "read",
]

log = logging.getLogger(__name__)

BEFORE_ALL = 100  # from this priority on, a rule comes before fixed words: 帮助, 退订, numbers from a list
PLACEHOLDERS = frozenset({"公众号", "问题", "期号"})  # of a rule's text
EVERY_DAY = frozenset(range(7))

PATTERN_CHARS = 200
MOST_RULES = 1000  # each question is compared with all of them
MOST_VALUES = 200  # of one rule
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ISSUE = re.compile(r"([0-9]{4})-([0-9]{1,3})")
_ANSWERS = ("text", "card", "picture", "search", "transfer")

Value = Annotated[str, StringConstraints(min_length=1, max_length=PATTERN_CHARS)]
Hour = Annotated[int, Field(ge=0, le=24)]


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


class RulesError(ValueError):
    """Raised for a broken rule file; `problems` are pairs of the rule's position (0: the whole file) and the error."""

    def __init__(self, problems: list[tuple[int, str]]) -> None:
        super().__init__("；".join(f"第 {at} 条：{says}" if at else says for at, says in problems))
        self.problems = problems


class _Entry(BaseModel):
    """One [[rule]] table of the file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    match: Literal["exact", "contains", "pattern", "menu", "scene", "event"]
    values: list[Value] = Field(min_length=1, max_length=MOST_VALUES)
    text: str | None = None
    card: Value | None = None
    picture: Value | None = None
    search: Value | None = None
    transfer: Literal[True] | Value | None = None
    priority: int = 0
    since: dt.date | None = Field(None, alias="from")
    until: dt.date | None = None
    weekdays: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] | None = None
    hours: Annotated[list[Hour], Field(min_length=2, max_length=2)] | None = None
    examples: list[str] = []


class RuleFile:
    """The rules of one file, which may be missing; `book` holds the last good version."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self.book = Rulebook()
        self.refresh()

    @classmethod
    def of_text(cls, text: str) -> "RuleFile":
        """Return the rules of a text that is in no file yet. Raises RulesError."""
        made = cls()
        made.book = Rulebook(read(text))
        return made

    def refresh(self) -> None:
        """Reload the file if it changed; a broken file changes nothing, and the log names its errors once."""
        found = file_stamp(self._path) if self._path else None
        if self._path is None or found == self._stamp:
            return
        self._stamp = found
        try:
            self.book = Rulebook(read(self._path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            self.book = Rulebook()
        except (OSError, ValueError) as wrong:
            log.warning("rules %s cannot be used, the last good version stays: %s", self._path, wrong)


def read(text: str) -> list[ReplyRule]:
    """Return the [[rule]] tables of a file as rules. Raises RulesError."""
    try:
        entries = tomllib.loads(text.removeprefix("\ufeff")).get("rule", [])
    except tomllib.TOMLDecodeError as wrong:
        raise RulesError([(0, f"不是正确的 TOML：{wrong}")]) from None
    except RecursionError:
        raise RulesError([(0, "不是正确的 TOML：括号套得太深")]) from None
    if not isinstance(entries, list):
        raise RulesError([(0, "规则要写成 [[rule]]")])
    if len(entries) > MOST_RULES:
        raise RulesError([(0, f"规则太多（{len(entries)} 条），最多 {MOST_RULES} 条")])
    rules, problems = list[ReplyRule](), list[tuple[int, str]]()
    for at, entry in enumerate(entries, start=1):
        try:
            rules.append(_rule(at, _Entry.model_validate(entry)))
        except ValidationError as wrong:
            problems += [(at, _says(error)) for error in wrong.errors(include_url=False)]
        except (RulesError, TemplateError) as wrong:
            problems.append((at, str(wrong)))
    if problems:
        raise RulesError(problems)
    return rules


def _rule(at: int, entry: _Entry) -> ReplyRule:
    kind = RuleKind(entry.match)
    pattern = kind == RuleKind.PATTERN
    return ReplyRule(
        at=at,
        kind=kind,
        values=tuple(entry.values if pattern else filter(None, map(normalise, entry.values))),
        answer=_answer(entry),
        priority=entry.priority,
        since=entry.since,
        until=entry.until,
        weekdays=EVERY_DAY if entry.weekdays is None else frozenset(map(_DAYS.index, entry.weekdays)),
        hours=None if entry.hours is None else (entry.hours[0], entry.hours[1]),
        examples=tuple(entry.examples),
        matchers=tuple(map(_matcher, entry.values)) if pattern else (),
    )


def _answer(entry: _Entry) -> RuleAnswer:
    given = [name for name in _ANSWERS if getattr(entry, name) is not None]
    if len(given) != 1:
        raise RulesError([(0, "要有且只有一种回答：text、card、picture、search 或 transfer")])
    if entry.text is not None:
        return RuleText(compile_template(entry.text, PLACEHOLDERS, TEXT_BYTES), entry.text)
    if entry.picture is not None:
        return ImageReply(entry.picture)
    if entry.search is not None:
        return Question(normalise(entry.search))
    if entry.transfer is not None:
        return AskStaff("" if entry.transfer is True else entry.transfer)
    return _card(str(entry.card))


def _card(card: str) -> RuleAnswer:
    """Return the answer of `card`: latest, latest:kuaixun, an issue (2021-02, kuaixun/2021-s1), or an article."""
    if card == "latest":
        return LatestIssue()
    key = split_key(card)
    if key and key[0] == "latest":
        return NewestOf(key[1])
    slug, _, written = card.rpartition("/")
    issue = _ISSUE.fullmatch(written)
    number = IssueNumber.parse(written)
    if issue:
        of = IssueReference(int(issue[2]), int(issue[1]))
    elif number and number.kind is not NumberKind.DAY:
        of = IssueReference(number.counts[0], number.year, number.kind)
    else:
        return ArticleCard(card)
    if not slug:
        return of
    return PublicationIssue(of, slug) if is_slug(slug) else ArticleCard(card)


def _matcher(pattern: str) -> Callable[[str], bool]:
    """Return a test for this pattern in a text, which takes time linear in the text's length. Raises RulesError."""
    try:
        adapter = TypeAdapter(Annotated[str, StringConstraints(pattern=f"(?i){pattern}")])
        return adapter.validator.isinstance_python
    except SchemaError as wrong:
        why = str(wrong).strip().splitlines()[-1].strip().removeprefix("error: ")
        raise RulesError([(0, f"模式「{pattern}」不能用（{why}）")]) from None


def _says(error: Any) -> str:
    where = str(error["loc"][0]) if error["loc"] else ""
    match error["type"]:
        case "extra_forbidden":
            return f"不认识「{where}」"
        case "missing":
            return f"缺少「{where}」"
        case "literal_error":
            return f"「{where}」里没有「{error['input']}」这个写法，可用的：{error['ctx']['expected']}"
        case "string_too_long" | "too_long":
            return f"「{where}」太长，最多 {error['ctx']['max_length']} 个{'字' if 'str' in error['type'] else ''}"
        case "too_short" | "string_too_short":
            return f"「{where}」是空的"
    return f"「{where}」的写法不对"
