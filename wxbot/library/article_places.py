"""Places of articles in two versions of an issue, seen from the articles that are matched already."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["ArticlePlaces"]


class ArticlePlaces:
    """Ranks of the current articles in the issue as it stands; an article is named by its position in a list.

    `numbers` and `places` belong to the known articles, whose place is None if they were removed earlier. `found` pairs
    given articles with known ones; it is read at each call.
    """

    def __init__(
        self, numbers: Sequence[int], places: Sequence[int | None], count: int, found: Mapping[int, int]
    ) -> None:
        self._numbers, self._count, self._found = numbers, count, found
        current = ((place, j) for j, place in enumerate(places) if place is not None)
        self.in_order = [j for _, j in sorted(current)]
        self.rank = {j: at for at, j in enumerate(self.in_order)}

    def sort_known(self, known: Iterable[int]) -> list[int]:
        """Return known articles in the order of the issue, those removed earlier after them."""
        return sorted(known, key=lambda j: (self.rank.get(j, len(self._numbers)), self._numbers[j]))

    def expected_ranks(self) -> list[int]:
        """Return the rank that each given article would have if it follows the nearest matched one before it."""
        expected, after = [], 0
        for i in range(self._count):
            after = self.rank.get(self._found.get(i, -1), after)
            expected.append(after)
            after += 1
        return expected

    def distance(self, j: int, expected: int) -> int:
        """Return how far a known article is from a rank; one removed earlier is farther than any."""
        return abs(self.rank[j] - expected) if j in self.rank else len(self._numbers) + self._numbers[j]

    def gaps(self) -> Iterator[tuple[list[int], list[int]]]:
        """Yield the free given and current articles between matched neighbours; the ends of the issue count as such."""
        taken = set(self._found.values())
        found = dict(self._found)
        last = -1
        of_new: list[int] = []
        for i in range(self._count + 1):
            if i < self._count and found.get(i) not in self.rank:
                of_new += [] if i in found else [i]
                continue
            here = self.rank[found[i]] if i < self._count else len(self.in_order)
            of_old = [j for j in self.in_order[last + 1 : here] if j not in taken]
            if of_new and of_old:
                yield of_new, of_old
            last, of_new = here, []
