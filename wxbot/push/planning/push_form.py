"""Change the form of a push as an editor asks for it, by the numbers of its items or by their names.

The numbers are those of the items in the order of the issue, or of the chosen articles: they stay the same whatever
order the push has, so that the same command twice gives the same form.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from wxbot import library, rendering
from wxbot.bulletin.fix_matching import match_key
from wxbot.bulletin.push_form import BEST, COMMENT_CHOICES, COMMENTS_OFF, WHOLE, Picks, PushForm, PushItemForm
from wxbot.db import Session
from wxbot.errors import UsageError
from wxbot.push.ledger.tables import EditorChoice
from wxbot.text import one_line, strip_controls
from wxbot.wechat.limits import ARTICLES_PER_DRAFT

__all__ = ["FormChange", "apply_form_change", "change_push_form", "check_picks", "list_push_items"]

_LONGEST_NAME = 20  # characters of a name in a message


@dataclass(frozen=True)
class FormChange:
    """Wanted changes of a form; an item is named by its number, such as "2", or by its section.

    An empty text of an item stands for the usual one, as do the cover of an item and its comments (COMMENT_CHOICES).
    None leaves what is about the whole message as it is; an empty value ends an earlier setting. `picks` are articles
    that each become an item; () for an item a section.
    """

    titles: Mapping[str, str] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    order: Sequence[str] | None = None
    leave_out: Sequence[str] | None = None
    cover: str | None = None
    author: str | None = None
    comments: str | None = None
    picks: Picks | None = None
    authors: Mapping[str, str] = field(default_factory=dict)
    covers: Mapping[str, str] = field(default_factory=dict)
    item_comments: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        settled = (self.order, self.leave_out, self.cover, self.author, self.comments, self.picks)
        by_item = (self.titles, self.digests, self.authors, self.covers, self.item_comments)
        return any(map(bool, by_item)) or any(each is not None for each in settled)


def list_push_items(
    session: Session, number: str, choice: EditorChoice | None = None, form: PushForm | None = None
) -> tuple[str, ...]:
    """Return the names of the items that a push of a public issue has in a form, in the order of the issue.

    Without a form they are those of the sections.
    """
    issue = library.public_issue(session, number)
    return rendering.draft_items(issue, _kept_articles(session, number, choice), form)


def _kept_articles(session: Session, number: str, choice: EditorChoice | None) -> list[library.Article]:
    without = choice.without if choice else ()
    return [article for article in library.articles(session, number) if article.n not in without]


def change_push_form(
    session: Session, number: str, change: FormChange, choice: EditorChoice | None = None
) -> PushForm:
    """Return the form of an issue's push after a change, and write nothing; raises as `apply_form_change`.

    Raises UsageError too for chosen articles that are not there, or for which a message has no room.
    """
    form = library.public_issue(session, number).form
    if change.picks is not None:
        check_picks(change.picks, [article.n for article in _kept_articles(session, number, choice)])
        form = replace(form, picks=change.picks)
    # What a change says of the whole issue decides about its item, and with it about the numbers of the others.
    leaves_whole = change.leave_out is not None and WHOLE in map(str.strip, change.leave_out)
    shown = replace(form, leave_out=(WHOLE,)) if leaves_whole else form
    return apply_form_change(form, change, list_push_items(session, number, choice, shown))


def check_picks(picks: Picks, numbers: Sequence[int | None]) -> None:
    """Raise UsageError for chosen articles that are not among `numbers`, or that are too many."""
    if picks == BEST:
        return
    if unknown := [n for n in picks if n not in numbers]:
        raise UsageError(
            f"推送的文章里没有第 {'、'.join(map(str, unknown))} 篇",
            remedy="编号看 wxbot show 列出的；--without 去掉的不能单独成条。",
        )
    if len(picks) > ARTICLES_PER_DRAFT:
        raise UsageError(
            f"选了 {len(picks)} 篇，平台一次最多 {ARTICLES_PER_DRAFT} 条",
            remedy=f"最多选 {ARTICLES_PER_DRAFT} 篇；选满了，「{WHOLE}」的目录就不放。",
        )


def apply_form_change(form: PushForm, change: FormChange, names: Sequence[str]) -> PushForm:
    """Return a form with changes; pure. `names` are the issue's items.

    Raises UsageError for an item that is not there or named twice, for a text that the platform does not accept, and
    if nothing would be left.
    """
    by_item = {
        "title": _by_name(change.titles, names),
        "digest": _by_name(change.digests, names),
        "author": _by_name(change.authors, names),
        "cover": {
            item: _find(source, names) if source else ""
            for item, source in _by_name(change.covers, names).items()
        },
        "comments": _by_name(change.item_comments, names),
    }
    author = form.author if change.author is None else _line(change.author)
    comments = form.comments if change.comments is None else change.comments.replace(COMMENTS_OFF, "")
    _check_texts(by_item, author, names)
    _check_comments({comments, *by_item["comments"].values()})
    order = form.order if change.order is None else _find_all(change.order, names, "--order")
    leave_out = (
        form.leave_out if change.leave_out is None else _find_all(change.leave_out, names, "--leave-out")
    )
    out = set(map(match_key, leave_out))
    if all(match_key(name) in out for name in names):
        raise UsageError("一条也不剩了", remedy="至少留下一条要推送的。")
    # Names of another choice of items wait for it; an empty value ends them too.
    keys = set(map(match_key, names))
    if change.order:
        order = (*order, *(name for name in form.order if match_key(name) not in keys))
    if change.leave_out:
        leave_out = (*leave_out, *(name for name in form.leave_out if match_key(name) not in keys))
    if change.order and (both := [name for name in order if match_key(name) in out]):
        raise UsageError(f"「{both[0]}」既排了顺序，又不推送", remedy="从顺序或不推送里去掉一处。")
    cover = form.cover if change.cover is None else (_find(change.cover, names) if change.cover else "")
    named = (*(item.of for item in form.items), *(name for texts in by_item.values() for name in texts))
    items = (_change_item(form, name, by_item) for name in {match_key(name): name for name in named}.values())
    return PushForm(
        tuple(item for item in items if item),
        _without_usual(order, names),
        leave_out,
        cover,
        author,
        comments,
        form.picks if change.picks is None else change.picks,
    )


def _change_item(form: PushForm, name: str, by_item: Mapping[str, Mapping[str, str]]) -> PushItemForm:
    """Return the settings of an item after a change; those that differ are given by key and item."""
    changed = {key: texts[name] for key, texts in by_item.items() if name in texts}
    if match_key(changed.get("cover", "")) == match_key(name):
        changed["cover"] = ""  # its own cover is the usual one
    return replace(form.of(name), **changed)


def _by_name(texts: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    """Return texts by the names of the items, cleaned."""
    return {_find(ref, names): _line(text) for ref, text in texts.items()}


def _without_usual(order: tuple[str, ...], names: Sequence[str]) -> tuple[str, ...]:
    """Return an order, () for the one that the issue has anyway."""
    return () if list(map(match_key, order)) == list(map(match_key, names[: len(order)])) else order


def _find(reference: str, names: Sequence[str]) -> str:
    """Return the item that a number or a name stands for; a name comes before a number."""
    wanted = match_key(reference)
    for name in names:
        if match_key(name) == wanted:
            return name
    if wanted.isascii() and wanted.isdecimal() and 1 <= int(wanted[:4]) <= len(names):
        return names[int(wanted[:4]) - 1]
    listed = "、".join(f"{number} {name[:_LONGEST_NAME]}" for number, name in enumerate(names, start=1))
    raise UsageError(
        f"这一期的推送没有「{reference.strip()[:_LONGEST_NAME]}」这一条", remedy=f"有的是：{listed}。"
    )


def _find_all(references: Sequence[str], names: Sequence[str], option: str) -> tuple[str, ...]:
    found = tuple(_find(reference, names) for reference in references)
    if len(set(found)) < len(found):
        twice = next(name for name in found if found.count(name) > 1)
        raise UsageError(f"{option} 里「{twice}」写了两遍", remedy="每条只写一次。")
    return found


def _check_texts(by_item: Mapping[str, Mapping[str, str]], author: str, names: Sequence[str]) -> None:
    """Raise UsageError with everything that the platform would not accept."""
    checks = {
        "title": rendering.title_problem,
        "digest": rendering.digest_problem,
        "author": rendering.author_problem,
    }
    problems = [
        f"第 {list(names).index(name) + 1} 条「{name}」的{problem}"
        for key, check in checks.items()
        for name, text in by_item[key].items()
        if (problem := check(text))
    ]
    problems += [problem] if (problem := rendering.author_problem(author)) else []
    if problems:
        raise UsageError("；".join(problems), remedy="改短以后再试；什么也没有记下。")


def _check_comments(wanted: set[str]) -> None:
    if unknown := wanted - {"", *COMMENT_CHOICES}:
        raise UsageError(
            f"看不懂谁可以留言：「{min(unknown)[:_LONGEST_NAME]}」",
            remedy="写 fans（粉丝可以留言）、all（所有人可以）或 none（不开留言）。",
        )


def _line(text: str) -> str:
    return one_line(strip_controls(text))
