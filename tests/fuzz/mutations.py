"""Mutations of bytes: a few random changes to a sample, also to the parts of a Word file and the streams of a PDF."""

import random
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from io import BytesIO

__all__ = ["mutate", "mutate_docx", "mutate_pdf"]

LARGEST = 2**18
_NUMBER = re.compile(rb"\d+")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"65536",
    b"2147483648",
    b"18446744073709551616",
    b"9" * 400,
    b"1e999",
    b"\xd9\xa3",
)
_ODD = (
    b"\0",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    "\u202e".encode(),
    "\ufeff".encode(),
    b"\x1b[2J",
    "𠮷".encode(),
    b"&#0;",
)

Change = Callable[[bytes, random.Random, Sequence[bytes]], bytes]


def mutate(data: bytes, chance: random.Random, tokens: Sequence[bytes] = _ODD) -> bytes:
    """Return `data` with one to eight changes; `tokens` are words of its format."""
    for _ in range(min(8, 1 + int(chance.expovariate(0.7)))):
        data = chance.choice(_CHANGES)(data, chance, tokens)[:LARGEST]
    return data


def mutate_docx(data: bytes, chance: random.Random, tokens: Sequence[bytes]) -> bytes:
    """Return a Word file with one of its parts changed, left out or doubled; now and then with changed packing."""
    if chance.random() < 0.1:
        return mutate(data, chance, tokens)
    packed = zipfile.ZipFile(BytesIO(data))
    names = packed.namelist()
    texts = [each for each in names if each.endswith((".xml", ".rels"))]
    changed = {
        chance.choice(texts if texts and chance.random() < 0.8 else names)
        for _ in range(chance.choice((1, 1, 2)))
    }
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in names:
            part = packed.read(name)
            if name in changed and chance.random() < 0.05:
                continue
            data = mutate(part, chance, tokens) if name in changed else part
            copy.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)  # without the time of day
    return written.getvalue()


def mutate_pdf(data: bytes, chance: random.Random, tokens: Sequence[bytes]) -> bytes:
    """Return a PDF with one of its streams changed inside its compression, or with changed objects."""
    streams = list(_STREAM.finditer(data))
    if not streams or chance.random() < 0.4:
        return mutate(data, chance, tokens)
    found = chance.choice(streams)
    try:
        inside = zlib.compress(mutate(zlib.decompress(found[1]), chance, tokens))
    except zlib.error:
        inside = mutate(found[1], chance, tokens)
    return data[: found.start(1)] + inside + data[found.end(1) :]


def _place(data: bytes, chance: random.Random) -> tuple[int, int]:
    """Return start and end of a part of the data, short ones more often."""
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + int(chance.expovariate(1 / 20)))


def _set_byte(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _insert(data: bytes, chance: random.Random, tokens: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice((*tokens, *_ODD)) + data[at:]


def _replace(data: bytes, chance: random.Random, tokens: Sequence[bytes]) -> bytes:
    start, end = _place(data, chance)
    return data[:start] + chance.choice((*tokens, *_ODD)) + data[end:]


def _delete(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _place(data, chance)
    return data[:start] + data[end:]


def _repeat(data: bytes, chance: random.Random, tokens: Sequence[bytes]) -> bytes:
    """Write a part of the data, or a word, many times over."""
    start, end = _place(data, chance)
    part = data[start:end] or chance.choice(tokens)
    return data[:start] + part * chance.choice((2, 3, 30, 300, 3000)) + data[end:]


def _move(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _place(data, chance)
    rest = data[:start] + data[end:]
    at = chance.randrange(len(rest) + 1)
    return rest[:at] + data[start:end] + rest[at:]


def _set_number(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    numbers = list(_NUMBER.finditer(data))
    if not numbers:
        return data
    found = chance.choice(numbers)
    return data[: found.start()] + chance.choice(_NUMBERS) + data[found.end() :]


def _cut(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    return data[: chance.randrange(len(data) + 1)] if chance.random() < 0.3 else data


_CHANGES: tuple[Change, ...] = (
    *(_set_byte, _insert, _insert, _replace, _replace, _delete),
    *(_repeat, _move, _set_number, _cut),
)
