"""The lines of the synonyms' file as groups: list them with their mistakes, change one, remove one.

Comments and all other lines stay as they are.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from wxbot.errors import NotFound
from wxbot.search.synonyms import EXCLUDES, require_group, split_words

__all__ = ["SynonymLine", "change_line", "list_lines", "remove_line"]


@dataclass(frozen=True, slots=True)
class SynonymLine:
    """A group of synonyms: its line in the file from 1, the heading above it, and what is doubtful about it."""

    line: int
    words: tuple[str, ...]
    heading: str = ""
    says: str = ""


def list_lines(text: str) -> list[SynonymLine]:
    """Return the groups of a file in its order, without the lines that tell words apart."""
    found, heading = list[SynonymLine](), ""
    for at, line in enumerate(text.splitlines(), start=1):
        words = tuple(split_words(line))
        if words and EXCLUDES not in line:
            found.append(SynonymLine(at, words, heading))
        elif line.lstrip().startswith("#"):
            heading = line.strip("# \t")
    counts = Counter(word.casefold() for each in found for word in set(each.words))
    return [SynonymLine(each.line, each.words, each.heading, _doubt(each.words, counts)) for each in found]


def change_line(text: str, line: int, words: Sequence[str]) -> str:
    """Return the file with other words in the group of a line; a comment behind it stays. Raises WxbotError."""
    require_group(words)
    lines = _lines(text, line)
    _, sign, comment = lines[line - 1].partition("#")
    lines[line - 1] = " ".join("".join(word.split()) for word in words) + (
        f"  {sign}{comment}" if sign else ""
    )
    return "\n".join(lines)


def remove_line(text: str, line: int) -> str:
    """Return the file without the group of a line; a comment behind it stays. Raises NotFound."""
    lines = _lines(text, line)
    _, sign, comment = lines[line - 1].partition("#")
    lines[line - 1 : line] = [f"{sign}{comment}"] if sign else []
    return "\n".join(lines)


def _lines(text: str, line: int) -> list[str]:
    lines = text.split("\n")
    if not 1 <= line <= len(lines) or not split_words(lines[line - 1]):
        raise NotFound(f"第 {line} 行没有同义词", remedy="可能刚才有人改过：回到同义词的列表看看。")
    return lines


def _doubt(words: Sequence[str], counts: Counter[str]) -> str:
    if len(words) < 2:
        return "只有一个词，用不上"
    twice = [word for word in words if counts[word.casefold()] > 1]
    return f"「{twice[0]}」在几组里都有，几组的词会连在一起" if twice else ""
