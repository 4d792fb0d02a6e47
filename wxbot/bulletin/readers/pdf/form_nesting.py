"""Estimate how often the form objects of a PDF draw each other, before the library reads it.

The library draws a form again each time that another form names it. Twenty forms, each naming the next one ten times,
fit into two kilobytes and take the library until its memory ends. The estimate reads the file's own bytes; forms whose
resources are stored in compressed objects are not followed.
"""

import re
import zlib
from collections import Counter
from dataclasses import dataclass

__all__ = ["MAX_DRAWINGS", "count_drawings"]

MAX_DRAWINGS = 200_000
"""Drawings of forms by forms, at most: a plan of a town has some thousands."""

_MAX_DEPTH = 40  # the library goes no deeper
_MAX_FORMS = 20_000
_MAX_HEAD = 20_000  # bytes of the dictionary before a stream
_MAX_CONTENT = 2**20  # bytes of a form that are inflated
_OBJECT = re.compile(rb"(?<!\d)(\d{1,8})\s+\d{1,5}\s+obj\b")
_FORM = re.compile(rb"/Subtype\s*/Form\b")
_STREAM = re.compile(rb"stream\r?\n")
_DRAW = re.compile(rb"/([^\s/<>\[\](){}%]+)\s+Do\b")
_NAMED = re.compile(rb"/([^\s/<>\[\](){}%]+)\s+(\d{1,8})\s+\d{1,5}\s+R\b")
_RESOURCES = re.compile(rb"/(Resources|XObject)\s+(\d{1,8})\s+\d{1,5}\s+R\b")


@dataclass(frozen=True, slots=True)
class _Form:
    """A form: how often it names each other form, by the numbers of their objects."""

    draws: Counter[int]


def count_drawings(data: bytes) -> int:
    """Return how often forms draw forms, at most a little more than `MAX_DRAWINGS`; 0 for a file without forms."""
    if data.count(b"/Form") < 2:
        return 0
    places = {int(found[1]): found.end() for found in _OBJECT.finditer(data)}
    forms: dict[int, _Form] = {}
    for number, start in places.items():
        if len(forms) < _MAX_FORMS and (form := _read_form(data, start, places)) is not None:
            forms[number] = form
    return max(_totals(forms).values(), default=0)


def _totals(forms: dict[int, _Form]) -> dict[int, int]:
    """Return for each form how often it draws forms, those drawn by others included."""
    totals = dict.fromkeys(forms, 1)
    for _ in range(_MAX_DEPTH):
        deeper = {
            number: min(
                1 + sum(times * totals.get(other, 0) for other, times in form.draws.items()), MAX_DRAWINGS + 1
            )
            for number, form in forms.items()
        }
        if deeper == totals:
            break
        totals = deeper
    return totals


def _read_form(data: bytes, start: int, places: dict[int, int]) -> _Form | None:
    """Return the form whose object begins at a place; None for an object that is no form."""
    stream = _STREAM.search(data, start, start + _MAX_HEAD)
    if stream is None:
        return None
    head = data[start : stream.start()]
    if _FORM.search(head) is None or b"endobj" in head:
        return None
    end = data.find(b"endstream", stream.end())
    content = data[stream.end() : end if end >= 0 else len(data)]
    if b"FlateDecode" in head:
        try:
            content = zlib.decompressobj().decompress(content, _MAX_CONTENT)
        except zlib.error:
            return None
    names = Counter(found[1] for found in _DRAW.finditer(content[:_MAX_CONTENT]))
    numbers = dict(_named_objects(data, head, places)) if names else {}
    draws: Counter[int] = Counter()
    for name, times in names.items():
        if name in numbers:
            draws[numbers[name]] += times
    return _Form(draws)


def _named_objects(data: bytes, head: bytes, places: dict[int, int]) -> list[tuple[bytes, int]]:
    """Return the objects that the dictionary of a form names, also those in resources of their own."""
    parts = [head]
    seen: set[int] = set()
    for part in parts:
        for found in _RESOURCES.finditer(part):
            number = int(found[2])
            if number in places and number not in seen and len(seen) < 8:
                seen.add(number)
                at = places[number]
                parts.append(data[at : at + _MAX_HEAD].partition(b"endobj")[0])
    return [(found[1], int(found[2])) for part in parts for found in _NAMED.finditer(part)]
