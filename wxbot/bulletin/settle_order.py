"""Settle titles, covers, sections and order of an issue: turn each decision of an editor into fixes.

An article or section is named as it is printed, so that a fix still finds it when other fixes have renamed or moved
what stands around it.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace

from wxbot.bulletin.fix_matching import TextIndex, match_key
from wxbot.bulletin.fixes import ArticleFix, Fixes, SectionFix
from wxbot.bulletin.issue_number import IssueNumber
from wxbot.bulletin.model import ParsedSection
from wxbot.bulletin.push_form import item_name
from wxbot.bulletin.settle_reading import Reading
from wxbot.bulletin.settled_articles import find_titles
from wxbot.errors import BulletinError
from wxbot.numbers import find_dates

__all__ = [
    "choose_cover",
    "move_article",
    "move_section",
    "rename_section",
    "retitle_article",
    "settle_masthead",
]

_SPOKEN_NUMBER = re.compile(r"([0-9]{4})\s*年\s*第?\s*([0-9]{1,3})\s*期")


def retitle_article(reading: Reading, article: int, title: str) -> Fixes:
    """Return the fixes with another title of an article; the printed title takes it back."""
    title = _require_text(title, "标题", "title")
    fix = _article_fix(reading, article)
    printed = reading.printed.articles[_printed_article(reading, article)].title
    return _with_article(
        reading.fixes, replace(fix, to="" if match_key(title) == match_key(printed) else title)
    )


def choose_cover(reading: Reading, article: int, cover: int | None) -> Fixes:
    """Return the fixes with the picture that is the cover of an article, from 1; 0 for none, None for the usual one."""
    return _with_article(reading.fixes, replace(_article_fix(reading, article), cover=cover))


def rename_section(reading: Reading, section: int, name: str) -> Fixes:
    """Return the fixes with another name of a section; the name of another section merges both."""
    name = _require_text(name, "栏目名", "name")
    fixes = reading.fixes
    old = reading.parsed.sections[section]
    at = _printed_section(reading, old)
    if at is None:  # an editor added it: it has no name in the source
        key = match_key(item_name(old.name))
        moved = [replace(fix, section=name) for fix in fixes.articles if match_key(fix.section) == key]
        for fix in moved:
            fixes = fixes.with_article(fix)
        order = [name if match_key(each) == key else each for each in fixes.order]
        return replace(fixes, order=_each_once(order))
    printed = item_name(reading.printed.sections[at].name)
    if match_key(printed) == match_key(name):
        kept = tuple(fix for fix in fixes.sections if match_key(fix.name) != match_key(printed))
        return replace(fixes, sections=kept)
    return fixes.with_section(SectionFix(printed, name))


def move_section(reading: Reading, section: int, place: int) -> Fixes:
    """Return the fixes with a section at another place among the sections, from 0."""
    names = [_lasting_name(reading, each) for each in reading.parsed.sections]
    if not 0 <= place < len(names):
        raise BulletinError("栏目不能再往那边移了", remedy="它已经在最边上。")
    names.insert(place, names.pop(section))
    return replace(reading.fixes, order=_each_once(names))


def move_article(reading: Reading, article: int, section: str, place: int | None = None) -> Fixes:
    """Return the fixes with an article in the section of this name, at a place from 1; None for the end of a new one.

    A name that no section has makes a new section, at the end of the issue.
    """
    name = _require_text(section, "栏目名", "new_section")
    groups = _groups(reading)
    here = next(at for at, group in enumerate(groups) if article in group)
    keys = [match_key(item_name(each.name)) for each in reading.parsed.sections]
    fixes = reading.fixes
    if match_key(name) in keys:
        target = here if keys[here] == match_key(name) else keys.index(match_key(name))
        lasting = _lasting_name(reading, reading.parsed.sections[target])
    else:
        groups.append([])
        target, lasting = len(groups) - 1, name
        names = [_lasting_name(reading, each) for each in reading.parsed.sections]
        fixes = replace(fixes, order=_each_once([*names, name]))
    if target == here and place is None:
        return fixes
    groups[here].remove(article)
    at = len(groups[target]) if place is None else place - 1
    if not 0 <= at <= len(groups[target]):
        raise BulletinError(f"这个栏目没有第 {place} 个位置", remedy="请选一个有的位置。")
    groups[target].insert(at, article)
    is_home = _is_home(reading, article, lasting)
    moved = replace(_article_fix(reading, article), section="" if is_home else lasting, place=place)
    changed = {_printed_article(reading, article): moved}
    # What had a place of its own keeps its neighbours.
    for other in {*groups[here], *groups[target]} - {article}:
        fix = _article_fix(reading, other)
        if fix.place is not None:
            group = next(group for group in groups if other in group)
            changed[_printed_article(reading, other)] = replace(fix, place=group.index(other) + 1)
    for _, fix in sorted(changed.items()):
        fixes = _with_article(fixes, fix)
    return fixes


def settle_masthead(fixes: Fixes, number: str, date: str, publication: str) -> Fixes:
    """Return the fixes with number, date and publication as entered; "" leaves one as it is printed."""
    settled = replace(fixes.settled, number=None, date=None, publication=publication.strip() or None)
    if number.strip():
        parsed = _read_number(number.strip())
        if parsed is None:
            raise BulletinError(
                f"看不懂期号“{number.strip()[:40]}”",
                remedy="请写成 2021-02（年份和期数），合刊写 2021-07+08。",
                field="number",
            )
        settled = replace(settled, number=parsed)
    if date.strip():
        settled = replace(settled, date=_read_date(date.strip()))
    return replace(fixes, settled=settled)


def _read_number(text: str) -> IssueNumber | None:
    """Return the number that an editor entered, as addresses or as people write it; None for any other text."""
    spoken = _SPOKEN_NUMBER.fullmatch(text)
    written = f"{spoken[1]}-{int(spoken[2]):02d}" if spoken else text.lower()
    return IssueNumber.parse(written)


def _read_date(text: str) -> dt.date:
    """Return the date that an editor entered; raise BulletinError for any other text."""
    found = find_dates(text)
    if not found or found[0][0].group() != text:
        raise BulletinError(
            f"看不懂日期“{text[:40]}”", remedy="请写成 2021-01-15 或 2021年1月15日 的样子。", field="date"
        )
    if found[0][1] is None:
        raise BulletinError(f"日历上没有“{text[:40]}”这一天", remedy="请核对年月日。", field="date")
    return found[0][1]


def _require_text(text: str, what: str, field: str) -> str:
    """Return a text without the blanks around it; raise BulletinError for an empty one."""
    text = " ".join(text.split())
    if not text:
        raise BulletinError(f"{what}是空的", remedy=f"请写{what}。", field=field)
    return text


def _with_article(fixes: Fixes, fix: ArticleFix) -> Fixes:
    """Return the fixes with one of an article; one that settles nothing is left out."""
    if fix == ArticleFix(fix.title, fix.nth):
        return replace(fixes, articles=tuple(each for each in fixes.articles if each.key != fix.key))
    return fixes.with_article(fix)


def _groups(reading: Reading) -> list[list[int]]:
    """Return the positions of the articles of each section."""
    groups, first = [], 0
    for section in reading.parsed.sections:
        groups.append(list(range(first, first + len(section.articles))))
        first += len(section.articles)
    return groups


def _printed_article(reading: Reading, article: int) -> int:
    """Return the position in printed order of an article of the issue."""
    wanted = reading.parsed.articles[article]
    # Two titles may stand on one line of the source; they keep their order.
    same_line = [at for at, each in enumerate(reading.printed.articles) if each.line == wanted.line]
    by_title = [at for at in same_line if reading.printed.articles[at].title == wanted.title]
    found = by_title or same_line
    if not found:
        raise BulletinError("这一篇在原文里找不到了", remedy="请把这一页重新打开。")
    return found[0]


def _article_fix(reading: Reading, article: int) -> ArticleFix:
    """Return what is settled of an article, else a fix that names it and settles nothing yet."""
    at = _printed_article(reading, article)
    titles = TextIndex([each.title for each in reading.printed.articles])
    found = (fix for fix in reading.fixes.articles if find_titles(titles, fix) == [at])
    return next(found, ArticleFix(*titles.name(at)))


def _printed_section(reading: Reading, section: ParsedSection) -> int | None:
    """Return the position in printed order of a section; None for one that an editor added."""
    key = match_key(item_name(section.name))
    renamed = {match_key(fix.name): match_key(fix.to) for fix in reading.fixes.sections}
    for at, printed in enumerate(reading.printed.sections):
        name = match_key(item_name(printed.name))
        if printed.line == section.line and key in {name, renamed.get(name)}:
            return at
    return None


def _lasting_name(reading: Reading, section: ParsedSection) -> str:
    """Return the name by which fixes know a section even after it was renamed: the printed one."""
    at = _printed_section(reading, section)
    return item_name(section.name if at is None else reading.printed.sections[at].name)


def _is_home(reading: Reading, article: int, lasting: str) -> bool:
    """Tell if an article is printed in the section of this printed name."""
    at, first = _printed_article(reading, article), 0
    for section in reading.printed.sections:
        if first <= at < first + len(section.articles):
            return match_key(item_name(section.name)) == match_key(lasting)
        first += len(section.articles)
    return False


def _each_once(names: Sequence[str]) -> tuple[str, ...]:
    """Return names without repetition."""
    return tuple({match_key(name): name for name in reversed(names)}.values())[::-1]
