"""Find the footnotes of a page: marks in the text that link to their note, and the elements that hold the notes.

The pages of Word, LibreOffice and Markdown converters all write a link to the note and one back.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from wxbot.bulletin.blocks import Span
from wxbot.bulletin.line_text import clean
from wxbot.bulletin.model import Line
from wxbot.bulletin.readers.html_tags import BLOCK_TAGS, HEADING_LEVELS
from wxbot.bulletin.readers.styled_text import merge_spans, spans_text

__all__ = ["NoteMarks", "find_notes", "without_mark"]

# An lxml element; lxml ships no types.
Element = Any

_MARK = re.compile(
    r"[\[［【〔(（]?\s*(?:注|註)?\s*([0-9]{1,3}|[①-⑳㉑-㊿]|[*＊†‡§]{1,3}|[ivx]{1,5}|[a-z])\s*[\]］】〕)）]?"
)
_BRACKETED = re.compile(r"[\[［【〔(（].*[\]］】〕)）]|[①-⑳㉑-㊿*＊†‡]+")
_NOTE_NAME = re.compile(
    r"(?:foot|end)note|noteref|\b_?(?:ftn|edn|fn)(?:ref)?[:_-]?\w*|sd(?:foot|end)note", re.IGNORECASE
)
_BACK_SIGNS = frozenset("↩︎↩️⤴↑^⏎")
_HOLDERS = BLOCK_TAGS - {"body", "html", "table", "tbody", "tr", "ul", "ol", "article", "main"}
_MAX_NOTE = 5000
"""Characters of a note, at most: a longer target of a link is a chapter."""


@dataclass(slots=True)
class NoteMarks:
    """References and their labels, elements that hold notes and their labels, links back, and notes by their mark."""

    references: dict[Element, str] = field(default_factory=dict)
    targets: dict[Element, str] = field(default_factory=dict)
    back_links: set[Element] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)


def find_notes(root: Element) -> NoteMarks:
    """Return the footnotes below an element."""
    marks = NoteMarks()
    links = [link for link in root.iter("a") if link.get("href", "").startswith("#")]
    named, order = _named_elements(root) if links else ({}, {})
    for link in links:
        target, mark = named.get(link.get("href", "")[1:]), _mark(link)
        if target is None or not mark or order[target] <= order[link] or not _is_reference(link, target):
            continue
        holder = _holder(target)
        if holder is None or not _begins_note(holder, target, mark):
            continue
        if holder not in marks.targets:
            marks.targets[holder] = _free_label(mark, marks)
        marks.references[link] = marks.targets[holder]
    for holder in marks.targets:
        marks.back_links |= {link for link in holder.iter("a") if _leads_back(link)}
    return marks


def _named_elements(root: Element) -> tuple[dict[str, Element], dict[Element, int]]:
    """Return the elements by their ids and names, and the position of these and of links in the page."""
    named: dict[str, Element] = {}
    order: dict[Element, int] = {}
    for position, element in enumerate(root.iter(etree.Element)):
        keys = [key for key in (element.get("id"), element.get("name")) if key and key not in named]
        named |= dict.fromkeys(keys, element)
        if keys or element.tag == "a":
            order[element] = position
    return named, order


def _mark(link: Element) -> str:
    """Return the number or sign that a link consists of; "" for other links."""
    text = "".join(link.itertext())
    found = _MARK.fullmatch(clean(text)) if len(text) < 40 else None
    return found[1] if found else ""


def _is_reference(link: Element, target: Element) -> bool:
    """Tell if a link is raised, bracketed or named as references to notes are."""
    parent = link.getparent()
    raised = (parent is not None and parent.tag == "sup") or any(True for _ in link.iter("sup"))
    names = " ".join(link.get(key, "") for key in ("class", "id", "name", "style", "role", "epub:type"))
    return bool(
        raised
        or _BRACKETED.fullmatch(clean("".join(link.itertext())))
        or _NOTE_NAME.search(names)
        or _NOTE_NAME.search(f"{target.get('id', '')} {target.get('name', '')} {target.get('class', '')}")
    )


def _holder(target: Element) -> Element | None:
    """Return the block that holds the note at a target; None for a heading or a whole page."""
    holder = target
    while holder is not None and holder.tag not in _HOLDERS:
        holder = holder.getparent()
    if holder is None or holder.tag in HEADING_LEVELS:
        return None
    parent = holder.getparent()
    # Word and LibreOffice write a note of several paragraphs as a block around them.
    names = f"{parent.get('id', '')} {parent.get('style', '')}" if parent is not None else ""
    if (
        parent is not None
        and parent.tag in {"div", "aside"}
        and re.search(r"\b(?:ftn|edn|sdfootnote|sdendnote)\d|mso-element:\s*(?:foot|end)note\b(?!-)", names)
    ):
        holder = parent
    return holder if len("".join(holder.itertext())) <= _MAX_NOTE else None


def _begins_note(holder: Element, target: Element, mark: str) -> bool:
    """Tell if a block begins with the mark of its note, or is named or listed as notes are."""
    text = clean("".join(holder.itertext()))
    found = _MARK.match(text)
    names = f"{holder.get('id', '')} {target.get('id', '')} {target.get('name', '')}"
    return bool(text) and (
        (found is not None and found[1] == mark) or holder.tag == "li" or bool(_NOTE_NAME.search(names))
    )


def _free_label(mark: str, marks: NoteMarks) -> str:
    """Return a label for a note: its mark, with a count where another note has the same."""
    marks.counts[mark] = count = marks.counts.get(mark, 0) + 1
    return mark if count == 1 else f"{mark}-{count}"


def _leads_back(link: Element) -> bool:
    """Tell if a link of a note leads back to its mark in the text."""
    text = clean("".join(link.itertext()))
    if not link.get("href", "").startswith("#") or not text:
        return False
    return bool(_mark(link)) or all(char in _BACK_SIGNS for char in text) or text in {"返回", "back"}


def without_mark(lines: Sequence[Line], label: str) -> list[Line]:
    """Return the lines of a note without the mark of its label before the first one."""
    if not lines or lines[0].block is not None:
        return list(lines)
    first, *rest = lines
    found = _MARK.match(first.text)
    text = clean(first.text[found.end() :].lstrip(".．、:：")) if found else ""
    if found is None or not text or found[1] != label.partition("-")[0]:
        return list(lines)
    spans: list[Span] = []
    over = len(first.text) - len(text)
    for span in first.spans or (Span(first.text),):
        cut = min(over, len(span.text))
        over -= cut
        spans.append(replace(span, text=span.text[cut:]))
    kept, styled = spans_text(merge_spans(spans))
    return [replace(first, text=kept, spans=styled, item=None), *rest]
