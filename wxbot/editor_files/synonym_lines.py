"""The lines of the synonyms' file: list the groups, and the words told apart (≠), change one line, remove one, add one.

Comments and all other lines stay as they are.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from wxbot.errors import NotFound, UsageError
from wxbot.search.synonyms import EXCLUDES, require_group, split_words, text_or_shipped

__all__ = ["SynonymLine", "add_distinction", "change_line", "list_distinctions", "list_lines", "remove_line"]


@dataclass(frozen=True, slots=True)
class SynonymLine:
    """A group of synonyms: its line in the file from 1, the heading above it, and what is doubtful about it.

    is_distinction : the words do not have the same meaning
    """

    line: int
    words: tuple[str, ...]
    heading: str = ""
    says: str = ""
    is_distinction: bool = False


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


def list_distinctions(text: str) -> list[SynonymLine]:
    """Return the lines of a file that tell words apart."""
    lines = ((at, line.partition("#")[0]) for at, line in enumerate(text.splitlines(), start=1))
    return [
        SynonymLine(at, tuple(split_words(line.replace(EXCLUDES, " "))), is_distinction=True)
        for at, line in lines
        if EXCLUDES in line
    ]


def add_distinction(text: str | None, words: Sequence[str]) -> str:
    """Return the file with one more line that tells words apart. Raises UsageError for fewer than two words."""
    _require_distinct(words)
    before = text_or_shipped(text)
    gap = "" if not before or before.endswith("\n") else "\n"
    return f"{before}{gap}{_render_words(words, f' {EXCLUDES} ')}\n"


def change_line(text: str, line: int, words: Sequence[str]) -> str:
    """Return the file with other words in the group of a line; a comment behind it stays. Raises WxbotError."""
    lines = _lines(text, line)
    before, sign, comment = lines[line - 1].partition("#")
    is_distinction = EXCLUDES in before
    if is_distinction:
        _require_distinct(words)
    else:
        require_group(words)
    lines[line - 1] = _render_words(words, f" {EXCLUDES} " if is_distinction else " ")
    lines[line - 1] += f"  {sign}{comment}" if sign else ""
    return "\n".join(lines)


def remove_line(text: str, line: int) -> str:
    """Return the file without the group of a line; a comment behind it stays. Raises NotFound."""
    lines = _lines(text, line)
    _, sign, comment = lines[line - 1].partition("#")
    lines[line - 1 : line] = [f"{sign}{comment}"] if sign else []
    return "\n".join(lines)


def _render_words(words: Sequence[str], sign: str) -> str:
    return sign.join("".join(word.split()) for word in words)


def _require_distinct(words: Sequence[str]) -> None:
    if len({word.casefold() for word in words}) < 2:
        raise UsageError("至少要两个不同的词，才分得开", remedy="例如 电瓶车 ≠ 电动车。", field="words")


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
