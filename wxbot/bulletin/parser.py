"""The parser: what the lines of one bulletin mean. No file, no clock, no database.

    furniture   page numbers, form feeds and running headers go
    masthead    name, number, date, editor
    contents    the table of contents and the end matter go
    sections    which lines name a section
    reading     which lines are titles, text, entries of a list, and which only carry one on
    build       sections and articles from all that

What cannot be told becomes a Problem with its line, never an exception.
"""

from collections.abc import Iterable, Sequence

from wxbot.bulletin import contents, furniture, masthead, reading, sections
from wxbot.bulletin.build import Built, blocks, build
from wxbot.bulletin.layout import look
from wxbot.bulletin.masthead import Masthead
from wxbot.bulletin.model import Dropped, Line, ParsedIssue, Problem
from wxbot.bulletin.roles import Role

__all__ = ["parse"]

_DAMAGED = "\ufffd"


def parse(lines: Iterable[Line]) -> ParsedIssue:
    """Lines of one bulletin in, one issue out.

    Every character that is no blank comes back: in a title, a paragraph, a section's name, the masthead,
    or in `dropped` with its reason.
    """
    source = list(lines)
    kept, dropped = furniture.strip(source)
    head = masthead.find(kept)
    printed = [kept[index].text for index in sorted(head.lines)]
    body = [line for index, line in enumerate(kept) if index >= head.end and index not in head.lines]
    between = [kept[index] for index in range(head.end) if index not in head.lines]
    body, headers = furniture.strip_headers(body, printed)
    table = contents.table_of_contents(body)
    dropped += headers + contents.drop([body[index] for index in table], contents.CONTENTS)
    body = [line for index, line in enumerate(body) if index not in table]
    body, tail = _end(head, body)
    built = _body(body)
    damaged = [Problem(line.at, "这一行有无法识别的字符") for line in source if _DAMAGED in line.text]
    empty = [] if any(s.articles for s in built.sections) else [Problem(1, "没有找到任何文章")]
    return ParsedIssue(
        title=head.title,
        year=head.year,
        issue=head.issue,
        total=head.total,
        date=head.date,
        editor=head.editor,
        sections=tuple(built.sections),
        problems=tuple(sorted([*head.problems, *built.problems, *damaged, *empty], key=_line)),
        dropped=tuple(sorted([*dropped, *tail, *built.dropped], key=_line)),
        masthead=(*printed, *(line.text for line in between)),
    )


def _line(found: Problem | Dropped) -> int:
    return found.line


def _end(head: Masthead, body: list[Line]) -> tuple[list[Line], list[Dropped]]:
    """The body without its end matter, which may name the editor that the head did not."""
    start = contents.end_matter(body)
    tail = body[start:]
    if head.editor is None:
        head.editor = next(filter(None, (masthead.editor_in(line.text) for line in tail)), None)
    return body[:start], contents.drop(tail, contents.END_MATTER)


def _body(lines: Sequence[Line]) -> Built:
    """The sections and articles of a body."""
    looks = look(lines)
    headings = {i: Role.HEADING for i, one in enumerate(looks) if one.mark.kind == "#"}
    named = max(
        sections.candidates(lines),
        key=lambda names: reading.weigh(looks, headings | dict.fromkeys(names, Role.SECTION)),
    )
    found = reading.read(looks, headings | dict.fromkeys(named, Role.SECTION))
    bare = {
        i: sections.name(lines[i].text)
        for i, role in enumerate(found.roles)
        if role is Role.SECTION and i not in named
    }
    return build(list(blocks(lines, found.roles)), named | bare, set(found.doubtful))
