"""Login, sessions and CSRF protection of the console."""

import datetime as dt
import hashlib
import hmac
import re
import secrets
from contextlib import suppress
from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import editors
from wxbot.editors import EditorRight, LoginClient, LoginRefusal
from wxbot.errors import Busy, Forbidden
from wxbot.web.client_address import client_address, session_address
from wxbot.web.console.access import (
    allow_without_session,
    current_editor,
    is_open_without_session,
    raise_form_limit,
    require_right,
    require_right_of_view,
)
from wxbot.web.console.rendering import error_page, render_page
from wxbot.wiring import Services

__all__ = ["Authentication", "browser_label", "current_editor", "site_root"]

# The first name that occurs counts: most browsers also name those that they resemble.
_BROWSERS = {
    "MicroMessenger": "微信",
    "Edg": "Edge",
    "OPR": "Opera",
    "QQBrowser": "QQ 浏览器",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "HarmonyOS": "鸿蒙",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def browser_label(user_agent: str) -> str:
    """Return a browser's name and system, such as `Edge，Windows`; nothing of the header itself is kept."""
    found = (_find(user_agent, _BROWSERS) or "别的浏览器", _find(user_agent, _SYSTEMS))
    return "，".join(filter(None, found))


def _find(user_agent: str, names: dict[str, str]) -> str:
    return next((label for name, label in names.items() if name in user_agent), "")


SESSION_COOKIE = "wxbot_console"
DEVICE_COOKIE = "wxbot_device"  # says that an editor has logged in with this browser before
LOGIN_COOKIE = "wxbot_login"  # before the login: the secret of the login form's CSRF token
CSRF_FIELD = "csrf_token"
_PAGE = re.compile(r"[a-z0-9][\w/+-]*")  # with the + of a double issue
_LOGIN_FORM_LIFETIME = dt.timedelta(hours=1)  # a login form that was open for longer must be loaded again
RETRY_SECONDS = "3"  # after which somebody who was refused because others log in should try again

_REFUSALS = {
    LoginRefusal.WRONG: (401, "名字或密码不对。"),
    LoginRefusal.TOO_OFTEN: (429, "试得太多了，请过一刻钟再试。"),
}


class Authentication:
    """The login page, and the check before every other page; without a session only the login page is shown."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._path = f"{site_root(services)}/console/"
        self._is_https = services.settings.public_url.startswith("https://")

    def register(self, blueprint: Blueprint) -> None:
        """Add the check and the login pages to the console."""
        blueprint.before_request(self.authenticate)
        blueprint.add_url_rule("", "root", self.root)
        blueprint.add_url_rule("/login", "login", self.login, methods=["GET"])
        blueprint.add_url_rule("/login", "log_in", self.log_in, methods=["POST"])
        blueprint.add_url_rule("/logout", "logout", self.log_out, methods=["GET", "POST"])

    def authenticate(self) -> AnyResponse | None:
        """Return None for an editor with a session, the right for the page and, in a POST, the CSRF token."""
        g.path = self._path
        if is_open_without_session():
            return None
        token = request.cookies.get(SESSION_COOKIE, "")
        with self._services.db.read() as session:
            found = editors.session_editor(session, token, self._services.now()) if token else None
        if found is None:
            return self._redirect_to_login()
        g.editor, g.csrf_token, g.session_token = found, _csrf_token(token), token
        with suppress(Busy):
            editors.touch_session(self._services.db, token, self._services.now())
        try:
            require_right_of_view(found)
        except Forbidden as error:
            return error_page(error.message, error.remedy, 403)
        raise_form_limit(self._services.settings)
        if request.method == "POST" and not _has_csrf_token(g.csrf_token):
            return error_page("这一页放得太久了", "什么也没有做；请回到上一页，刷新后再试。", 400)
        if any("\0" in value for _, value in request.values.items(multi=True)):
            # PostgreSQL stores no NUL character, and no keyboard types one.
            return error_page(
                "填的内容里有看不见的空字符", "什么也没有做；请删去那一段，重新输入后再试。", 400
            )
        return None

    @allow_without_session
    def root(self) -> AnyResponse:
        """Redirect `/console` to the public address of the console, whatever the request's Host header says."""
        return redirect(f"{self._services.settings.public_url}/console/", 308)

    @allow_without_session
    def login(self) -> Response:
        """Return the login form, or how to make the first account."""
        return self._form()

    @allow_without_session
    def log_in(self) -> AnyResponse:
        """Start a session for a right name and password, or return the form with the reason."""
        secret = request.cookies.get(LOGIN_COOKIE, "")
        if not secret or not _has_csrf_token(_csrf_token(secret)):
            return self._form(400, "这一页放得太久了，请再试一次。")
        proxies = self._services.settings.proxy_networks
        try:
            found = editors.log_in(
                self._services.db,
                name=request.form.get("name", ""),
                password=request.form.get("password", ""),
                client=LoginClient(
                    client_address(request, proxies),
                    session_address(request, proxies),
                    browser_label(request.headers.get("User-Agent", "")),
                    request.cookies.get(DEVICE_COOKIE, ""),
                ),
                now=self._services.now(),
            )
        except Busy as error:
            refusal = self._form(503, f"{error.message}，请过几秒再试。")
            refusal.headers["Retry-After"] = RETRY_SECONDS
            return refusal
        if isinstance(found, LoginRefusal):
            return self._form(*_REFUSALS[found])
        response = redirect(g.path + _console_page(request.form.get("next", "")), 303)
        self._set_cookie(response, SESSION_COOKIE, found.session, editors.SESSION_LIFETIME)
        self._set_cookie(response, DEVICE_COOKIE, found.device, editors.DEVICE_LIFETIME)
        response.delete_cookie(LOGIN_COOKIE, path=self._path)
        return response

    @require_right(EditorRight.OWN_ACCOUNT)
    def log_out(self) -> AnyResponse:
        """End the session; a GET, such as a link's, changes nothing and leads back."""
        if request.method == "GET":
            return redirect(g.path, 303)
        editors.log_out(self._services.db, request.cookies[SESSION_COOKIE], self._services.now())
        response = redirect(f"{g.path}login?out=1", 303)
        response.delete_cookie(SESSION_COOKIE, path=self._path)
        return response

    def _redirect_to_login(self) -> AnyResponse:
        late = "&late=1" if request.method == "POST" else ""
        page = _console_page(request.path.removeprefix("/console/"))
        return redirect(f"{g.path}login?next={quote(page)}{late}", 303)

    def _form(self, status: int = 200, error: str = "") -> Response:
        # The cookie stays, since another tab may show the form too.
        secret = request.cookies.get(LOGIN_COOKIE) or secrets.token_urlsafe(32)
        with self._services.db.read() as session:
            nobody = not editors.all_editors(session)
        message = "已退出。" if "out" in request.args else ""
        if "changed" in request.args:
            message = "密码已设好，请用新密码登录。"
        if "late" in request.args:
            message = "登录已过期，刚才的操作没有做；请重新登录。"
        response = render_page(
            "login.html",
            status,
            title="登录",
            nobody=nobody,
            error=error,
            message=message,
            name=request.form.get("name", "")[:40],
            next=_console_page(request.values.get("next", "")),
            csrf_token=_csrf_token(secret),
        )
        self._set_cookie(response, LOGIN_COOKIE, secret, _LOGIN_FORM_LIFETIME)
        return response

    def _set_cookie(self, response: AnyResponse, name: str, value: str, lifetime: dt.timedelta) -> None:
        response.set_cookie(
            name,
            value,
            max_age=int(lifetime.total_seconds()),
            path=self._path,
            secure=self._is_https,
            httponly=True,
            samesite="Strict",
        )


def site_root(services: Services) -> str:
    """Return the path below which the site is served, such as `/news`; "" at the top."""
    return urlsplit(services.settings.public_url).path.rstrip("/")


def _csrf_token(token: str) -> str:
    """Return the CSRF token: an HMAC of the cookie's token, from which that token cannot be derived."""
    return hmac.new(token.encode("utf-8", "surrogateescape"), b"form", hashlib.sha256).hexdigest()


def _has_csrf_token(expected: str) -> bool:
    return hmac.compare_digest(request.form.get(CSRF_FIELD, "").encode("utf-8", "replace"), expected.encode())


def _console_page(page: str) -> str:
    """Return a page of the console if that is what `page` names, else ""; this prevents open redirects."""
    return page if _PAGE.fullmatch(page) and page != "logout" else ""
