"""The colours of covers: the house's own for an issue as a whole, and one for each section."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["ISSUE_TONE", "TONES", "Colour", "Tone", "tone_of"]

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Tone:
    """A colour from its deep end (above) to its light end (below); the pale one is for letters and fine lines."""

    name: str
    deep: Colour
    light: Colour
    pale: Colour


ISSUE_TONE = Tone("朱砂", (104, 24, 20), (184, 62, 44), (255, 240, 226))

TONES = (
    Tone("靛青", (17, 42, 74), (48, 102, 152), (230, 241, 252)),
    Tone("松绿", (14, 56, 50), (44, 122, 102), (230, 246, 239)),
    Tone("赭石", (84, 46, 18), (176, 112, 50), (255, 243, 224)),
    Tone("黛紫", (48, 35, 76), (104, 84, 150), (241, 235, 252)),
    Tone("孔雀", (8, 58, 66), (28, 136, 138), (226, 248, 246)),
    Tone("胭脂", (84, 20, 48), (164, 62, 98), (255, 234, 241)),
    Tone("石青", (12, 50, 84), (36, 130, 174), (228, 245, 253)),
    Tone("苔绿", (46, 56, 20), (118, 130, 56), (246, 249, 226)),
    Tone("玄青", (28, 32, 42), (82, 92, 110), (238, 241, 246)),
)


def tone_of(section: str, among: Iterable[str] = ()) -> Tone:
    """The colour of a section: the same in every issue with these sections, and no other's while colours last."""
    taken: dict[str, int] = {}
    for name in dict.fromkeys([*among, section]):
        first = _preferred(name)
        order = [(first + step) % len(TONES) for step in range(len(TONES))]
        taken[name] = next((at for at in order if at not in taken.values()), first)
    return TONES[taken[section]]


def _preferred(section: str) -> int:
    digest = hashlib.blake2b(section.encode("utf-8", "replace"), digest_size=2).digest()
    return int.from_bytes(digest, "big") % len(TONES)
