"""What is wrong with a file of rules: for `wxbot rules check`, before members find out."""

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from wxbot import library
from wxbot.bot.intent.commands import IssueReference, LatestIssue, Question, parse_command
from wxbot.bot.rules.loader import RulesError, read
from wxbot.bot.rules.rule import BEFORE_ALL, TYPED, ArticleCard, Rule, Rulebook, RuleKind, RuleText
from wxbot.db import Session
from wxbot.text import normalise
from wxbot.wechat.limits import TEXT_BYTES

__all__ = ["Finding", "findings"]

# Where the platform shows an answer at all (reference, B and C).
_SHOWN_EVENTS = frozenset({"subscribe", "scan", "click", "location"})
_WIDEST = {"公众号": "号" * 30, "问题": "问" * 15, "期号": "2021年第102期"}
PATTERN_SECONDS = 0.02  # generous: the slowest pattern that is taken needs a tenth of it
_LONG_TEXTS = ("a" * 200, "长" * 200, "a1" * 100, "一 " * 100)
_ANYTHING = ("", "q", "7", "问", "·")  # with a pattern for all of these nothing is ever searched
_AHEAD = 400  # days in which a rule must find an hour for its examples


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem: at which rule of the file (0: the whole), of which kind, and what it is, in Chinese."""

    rule: int
    kind: str
    says: str


def findings(text: str, session: Session, now: dt.datetime) -> list[Finding]:
    """All that is wrong with the rules of a file at `now` (of the association's clock), by rule; reads the shelf."""
    try:
        rules = read(text)
    except RulesError as wrong:
        return [Finding(at, "broken", says) for at, says in wrong.problems]
    book = Rulebook(rules)
    found = [*_conflicts(book.rules), *_shadowed(book.rules)]
    for rule in rules:
        found += [*_dead(rule, session, now), *_too_long(rule), *_patterns(rule), *_examples(rule, book, now)]
    return sorted(found, key=lambda finding: finding.rule)


def _overlap(a: Rule, b: Rule) -> bool:
    apart = (a.until and b.since and a.until < b.since) or (b.until and a.since and b.until < a.since)
    return not apart and bool(a.week_hours() & b.week_hours())


def _conflicts(rules: tuple[Rule, ...]) -> Iterator[Finding]:
    """Two rules for the same, at the same time, equally important: chance decides."""
    for a, b in combinations(rules, 2):
        if a.kind != b.kind or a.priority != b.priority:
            continue
        same = sorted(set(a.values) & set(b.values))
        if same and _overlap(a, b):
            first, second = sorted((a.at, b.at))
            yield Finding(
                second, "conflict", f"与第 {first} 条同时管「{same[0]}」，优先级也相同，只有第 {first} 条生效"
            )


def _shadowed(rules: tuple[Rule, ...]) -> Iterator[Finding]:
    """A rule that another one, which comes first, always answers for."""
    for above, below in combinations(rules, 2):
        twins = above.kind == below.kind and above.priority == below.priority
        if not (twins and set(above.values) & set(below.values)) and _covers(above, below):
            yield Finding(below.at, "shadowed", f"永远轮不到：第 {above.at} 条总是先答")


def _covers(above: Rule, below: Rule) -> bool:
    """Whether whatever `below` is for, `above` is for too, whenever `below` counts; as far as it can be told."""
    longer = (above.since is None or (below.since is not None and above.since <= below.since)) and (
        above.until is None or (below.until is not None and below.until <= above.until)
    )
    if not longer or not below.week_hours() <= above.week_hours():
        return False
    if above.kind in {RuleKind.EXACT, *set(RuleKind) - set(TYPED)}:
        return below.kind == above.kind and set(below.values) <= set(above.values)
    if below.kind == RuleKind.PATTERN:
        return above.kind == RuleKind.PATTERN and set(below.values) <= set(above.values)
    # A longer message that holds a word need not match a pattern which the word alone does.
    tellable = below.kind == RuleKind.EXACT or (
        below.kind == RuleKind.CONTAINS and above.kind == RuleKind.CONTAINS
    )
    return tellable and all(map(above.matches, below.values))


def _dead(rule: Rule, session: Session, now: dt.datetime) -> Iterator[Finding]:
    if rule.until is not None and rule.until < now.date():
        yield Finding(rule.at, "dead", f"已于 {rule.until} 过期")
    elif not rule.values:
        yield Finding(rule.at, "dead", "没有一个有字的值")
    elif _next_valid(rule, now) is None:
        yield Finding(rule.at, "dead", "没有任何时刻有效：请看 from、until、weekdays、hours")
    if rule.kind == RuleKind.EVENT and (mute := sorted(set(rule.values) - _SHOWN_EVENTS)):
        yield Finding(rule.at, "dead", f"事件 {mute[0]} 的回复，微信不会显示")
    match rule.answer:
        case ArticleCard(id_) if library.by_id(session, id_) is None:
            yield Finding(rule.at, "dead", f"书架上没有文章 {id_}")
        case IssueReference(issue, year) if library.issue(session, f"{year}-{issue:02d}") is None:
            yield Finding(rule.at, "dead", f"书架上没有 {year}-{issue:02d}")
        case LatestIssue() if library.latest(session) is None:
            yield Finding(rule.at, "dead", "书架上还没有任何一期")


def _next_valid(rule: Rule, now: dt.datetime) -> dt.datetime | None:
    """The first hour from now on in which the rule counts, within a year or so of its beginning."""
    hours = rule.valid_hours()
    begin = max(now.date(), rule.since or now.date())
    for day in (begin + dt.timedelta(days=days) for days in range(_AHEAD if rule.weekdays else 0)):
        if hours and rule.valid_on(day):
            return dt.datetime.combine(day, dt.time(), now.tzinfo) + dt.timedelta(hours=hours[0])
    return None


def _too_long(rule: Rule) -> Iterator[Finding]:
    if isinstance(rule.answer, RuleText):
        size = len(rule.answer.template.fill(_WIDEST).encode())
        if size > TEXT_BYTES:
            yield Finding(
                rule.at,
                "long",
                f"回复填好后可达 {size} 字节，超过 {TEXT_BYTES}（约 {TEXT_BYTES // 3} 个汉字）",
            )


def _patterns(rule: Rule) -> Iterator[Finding]:
    """Patterns for anything, for nothing, and slow ones: the engine has none by its making, here it is measured."""
    for value, matcher in zip(rule.values, rule.matchers, strict=False):
        if never := sorted({char for char in value if normalise(char) not in {char, char.casefold(), ""}}):
            says = f"模式「{value}」里的「{never[0]}」永远对不上：比较之前全角都变成了半角"
            yield Finding(rule.at, "dead", says)
        started = time.perf_counter()
        for text in _LONG_TEXTS:
            matcher(text)
        if all(map(matcher, _ANYTHING)):
            yield Finding(rule.at, "wide", f"模式「{value}」什么话都对得上：会员问什么都是这一条来答")
        if time.perf_counter() - started > PATTERN_SECONDS * len(_LONG_TEXTS):
            yield Finding(rule.at, "slow", f"模式「{value}」太慢，请写得简单些")


def _examples(rule: Rule, book: Rulebook, now: dt.datetime) -> Iterator[Finding]:
    moment = _next_valid(rule, now)
    if moment is None:
        return
    for example in rule.examples:
        if rule.kind in TYPED:
            fixed = not isinstance(parse_command(example), Question)
            hit = book.match_text(example, moment, fixed=fixed)
            if fixed and hit is None and rule.matches(normalise(example)):
                says = f"例子「{example}」是固定的命令；要抢在它前面，优先级须不小于 {BEFORE_ALL}"
                yield Finding(rule.at, "example", says)
                continue
        else:
            hit = book.match_key(rule.kind, example, moment)
        if hit is not rule:
            yield Finding(rule.at, "example", f"例子「{example}」{_went(hit)}")


def _went(hit: Rule | None) -> str:
    return "没有命中任何规则" if hit is None else f"被第 {hit.at} 条答了"
