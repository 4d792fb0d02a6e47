"""Match the texts of a fix file with lines and titles, and name a line or a title so that it is matched again."""

from collections.abc import Sequence

__all__ = ["TextIndex", "match_key"]

_MIN_BEGINNING = 2
"""Characters before the `…` of a text that is the beginning of a line, at least."""

_MAX_TEXT = 60
"""Characters of a line that are written in full; of a longer one the beginning is, which is easier to read."""


def match_key(text: str) -> str:
    """Return a text without blanks, to compare lines."""
    return "".join(text.split())


class TextIndex:
    """Lines of a document, or titles of an issue, to be found by what a fix file says."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._positions: dict[str, list[int]] = {}
        for index, text in enumerate(texts):
            self._positions.setdefault(match_key(text), []).append(index)

    def find(self, wanted: str) -> list[int]:
        """Return the positions of a text, blanks ignored; a text that ends with `…` may be a beginning."""
        key = match_key(wanted)
        if key in self._positions:
            return self._positions[key]
        beginning = key.removesuffix("…")
        if not len(key) > len(beginning) >= _MIN_BEGINNING:
            return []
        found = (at for one, at in self._positions.items() if one.startswith(beginning))
        return sorted(index for positions in found for index in positions)

    def name(self, index: int) -> tuple[str, int | None]:
        """Return the text by which one is found, and which of those with this text it is; None for the only one."""
        text = self._texts[index].strip()
        if len(text) > _MAX_TEXT:
            text = f"{text[:_MAX_TEXT].rstrip()}…"
        positions = self.find(text)
        return text, positions.index(index) + 1 if len(positions) > 1 and index in positions else None
