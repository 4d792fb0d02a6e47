"""Text of one line in styled runs: collapse blanks across runs, join wrapped source lines, and merge equal styles."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

from wxbot.bulletin.blocks import Span, Spans, plain
from wxbot.bulletin.line_text import clean

__all__ = ["clean_spans", "join_source_lines", "merge_spans", "remove_zero_width", "spans_text"]

_BLANKS = re.compile(r"([ \t\r\n\f]+)")
# A place where a browser may break a word, and marks of byte order: nothing is printed there.
_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u2060\ufeff\u00ad"))
_LINE_ENDS = frozenset("\r\n")


def remove_zero_width(text: str) -> str:
    """Return a text without the characters that have no width."""
    return text.translate(_ZERO_WIDTH)


def _is_plain(spans: Sequence[Span]) -> bool:
    """Tell if spans are text without styles, which a line holds as `text` alone."""
    return all(replace(span, text="") == Span("") for span in spans)


def merge_spans(spans: Iterable[Span]) -> Spans:
    """Merge neighbours of one style, and remove empty spans."""
    merged: list[tuple[Span, list[str]]] = []
    for span in spans:
        if not span.text:
            continue
        style = replace(span, text="")
        if merged and merged[-1][0] == style:
            merged[-1][1].append(span.text)
        else:
            merged.append((style, [span.text]))
    return tuple(replace(style, text="".join(texts)) for style, texts in merged)


def clean_spans(spans: Iterable[Span]) -> Spans:
    """Return spans as `clean` returns a text: no blanks around the line, no runs of blanks, no invisible characters."""
    cleaned: list[Span] = []
    blank = False
    for span in spans:
        text = clean(span.text)
        if not text:
            blank = blank or bool(span.text)
            continue
        before = cleaned and (blank or not clean(span.text[0]))
        if before and not _is_plain([span]) and not cleaned[-1].url:
            # The blank before a link or bold word is not part of it.
            cleaned[-1] = replace(cleaned[-1], text=f"{cleaned[-1].text} ")
            before = False
        cleaned.append(replace(span, text=f" {text}" if before else text))
        blank = not clean(span.text[-1])
    return merge_spans(cleaned)


def join_source_lines(spans: Iterable[Span], *, keep_indent: bool = False) -> Spans:
    """Collapse the blanks of a source as a browser does, but let a line end beside a 汉字 leave no blank.

    `keep_indent`: a blank after a line end was a blank of the text, as in pages that LibreOffice writes.
    """
    joined: list[Span] = []
    last, run = "", ""
    for span in spans:
        texts: list[str] = []
        for part in _BLANKS.split(span.text):
            if not part:
                continue
            if part[0] in " \t\r\n\f":
                run += part
                continue
            if run and last:
                texts.append(_between(last, run, part[0], keep_indent=keep_indent))
            texts.append(part)
            last, run = part[-1], ""
        if texts:
            joined.append(replace(span, text="".join(texts)))
    return merge_spans(joined)


def _between(last: str, run: str, first: str, *, keep_indent: bool) -> str:
    """Return what a run of blanks in the source stands for."""
    if _LINE_ENDS.isdisjoint(run) or (keep_indent and run.strip("\r\n") == " "):
        return " "
    widths = {unicodedata.east_asian_width(last), unicodedata.east_asian_width(first)}
    return " " if widths.isdisjoint("WF") else ""


def spans_text(spans: Sequence[Span]) -> tuple[str, Spans]:
    """Return the text of spans, and the spans, () for plain text."""
    return plain(spans), () if _is_plain(spans) else tuple(spans)
