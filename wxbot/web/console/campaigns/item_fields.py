"""The fields of the plan form for the items of a push: texts, author, cover, comments, place, and what is left out.

The form shows what is kept with the issue, and an editor's entries change only what differs from that. Items are known
by their names, so that entries stay with their item when the issue changes meanwhile.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from wxbot import rendering
from wxbot.bulletin.fix_matching import match_key
from wxbot.bulletin.push_form import BEST, COMMENT_CHOICES, Picks, PushForm
from wxbot.push.ledger.labels import COMMENT_LABELS
from wxbot.push.planning.push_form import FormChange
from wxbot.text import one_line, strip_controls

__all__ = ["ItemEntries", "ItemEntry", "find_changes", "form_token", "kept_entries", "read_entries"]

_MOST_ITEMS = 20  # in a form; a message has eight at most
_MOST_CHARS = 1000  # of a text, far above the limits of the platform


_PICK_BREAK = re.compile(r"[\s,，、;；]+")
_TEXTS = ("title", "digest", "author", "cover", "comments")  # of an item, each by itself
_ITEM_FIELDS = (*_TEXTS, "place")
_MESSAGE_FIELDS = ("cover", "author", "comments", "picks", "picked")
_PICKED = "picked"  # the choice of single articles, whose numbers are in a field of their own


@dataclass(frozen=True, slots=True)
class ItemEntry:
    """An editor's entries for one item; "" stands for the usual value, "" of author and comments for the message's."""

    title: str = ""
    digest: str = ""
    place: str = ""
    left_out: bool = False
    author: str = ""
    cover: str = ""
    comments: str = ""


@dataclass(frozen=True, slots=True)
class ItemEntries:
    """The entries of a form by item; `cover` is the item whose cover the first one gets, "" for its own.

    `author` and `comments` are those of the message, "" for the usual author and no comments. `items` has the entries
    by `match_key` of the item's name. `picks` is what an item is: "" a section, BEST, or "picked" for the articles
    whose numbers are in `picked`. `token` stands for the kept settings that the form showed.
    """

    items: Mapping[str, ItemEntry] = field(default_factory=dict)
    cover: str = ""
    token: str = ""
    author: str = ""
    comments: str = ""
    picks: str = ""
    picked: str = ""

    @property
    def article_picks(self) -> Picks:
        """The articles that each are an item; () for other than numbers."""
        if self.picks == BEST:
            return BEST
        numbers = _PICK_BREAK.split(self.picked) if self.picks == _PICKED else []
        return tuple(int(each) for each in numbers if each.isascii() and each.isdecimal() and len(each) < 5)

    def of(self, name: str) -> ItemEntry:
        """Return the entries for an item; empty ones for an item that the form did not have."""
        return self.items.get(match_key(name), ItemEntry())

    def hidden_fields(self, names: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield names and values of the fields that hold these entries, for a form that shows none of them."""
        yield "items", self.token
        yield from ((key, getattr(self, key)) for key in _MESSAGE_FIELDS)
        for at, name in enumerate(names, start=1):
            entry = self.of(name)
            yield f"item-{at}", name
            yield from ((f"{key}-{at}", getattr(entry, key)) for key in _ITEM_FIELDS)
            if entry.left_out:
                yield f"out-{at}", "1"


def form_token(form: PushForm) -> str:
    """Return a token of the settings that are kept with an issue."""
    return hashlib.sha256(json.dumps(form.to_json(), sort_keys=True).encode()).hexdigest()[:16]


def kept_entries(form: PushForm, names: Sequence[str]) -> ItemEntries:
    """Return the entries that show the settings kept with an issue, which has items of these names."""
    keys = {"": ""} | {match_key(name): name for name in names}
    out = {keys.get(match_key(name), "") for name in form.leave_out}
    ordered = [name for each in form.order if (name := keys.get(match_key(each), "")) and name not in out]
    places = {name: str(place) for place, name in enumerate(ordered, start=1)}
    named = {match_key(each.of): each.of for each in form.items} | {match_key(name): name for name in names}
    items = {
        match_key(name): ItemEntry(
            title=kept.title,
            digest=kept.digest,
            place=places.get(name, ""),
            left_out=name in out,
            author=kept.author,
            cover=keys.get(match_key(kept.cover), ""),
            comments=kept.comments,
        )
        for name, kept in ((name, form.of(name)) for name in named.values())
    }
    cover = keys.get(match_key(form.cover), "")
    picks = BEST if form.picks == BEST else _PICKED if form.picks else ""
    picked = ",".join(map(str, form.picks)) if picks == _PICKED else ""
    return ItemEntries(items, cover, form_token(form), form.author, form.comments, picks, picked)


