"""What people, audiences, moments and remedies are called on the pages."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wxbot.editors import Editor
from wxbot.errors import WxbotError

__all__ = ["People", "discreet", "remedy", "said"]

_OPENID = re.compile(r"\b(o[A-Za-z0-9_-]{5})[A-Za-z0-9_-]{18}([A-Za-z0-9_-]{4})\b")
_COMMAND = re.compile(r"wxbot (?!followers|editors|doctor)|--(?!openid)")
_MACHINE = {"worker": "后台", "wxbot": "后台"}


def discreet(text: str) -> str:
    """A text in which nobody's openid can be read whole: enough to tell one from another."""
    return _OPENID.sub(r"\1…\2", text)


def remedy(wrong: WxbotError) -> str:
    """What to do; empty where that is a command to be typed: the pages have buttons for it."""
    return "" if _COMMAND.search(wrong.remedy) else wrong.remedy


def said(wrong: WxbotError) -> str:
    """What went wrong and what to do, in one line."""
    return "。".join(filter(None, (wrong.message.rstrip("。"), remedy(wrong))))


@dataclass(frozen=True)
class People:
    """Editors by the name under which they act, such as their openid."""

    names: Mapping[str, str]

    @classmethod
    def of(cls, editors: Sequence[Editor]) -> "People":
        """The people of these accounts."""
        return cls({each.person: each.name for each in editors})

    def called(self, who: str) -> str:
        """One person, or the machine."""
        return discreet(self.names.get(who, _MACHINE.get(who, who)))

    def said(self, text: str) -> str:
        """A text in which people are called by their names."""
        for person, name in self.names.items():
            text = text.replace(person, name)
        return discreet(text)
