"""Give each line of a body its role: section, title, inner heading, list entry or text.

Documents whose lines are whole paragraphs are read by their kinds of headings (`outline`). In text that was wrapped at
the width of a page the decoder also decides which lines belong together; headings known by their type are given to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wxbot.bulletin import contents, decoder, heading_candidates, line_text
from wxbot.bulletin.heading_kinds import HeadingKind, heading_kinds
from wxbot.bulletin.heading_runs import resolve_runs
from wxbot.bulletin.line_features import extract_features
from wxbot.bulletin.line_text import columns
from wxbot.bulletin.model import CONTINUATION, Line, Problem, Role
from wxbot.bulletin.outline import Outline, Rank, rank_kinds

__all__ = ["Structure", "find_structure"]

_ROLES = {Rank.SECTION: Role.SECTION, Rank.TITLE: Role.TITLE, Rank.INNER: Role.HEADING, Rank.TEXT: Role.TEXT}
_WORDS = {Rank.SECTION: "栏目名", Rank.TITLE: "标题", Rank.INNER: "小标题", Rank.TEXT: "正文"}

_COMPLETE_SHARE = 0.9
"""Share of lines that are whole paragraphs from which a document counts as not wrapped."""

_CLOSE_MARGIN = 1.2
"""Distance of the two best assignments below which the choice is doubtful."""

_LIST_MARKERS = {"dash", "glyph", "（1）", "（一）", "①", "1）", "1.", "1、", "1．", "1，", "一、"}


@dataclass(slots=True)
class Structure:
    """The role of each line, the ranks of headings by position, and what is doubtful about them."""

    roles: list[Role]
    ranks: dict[int, int] = field(default_factory=dict)
    doubts: list[Problem] = field(default_factory=list)


def find_structure(lines: Sequence[Line], entries: Sequence[str] = ()) -> Structure:
    """Return the role of each line of a body; `entries` are the keys of the entries of its table of contents."""
    if not lines:
        return Structure([])
    if sum(line.complete for line in lines) >= _COMPLETE_SHARE * len(lines):
        found = _by_outline(lines, entries)
        if found is not None:
            return found
    return _by_decoder(lines, entries)


def _by_outline(lines: Sequence[Line], entries: Sequence[str]) -> Structure | None:
    """Return the roles by kinds of headings; None where no kind heads anything."""
    kinds = heading_kinds(lines, with_plain=True)
    listed = _listed_lines(lines, entries)
    continued = resolve_runs(lines, kinds) | {
        i for start, end in listed.items() for i in range(start + 1, end)
    }
    for index in continued:
        kinds[index] = None
    starts = [index for index in range(len(lines)) if index not in continued]
    confirmed = {position for position, index in enumerate(starts) if index in listed}
    outline = rank_kinds([lines[i] for i in starts], [kinds[i] for i in starts], confirmed)
    if not {Rank.SECTION, Rank.TITLE} & set(outline.ranks.values()):
        return None
    found = Structure([Role.TEXT] * len(lines))
    for index, kind in enumerate(kinds):
        if kind is not None:
            found.roles[index] = _ROLES[outline.ranks.get(kind, Rank.TEXT)]
    _rank_headings(found, kinds, outline)
    _open_sub_sections(lines, found, kinds)
    for index in sorted(continued):
        found.ranks.pop(index, None)
        role = found.roles[index - 1]
        found.roles[index] = CONTINUATION.get(role, role)
    _find_entries(lines, found.roles)
    _report_close_choice(lines, kinds, outline, found)
    return found


def _listed_lines(lines: Sequence[Line], entries: Sequence[str]) -> dict[int, int]:
    """Return where the lines end that a table of contents names, by the position of the first; titles may wrap."""
    wanted = set(entries)
    found: dict[int, int] = {}
    keys = [contents.key(line.text) if line.block is None else "" for line in lines] if wanted else []
    for index, one in enumerate(keys):
        text = one
        for end in range(index + 1, min(index + 4, len(keys)) + 1):
            if one and text in wanted and columns(lines[index].text) <= 2 * len(text) + 20:
                found[index] = end
            text += keys[end] if end < len(keys) else ""
    return found


def _rank_headings(found: Structure, kinds: Sequence[HeadingKind | None], outline: Outline) -> None:
    """Give each heading its rank: those of one role share it, unless the format states different levels."""
    keys = {
        kind: _rank_key(kind, rank, outline.ranks)
        for kind, rank in outline.ranks.items()
        if rank is not Rank.TEXT
    }
    order = sorted(set(keys.values()))
    for index, kind in enumerate(kinds):
        if kind in keys:
            found.ranks[index] = order.index(keys[kind]) + 1


def _rank_key(kind: HeadingKind, rank: Rank, ranks: Mapping[HeadingKind, Rank]) -> tuple[int, int]:
    """Return a sort key for kinds: by role, then by the level that the format states."""
    position = list(ranks).index(kind) if rank is Rank.INNER and not kind.level else 0
    return int(rank), kind.level or (0 if rank is Rank.SECTION else 9 + position)


def _open_sub_sections(lines: Sequence[Line], found: Structure, kinds: Sequence[HeadingKind | None]) -> None:
    """Make a title directly above inner headings at least as long as itself a section, and these its titles.

    Only where the format states both levels: a short heading without text of its own contains the ones below it.
    """
    index = 0
    while index < len(lines):
        inner = index + 1
        kind = kinds[index]
        if not (found.roles[index] is Role.TITLE and kind and kind.level and inner < len(lines)):
            index += 1
            continue
        end = inner
        below: list[int] = []
        while end < len(lines) and found.roles[end] not in {Role.TITLE, Role.SECTION}:
            if found.roles[end] is Role.HEADING and found.ranks[end] == found.ranks.get(inner):
                below.append(end)
            end += 1
        stated = found.roles[inner] is Role.HEADING and (kinds[inner] or HeadingKind()).level
        if stated and below and _contains(lines, index, below):
            found.roles[index] = Role.SECTION
            for position in below:
                found.roles[position] = Role.TITLE
        index = end


def _contains(lines: Sequence[Line], index: int, below: Sequence[int]) -> bool:
    """Tell if a heading is a short name above longer headings."""
    width = columns(lines[index].text)
    return width <= 24 and sum(columns(lines[i].text) for i in below) >= width * len(below)


def _find_entries(lines: Sequence[Line], roles: list[Role]) -> None:
    """Make entries of the lines of text that have a marker and a neighbour with the same kind of marker."""
    markers = [
        line_text.leading_marker(line.text)
        if role is Role.TEXT and line.block is None and not line.item
        else None
        for line, role in zip(lines, roles, strict=True)
    ]
    last: dict[str, int] = {}
    for index, marker in enumerate(markers):
        if marker is None:
            if roles[index] not in {Role.TEXT, Role.ENTRY}:
                last = {}
            continue
        if marker.kind not in _LIST_MARKERS:
            continue
        before = last.get(marker.kind)
        if before is not None and index - before <= 6:
            above = markers[before]
            counts_on = above is not None and (marker.value is None or marker.value == (above.value or 0) + 1)
            if counts_on and (marker.value is not None or index - before == 1):
                roles[before] = roles[index] = Role.ENTRY
        last[marker.kind] = index


def _report_close_choice(
    lines: Sequence[Line], kinds: Sequence[HeadingKind | None], outline: Outline, found: Structure
) -> None:
    """Report the first line of each kind whose role would differ under an assignment almost as good."""
    if outline.margin >= _CLOSE_MARGIN:
        return
    seen: set[HeadingKind] = set()
    for line, kind in zip(lines, kinds, strict=True):
        if kind is None or kind in seen:
            continue
        seen.add(kind)
        chosen, other = outline.ranks.get(kind), outline.other.get(kind)
        if chosen is not None and other is not None and chosen != other:
            says = f"第 {line.at} 行“{line.text[:20]}”按{_WORDS[chosen]}处理；也可能是{_WORDS[other]}"
            found.doubts.append(Problem(line.at, says))


def _by_decoder(lines: Sequence[Line], entries: Sequence[str]) -> Structure:
    """Return the roles by the decoder, with the best candidate for the headings known by their markers."""
    features = extract_features(lines)
    candidates = heading_candidates.role_candidates(lines)
    known = max(candidates, key=lambda known: decoder.best_path_score(features, known))
    # A table or a picture is no heading, whatever stands around it.
    known = known | {index: Role.TEXT for index, line in enumerate(lines) if line.block is not None}
    for start, end in _listed_lines(lines, entries).items():
        if start not in known:
            known |= {start: Role.TITLE} | dict.fromkeys(range(start + 1, end), Role.TITLE_CONT)
    decoded = decoder.decode(features, known)
    found = Structure(decoded.roles)
    for index in decoded.doubtful:
        line = lines[index]
        is_title = decoded.roles[index] in {Role.TITLE, Role.TITLE_CONT}
        chosen, other = ("标题", "正文") if is_title else ("正文", "标题")
        found.doubts.append(
            Problem(line.at, f"第 {line.at} 行“{line.text[:20]}”按{chosen}处理；也可能是{other}")
        )
    return found
