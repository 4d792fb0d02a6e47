"""Render pages of the console: templates, security headers, navigation, labels, and a cache of figures."""

import re
import threading
import time
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from flask import Response, current_app, g, make_response

from wxbot.editors import Editor
from wxbot.errors import WxbotError
from wxbot.library.text_diff import Run
from wxbot.log_format import request_id
from wxbot.push import DeliveryState, labels, states
from wxbot.rendering import article_path, issue_path
from wxbot.rendering.page_templates import template_environment
from wxbot.text import mask_openids
from wxbot.web.console.access import editor_may, editor_may_open
from wxbot.web.console.static_files import SCRIPTS, STYLE_SHEET

__all__ = [
    "BarSegment",
    "EditorNames",
    "FigureCache",
    "TopPage",
    "add_console_headers",
    "bar_segments",
    "error_page",
    "error_text",
    "field_errors",
    "has_delivery_move",
    "remedy_text",
    "render_page",
    "shorten_runs",
    "top_pages",
]


class TopPage(NamedTuple):
    """A link in the head: its label, the path below `/console/`, and the `here` of the pages that belong to it."""

    label: str
    path: str
    here: str
    endpoint: str


_TOP_PAGES = (
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
    return [page for page in _TOP_PAGES if page.endpoint in endpoints]


# Figures are shown for CACHE_FACTOR times as long as counting took: counting takes at most 5 % of the time.
CACHE_FACTOR = 20
QUICK_SECONDS = 0.05  # figures that took no longer are counted each time

_TEMPLATES = Path(__file__).parent / "templates"
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_COMMAND = re.compile(r"wxbot (?!followers|editors|doctor)|--(?!openid)")
_PROGRAMS = {"worker": "后台", "wxbot": "后台"}
_BAR_WIDTH = 1000.0
_SHOWN = 60  # characters of unchanged text beside a change
_BAR_ORDER = ("sent", "claimed", "planned", "unknown", "failed", "refused", "skipped")

Figures = TypeVar("Figures")


def render_page(template: str, status: int = 200, **values: Any) -> Response:
    """Return a page of the console; `title` must be among the template's values."""
    editor = g.get("editor")
    common = {
        "path": g.path,
        "editor": editor.name if editor else "",
        "brand_sheet": g.get("brand_sheet", ""),
        "csrf_token": g.get("csrf_token", ""),
        "here": "",
        "refresh": 0,
        "top_pages": [
            page for page in top_pages(current_app.view_functions) if editor_may_open(page.endpoint)
        ],
    }
    html = _PAGES.get_template(template).render(**(common | values))
    response = make_response(html, status)
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def error_page(heading: str, remedy: str, status: int) -> Response:
    """Return a page that tells what went wrong and what to do; from 500 on with the number to find it in the log."""
    number = request_id() if status >= 500 else ""
    return render_page("error.html", status, title=heading, remedy=remedy, number=number)


def add_console_headers(response: Response) -> Response:
    """Forbid framing, indexing, referrers to other sites and, unless a view allows it, caching."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers.setdefault("Content-Security-Policy", _POLICY)
    return response


def remedy_text(error: WxbotError) -> str:
    """Return an error's remedy; "" where it is a command to type, since the pages have buttons for it."""
    return "" if _COMMAND.search(error.remedy) else error.remedy


def error_text(error: WxbotError) -> str:
    """Return an error's message and remedy in one line."""
    return "。".join(filter(None, (error.message.rstrip("。"), remedy_text(error))))


def field_errors(error: WxbotError | None) -> dict[str, str]:
    """Return an error's text by the field of the form beside which it is shown; {} where it concerns no one field."""
    return {error.field: error_text(error)} if error is not None and error.field else {}


@dataclass(frozen=True)
class EditorNames:
    """Names of editors by the identity under which they act, such as their openid."""

    names: Mapping[str, str]

    @classmethod
    def of(cls, editors: Sequence[Editor]) -> "EditorNames":
        """Return the names of these accounts."""
        return cls({each.person: each.name for each in editors})

    def name_of(self, person: str) -> str:
        """Return the name of an editor or of the program."""
        return mask_openids(self.names.get(person, _PROGRAMS.get(person, person)))

    def replace_in(self, text: str) -> str:
        """Replace the editors' identities in a text by their names."""
        for person, name in self.names.items():
            text = text.replace(person, name)
        return mask_openids(text)


@dataclass(frozen=True)
class BarSegment:
    """The part of a progress bar for the deliveries in one state: their number, and its place (0 to 1000)."""

    state: str
    size: int
    x: float
    width: float


def bar_segments(counts: Mapping[str, int]) -> list[BarSegment]:
    """Return the segments of a bar for numbers of deliveries by state; even the smallest is visible."""
    total = sum(counts.values())
    segments, x = list[BarSegment](), 0.0
    for state in _BAR_ORDER:
        if size := counts.get(state, 0):
            width = _BAR_WIDTH * size / total
            segments.append(BarSegment(state, size, round(x, 1), round(max(width, 4.0), 1)))
            x += width
    return segments


def shorten_runs(runs: Sequence[Run]) -> Iterator[Run]:
    """Yield the runs of a changed paragraph, with an ellipsis in place of unchanged text far from the changes."""
    last = len(runs) - 1
    for at, (sign, text) in enumerate(runs):
        head, tail = ("" if at == 0 else text[:_SHOWN]), ("" if at == last else text[-_SHOWN:])
        far = sign == "=" and len(text) > len(head) + len(tail) + 1
        yield sign, f"{head}…{tail}" if far else text


def has_delivery_move(event: str, delivery_states: Iterable[str]) -> bool:
    """Return whether a delivery in one of these states can take the move of `event`."""
    return any((event, DeliveryState(state)) in states.DELIVERY_MOVES for state in delivery_states)


class FigureCache(Generic[Figures]):
    """A cache of figures that take long to count; threads may share it. `clock` gives monotonic seconds.

    Counting a million deliveries takes about a second, and the page of a running campaign is loaded every five
    seconds in every open browser.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._cached: dict[int, _CachedFigures[Figures]] = {}
        self._counting = threading.Lock()

    def get(self, id_: int, state: Hashable, count: Callable[[], Figures]) -> Figures:
        """Return the figures of `id_` in this state: cached ones, or those that `count` returns now.

        One thread counts; the others wait for it and get the same figures.
        """
        with self._counting:
            cached = self._cached.get(id_)
            if cached is not None and cached.state == state and self._clock() < cached.until:
                return cached.figures
            started = self._clock()
            figures = count()
            seconds = self._clock() - started
            self._cached.pop(id_, None)
            if seconds > QUICK_SECONDS:
                self._cached[id_] = _CachedFigures(state, figures, self._clock() + CACHE_FACTOR * seconds)
            return figures


class _CachedFigures(NamedTuple, Generic[Figures]):
    """Figures, the state for which they were counted, and until when they may be shown."""

    state: Hashable
    figures: Figures
    until: float


_PAGES = template_environment(folder=_TEMPLATES)
_PAGES.globals |= {
    "article_path": article_path,
    "comment_labels": labels.COMMENT_LABELS,
    "issue_path": issue_path,
    "may": editor_may,
    "scripts": SCRIPTS,
    "style_sheet": STYLE_SHEET,
}
_PAGES.filters |= {
    "audience": labels.audience_label,
    "mask_openids": mask_openids,
    "shorten_runs": shorten_runs,
}
