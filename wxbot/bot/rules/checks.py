"""Check a rule file, for `wxbot rules check`: conflicts, rules that never apply, bad patterns, failing examples."""

import contextlib
import datetime as dt
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from wxbot import library
from wxbot.bot.intent.commands import (
    IssueReference,
    LatestIssue,
    PublicationIssue,
    Question,
)
from wxbot.bot.intent.fixed_words import parse_command
from wxbot.bot.intent.meaning import ReadHabits, no_habits, read_snapshot
from wxbot.bot.rules.menu import read_menu
from wxbot.bot.rules.menu_checks import CountHits, MenuCheck, find_menu_problems
from wxbot.bot.rules.missing import missing_article, missing_issue, missing_publication
from wxbot.bot.rules.rule_file import RulesError, read
from wxbot.bot.rules.rulebook import (
    BEFORE_ALL,
    TYPED,
    ArticleCard,
    NewestOf,
    ReplyRule,
    Rulebook,
    RuleKind,
    RuleText,
)
from wxbot.db import Session
from wxbot.search.names import LibraryNames, read_names
from wxbot.text import normalise
from wxbot.wechat.limits import TEXT_BYTES

__all__ = ["RuleFinding", "findings"]

# Events whose passive reply the platform shows (reference, B and C).
_SHOWN_EVENTS = frozenset({"subscribe", "scan", "click", "location"})
_WIDEST = {"公众号": "号" * 30, "问题": "问" * 15, "期号": "2021年第102期"}
PATTERN_SECONDS = 0.02  # ten times what the slowest acceptable pattern needs
_LONG_TEXTS = ("a" * 200, "长" * 200, "a1" * 100, "一 " * 100)
_ANYTHING = ("", "q", "7", "问", "·")  # a pattern that matches all of these matches every question
_AHEAD = 400  # days in which a rule must be valid at some hour


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """One problem: where it is, its kind, and its text in Chinese.

    rule : the rule's position in the file; 0 for the menu and for the whole file
    menu : the place of the menu's entry, such as 2 or 2.3; "" for none
    """

    rule: int
    kind: str
    says: str
    menu: str = ""


def findings(
    text: str,
    session: Session,
    now: dt.datetime,
    habits: ReadHabits = no_habits,
    *,
    public_url: str = "",
    count_hits: CountHits | None = None,
) -> list[RuleFinding]:
    """Return the problems of a rule file, sorted by rule; `now` is in the association's zone. Reads the library.

    habits : returns the names of publications that editors gave
    public_url : root of this server's pages; links of ours to withdrawn pages are found by it
    count_hits : returns how many articles a search finds; without it, words that find nothing are not noticed
    """
    try:
        rules = read(text)
    except RulesError as wrong:
        return [
            *(RuleFinding(at, "broken", says) for at, says in wrong.problems),
            *_find_broken_menu(text),
        ]
    book = Rulebook(rules)
    given = habits()
    names = read_names(session, given)
    check = MenuCheck(session, read_snapshot(session, given), book, public_url, count_hits)
    found = [
        RuleFinding(0, kind, says, place)
        for place, kind, says in find_menu_problems(tomllib.loads(text.removeprefix("\ufeff")), check)
    ]
    found += [*_find_conflicts(book.rules), *_find_shadowed(book.rules)]
    for rule in rules:
        found += [
            *_find_dead(rule, now),
            *_find_missing(rule, session, names),
            *_find_dead_links(rule, check),
            *_find_too_long(rule),
            *_find_bad_patterns(rule),
            *_find_failing_examples(rule, book, now),
        ]
    return sorted(found, key=lambda finding: finding.rule)


def _find_broken_menu(text: str) -> Iterator[RuleFinding]:
    """Yield the mistakes of the menu beside those of the rules; none where the file is no TOML."""
    with contextlib.suppress(tomllib.TOMLDecodeError, RecursionError):
        yield from (RuleFinding(0, "menu", each.says, each.place) for each in read_menu(text)[1])


def _find_dead_links(rule: ReplyRule, check: MenuCheck) -> Iterator[RuleFinding]:
    if isinstance(rule.answer, RuleText):
        for gone in check.find_unreachable(rule.answer.written):
            yield RuleFinding(rule.at, "dead", f"回复里的链接{gone}")


def _overlap(a: ReplyRule, b: ReplyRule) -> bool:
    apart = (a.until and b.since and a.until < b.since) or (b.until and a.since and b.until < a.since)
    return not apart and bool(a.week_hours() & b.week_hours())


def _find_conflicts(rules: tuple[ReplyRule, ...]) -> Iterator[RuleFinding]:
    """Yield pairs of equal priority that match the same value at the same time: only the earlier one applies."""
    for a, b in combinations(rules, 2):
        if a.kind != b.kind or a.priority != b.priority:
            continue
        same = sorted(set(a.values) & set(b.values))
        if same and _overlap(a, b):
            first, second = sorted((a.at, b.at))
            yield RuleFinding(
                second,
                "conflict",
                f"与第 {first} 条都匹配「{same[0]}」，时间重叠，优先级也相同，只有第 {first} 条生效",
            )


def _find_shadowed(rules: tuple[ReplyRule, ...]) -> Iterator[RuleFinding]:
    """Yield rules that never apply, because a rule of higher precedence always answers first."""
    for above, below in combinations(rules, 2):
        twins = above.kind == below.kind and above.priority == below.priority
        if not (twins and set(above.values) & set(below.values)) and _covers(above, below):
            yield RuleFinding(below.at, "shadowed", f"永远用不上：第 {above.at} 条总是先回答")


