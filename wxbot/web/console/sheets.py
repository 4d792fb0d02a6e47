"""The sheets: how a page of the console is put together, and what its answer carries.

One document with its own style sheet, without scripts and without anything from elsewhere.
"""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

from flask import Response, g, make_response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from wxbot.push import whom
from wxbot.web.console import words

__all__ = ["page", "sealed", "trouble"]

_TEMPLATES = Path(__file__).parent / "templates"
_STYLE = re.sub(r"\s+", " ", (_TEMPLATES / "console.css").read_text(encoding="utf-8")).strip()
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def page(template: str, status: int = 200, **shown: Any) -> Response:
    """One page; `title` is among what is shown."""
    editor = g.get("editor")
    common = {
        "path": g.path,
        "editor": editor.name if editor else "",
        "word": g.get("word", ""),
        "here": "",
        "refresh": 0,
    }
    html = _PAGES.get_template(template).render(**(common | shown))
    response = make_response(html, status)
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def trouble(heading: str, remedy: str, status: int) -> Response:
    """The page that says what went wrong and what to do."""
    return page("trouble.html", status, title=heading, remedy=remedy)


def sealed(response: Response) -> Response:
    """What every answer of the console carries: it is nobody's to keep, to frame or to be told of elsewhere."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers.setdefault("Content-Security-Policy", _POLICY)
    return response


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["style"] = Markup(_STYLE)  # noqa: S704  our own file
    environment.filters["audience"] = whom
    environment.filters["discreet"] = words.discreet
    return environment


_PAGES = _environment()
