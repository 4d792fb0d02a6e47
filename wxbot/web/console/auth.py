"""The door: who is let in, and which forms are our own.

A session is a cookie with a random token that no script can read and no other site can send. Each form carries a
word that is made from it: a page of somebody else's cannot know it, even where a browser sends the cookie along.
"""

import hashlib
import hmac
import ipaddress
import re
import secrets

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import editors
from wxbot.editors import Editor, LoginRefusal
from wxbot.web.console import html
from wxbot.web.console.office import Office

__all__ = ["Door", "editor"]

SESSION, BEFORE = "wxbot_console", "wxbot_login"
WORD = "form"  # the hidden field
_PAGE = re.compile(r"[a-z0-9][\w/-]*")
_THIS_MACHINE = "127.0.0.1"
_FORM_SECONDS = 3600  # a login form that was open for longer is given out anew

_WHY = {
    LoginRefusal.WRONG: (401, "名字或密码不对。"),
    LoginRefusal.TOO_OFTEN: (429, "试得太多了，请过一刻钟再试。"),
}


class Door:
    """Lets editors in and out; whoever is not in sees the login page and nothing else."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def register(self, blueprint: Blueprint) -> None:
        """Stand before every page of the console."""
        blueprint.before_request(self.admit)
        blueprint.add_url_rule("/login", "login", self.login, methods=["GET"])
        blueprint.add_url_rule("/login", "enter", self.enter, methods=["POST"])
        blueprint.add_url_rule("/logout", "logout", self.leave, methods=["GET", "POST"])

    def admit(self) -> AnyResponse | None:
        """None for an editor whose form is ours, or who only looks; the login page for everybody else."""
        g.path = self._office.path
        if request.endpoint in {"console.login", "console.enter"}:
            return None
        token = request.cookies.get(SESSION, "")
        with self._office.db.read() as session:
            found = editors.session_editor(session, token, self._office.clock()) if token else None
        if found is None:
            return self._stranger()
        g.editor, g.word = found, _word(token)
        if request.method == "POST" and not _is_ours(g.word):
            return html.trouble("这一页放得太久了", "什么也没有做；请回到上一页，刷新后再试。", 400)
        return None

    def login(self) -> Response:
        """The form, or how to make the first account."""
        return self._form()

    def enter(self) -> AnyResponse:
        """A name and a password: a session, or the form again with the reason."""
        before = request.cookies.get(BEFORE, "")
        if not before or not _is_ours(_word(before)):
            return self._form(400, "这一页放得太久了，请再试一次。")
        found = editors.log_in(
            self._office.db,
            name=request.form.get("name", ""),
            password=request.form.get("password", ""),
            address=_address(),
            now=self._office.clock(),
        )
        if isinstance(found, LoginRefusal):
            return self._form(*_WHY[found])
        going = redirect(g.path + _page_of_ours(request.form.get("next", "")), 303)
        self._set(going, SESSION, found, int(editors.SESSION_LIFETIME.total_seconds()))
        going.delete_cookie(BEFORE, path=self._office.path)
        return going

    def leave(self) -> AnyResponse:
        """End the session; who only follows a link to here is asked nothing and goes back."""
        if request.method == "GET":
            return redirect(g.path, 303)
        editors.log_out(self._office.db, request.cookies[SESSION], self._office.clock())
        going = redirect(f"{g.path}login?out=1", 303)
        going.delete_cookie(SESSION, path=self._office.path)
        return going

    def _stranger(self) -> AnyResponse:
        late = "&late=1" if request.method == "POST" else ""
        page = _page_of_ours(request.path.removeprefix("/console/"))
        return redirect(f"{g.path}login?next={page}{late}", 303)

    def _form(self, status: int = 200, wrong: str = "") -> Response:
        before = request.cookies.get(BEFORE) or secrets.token_urlsafe(32)  # another tab may show the form too
        with self._office.db.read() as session:
            nobody = not editors.all_editors(session)
        said = "已退出。" if "out" in request.args else ""
        if "late" in request.args:
            said = "登录已过期，刚才的操作没有做；请重新登录。"
        response = html.page(
            "login.html",
            status,
            title="登录",
            nobody=nobody,
            wrong=wrong,
            said=said,
            name=request.form.get("name", "")[:40],
            next=_page_of_ours(request.values.get("next", "")),
            word=_word(before),
        )
        self._set(response, BEFORE, before, _FORM_SECONDS)
        return response

    def _set(self, response: AnyResponse, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path=self._office.path,
            secure=self._office.secure,
            httponly=True,
            samesite="Strict",
        )


def editor() -> Editor:
    """Who is asking; only behind the door."""
    found: Editor = g.editor
    return found


def _word(token: str) -> str:
    """What a form carries: made from the cookie, and not the other way round."""
    return hmac.new(token.encode("utf-8", "surrogateescape"), b"form", hashlib.sha256).hexdigest()


def _is_ours(word: str) -> bool:
    return hmac.compare_digest(request.form.get(WORD, "").encode("utf-8", "replace"), word.encode())


def _page_of_ours(page: str) -> str:
    """A page of the console to go on to, wherever somebody else would like to send an editor; "" is the first one."""
    return page if _PAGE.fullmatch(page) and page != "logout" else ""


def _address() -> str:
    """Where the request comes from; a proxy on this machine tells it in its last word."""
    peer = _place(request.remote_addr or "")
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return _place(told) if told and peer == _THIS_MACHINE else peer


def _place(address: str) -> str:
    """An address as tries are counted: of IPv6 its network, since whoever has one address there has them all."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if found.is_loopback:
        return _THIS_MACHINE
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)
