"""Parse the lines of one bulletin into an issue, and check that the library can store it.

    settled_lines        mark the lines about which an editor settled something, and apply it in the steps below
    source_parts         divide the lines into parts:
      furniture            remove page furniture
      masthead             read name, number, date and editor
      contents             set apart tables of contents and highlights; their entries confirm titles
      end_matter           set apart imprint, distribution and recommendations
      run_in_titles        split lines that hold a title and its text
    structure            give each line its role: by kinds of headings (`outline`), or by the decoder (Viterbi)
    build                build sections and articles from lines and roles
    settled_pictures     leave out, move and caption pictures as an editor settled
    settled_articles     give articles and sections the names, numbers and order that an editor settled

Parsing is pure: no file, no clock, no database. What cannot be decided becomes a Problem with its line number, never
an exception. Only `load` reads a file, and only `load` and `validate` raise.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from wxbot.bulletin import doubts, furniture, settled_articles, settled_lines, settled_pictures
from wxbot.bulletin.blocks import Blocks, blocks_to_json, missing_pictures, paragraphs
from wxbot.bulletin.build import ParsedBody, build_body, group_blocks, section_names
from wxbot.bulletin.confidence import estimate_confidence, unmatched_entries
from wxbot.bulletin.fixes import Fixes
from wxbot.bulletin.habits import Habits, mark_known_sections
from wxbot.bulletin.identity import NO_NUMBER, Settled, number_of_day_in_name
from wxbot.bulletin.line_text import LineEnd, columns, leading_marker, line_end
from wxbot.bulletin.masthead import is_document_title
from wxbot.bulletin.model import (
    CONTINUATION,
    Document,
    Dropped,
    Line,
    ParsedArticle,
    ParsedIssue,
    Problem,
    Role,
    Source,
)
from wxbot.bulletin.readers import open_source, read_source
from wxbot.bulletin.source_parts import SourceParts, divide_source
from wxbot.bulletin.structure import find_structure
from wxbot.errors import BulletinError

__all__ = ["load", "load_source", "parse", "to_json", "validate"]

_DAMAGED = "\ufffd"

_MAX_FIRST_LINE = 40
"""Columns of the longest first line that titles a body without any other title."""


def parse(
    document: Document | Iterable[Line],
    settled: Settled | None = None,
    habits: Habits | None = None,
    fixes: Fixes | None = None,
) -> ParsedIssue:
    """Parse one bulletin, or its lines alone, into one issue.

    `settled` holds what an editor gave by hand, `habits` what is known of the association's publications, `fixes`
    what an editor settled about this source; what was given by hand comes before it.

    Every character except blanks is preserved: in a title, a paragraph, a section's name, the masthead,
    or in `dropped` with its reason.
    """
    if not isinstance(document, Document):
        document = Document(tuple(document))
    fixes = fixes or Fixes()
    marked = settled_lines.apply_line_fixes(document.lines, fixes)
    parts = divide_source(document, marked.lines, fixes.complete(settled), habits)
    lines = parts.body_lines()
    parsed = _parse_body(lines, parts, document.notes)
    unmatched = settled_pictures.fix_pictures(parsed, marked.lines, fixes)
    doubtful = _find_problems(parts, parsed, marked.lines)
    fixed = settled_articles.fix_articles(parsed.sections, fixes)
    problems = fixed.without_settled(marked.without_settled(doubtful))
    articles = sum(len(section.articles) for section in parsed.sections)
    if not articles:
        problems.append(Problem(1, "没有找到任何文章"))
    problems += [
        *fixes.problems,
        *marked.problems,
        *settled_lines.report_unjoined(lines),
        *unmatched,
        *fixed.problems,
        *settled_articles.check_push_form(fixed.sections, fixes),
    ]
    if fixes.lines and not problems:
        parsed.certainty = 1.0  # an editor settled whatever was doubtful
    confidence = estimate_confidence(parts.head, parsed.certainty, problems, articles)
    if not problems:
        problems += doubts.report_low_confidence(parts.head, parsed.certainty, confidence)
    dropped = [*parts.dropped, *parsed.dropped, *fixed.dropped]
    return ParsedIssue(
        title=parts.head.title,
        year=parts.head.year,
        issue=parts.head.issue,
        total=parts.head.total,
        total_last=parts.head.totals[-1] if len(parts.head.totals) > 1 else None,
        date=parts.head.date,
        editor=parts.head.editor,
        lead=parsed.lead,
        sections=tuple(fixed.sections),
        problems=tuple(sorted(problems, key=_line_number)),
        dropped=tuple(sorted(dropped, key=_line_number)),
        masthead=parts.printed,
        pictures=document.pictures,
        identity=parts.number,
        confidence=confidence,
        push=None if fixes.problems else fixes.push,
    )


def _find_problems(parts: SourceParts, parsed: ParsedBody, source: Sequence[Line]) -> list[Problem]:
    """Return the problems of a reading before an editor's fixes: of masthead, body, source and contents."""
    unread = unmatched_entries(parts.entries, parsed.sections) if parts.listed else ()
    return [
        *parts.head.problems,
        *parsed.problems,
        *_document_problems(source, parts.body),
        *(Problem(parts.listed[0].at, f"目录里的“{entry[:20]}”没有读成标题或栏目") for entry in unread),
        *doubts.find_lost_entries(parts.listed, parsed.sections),
    ]


