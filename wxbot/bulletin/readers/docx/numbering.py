"""Compute the numbers and bullets that Word prints before paragraphs; they are not part of the stored text."""

from dataclasses import dataclass, field, replace

from wxbot.bulletin.readers.docx.markup import Element, child, is_on, number, value, w
from wxbot.bulletin.readers.docx.styles import ParagraphLook
from wxbot.bulletin.readers.docx.symbols import symbol_text
from wxbot.numbers import chinese_numeral

__all__ = ["ListLabel", "Numbering", "printed_number"]

_CHINESE_FORMATS = frozenset(
    {
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "ideographDigital",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
        "taiwaneseDigital",
        "japaneseDigitalTenThousand",
        "koreanDigital2",
    }
)
# Characters that count one after another, by format.
_COUNTERS = {
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
    "chineseLegalSimplified": "壹贰叁肆伍陆柒捌玖拾",
    "ideographLegalTraditional": "壹貳參肆伍陸柒捌玖拾",
    "decimalEnclosedFullstop": "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛",
    "decimalEnclosedParen": "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇",
    "decimalEnclosedCircle": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "decimalEnclosedCircleChinese": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "ideographEnclosedCircle": "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉",
}
_ROMAN = dict(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        strict=True,
    )
)
_MAX_ROMAN = 3999
_LEVELS = 9
_MAX_LABEL = 60
"""Characters of a label, at most; the longest that a reader needs has ten."""

_CLOSING = "、，．。）】〕》」：)"


@dataclass(frozen=True, slots=True)
class ListLabel:
    """The number or bullet of one paragraph, with the blank after it, and its level counted from 1."""

    text: str
    depth: int
    ordered: bool


@dataclass(frozen=True, slots=True)
class _ListLevel:
    """Number format of one level of a list."""

    form: str = "decimal"
    text: str = ""
    start: int = 1
    style: str = ""
    font: str = ""
    follow: str = "tab"
    restart: int = -1
    arabic: bool = False


@dataclass(slots=True)
class _ListDefinition:
    """The levels of a list; lists with one `counter` share their numbers."""

    counter: str
    levels: dict[int, _ListLevel]
    restarts: set[int] = field(default_factory=set)


class Numbering:
    """Counter of the numbered paragraphs of one document; call `next_label` for each paragraph in order."""

    def __init__(self, root: Element | None = None) -> None:
        self._lists: dict[str, _ListDefinition] = {}
        self._counts: dict[str, list[int | None]] = {}
        if root is not None:
            self._load(root)

    def next_label(self, look: ParagraphLook) -> ListLabel | None:
        """Count a paragraph and return the number or bullet before it; None for a paragraph outside lists."""
        found = self._lists.get(look.list_id)
        if found is None:
            return None
        at = look.list_level
        if at is None:
            at = next(
                (index for index, one in found.levels.items() if one.style and one.style == look.style), 0
            )
        level = found.levels.get(at)
        if level is None:
            return None
        counts = self._count(found, at)
        if level.form == "none" and "%" not in level.text and not level.text.strip():
            return None
        text = self._label(found, counts, at)
        return ListLabel(text, at + 1, level.form not in {"bullet", "none"}) if text.strip() else None

    def _count(self, found: _ListDefinition, at: int) -> list[int | None]:
        """Increase the counter of one level and reset the deeper ones; return the counters."""
        counts = self._counts.setdefault(found.counter, [None] * _LEVELS)
        if at in found.restarts:
            found.restarts.discard(at)
            counts[at] = None
        before = counts[at]
        counts[at] = found.levels[at].start if before is None else before + 1
        for deeper in range(at + 1, _LEVELS):
            after = found.levels[deeper].restart if deeper in found.levels else -1
            # A level restarts after any higher one, unless it names the one after which it does, or 0 for never.
            if after == -1 or 0 < at + 1 <= after:
                counts[deeper] = None
        for higher in range(at):
            if counts[higher] is None:
                counts[higher] = found.levels[higher].start if higher in found.levels else 1
        return counts

    def _label(self, found: _ListDefinition, counts: list[int | None], at: int) -> str:
        """Return the label of a paragraph whose numbers are counted."""
        level = found.levels[at]
        if level.form == "bullet":
            # A bullet that is a picture has no text.
            return f"{symbol_text(level.text.strip(), level.font) or '●'} "
        text = level.text
        for index in range(at, -1, -1):
            form = found.levels[index].form if index in found.levels else "decimal"
            if level.arabic and index < at:
                form = "decimal"
            text = text.replace(f"%{index + 1}", printed_number(counts[index] or 0, form))
        text = text[:_MAX_LABEL].strip()
        return text if level.follow == "nothing" or text.endswith(tuple(_CLOSING[:-1])) else f"{text} "

    def _load(self, root: Element) -> None:
        """Load the list definitions of the numbering part: format, text and start of each level."""
        abstract: dict[str, dict[int, _ListLevel]] = {}
        by_style: dict[str, str] = {}
        links: dict[str, str] = {}
        for one in root.iterchildren(w("abstractNum")):
            name = one.get(w("abstractNumId"), "")
            abstract[name] = dict(map(_level, one.iterchildren(w("lvl"))))
            if style := value(child(one, "styleLink")):
                by_style[style] = name
            if style := value(child(one, "numStyleLink")):
                links[name] = style
        for one in root.iterchildren(w("num")):
            target = value(child(one, "abstractNumId"))
            # A list style keeps its levels in another definition.
            target = by_style.get(links.get(target, ""), target)
            self._lists[one.get(w("numId"), "")] = _with_overrides(target, abstract.get(target, {}), one)


