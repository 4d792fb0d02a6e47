"""Find the footnotes of a page: small type at its foot that begins with a mark which the text carries too."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wxbot.bulletin.blocks import Blocks, Paragraph, Span
from wxbot.bulletin.line_text import clean
from wxbot.bulletin.readers.pdf.page_lines import PrintedLine, join_pieces
from wxbot.bulletin.readers.pdf.printed import CharacterRun, PrintedPage, Rule
from wxbot.bulletin.readers.pdf.table_blocks import join_wrapped

__all__ = ["Footnotes", "split_footnotes", "split_inline_notes"]

_SMALL = 0.95  # of the size of the text: a note without a rule above it is smaller
_FOOT = 0.5  # of the height of the page: notes stand below
_SHORT_RULE = (0.1, 0.6)  # of the width of the page: the rule above notes
_MARK = re.compile(
    r"(?P<mark>[\[［〔(（]?\d{1,3}[\]］〕)）]?|[①-⑳㉑-㊿]|[*＊†‡]{1,3}|注\s?\d{0,2})\s*(?P<rest>.*)",
    re.DOTALL,
)
_INLINE_MARK = re.compile(r"\[\d{1,3}\]|［\d{1,3}］|〔\d{1,3}〕|[①-⑳]")
_BRACKETS = str.maketrans("", "", "[]［］〔〕()（） ")


@dataclass(slots=True)
class Footnotes:
    """Notes of a document by label; a label that a page uses again gets the number of the page."""

    by_label: dict[str, Blocks]

    def label(self, mark: str, page: int) -> str:
        """Return a label that no other note has."""
        bare = mark.translate(_BRACKETS)
        return bare if bare not in self.by_label else f"{bare}-{page + 1}"


@dataclass(slots=True)
class _FoundNote:
    """A note: its mark, and its lines."""

    mark: str
    lines: list[PrintedLine]


def split_footnotes(
    page: PrintedPage, pieces: list[PrintedLine], size: float, notes: Footnotes
) -> list[PrintedLine]:
    """Return the pieces of a page without its footnotes, which are added to `notes`; `size` is that of the text.

    Small type at the foot stays where it is unless the text refers to each note by its mark.
    """
    start = _start(page, pieces, size)
    if start is None:
        return pieces
    text = [piece for piece in pieces if piece.base > start]
    below = join_pieces(piece for piece in pieces if piece.base <= start)
    found = list(_notes(below))
    marks = {mark: (line, run) for line, run, mark in _references(text)}
    if not found or any(note.mark.translate(_BRACKETS) not in marks for note in found):
        return pieces
    right = max(line.box.right for line in below)
    for note in found:
        label = notes.label(note.mark, page.number)
        line, run = marks[note.mark.translate(_BRACKETS)]
        line.notes[id(run)] = label
        notes.by_label[label] = tuple(_without_mark(note, right))
    return text


def split_inline_notes(columns: Sequence[list[PrintedLine]], notes: Footnotes) -> set[int]:
    """Add the notes that stand in the running text below their reference; return the identities of their lines.

    Such a note begins with the same mark in brackets, or in a circle, that the text carries as a superscript.
    """
    open_marks: dict[str, tuple[PrintedLine, CharacterRun]] = {}
    used: set[int] = set()
    for lines in columns:
        at = 0
        while at < len(lines):
            line = lines[at]
            found = _INLINE_MARK.match(line.text)
            at += 1
            if found is None or found[0] not in open_marks:
                for raised in line.superscripts():
                    if _INLINE_MARK.fullmatch(clean(raised.text)):
                        open_marks[clean(raised.text)] = (line, raised)
                continue
            right = max(one.box.right for one in lines)
            note = _FoundNote(found[0], [line])
            while at < len(lines) and _goes_on(note.lines[-1], lines[at], right):
                note.lines.append(lines[at])
                at += 1
            used |= {id(one) for one in note.lines}
            referring, run = open_marks.pop(found[0])
            label = notes.label(found[0], len(notes.by_label))
            referring.notes[id(run)] = label
            notes.by_label[label] = tuple(_without_mark(note, right))
    return used


def _goes_on(before: PrintedLine, line: PrintedLine, right: float) -> bool:
    """Tell if a line continues the note above it: that is full, and this one is not indented."""
    full = right - before.box.right < 2 * before.size
    return full and line.size == before.size and line.box.left < before.box.left + before.size / 2


def _start(page: PrintedPage, pieces: Sequence[PrintedLine], size: float) -> float | None:
    """Return the height of the first line of notes: below a short rule, or where the type becomes small."""
    middle = page.box.bottom + _FOOT * page.box.height
    low = sorted((piece for piece in pieces if piece.base < middle), key=lambda piece: piece.base)
    rules = [rule.at for rule in page.graphics.horizontal if rule.at < middle and _is_short(rule, page)]
    if rules:
        below = [piece.base for piece in low if piece.base < max(rules)]
        if below and all(piece.size <= size for piece in low if piece.base < max(rules)):
            return max(below)
    start = None
    for piece in low:
        if piece.size > _SMALL * size:
            break
        start = piece.base
    return start


def _is_short(rule: Rule, page: PrintedPage) -> bool:
    """Tell if a rule may stand above notes."""
    least, most = _SHORT_RULE
    return least * page.box.width <= rule.end - rule.start <= most * page.box.width


def _notes(lines: Sequence[PrintedLine]) -> Iterator[_FoundNote]:
    """Yield the notes of the lines at the foot; nothing if the first line has no mark."""
    current: _FoundNote | None = None
    for line in lines:
        found = _MARK.fullmatch(line.text)
        if found is not None and found["rest"]:
            if current is not None:
                yield current
            current = _FoundNote(found["mark"], [line])
        elif current is None:
            return
        else:
            current.lines.append(line)
    if current is not None:
        yield current


def _references(lines: Sequence[PrintedLine]) -> Iterator[tuple[PrintedLine, CharacterRun, str]]:
    """Yield the marks in the text that refer to notes: superscripts, and signs that are used for nothing else."""
    for line in lines:
        raised = {id(run) for run in line.superscripts()}
        for run in line.runs:
            mark = clean(run.text).translate(_BRACKETS)
            if id(run) in raised and mark:
                yield line, run, mark


def _without_mark(note: _FoundNote, right: float) -> Iterator[Paragraph]:
    """Yield the paragraphs of a note without its mark."""
    for index, spans in enumerate(join_wrapped(note.lines, right)):
        if index:
            yield Paragraph(spans)
            continue
        left = len(note.mark)
        rest: list[Span] = []
        for span in spans:
            text = span.text[left:] if left else span.text
            left = max(0, left - len(span.text))
            text = text if rest else text.lstrip()
            if text:
                rest.append(Span(text, span.url, span.bold, span.italic, span.code, span.script))
        yield Paragraph(tuple(rest))