def _document_problems(source: Sequence[Line], body: Sequence[Line]) -> list[Problem]:
    """Return the problems that do not depend on roles: figures alone, damage, scans, missing pictures."""
    says = "这一行只有数字“{}”，可能是页码，按正文处理"
    found = [Problem(line.at, says.format(line.text)) for line in body if furniture.is_bare_number(line)]
    found += [Problem(line.at, "这一行有无法识别的字符") for line in source if _DAMAGED in line.text]
    found += doubts.report_scanned_pages(source)
    found += doubts.report_lost_pictures(source)
    missing = {
        address: line.at
        for line in reversed(source)
        if line.block
        for address in missing_pictures([line.block])
    }
    return found + [Problem(at, f"图片 {address[:80]} 不在文件旁边") for address, at in missing.items()]


def _line_number(found: Problem | Dropped) -> int:
    """Sort key: the line number."""
    return found.line


def _parse_body(lines: Sequence[Line], parts: SourceParts, notes: Mapping[str, Blocks]) -> ParsedBody:
    """Parse a body: find the role of each line, and build the sections; without any title it is one article."""
    found = find_structure(lines, parts.entries)
    if parts.known:
        for index in mark_known_sections(lines, found.roles, frozenset(parts.known.sections)):
            found.ranks.pop(index, None)
    settled_lines.settle_roles(lines, found.roles, found.ranks)
    blocks = list(group_blocks(lines, found.roles, found.ranks))
    parsed = build_body(blocks, section_names(blocks), notes, parts.name)
    articles = sum(len(section.articles) for section in parsed.sections)
    if parsed.lead and not articles:
        return _as_one_article(lines, notes, parts.name)
    parsed.problems += found.doubts
    parsed.problems += doubts.find_heading_doubts(blocks, articles, parsed.problems, is_named=parts.is_named)
    parsed.certainty = found.certainty
    return parsed


def _as_one_article(lines: Sequence[Line], notes: Mapping[str, Blocks], name: str) -> ParsedBody:
    """Parse a body in which no title was found as one article, titled by its short first line, else by `name`."""
    # A blank line may stand inside a paragraph where a page ends, but a first line above one is whole.
    is_continued = [role in CONTINUATION.values() for role in find_structure(lines).roles]
    if len(lines) > 1 and lines[1].gap:
        is_continued[1] = False
    roles = [Role.TEXT_CONT if after else Role.TEXT for after in is_continued]
    first = lines[0]
    is_titled = (
        len(lines) > 1
        and first.block is None
        and first.item is None
        and not is_continued[1]
        and columns(first.text) <= _MAX_FIRST_LINE
        and line_end(first.text) is LineEnd.NONE
        and not leading_marker(first.text).kind
    )
    if is_titled:
        roles[0] = Role.TITLE
    parsed = build_body(list(group_blocks(lines, roles, {})), {}, notes, name)
    if is_titled:
        says = f"第 {first.at} 行按标题处理，全文作为一篇文章；也可能有标题没有认出"
        parsed.problems.append(Problem(first.at, says))
    return parsed


def load(path: Path, settled: Settled | None = None) -> ParsedIssue:
    """Read, parse and validate one bulletin; `settled` holds what an editor gave by hand.

    Raises BulletinError for a file that cannot be read or is not a bulletin (see `validate`).
    """
    return load_source(open_source(path), settled=settled)


