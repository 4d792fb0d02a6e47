"""What questions are made of but not about: words that say nothing of what is looked for, and phrases around it.

The words are taken out after a text is cut; the phrases before, because the dictionary cuts 介绍一下来袭 as 下来.
"""

import re
from importlib import resources

__all__ = ["FILLERS", "VAGUE", "unwrapped"]

SHORTEST = 2  # characters that must be left: 好消息 is not a question for 好


def _read() -> dict[str, list[str]]:
    text = resources.files("wxbot.search").joinpath("fillers.txt").read_text("utf-8")
    found: dict[str, list[str]] = {}
    kind = ""
    for line in text.splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif not line.startswith("#"):
            found.setdefault(kind, []).extend(line.split())
    return found


def _any(phrases: list[str]) -> str:
    return "|".join(sorted(map(re.escape, phrases), key=len, reverse=True))


_LISTS = _read()
_BEFORE = re.compile(rf"^(?:(?:{_any(_LISTS['before'])})[\s,:，：]*)+")
_AFTER = re.compile(rf"(?:\s*(?:{_any(_LISTS['after'])}))+[了吗呢吧啊呀嘛么?!。.~\s]*$")

FILLERS = frozenset(_LISTS["words"])
VAGUE = frozenset(_LISTS["vague"])


def unwrapped(text: str) -> str:
    """A `tokens.plain` text without the phrases of asking at its ends; as it is when little would be left."""
    for phrases in (_BEFORE, _AFTER):
        left = phrases.sub("", text)
        text = left if len(left) >= SHORTEST else text
    return text
