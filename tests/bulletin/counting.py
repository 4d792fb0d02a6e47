"""Counting characters: what went into a parser, and what came out of it in any of its places."""

from collections import Counter
from collections.abc import Iterable

from wxbot.bulletin import Line, ParsedIssue
from wxbot.bulletin.typeset import clean

# Brackets around a section's name and the sharps before a heading are how these are written.
_NOTATION = "【】〖〗［］[]≡◆★■「」『』〔〕#"


def printed(lines: Iterable[Line]) -> Counter[str]:
    """The characters of a source that are no blanks."""
    return _count(line.text for line in lines)


def kept(issue: ParsedIssue) -> Counter[str]:
    """The characters of an issue, wherever they are."""
    texts = [*issue.masthead, *(dropped.text for dropped in issue.dropped)]
    texts += [section.name for section in issue.sections]
    for article in issue.articles:
        texts += [article.title, *article.paragraphs]
    return _count(texts)


def _count(texts: Iterable[str]) -> Counter[str]:
    """The characters of some texts, without blanks and notation."""
    count = Counter(char for text in texts for char in clean(text) if not char.isspace())
    for sign in _NOTATION:
        del count[sign]
    return count
