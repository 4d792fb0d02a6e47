"""Count the characters of a parser's input and of its result."""

from collections import Counter
from collections.abc import Iterable

from wxbot.bulletin import Line, ParsedIssue
from wxbot.bulletin.line_text import clean

# Brackets around a section name and `#` before a heading are notation, not text.
_NOTATION = "【】〖〗［］[]≡◆★■「」『』〔〕#"


def printed(lines: Iterable[Line]) -> Counter[str]:
    """Count the characters of a source, without blanks."""
    return _count(line.text for line in lines)


def kept(issue: ParsedIssue) -> Counter[str]:
    """Count the characters of all texts of an issue, dropped ones included."""
    texts = [*issue.masthead, *(dropped.text for dropped in issue.dropped)]
    texts += [section.name for section in issue.sections]
    for article in issue.articles:
        texts += [article.title, *article.paragraphs]
    return _count(texts)


def _count(texts: Iterable[str]) -> Counter[str]:
    """Count the characters of texts, without blanks and notation."""
    count = Counter(char for text in texts for char in clean(text) if not char.isspace())
    for sign in _NOTATION:
        del count[sign]
    return count
