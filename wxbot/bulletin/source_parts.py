"""Divide the lines of a source into masthead, contents, body and end matter, and find the issue's number."""

from collections.abc import Sequence
from dataclasses import dataclass

from wxbot.bulletin import contents, end_matter, furniture, identity, masthead
from wxbot.bulletin.habits import Habits, PublicationHabits
from wxbot.bulletin.identity import Settled
from wxbot.bulletin.issue_number import IssueNumber
from wxbot.bulletin.masthead import Masthead
from wxbot.bulletin.model import Document, Dropped, Line
from wxbot.bulletin.run_in_titles import split_run_in_titles
from wxbot.bulletin.settled_lines import join_settled_lines

__all__ = ["SourceParts", "divide_source"]

PAGE_HEADER = "page header"
"""Why a reader drops the text above each page; a masthead may stand there."""


@dataclass(frozen=True, slots=True)
class SourceParts:
    """The parts of a source: `head` was read from the lines `printed`, `entries` from the lines `listed`."""

    head: Masthead
    printed: tuple[str, ...]
    number: IssueNumber | None
    known: PublicationHabits | None
    listed: list[Line]
    entries: Sequence[str]
    body: list[Line]
    dropped: list[Dropped]
    is_named: bool

    @property
    def name(self) -> str:
        """The name that titles an article without a title of its own: the publication's, else the number."""
        return self.head.title or (self.number.label if self.number else "")

    def body_lines(self) -> list[Line]:
        """Return the lines of the body, joined as an editor settled, and split where one holds a title and its text."""
        return split_run_in_titles(join_settled_lines(self.body))


def divide_source(
    document: Document, source: Sequence[Line], settled: Settled, habits: Habits | None
) -> SourceParts:
    """Divide a source, and complete its masthead with what an editor settled, what other parts print, and the file.

    A masthead that an editor names counts as named only if it prints a name (`is_named`).
    """
    kept, dropped = furniture.strip(source)
    before_body = [line for line in kept if not line.is_body]
    head = masthead.find(
        before_body,
        headers=[line.text for line in source if line.drop_reason == PAGE_HEADER and line.text],
        fields=document.fields,
        file_name=document.file_name,
        names=habits.names if habits else (),
    )
    known = habits.of(settled.publication or head.title) if habits else None
    in_head = {id(before_body[index]) for index in head.lines | set(range(head.end))}
    printed = [line.text for line in kept if id(line) in in_head]
    body, headers = furniture.strip_headers([line for line in kept if id(line) not in in_head], printed)
    table = contents.find_contents(body)
    listed = [line for i, line in enumerate(body) if i in table.lines and not line.is_body]
    below = [line for i, line in enumerate(body) if i not in table.lines or line.is_body]
    body, tail = _split_end_matter(head, below)
    is_named = head.title is not None
    number = _identify(head, before_body, document.file_name, settled, known)
    return SourceParts(
        head=head,
        printed=tuple(printed),
        number=number,
        known=known,
        listed=listed,
        entries=table.entries,
        body=body,
        dropped=[*dropped, *headers, *furniture.as_dropped(listed, contents.CONTENTS), *tail],
        is_named=is_named,
    )


def _split_end_matter(head: Masthead, body: list[Line]) -> tuple[list[Line], list[Dropped]]:
    """Split the end matter off the body, and take editor and date from it where the masthead has none.

    It begins below the last line of which an editor settled that it is text of the bulletin.
    """
    above = max((index + 1 for index, line in enumerate(body) if line.is_body), default=0)
    start = max(above, end_matter.end_matter_start(body))
    tail = body[start:]
    masthead.complete(head, [line.text for line in tail])
    return body[:start], furniture.as_dropped(tail, end_matter.END_MATTER)


def _identify(
    head: Masthead,
    lines: Sequence[Line],
    file_name: str,
    settled: Settled,
    known: PublicationHabits | None,
) -> IssueNumber | None:
    """Return the issue's number, and report in the masthead what speaks against it; `settled` comes first."""
    identity.settle(head, settled)
    number = settled.number or identity.identify(head, lines, file_name)
    if settled.number is None:
        identity.report_other_number(head, lines, file_name)
    identity.report_problems(head, number, lines, known)
    return number
