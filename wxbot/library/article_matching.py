"""Match the articles of a new revision with those that the issue has or had, so that each keeps its number `n`.

`match_articles` decides in this order; every number is given once:

    settled     an editor named the number
    equal       title and text are the same
    title       the title stands once on either side
    likeness    nearly the same text, or like title and like text; within a series of one title, the likest text
    place       nothing else stands between two matched neighbours, and title or text is a little alike: asked

An article that was removed earlier takes part, but is found again by its title or nearly the same text only. What is
like nothing is new. The result depends on the arguments alone, and the work grows about linearly with the articles.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from wxbot.library.article_likeness import ComparedArticle, find_candidates
from wxbot.library.article_places import ArticlePlaces

__all__ = ["GivenArticle", "KnownArticle", "MatchCandidate", "MatchQuestion", "Matching", "match_articles"]

# Shares of common pairs of characters. Of 3,000 pairs of unrelated news texts one in a thousand reaches 0.24; a text of
# which 30 % of the characters were replaced here and there keeps at least 0.35.
_NEARLY_SAME = 0.8
_SAME_TEXT = 0.6
_LIKE_TITLE = 0.5
_LIKE_TEXT = 0.35
_OF_SERIES = 0.3
_WEAK = 0.25

_CLOSE = 0.05
"""Difference of likeness below which two candidates are equally good."""

_COMPARED_EACH_WITH_EACH = 144
"""Pairs of a small group that are all compared; of a larger group only likely pairs are."""


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """An article that the issue has, or had: `place` counts from 1, and is 0 if a revision removed it earlier."""

    n: int
    title: str
    text: str
    place: int
    is_current: bool = True


@dataclass(frozen=True, slots=True)
class GivenArticle:
    """An article of the new revision, in the order of the issue; `n` is the number that an editor settled."""

    title: str
    text: str
    n: int | None = None


@dataclass(frozen=True, slots=True)
class MatchCandidate:
    """A known article that a given one may be."""

    n: int
    title: str


@dataclass(frozen=True, slots=True)
class MatchQuestion:
    """A choice for an editor to confirm: `index` of the given article from 0, and the number chosen, None for new."""

    index: int
    says: str
    candidates: tuple[MatchCandidate, ...]
    chosen: int | None


@dataclass(frozen=True, slots=True)
class Matching:
    """The number of each given article, None for a new one, and what an editor should confirm, in their order."""

    numbers: tuple[int | None, ...]
    questions: tuple[MatchQuestion, ...] = ()


@dataclass(frozen=True, slots=True)
class _Pair:
    """A given article `i` that may be the known one `j`; the pair with the highest score is taken first."""

    i: int
    j: int
    score: float
    is_title: bool = False


def match_articles(known: Sequence[KnownArticle], given: Sequence[GivenArticle]) -> Matching:
    """Return which number each given article keeps or gets back; number the new ones after the greatest ever used."""
    matcher = _Matcher(known, given)
    matcher.match_settled()
    matcher.match_equal()
    matcher.match_titles()
    matcher.match_alike()
    matcher.match_places()
    matcher.ask_about_lost()
    numbers = tuple(known[matcher.found[i]].n if i in matcher.found else None for i in range(len(given)))
    questions = (
        MatchQuestion(i, says, tuple(MatchCandidate(known[j].n, known[j].title) for j in of_old), numbers[i])
        for i, (says, of_old) in sorted(matcher.doubts.items())
    )
    return Matching(numbers, tuple(questions))


class _Matcher:
    """State of one matching: `found` and `taken` pair positions in `given` with positions in `known`.

    `doubts` has, by position in `given`, the text of a question and the positions of its candidates.
    """

    def __init__(self, known: Sequence[KnownArticle], given: Sequence[GivenArticle]) -> None:
        self.known, self.given = known, given
        self.old = [ComparedArticle(one.title, one.text) for one in known]
        self.new = [ComparedArticle(one.title, one.text) for one in given]
        self.found: dict[int, int] = {}
        self.taken: dict[int, int] = {}
        self.doubts: dict[int, tuple[str, tuple[int, ...]]] = {}
        places = [one.place if one.is_current else None for one in known]
        self.places = ArticlePlaces([one.n for one in known], places, len(given), self.found)
        self._compare = lru_cache(None)(self._compute_likeness)

    def match_settled(self) -> None:
        """Match what an editor settled; ask where a number is unknown or was settled for two articles."""
        by_number = {one.n: j for j, one in enumerate(self.known)}
        for i, one in enumerate(self.given):
            if one.n is None:
                continue
            j = by_number.get(one.n)
            if j is None:
                self._ask(
                    i, f"《{one.title}》写明是第 {one.n} 篇，但这一期从来没有第 {one.n} 篇：没有照办", ()
                )
            elif j in self.taken:
                first = self.given[self.taken[j]].title
                self._ask(i, f"《{one.title}》和《{first}》都写明是第 {one.n} 篇：号码给了《{first}》", (j,))
            else:
                self._take(i, j)

    def match_equal(self) -> None:
        """Match articles with equal title and text: those that stand once first, then repeated ones by their place."""
        new = self._group((i, (one.title, one.text)) for i, one in self._free_new())
        old = self._group((j, (one.title, one.text)) for j, one in self._free_old())
        repeated = []
        for key, of_new in new.items():
            of_old = old.get(key, [])
            current = [j for j in self.places.sort_known(of_old) if j in self.places.rank]
            if len(of_new) == len(current):
                for i, j in zip(of_new, current, strict=True):
                    self._take(i, j)
            elif of_old:
                repeated.append((of_new, self.places.sort_known(of_old)))
        expected = self.places.expected_ranks()
        for of_new, of_old in repeated:
            for i in of_new:
                free = [j for j in of_old if j not in self.taken]
                if free:
                    self._take(i, min(free, key=lambda j: self.places.distance(j, expected[i])))

    def match_titles(self) -> None:
        """Match articles whose title stands once on either side, unless their texts tell two stories."""
        for pair in self._title_pairs():
            if pair.score > 1:
                self._take(pair.i, pair.j)

    def match_alike(self) -> None:
        """Match like articles, the likest first; ask where another choice is as good, or title and text disagree."""
        by_title = list(self._title_pairs())
        pairs = {(pair.i, pair.j): pair for pair in by_title}
        for i, j in self._likely_pairs():
            score = self._score(i, j)
            if score and (i, j) not in pairs:
                pairs[i, j] = _Pair(i, j, score)
        rivals = defaultdict[tuple[str, int], list[_Pair]](list)
        for pair in pairs.values():
            rivals["new", pair.i].append(pair)
            rivals["old", pair.j].append(pair)
        expected = self.places.expected_ranks()
        best_first = sorted(
            pairs.values(),
            key=lambda pair: (-pair.score, self.places.distance(pair.j, expected[pair.i]), pair.i, pair.j),
        )
        for pair in best_first:
            if pair.i in self.found or pair.j in self.taken:
                continue
            others = [
                other
                for other in (*rivals["new", pair.i], *rivals["old", pair.j])
                if other != pair and self._is_rival(pair, other, expected[pair.i])
            ]
            self._take(pair.i, pair.j)
            if others:
                self._ask_about_match(pair.i, [pair.j, *(o.j for o in others if o.i == pair.i)])

    def match_places(self) -> None:
        """Match what stands alone between two matched neighbours and is a little alike, and ask about each."""
        for of_new, of_old in self.places.gaps():
            if len(of_new) * len(of_old) <= _COMPARED_EACH_WITH_EACH:
                pairs = [(i, j) for i in of_new for j in of_old]
            else:
                pairs = list(zip(of_new, of_old, strict=False))
            ranked = sorted(
                (-max(self._compare(i, j)), abs(of_new.index(i) - of_old.index(j)), i, j) for i, j in pairs
            )
            for likeness, _, i, j in ranked:
                if -likeness >= _WEAK and i not in self.found and j not in self.taken:
                    self._take(i, j)
                    is_retitled = self.old[j].text == self.new[i].text and self.new[i].text
                    if not is_retitled:
                        self._ask_about_match(i, [j])

    def ask_about_lost(self) -> None:
        """Ask about a new article that is like one whose number goes unused; it stays new."""
        titles = Counter(one.title for one in self.old)
        lost = defaultdict[int, list[int]](list)
        for i, j in self._likely_pairs():
            title, text = self._compare(i, j)
            # Of a series, many pieces may have been removed in the course of time: their title alone says nothing.
            is_title = title == 1 and (j in self.places.rank or titles[self.old[j].title] == 1)
            if text >= _LIKE_TEXT or is_title:
                lost[i].append(j)
        for i, of_old in lost.items():
            named = "、".join(f"第 {self.known[j].n} 篇《{self.known[j].title}》" for j in of_old)
            self._ask(
                i,
                f"《{self.given[i].title}》作为新文章编了新号；它与原来的{named}有些像，若是同一篇，请写明",
                of_old,
            )

    def _take(self, i: int, j: int) -> None:
        """Pair a given article with a known one."""
        self.found[i], self.taken[j] = j, i

    def _ask(self, i: int, says: str, candidates: Iterable[int]) -> None:
        """Add a question about a given article; the first one about it stays."""
        self.doubts.setdefault(i, (says, tuple(dict.fromkeys(candidates))))

    def _ask_about_match(self, i: int, candidates: Sequence[int]) -> None:
        """Ask if a given article is the known one with which it was matched, the first candidate."""
        known = self.known[candidates[0]]
        says = (
            f"《{self.given[i].title}》按第 {known.n} 篇《{known.title}》的修改处理，网址不变；"
            "若是另一篇文章，请写明"
        )
        self._ask(i, says, candidates)

    def _free_new(self) -> Iterator[tuple[int, ComparedArticle]]:
        """Yield the given articles that have no number yet."""
        return ((i, one) for i, one in enumerate(self.new) if i not in self.found)

    def _free_old(self) -> Iterator[tuple[int, ComparedArticle]]:
        """Yield the known articles that are not matched yet."""
        return ((j, one) for j, one in enumerate(self.old) if j not in self.taken)

    def _group(self, keyed: Iterable[tuple[int, tuple[str, str]]]) -> dict[tuple[str, str], list[int]]:
        """Return the positions by key, in order."""
        groups = defaultdict[tuple[str, str], list[int]](list)
        for at, key in keyed:
            groups[key].append(at)
        return groups

    def _compute_likeness(self, i: int, j: int) -> tuple[float, float]:
        """Return the likeness of the titles and of the texts."""
        new, old = self.new[i], self.old[j]
        return new.title_likeness(old), new.text_likeness(old)

    def _title_pairs(self) -> Iterator[_Pair]:
        """Yield free articles whose title stands once; the score is above 1 unless their texts tell two stories."""
        new_counts = Counter(one.title for one in self.new)
        current_counts = Counter(self.old[j].title for j in self.places.in_order)
        by_title = defaultdict[str, list[int]](list)
        for j, one in self._free_old():
            by_title[one.title].append(j)
        for i, one in self._free_new():
            current = [j for j in by_title[one.title] if j in self.places.rank]
            candidates = current or by_title[one.title]
            if not one.title or new_counts[one.title] > 1 or len(candidates) != 1:
                continue
            j = candidates[0]
            is_same = self._compare(i, j)[1] >= _WEAK or not (one.is_telling and self.old[j].is_telling)
            if current_counts[one.title] <= len(current) and (current or is_same):
                yield _Pair(i, j, 2.0 if is_same else _NEARLY_SAME - 0.01, is_title=True)

    def _likely_pairs(self) -> list[tuple[int, int]]:
        """Return the free pairs worth comparing: of one title, or with common pieces of text or title."""
        new, old = dict(self._free_new()), dict(self._free_old())
        by_title = defaultdict[str, list[int]](list)
        for j, one in old.items():
            by_title[one.title].append(j)
        counts = Counter(one.title for one in new.values())
        of_series = [
            (i, j)
            for i, one in new.items()
            if counts[one.title] * len(by_title[one.title]) <= _COMPARED_EACH_WITH_EACH
            for j in by_title[one.title]
        ]
        return list(dict.fromkeys([*of_series, *find_candidates(old, new)]))

    def _score(self, i: int, j: int) -> float:
        """Return how surely a given article is a known one by title and text together; 0 if that is not sure."""
        title, text = self._compare(i, j)
        new, old = self.new[i], self.old[j]
        if title == 1:
            return text + _CLOSE if text >= _OF_SERIES else 0.0
        if j not in self.places.rank:
            return text if text >= _NEARLY_SAME and new.is_telling else 0.0
        if text >= _SAME_TEXT and new.is_telling and old.is_telling:
            return text
        return text if title >= _LIKE_TITLE and text >= _LIKE_TEXT else 0.0

    def _is_rival(self, pair: _Pair, other: _Pair, expected: int) -> bool:
        """Tell if another pair of one of the two articles is as good, or has the title where this one has the text."""
        if other.is_title and not pair.is_title:
            return True
        if other.i in self.found or other.j in self.taken or other.score < pair.score - _CLOSE:
            return False
        is_at_its_place = self.places.rank.get(pair.j) == expected
        return not (is_at_its_place and pair.score > other.score)
