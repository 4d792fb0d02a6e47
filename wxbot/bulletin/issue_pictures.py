"""Convert the pictures of an issue for the web, in the process that read the file and within its limits.

A damaged picture, and one for which no time is left, is left out of the content: its description and caption stay, and
a problem names the place.
"""

import time
from collections.abc import Collection, Iterator
from dataclasses import replace

from wxbot.bulletin.blocks import Block, Blocks, Picture, map_blocks, pictures
from wxbot.bulletin.model import ParsedArticle, ParsedIssue, ParsedSection, Problem, WebForm
from wxbot.bulletin.web_forms import web_form

__all__ = ["convert_shown_pictures", "shown_pictures"]

_LEFT_OUT = "{place}有 {count} 张图片{reason}，只保留了图片说明；请检查原文件"
_DAMAGED = "打不开"
_LATE = "来不及转换"


def shown_pictures(parsed: ParsedIssue) -> Iterator[str]:
    """Yield the digests of the pictures that an issue shows, each once."""
    contents = [parsed.lead, *(section.lead for section in parsed.sections)]
    contents += [article.blocks for article in parsed.articles]
    yield from dict.fromkeys(one.digest for blocks in contents for one in pictures(blocks) if one.digest)


def convert_shown_pictures(
    parsed: ParsedIssue, known: Collection[str] = (), seconds: float | None = None
) -> ParsedIssue:
    """Return the issue with the web forms of its pictures, except of those that are `known` or have one already.

    `seconds` is the processor time after which further pictures are left out; None sets no limit.
    """
    until = None if seconds is None else time.process_time() + seconds
    forms: dict[str, WebForm] = dict(parsed.web_forms)
    left_out: dict[str, str] = {}
    for digest in shown_pictures(parsed):
        if digest in known or digest in forms:
            continue
        if until is not None and time.process_time() > until:
            left_out[digest] = _LATE
            continue
        form = web_form(parsed.pictures[digest]) if digest in parsed.pictures else None
        if form is None:
            left_out[digest] = _DAMAGED
        else:
            forms[digest] = form
    complete = replace(parsed, web_forms=forms)
    return _Remover(left_out).issue(complete) if left_out else complete


class _Remover:
    """Remove the digests of pictures that are left out, and report where each stood."""

    def __init__(self, left_out: dict[str, str]) -> None:
        self._left_out = left_out
        self._problems: list[Problem] = []

    def issue(self, parsed: ParsedIssue) -> ParsedIssue:
        """Return the issue without the pictures, with a problem for each place and reason."""
        lead = self._blocks(parsed.lead, 1, "卷首")
        sections = tuple(map(self._section, parsed.sections))
        kept = {digest: data for digest, data in parsed.pictures.items() if digest not in self._left_out}
        problems = (*parsed.problems, *self._problems)
        return replace(parsed, lead=lead, sections=sections, pictures=kept, problems=problems)

    def _section(self, section: ParsedSection) -> ParsedSection:
        """Return a section without the pictures."""
        lead = self._blocks(section.lead, section.line, f"栏目“{section.name}”")
        return replace(section, lead=lead, articles=tuple(map(self._article, section.articles)))

    def _article(self, article: ParsedArticle) -> ParsedArticle:
        """Return an article without the pictures."""
        return replace(article, blocks=self._blocks(article.blocks, article.line, f"“{article.title}”"))

    def _blocks(self, blocks: Blocks, line: int, place: str) -> Blocks:
        """Return blocks without the pictures; report how many there were."""
        found = [self._left_out[one.digest] for one in pictures(blocks) if one.digest in self._left_out]
        if not found:
            return blocks
        for reason in dict.fromkeys(found):
            says = _LEFT_OUT.format(place=place, count=found.count(reason), reason=reason)
            self._problems.append(Problem(line or 1, says))
        return map_blocks(self._without, blocks)

    def _without(self, block: Block) -> Block:
        """Return a picture that is left out without its digest, and any other block unchanged."""
        if isinstance(block, Picture) and block.digest in self._left_out:
            return replace(block, digest="")
        return block
