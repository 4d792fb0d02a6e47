"""Match the articles of a new revision with those that the issue has or had, so that each keeps its number `n`.

An article is the same if an editor says so, if its title is, else if its text is. Where title and text have both
changed, its place between two matched neighbours decides, and an editor is asked.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["GivenArticle", "KnownArticle", "MatchQuestion", "Matching", "match_articles"]

_SHINGLE = 4
"""Characters of the pieces by which texts are compared."""

_MAX_SHINGLES = 4000
"""Pieces of one text that are compared; the beginning of a long text tells enough."""

_SAME_TEXT = 0.6
"""Share of common pieces from which a text is the same, edited."""

_LIKE_TITLE = 0.5
"""Share of common pairs of characters from which a title is a rewording of another."""

_WEAK = 0.25
"""Likeness of title or text from which an article at the same place may be the same; below it is another one."""


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """An article that the issue has, or had before a revision removed it; `place` counts from 1."""

    n: int
    title: str
    text: str
    place: int
    is_current: bool = True


@dataclass(frozen=True, slots=True)
class GivenArticle:
    """An article of the new revision, in order; `n` is what an editor settled."""

    title: str
    text: str
    n: int | None = None


@dataclass(frozen=True, slots=True)
class MatchQuestion:
    """A match that is not certain: the position of the new article from 0, and the question in Chinese."""

    index: int
    says: str


@dataclass(frozen=True, slots=True)
class Matching:
    """The number of each new article, None for one that the issue never had; and what is not certain."""

    numbers: tuple[int | None, ...]
    questions: tuple[MatchQuestion, ...] = ()


class _Compared:
    """A title and a text in the form in which they are compared."""

    def __init__(self, title: str, text: str) -> None:
        self.title, self.text = _comparable(title), _comparable(text)
        self.pairs = Counter(self.title[i : i + 2] for i in range(max(1, len(self.title) - 1)))
        size = min(len(self.text) - _SHINGLE + 1, _MAX_SHINGLES)
        self.shingles = Counter(self.text[i : i + _SHINGLE] for i in range(size))


def match_articles(known: Sequence[KnownArticle], given: Sequence[GivenArticle]) -> Matching:
    """Return which number each given article has. Each number stands once; the same input gives the same result."""
    found: dict[int, int] = {}  # position of the given article -> position of the known one
    numbers = {article.n: i for i, article in enumerate(known)}
    for i, article in enumerate(given):
        if article.n is not None and article.n in numbers and numbers[article.n] not in found.values():
            found[i] = numbers[article.n]
    old = [_Compared(article.title, article.text) for article in known]
    new = [_Compared(article.title, article.text) for article in given]
    places = [article.place for article in known]
    _pair_equal(found, places, [(o.title, o.text) for o in old], [(o.title, o.text) for o in new])
    current = [article.is_current for article in known]
    _pair_unique_titles(found, old, new, current)
    _pair_like_texts(found, old, new, places)
    _pair_equal(
        found,
        places,
        [o.title if c else "" for o, c in zip(old, current, strict=True)],
        [o.title for o in new],
    )
    questions = _pair_by_place(found, known, given, old, new)
    matched = tuple(known[found[i]].n if i in found else None for i in range(len(given)))
    return Matching(matched, tuple(questions))


def _pair_equal(
    found: dict[int, int], places: Sequence[int], old: Sequence[object], new: Sequence[object]
) -> None:
    """Pair articles with equal keys, several of one key in the order of their places."""
    free = defaultdict[object, list[int]](list)
    taken = set(found.values())
    for j in sorted(range(len(old)), key=lambda j: (places[j] or 10**9, j)):
        if j not in taken:
            free[old[j]].append(j)
    for i, key in enumerate(new):
        if i not in found and key and key != ("", "") and free[key]:
            found[i] = free[key].pop(0)


def _pair_unique_titles(
    found: dict[int, int], old: Sequence[_Compared], new: Sequence[_Compared], current: Sequence[bool]
) -> None:
    """Pair articles whose title stands once on both sides, unless a removed one merely had the same title."""
    old_titles = Counter(one.title for j, one in enumerate(old) if j not in found.values())
    new_titles = Counter(one.title for i, one in enumerate(new) if i not in found)
    by_title = {one.title: j for j, one in enumerate(old) if j not in found.values()}
    for i, one in enumerate(new):
        if i in found or not one.title or old_titles[one.title] != 1 or new_titles[one.title] != 1:
            continue
        j = by_title[one.title]
        if current[j] or _likeness(one.shingles, old[j].shingles) >= _WEAK:
            found[i] = j


def _pair_like_texts(
    found: dict[int, int], old: Sequence[_Compared], new: Sequence[_Compared], places: Sequence[int]
) -> None:
    """Pair articles with nearly the same text, the likest first; among equals the nearer place."""
    taken = set(found.values())
    by_shingle = defaultdict[str, list[int]](list)
    for j, one in enumerate(old):
        if j not in taken:
            for shingle in one.shingles:
                by_shingle[shingle].append(j)
    pairs = []
    for i, one in enumerate(new):
        if i in found:
            continue
        near = Counter(j for shingle in one.shingles for j in by_shingle.get(shingle, ())[:50])
        for j, _ in near.most_common(5):
            likeness = _likeness(one.shingles, old[j].shingles)
            if likeness >= _SAME_TEXT:
                pairs.append((-likeness, abs(places[j] - i - 1), i, j))
    for _, _, i, j in sorted(pairs):
        if i not in found and j not in taken:
            found[i] = j
            taken.add(j)


def _pair_by_place(
    found: dict[int, int],
    known: Sequence[KnownArticle],
    given: Sequence[GivenArticle],
    old: Sequence[_Compared],
    new: Sequence[_Compared],
) -> Iterable[MatchQuestion]:
    """Pair what stands alone between two matched neighbours and is a little alike; yield a question for each."""
    in_order = sorted((j for j in range(len(known)) if known[j].is_current), key=lambda j: known[j].place)
    rank = {j: at for at, j in enumerate(in_order)}
    taken = set(found.values())
    questions = []
    for i, one in enumerate(new):
        if i in found:
            continue
        before = rank.get(found[i - 1], -2) if i - 1 in found else (-1 if i == 0 else -2)
        after = rank.get(found[i + 1], -2) if i + 1 in found else (len(in_order) if i + 1 == len(new) else -2)
        if before == -2 or after - before != 2:
            continue
        j = in_order[before + 1]
        title_likeness = _likeness(one.pairs, old[j].pairs)
        text_likeness = _likeness(one.shingles, old[j].shingles)
        if j in taken or max(title_likeness, text_likeness) < _WEAK:
            continue
        found[i] = j
        taken.add(j)
        if title_likeness < _LIKE_TITLE or text_likeness < _WEAK:
            says = (
                f"《{given[i].title}》按原来的第 {known[j].n} 篇《{known[j].title}》的修改处理，网址不变；"
                "若是另一篇文章，请在修正文件里写明"
            )
            questions.append(MatchQuestion(i, says))
    return questions


def _likeness(first: Counter[str], second: Counter[str]) -> float:
    """Return the share of common pieces, from 0 to 1."""
    total = first.total() + second.total()
    return 2 * (first & second).total() / total if total else 0.0


def _comparable(text: str) -> str:
    """Return the letters and figures of a text."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())
