"""Understand an incoming message once: its words, the command in them, and the editors' rules that come first.

    incoming ──> Meaning ──> answer, is_quick, titles, deferral

Pure: needs no database and no index, so a webhook can call it on its event loop.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from wxbot import library
from wxbot.bot.editor_commands import EditorCommand, parse_editor_command
from wxbot.bot.intent.commands import (
    Acknowledge,
    Command,
    Help,
    LatestIssue,
    NextPage,
    OnlySection,
    PickNumber,
    PreviousPage,
    Question,
    Section,
    Welcome,
    parse_command,
    parse_small_talk,
)
from wxbot.bot.intent.publications import parse_publication_command
from wxbot.bot.intent.subscriptions import Subscribe
from wxbot.bot.rules.rulebook import ReplyRule, RuleFile, RuleKind
from wxbot.bulletin.habits import Habits
from wxbot.clicks import QUESTION_CHARS, ClickTokens
from wxbot.db import Session
from wxbot.search.names import LibraryNames, NamedPublication, read_names
from wxbot.search.tokenizer import fold
from wxbot.text import normalise
from wxbot.wechat import Incoming

__all__ = [
    "DEFERRED_ANSWER",
    "SCAN_RESULT_FIELD",
    "VOICE_TEXT_FIELD",
    "Interpreter",
    "LibrarySnapshot",
    "Meaning",
    "ReadHabits",
    "RuleMatch",
    "expects_reply",
    "no_habits",
    "read_snapshot",
]

ReadHabits = Callable[[], Habits]
no_habits: ReadHabits = Habits
DEFERRED_ANSWER = PickNumber(1)  # the command that fetches a deferred answer
# Fields of a message that hold words: the platform's recognition of a voice message, and the text of a scanned code.
VOICE_TEXT_FIELD = "Recognition"
SCAN_RESULT_FIELD = "ScanCodeInfo.ScanResult"
_REPLIED_EVENTS = frozenset({"subscribe", "click", "scan", "scancode_waitmsg"})
# Message kinds whose reply text has another name; to its sender a shortvideo is a video.
_TEXT_NAMES = {"shortvideo": "video", "unknown": "unsupported"}


@dataclass(frozen=True, slots=True)
class LibrarySnapshot:
    """The library's names at one `version`: with them a message is understood without a database query.

    title : the newest bulletin's title, of the default publication if there are several; "" in an empty library
    newest : the label of the newest issue; "" in an empty library
    library : the names of publications and sections
    habits : what editors gave of them
    click_tokens : makes the tokens of questions in links to articles
    """

    version: int
    title: str
    newest: str
    library: LibraryNames
    habits: Habits
    click_tokens: ClickTokens = field(compare=False)
    _by_key: dict[str, str]

    @property
    def sections(self) -> tuple[str, ...]:
        """The present names of the sections, in the editors' order, else in the library's."""
        return self.library.sections

    def section(self, words: str) -> str | None:
        """Return the section with this name, ignoring brackets, blanks and traditional characters; else None.

        A former name leads to the present one.
        """
        return self._by_key.get(_section_key(words))

    def nearest_section(self, words: str) -> str | None:
        """Return the section with this name, or the only one whose name starts with it; else None."""
        key = _section_key(words)
        matches = {name for start, name in self._by_key.items() if len(key) > 1 and start.startswith(key)}
        return self._by_key.get(key) or (matches.pop() if len(matches) == 1 else None)

    def topic(self, words: str) -> str | NamedPublication | None:
        """Return the section or the publication that these words name, after 订阅; a part of its name is enough.

        A whole name comes before a part of one, and of two parts the section's.
        """
        return (
            self.library.named_publication(words)
            or self.section(words)
            or self.library.publication(words)
            or self.nearest_section(words)
            or self.library.nearest_publication(words)
        )

    def resolve(self, question: Question) -> Section | LatestIssue | Question:
        """Return the publication or the section that the question names, else the question.

        Of a section and a publication the one whose whole name it is comes first, then the section.
        """
        section = self.section(question.text)
        found = self.library.named_publication(question.text)
        if found is None and section is None:
            found = self.library.publication(question.text)
        if found is not None:
            return LatestIssue(found.slug)
        return question if section is None else Section(section)


def read_snapshot(session: Session, habits: Habits) -> LibrarySnapshot:
    """Read the names at the library's present version; `habits` are those that editors give."""
    names = read_names(session, habits)
    newest = library.latest(session)
    titled = library.latest(session, names.publications[0].id) if names.publications else newest
    present = {_section_key(name): name for name in reversed(names.sections)}
    former = {_section_key(name): group[0] for group in names.renamed for name in group}
    shown = set(names.sections)
    return LibrarySnapshot(
        version=library.version(session),
        title=titled.title if titled else "",
        newest=names.issue_label(newest) if newest else "",
        library=names,
        habits=habits,
        click_tokens=ClickTokens(library.identity(session)),
        _by_key={key: name for key, name in former.items() if name in shown} | present,
    )


class RuleMatch(NamedTuple):
    """An editors' rule, and the text, key or event name that it matched."""

    rule: ReplyRule
    text: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """One incoming message, understood; every later step takes this value.

    now : the moment of arrival; rules are valid at certain hours
    words : the text typed, recognised from voice, chosen in the menu or scanned; "" where there is none
    command : the command in the words; None for an event that is answered with nothing
    rules : the editors' rules that apply, in order; the first that has an answer replaces the command
    editor_command : the push command in the words; None unless the sender is an editor
    names : the library's names; None when they were not loaded yet, so that no section was recognised
    """

    incoming: Incoming
    now: dt.datetime
    words: str = ""
    command: Command | None = None
    rules: tuple[RuleMatch, ...] = ()
    editor_command: EditorCommand | None = None
    names: LibrarySnapshot | None = None


