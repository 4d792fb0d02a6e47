"""Write the differences between two revisions as lines for a terminal, in Chinese.

+ 新增 第 9 篇《…》
- 去掉 第 3 篇《…》
~ 第 3 篇改题：旧 → 新
  第 2 篇 移到【栏目】
~ 第 4 篇《…》
    第 2 段：…产值为[-300-]{+450+}亿元…
"""

from collections.abc import Iterator, Sequence

from wxbot.library.revision_diff import ArticleContent, ArticleMove, HeadChange, IssueDiff
from wxbot.library.text_diff import ParagraphChange, Run
from wxbot.text import strip_controls

__all__ = ["diff_lines"]

_SHOWN = 12
"""Characters of unchanged text that are shown beside a change."""

_MARKS = {"-": "[-{}-]", "+": "{{+{}+}}"}


def diff_lines(diff: IssueDiff) -> Iterator[str]:
    """Yield the differences, one a line; nothing if there is none."""
    yield from (_printable(line) for line in _lines(diff))


def _lines(diff: IssueDiff) -> Iterator[str]:
    """Yield the lines as they are, with whatever the texts contain."""
    yield from map(_head_line, diff.head)
    yield from (f"+ 新增栏目{_section(name)}" for name in diff.sections_added)
    yield from (f"- 去掉栏目{_section(name)}" for name in diff.sections_removed)
    yield from (f"~ 栏目{_section(old)}改名为{_section(new)}" for old, new in diff.sections_renamed)
    yield from (f"+ 新增 {article.label}" for article in diff.added)
    yield from (f"- 去掉 {article.label}" for article in diff.removed)
    for change in diff.retitled:
        which = "一篇文章" if change.after.n is None else f"第 {change.after.n} 篇"
        yield f"~ {which}改题：{change.before.title} → {change.after.title}"
    yield from map(_move_line, diff.moved)
    for name, changes in diff.leads:
        yield f"~ 栏目{_section(name)}开头的文字" if name else "~ 正文前面的文字"
        yield from _text_lines(changes)
    for text in diff.texts:
        yield f"~ {text.article.label}" + ("" if text.paragraphs else "：文字没变，样式、链接或图片有改动")
        yield from _text_lines(text.paragraphs)


def _head_line(change: HeadChange) -> str:
    """Return the line of a value of the masthead."""
    if not change.before:
        return f"+ {change.name}：{change.after}"
    if not change.after:
        return f"- {change.name}：{change.before}"
    return f"~ {change.name}：{change.before} → {change.after}"


def _move_line(move: ArticleMove) -> str:
    """Return the line of an article that stands elsewhere."""
    if move.changes_section:
        return f"  {_short_label(move.article)} 移到{_section(move.article.section)}"
    if move.follows is None:
        return f"  {_short_label(move.article)} 移到最前"
    return f"  {_short_label(move.article)} 移到{_short_label(move.follows)}之后"


def _short_label(article: ArticleContent) -> str:
    """Return the number of an article, or its title if it has none."""
    return article.label if article.n is None else f"第 {article.n} 篇"


def _section(name: str) -> str:
    """Return the name of a section in its brackets."""
    return f"【{name or '无栏目'}】"


def _text_lines(changes: Sequence[ParagraphChange]) -> Iterator[str]:
    """Yield a line for each changed paragraph; a removed one has the number that it had."""
    for change in changes:
        number = change.before if change.after is None else change.after
        kind = "去掉第" if change.after is None else "新增第" if change.before is None else "第"
        yield f"    {kind} {number} 段：{_mark_text(change.runs)}"


def _mark_text(runs: Sequence[Run]) -> str:
    """Return runs as one text with marks at the changes."""
    last = len(runs) - 1
    return "".join(
        _shorten(text, is_first=at == 0, is_last=at == last) if sign == "=" else _MARKS[sign].format(text)
        for at, (sign, text) in enumerate(runs)
    )


def _shorten(text: str, *, is_first: bool, is_last: bool) -> str:
    """Return unchanged text with an ellipsis in place of what is far from the changes before and behind it."""
    head, tail = ("" if is_first else text[:_SHOWN]), ("" if is_last else text[-_SHOWN:])
    return text if len(text) <= len(head) + len(tail) + 1 else f"{head}…{tail}"


def _printable(line: str) -> str:
    """Return a line that a terminal shows as one line."""
    return strip_controls(line.replace("\r", "").replace("\n", "⏎"))
