"""The sheets: how a page of the console is put together, and what its answer carries.

One document with its own style sheet, without scripts and without anything from elsewhere.
"""

from pathlib import Path
from typing import Any

from flask import Response, g, make_response

from wxbot.push.ledger.labels import audience_label
from wxbot.rendering import article_path, issue_path
from wxbot.rendering.page_templates import csp_hash, read_stylesheet, template_environment
from wxbot.web.console import labels

__all__ = ["page", "sealed", "trouble"]

_TEMPLATES = Path(__file__).parent / "templates"
_STYLE = read_stylesheet("console.css", _TEMPLATES)
_POLICY = (
    f"default-src 'none'; style-src {csp_hash(_STYLE)}; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_PAGES = template_environment(_STYLE, _TEMPLATES)
_PAGES.globals |= {"article_path": article_path, "issue_path": issue_path}
_PAGES.filters |= {"audience": audience_label, "discreet": labels.discreet}


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
