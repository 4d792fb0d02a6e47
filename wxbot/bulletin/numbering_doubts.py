"""Find gaps and restarts in the numbers of titles and sections: a missing number often means a missed heading."""

from collections.abc import Iterator, Sequence

from wxbot.bulletin import line_text
from wxbot.bulletin.line_text import Marker
from wxbot.bulletin.model import Role
from wxbot.bulletin.titles import decimal_number
from wxbot.bulletin.typed_blocks import LineBlock

__all__ = ["find_numbering_doubts"]

_WORDS = {Role.SECTION: "栏目", Role.TITLE: "标题"}


def find_numbering_doubts(body: Sequence[LineBlock]) -> Iterator[tuple[LineBlock, str]]:
    """Yield the titles, sections and lines of text whose number does not fit the others of its style.

    A number follows if it is one more than the last, or begins again at 1 below another section.
    """
    yield from _find_missed_numbers(body)
    yield from _find_gaps(body)
    yield from _find_decimal_gaps(body)


def _marker(block: LineBlock) -> Marker:
    """Return the marker before the text of a block."""
    return line_text.leading_marker(block.lines[0].text)


def _find_missed_numbers(body: Sequence[LineBlock]) -> Iterator[tuple[LineBlock, str]]:
    """Yield the lines of text whose number continues that of the title above, and that belong to no list."""
    title: Marker | None = None
    in_list: set[str] = set()
    for index, block in enumerate(body):
        marker = _marker(block)
        if block.role in _WORDS:
            title, in_list = (marker if block.role is Role.TITLE else None), set()
        elif marker.value is not None and block.lines[0].item is None:
            continues = title is not None and title.kind == marker.kind and title.value == marker.value - 1
            if continues and marker.kind not in in_list and not _is_taken(body[index + 1 :], marker):
                yield block, f"“{block.lines[0].text[:20]}”的编号接着上面的标题，按正文处理；也可能是标题"
            in_list.add(marker.kind)


def _is_taken(below: Sequence[LineBlock], marker: Marker) -> bool:
    """Tell if the next title has the same number, or the next line of text is another entry of the same list."""
    for block in below:
        if block.role in _WORDS:
            found = _marker(block)
            return block.role is Role.TITLE and found.kind == marker.kind and found.value == marker.value
        if _marker(block).kind == marker.kind:
            return True
    return False


def _find_gaps(body: Sequence[LineBlock]) -> Iterator[tuple[LineBlock, str]]:
    """Yield the titles and sections whose number does not follow the last one of its style."""
    last: dict[tuple[Role, str], int] = {}
    has_sections = any(block.role is Role.SECTION for block in body)
    is_first = False
    for block in body:
        if block.role not in _WORDS:
            continue
        marker = _marker(block)
        if marker.value is not None:
            key = block.role, marker.kind
            doubt = _doubt(block.role, last.get(key, 0), marker.value, is_first=is_first)
            last[key] = marker.value
            # Digests without sections may count each part from 1.
            if doubt and (marker.value != 1 or has_sections):
                yield block, doubt
        is_first = block.role is Role.SECTION


def _doubt(role: Role, before: int, value: int, *, is_first: bool) -> str:
    """Return what is doubtful about a number below another one, 0 for none; "" where it follows."""
    word = _WORDS[role]
    if value == before + 1 or (value == 1 and (is_first or role is Role.SECTION)):
        return ""
    if not before and value == 0:
        return ""
    if not before:
        return f"{word}的编号从 {value} 开始；可能漏读了前面的{word}"
    if value == 1:
        return "标题的编号又从 1 开始；上面可能漏读了栏目名"
    if value == before:
        return f"{word}的编号 {value} 出现了两次；可能读错了{word}"
    return f"{word}的编号是 {value}，上一个是 {before}；中间可能漏读了{word}"


def _find_decimal_gaps(body: Sequence[LineBlock]) -> Iterator[tuple[LineBlock, str]]:
    """Yield the titles whose number, such as 2.3, does not follow the last one, where most titles have one."""
    titles = [block for block in body if block.role is Role.TITLE]
    numbered = [(block, found) for block in titles if (found := decimal_number(block.text))]
    if len(numbered) < 2 or len(numbered) * 2 < len(titles):
        return
    before = (0, 0)
    for block, number in numbered:
        follows = number == (before[0], before[1] + 1) or (number[0] > before[0] and number[1] <= 1)
        if not follows:
            yield block, f"标题的编号是 {number[0]}.{number[1]}，前面缺编号；中间可能漏读了标题"
        before = number