def _covers(above: ReplyRule, below: ReplyRule) -> bool:
    """Tell if `above` certainly matches whatever `below` matches, at any time at which `below` is valid."""
    longer = (above.since is None or (below.since is not None and above.since <= below.since)) and (
        above.until is None or (below.until is not None and below.until <= above.until)
    )
    if not longer or not below.week_hours() <= above.week_hours():
        return False
    if above.kind in {RuleKind.EXACT, *set(RuleKind) - set(TYPED)}:
        return below.kind == above.kind and set(below.values) <= set(above.values)
    if below.kind == RuleKind.PATTERN:
        return above.kind == RuleKind.PATTERN and set(below.values) <= set(above.values)
    # A pattern may match a word alone and not a longer message that contains it.
    tellable = below.kind == RuleKind.EXACT or (
        below.kind == RuleKind.CONTAINS and above.kind == RuleKind.CONTAINS
    )
    return tellable and all(map(above.matches, below.values))


def _find_dead(rule: ReplyRule, now: dt.datetime) -> Iterator[RuleFinding]:
    if rule.until is not None and rule.until < now.date():
        yield RuleFinding(rule.at, "dead", f"已于 {rule.until} 过期")
    elif not rule.values:
        yield RuleFinding(rule.at, "dead", "values 里没有任何文字")
    elif _next_valid_hour(rule, now) is None:
        yield RuleFinding(rule.at, "dead", "没有任何时刻有效：请看 from、until、weekdays、hours")
    if rule.kind == RuleKind.EVENT and (mute := sorted(set(rule.values) - _SHOWN_EVENTS)):
        yield RuleFinding(rule.at, "dead", f"事件 {mute[0]} 的回复，微信不会显示")


def _find_missing(rule: ReplyRule, session: Session, names: LibraryNames) -> Iterator[RuleFinding]:
    """Yield rules whose answer shows what the library does not have."""
    match rule.answer:
        case ArticleCard(id_) if library.by_id(session, id_) is None:
            yield RuleFinding(rule.at, "dead", missing_article(session, id_))
        case IssueReference() as of if library.find(session, of) is None:
            yield RuleFinding(rule.at, "dead", missing_issue(session, of))
        case LatestIssue() if library.latest(session) is None:
            yield RuleFinding(rule.at, "dead", "书架上还没有任何一期")
        case NewestOf(name) if names.configured_publication(name) is None:
            yield RuleFinding(rule.at, "dead", missing_publication(name, names))
        case PublicationIssue(of, slug):
            publication = names.of_slug(slug)
            if publication is None:
                yield RuleFinding(rule.at, "dead", missing_publication(slug, names))
            elif library.find(session, of, publication.id) is None:
                yield RuleFinding(rule.at, "dead", missing_issue(session, of, publication))


def _next_valid_hour(rule: ReplyRule, now: dt.datetime) -> dt.datetime | None:
    """Return the first hour from now on in which the rule is valid; None if there is none within _AHEAD days."""
    hours = rule.valid_hours()
    begin = max(now.date(), rule.since or now.date())
    for day in (begin + dt.timedelta(days=days) for days in range(_AHEAD if rule.weekdays else 0)):
        if hours and rule.valid_on(day):
            return dt.datetime.combine(day, dt.time(), now.tzinfo) + dt.timedelta(hours=hours[0])
    return None


def _find_too_long(rule: ReplyRule) -> Iterator[RuleFinding]:
    if isinstance(rule.answer, RuleText):
        size = len(rule.answer.template.fill(_WIDEST).encode())
        if size > TEXT_BYTES:
            yield RuleFinding(
                rule.at,
                "long",
                f"回复填好后可达 {size} 字节，超过 {TEXT_BYTES}（约 {TEXT_BYTES // 3} 个汉字）",
            )


def _find_bad_patterns(rule: ReplyRule) -> Iterator[RuleFinding]:
    """Yield patterns that match everything, patterns that match nothing, and patterns measured as slow."""
    for value, matcher in zip(rule.values, rule.matchers, strict=False):
        if never := sorted({char for char in value if normalise(char) not in {char, char.casefold(), ""}}):
            says = f"模式「{value}」里的「{never[0]}」永远匹配不到：比较之前，全角字符都换成了半角"
            yield RuleFinding(rule.at, "dead", says)
        started = time.perf_counter()
        for text in _LONG_TEXTS:
            matcher(text)
        if all(map(matcher, _ANYTHING)):
            yield RuleFinding(rule.at, "wide", f"模式「{value}」什么都能匹配：会员无论问什么，都由这一条回答")
        if time.perf_counter() - started > PATTERN_SECONDS * len(_LONG_TEXTS):
            yield RuleFinding(rule.at, "slow", f"模式「{value}」太慢，请写得简单些")


def _find_failing_examples(rule: ReplyRule, book: Rulebook, now: dt.datetime) -> Iterator[RuleFinding]:
    moment = _next_valid_hour(rule, now)
    if moment is None:
        return
    for example in rule.examples:
        if rule.kind in TYPED:
            fixed = not isinstance(parse_command(example), Question)
            hit = book.match_text(example, moment, fixed=fixed)
            if fixed and hit is None and rule.matches(normalise(example)):
                says = f"例子「{example}」是固定的命令；要先于它回答，优先级须不小于 {BEFORE_ALL}"
                yield RuleFinding(rule.at, "example", says)
                continue
        else:
            hit = book.match_key(rule.kind, example, moment)
        if hit is not rule:
            yield RuleFinding(rule.at, "example", f"例子「{example}」{_outcome(hit)}")


def _outcome(hit: ReplyRule | None) -> str:
    return "没有命中任何规则" if hit is None else f"由第 {hit.at} 条回答了"
