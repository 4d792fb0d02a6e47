"""Control interface, reading: traffic, drafts, jobs, quotas, menu, media, and a live event stream."""

__all__ = ["inspection"]

import json
from collections.abc import Iterator
from typing import Any, TypeVar

from flask import Blueprint, Response, request

from wechat_simulator.api.menus import menu_for
from wechat_simulator.control.control_request import account, invalid_request, json_list, query_number, world
from wechat_simulator.control.views import draft_view, job_view, publication_view, quota_view
from wechat_simulator.platform_clock import parse_time
from wechat_simulator.traffic import CallbackRecord, CallRecord

T = TypeVar("T", CallRecord, CallbackRecord)
HEARTBEAT = 15.0  # seconds between comments that keep an idle event stream open

inspection = Blueprint("lookers", __name__, url_prefix="/_sim")
inspection.register_error_handler(ValueError, invalid_request)


@inspection.get("/calls")
def list_calls() -> Response:
    """List API calls, oldest first; `path` is a prefix, `since` an id or time, `limit` keeps the newest."""
    path, limit = request.args.get("path", ""), query_number("limit", 0)
    found = [one for one in _entries_since(world().calls.all()) if one.path.startswith(path)]
    return json_list([one.to_json() for one in found[-limit:]])


@inspection.get("/callbacks")
def list_callbacks() -> Response:
    """List callbacks with their attempts, oldest first; `openid`, `since` and `limit` as for calls."""
    openid, limit = request.args.get("openid"), query_number("limit", 0)
    found = [one for one in _entries_since(world().callbacks.all()) if openid in (None, one.openid)]
    return json_list([one.to_full_json() for one in found[-limit:]])


def _entries_since(entries: list[T]) -> list[T]:
    """Return the entries after the id or the time (ISO 8601, or seconds since 1970) that `since` names."""
    since = request.args.get("since", "0")
    if since.isdigit() and len(since) < 10:
        return [one for one in entries if one.id > int(since)]
    after = parse_time(float(since) if since.replace(".", "", 1).isdigit() else since)
    return [one for one in entries if one.at > after]


@inspection.get("/drafts")
def list_drafts() -> Response:
    """List the draft box."""
    with world().lock:
        return json_list([draft_view(one) for one in account().media.drafts.values()])


@inspection.get("/jobs")
def list_jobs() -> Response:
    """List mass messages, oldest first."""
    with world().lock:
        return json_list([job_view(one) for one in account().mass_messages.jobs.values()])


@inspection.get("/publications")
def list_publications() -> Response:
    """List freepublish jobs, oldest first."""
    with world().lock:
        return json_list([publication_view(account(), one) for one in account().publications.values()])


@inspection.get("/quotas")
def list_quotas() -> Response:
    """List used and allowed calls of each endpoint."""
    with world().lock:
        return json_list(quota_view(world(), account()))


@inspection.get("/menu")
def show_menu() -> dict[str, Any]:
    """Return the menu as the follower `openid` sees it."""
    with world().lock:
        return {"button": menu_for(account(), request.args.get("openid", ""))}


@inspection.get("/media/<media_id>")
def show_medium(media_id: str) -> Response | tuple[dict[str, Any], int]:
    """Serve the bytes of any medium, for the page."""
    for one in world().accounts.values():
        found = one.media.materials.get(media_id) or one.media.temporary.get(media_id)
        if found is not None:
            main = {"amr": "audio", "mp3": "audio", "wma": "audio", "wav": "audio", "mp4": "video"}
            return Response(found.data, mimetype=f"{main.get(found.format, 'image')}/{found.format}")
    return {"error": "no such medium"}, 404


@inspection.get("/events")
def events() -> Response:
    """Stream changes as server-sent events."""
    bus = world().changes
    listener = bus.subscribe()

    def stream() -> Iterator[bytes]:
        try:
            yield b": hello\n\n"
            while not listener.closed:
                changes = listener.wait_for_changes(HEARTBEAT)
                lines = [f"data: {json.dumps(one, ensure_ascii=False)}\n\n" for one in changes]
                yield "".join(lines).encode("utf-8", "replace") or b": still here\n\n"
        finally:
            bus.unsubscribe(listener)

    return Response(stream(), mimetype="text/event-stream", headers={"Cache-Control": "no-cache"})
