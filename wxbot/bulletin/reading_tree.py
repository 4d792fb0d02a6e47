"""Arrange a reading as a tree: its sections and articles with what they contain, and the doubts in each."""

from collections import defaultdict
from collections.abc import Iterator
from operator import itemgetter

from wxbot.bulletin.blocks import Blocks, Table, addresses, missing_pictures, paragraphs, pictures, walk
from wxbot.bulletin.model import ParsedArticle, ParsedIssue, ParsedSection, Problem

__all__ = ["content_label", "doubts_by_node"]


def _nodes(parsed: ParsedIssue) -> Iterator[ParsedSection | ParsedArticle]:
    """Yield sections and their articles in printed order."""
    for section in parsed.sections:
        yield section
        yield from section.articles


def doubts_by_node(parsed: ParsedIssue) -> dict[int, list[Problem]]:
    """Return the doubts by the identity of the section or article in which they arose; 0 for the masthead."""
    # By the line alone: of a section and an article that begin on one line, the order in the issue decides.
    starts = sorted(((node.line, id(node)) for node in _nodes(parsed) if node.line), key=itemgetter(0))
    found: dict[int, list[Problem]] = defaultdict(list)
    for problem in parsed.problems:
        before = [node for line, node in starts if line <= problem.line]
        found[before[-1] if before else 0].append(problem)
    return found


def content_label(blocks: Blocks) -> str:
    """Return how many paragraphs, pictures, tables and links blocks have; kinds that they lack are left out."""
    tables = sum(isinstance(block, Table) for block in walk(blocks))
    missing = len(missing_pictures(blocks))
    text = len(paragraphs(block for block in blocks if not isinstance(block, Table)))
    counts = (
        (text, "段"),
        (sum(1 for _ in pictures(blocks)) - missing, "图"),
        (missing, "图缺文件"),
        (tables, "表"),
        (len(addresses(blocks)), "链接"),
    )
    return " ".join(f"{count} {what}" for count, what in counts if count) or "无正文"
