"""Turn an editor's answer about one line into fixes, and ask for what the answer still needs."""

from dataclasses import replace

import click

from wxbot.bulletin.fix_matching import match_key
from wxbot.bulletin.fixes import RENAMED, Fixes
from wxbot.bulletin.model import LineUse
from wxbot.bulletin.push_form import item_name
from wxbot.bulletin.settle_order import move_article, move_section, rename_section, retitle_article
from wxbot.bulletin.settle_reading import Reading, settle_line, settle_picture
from wxbot.bulletin.settled_articles import RETITLED
from wxbot.bulletin.source_map import PlaceKind
from wxbot.cli.param_types import DAY, ISSUE_NUMBER
from wxbot.errors import BulletinError

__all__ = ["decide_answer", "decide_masthead"]


def decide_answer(answer: str, use: LineUse | None, reading: Reading, index: int) -> Fixes:
    """Ask what an answer still needs; return the fixes with it. `use` is what the line is, if the answer says that.

    Raises BulletinError where the answer does not fit the line.
    """
    if use is not None:
        begins = click.prompt("新的一行从哪几个字开始") if use is LineUse.SPLIT else ""
        return settle_line(reading, index, use, begins)
    if answer == "t":
        caption = click.prompt("图注（不收这张图就打 -）").strip()
        return settle_picture(reading, index, is_left_out=caption == "-", caption=caption)
    return _decide_place(answer, reading, index)


def decide_masthead(answer: str, fixes: Fixes) -> Fixes:
    """Ask for the number, the date or the name of the publication; return the fixes with it."""
    settled = fixes.settled
    if answer == "n":
        settled = replace(settled, number=click.prompt("期号，如 2021-02", type=ISSUE_NUMBER))
    elif answer == "r":
        settled = replace(settled, date=click.prompt("出版日期，如 2021-01-15", type=DAY))
    else:
        settled = replace(settled, publication=click.prompt("刊名").strip())
    return replace(fixes, settled=settled)


def _decide_place(answer: str, reading: Reading, index: int) -> Fixes:
    """Ask for a name or a place of the section or article that stands on a line; return the fixes with it."""
    section = _section_on_line(reading, index)
    if section is not None and answer == "g":
        return rename_section(reading, section, click.prompt("新栏目名"))
    if section is not None and answer == "w":
        return move_section(reading, section, click.prompt("排在第几个栏目", type=int) - 1)
    article = _article_on_line(reading, index)
    if answer == "g":
        return retitle_article(reading, article, click.prompt("新标题"))
    sections = reading.parsed.sections
    if answer == "w":
        here = next(each for each in sections if reading.parsed.articles[article] in each.articles)
        place = click.prompt("排在这个栏目的第几篇", type=int)
        return move_article(reading, article, item_name(here.name), place)
    names = [each.name for each in sections if each.name]
    name = click.prompt(f"移到哪个栏目（{'、'.join(names)}）").strip()
    if match_key(name) not in set(map(match_key, names)):
        raise BulletinError(f"这一期没有栏目“{name}”", remedy="请照上面写一个栏目名。")
    return move_article(reading, article, name)


def _section_on_line(reading: Reading, index: int) -> int | None:
    """Return the position of the section whose name stands on a line; None where none does."""
    one = reading.traced[index]
    is_name = any(place.kind is PlaceKind.SECTION or place.why == RENAMED for place in one.places)
    sections = reading.parsed.sections
    return next((at for at, each in enumerate(sections) if is_name and each.line == one.line.at), None)


def _article_on_line(reading: Reading, index: int) -> int:
    """Return the position of the article whose title stands on a line; raise BulletinError where none does."""
    one = reading.traced[index]
    titles = {place.text for place in one.places if place.kind is PlaceKind.TITLE}
    was_retitled = any(place.why == RETITLED for place in one.places)
    for at, article in enumerate(reading.parsed.articles):
        if article.title in titles or (was_retitled and article.line == one.line.at):
            return at
    raise BulletinError("这一行不是文章的标题", remedy="先用 1 把它定为标题。")