def read_entries(form: Mapping[str, str]) -> ItemEntries | None:
    """Return the entries of a form that was sent; None for one that has no fields for items."""
    token = form.get("items", "")
    if not token:
        return None
    items = {}
    for at in range(1, _MOST_ITEMS + 1):
        if name := _text(form, f"item-{at}"):
            texts = {key: _text(form, f"{key}-{at}") for key in _ITEM_FIELDS}
            items[match_key(name)] = ItemEntry(**texts, left_out=bool(form.get(f"out-{at}")))
    message = {key: _text(form, key) for key in _MESSAGE_FIELDS}
    return ItemEntries(items, token=token[:_MOST_CHARS], **message)


def find_changes(
    entries: ItemEntries, kept: ItemEntries, names: Sequence[str]
) -> tuple[FormChange, dict[str, str]]:
    """Return how an editor's entries differ from what is kept, and what is wrong with them by field.

    A form that showed other settings than those that are kept is a problem too, so that nobody's settings are undone
    unseen: each field then tells what is kept.
    """
    errors = (
        dict(_text_problems(entries, names)) | _missing_items(entries, kept, names) | _wrong_picks(entries)
    )
    order, wrong_places = _order(entries, names)
    errors |= wrong_places
    left_out = [name for name in names if entries.of(name).left_out]
    if names and len(left_out) == len(names):
        errors["items"] = "一条也不剩了：至少留下一条要推送的"
    errors |= _wrong_choices(entries, names)
    if entries.token != kept.token:
        errors = {
            "items": "您看过之后，推送的设置被改过：现在记着的写在各项旁边。要照您填的，再按一次",
            **dict(_kept_beside(entries, kept, names)),
        } | errors
    pairs = {name: (entries.of(name), kept.of(name)) for name in names}
    titles, digests, authors, covers, comments = (
        {
            name: getattr(new, key)
            for name, (new, old) in pairs.items()
            if getattr(new, key) != getattr(old, key)
        }
        for key in _TEXTS
    )
    keeps_order = all(new.place == old.place for new, old in pairs.values())
    keeps_left_out = all(new.left_out == old.left_out for new, old in pairs.values())
    change = FormChange(
        titles,
        digests,
        None if keeps_order and (keeps_left_out or not order) else order,
        None if keeps_left_out else left_out,
        _unless_same(entries.cover, kept.cover),
        _unless_same(entries.author, kept.author),
        _unless_same(entries.comments, kept.comments),
        None if entries.article_picks == kept.article_picks else entries.article_picks,
        authors=authors,
        covers=covers,
        item_comments=comments,
    )
    return change, errors


def _unless_same(new: str, old: str) -> str | None:
    """Return a new value; None if it is the old one."""
    return None if new == old else new


