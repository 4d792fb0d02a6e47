"""Pages of an editor's own account: password and open sessions; and the page of a one-time link to set a password."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import editors
from wxbot.editors import Editor, EditorRight, EditorRole, LoginClient, LoginRefusal, session_key
from wxbot.editors.login_limit import digest
from wxbot.editors.tables import EditorSession
from wxbot.errors import NotFound, WxbotError
from wxbot.local_time import moment_label
from wxbot.web.client_address import client_address
from wxbot.web.console.access import allow_without_session, current_editor, require_right
from wxbot.web.console.rendering import error_text, field_errors, render_page
from wxbot.wiring import Services

__all__ = ["OwnAccountPages", "session_rows"]


def session_rows(
    found: Iterable[tuple[Editor, EditorSession]], own_token: str, tz: dt.tzinfo
) -> list[dict[str, Any]]:
    """Return the values that a page shows of sessions; the one in which the page is open is marked."""
    return [
        {
            "who": editor.name,
            "key": session_key(row),
            "browser": row.browser or "不知道的浏览器",
            "address": row.address,
            "seen": moment_label(row.seen_at, tz),
            "is_this": row.token == digest(own_token),
        }
        for editor, row in found
    ]


_MESSAGES = {"ended": "那个登录已结束。", "bound": "您的微信写好了：预览和批准都认得您。"}


class OwnAccountPages:
    """Views that every editor has, whatever the role; and the one that needs a link instead of a login."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        post = ["POST"]
        blueprint.add_url_rule("/account", "own_account", self.account)
        blueprint.add_url_rule("/account/password", "change_own_password", self.change_password, methods=post)
        blueprint.add_url_rule("/account/phrase", "binding_phrase", self.show_phrase, methods=post)
        blueprint.add_url_rule("/account/wechat", "bind_wechat", self.bind_wechat, methods=post)
        blueprint.add_url_rule("/account/session", "end_own_session", self.end_session, methods=post)
        blueprint.add_url_rule(
            "/password/<token>", "set_password", self.set_password, methods=["GET", "POST"]
        )

    def account(self) -> Response:
        """Return the editor's role, the form for a new password, and the open sessions."""
        return self._page()

    @require_right(EditorRight.OWN_ACCOUNT)
    def change_password(self) -> AnyResponse:
        """Set a new password after the present one was given; every session ends, this one too."""
        s, form, editor = self._services, request.form, current_editor()
        if form.get("password", "") != form.get("again", ""):
            return self._page(status=400, errors={"again": "两遍输入的新密码不一样，什么也没有改。"})
        try:
            # Checked like a login: somebody at an unlocked screen must not guess without limit.
            client = LoginClient(client_address(request, s.settings.proxy_networks))
            known = editors.log_in(
                s.db, name=editor.name, password=form.get("present", ""), client=client, now=s.now()
            )
            if isinstance(known, LoginRefusal):
                says = "现在的密码不对，或者试得太多了；什么也没有改。"
                return self._page(status=403, errors={"present": says})
            # The check has opened a session of its own; it ends here even where the new password is refused.
            editors.log_out(s.db, known.session, s.now())
            password = form.get("password", "")
            editors.change_password(s.db, editor.name, password, by=editor.person, now=s.now())
        except WxbotError as error:
            return self._page(error_text(error), 400, field_errors(error))
        return redirect(f"{g.path}login?changed=1", 303)

    @require_right(EditorRight.OWN_ACCOUNT)
    def end_session(self) -> AnyResponse:
        """End one of the editor's own sessions."""
        key, now = request.form.get("key", ""), self._services.now()
        editors.end_session(self._services.db, key, by=current_editor(), others=False, now=now)
        return redirect(f"{g.path}account?done=ended", 303)

    @require_right(EditorRight.OWN_ACCOUNT)
    def show_phrase(self) -> AnyResponse:
        """Give the editor a phrase to send to the account from the own WeChat."""
        editors.create_binding_phrase(self._services.db, current_editor(), self._services.now())
        return redirect(f"{g.path}account#wechat", 303)

    @require_right(EditorRight.OWN_ACCOUNT)
    def bind_wechat(self) -> AnyResponse:
        """Bind the editor's account to the WeChat that sent the phrase."""
        try:
            editors.bind_sender(self._services.db, current_editor(), self._services.now())
        except WxbotError as error:
            return self._page(error_text(error), 409)
        return redirect(f"{g.path}account?done=bound", 303)

    @allow_without_session
    def set_password(self, token: str) -> AnyResponse:
        """Show the form of a link; a POST sets the password. The link's token takes the place of a CSRF token."""
        s = self._services
        with s.db.read() as session:
            name = editors.find_link_editor(session, token, s.now()).name
        values: dict[str, Any] = {
            "title": "设密码",
            "name": name,
            "address": f"password/{token}",
            "error": "",
            "errors": {},
        }
        if request.method == "GET":
            return render_page("set_password.html", **values)
        password = request.form.get("password", "")
        if password != request.form.get("again", ""):
            return render_page(
                "set_password.html", 400, **values | {"errors": {"again": "两遍输入的密码不一样。"}}
            )
        try:
            editors.use_link(s.db, token, password, s.now())
        except NotFound:
            raise
        except WxbotError as error:
            errors = field_errors(error)
            shown = {"errors": errors} if errors else {"error": error_text(error)}
            return render_page("set_password.html", 400, **values | shown)
        return redirect(f"{g.path}login?changed=1", 303)

    def _page(self, error: str = "", status: int = 200, errors: Mapping[str, str] | None = None) -> Response:
        s, editor = self._services, current_editor()
        with s.db.read() as session:
            found = [each for each in editors.list_sessions(session, s.now()) if each[0].id == editor.id]
        return render_page(
            "own_account.html",
            status,
            title="我的账号",
            here="account",
            error="" if errors else error,
            errors=errors or {},
            message=_MESSAGES.get(request.args.get("done", ""), ""),
            role=EditorRole(editor.role),
            openid=editor.openid,
            phrase="" if editor.openid else editors.find_binding_phrase(s.db, editor, s.now()),
            account=s.settings.account_name or "公众号",
            sessions=session_rows(found, g.session_token, s.settings.tz),
        )
