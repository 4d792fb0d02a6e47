"""Pages for a browser: the simulator's page, articles, profiles of accounts, uploaded pictures, scene codes."""

__all__ = ["web_pages"]

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from flask import (
    Blueprint,
    Response,
    render_template,
    request,
    send_from_directory,
)

from wechat_simulator import activity
from wechat_simulator.account import Account
from wechat_simulator.dark_mode import dark_sheet
from wechat_simulator.media_format import draw_png
from wechat_simulator.media_store import local_path
from wechat_simulator.platform_clock import to_beijing
from wechat_simulator.profile import name_card, read_count, sent_issues
from wechat_simulator.world import WORLD_KEY, World

FOLDER = Path(__file__).parent / "page"
POLICY = "default-src 'none'; img-src 'self' data: http: https:; style-src 'unsafe-inline'; media-src 'self'"
PICTURE_HOST = re.compile(r"https?://mmbiz\.qpic\.cn/")

web_pages = Blueprint("pages", __name__, template_folder="templates")


def world() -> World:
    """Return the world that the dispatcher gives with the request."""
    found: World = request.environ[WORLD_KEY]
    return found


@web_pages.get("/")
def index() -> Response:
    """Serve the simulator's page."""
    return send_from_directory(FOLDER, "index.html")


@web_pages.get("/page/<path:name>")
def static_file(name: str) -> Response:
    """Serve a script or style sheet of the page."""
    return send_from_directory(FOLDER, name)


@web_pages.get("/s/<key>")
def article(key: str) -> Response | tuple[Response, int]:
    """Show an article by its permanent link, or a draft by its preview link."""
    for account in world().accounts.values():
        page = account.media.pages.get(key)
        if page is not None and page.deleted:
            return _html_response(None, "该内容已被发布者删除"), 410
        if page is not None:
            with world().lock:
                activity.record_activity(account, key, "read", _visitor(), world().now())
            return _article_response(account, page.article, page.at, reads=read_count(account, key))
        media_id, _, at = key.rpartition(".")
        draft = account.media.drafts.get(media_id)
        if draft is not None and at.isdigit() and int(at) < len(draft.articles):
            return _article_response(
                account, draft.articles[int(at)], draft.updated, note="草稿预览，链接是临时的"
            )
    return _html_response(None, "链接已过期"), 404


def _on_the_same_phone(address: str) -> str:
    """Return the address of another page with the openid that this one was opened with."""
    openid = request.args.get("openid", "")
    return f"{address}?{urlencode({'openid': openid})}" if openid else address


def _visitor() -> str:
    """Return the openid that the page passes for its phone, else an id made from the browser's address."""
    browser = f"{request.remote_addr} {request.user_agent}"
    return request.args.get("openid") or f"browser-{crc32(browser.encode()):08x}"


@web_pages.get("/profile/<app_id>")
def profile(app_id: str) -> Response | tuple[Response, int]:
    """Show an account as the app does: its name card and what it sent to all followers."""
    account = world().accounts.get(app_id)
    if account is None:
        return _html_response(None, "没有这个账号"), 404
    with world().lock:
        html = render_template(
            "profile.html", card=name_card(account), issues=sent_issues(account), within=_on_the_same_phone
        )
    return Response(html, headers={"Content-Security-Policy": POLICY})


def _article_response(
    account: Account, found: dict[str, Any], at: float, *, note: str = "", reads: int | None = None
) -> Response:
    body, dark = dark_sheet(found["content"].replace("data-src=", "src="))
    materials = account.media.materials
    listed = found.get("image_info", {}).get("image_list", [])
    pictures = [materials[one["image_media_id"]].url for one in listed if one["image_media_id"] in materials]
    return _html_response(
        found,
        found["title"],
        card=name_card(account),
        within=_on_the_same_phone,
        reads=reads,
        dark=dark,
        date=f"{to_beijing(at):%Y年%-m月%-d日 %H:%M}",
        body=PICTURE_HOST.sub("/", body),
        note=note,
        pictures=[local_path(url) for url in pictures],
    )


def _html_response(found: dict[str, Any] | None, title: str, **more: Any) -> Response:
    html = render_template("article.html", article=found, title=title, **more)
    return Response(html, headers={"Content-Security-Policy": POLICY})


@web_pages.get("/mmbiz_<format_>/<key>/<size>")
def picture(format_: str, key: str, size: str) -> Response:  # noqa: ARG001 - all variants are the same bytes here
    """Serve an uploaded picture under its path on mmbiz.qpic.cn, or 404."""
    for account in world().accounts.values():
        found = account.media.pictures.get(key)
        if found is not None:
            return Response(
                found.data, mimetype=f"image/{found.format}", headers={"Cache-Control": "max-age=86400"}
            )
    return Response(status=404)


@web_pages.get("/cgi-bin/showqrcode")
def scene_code() -> Response:
    """Serve a drawing in place of a scene code, or 404 for an unknown ticket. No phone can scan it."""
    ticket = request.args.get("ticket", "")
    for account in world().accounts.values():
        if ticket in account.qrcodes:
            return Response(
                draw_png(crc32(ticket.encode()) * 0x9E3779B97F4A7C15F39CC0605CEDC835), mimetype="image/png"
            )
    return Response(status=404)