def load_source(
    source: Source,
    *,
    settled: Settled | None = None,
    habits: Habits | None = None,
    fixes: Fixes | None = None,
) -> ParsedIssue:
    """Read, parse and validate one bulletin that is in memory; raise BulletinError as `load` does."""
    fixes = fixes or Fixes()
    known = fixes.complete(settled)
    try:
        document = read_source(source)
        parsed = parse(document, known, habits, fixes)
        if parsed.identity is None and (day := number_of_day_in_name(document.file_name)):
            others = [each for each in parsed.problems if each.says != NO_NUMBER]
            doubt = Problem(1, f"没有印期号和日期，按文件名取 {day.label}")
            parsed = replace(parsed, identity=day, problems=(doubt, *others))
        return validate(parsed, source.file, known)
    except BulletinError as error:
        if not fixes.problems:
            raise
        # What the source lacks may stand in the fix file that could not be applied.
        says = f"{error.message}；{fixes.problems[0].says}"
        raise BulletinError(says, file=error.file, line=error.line, remedy=error.remedy) from error


def validate(parsed: ParsedIssue, file: str, settled: Settled | None = None) -> ParsedIssue:
    """Return the issue unchanged if the library can store it; what an editor `settled` counts as printed.

    Raises BulletinError for an issue without anything that numbers it (the library's key), without any sign of a
    masthead, or without articles.
    """
    settled = settled or Settled()
    is_named = parsed.title is not None and not is_document_title(parsed.title)
    has_masthead = bool(settled.publication or parsed.date or parsed.editor or is_named)
    name_too = "" if has_masthead else " --publication 刊名"
    if parsed.identity is None:
        raise BulletinError(
            f"{file} 里没有期号，也没有日期，不像一份简报",
            file=file,
            remedy="请在报头写上期号或日期，例如“2021 年第 2 期 2021 年 1 月 15 日”，再试一次；"
            f"或者上架时写明：wxbot ingest 文件 --number 2021-02{name_too}。",
        )
    # A notice or a letter may mention an issue; stored under that number it would replace the real issue.
    if not has_masthead:
        mentions = "" if settled.number else f"只是提到 {parsed.number}，"
        number = f" --number {settled.number}" if settled.number else ""
        raise BulletinError(
            f"{file} {mentions}没有简报的报头（刊名、日期、编者一样也没有）",
            file=file,
            remedy=f"若确实是一份简报，请写明刊名：wxbot ingest 文件{number} --publication 刊名。",
        )
    if not parsed.articles:
        raise BulletinError(
            f"{file} 里没有读出一篇文章", file=file, remedy="请检查正文是否为空，标题是否各占一行。"
        )
    return parsed


def to_json(file: str, parsed: ParsedIssue | None, outcome: str) -> dict[str, Any]:
    """Return the JSON object that `wxbot ingest --json` prints for one file.

    `parsed` is None for a file that could not be read; its confidence is null. `outcome` is one of new, same, revised,
    refused, dry-run.
    """
    issue = parsed or ParsedIssue()
    return {
        "file": file,
        "number": issue.number,
        "publication": issue.publication,
        "year": issue.year,
        "issue": issue.issue,
        "total": issue.total,
        **({} if issue.total_last is None else {"total_last": issue.total_last}),
        "date": issue.date.isoformat() if issue.date else None,
        "title": issue.title,
        "editor": issue.editor,
        **_lead_json(issue.lead),
        "sections": [
            {
                "name": section.name,
                **_lead_json(section.lead),
                "articles": [_article_json(article) for article in section.articles],
            }
            for section in issue.sections
        ],
        "problems": [asdict(problem) for problem in issue.problems],
        "confidence": issue.confidence if issue.articles else None,
        "dropped": [asdict(dropped) for dropped in issue.dropped],
        "outcome": outcome,
    }


def _lead_json(lead: Blocks) -> dict[str, list[str]]:
    """Return the text before the first article under its key; nothing where there is none."""
    return {"lead": list(paragraphs(lead))} if lead else {}


def _article_json(article: ParsedArticle) -> dict[str, Any]:
    """Return one article with lists in place of tuples, as JSON returns them."""
    return {
        "title": article.title,
        "paragraphs": list(article.paragraphs),
        "blocks": blocks_to_json(article.blocks),
        "links": list(article.links),
        "images": list(article.images),
        **({"n": article.n} if article.n is not None else {}),
        **({"cover": article.cover} if article.cover is not None else {}),
    }
