"""Rights of the console's pages: each view names its right, and every request is checked against the editor's role.

`wxbot.editors.roles` says which role has which right. A view without a named right may be looked at by every editor;
a form without one is for admins only, so that a forgotten right opens nothing.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from werkzeug.routing import Rule

from wxbot.editors import Editor, EditorRight, EditorRole
from wxbot.editors.roles import require
from wxbot.settings import Settings
from wxbot.wechat.limits import FORM_BYTES

__all__ = [
    "EditorRight",
    "allow_large_form",
    "allow_without_session",
    "current_editor",
    "editor_may",
    "editor_may_open",
    "is_open_without_session",
    "raise_form_limit",
    "require_right",
    "require_right_of_view",
    "rules_without_right",
]

View = TypeVar("View", bound=Callable[..., Any])
RightOfView = EditorRight | Callable[..., EditorRight]
FormLimit = Callable[[Settings], int]

_RIGHT = "required_right"
_OPEN = "is_open_without_session"
_LIMIT = "form_limit"
_FIELD_BYTES = 4 * 2**20  # of a form's texts; files beyond lie on the disk while they are read
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def require_right(right: RightOfView) -> Callable[[View], View]:
    """Name the right that a view needs, for showing its page as for sending its form.

    Where the right depends on the address, `right` is a function of the address's values.
    """

    def mark(view: View) -> View:
        setattr(view, _RIGHT, right)
        return view

    return mark


def allow_without_session(view: View) -> View:
    """Mark a view as open to people who are not logged in; such a view checks its forms itself."""
    setattr(view, _OPEN, True)
    return view


def allow_large_form(limit: FormLimit) -> Callable[[View], View]:
    """Name how many bytes the form of a view may have, as a function of the settings, where it is more than usual."""

    def mark(view: View) -> View:
        setattr(view, _LIMIT, limit)
        return view

    return mark


def raise_form_limit(settings: Settings) -> None:
    """Allow a form as large as the request's view takes; called for editors alone, before anything reads the form."""
    limit: FormLimit | None = getattr(current_app.view_functions.get(request.endpoint or ""), _LIMIT, None)
    size = limit(settings) if limit is not None else FORM_BYTES
    request.max_content_length = size
    request.max_form_memory_size = min(size, _FIELD_BYTES)


def is_open_without_session() -> bool:
    """Return whether the view of the request is open without a login."""
    return hasattr(current_app.view_functions.get(request.endpoint or "", None), _OPEN)


def require_right_of_view(editor: Editor) -> None:
    """Raise Forbidden unless the editor's role includes the right that the request's view names."""
    right = _right_of(request.endpoint or "", request.view_args or {})
    if right is None and request.method not in _READING:
        right = EditorRight.ADMIN
    if right is not None:
        require(EditorRole(editor.role), right)


def current_editor() -> Editor:
    """Return the editor whose session the request belongs to; not on the login page."""
    editor: Editor = g.editor
    return editor


def editor_may(right: str) -> bool:
    """Return whether somebody is logged in and has a right, named by its value."""
    editor: Editor | None = g.get("editor")
    return editor is not None and editor.may(EditorRight(right))


def editor_may_open(endpoint: str) -> bool:
    """Return whether the editor who sees the page may open another one, without values in its address."""
    right = _right_of(endpoint, {})
    return right is None or editor_may(right)


def rules_without_right(app: Flask) -> list[Rule]:
    """Return the console's routes that take forms and name no right; there must be none."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("console.")
        and set(rule.methods or ()) - _READING
        and not any(hasattr(app.view_functions[rule.endpoint], mark) for mark in (_RIGHT, _OPEN))
    ]


def _right_of(endpoint: str, values: dict[str, Any]) -> EditorRight | None:
    """Return the right that a view names; None for none."""
    right: RightOfView | None = getattr(current_app.view_functions.get(endpoint), _RIGHT, None)
    return right(**values) if right is not None and not isinstance(right, EditorRight) else right
