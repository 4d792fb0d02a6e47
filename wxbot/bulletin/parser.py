"""Parse the lines of one bulletin into an issue. Pure: no file, no clock, no database.

    furniture            remove page numbers, form feeds, rules and running headers
    masthead             read name, number, date and editor
    toc                  remove the table of contents and the end matter
    heading_candidates   split run-in titles; list which lines may name a section or head an article
    decoder              choose the most plausible role for each line (Viterbi)
    build                build sections and articles from lines and roles

What cannot be decided becomes a Problem with its line number, never an exception.
"""

from collections.abc import Iterable, Sequence

from wxbot.bulletin import decoder, furniture, heading_candidates, masthead, toc
from wxbot.bulletin.build import ParsedBody, build_body, group_blocks
from wxbot.bulletin.line_features import extract_features
from wxbot.bulletin.masthead import Masthead
from wxbot.bulletin.model import Dropped, Line, ParsedIssue, Problem, Role

__all__ = ["parse"]

_DAMAGED = "\ufffd"


def parse(lines: Iterable[Line]) -> ParsedIssue:
    """Parse the lines of one bulletin into one issue.

    Every character except blanks is preserved: in a title, a paragraph, a section's name, the masthead,
    or in `dropped` with its reason.
    """
    source = list(lines)
    kept, dropped = furniture.strip(source)
    head = masthead.find(kept)
    in_head = head.lines | set(range(head.end))
    printed = [kept[index].text for index in sorted(in_head)]
    body = [line for index, line in enumerate(kept) if index not in in_head]
    body, headers = furniture.strip_headers(body, printed)
    table = toc.find_table_of_contents(body)
    contents = [body[index] for index in table]
    body, tail = _split_end_matter(head, [line for index, line in enumerate(body) if index not in table])
    parsed = _parse_body(heading_candidates.split_run_in_titles(body))
    masthead.report_problems(head, kept)
    dropped += [*headers, *toc.as_dropped(contents, toc.CONTENTS), *tail, *parsed.dropped]
    problems = [*head.problems, *parsed.problems, *_document_problems(source, body, parsed)]
    return ParsedIssue(
        title=head.title,
        year=head.year,
        issue=head.issue,
        total=head.total,
        date=head.date,
        editor=head.editor,
        sections=tuple(parsed.sections),
        problems=tuple(sorted(problems, key=_line_number)),
        dropped=tuple(sorted(dropped, key=_line_number)),
        masthead=tuple(printed),
    )


def _document_problems(source: Sequence[Line], body: Sequence[Line], parsed: ParsedBody) -> list[Problem]:
    """Return the problems that do not depend on roles: figures alone, damaged characters, no articles."""
    says = "这一行只有数字“{}”，可能是页码，按正文处理"
    found = [Problem(line.at, says.format(line.text)) for line in body if furniture.is_bare_number(line)]
    found += [Problem(line.at, "这一行有无法识别的字符") for line in source if _DAMAGED in line.text]
    if not any(section.articles for section in parsed.sections):
        found.append(Problem(1, "没有找到任何文章"))
    return found


def _line_number(found: Problem | Dropped) -> int:
    """Sort key: the line number."""
    return found.line


def _split_end_matter(head: Masthead, body: list[Line]) -> tuple[list[Line], list[Dropped]]:
    """Split the end matter off the body, and take editor and date from it where the masthead has none."""
    start = toc.end_matter_start(body)
    tail = body[start:]
    masthead.complete(head, [line.text for line in tail])
    return body[:start], toc.as_dropped(tail, toc.END_MATTER)


def _parse_body(lines: Sequence[Line]) -> ParsedBody:
    """Parse a body: choose the best candidate for its headings, decode the roles, build the sections."""
    features = extract_features(lines)
    candidates = heading_candidates.role_candidates(lines)
    known = max(candidates, key=lambda known: decoder.best_path_score(features, known))
    decoded = decoder.decode(features, known)
    names = {
        index: heading_candidates.section_name(lines[index].text)
        for index, role in enumerate(decoded.roles)
        if role is Role.SECTION
    }
    return build_body(list(group_blocks(lines, decoded.roles)), names, set(decoded.doubtful))
