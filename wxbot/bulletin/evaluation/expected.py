"""Read the expected result of a bulletin: what a careful reader makes of it, in a file `NAME.expected.json`.

Two forms are understood. The short one has the masthead and, for each section, the titles of its articles as strings;
an empty list stands for a section of running text, which a parser may keep as an article of the section's name. The
full one is a line of `wxbot ingest --json`, with articles as objects. Both may state how many `pictures`, `tables` and
`links` the bulletin has. A masthead value of null is one that the bulletin does not print; a missing key is not judged.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wxbot.bulletin.blocks import Blocks, Table, addresses, blocks_from_json, pictures, walk
from wxbot.errors import UsageError

__all__ = ["SUFFIX", "ExpectedIssue", "ExpectedSection", "find_expected", "read_expected"]

SUFFIX = ".expected.json"
"""End of the name of a file with an expected result."""

_MASTHEAD = ("title", "year", "issue", "total", "date", "editor")


@dataclass(frozen=True, slots=True)
class ExpectedSection:
    """A section: its name, "" where the bulletin prints none, and the titles of its articles."""

    name: str
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectedIssue:
    """The expected result of one bulletin.

    Attributes
    ----------
    masthead : the judged values by name
    sections : sections in printed order
    paragraphs : text of the articles and leads, one string a paragraph; None where the file does not give it
    counts : number of pictures, tables and links, where the file states it
    """

    masthead: Mapping[str, str | int | None]
    sections: tuple[ExpectedSection, ...]
    paragraphs: tuple[str, ...] | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


def find_expected(folder: Path) -> Iterator[tuple[Path, list[Path]]]:
    """Yield each file with an expected result, and the bulletins of that name beside it.

    Sub-folders are searched too.
    """
    for expected in sorted(folder.rglob(f"*{SUFFIX}")):
        stem = expected.name.removesuffix(SUFFIX)
        beside = (path for path in expected.parent.iterdir() if path.stem == stem and path.is_file())
        yield expected, sorted(beside)


def read_expected(file: Path) -> ExpectedIssue:
    """Read an expected result; raise UsageError for a file that is none."""
    try:
        found = json.loads(file.read_text("utf-8"))
        return _issue(found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise UsageError(
            f"{file} 不是一份期望结果：{wrong!r}",
            remedy='{"title", "year", "issue", "date", "editor", "sections": [{"name", "articles": ["标题"]}]}',
        ) from None


def _issue(found: Mapping[str, Any]) -> ExpectedIssue:
    """Return the expected issue of a JSON object."""
    # Hand-written results leave the number null where it follows from year and issue.
    judged = [*(name for name in _MASTHEAD if name in found), *(["number"] if found.get("number") else [])]
    sections = found["sections"]
    articles = [article for section in sections for article in section["articles"]]
    full = [article for article in articles if isinstance(article, dict)]
    leads = [*found.get("lead", ()), *(text for section in sections for text in section.get("lead", ()))]
    has_text = any("paragraphs" in article for article in full) or bool(leads)
    texts = [*leads, *(text for article in full for text in article.get("paragraphs", ()))]
    return ExpectedIssue(
        masthead={name: found[name] for name in judged},
        sections=tuple(ExpectedSection(s["name"] or "", tuple(map(_title, s["articles"]))) for s in sections),
        paragraphs=tuple(texts) if has_text else None,
        counts=_stated_counts(found) or _counts_of_blocks(full),
    )


def _title(article: str | Mapping[str, Any]) -> str:
    """Return the title of an article in either form."""
    return article if isinstance(article, str) else str(article["title"])


def _stated_counts(found: Mapping[str, Any]) -> dict[str, int]:
    """Return the counts that an expected result states."""
    return {name: int(found[name]) for name in ("pictures", "tables", "links") if name in found}


def _counts_of_blocks(articles: list[dict[str, Any]]) -> dict[str, int]:
    """Count pictures, tables and links in the typed content of articles; nothing where they have none."""
    if not any("blocks" in article for article in articles):
        return {}
    blocks: Blocks = tuple(block for article in articles for block in blocks_from_json(article["blocks"]))
    return {
        "pictures": sum(1 for _ in pictures(blocks)),
        "tables": sum(isinstance(block, Table) for block in walk(blocks)),
        "links": len(addresses(blocks)),
    }