def _with_overrides(counter: str, levels: dict[int, _ListLevel], num: Element) -> _ListDefinition:
    """Return a list with the levels that it overrides; one that states a start counts by itself from there."""
    found = _ListDefinition(counter, dict(levels))
    for override in num.iterchildren(w("lvlOverride")):
        at = number(override.get(w("ilvl")), 0, high=_LEVELS - 1)
        if (own := child(override, "lvl")) is not None:
            found.levels[at] = _level(own)[1]
        if (start := child(override, "startOverride")) is not None:
            stated = number(value(start), 1)
            found.levels[at] = replace(found.levels.get(at, _ListLevel()), start=stated)
            found.restarts.add(at)
    return found


def _level(element: Element) -> tuple[int, _ListLevel]:
    """Return a level with its position."""
    arabic = child(element, "isLgl")
    fonts = element.find(f"{w('rPr')}/{w('rFonts')}")
    restart = child(element, "lvlRestart")
    return number(element.get(w("ilvl")), 0, high=_LEVELS - 1), _ListLevel(
        form=value(child(element, "numFmt"), "decimal"),
        text=value(child(element, "lvlText")),
        start=number(value(child(element, "start"), "1"), 1),
        style=value(child(element, "pStyle")),
        font="" if fonts is None else fonts.get(w("ascii")) or fonts.get(w("hAnsi"), ""),
        follow=value(child(element, "suff"), "tab"),
        restart=-1 if restart is None else number(value(restart), -1),
        arabic=arabic is not None and is_on(arabic),
    )


def printed_number(count: int, form: str) -> str:
    """Return a number in one of Word's formats; Arabic digits for formats that bulletins do not use."""
    if form in _COUNTERS:
        counter = _COUNTERS[form]
        return counter[count - 1] if 0 < count <= len(counter) else str(count)
    if form.endswith(("Letter", "Roman")) and count > 0:
        text = _letters(count) if form.endswith("Letter") else _roman(count)
        return text.upper() if form.startswith("upper") else text
    if form in _CHINESE_FORMATS:
        return chinese_numeral(count)
    if form == "decimalFullWidth":
        return "".join(chr(ord(digit) + 0xFEE0) for digit in str(count))
    return {"decimalZero": f"{count:02d}", "none": ""}.get(form, str(count))


def _letters(count: int) -> str:
    """Return a number as Word counts in letters: a to z, then aa to zz."""
    return chr(ord("a") + (count - 1) % 26) * min((count - 1) // 26 + 1, _MAX_LABEL)


def _roman(count: int) -> str:
    """Return a number in Roman numerals; Arabic digits for one that they do not reach."""
    if count > _MAX_ROMAN:
        return str(count)
    text = ""
    for worth, sign in _ROMAN.items():
        text += sign * (count // worth)
        count %= worth
    return text
