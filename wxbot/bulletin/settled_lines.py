"""Apply fixes to the lines of a source, before the parser sets any apart, and to their roles.

Text is never lost: a line that an editor leaves out is dropped with a reason of its own. A fix that matches nothing
becomes a problem at its line of the fix file.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from wxbot.bulletin.fix_matching import TextIndex, match_key
from wxbot.bulletin.fixes import Fixes, LineFix
from wxbot.bulletin.line_text import join_lines
from wxbot.bulletin.model import (
    CONTINUATION,
    FIRST_LINE_ROLE,
    Line,
    LineUse,
    Problem,
    Role,
)
from wxbot.bulletin.run_in_titles import cut_spans
from wxbot.bulletin.typed_blocks import block_spans

__all__ = [
    "LEFT_OUT",
    "SettledLines",
    "apply_line_fixes",
    "join_settled_lines",
    "report_unjoined",
    "settle_roles",
]

LEFT_OUT = "left out by an editor"

_ROLES = {
    LineUse.SECTION: Role.SECTION,
    LineUse.TITLE: Role.TITLE,
    LineUse.TEXT: Role.TEXT,
    LineUse.HEADING: Role.HEADING,
}


@dataclass(slots=True)
class SettledLines:
    """Lines of a document with what an editor settled about them; `numbers` are the numbers of those lines."""

    lines: list[Line]
    problems: list[Problem] = field(default_factory=list)
    numbers: set[int] = field(default_factory=set)

    def without_settled(self, problems: Sequence[Problem]) -> list[Problem]:
        """Return the problems of lines about which an editor settled nothing."""
        return [problem for problem in problems if problem.line not in self.numbers]


def apply_line_fixes(lines: Sequence[Line], fixes: Fixes) -> SettledLines:
    """Split lines, mark those that have a role or are left out, and report the fixes that match no line."""
    found = SettledLines(list(lines))
    # Splits come first: the other fixes may name the parts of a line that is split.
    splits = [fix for fix in fixes.lines if fix.use is LineUse.SPLIT]
    if marked := _match_lines(splits, found, fixes):
        found.lines = [
            part
            for index, line in enumerate(found.lines)
            for part in (_split(line, marked[index], found, fixes) if index in marked else [line])
        ]
    others = [fix for fix in fixes.lines if fix.use is not LineUse.SPLIT]
    for index, fix in _match_lines(others, found, fixes).items():
        found.lines[index] = _mark(found.lines[index], fix.use)
    return found


def _match_lines(chosen: Sequence[LineFix], found: SettledLines, fixes: Fixes) -> dict[int, LineFix]:
    """Return the fixes by the position of their lines, and report those without."""
    index_of_lines = TextIndex([line.text for line in found.lines] if chosen else [])
    marked: dict[int, LineFix] = {}
    for fix in chosen:
        positions = index_of_lines.find(fix.text)
        if fix.nth is not None:
            positions = positions[fix.nth - 1 : fix.nth]
        shown = fix.text.strip()[:20]
        if not positions:
            found.problems.append(fixes.problem(fix.line, f"“{shown}”在原文里找不到了"))
        elif len(positions) > 1 and fix.use is not LineUse.DROP:
            at = "、".join(str(found.lines[index].at) for index in positions[:5])
            says = f"“{shown}”在原文里有 {len(positions)} 处（第 {at} 行），请用 nth 写明是第几处"
            found.problems.append(fixes.problem(fix.line, says))
        else:
            marked |= dict.fromkeys(positions, fix)
            found.numbers |= {found.lines[index].at for index in positions}
    return marked


def _mark(line: Line, use: LineUse) -> Line:
    """Return a line with what an editor settled about it; a reader's reason to drop it counts no longer."""
    marked = replace(line, settled=use)
    if use is LineUse.DROP:
        return replace(marked, drop_reason=LEFT_OUT)
    return replace(marked, drop_reason="") if marked.is_body else marked