def expects_reply(incoming: Incoming) -> bool:
    """Tell if the sender waits for an answer: always for a message, for an event only after certain taps."""
    return incoming.kind != "event" or incoming.event in _REPLIED_EVENTS


class Interpreter:
    """Turns messages into meanings; threads may share it.

    `rule_file` holds the editors' rules, `tz` is the zone of their hours, `editors` are the openids that may
    command the push.
    """

    def __init__(self, rule_file: RuleFile, tz: dt.tzinfo, editors: frozenset[str]) -> None:
        self._rule_file = rule_file
        self._tz = tz
        self._editors = editors

    def understand(self, incoming: Incoming, now: dt.datetime, names: LibrarySnapshot | None) -> Meaning:
        """Return the meaning of one message or event."""
        if incoming.kind == "event":
            return self._event_meaning(incoming, now, names)
        words = _words(incoming)
        if incoming.kind != "text" and not words.strip():
            text = _TEXT_NAMES.get(incoming.kind, incoming.kind)
            return Meaning(incoming, now, command=Acknowledge(text), names=names)
        command, rules = self._text_meaning(words, now, names)
        is_editor = incoming.openid in self._editors
        editor_command = parse_editor_command(words) if is_editor else None
        return Meaning(incoming, now, words, command, rules, editor_command, names)

    def _text_meaning(
        self, words: str, now: dt.datetime, names: LibrarySnapshot | None
    ) -> tuple[Command, tuple[RuleMatch, ...]]:
        """Return the command in typed words and the rule before it; only an urgent rule comes before a fixed word."""
        command = _parse(words, names)
        is_fixed = not isinstance(command, Question)
        rule = self._rule_file.book.match_text(words, now.astimezone(self._tz), fixed=is_fixed)
        if isinstance(command, Question):
            resolved = names.resolve(command) if names else command
            command = (parse_small_talk(words) or command) if isinstance(resolved, Question) else resolved
        return command, (RuleMatch(rule, words),) if rule else ()

    def _event_meaning(self, incoming: Incoming, now: dt.datetime, names: LibrarySnapshot | None) -> Meaning:
        key = incoming.key
        match incoming.event:
            case "subscribe":
                scene = key.removeprefix("qrscene_")
                rules = (*self._key_rules(RuleKind.SCENE, scene, now), *self._event_rules(incoming, now))
                return Meaning(incoming, now, command=Welcome(), rules=rules, names=names)
            case "click":
                command, typed = self._text_meaning(key, now, names)
                rules = (*self._key_rules(RuleKind.MENU, key, now), *typed)
                return Meaning(incoming, now, key, command, rules, names=names)
            case "scan" | "scancode_waitmsg":
                code = key if incoming.event == "scan" else incoming.fields.get(SCAN_RESULT_FIELD, "")
                rules = self._key_rules(RuleKind.SCENE, code, now)
                return Meaning(incoming, now, code, _scanned_command(code, names), rules, names=names)
        return Meaning(incoming, now, rules=self._event_rules(incoming, now), names=names)

    def _event_rules(self, incoming: Incoming, now: dt.datetime) -> tuple[RuleMatch, ...]:
        return self._key_rules(RuleKind.EVENT, incoming.event, now)

    def _key_rules(self, kind: RuleKind, key: str, now: dt.datetime) -> tuple[RuleMatch, ...]:
        """Return the rule for a menu key, scene or event name, if there is one."""
        rule = self._rule_file.book.match_key(kind, key, now.astimezone(self._tz)) if key else None
        return (RuleMatch(rule, key),) if rule else ()


def _words(incoming: Incoming) -> str:
    """Return the beginning of the text typed or recognised from voice; "" for other kinds of messages."""
    text = incoming.content if incoming.kind == "text" else ""
    if incoming.kind == "voice":
        text = incoming.fields.get(VOICE_TEXT_FIELD, "")
    return text[:QUESTION_CHARS]


def _parse(words: str, names: LibrarySnapshot | None) -> Command:
    """Return the command in these words; a question where they name a section that does not exist.

    只看芯片 narrows to a section only if 芯片 is one; 订阅号 and 订阅经济, without a blank, subscribe to none.
    """
    command = parse_command(words)
    match command:
        case OnlySection(typed):
            section = names.nearest_section(typed) if names else None
            return Question(normalise(words)) if section is None else OnlySection(section)
        case Subscribe(glued=True) if not names or None in map(names.topic, command.sections):
            return Question(normalise(words))
        case Question() if names:
            return parse_publication_command(words, names.library) or command
    return command


def _scanned_command(code: str, names: LibrarySnapshot | None) -> Command:
    """Return the command in a scanned code; Help when it holds neither a command nor a section's name.

    A code hangs on a wall for everybody: 12 in it is no number of one member's list.
    """
    command = _parse(code, names)
    if isinstance(command, Question) and names:
        command = names.resolve(command)
    is_about_list = isinstance(command, PickNumber | NextPage | PreviousPage | OnlySection)
    return Help() if is_about_list or isinstance(command, Question) else command


@lru_cache(1024)  # popular questions are looked up among the section names again and again
def _section_key(words: str) -> str:
    name = fold(words).replace(" ", "").strip("【】[]「」《》")
    return name.removesuffix("栏目") or name
