"""Understand an incoming message once: its words, the command in them, and the editors' rules that come first.

    incoming ──> Meaning ──> answer, is_quick, titles, deferral

Pure: needs no database and no index, so a webhook can call it on its event loop.
"""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from wxbot.bot.editor_commands import EditorCommand, parse_editor_command
from wxbot.bot.intent.commands import Acknowledge, Command, PickNumber, Question, Welcome
from wxbot.bot.intent.emoticons import strip_emoticons
from wxbot.bot.intent.shared_links import PageLinks
from wxbot.bot.intent.snapshot import LibrarySnapshot, ReadHabits, no_habits, read_snapshot
from wxbot.bot.intent.typed_words import loose_command, scanned_command, typed_command
from wxbot.bot.rules.rule_file import RuleFile
from wxbot.bot.rules.rulebook import ReplyRule, RuleKind
from wxbot.clicks import QUESTION_CHARS
from wxbot.wechat import Incoming

__all__ = [
    "DEFERRED_ANSWER",
    "SCAN_RESULT_FIELD",
    "VOICE_TEXT_FIELD",
    "WORD_FIELDS",
    "Interpreter",
    "LibrarySnapshot",
    "Meaning",
    "ReadHabits",
    "RuleMatch",
    "expects_reply",
    "no_habits",
    "read_snapshot",
]

DEFERRED_ANSWER = PickNumber(1)  # the command that fetches a deferred answer
# Fields of a message that hold words: the platform's recognition of a voice message, the text of a scanned code, the
# title and address of a forwarded card.
VOICE_TEXT_FIELD = "Recognition"
SCAN_RESULT_FIELD = "ScanCodeInfo.ScanResult"
WORD_FIELDS = (VOICE_TEXT_FIELD, SCAN_RESULT_FIELD, "Title", "Url")
_REPLIED_EVENTS = frozenset({"subscribe", "click", "scan", "scancode_waitmsg"})
# Message kinds whose reply text has another name; to its sender a shortvideo is a video.
_TEXT_NAMES = {"shortvideo": "video", "unknown": "unsupported"}


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
    command the push, `public_url` is where our pages are.
    """

    def __init__(
        self, rule_file: RuleFile, tz: dt.tzinfo, editors: frozenset[str], public_url: str = ""
    ) -> None:
        self._rule_file = rule_file
        self._tz = tz
        self._editors = editors
        self._links = PageLinks(public_url)

    def understand(self, incoming: Incoming, now: dt.datetime, names: LibrarySnapshot | None) -> Meaning:
        """Return the meaning of one message or event."""
        if incoming.kind == "event":
            return self._event_meaning(incoming, now, names)
        if incoming.kind == "link":
            card = self._links.read_card(incoming.fields.get("Title", ""), incoming.fields.get("Url", ""))
            return Meaning(incoming, now, command=card, names=names)
        words = _words(incoming)
        if incoming.kind != "text" and not words.strip():
            text = _TEXT_NAMES.get(incoming.kind, incoming.kind)
            return Meaning(incoming, now, command=Acknowledge(text), names=names)
        command, rules = self._text_meaning(words, now, names)
        is_editor = incoming.openid in self._editors and not incoming.forgeable
        editor_command = parse_editor_command(words) if is_editor else None
        return Meaning(incoming, now, words, command, rules, editor_command, names)

    def _text_meaning(
        self, words: str, now: dt.datetime, names: LibrarySnapshot | None
    ) -> tuple[Command, tuple[RuleMatch, ...]]:
        """Return the command in typed words and the rule before it; only an urgent rule comes before a fixed word."""
        local, said = now.astimezone(self._tz), strip_emoticons(words) or words
        if (linked := self._links.read(said)) is not None:
            command, is_fixed = linked, not isinstance(linked, Question)
        else:
            command = typed_command(said, names)
            is_fixed = not isinstance(command, Question)
        book = self._rule_file.book
        rule = book.match_text(words, local, fixed=is_fixed)
        if rule is None and said != words:
            rule = book.match_text(said, local, fixed=is_fixed)
        if isinstance(command, Question):
            command = loose_command(words, command, names, local.date())
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
                return Meaning(incoming, now, code, scanned_command(code, names), rules, names=names)
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
