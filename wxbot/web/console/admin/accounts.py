"""The administration pages: accounts with their roles, open sessions, checks of the installation, and a backup."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import audit, backups, doctor, editors
from wxbot.editors import EditorRight, EditorRole, accounts
from wxbot.errors import NotFound, WxbotError
from wxbot.local_time import moment_label
from wxbot.web.console.access import current_editor, require_right
from wxbot.web.console.admin.own_account import session_rows
from wxbot.web.console.rendering import error_text, field_errors, render_page
from wxbot.wiring import Services

__all__ = ["AdminPages"]

BACKUPS = "backups"  # folder of the backups that are made here, in the state folder
_MESSAGES = {
    "role": "角色已改，从下一页起就算数。",
    "openid": "openid 已改。",
    "removed": "账号已移除，他的登录都已结束。",
    "ended": "这个登录已结束。",
    "examined": "检查完了。",
    "busy": "别的进程正在检查，请过一会儿再看。",
    "backup": "备份好了，在服务器上的 {file}。{secrecy}",
}

_SEALED = "已用 backup_recipient 的公钥加密，只有私钥打得开。"
_OPEN = "没有加密，不含密钥，但有会员的消息，请妥善保管；要加密，见运维手册「备份和恢复」。"


class AdminPages:
    """Views for admins; a link to set a password is shown once and stored nowhere."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._tz = services.settings.tz

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        post = ["POST"]
        blueprint.add_url_rule("/admin", "admin", self.admin)
        blueprint.add_url_rule("/admin/add", "add_editor", self.add, methods=post)
        blueprint.add_url_rule("/admin/editor/<name>", "edit_editor", self.editor)
        blueprint.add_url_rule(
            "/admin/editor/<name>/<any(role, openid, link, remove):verb>",
            "change_editor",
            self.change,
            methods=post,
        )
        blueprint.add_url_rule("/admin/session", "end_any_session", self.end_session, methods=post)
        blueprint.add_url_rule("/admin/doctor", "examine", self.examine, methods=post)
        blueprint.add_url_rule("/admin/backup", "backup", self.backup, methods=post)

    @require_right(EditorRight.ADMIN)
    def admin(self) -> Response:
        """Return accounts, sessions, the stored diagnosis, and the forms of the rest."""
        return self._page()

    @require_right(EditorRight.ADMIN)
    def add(self) -> AnyResponse:
        """Add an account without a password, and show the link by which its editor sets one."""
        name, role, openid = (request.form.get(each, "").strip() for each in ("name", "role", "openid"))
        by, now = current_editor().person, self._services.now()
        try:
            given = editors.parse_role(role)
            added = editors.add(
                self._services.db, name, None, openid=openid or None, role=given, by=by, now=now
            )
        except WxbotError as error:
            return self._page(error_text(error), 409, field_errors(error))
        return self._link_page(added.name)

    @require_right(EditorRight.ADMIN)
    def editor(self, name: str) -> Response:
        """Return the page of one account, with what can be changed."""
        return self._editor_page(name)

    @require_right(EditorRight.ADMIN)
    def change(self, name: str, verb: str) -> AnyResponse:
        """Change an account as its page's form says."""
        db, by, now = self._services.db, current_editor().person, self._services.now()
        try:
            seen = request.form.get("seen", "")
            if verb == "role":
                role = editors.parse_role(request.form.get("role", ""))
                editors.change_role(db, name, role, by=by, now=now, seen=seen)
            elif verb == "openid":
                openid = request.form.get("openid", "").strip() or None
                editors.change_openid(db, name, openid, by=by, now=now, seen=seen)
            elif verb == "remove":
                if request.form.get("confirmed") != "yes":
                    return self._editor_page(name, "请先勾选“确实要移除”。", 400)
                editors.remove(db, name, by=by, now=now)
                return redirect(f"{g.path}admin?done=removed", 303)
            else:
                return self._link_page(name)
        except NotFound:
            raise
        except WxbotError as error:
            return self._editor_page(name, error_text(error), 409, field_errors(error))
        return redirect(f"{g.path}admin?done={verb}", 303)

    @require_right(EditorRight.ADMIN)
    def end_session(self) -> AnyResponse:
        """End a session of anybody."""
        key, now = request.form.get("key", ""), self._services.now()
        editors.end_session(self._services.db, key, by=current_editor(), others=True, now=now)
        return redirect(f"{g.path}admin?done=ended", 303)

    @require_right(EditorRight.ADMIN)
    def examine(self) -> AnyResponse:
        """Run the checks of the installation; the page waits for them."""
        done = "examined" if doctor.renew(self._services, always=True) else "busy"
        return redirect(f"{g.path}admin?done={done}", 303)

    @require_right(EditorRight.ADMIN)
    def backup(self) -> AnyResponse:
        """Write the archive that `wxbot backup` writes into the state folder, and tell the file's name."""
        s = self._services
        file = s.settings.state / BACKUPS / backups.file_name(s.now(), s.settings)
        try:
            backups.save(s.db, s.settings, file)
        except WxbotError as error:
            return self._page(error_text(error), status=409)
        with s.db.begin() as session:
            who = current_editor().person
            audit.note(session, who=who, what="backup", subject=f"file {file.name}", now=s.now())
        return redirect(f"{g.path}admin?done=backup&file={file.name}", 303)

    def _page(self, error: str = "", status: int = 200, errors: Mapping[str, str] | None = None) -> Response:
        s, now = self._services, self._services.now()
        with s.db.read() as session:
            found = editors.all_editors(session)
            sessions = session_rows(editors.list_sessions(session, now), g.session_token, self._tz)
        diagnosis = doctor.latest(s.db)
        name = request.args.get("file", "")
        file = s.settings.state / BACKUPS / (name if backups.NAME.fullmatch(name) else "")
        return render_page(
            "admin.html",
            status,
            title="管理",
            here="admin",
            error="" if errors else error,
            errors=errors or {},
            message=_MESSAGES.get(request.args.get("done", ""), "").format(
                file=file, secrecy=_SEALED if s.settings.backup_recipient else _OPEN
            ),
            accounts=[self._account(each) for each in found],
            roles=list(EditorRole),
            sessions=sessions,
            diagnosis=diagnosis,
            examined_at=moment_label(diagnosis.at, self._tz) if diagnosis else "",
            entered={each: request.form.get(each, "")[:64] for each in ("name", "openid", "role")},
        )

    def _editor_page(
        self, name: str, error: str = "", status: int = 200, errors: Mapping[str, str] | None = None
    ) -> Response:
        with self._services.db.read() as session:
            account = accounts.find(session, name)
        return render_page(
            "admin_editor.html",
            status,
            title=f"账号：{account.name}",
            here="admin",
            error="" if errors else error,
            errors=errors or {},
            entered={"role": account.role, "openid": account.openid or ""} | request.form.to_dict(),
            account=self._account(account),
            roles=list(EditorRole),
        )

    def _link_page(self, name: str) -> Response:
        s = self._services
        token = editors.create_link(s.db, name, by=current_editor().person, now=s.now())
        link = f"{s.settings.public_url}/console/password/{token}"
        return render_page(
            "password_link.html", title=f"给「{name}」的链接", here="admin", link=link, name=name
        )

    def _account(self, editor: editors.Editor) -> dict[str, Any]:
        return {
            "name": editor.name,
            "role": EditorRole(editor.role),
            "openid": editor.openid or "",
            "last_login": moment_label(editor.last_login_at, self._tz) or "还没有登录过",
        }
