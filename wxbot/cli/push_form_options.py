"""Options of `wxbot push plan` that change the form of an issue's push: titles, order, covers, authors, comments."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeAlias

import click

from wxbot.bulletin.push_form import COMMENTS_OFF, Picks
from wxbot.cli.param_types import PUSH_ITEM_TEXT, PUSH_ITEMS, PUSH_PICKS, PUSH_SETTING
from wxbot.errors import UsageError
from wxbot.push.planning.push_form import FormChange

__all__ = ["push_form_options"]

# An option that can be given several times: pairs of an item and a text; the item is empty for the whole message.
ItemTexts: TypeAlias = tuple[tuple[str, str], ...]

_OPTIONS = (
    click.option(
        "--items",
        "picks",
        type=PUSH_PICKS,
        help="一条是什么：sections 每个栏目一条（原来就是）；3,5,8 这几篇各一条；"
        "best 最好的七篇各一条（不要目录时八篇）。",
    ),
    click.option(
        "--title",
        "titles",
        type=PUSH_ITEM_TEXT,
        multiple=True,
        help='第几条的标题，如 2="…"（写 2= 恢复原来的）；可以写几次。',
    ),
    click.option(
        "--digest", "digests", type=PUSH_ITEM_TEXT, multiple=True, help="第几条的摘要，写法同 --title。"
    ),
    click.option(
        "--order",
        type=PUSH_ITEMS,
        help="各条的顺序，如 3,1,2，没写到的照旧排在后面；none 恢复原来的。",
    ),
    click.option("--leave-out", type=PUSH_ITEMS, help="哪几条不推送，如 4；none 是都推送。"),
    click.option(
        "--cover",
        "covers",
        type=PUSH_SETTING,
        multiple=True,
        help="头条用第几条的封面，如 2；某一条的，如 3=2；none 是用它自己的。",
    ),
    click.option(
        "--author",
        "authors",
        type=PUSH_SETTING,
        multiple=True,
        help='各条的作者，如 "秘书处"；某一条的，如 2="张三"；none 恢复原来的。',
    ),
    click.option(
        "--comments",
        type=PUSH_SETTING,
        multiple=True,
        help="谁可以留言：fans 粉丝、all 所有人、none 不开（原来就不开）；某一条的，如 2=fans。",
    ),
)


def push_form_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options to a command, which gets them as one argument, `change`."""

    @wraps(command)
    def call_with_change(
        *args: Any,
        picks: Picks | None,
        titles: ItemTexts,
        digests: ItemTexts,
        order: tuple[str, ...] | None,
        leave_out: tuple[str, ...] | None,
        covers: ItemTexts,
        authors: ItemTexts,
        comments: ItemTexts,
        **others: Any,
    ) -> None:
        cover, item_covers = _split_setting(covers, "--cover")
        author, item_authors = _split_setting(authors, "--author")
        open_to, item_comments = _split_setting(comments, "--comments", none=COMMENTS_OFF)
        change = FormChange(
            titles=_text_by_item(titles, "--title"),
            digests=_text_by_item(digests, "--digest"),
            order=order,
            leave_out=leave_out,
            cover=cover,
            author=author,
            comments=open_to,
            picks=picks,
            authors=item_authors,
            covers=item_covers,
            item_comments=item_comments,
        )
        command(*args, change=change, **others)

    for add_option in reversed(_OPTIONS):
        add_option(call_with_change)
    return call_with_change


def _text_by_item(given: ItemTexts, option: str) -> dict[str, str]:
    """Return the texts by item; raise UsageError for an item that has two."""
    texts = dict(given)
    if len(texts) < len(given):
        raise UsageError(f"{option} 里有一条写了两遍", remedy="每条只写一次。")
    return texts


def _split_setting(given: ItemTexts, option: str, none: str = "") -> tuple[str | None, dict[str, str]]:
    """Return a setting of the whole message, None if it is not given, and those of items; `none` stands for "none"."""
    texts = {item: none if text == "none" else text for item, text in _text_by_item(given, option).items()}
    return texts.pop("", None), texts
