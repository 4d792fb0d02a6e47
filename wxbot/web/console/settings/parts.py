"""Parts that the pages of the settings share: read form fields, save a file, show a page below 设置."""

from typing import Any

from flask import Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot.editor_files import FileEdit, UnusableText
from wxbot.errors import Forbidden, WxbotError
from wxbot.web.console.access import current_editor
from wxbot.web.console.rendering import error_text, field_errors, remedy_text, render_page
from wxbot.wiring import Services

__all__ = ["field", "form_page", "is_preview", "lines_of", "redirect_to", "save_text", "settings_page"]

MAX_FIELD_CHARS = 20_000


def field(name: str, most: int = MAX_FIELD_CHARS) -> str:
    """Return a field of the form, with line feeds at the ends of its lines and without blanks around it.

    Raises Forbidden for a longer text: one that is cut would be saved without its end.
    """
    given = request.form.get(name, "")
    if len(given) > most:
        raise Forbidden(
            f"这一格的文字太长了（最多 {most} 个字），什么也没有保存", remedy="回到上一页，删短一些再保存。"
        )
    return given.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()


def lines_of(name: str) -> list[str]:
    """Return the lines of a field that hold anything."""
    return [line.strip() for line in field(name).split("\n") if line.strip()]


def save_text(services: Services, key: str, text: str | None, what: str) -> None:
    """Save a file as the editor who is logged in, unless it changed since the form was shown. Raises WxbotError."""
    edit = FileEdit(text, request.form.get("seen", ""), current_editor().person, what)
    services.editor_files.save(key, edit)


def redirect_to(page: str, done: str = "") -> AnyResponse:
    """Lead to a page below the settings, with a message."""
    return redirect(f"{g.path}settings{page}{f'?done={done}' if done else ''}", 303)


def settings_page(template: str, status: int = 200, **values: Any) -> Response:
    """Return a page of the settings, with the message of what was done before."""
    done = _DONE.get(request.args.get("done", ""), "")
    return render_page(
        template, status, here="settings", **({"done": done, "error": "", "remedy": ""} | values)
    )


def is_preview() -> bool:
    """Tell if the form was sent to see what it would do: by the button for that, or while somebody types."""
    return request.method == "POST" and field("do") in {"", "preview"}


def form_page(template: str, error: WxbotError | None, **values: Any) -> Response:
    """Return a page with a form: a refused one with its reason at the top, a preview with the reason in its place."""
    errors = field_errors(error)
    if errors and isinstance(error, UnusableText):
        errors = {error.field: error.problems[0].says}  # without the number of its line in the file
    values |= {"errors": errors}
    if error is None or is_preview():
        mistake = error_text(error) if error else values.pop("mistake", "")
        return settings_page(template, **(values | {"mistake": mistake}))
    reason = {"error": error.message, "remedy": remedy_text(error)}
    if errors:
        reason = {"error": "没有保存：要改的地方写在那一格旁边。", "remedy": ""}
    return settings_page(template, 409, **({"mistake": ""} | values | reason))


_DONE = {
    "saved": "已保存，几秒之内生效。",
    "removed": "已删除，几秒之内生效。要找回来：设置 · 经过。",
    "moved": "次序已改。",
    "undone": "已撤销，几秒之内生效。",
    "reset": "已用回随软件来的文字。",
    "applied": "菜单已交给微信。粉丝重新进入聊天后就能看到，最迟 24 小时。",
}
