"""Count the characters of a parser's input and of its result."""

from collections import Counter
from collections.abc import Iterable, Iterator

from wxbot.bulletin import Line, ParsedIssue
from wxbot.bulletin.blocks import Blocks, Code, ItemList, walk, walk_spans
from wxbot.bulletin.build import RUNNING_TEXT
from wxbot.bulletin.line_text import clean

# Brackets around a section name and `#` before a heading are notation, not text.
_NOTATION = "【】〖〗［］[]≡◆★■「」『』〔〕#"


def printed(lines: Iterable[Line]) -> Counter[str]:
    """Count the characters of a source, without blanks."""
    texts = ([line.text] if line.block is None else _texts((line.block,)) for line in lines)
    return _count(text for one in texts for text in one)


def kept(issue: ParsedIssue) -> Counter[str]:
    """Count the characters of all texts of an issue, dropped ones included."""
    texts = [*issue.masthead, *(dropped.text for dropped in issue.dropped), *_texts(issue.lead)]
    for section in issue.sections:
        texts += [section.name, *_texts(section.lead)]
        # The title of running text repeats the name of its section or of the issue.
        for article in section.articles:
            given = len(section.articles) == 1 and article.title in {section.name, issue.title, RUNNING_TEXT}
            texts += [*_texts(article.blocks), *([] if given else [article.title])]
    return _count(texts)


def _texts(blocks: Blocks) -> Iterator[str]:
    """Yield all texts in blocks, the labels of entries included."""
    yield from (span.text for span in walk_spans(blocks))
    for block in walk(blocks):
        match block:
            case ItemList(items):
                yield from (item.label for item in items)
            case Code(text):
                yield text
            case _:
                pass


def _count(texts: Iterable[str]) -> Counter[str]:
    """Count the characters of texts, without blanks and notation."""
    count = Counter(char for text in texts for char in clean(text) if not char.isspace())
    for sign in _NOTATION:
        del count[sign]
    return count
