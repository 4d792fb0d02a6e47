"""The file of editors' own rules, config/rules.toml.

    read        parse the text of a file; RulesError lists every error in it
    RuleFile    the rules of a file, reloaded when it changes; the last good version stays while the file is broken

Patterns are matched by Rust's `regex` engine, which pydantic brings along. It does not backtrack: its time grows
linearly with the length of the message, so that no pattern can make an answer hang.
"""

import datetime as dt
import logging
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import SchemaError

from wxbot.bot.intent.commands import AskStaff, IssueReference, LatestIssue, PublicationIssue, Question
from wxbot.bot.intent.publications import split_key
from wxbot.bot.rules.rulebook import (
    EVERY_DAY,
    PLACEHOLDERS,
    ArticleCard,
    NewestOf,
    ReplyRule,
    RuleAnswer,
    Rulebook,
    RuleKind,
    RuleText,
)
from wxbot.bot.templates import TemplateError, compile_template, file_stamp
from wxbot.bulletin.habits import is_slug
from wxbot.bulletin.issue_number import IssueNumber, NumberKind
from wxbot.text import normalise
from wxbot.wechat import ImageReply
from wxbot.wechat.limits import TEXT_BYTES

__all__ = ["RuleFile", "RulesError", "read"]

log = logging.getLogger(__name__)

PATTERN_CHARS = 200
MOST_RULES = 1000  # each question is compared with all of them
MOST_VALUES = 200  # of one rule
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ISSUE = re.compile(r"([0-9]{4})-([0-9]{1,3})")
_ANSWERS = ("text", "card", "picture", "search", "transfer")
Value = Annotated[str, StringConstraints(min_length=1, max_length=PATTERN_CHARS)]
Hour = Annotated[int, Field(ge=0, le=24)]


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
