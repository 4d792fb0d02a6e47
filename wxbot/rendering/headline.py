"""Shortening a headline where it reads well, for every place that is too small for it."""

from collections.abc import Callable

from wxbot.rendering.links import clean

__all__ = ["cut_at_break", "shorten"]

Fits = Callable[[str], bool]

_END = "…"
_STOPS = "，、：；。！？｜|—"
_PAIRS = {"《": "》", "（": "）", "“": "”", "「": "」", "【": "】", "(": ")", "‘": "’", "『": "』"}


def shorten(text: str, fits: Fits) -> str:
    """The text on one line if it `fits`; else its longest part up to a break; else as many characters as fit.

    What was cut ends in …; empty when not even that fits.
    """
    text = clean(text)
    if fits(text):
        return text
    return cut_at_break(text, fits) or _anywhere(text, fits)


def cut_at_break(text: str, fits: Fits) -> str:
    """The longest beginning that ends where a reader would pause, with …; empty when it would be too short."""
    text = clean(text)
    room = _room(text, fits)
    for at in range(room, max(5, room // 2), -1):
        if _pauses(text, at) and not _open(text[:at]):
            return text[:at].rstrip(_STOPS + " ") + _END
    return ""


def _anywhere(text: str, fits: Fits) -> str:
    at = _room(text, fits)
    if at == 0:
        return _END if fits(_END) else ""
    # Neither in the midst of a Latin word or number, nor just behind a bracket that opens.
    while (
        at > 1
        and text[at - 1].isascii()
        and text[at - 1].isalnum()
        and text[at : at + 1].isalnum()
        and text[at].isascii()
    ):
        at -= 1
    kept = text[:at].rstrip(_STOPS + " ").rstrip("".join(_PAIRS))
    return (kept or text[:at]) + _END


def _room(text: str, fits: Fits) -> int:
    """How many characters fit with the mark of the cut behind them."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(text[:middle] + _END) else (low, middle - 1)
    return low


def _pauses(text: str, at: int) -> bool:
    """Whether a reader pauses before character `at`: at a mark, or at a blank between Chinese words."""
    here, before = text[at : at + 1], text[at - 1 : at]
    if here in _STOPS:
        return True
    beyond = text[at + 1 : at + 2]
    return here == " " and not before.isascii() and not beyond.isascii()


def _open(text: str) -> bool:
    """Whether a bracket or quotation begins in the text and does not end in it."""
    return any(text.count(opens) > text.count(closes) for opens, closes in _PAIRS.items())
