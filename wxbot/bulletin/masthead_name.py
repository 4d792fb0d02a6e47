"""Choose the publication's name among the pieces of a masthead, by words, position and repetition.

A headline or a section's name is never taken: a name ends as names of periodicals do, or stands beside number or date.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from wxbot.bulletin import line_text
from wxbot.bulletin import masthead_words as words
from wxbot.bulletin.line_text import LineEnd, columns
from wxbot.bulletin.masthead_rows import Mark, Part, Row
from wxbot.bulletin.printed_number import find_day, fold

__all__ = ["ChosenName", "NameEvidence", "choose_name"]

_SEPARATOR = re.compile(
    r"[|｜；;。！？!?，：:】—–]+|\s+[-－/／]\s+|(?<=[\u3400-\u9fff])--?(?=[\u3400-\u9fff])"
)
_BESIDE: dict[tuple[str, str], float] = {
    ("before", Mark.NUMBER): 3.0,
    ("after", Mark.NUMBER): 1.5,
    ("before", Mark.DATE): 1.5,
    ("after", Mark.DATE): 0.75,
}
"""Evidence of a piece that stands directly before or after a number or a date."""

_LARGEST = 5.0
"""Evidence of the largest type above the number: more than a name in small type, as page headers are, can have."""

_TALL = 1.8
"""Size of type, relative to the body, from which a line is set as names of publications are."""

_OUTSTANDING = 1.3
"""Times by which the largest type exceeds that of every other line of the masthead."""

_MAX_GUESSED = 24
"""Columns of the longest first line that is taken for the name because a date stands below it."""

_PERIOD_WORD = re.compile(r"(?:[一本每两双半][周週旬月季年]|七[日天])$")
"""How names of periodicals end that report on a period, such as 某某一周."""

_LEAP_YEAR = 2024
_MIN_SCORE = 2.4
_MAX_COLUMNS = 40


@dataclass(frozen=True, slots=True)
class NameEvidence:
    """Evidence of the whole document about its name.

    `top_levels` counts its headings of the first level; `repeated` are page headers and short lines, `known` the
    names of publications that the association has.
    """

    top_levels: int = 0
    repeated: tuple[str, ...] = ()
    file_name: str = ""
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChosenName:
    """A name with the positions of its lines; `day` is the month and day that were printed in it.

    `is_guessed`: nothing but its place above a date tells that it is one.
    """

    name: str
    score: float
    lines: tuple[int, ...]
    day: tuple[int, int] | None = None
    is_guessed: bool = False


def choose_name(rows: Sequence[Row], evidence: NameEvidence) -> ChosenName | None:
    """Return the piece of text that is most plausibly the name; None where none is plausible enough."""
    numbered = [i for i, row in enumerate(rows) if row.marks & {Mark.NUMBER, Mark.DATE, Mark.BYLINE}]
    best: ChosenName | None = None
    for position, row in enumerate(rows):
        for part in _pieces(row):
            score = _score(rows, position, part, numbered, evidence)
            name = _known_name(part.text, evidence) or words.clean_name(part.text)
            if name and score >= _MIN_SCORE and (best is None or score > best.score):
                guessed = _is_guessed(rows, position, part, evidence)
                best = ChosenName(name, score, (row.index,), _day(part.text), guessed)
                if part.start == 0 or not row.left[: part.start].strip():
                    best = _join_line_above(rows, position, best)
    return best


def _pieces(row: Row) -> Iterator[Part]:
    """Yield the pieces of a row between values and separators; a piece with blanks also without its first word."""
    for part in row.parts():
        start = part.start
        pieces = []
        done = 0
        text = row.left[part.start : part.end]
        for found in [*_SEPARATOR.finditer(text), None]:
            end = found.start() if found else len(text)
            if text[done:end].strip():
                pieces.append((start + done, start + end, text[done:end].strip()))
            done = found.end() if found else end
        for number, (first, last, piece) in enumerate(pieces):
            before = part.before if number == 0 else ""
            after = part.after if number == len(pieces) - 1 else ""
            whole = Part(first, last, piece, before, after)
            yield from _without_organisation(whole)


def _without_organisation(part: Part) -> Iterator[Part]:
    """Yield a piece; without an organisation before it, or a headline behind it, that a blank separates."""
    tokens = part.text.split()
    if len(tokens) > 1 and line_text.remove_letterspacing(part.text) == part.text:
        rest = " ".join(tokens[1:])
        if (
            words.is_organisation(tokens[0])
            and words.is_periodical_name(rest)
            and not words.is_generic_name(rest)
        ):
            yield replace(part, text=rest)
            return
        if words.is_periodical_name(tokens[0]) and not words.is_periodical_name(part.text):
            yield replace(part, text=tokens[0], after="")
            return
        if words.is_organisation(tokens[0]) and words.is_generic_name(rest):
            yield replace(part, text="".join(tokens))
            return
    yield part


def _known_name(text: str, evidence: NameEvidence) -> str | None:
    """Return the known name that a piece is, with small differences."""
    bare = _bare(text)
    return next((name for name in evidence.known if _bare(name) == bare), None)


def _bare(text: str) -> str:
    """Return a text without signs and blanks, to compare names."""
    return "".join(char for char in text.casefold() if char.isalnum())


def _score(
    rows: Sequence[Row], position: int, part: Part, numbered: Sequence[int], evidence: NameEvidence
) -> float:
    """Return how plausible a piece is as the name; below zero for what cannot be one."""
    row = rows[position]
    name = words.clean_name(part.text)
    if (
        not name
        or words.is_classification(name.replace(" ", ""))
        or words.is_classification(part.text.strip())
    ):
        return -1.0
    if line_text.leading_marker(row.text).kind in {"一、", "（一）", "1.", "1、", "（1）", "label"}:
        return -1.0
    is_name = words.is_periodical_name(name)
    is_largest = _is_largest(rows, position, part)
    place = max(_place(position, part, numbered), 1.0 if is_largest else 0.0)
    if numbered and position > numbered[-1] + 1:
        return _known_score(part, evidence) - 1.0  # the news begin
    if not is_name and place < 1.0 and row.line.level != 1:
        return _known_score(part, evidence)
    score = place + (3.0 if is_name else 0.0) - 0.15 * position
    score += 1.5 if name != part.text.strip(words.LOOSE) and " " in part.text and " " not in name else 0.0
    score += 1.5 if row.line.level == 1 and evidence.top_levels == 1 else 0.0
    score += 1.0 if row.line.level == 1 and evidence.top_levels > 1 and position == 0 else 0.0
    score += 1.0 if "《" in part.text and "《" not in name else 0.0
    score += 0.5 if row.line.size >= 1.3 else 0.0
    score += 2.0 if _is_repeated(name, evidence) else 0.0
    score -= 2.0 if words.names_event(name) and not is_name else 0.0
    score -= 4.0 if words.is_document_title(name) and not is_name else 0.0
    score -= 3.0 if words.is_organisation(name) and row.line.level != 1 else 0.0
    score -= 2.5 if words.is_heading_word(name) and not place else 0.0
    score -= 1.0 if columns(name) > _MAX_COLUMNS else 0.0
    is_framed = row.text[0] in "│┃║"
    is_bracketed = line_text.bracket_content(row.text) is not None and row.line.level != 1 and not is_framed
    score -= 3.0 if is_bracketed and not row.has_marks else 0.0
    bar = row.left[part.end : part.end + 2].strip()[:1]
    score += 1.5 if row.line.level == 1 and not row.left[: part.start].strip() and bar in {"|", "｜"} else 0.0
    score += 1.6 if _heads_number(rows, position, part) or _heads_date(rows, position, part) else 0.0
    score += _LARGEST if is_largest else 0.0
    return score + _known_score(part, evidence)


def _place(position: int, part: Part, numbered: Sequence[int]) -> float:
    """Return the evidence of a piece's place beside number and date."""
    if part.is_marked:
        return max(
            _BESIDE.get((side, mark), 0.0) for side, mark in (("before", part.after), ("after", part.before))
        )
    if not numbered:
        return 0.0
    if position < numbered[0]:
        return 1.5 if position == numbered[0] - 1 else 1.0
    return 0.75 if position == numbered[-1] + 1 else 0.0


