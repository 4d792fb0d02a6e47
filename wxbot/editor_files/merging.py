"""Take one change of a text back although later ones followed it, line by line."""

from difflib import SequenceMatcher

__all__ = ["take_back"]


def take_back(before: str, after: str, present: str) -> str | None:
    """Return `present` without the change from `before` to `after`; None where later changes touched its lines."""
    if present == after:
        return before
    old, new, now = (text.split("\n") for text in (before, after, present))
    kept = {
        start + step: start_now + step
        for start, start_now, size in SequenceMatcher(None, new, now, autojunk=False).get_matching_blocks()
        for step in range(size)
    }
    edits = []
    for tag, start, end, start_old, end_old in SequenceMatcher(None, new, old, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        place = _place(kept, start, end)
        if place is None:
            return None
        edits.append((place, end - start, old[start_old:end_old]))
    for place, size, lines in reversed(edits):
        now[place : place + size] = lines
    return "\n".join(now)


def _place(kept: dict[int, int], start: int, end: int) -> int | None:
    """Return where the lines `start` to `end` of a text stand in the later one; None if they are not all there."""
    places = [kept.get(line) for line in range(start, end)]
    if places:
        first = places[0]
        is_whole = first is not None and places == list(range(first, first + len(places)))
        return first if is_whole else None
    if (before := kept.get(start - 1)) is not None:
        return before + 1
    return kept.get(end) if end in kept else (0 if start == 0 else None)
