"""Short texts of issues and articles: labels, dates, groups by section, and headlines shortened to fit.

A headline is shortened where a reader would pause, for every place that is too small for it: cards, covers, drafts.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

from wxbot.bulletin.issue_number import IssueNumber, number_label
from wxbot.library import Article, Issue
from wxbot.local_time import chinese_date
from wxbot.text import one_line, strip_controls
from wxbot.words import cut_words

__all__ = [
    "Fits",
    "article_date",
    "by_section",
    "clean_line",
    "cut_at_break",
    "has_open_bracket",
    "issue_label",
    "masthead_lines",
    "short_label",
    "shorten",
]

Fits = Callable[[str], bool]

_ELLIPSIS = "…"
_STOPS = "，、：；。！？｜|—"
_PAIRS = {"《": "》", "（": "）", "“": "”", "「": "」", "【": "】", "(": ")", "‘": "’", "『": "』"}
_LONGEST_WORD = 5  # characters by which a cut may move to the end of a word
_MOST_WORDS = 400  # characters of a text in which words are looked for
_DANGLING = re.compile(r"[的与和及或并在将把被对向为从由是]$")
_SHORTEST_CUT = 5  # characters; a shorter beginning of a headline says too little


def clean_line(text: str) -> str:
    """Return the text as one line, without control characters that HTML and pictures cannot show."""
    return one_line(strip_controls(text))


def issue_label(issue: Issue) -> str:
    """Return an issue's number as members write it, such as `2021年第2期`."""
    return number_label(issue.number)


def short_label(issue: Issue) -> str:
    """Return an issue's number without its year, such as `第2期`."""
    number = IssueNumber.parse(issue.number)
    return number.short_label if number else issue.number


def masthead_lines(issue: Issue) -> list[str]:
    """Return the lines that say which issue it is: bulletin and number, then date and publisher."""
    first = (clean_line(issue.title), issue_label(issue))
    second = (chinese_date(issue.date), clean_line(issue.editor))
    return ["　".join(filter(None, line)) for line in (first, second) if any(line)]


def article_date(article: Article, issue: Issue | None) -> dt.date | None:
    """Return the article's own date, or else its issue's."""
    return article.date or (issue.date if issue else None)


def by_section(issue: Issue, articles: Iterable[Article]) -> list[tuple[str, Sequence[Article]]]:
    """Group articles by section, in the order in which the issue prints its sections; skip those without any text.

    A section may have a lead and no articles. Sections that the issue does not list follow in the order of their first
    article.
    """
    groups: dict[str, list[Article]] = {name: [] for name in issue.sections}
    for article in articles:
        groups.setdefault(article.section, []).append(article)
    return [(name, group) for name, group in groups.items() if group or name in (issue.section_leads or {})]


def shorten(text: str, fits: Fits) -> str:
    """Return the text on one line if it `fits`, or else its longest beginning that does, followed by `…`.

    Cut at a pause where there is one, otherwise between characters. Return "" if not even `…` fits.
    """
    text = clean_line(text)
    if fits(text):
        return text
    return cut_at_break(text, fits) or _cut_anywhere(text, fits)


def cut_at_break(text: str, fits: Fits) -> str:
    """Return the longest beginning that ends at a pause, followed by `…`; "" if it would be too short."""
    text = clean_line(text)
    longest = _longest_that_fits(text, fits)
    for at in range(longest, max(_SHORTEST_CUT, longest // 2), -1):
        if _is_pause(text, at) and not has_open_bracket(text[:at]):
            return text[:at].rstrip(_STOPS + " ") + _ELLIPSIS
    return ""


def _cut_anywhere(text: str, fits: Fits) -> str:
    """Return the longest beginning that fits, cut between words, followed by `…`."""
    at = _longest_that_fits(text, fits)
    if at == 0:
        return _ELLIPSIS if fits(_ELLIPSIS) else ""
    at = next((end for end in _word_ends(text) if at - _LONGEST_WORD < end <= at), at)
    # Do not cut inside a Latin word or number, nor right after an opening bracket.
    while at > 1 and _is_latin(text[at - 1]) and _is_latin(text[at : at + 1]):
        at -= 1
    kept = text[:at].rstrip(_STOPS + " ").rstrip("".join(_PAIRS))
    return (kept or text[:at]) + _ELLIPSIS


def _word_ends(text: str) -> list[int]:
    """Return where the words of a text end, the last first; a word before a cut says more than half of the next."""
    ends = list(accumulate(map(len, cut_words(text[:_MOST_WORDS], guess=True))))
    return [at for at in reversed(ends) if not _DANGLING.search(text[:at])]


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _longest_that_fits(text: str, fits: Fits) -> int:
    """Return how many characters fit together with the ellipsis, by bisection."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(text[:middle] + _ELLIPSIS) else (low, middle - 1)
    return low


def _is_pause(text: str, at: int) -> bool:
    """Return whether a reader pauses before character `at`: at punctuation, or at a space between Chinese words."""
    here, before = text[at : at + 1], text[at - 1 : at]
    if here in _STOPS:
        return True
    beyond = text[at + 1 : at + 2]
    return here == " " and not before.isascii() and not beyond.isascii()


def has_open_bracket(text: str) -> bool:
    """Return whether a bracket or quotation mark is opened in the text and not closed in it."""
    return any(text.count(opening) > text.count(closing) for opening, closing in _PAIRS.items())