def _text_problems(entries: ItemEntries, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the titles and digests that the platform does not accept."""
    for at, name in enumerate(names, start=1):
        entry = entries.of(name)
        if problem := rendering.title_problem(entry.title):
            yield f"title-{at}", problem
        if problem := rendering.digest_problem(entry.digest):
            yield f"digest-{at}", problem
        if problem := rendering.author_problem(entry.author):
            yield f"author-{at}", problem
    if problem := rendering.author_problem(entries.author):
        yield "author", problem


def _wrong_choices(entries: ItemEntries, names: Sequence[str]) -> dict[str, str]:
    """Return what is wrong with chosen covers and comments, by field."""
    covers = {"cover": entries.cover} | {
        f"cover-{at}": entries.of(name).cover for at, name in enumerate(names, start=1)
    }
    comments = {"comments": entries.comments} | {
        f"comments-{at}": entries.of(name).comments for at, name in enumerate(names, start=1)
    }
    keys = {"", *map(match_key, names)}
    return {
        field: f"「{chosen}」这一条没有了，请另选封面"
        for field, chosen in covers.items()
        if match_key(chosen) not in keys
    } | {
        field: "请选谁可以留言" for field, chosen in comments.items() if chosen not in {"", *COMMENT_CHOICES}
    }


def _wrong_picks(entries: ItemEntries) -> dict[str, str]:
    """Return what is wrong with the choice of single articles, by field; which numbers there are, the plan checks."""
    written = [each for each in _PICK_BREAK.split(entries.picked) if each]
    if entries.picks not in {"", BEST, _PICKED}:
        return {"picks": "请选一条是什么"}
    if entries.picks != _PICKED:
        return {"picked": "写了编号，选的却是另一种：请选「这几篇各一条」，或把编号清空"} if written else {}
    numbers = list(map(str, entries.article_picks))
    if not written or len(numbers) < len(written):
        return {"picked": "请写文章的编号，用逗号隔开，如 3,5,8"}
    return {"picked": "有一篇写了两遍"} if len(set(numbers)) < len(numbers) else {}


def _missing_items(entries: ItemEntries, kept: ItemEntries, names: Sequence[str]) -> dict[str, str]:
    """Return a problem if something was written for items that the push does not have."""
    keys = set(map(match_key, names))
    gone = [
        name
        for name, entry in entries.items.items()
        if name not in keys
        and (entry.title, entry.digest) != (kept.of(name).title, kept.of(name).digest)
        and (entry.title or entry.digest)
    ]
    if not gone:
        return {}
    written = "；".join(
        f"「{name}」{' '.join(filter(None, (entries.of(name).title, entries.of(name).digest)))}"
        for name in gone
    )
    return {"items": f"有写好的标题或摘要，推送里却没有这一条，没有用上：{written}"}


def _order(entries: ItemEntries, names: Sequence[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the items that come first, so that each has the place that was entered for it; and what is wrong.

    An item without a place keeps its turn among the others. One that is left out holds its place open, so that the
    others keep theirs, unless another one was given it.
    """
    placed: dict[int, str] = {}
    errors = {}
    for at, name in sorted(enumerate(names, start=1), key=lambda item: entries.of(item[1]).left_out):
        entry = entries.of(name)
        if not entry.place:
            continue
        if not (entry.place.isdecimal() and len(entry.place) < 4 and 1 <= int(entry.place) <= len(names)):
            errors[f"place-{at}"] = f"请写 1 到 {len(names)}：排在第几条"
        elif int(entry.place) not in placed:
            placed[int(entry.place)] = name
        elif not entry.left_out:
            errors[f"place-{at}"] = f"第 {int(entry.place)} 条已经是「{placed[int(entry.place)]}」"
    if errors or not placed:
        return (), errors
    others = iter([name for name in names if name not in placed.values() and not entries.of(name).left_out])
    arranged = [placed.get(place) or next(others, "") for place in range(1, max(placed) + 1)]
    return tuple(name for name in arranged if name and not entries.of(name).left_out), {}


def _kept_beside(entries: ItemEntries, kept: ItemEntries, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield what is kept beside each field that differs from it."""
    for at, name in enumerate(names, start=1):
        new, old = entries.of(name), kept.of(name)
        for key, mine, theirs in (
            ("title", new.title, old.title),
            ("digest", new.digest, old.digest),
            ("author", new.author, old.author),
            ("cover", new.cover, old.cover),
            (
                "comments",
                *(COMMENT_LABELS.get(each, "") if each else "" for each in (new.comments, old.comments)),
            ),
            ("place", new.place, old.place),
            ("out", new.left_out, "不推送" if old.left_out else ""),
        ):
            if (bool(mine) != bool(theirs)) if key == "out" else mine != theirs:
                yield f"{key}-{at}", f"现在记着的是：{theirs or ('推送' if key == 'out' else '不写')}"
    if entries.cover != kept.cover:
        yield "cover", f"现在记着的是：{kept.cover or '用它自己的'}"
    if entries.author != kept.author:
        yield "author", f"现在记着的是：{kept.author or '不写'}"
    if entries.article_picks != kept.article_picks:
        chosen = kept.picked or ("最好的几篇" if kept.picks else "每个栏目一条")
        yield "picks", f"现在记着的是：{chosen}"
    if entries.comments != kept.comments:
        yield "comments", f"现在记着的是：{COMMENT_LABELS.get(kept.comments)}"


def _text(form: Mapping[str, str], name: str) -> str:
    return one_line(strip_controls(form.get(name, "")))[:_MOST_CHARS]
