"""Apply fixes to the articles of a reading: titles, numbers and covers, then sections and order.

Text is never lost: a title or name in whose place another one stands is dropped with a reason of its own. A fix that
matches nothing becomes a problem at its line of the fix file.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from wxbot.bulletin.blocks import pictures
from wxbot.bulletin.fix_matching import TextIndex
from wxbot.bulletin.fixes import ArticleFix, Fixes
from wxbot.bulletin.model import Dropped, ParsedArticle, ParsedSection, Problem
from wxbot.bulletin.push_form import REST, WHOLE, item_name
from wxbot.bulletin.settled_sections import SettledBody, arrange_sections

__all__ = ["RETITLED", "check_push_form", "find_titles", "fix_articles"]

RETITLED = "retitled by an editor"
_SINGLE = re.compile(r"第[1-9][0-9]*篇")  # the item of a chosen article; the library gives the numbers


def fix_articles(sections: Sequence[ParsedSection], fixes: Fixes) -> SettledBody:
    """Return the sections as an editor settled them: names, order, and the articles with their values and places."""
    found = SettledBody(list(sections))
    articles = [article for section in sections for article in section.articles]
    chosen = _match_articles(articles, fixes, found)
    for index, fix in chosen.items():
        article = articles[index]
        cover = fix.cover
        if cover and (says := _cover_problem(article, cover)):
            found.problems.append(fixes.problem(fix.line, says))
            cover = None
        if fix.to and fix.to != article.title:
            found.dropped.append(Dropped(max(1, article.line), article.title, RETITLED))
            found.numbers.add(article.line)
        articles[index] = replace(article, title=fix.to or article.title, n=fix.n, cover=cover)
    arrange_sections(found, articles, chosen, fixes)
    return found


def _match_articles(
    articles: Sequence[ParsedArticle], fixes: Fixes, found: SettledBody
) -> dict[int, ArticleFix]:
    """Return the fixes by the position of their articles, and report those without."""
    titles = TextIndex([article.title for article in articles])
    chosen: dict[int, ArticleFix] = {}
    for fix in fixes.articles:
        positions = find_titles(titles, fix)
        shown = fix.title.strip()[:20]
        if len(positions) == 1:
            chosen[positions[0]] = fix
        elif positions:
            says = f"有 {len(positions)} 篇文章的标题是“{shown}”，请用 nth 写明是第几篇"
            found.problems.append(fixes.problem(fix.line, says))
        else:
            found.problems.append(fixes.problem(fix.line, f"标题“{shown}”在这一期里找不到了"))
    return chosen


def find_titles(titles: TextIndex, fix: ArticleFix) -> list[int]:
    """Return the positions of the titles that a fix may mean."""
    positions = titles.find(fix.title)
    if not positions and fix.to:
        # The source was corrected meanwhile: the new title stands there already.
        positions = titles.find(fix.to)
    return positions if fix.nth is None else positions[fix.nth - 1 : fix.nth]


def _cover_problem(article: ParsedArticle, cover: int) -> str:
    """Return why a picture of an article cannot be its cover, in Chinese; "" if it can."""
    shown = list(pictures(article.blocks))
    if cover > len(shown):
        return f"“{article.title[:20]}”有 {len(shown)} 张图，没有第 {cover} 张"
    if not shown[cover - 1].digest:
        return f"“{article.title[:20]}”的第 {cover} 张图不在文件里或文件旁边，不能作封面"
    return ""


def check_push_form(sections: Sequence[ParsedSection], fixes: Fixes) -> list[Problem]:
    """Return a problem for each item that the form of the push names and the issue lacks."""
    present = (WHOLE, REST, *(item_name(section.name) for section in sections))
    named = [name for name in fixes.push.missing(present) if not _SINGLE.fullmatch(name)]
    return [
        fixes.problem(fixes.push.line, f"[push] 里的“{name[:20]}”不是这一期的栏目，也不是“{WHOLE}”")
        for name in named
    ]
