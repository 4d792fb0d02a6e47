"""Read the command in typed or scanned words: fixed words first, then what an editors' rule may replace.

typed_command     a fixed word, a number, an issue, a publication; else the question
loose_command     a section, small talk, a request for issues; else the question
scanned_command   the command in a code that hangs on a wall
"""

import datetime as dt
import re

from wxbot.bot.intent.commands import (
    Command,
    Help,
    NextPage,
    OnlyPublication,
    OnlySection,
    PickLast,
    PickNumber,
    PickSeveral,
    PreviousPage,
    Question,
)
from wxbot.bot.intent.courtesies import without_courtesies
from wxbot.bot.intent.fixed_words import parse_command
from wxbot.bot.intent.issue_requests import parse_issue_request
from wxbot.bot.intent.issue_times import spell_out_years
from wxbot.bot.intent.publications import parse_publication_command
from wxbot.bot.intent.small_talk import parse_small_talk
from wxbot.bot.intent.snapshot import LibrarySnapshot
from wxbot.bot.intent.subscriptions import Subscribe
from wxbot.search.names import NO_NAMES, NamedPublication
from wxbot.text import normalise

__all__ = ["EXACT_WORDS", "loose_command", "scanned_command", "typed_command"]

EXACT_WORDS = "只找「{}」"
"""Message that refuses a spelling correction of the quoted words; an answer with a correction has a tap for it."""

_EXACT = re.compile("只找「(.+)」")


def typed_command(said: str, names: LibrarySnapshot | None) -> Command:
    """Return the command in a text as typed or without its courtesies, else the question in it."""
    if exact := _EXACT.fullmatch(said.strip()):
        return Question(normalise(exact[1]), exact=True)
    commands = [_parse(form, names) for form in (said, *without_courtesies(said))]
    return next((each for each in commands if not isinstance(each, Question)), commands[0])


def loose_command(words: str, question: Question, names: LibrarySnapshot | None, today: dt.date) -> Command:
    """Return the command in words that an editors' rule may replace: a section, small talk, issues; or the question."""
    if question.exact:
        return question
    said = question.text
    forms = (said, *without_courtesies(said))
    library = names.library if names else NO_NAMES
    for form in forms:
        resolved = names.resolve(Question(form)) if names else question
        if not isinstance(resolved, Question):
            return resolved
        talk = parse_small_talk(words if form is said else form) or parse_issue_request(form, today, library)
        if talk is not None:
            return talk
    core = spell_out_years(forms[-1], today)
    return Question(said, core if core != said else "")


def _parse(words: str, names: LibrarySnapshot | None) -> Command:
    """Return the command in these words; a question where they name a section that does not exist.

    只看芯片 narrows to a section only if 芯片 is one; 订阅号 and 订阅经济, without a blank, subscribe to none.
    """
    command = parse_command(words)
    match command:
        case OnlySection(typed):
            return _only(typed, names) or Question(normalise(words))
        case Subscribe(glued=True) if not names or None in map(names.topic, command.sections):
            return Question(normalise(words))
        case Question() if names:
            return parse_publication_command(words, names.library) or command
    return command


def _only(typed: str, names: LibrarySnapshot | None) -> OnlySection | OnlyPublication | None:
    topic = names.topic(typed) if names else None
    if isinstance(topic, NamedPublication):
        return OnlyPublication(topic.slug)
    return OnlySection(topic) if topic is not None else None


def scanned_command(code: str, names: LibrarySnapshot | None) -> Command:
    """Return the command in a scanned code; Help when it holds neither a command nor a section's name.

    A code hangs on a wall for everybody: 12 in it is no number of one member's list.
    """
    command = _parse(code, names)
    if isinstance(command, Question) and names:
        command = names.resolve(command)
    is_about_list = isinstance(
        command,
        PickNumber | PickLast | PickSeveral | NextPage | PreviousPage | OnlySection | OnlyPublication,
    )
    return Help() if is_about_list or isinstance(command, Question) else command
