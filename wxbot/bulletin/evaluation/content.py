"""Count what was kept of a bulletin: paragraphs, pictures, tables, links, and every character of the source."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from wxbot.bulletin.blocks import Block, Blocks, ItemList, Note, Picture, Table, addresses, paragraphs, walk
from wxbot.bulletin.blocks import pictures as pictures_of
from wxbot.bulletin.evaluation.expected import ExpectedIssue
from wxbot.bulletin.evaluation.structure import letters_of
from wxbot.bulletin.evaluation.tally import Tally
from wxbot.bulletin.model import Document, Line, ParsedIssue

__all__ = ["count_characters", "count_letters", "score_characters", "score_kept", "score_paragraphs"]

_LABELS = {"pictures": "图片", "tables": "表格", "links": "链接"}
# Brackets around a name, signs before a heading and lines of a table are notation, not text.
_NOTATION = frozenset("【】〖〗［］[]≡◆★■●▶「」『』〔〕#|*_`>")
_LIST_LABEL = re.compile(r"\s*(?:##|[-*·•●]|\d{1,3}[.、．)）]|\[[^\]]{1,4}\])\s*")
_SHOWN = 40
"""Characters of lost text that a difference shows."""


def score_kept(
    expected: ExpectedIssue, document: Document, parsed: ParsedIssue, differences: list[str]
) -> dict[str, Tally]:
    """Count the pictures, tables and links that were kept, of those stated or else of those that the reader found.

    What the reader found in lines that were set apart with a reason is not wanted.
    """
    apart = {dropped.line for dropped in parsed.dropped}
    lines = [line for line in document.lines if line.at not in apart]
    source = _source_blocks(lines, document)
    spans = {span.url for line in lines for span in line.spans if span.url}
    given = {
        "pictures": sum(1 for _ in pictures_of(source)),
        "tables": _tables(source),
        "links": len(spans | {*addresses(source)}),
    }
    blocks = _all_blocks(parsed)
    urls = {*addresses(blocks), *(article.url for article in parsed.articles if article.url)}
    kept = {"pictures": sum(1 for _ in pictures_of(blocks)), "tables": _tables(blocks), "links": len(urls)}
    tallies = {}
    for name, found in kept.items():
        wanted = expected.counts.get(name, given[name])
        tallies[name] = Tally.of(min(found, wanted), wanted)
        if found < wanted:
            differences.append(f"{_LABELS[name]}只有 {found} 个，应有 {wanted} 个")
    return tallies


def _source_blocks(lines: Iterable[Line], document: Document) -> Blocks:
    """Return the tables and pictures of lines, and the content of the notes."""
    found = (line.block for line in lines if line.block is not None and not line.drop_reason)
    return (*found, *(block for note in document.notes.values() for block in note))


def _all_blocks(parsed: ParsedIssue) -> Blocks:
    """Return all content of an issue in order."""
    leads = [parsed.lead]
    for section in parsed.sections:
        leads += [section.lead, *(article.blocks for article in section.articles)]
    return tuple(block for blocks in leads for block in blocks)


def _tables(blocks: Iterable[Block]) -> int:
    """Count the tables in blocks."""
    return sum(isinstance(block, Table) for block in walk(blocks))


def score_paragraphs(wanted: Sequence[str], parsed: ParsedIssue) -> Tally:
    """Compare paragraphs without list labels, blanks and punctuation."""
    keys = Counter(filter(None, map(_paragraph_key, wanted)))
    found = Counter(filter(None, map(_paragraph_key, paragraphs(_all_blocks(parsed)))))
    return Tally((keys & found).total(), found.total(), keys.total())


def _paragraph_key(text: str) -> str:
    """Return a paragraph for comparison."""
    return letters_of(_LIST_LABEL.sub("", text, count=1))


def score_characters(
    expected: ExpectedIssue, document: Document, parsed: ParsedIssue, differences: list[str]
) -> dict[str, Tally]:
    """Count the characters of the source that were published, set apart with a reason, and lost.

    Where the expected text is known, its letters that the reader never delivered count as lost too.
    """
    notes = (block for note in document.notes.values() for block in note)
    source = count_characters([*(line.text for line in document.lines), *_texts(tuple(notes))])
    titles = [section.name for section in parsed.sections] + [article.title for article in parsed.articles]
    texts = [*titles, *_texts(_all_blocks(parsed))]
    published = count_characters(texts)
    apart = count_characters(dropped.text for dropped in parsed.dropped)
    everything = published + apart + count_characters(parsed.masthead)
    lost = source - everything
    measures: dict[str, Tally] = {}
    if expected.paragraphs is not None:
        wanted = count_letters(
            [*expected.paragraphs, *(title for section in expected.sections for title in section.titles)]
        )
        lost |= wanted - everything
        measures["content"] = Tally.of((wanted & published).total(), wanted.total())
    if lost:
        shown = "".join(lost.elements())
        differences.append(f"丢失 {lost.total()} 个字：{shown[:_SHOWN]}")
    size = source.total()
    return measures | {
        "published": Tally.of((source & published).total(), size),
        "apart": Tally.of((source - published & apart).total(), size),
        "lost": Tally.of(lost.total(), size),
    }


def _texts(blocks: Blocks) -> Iterator[str]:
    """Yield the text of blocks with the labels of list entries and notes, and the descriptions of pictures."""
    yield from paragraphs(blocks)
    for block in walk(blocks):
        match block:
            case ItemList(items):
                yield from (item.label for item in items)
            case Note(label):
                yield label
            case Picture(alt=alt):
                yield alt
            case _:
                pass


def count_characters(texts: Iterable[str]) -> Counter[str]:
    """Count the characters of texts without blanks and notation."""
    normal = (unicodedata.normalize("NFKC", text) for text in texts)
    return Counter(c for text in normal for c in text if not c.isspace() and c not in _NOTATION)


def count_letters(texts: Iterable[str]) -> Counter[str]:
    """Count the letters, figures and 汉字 of texts."""
    return Counter({char: count for char, count in count_characters(texts).items() if char.isalnum()})