def _heads_number(rows: Sequence[Row], position: int, part: Part) -> bool:
    """Tell if a piece is the whole first line, and the number stands directly below it."""
    is_first = all(words.is_classification(row.text) for row in rows[:position])
    below = _row_below(rows, position)
    whole = part.text == rows[position].text.strip()
    return (
        whole and is_first and below is not None and Mark.NUMBER in below.marks and below.left[0] in set(Mark)
    )


def _heads_date(rows: Sequence[Row], position: int, part: Part) -> bool:
    """Tell if a piece is a short first line, and a date or period alone stands below it, with no article's text."""
    below, name = _row_below(rows, position), words.clean_name(part.text)
    is_first = all(words.is_classification(row.text) for row in rows[:position])
    return (
        below is not None
        and is_first
        and part.text == rows[position].text.strip()
        and below.marks == {Mark.DATE}
        and not below.left.strip(f"{''.join(Mark)}{words.LOOSE}")
        and (
            below.next_is_text is False
            or _PERIOD_WORD.search(name) is not None
            or _says_kind(rows, position, below)
        )
        and columns(name) <= _MAX_GUESSED
        and line_text.line_end(part.text) is LineEnd.NONE
        and not _is_other_text(name)
    )


def _is_largest(rows: Sequence[Row], position: int, part: Part) -> bool:
    """Tell if a piece is a whole line in by far the largest type of a masthead, directly above its number."""
    row = rows[position]
    below = _row_below(rows, position)
    return (
        row.line.size >= _TALL
        and part.text == row.text.strip()
        and all(row.line.size >= _OUTSTANDING * each.line.size for each in rows if each is not row)
        and below is not None
        and (Mark.NUMBER in below.marks or (Mark.DATE in below.marks and _says_kind(rows, position, below)))
        and below.left[0] in set(Mark)
        and not _is_other_text(words.clean_name(part.text))
    )