def _split(line: Line, fix: LineFix, found: SettledLines, fixes: Fixes) -> Iterator[Line]:
    """Yield the lines that a line is split into; a place that it lacks is reported."""
    letters = [index for index, char in enumerate(line.text) if not char.isspace()]
    bare = match_key(line.text)
    start = begin = 0
    for text in fix.at:
        cut = bare.find(match_key(text), begin)
        if cut <= 0 or line.block is not None:
            says = f"“{fix.text.strip()[:20]}”里没有可以拆开的“{text.strip()[:20]}”"
            found.problems.append(fixes.problem(fix.line, says))
            continue
        yield _part(line, start, letters[cut])
        start, begin = letters[cut], cut + 1
    yield _part(line, start, len(line.text))


def _part(line: Line, start: int, end: int) -> Line:
    """Return a part of a line; what stands before the line is no evidence about a later part."""
    text = line.text[start:end].rstrip()
    if start == 0 and len(text) == len(line.text):
        return line
    part = replace(line, text=text, spans=cut_spans(line.spans, start, start + len(text)), complete=True)
    if start == 0:
        return part
    return replace(part, item=None, indent=0, gap=0, page_start=False, below_rule=False, below_number=False)


def join_settled_lines(lines: Sequence[Line]) -> list[Line]:
    """Return the lines of a body in which each that continues the line before is one with it."""
    joined: list[Line] = []
    for line in lines:
        if line.settled is LineUse.JOIN and joined and joined[-1].block is None and line.block is None:
            before = joined[-1]
            spans = block_spans([before, line]) if before.spans or line.spans else ()
            text = join_lines([before.text, line.text])
            joined[-1] = replace(before, text=text, spans=spans, complete=line.complete)
        else:
            joined.append(line)
    return joined


def report_unjoined(lines: Sequence[Line]) -> list[Problem]:
    """Return a problem for each line that should continue the one before, where no text stands before it."""
    says = "这一行前面没有可以接上的文字，修正文件里的 join 没有用上"
    return [Problem(line.at, says) for line in lines if line.settled is LineUse.JOIN]


def settle_roles(lines: Sequence[Line], roles: list[Role], ranks: dict[int, int]) -> None:
    """Give lines the roles that an editor settled; the lines that continued them get roles that fit."""
    settled = {index: _ROLES[line.settled] for index, line in enumerate(lines) if line.settled in _ROLES}
    if not settled:
        return
    usual = {role: _usual_rank(role, roles, ranks) for role in (Role.SECTION, Role.TITLE, Role.HEADING)}
    for index, role in settled.items():
        before = roles[index]
        roles[index] = role
        ranks.pop(index, None)
        if role in usual:
            ranks[index] = usual[role]
        if before is not role:
            _settle_continuation(roles, index, settled)


def _usual_rank(role: Role, roles: Sequence[Role], ranks: Mapping[int, int]) -> int:
    """Return the most common rank of a role; for one that does not occur, a rank above or below all others."""
    counts = Counter(rank for index, rank in ranks.items() if roles[index] is role)
    if counts:
        return counts.most_common(1)[0][0]
    if role is Role.SECTION:
        return 0
    return max(ranks.values(), default=0) + int(role is Role.HEADING) + 1


def _settle_continuation(roles: list[Role], index: int, settled: Mapping[int, Role]) -> None:
    """Give the lines that continued a line roles that fit its new role: further text, or a block of their own."""
    after = index + 1
    continued = CONTINUATION[Role.TEXT] if roles[index] is Role.TEXT else None
    while after < len(roles) and after not in settled and FIRST_LINE_ROLE[roles[after]] is not roles[after]:
        if continued is None:
            is_name = roles[index] is Role.SECTION and roles[after] is Role.TITLE_CONT
            roles[after] = Role.TITLE if is_name else Role.TEXT
            continued = CONTINUATION[roles[after]]
        else:
            roles[after] = continued
        after += 1
