"""Tell a new version of an issue from a different file that claims the number of an issue in the library."""

import unicodedata
from collections.abc import Set
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import PurePath

from wxbot.bulletin import ParsedIssue

__all__ = ["Conflict", "IncomingFile", "KnownIssue", "find_conflict"]

_SAME_NAME = 0.6  # likeness above which two names are spellings of one


@dataclass(frozen=True)
class IncomingFile:
    """The file that brings an issue: `source` is its name, below the folder in which it was found if `in_folder`."""

    source: str
    in_folder: bool = False


@dataclass(frozen=True)
class KnownIssue:
    """The issue that has a number: stored in the library, or of a file that a dry run read before.

    `source` is the file that brought it, `digest` that of its content, `titles` are the titles of its articles, and
    `where` says in messages where it is.
    """

    number: str
    title: str
    source: str
    digest: str
    titles: Set[str]
    where: str = "书架上的"


@dataclass(frozen=True)
class Conflict:
    """The reason why an issue is held, and what an editor can do."""

    says: str
    remedy: str


def find_conflict(issue: KnownIssue, parsed: ParsedIssue, incoming: IncomingFile) -> Conflict | None:
    """Return why a file must not replace the known issue of its number; None if it is a new version of it.

    A file that keeps some of the titles is a new version even under another name of the publication, such as one that
    was misprinted.
    """
    first = f"《{issue.title}》（{issue.source}）" if issue.title else issue.source
    same_source = _is_same_source(issue.source, incoming)
    other = is_other_publication(issue.title, parsed.title or "")
    if other and not (same_source and any(article.title in issue.titles for article in parsed.articles)):
        return Conflict(
            f"{incoming.source} 是《{parsed.title}》，而{issue.where} {issue.number} 已经是{first}：没有覆盖",
            "两份刊物用了同一个期号。若其实是同一份刊物，请把刊名改成一样的再试；"
            "若是另一份，请给它不同的期号。",
        )
    if not same_source:
        return Conflict(
            f"{incoming.source} 与{issue.where} {issue.number}{first} 是同一期，内容不同：没有覆盖",
            f"若是更正，请用原来的文件名 {PurePath(issue.source).name} 保存新稿；若是另一期，请改正期号；"
            "若是重复的稿子，请移出文件夹。",
        )
    return None


def is_other_publication(known: str, given: str) -> bool:
    """Tell if two names are clearly those of two publications; a name that is missing tells nothing."""
    first, second = _comparable(known), _comparable(given)
    if not first or not second or first in second or second in first:
        return False
    return SequenceMatcher(None, first, second, autojunk=False).ratio() < _SAME_NAME


def _comparable(name: str) -> str:
    """Return the letters and figures of a name, for comparison."""
    return "".join(each for each in unicodedata.normalize("NFKC", name).casefold() if each.isalnum())


def _is_same_source(known: str, incoming: IncomingFile) -> bool:
    """Tell if a file is the one that brought the issue; a file that is named itself is known by its bare name."""
    return known == incoming.source or (not incoming.in_folder and PurePath(known).name == incoming.source)
