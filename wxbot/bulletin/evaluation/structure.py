"""Compare masthead, sections and titles with the expected ones."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from wxbot.bulletin.evaluation.expected import ExpectedIssue, ExpectedSection
from wxbot.bulletin.evaluation.tally import Tally
from wxbot.bulletin.model import ParsedIssue

__all__ = ["letters_of", "score_masthead", "score_structure"]

_NEAR = 0.9
"""Share of equal characters from which two titles count as the same."""

_LABELS = {
    "title": "刊名",
    "year": "年份",
    "issue": "期号",
    "total": "总期数",
    "date": "日期",
    "editor": "编者",
    "number": "编号",
}


def score_masthead(expected: ExpectedIssue, parsed: ParsedIssue, differences: list[str]) -> Tally:
    """Compare the judged values of the masthead."""
    right = 0
    for name, wanted in expected.masthead.items():
        value = getattr(parsed, name)
        found = value.isoformat() if name == "date" and value else value
        if _key(found) == _key(wanted):
            right += 1
        else:
            differences.append(f"{_LABELS[name]}应为 {_value_text(wanted)}，读成 {_value_text(found)}")
    return Tally.of(right, len(expected.masthead))


def _value_text(value: str | int | None) -> str:
    """Return a masthead value as an editor reads it."""
    return "（没有）" if value is None else f"“{value}”" if isinstance(value, str) else str(value)


def _key(value: object) -> object:
    """Return a value for comparison: a text without blanks and widths."""
    return "".join(unicodedata.normalize("NFKC", value).split()) if isinstance(value, str) else value


def score_structure(expected: ExpectedIssue, parsed: ParsedIssue, differences: list[str]) -> dict[str, Tally]:
    """Compare sections and titles, and count the titles that stand in their section."""
    names = [section.name for section in expected.sections if section.name]
    found_names = [section.name for section in parsed.sections if section.name]
    same_names = _pairs(names, found_names)
    wanted = [(section.name, title) for section in expected.sections for title in section.titles]
    found = _without_section_texts(parsed, expected.sections)
    same = _pairs([title for _, title in wanted], [title for _, title in found])
    placed = sum(_near(wanted[i][0], found[k][0]) for i, k in same.items())
    differences += _missing_and_extra("栏目", names, found_names, same_names)
    differences += _missing_and_extra("标题", [t for _, t in wanted], [t for _, t in found], same)
    if placed < len(same):
        moved = next(wanted[i][1] for i, k in same.items() if not _near(wanted[i][0], found[k][0]))
        differences.append(f"{len(same) - placed} 篇文章不在自己的栏目里，如“{moved[:30]}”")
    exact = Counter(title for _, title in wanted) & Counter(title for _, title in found)
    return {
        "sections": Tally(len(same_names), len(found_names), len(names)),
        "titles": Tally(len(same), len(found), len(wanted)),
        "titles_exact": Tally(exact.total(), len(found), len(wanted)),
        "placed": Tally.of(placed, len(same)),
    }


def _without_section_texts(parsed: ParsedIssue, sections: Sequence[ExpectedSection]) -> list[tuple[str, str]]:
    """Return the articles as (section, title), without those that hold the running text of a section."""
    running = Counter(letters_of(section.name) for section in sections if not section.titles)
    found = []
    for section in parsed.sections:
        for article in section.articles:
            key = letters_of(article.title)
            if running[key] and len(section.articles) == 1 and letters_of(section.name) == key:
                running[key] -= 1
            else:
                found.append((section.name, article.title))
    return found


def _pairs(wanted: Sequence[str], found: Sequence[str]) -> dict[int, int]:
    """Pair positions of wanted and found texts: equal ones first, then near ones; each is used once."""
    pairs: dict[int, int] = {}
    free = set(range(len(found)))
    keys = [letters_of(text) for text in found]
    for is_same in (lambda a, b: a == b, _near_keys):
        for i, text in enumerate(wanted):
            if i in pairs:
                continue
            key = letters_of(text)
            match = next((k for k in sorted(free) if is_same(key, keys[k])), None)
            if match is not None:
                pairs[i] = match
                free.remove(match)
    return pairs


def letters_of(text: str) -> str:
    """Return the letters, figures and 汉字 of a text in lower case; the text itself where it has none."""
    normal = unicodedata.normalize("NFKC", text).lower()
    return "".join(char for char in normal if char.isalnum()) or normal.strip()


def _near(one: str, other: str) -> bool:
    """Tell if two names or titles are the same apart from punctuation and a few characters."""
    return _near_keys(letters_of(one), letters_of(other))


def _near_keys(one: str, other: str) -> bool:
    """Tell if two keys are equal or similar to nine tenths."""
    if one == other or not one or not other:
        return one == other
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= _NEAR and matcher.ratio() >= _NEAR


def _missing_and_extra(
    what: str, wanted: Sequence[str], found: Sequence[str], pairs: Mapping[int, int]
) -> Iterator[str]:
    """Yield a difference for each text that is missing, and for each that is too much."""
    matched = set(pairs.values())
    yield from (f"缺少{what}“{text[:40]}”" for i, text in enumerate(wanted) if i not in pairs)
    yield from (f"多出{what}“{text[:40]}”" for k, text in enumerate(found) if k not in matched)
