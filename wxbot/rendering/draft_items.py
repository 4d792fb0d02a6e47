"""Items of an issue's message: the whole issue, then one a section, or one for each of some articles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wxbot.bulletin.blocks import pictures
from wxbot.bulletin.fix_matching import match_key
from wxbot.bulletin.push_form import BEST, REST, WHOLE, PushForm, item_name, single_name
from wxbot.library import Article, Issue
from wxbot.rendering.issue_texts import by_section
from wxbot.wechat.limits import ARTICLES_PER_DRAFT

__all__ = ["DraftItem", "MessageItems", "best_articles", "draft_items", "lead_stories", "message_items"]

_PICTURE_CHARS = 200  # a story with a picture counts as one that is this much longer


@dataclass(frozen=True, slots=True)
class DraftItem:
    """An item beside the whole issue: the articles that it holds in full; `of` is the name of the item.

    `section` is the name that stands above the articles. `is_single` tells the item of a chosen article.
    """

    of: str
    section: str
    articles: Sequence[Article]
    is_single: bool = False


@dataclass(frozen=True, slots=True)
class MessageItems:
    """The items of a message, whether the one for the whole issue is among them, and what could not be done."""

    items: tuple[DraftItem, ...]
    has_whole: bool = True
    warnings: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all items, in the order in which they are numbered."""
        return (*([WHOLE] if self.has_whole else []), *(item.of for item in self.items))

    @property
    def places(self) -> Mapping[str, str]:
        """The name of the item that holds each article, by the article's id."""
        return {article.public_id: item.of for item in self.items for article in item.articles}


def draft_items(issue: Issue, articles: Sequence[Article], form: PushForm | None = None) -> tuple[str, ...]:
    """Return the names of the items of an issue's draft, in the order of the issue; the first is the whole issue.

    A form whose chosen articles take all the room has no item for the whole issue.
    """
    return message_items(issue, articles, form or PushForm()).names if articles else ()


def message_items(
    issue: Issue, articles: Sequence[Article], form: PushForm, *, corrects: bool = False
) -> MessageItems:
    """Return the items: at most eight with the one for the whole issue, unless a form leaves that one out.

    Chosen articles that are not there, or for which there is no room, become warnings; with none left the items are
    those of the sections. A correction always has the item for the whole issue, because it says what was wrong.
    """
    by_number = {article.n: article for article in articles}
    wants_whole = corrects or match_key(WHOLE) not in map(match_key, form.leave_out)
    if form.picks == BEST:
        chosen = best_articles(issue, articles, ARTICLES_PER_DRAFT - wants_whole)
        return MessageItems(tuple(map(_single, chosen)))
    missing = [n for n in form.picks if n not in by_number]
    found = [by_number[n] for n in form.picks if n in by_number]
    warnings = [f"单独成条的第 {'、'.join(map(str, missing))} 篇这一期没有，没有用上"] if missing else []
    if not found:
        groups = [(name, group) for name, group in by_section(issue, articles) if group]
        return MessageItems(tuple(_section_items(groups)), warnings=tuple(warnings))
    has_whole = corrects or not wants_whole or len(found) < ARTICLES_PER_DRAFT
    room = ARTICLES_PER_DRAFT - (has_whole and wants_whole)
    if not has_whole:
        warnings.append(
            f"{ARTICLES_PER_DRAFT} 篇占满了平台的 {ARTICLES_PER_DRAFT} 条，「{WHOLE}」的目录没有放"
        )
    if len(found) > room:
        left = "、".join(str(article.n) for article in found[room:])
        warnings.append(f"平台最多 {ARTICLES_PER_DRAFT} 条，第 {left} 篇没有放")
    return MessageItems(tuple(map(_single, found[:room])), has_whole, tuple(warnings))


def _single(article: Article) -> DraftItem:
    return DraftItem(single_name(article.n or 0), article.section, [article], is_single=True)


def _section_items(groups: Sequence[tuple[str, Sequence[Article]]]) -> list[DraftItem]:
    """Return an item for each group of articles; the last one holds all that remain."""
    items = [DraftItem(item_name(name), name, group) for name, group in groups]
    if len(groups) < ARTICLES_PER_DRAFT:
        return items
    rest = [article for _, group in groups[ARTICLES_PER_DRAFT - 2 :] for article in group]
    return [*items[: ARTICLES_PER_DRAFT - 2], DraftItem(REST, REST, rest)]


def best_articles(issue: Issue, articles: Sequence[Article], most: int) -> list[Article]:
    """Return the best articles, the best first: pinned ones, then the best of each section before its second best.

    The best is the story to which the bulletin gives most room; a picture counts as some more.
    """
    rank = {
        article.public_id: at
        for _, group in by_section(issue, articles)
        for at, article in enumerate(sorted(group, key=_weight, reverse=True))
    }
    ordered = sorted(articles, key=lambda each: (not each.pinned, rank[each.public_id], -_weight(each)))
    return sorted(ordered[:most], key=lambda each: (not each.pinned, -_weight(each)))


def lead_stories(articles: Sequence[Article], told: Sequence[str]) -> list[Article]:
    """Return articles for the title of the whole issue, the best first: those that no other item's title names.

    `told` are the ids of those that are named. Of an issue in which every story is the title of an item, the one of
    the first item comes last.
    """
    others = [each for each in articles if each.public_id not in told] or list(articles)
    first = told[0] if told else ""
    return sorted(others, key=lambda each: (each.public_id == first, not each.pinned, -_weight(each)))


def _weight(article: Article) -> int:
    """Return how much room a bulletin gives to a story, in characters."""
    has_picture = any(picture.digest for picture in pictures(article.blocks))
    return sum(map(len, article.paragraphs)) + _PICTURE_CHARS * has_picture