def _row_below(rows: Sequence[Row], position: int) -> Row | None:
    """Return the next row that says more than who edits, or of which kind the publication is (月刊)."""
    below = rows[position + 1 :]
    return next((row for row in below if not _only_describes(row)), None)


def _only_describes(row: Row) -> bool:
    """Tell if a row says no more than who edits, or of which kind or under which permit the publication is."""
    values = row.marks & {Mark.NUMBER, Mark.DATE, Mark.BYLINE}
    return not values and (
        bool(row.marks) or words.is_classification(row.text) or words.describes_periodical(row.text)
    )


def _says_kind(rows: Sequence[Row], position: int, below: Row) -> bool:
    """Tell if a row such as 月刊 stands between a piece and the row `below` it: then the piece is a name."""
    between = (row for row in rows[position + 1 :] if row.index < below.index)
    return any(
        words.is_kind_of_periodical(row.text) or words.describes_periodical(row.text) for row in between
    )


def _is_other_text(name: str) -> bool:
    """Tell if a text is a headline, the title of a notice, or the name of an organisation or a section."""
    if words.is_periodical_name(name):
        return False
    return (
        words.names_event(name)
        or words.is_document_title(name)
        or words.is_organisation(name)
        or words.is_heading_word(name)
    )


def _is_guessed(rows: Sequence[Row], position: int, part: Part, evidence: NameEvidence) -> bool:
    """Tell if only the place of a piece above a date, and neither its words nor its type, says that it is the name."""
    name, line = words.clean_name(part.text), rows[position].line
    is_sure = (
        words.is_periodical_name(name)
        or line.level == 1
        or line.size >= _TALL
        or _is_kind_below(rows, position)
        or _is_repeated(name, evidence)
        or _known_name(part.text, evidence)
    )
    return not is_sure and _heads_date(rows, position, part)


def _is_kind_below(rows: Sequence[Row], position: int) -> bool:
    """Tell if the next row says of which kind a publication is."""
    return position + 1 < len(rows) and words.is_kind_of_periodical(rows[position + 1].text)


def _is_repeated(name: str, evidence: NameEvidence) -> bool:
    """Tell if a page header, the file's name or another line of the bulletin says the name again."""
    bare = _bare(name)
    return len(bare) > 2 and any(bare in _bare(text) for text in (*evidence.repeated, evidence.file_name))


def _known_score(part: Part, evidence: NameEvidence) -> float:
    """Return the evidence of a name that the association's publications have."""
    return 6.0 if _known_name(part.text, evidence) else 0.0


def _day(text: str) -> tuple[int, int] | None:
    """Return month and day in the last digits of a name, as in 一周要闻0310."""
    found = find_day(fold(text.strip(words.LOOSE)), _LEAP_YEAR, compact=True)
    return (found.day.month, found.day.day) if found and found.day else None


def _join_line_above(rows: Sequence[Row], position: int, chosen: ChosenName) -> ChosenName:
    """Return a name that says only 工作简报 with the organisation in the same type on the line above it."""
    if position == 0:
        return chosen
    above, row = rows[position - 1], rows[position]
    text = line_text.remove_letterspacing(above.text.strip())
    same_look = (above.line.bold, above.line.level, above.line.look, above.line.align) == (
        row.line.bold,
        row.line.level,
        row.line.look,
        row.line.align,
    ) and abs(above.line.size - row.line.size) < 0.11
    is_first = all(words.is_classification(each.text) for each in rows[: position - 1])
    if (
        not same_look
        or not is_first
        or above.has_marks
        or row.line.gap > 0
        or not words.is_generic_name(chosen.name)
        or not (words.is_organisation(text) or (len(chosen.name) <= 4 and not words.is_periodical_name(text)))
        or words.is_classification(text)
        or "：" in text
        or columns(text) > _MAX_COLUMNS
    ):
        return chosen
    return replace(chosen, name=f"{text}{chosen.name}", lines=(above.index, *chosen.lines))
