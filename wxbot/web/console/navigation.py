"""Top pages of the console, in the order in which the head of every page lists them."""

from collections.abc import Collection
from typing import NamedTuple

__all__ = ["TopPage", "top_pages"]


class TopPage(NamedTuple):
    """A link in the head: its label, the path below `/console/`, and the `here` of the pages that belong to it."""

    label: str
    path: str
    here: str
    endpoint: str


_PAGES = (
    TopPage("首页", "", "home", "console.home"),
    TopPage("带进来", "bring", "bring", "console.bring"),
    TopPage("书架", "shelf", "issues", "console.issues"),
    TopPage("推送", "push", "push", "console.push_list"),
    TopPage("日历", "calendar", "calendar", "console.calendar"),
    TopPage("会员", "members", "members", "console.members"),
    TopPage("设置", "settings", "settings", "console.settings"),
    TopPage("管理", "admin", "admin", "console.admin"),
)


def top_pages(endpoints: Collection[str]) -> list[TopPage]:
    """Return the top pages whose views are among the application's endpoints."""
    return [page for page in _PAGES if page.endpoint in endpoints]
