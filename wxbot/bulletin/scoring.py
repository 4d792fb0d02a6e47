"""The rules by which a reading of a body earns points: how blocks end, follow one another, start and go on."""

from wxbot.bulletin.layout import Look
from wxbot.bulletin.layout_stats import Habits
from wxbot.bulletin.line_features import End
from wxbot.bulletin.roles import BLOCK, CARRIED, Role

__all__ = ["BARE_NAME", "FOLLOWING", "SHORT", "carrying", "ending", "starting"]

SHORT = 24
"""Columns of a line that is short for a paragraph and not too long for a section's name."""

BARE_NAME = 1.5
"""What a section's name costs that nothing marks as one."""

_FEW_WORDS = 40
"""Columns of a line that is rather short for a paragraph."""

_BRACKETS = ("）", ")", "】")
_NEVER_FIRST = "，。、；：！？）》】”’,.;:!?)%"

# Points for a block of one kind that ends with a line ending so. A title that ends in the middle of a
# sentence, or text that ends without its full stop, is no good reading.
_CLOSING = {
    Role.TITLE: {
        End.STOP: -3.0,
        End.ASK: -0.5,
        End.COLON: -2.5,
        End.SEMI: -4.0,
        End.COMMA: -5.0,
        End.NONE: 0.0,
    },
    Role.TEXT: {
        End.STOP: 0.0,
        End.ASK: 0.0,
        End.COLON: -1.0,
        End.SEMI: -2.0,
        End.COMMA: -7.0,
        End.NONE: -4.0,
    },
    Role.ENTRY: {
        End.STOP: 0.0,
        End.ASK: 0.0,
        End.COLON: -0.5,
        End.SEMI: 0.0,
        End.COMMA: -3.0,
        End.NONE: -0.5,
    },
}

# Points for a block of one kind right after a block of another.
_AFTER_BLOCK = {
    (Role.TITLE, Role.TITLE): -4.0,  # an article without any text
    (Role.TITLE, Role.TEXT): 0.0,
    (Role.TITLE, Role.ENTRY): -1.5,
    (Role.TITLE, Role.HEADING): -1.0,
    (Role.TITLE, Role.SECTION): -4.0,
    (Role.TEXT, Role.TITLE): -1.0,
    (Role.TEXT, Role.TEXT): -0.8,
    (Role.TEXT, Role.ENTRY): -1.8,
    (Role.TEXT, Role.HEADING): 0.0,
    (Role.TEXT, Role.SECTION): 0.0,
    (Role.ENTRY, Role.TITLE): -1.0,
    (Role.ENTRY, Role.TEXT): -0.8,
    (Role.ENTRY, Role.ENTRY): 1.4,  # entries keep company
    (Role.ENTRY, Role.HEADING): 0.0,
    (Role.ENTRY, Role.SECTION): 0.0,
    (Role.HEADING, Role.TITLE): -4.0,
    (Role.HEADING, Role.TEXT): 0.0,
    (Role.HEADING, Role.ENTRY): 0.0,
    (Role.HEADING, Role.HEADING): -1.0,
    (Role.HEADING, Role.SECTION): -3.0,
    (Role.SECTION, Role.TITLE): 0.0,
    (Role.SECTION, Role.TEXT): -4.0,  # text without a title
    (Role.SECTION, Role.ENTRY): -3.0,
    (Role.SECTION, Role.HEADING): -1.0,
    (Role.SECTION, Role.SECTION): -1.0,
}
FOLLOWING = [[_AFTER_BLOCK.get((BLOCK[old], new), 0.0) for new in Role] for old in Role]
"""Points by the role of a block's last line and the role of the next block's first."""


def ending(role: Role, last: Look | None) -> float:
    """Points for a block whose last line has this role."""
    block = BLOCK[role]
    if last is None or block in {Role.HEADING, Role.SECTION}:
        return 0.0
    points = _CLOSING[block][last.end]
    if last.open:
        points -= 4.0
    if last.end is End.NONE and last.room < 4 and block is not Role.TITLE:
        points -= 2.0
    if block is Role.TEXT and last.text.endswith(_BRACKETS):
        points += 2.0  # （记者 某某） and the like stand after the full stop
    if role is Role.TEXT and last.width <= _FEW_WORDS:
        points -= 1.2 if last.width <= SHORT else 0.6  # a paragraph of a few words is rare
    return points


def starting(block: Role, one: Look, habits: Habits) -> float:
    """Points for a line that starts a block."""
    points = habits.points(block, one)
    if block is Role.TITLE:
        points -= 4.0 if "。" in one.text[:-1] else 0.0
        points -= 1.5 if one.room == 0 else 0.0
        points -= 1.5 if one.text.count("，") > 2 else 0.0
        points -= 2.0 if 0 < habits.title_width < one.width - 4 else 0.0
    elif block is Role.SECTION:
        points -= BARE_NAME
    if one.text[0] in _NEVER_FIRST:
        points -= 4.0
    return points


def carrying(role: Role, before: Look, one: Look, habits: Habits) -> float:
    """Points for a line that carries on a block, of whose line before it `role` is the role."""
    block = BLOCK[role]
    points = habits.points(CARRIED[block], one)
    if block is Role.TITLE:
        return points + _carrying_title(before, one, habits)
    if block is Role.TEXT:
        points -= habits.shyness(one)
    room = max(0, before.room - habits.lost) if role is Role.TEXT else before.room
    points -= min(7.0, 0.3 * max(0, room - 4))
    points += 1.0 if before.open or before.end is End.COMMA else 0.0
    if before.end in {End.STOP, End.ASK} and room > 3:
        points -= 1.5
    if one.mark.kind not in {"", "label"}:
        points -= 1.5
    return points


def _carrying_title(before: Look, one: Look, habits: Habits) -> float:
    """Points for one more line of a title: there must have been no room for its first word."""
    free = max(0, habits.title_width - before.width - one.word) if habits.title_width else 4
    points = -1.0 - min(7.0, 0.3 * max(free, before.room - 20))
    points += 4.0 if before.open else 0.0
    points -= 4.0 if "。" in one.text[:-1] else 0.0
    points -= 3.0 if one.room == 0 else 0.0
    return points + {End.STOP: -4.0, End.ASK: -2.0, End.COMMA: 2.0}.get(before.end, 0.0)
