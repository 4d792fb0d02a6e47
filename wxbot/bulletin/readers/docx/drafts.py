"""Lines of a Word file while it is read: their evidence in absolute values, and the cleaning of styled runs."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from wxbot.bulletin.blocks import Span, Spans, Table, paragraphs, plain
from wxbot.bulletin.line_text import clean
from wxbot.bulletin.model import Line, ListItem
from wxbot.bulletin.readers.docx.inline import WordRun
from wxbot.bulletin.readers.docx.style_names import StyleKind
from wxbot.bulletin.readers.docx.styles import PLAIN, ParagraphLook, TextLook

__all__ = ["DraftLine", "LinePlace", "clean_runs", "dropped_line", "table_line", "text_line"]

_BOLD_SHARE = 2 / 3
"""Share of the letters and digits of a line that are bold in a bold line."""


@dataclass(slots=True)
class DraftLine:
    """A line with the type it is set in, before it is compared with the rest of the document.

    Attributes
    ----------
    gap : number of blank paragraphs before it
    look : the look of most of its characters
    shade : colour behind the paragraph
    kind : what the style of its paragraph means
    source : the text with its blanks, for code
    rule_below : a rule stands below the line
    field : it belongs to contents only because a field says so
    is_finished : its evidence is complete, because another reader read it
    rows : a table's rows as lines, for a table that turns out to be the imprint
    """

    line: Line
    gap: int = 0
    look: TextLook = PLAIN
    shade: str = ""
    kind: StyleKind = ""
    source: str = ""
    rule_below: bool = False
    field: bool = False
    is_finished: bool = False
    rows: tuple[Line, ...] = ()

    @property
    def is_printed(self) -> bool:
        """Tell if the line is text, a picture or a table of the bulletin."""
        return not self.line.drop_reason and bool(self.line.text or self.line.block)


def dropped_line(text: str, reason: str) -> DraftLine:
    """Return text that does not belong to the bulletin."""
    return DraftLine(Line(0, clean(text), complete=True, drop_reason=reason))


def table_line(table: Table, rows: tuple[Line, ...] = ()) -> DraftLine:
    """Return the line at which a table stands."""
    text = "\n".join(paragraphs((table,)))
    return DraftLine(Line(0, text, block=table, complete=True), rows=rows)


@dataclass(frozen=True, slots=True)
class LinePlace:
    """Place of a printed line in its paragraph, with the list entry that it belongs to.

    `is_complete`: no other line continues it.
    """

    item: ListItem | None = None
    is_first: bool = True
    is_last: bool = True
    is_complete: bool = True
    drop_reason: str = ""


def text_line(runs: Sequence[WordRun], look: ParagraphLook, place: LinePlace) -> DraftLine:
    """Return a line with this text, its spans and its type."""
    spans = clean_runs(runs, keep_bold=look.level == 0)
    weights: Counter[TextLook] = Counter()
    for run in runs:
        weights[run.look] += sum(map(str.isalnum, run.text))
    total = weights.total()
    bold = sum(weight for one, weight in weights.items() if one.bold)
    main = max(weights, key=weights.__getitem__, default=PLAIN)
    first = runs[0].text if runs else ""
    blanks = sum(2 if char == "\u3000" else 1 for char in first[: len(first) - len(first.lstrip())])
    line = Line(
        0,
        plain(spans),
        () if all(map(_is_plain, spans)) else spans,
        item=place.item,
        quote=int(look.kind == "quote"),
        indent=min(look.indent + blanks, 16) if place.item is None else 0,
        level=look.level,
        bold=total > 0 and bold > total * _BOLD_SHARE,
        align=look.align,
        below_rule=look.rule_above and place.is_first,
        complete=place.is_complete,
        drop_reason=place.drop_reason,
    )
    return DraftLine(
        line,
        look=main,
        shade=look.shade,
        kind=look.kind,
        source="".join(run.text for run in runs),
        rule_below=look.rule_below and place.is_last,
    )


def _is_plain(span: Span) -> bool:
    """Tell if a span has no style."""
    return not (span.url or span.bold or span.italic or span.code or span.script or span.note)


def clean_runs(runs: Iterable[WordRun], *, keep_bold: bool = True) -> Spans:
    """Return runs as spans, cleaned as `clean` does a line: single blanks inside, none around; equal styles merged.

    The bold type of a heading is that of its style, and no emphasis.
    """
    found: list[tuple[Span, list[str]]] = []
    ends_blank = True
    for run in runs:
        text = clean(f"|{run.text}|")[1:-1]
        if ends_blank and text.startswith(" "):
            text = text[1:]
        if not text:
            continue
        ends_blank = text.endswith(" ")
        look, note = run.look, run.note
        style = Span("", run.url, look.bold and keep_bold, look.italic, look.code, look.script, note)
        if not text.strip() and found and not (style.url and style.url == found[-1][0].url):
            # A blank in a style of its own: it looks like one in the style before it.
            style = found[-1][0] if not found[-1][0].note else Span("")
        if found and found[-1][0] == style:
            found[-1][1].append(text)
        else:
            found.append((style, [text]))
    spans = [
        Span("".join(texts), one.url, one.bold, one.italic, one.code, one.script, one.note)
        for one, texts in found
    ]
    if spans and ends_blank:
        last = spans.pop()
        if text := last.text.rstrip():
            spans.append(replace(last, text=text))
    return tuple(spans)
