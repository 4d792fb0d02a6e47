"""The parser: what the lines of one bulletin mean. No file, no clock, no database.

    furniture   page numbers, form feeds, rules and running headers go
    masthead    name, number, date, editor
    contents    the table of contents and the end matter go
    runin       a title in brackets parts from the text on its line
    ranks       which lines may name a section or head an article
    reading     which lines are titles, text, entries of a list, and which only carry one on
    build       sections and articles from all that

What cannot be told becomes a Problem with its line, never an exception.
"""

from collections.abc import Iterable, Sequence

from wxbot.bulletin import decoder, furniture, heading_candidates, masthead, runin, toc
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
    in_head = head.lines | set(range(head.end))
    printed = [kept[index].text for index in sorted(in_head)]
    body = [line for index, line in enumerate(kept) if index not in in_head]
    body, headers = furniture.strip_headers(body, printed)
    table = toc.table_of_contents(body)
    listed = [body[index] for index in table]
    body, tail = _end(head, [line for index, line in enumerate(body) if index not in table])
    built = _body(runin.split(body))
    masthead.check(head, kept)
    dropped += [*headers, *toc.drop(listed, toc.CONTENTS), *tail, *built.dropped]
    problems = [*head.problems, *built.problems, *_general(source, body, built)]
    return ParsedIssue(
        title=head.title,
        year=head.year,
        issue=head.issue,
        total=head.total,
        date=head.date,
        editor=head.editor,
        sections=tuple(built.sections),
        problems=tuple(sorted(problems, key=_line)),
        dropped=tuple(sorted(dropped, key=_line)),
        masthead=tuple(printed),
    )


def _general(source: Sequence[Line], body: Sequence[Line], built: Built) -> list[Problem]:
    """Problems of lines and of the document, whatever was made of them."""
    says = "这一行只有数字“{}”，可能是页码，按正文处理"
    found = [Problem(line.at, says.format(line.text)) for line in body if furniture.is_bare_number(line)]
    found += [Problem(line.at, "这一行有无法识别的字符") for line in source if _DAMAGED in line.text]
    if not any(section.articles for section in built.sections):
        found.append(Problem(1, "没有找到任何文章"))
    return found


def _line(found: Problem | Dropped) -> int:
    """The line to sort by."""
    return found.line


def _end(head: Masthead, body: list[Line]) -> tuple[list[Line], list[Dropped]]:
    """The body without its end matter, which may name the editor and the day that the head did not."""
    start = toc.end_matter(body)
    tail = body[start:]
    masthead.complete(head, [line.text for line in tail])
    return body[:start], toc.drop(tail, toc.END_MATTER)


def _body(lines: Sequence[Line]) -> Built:
    """The sections and articles of a body."""
    looks = look(lines)
    known = max(heading_candidates.candidates(lines), key=lambda known: decoder.weigh(looks, known))
    found = decoder.read(looks, known)
    names = {
        index: heading_candidates.section_name(lines[index].text)
        for index, role in enumerate(found.roles)
        if role is Role.SECTION
    }
    return build(list(blocks(lines, found.roles)), names, set(found.doubtful))
