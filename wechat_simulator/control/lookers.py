"""What can be looked at from outside: traffic, drafts, jobs, quotas, the menu, and changes as they happen."""

__all__ = ["lookers"]

import json
from collections.abc import Iterator
from typing import Any, TypeVar

from flask import Blueprint, Response, request

from wechat_simulator.api.menus import shown_to
from wechat_simulator.clock import moment
from wechat_simulator.control.request import account, listed, number, unusable, world
from wechat_simulator.log import Call
from wechat_simulator.pushes import Push
from wechat_simulator.views import draft_view, job_view, publication_view, quota_view

T = TypeVar("T", Call, Push)
HEARTBEAT = 15.0  # seconds after which a silent event stream says that it is still there

lookers = Blueprint("lookers", __name__, url_prefix="/_sim")
lookers.register_error_handler(ValueError, unusable)


@lookers.get("/calls")
def list_calls() -> Response:
    """API calls, oldest first; `path` filters by its beginning, `since` by id or time, `limit` keeps the newest."""
    path, limit = request.args.get("path", ""), number("limit", 0)
    found = [one for one in _since(world().calls.all()) if one.path.startswith(path)]
    return listed([one.shown() for one in found[-limit:]])


@lookers.get("/callbacks")
def list_callbacks() -> Response:
    """Callbacks with their attempts, oldest first; `openid`, `since` and `limit` as for calls."""
    openid, limit = request.args.get("openid"), number("limit", 0)
    found = [one for one in _since(world().pushes.all()) if openid in (None, one.openid)]
    return listed([one.whole() for one in found[-limit:]])


def _since(kept: list[T]) -> list[T]:
    """The entries after the id that `since` names, or after a time: ISO 8601, or seconds since 1970."""
    said = request.args.get("since", "0")
    if said.isdigit() and len(said) < 10:
        return [one for one in kept if one.id > int(said)]
    after = moment(float(said) if said.replace(".", "", 1).isdigit() else said)
    return [one for one in kept if one.at > after]


@lookers.get("/drafts")
def list_drafts() -> Response:
    with world().lock:
        return listed([draft_view(one) for one in account().shelf.drafts.values()])


@lookers.get("/jobs")
def list_jobs() -> Response:
    """Mass messages, oldest first."""
    with world().lock:
        return listed([job_view(one) for one in account().masses.jobs.values()])


@lookers.get("/publications")
def list_publications() -> Response:
    """What was handed to freepublish, oldest first."""
    with world().lock:
        return listed([publication_view(account(), one) for one in account().publications.values()])


@lookers.get("/quotas")
def list_quotas() -> Response:
    with world().lock:
        return listed(quota_view(world(), account()))


@lookers.get("/menu")
def show_menu() -> dict[str, Any]:
    """The menu as the follower `openid` sees it."""
    with world().lock:
        return {"button": shown_to(account(), request.args.get("openid", ""))}


@lookers.get("/media/<media_id>")
def show_medium(media_id: str) -> Response | tuple[dict[str, Any], int]:
    """The bytes of any medium, for a page to show."""
    for one in world().accounts.values():
        found = one.shelf.materials.get(media_id) or one.shelf.temporary.get(media_id)
        if found is not None:
            main = {"amr": "audio", "mp3": "audio", "wma": "audio", "wav": "audio", "mp4": "video"}
            return Response(found.data, mimetype=f"{main.get(found.format, 'image')}/{found.format}")
    return {"error": "no such medium"}, 404


@lookers.get("/events")
def events() -> Response:
    """Server-sent events: what changed, as it changes."""
    bus = world().bus
    watcher = bus.watch()

    def stream() -> Iterator[bytes]:
        try:
            yield b": hello\n\n"
            while not watcher.closed:
                changes = watcher.take(HEARTBEAT)
                lines = [f"data: {json.dumps(one, ensure_ascii=False)}\n\n" for one in changes]
                yield "".join(lines).encode("utf-8", "replace") or b": still here\n\n"
        finally:
            bus.leave(watcher)

    return Response(stream(), mimetype="text/event-stream", headers={"Cache-Control": "no-cache"})
