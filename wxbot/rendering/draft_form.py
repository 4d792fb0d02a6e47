"""Give the items of a draft the form that an editor wants: texts, authors, comments, order, items left out, covers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from wxbot.bulletin.fix_matching import match_key
from wxbot.bulletin.push_form import WHOLE, PushForm
from wxbot.rendering.draft_body import DraftArticle
from wxbot.rendering.draft_titles import digest_fits, title_fits, with_correction_mark
from wxbot.rendering.issue_texts import clean_line
from wxbot.wechat.limits import AUTHOR_COLUMNS, DIGEST_BYTES, TITLE_BYTES, TITLE_CHARS, repair_author

__all__ = ["arrange_draft", "author_problem", "digest_problem", "item_places", "title_problem"]


def title_problem(title: str) -> str:
    """Return why the platform does not accept a title, in Chinese; "" if it does."""
    if title_fits(title):
        return ""
    size = f"{len(title)} 字（{len(title.encode('utf-8', 'replace'))} 字节）"
    return f"标题有 {size}，平台最多收 {TITLE_CHARS} 字、{TITLE_BYTES} 字节（一个汉字 3 字节）"


def digest_problem(digest: str) -> str:
    """Return why the platform does not accept a digest, in Chinese; "" if it does."""
    if digest_fits(digest):
        return ""
    size = len(digest.encode("utf-8", "replace"))
    return f"摘要有 {size} 字节，平台最多收 {DIGEST_BYTES} 字节（一个汉字 3 字节，约 {DIGEST_BYTES // 3} 字）"


def author_problem(author: str) -> str:
    """Return why the platform does not accept an author, in Chinese; "" if it does."""
    if not author or not repair_author(author).changed:
        return ""
    return f"作者「{author}」太长，平台最多收 {AUTHOR_COLUMNS // 2} 个汉字或 {AUTHOR_COLUMNS} 个字母"


def arrange_draft(
    drafts: Sequence[DraftArticle],
    form: PushForm,
    *,
    known: Iterable[str] = (),
    corrects: bool = False,
) -> tuple[DraftArticle, ...]:
    """Return the items of a draft in the form of a push; one that would leave none leaves out nothing.

    What does not fit or is missing is not applied, and becomes a warning; `known` names items that the message could
    have with another choice, whose settings wait for it. In a correction the item for the whole
    issue comes first, because it says what was wrong.
    """
    by_key = {match_key(draft.of): draft for draft in drafts}
    items = [
        _with_cover(
            _with_texts(draft, form, corrects=corrects and draft.of == WHOLE), by_key, form.of(draft.of).cover
        )
        for draft in drafts
    ]
    places = item_places([draft.of for draft in items], form, corrects=corrects)
    kept = sorted((draft for draft in items if draft.of in places), key=lambda draft: places[draft.of])
    if kept:
        kept[0] = _with_cover(kept[0], by_key, form.cover)
    if kept and (missing := form.missing([WHOLE, *(draft.of for draft in drafts), *known])):
        warning = f"推送的设置里写到的「{'」「'.join(missing)}」这一期没有，没有用上"
        kept[0] = replace(kept[0], warnings=(*kept[0].warnings, warning))
    return tuple(kept)


def item_places(names: Sequence[str], form: PushForm, *, corrects: bool) -> dict[str, int]:
    """Return the place of each item in the message, from 1; an item that the form leaves out has none."""
    order = {match_key(name): place for place, name in enumerate(form.order)}
    out = set(map(match_key, form.leave_out))
    if corrects:
        order[match_key(WHOLE)] = -1
        out.discard(match_key(WHOLE))
    arranged = sorted(names, key=lambda name: order.get(match_key(name), len(order)))
    kept = [name for name in arranged if match_key(name) not in out] or arranged
    return {name: place for place, name in enumerate(kept, start=1)}


def _with_cover(draft: DraftArticle, by_key: Mapping[str, DraftArticle], name: str) -> DraftArticle:
    """Return an item with the cover that another one has by itself; unchanged without such an item."""
    source = by_key.get(match_key(name)) if name else None
    return draft if source is None else replace(draft, cover_picture=source.cover_picture, art=source.art)


def _with_texts(draft: DraftArticle, form: PushForm, *, corrects: bool) -> DraftArticle:
    """Return an item with the texts and comments that an editor wants; a correction keeps its mark and its words."""
    wanted, author = form.of(draft.of), clean_line(form.author_of(draft.of))
    title, digest = clean_line(wanted.title), clean_line(wanted.digest)
    problems = list(filter(None, (title_problem(title), digest_problem(digest), author_problem(author))))
    draft = replace(draft, comments=form.comments_of(draft.of))
    if author and not author_problem(author):
        # With the automatic author goes the warning that it was shortened.
        kept = tuple(each for each in draft.warnings if not each.startswith("作者「"))
        draft = replace(draft, author=author, warnings=kept)
    warnings = draft.warnings
    if title and title_fits(title):
        # The automatic title, and with it the warning that it was shortened, is replaced.
        warnings = tuple(each for each in warnings if not each.startswith("标题超过平台"))
        draft = replace(draft, title=with_correction_mark(title, title_fits) if corrects else title)
    if digest and digest_fits(digest) and not corrects:
        draft = replace(draft, digest=digest)
    unused = tuple(f"写好的{problem}，没有用上" for problem in problems)
    return replace(draft, warnings=(*warnings, *unused))
