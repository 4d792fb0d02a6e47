"""Apply fixes to the pictures of a reading: leave one out, give it another caption, or put it into another article.

Pictures are found and counted as they are printed. What is left out of a picture is dropped with a reason.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from wxbot.bulletin.blocks import Block, Blocks, Picture, Span, map_blocks, pictures, plain
from wxbot.bulletin.build import ParsedBody
from wxbot.bulletin.fix_matching import TextIndex, match_key
from wxbot.bulletin.fixes import Fixes, PictureFix
from wxbot.bulletin.model import Dropped, Line, Problem
from wxbot.bulletin.settled_lines import LEFT_OUT

__all__ = ["LEAD_NAME", "RECAPTIONED", "fix_pictures"]

RECAPTIONED = "caption replaced by an editor"

LEAD_NAME = "卷首"
"""Name of what stands above the first section, as an editor sees it in the tree of a reading."""

_NO_TEXT = "［图片］"


@dataclass(slots=True)
class _Holder:
    """A part of an issue that may hold pictures: its name, and the line where it begins."""

    name: str
    blocks: Blocks
    line: int
    is_article: bool = False


@dataclass(frozen=True, slots=True)
class _PrintedPicture:
    """A picture, the position of its holder, and its caption or description."""

    picture: Picture
    holder: int
    text: str


def fix_pictures(body: ParsedBody, lines: Sequence[Line], fixes: Fixes) -> list[Problem]:
    """Change the pictures of a body; return a problem for each fix that matches none, or more than one."""
    if not fixes.pictures:
        return []
    holders = _list_holders(body)
    shown = [
        _PrintedPicture(picture, at, plain(picture.caption) or picture.alt)
        for at, holder in enumerate(holders)
        for picture in pictures(holder.blocks)
    ]
    problems: list[Problem] = []
    chosen: dict[int, PictureFix] = {}
    targets: dict[int, int] = {}
    for fix in fixes.pictures:
        found = _find(fix, holders, shown)
        name = (fix.text or fix.of).strip()[:20]
        article = _find_article(fix, holders)
        if not found:
            problems.append(fixes.problem(fix.line, f"“{name}”这张图在这一期里找不到了"))
        elif len(found) > 1 and not fix.is_left_out:
            says = f"“{name}”有 {len(found)} 张图，请用 nth 写明是第几张"
            problems.append(fixes.problem(fix.line, says))
        elif fix.article and len(article) != 1:
            count = f"有 {len(article)} 篇" if article else "在这一期里找不到了"
            problems.append(fixes.problem(fix.line, f"标题“{fix.article.strip()[:20]}”{count}，图没有移过去"))
        else:
            chosen |= dict.fromkeys(found, fix)
            targets |= dict.fromkeys(found, article[0] if article else -1)
    body.dropped += _left_out(chosen, shown, holders, lines)
    _change(holders, shown, chosen, targets)
    _take_over(body, holders)
    return problems


def _list_holders(body: ParsedBody) -> list[_Holder]:
    """Return the parts of a body in printed order."""
    holders = [_Holder(LEAD_NAME, body.lead, 1)]
    for section in body.sections:
        holders.append(_Holder(section.name, section.lead, section.line))
        holders += [_Holder(each.title, each.blocks, each.line, is_article=True) for each in section.articles]
    return holders


def _find(fix: PictureFix, holders: Sequence[_Holder], shown: Sequence[_PrintedPicture]) -> list[int]:
    """Return the positions of the pictures that a fix names."""
    found = list(range(len(shown)))
    if fix.of:
        within = set(TextIndex([holder.name for holder in holders]).find(fix.of))
        found = [at for at in found if shown[at].holder in within]
    if fix.text:
        found = [found[at] for at in TextIndex([shown[at].text for at in found]).find(fix.text)]
    return found if fix.nth is None else found[fix.nth - 1 : fix.nth]


def _find_article(fix: PictureFix, holders: Sequence[_Holder]) -> list[int]:
    """Return the positions of the articles to which a picture may go."""
    if not fix.article:
        return []
    return [at for at in TextIndex([one.name for one in holders]).find(fix.article) if holders[at].is_article]


def _left_out(
    chosen: dict[int, PictureFix],
    shown: Sequence[_PrintedPicture],
    holders: Sequence[_Holder],
    lines: Sequence[Line],
) -> list[Dropped]:
    """Return what is left out of the pictures, each text at its line of the source."""
    at_line = {match_key(line.text): line.at for line in reversed(lines) if line.text}
    with_picture = [line for line in reversed(lines) if line.block is not None]
    of_picture = {each: line.at for line in with_picture if line.block for each in pictures([line.block])}
    dropped = []
    for at, fix in chosen.items():
        one = shown[at]
        caption = plain(one.picture.caption)
        line = max(1, holders[one.holder].line)
        if fix.is_left_out:
            bare = replace(one.picture, caption=())
            here = of_picture.get(one.picture) or of_picture.get(bare) or line
            dropped.append(Dropped(here, one.picture.alt or _NO_TEXT, LEFT_OUT))
        if caption and (fix.is_left_out or fix.caption not in {"", caption}):
            why = LEFT_OUT if fix.is_left_out else RECAPTIONED
            dropped.append(Dropped(at_line.get(match_key(caption), line), caption, why))
    return dropped


def _change(
    holders: Sequence[_Holder],
    shown: Sequence[_PrintedPicture],
    chosen: dict[int, PictureFix],
    targets: dict[int, int],
) -> None:
    """Change the pictures; one that moves stands at the end of an earlier article or the beginning of a later one."""
    before, behind = defaultdict[int, list[Block]](list), defaultdict[int, list[Block]](list)
    counter = iter(range(len(shown)))

    def change(block: Block) -> Block | None:
        if not isinstance(block, Picture):
            return block
        at = next(counter)
        fix = chosen.get(at)
        if fix is None:
            return block
        if fix.is_left_out:
            return None
        changed = replace(block, caption=(Span(fix.caption),)) if fix.caption else block
        here, target = shown[at].holder, targets[at]
        if target in {-1, here}:
            return changed
        (behind if target < here else before)[target].append(changed)
        return None

    for holder in holders:
        holder.blocks = map_blocks(change, holder.blocks)
    for at, holder in enumerate(holders):
        holder.blocks = (*before[at], *holder.blocks, *behind[at])


def _take_over(body: ParsedBody, holders: Sequence[_Holder]) -> None:
    """Put the blocks of the holders back into the body."""
    following = iter([holder.blocks for holder in holders])
    body.lead = next(following)
    body.sections = [
        replace(
            section,
            lead=next(following),
            articles=tuple(replace(article, blocks=next(following)) for article in section.articles),
        )
        for section in body.sections
    ]
