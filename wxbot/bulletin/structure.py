"""Give each line of a body its role: section, title, inner heading, list entry or text.

Documents whose lines are whole paragraphs are read by their kinds of headings (`outline`). In text that was wrapped at
the width of a page the decoder also decides which lines belong together; headings known by their type are given to it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from wxbot.bulletin import contents, decoder, heading_candidates, line_text
from wxbot.bulletin.captions import captioned_lines, is_byline, organisation_bylines
from wxbot.bulletin.heading_kinds import HeadingKind, heading_kinds, repeated_labels
from wxbot.bulletin.heading_runs import find_subtitles, resolve_runs
from wxbot.bulletin.line_features import extract_features, full_width
from wxbot.bulletin.line_text import LineEnd, columns
from wxbot.bulletin.model import CONTINUATION, Line, Problem, Role
from wxbot.bulletin.outline import Outline, Rank, rank_kinds

__all__ = ["Structure", "find_structure"]

_ROLES = {Rank.SECTION: Role.SECTION, Rank.TITLE: Role.TITLE, Rank.INNER: Role.HEADING, Rank.TEXT: Role.TEXT}
_WORDS = {Rank.SECTION: "栏目名", Rank.TITLE: "标题", Rank.INNER: "小标题", Rank.TEXT: "正文"}

_COMPLETE_SHARE = 0.9
"""Share of lines that are whole paragraphs from which a document counts as not wrapped."""

_CLOSE_MARGIN = 1.2
"""Distance of the two best assignments below which the choice is doubtful, in a document of some length."""

_LEAST_MARGIN, _MARGIN_PER_HEADING = 0.3, 0.15
"""The same distance in a document of a few headings, whose scores are small."""

_FULL_SLACK = 8
"""Columns by which a line that only its marker may make a heading falls short of a full line, at least."""

_LIST_MARKERS = {"dash", "glyph", "（1）", "（一）", "①", "❶", "⑴", "1）", "1.", "1、", "1．", "1，", "一、"}


@dataclass(slots=True)
class Structure:
    """The role of each line, the ranks of headings by position, and what is doubtful about them.

    `certainty` is 1 where no other interpretation comes near.
    """

    roles: list[Role]
    ranks: dict[int, int] = field(default_factory=dict)
    doubts: list[Problem] = field(default_factory=list)
    certainty: float = 1.0


def find_structure(lines: Sequence[Line], entries: Sequence[str] = ()) -> Structure:
    """Return the role of each line of a body; `entries` are the keys of the entries of its table of contents."""
    if not lines:
        return Structure([])
    lines = [_as_own_block(line) for line in lines]
    if sum(line.complete for line in lines) >= _COMPLETE_SHARE * len(lines) or not full_width(lines):
        found = _by_outline(lines, entries)
        if found is not None:
            return found
    return _by_decoder(lines, entries)


def _as_own_block(line: Line) -> Line:
    """Return a table, picture or entry marked as complete: no other line continues it."""
    is_own = not line.complete and (line.block is not None or line.item is not None)
    return replace(line, complete=True) if is_own else line


def _by_outline(lines: Sequence[Line], entries: Sequence[str]) -> Structure | None:
    """Return the roles by kinds of headings; None where no kind heads anything."""
    kinds = heading_kinds(lines, with_plain=True)
    listed = _listed_lines(lines, entries)
    subtitles = find_subtitles(lines, kinds)
    for index in subtitles:
        kinds[index] = None
    continued = resolve_runs(lines, kinds) | {
        i for start, end in listed.items() for i in range(start + 1, end)
    }
    for index in continued:
        kinds[index] = None
    for index in listed:
        kinds[index] = (
            replace(kinds[index] or HeadingKind(), marker="") if _is_unmarked(kinds[index]) else kinds[index]
        )
    starts = [index for index in range(len(lines)) if index not in continued]
    confirmed = {position for position, index in enumerate(starts) if index in listed}
    outline = rank_kinds([lines[i] for i in starts], [kinds[i] for i in starts], confirmed)
    if not {Rank.SECTION, Rank.TITLE} & set(outline.ranks.values()):
        return None
    found = Structure([Role.TEXT] * len(lines))
    for index, kind in enumerate(kinds):
        if kind is not None:
            found.roles[index] = _ROLES[outline.ranks.get(kind, Rank.TEXT)]
    _demote_empty_titles(lines, found.roles, kinds)
    _demote_entries(lines, found.roles, kinds)
    for index in subtitles:
        if found.roles[index - 1] is Role.TITLE:
            found.roles[index] = Role.TITLE_CONT
    _rank_headings(found, kinds, outline)
    _open_sub_sections(lines, found, kinds)
    for index in sorted(continued):
        found.ranks.pop(index, None)
        role = found.roles[index - 1]
        found.roles[index] = CONTINUATION.get(role, role)
    _find_entries(lines, found.roles)
    _report_close_choice(lines, kinds, outline, found)
    return found


def _is_unmarked(kind: HeadingKind | None) -> bool:
    """Tell if a line has no marker, or only a colon behind it."""
    return kind is None or kind.marker == "："


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
            if end == len(keys) or not keys[end]:
                break  # a table or picture continues no title
            text += keys[end]
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


def _demote_empty_titles(lines: Sequence[Line], roles: list[Role], kinds: list[HeadingKind | None]) -> None:
    """Make text of the lines set like text that were taken for titles but head nothing."""
    for index in range(len(lines) - 1, -1, -1):
        kind = kinds[index]
        if roles[index] is not Role.TITLE or kind is None or not kind.is_plain:
            continue
        after = roles[index + 1] if index + 1 < len(lines) else Role.SECTION
        before = roles[index - 1] if index else Role.SECTION
        asks = line_text.line_end(lines[index].text) is LineEnd.ASK
        if before is Role.TITLE and (asks or after is Role.SECTION):
            roles[index] = Role.TEXT
            kinds[index] = None


def _demote_entries(lines: Sequence[Line], roles: list[Role], kinds: list[HeadingKind | None]) -> None:
    """Make text of the numbered lines directly below one another that were taken for inner headings: a list."""
    markers = [line_text.leading_marker(line.text).kind for line in lines]
    listed = [
        index
        for index, kind in enumerate(kinds)
        if roles[index] is Role.HEADING
        and kind is not None
        and not (kind.level or kind.is_visual)
        and markers[index] in {*markers[max(0, index - 1) : index], *markers[index + 1 : index + 2]}
    ]
    for index in listed:
        roles[index], kinds[index] = Role.TEXT, None


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
    headings = sum(kind is not None for kind in kinds)
    wanted = min(_CLOSE_MARGIN, _MARGIN_PER_HEADING * headings + _LEAST_MARGIN)
    found.certainty = min(1.0, outline.margin / (2 * wanted) + 0.2)
    seen: set[HeadingKind] = set()
    for index, (line, kind) in enumerate(zip(lines, kinds, strict=True)):
        if kind is None:
            continue
        chosen, other = outline.ranks.get(kind, Rank.TEXT), outline.other.get(kind, Rank.TEXT)
        # A heading that its neighbours decided otherwise is not doubtful.
        is_close = chosen != other and outline.margin < wanted and found.roles[index] is _ROLES[chosen]
        is_close = is_close and not (chosen is Rank.TEXT and kind.is_plain and _asks_within_text(line.text))
        if kind not in seen and is_close:
            found.doubts.append(_doubt(line, chosen, other))
        elif found.roles[index] is Role.TITLE and kind.is_plain and _reads_like_text(line.text):
            found.doubts.append(_doubt(line, Rank.TITLE, Rank.TEXT))
        elif kind.outer and chosen is Rank.SECTION and kind not in seen and list(kinds).count(kind) == 1:
            found.doubts.append(_doubt(line, Rank.SECTION, Rank.TITLE))
        seen.add(kind)


def _reads_like_text(text: str) -> bool:
    """Tell if a line that is set like text consists of several sentences or clauses."""
    inner = any(sign in text[:-1] for sign in "？！?!；")
    return inner or (line_text.line_end(text) is LineEnd.ASK and text.count("，") > 1) or text.count("，") > 2


def _asks_within_text(text: str) -> bool:
    """Tell if a line set like text is a question of more than one clause."""
    return line_text.line_end(text) is LineEnd.ASK and "，" in text


def _doubt(line: Line, chosen: Rank, other: Rank) -> Problem:
    """Return the doubt about the role of a line."""
    says = f"第 {line.at} 行“{line.text[:20]}”按{_WORDS[chosen]}处理；也可能是{_WORDS[other]}"
    return Problem(line.at, says)


def _by_decoder(lines: Sequence[Line], entries: Sequence[str]) -> Structure:
    """Return the roles by the decoder, with the best candidate for the headings known by their type or markers."""
    features = extract_features(lines)
    text = _known_text(lines)
    candidates = [
        {index: role for index, role in roles.items() if index not in text} | text
        for roles in _typed_candidates(lines) or heading_candidates.role_candidates(lines)
    ]
    known = max(candidates, key=lambda known: decoder.best_path_score(features, known))
    # A table or a picture is no heading, whatever stands around it.
    known = known | {index: Role.TEXT for index, line in enumerate(lines) if line.block is not None}
    for start, end in _listed_lines(lines, entries).items():
        if known.get(start) in {None, Role.TITLE}:
            known |= {start: Role.TITLE} | dict.fromkeys(range(start + 1, end), Role.TITLE_CONT)
    decoded = decoder.decode(features, known)
    found = Structure(decoded.roles)
    for index in decoded.doubtful:
        line = lines[index]
        is_title = decoded.roles[index] in {Role.TITLE, Role.TITLE_CONT}
        chosen, other = (Rank.TITLE, Rank.TEXT) if is_title else (Rank.TEXT, Rank.TITLE)
        found.doubts.append(_doubt(line, chosen, other))
    for index in _odd_titles(lines, decoded.roles):
        if index not in decoded.doubtful:
            found.doubts.append(_doubt(lines[index], Rank.TITLE, Rank.TEXT))
    titles = sum(role is Role.TITLE for role in decoded.roles)
    found.certainty = max(0.0, 1.0 - len(decoded.doubtful) / max(1, titles))
    return found


def _odd_titles(lines: Sequence[Line], roles: Sequence[Role]) -> list[int]:
    """Return the positions of titles that end like sentences and are not indented as most titles are."""
    titles = [index for index, role in enumerate(roles) if role is Role.TITLE]
    indents = Counter(lines[index].indent for index in titles if not lines[index].page_start)
    usual = indents.most_common(1)[0][0] if indents else 0
    return [
        index
        for index in titles
        if line_text.line_end(lines[index].text) in {LineEnd.ASK, LineEnd.STOP}
        and not (lines[index].level or lines[index].page_start)
        and lines[index].indent != usual
        and not line_text.leading_marker(lines[index].text).kind
    ]


def _known_text(lines: Sequence[Line]) -> dict[int, Role]:
    """Return the lines that are no headings: tables, pictures, quotations, captions, bylines, labels."""
    captions = captioned_lines(lines)
    labels = repeated_labels(lines) | organisation_bylines(lines)
    return {
        index: Role.TEXT
        for index, line in enumerate(lines)
        if line.block is not None
        or line.quote
        or index in captions
        or index in labels
        or is_byline(line.text)
    }


def _typed_candidates(lines: Sequence[Line]) -> list[dict[int, Role]]:
    """Return the interpretations of headings known by their type: as ranked, and as sections above unknown titles."""
    full = full_width(lines)
    kinds = [
        kind if kind and (kind.level or kind.is_visual or columns(line.text) < full - _FULL_SLACK) else None
        for line, kind in zip(lines, heading_kinds(lines, with_plain=False), strict=True)
    ]
    if not any(kind and (kind.level or kind.is_visual) for kind in kinds):
        return []
    continued = resolve_runs(lines, kinds)
    starts = [index for index in range(len(lines)) if index not in continued]
    outline = rank_kinds([lines[i] for i in starts], [kinds[i] for i in starts])
    ranked: dict[int, Role] = {}
    for index in range(len(lines)):
        kind = kinds[index]
        if index in continued:
            role = ranked.get(index - 1, Role.TEXT)
            ranked[index] = CONTINUATION.get(role, role)
        elif kind and outline.ranks.get(kind, Rank.TEXT) is not Rank.TEXT:
            ranked[index] = _ROLES[outline.ranks[kind]]
    if Role.TITLE not in ranked.values():
        return [ranked]
    without: dict[int, Role] = {
        index: Role.SECTION if role is Role.TITLE else role for index, role in ranked.items()
    }
    return [ranked] if Role.SECTION in ranked.values() or continued else [ranked, without]
