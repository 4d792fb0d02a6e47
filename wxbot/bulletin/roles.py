"""What a line of a body can be."""

from enum import IntEnum

__all__ = ["BLOCK", "CARRIED", "Role"]


class Role(IntEnum):
    """What a line is. The roles named `…_ON` carry on what the line before them is part of."""

    TITLE = 0
    TITLE_ON = 1
    TEXT = 2
    TEXT_ON = 3
    ENTRY = 4
    ENTRY_ON = 5
    HEADING = 6
    SECTION = 7


CARRIED = {Role.TITLE: Role.TITLE_ON, Role.TEXT: Role.TEXT_ON, Role.ENTRY: Role.ENTRY_ON}
"""The role of a further line, by the role of the first."""

BLOCK = {role: role for role in Role} | {on: start for start, on in CARRIED.items()}
"""The role of the first line, by the role of any."""
