"""Serve the console's style sheet and scripts, which browsers keep: an address holds the digest of its content."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, abort, g, make_response

from wxbot.brand import Brand
from wxbot.rendering.design_tokens import accent_style
from wxbot.rendering.page_templates import read_stylesheet
from wxbot.web.cacheable import PICTURE_SECONDS, cacheable
from wxbot.web.console.access import allow_without_session

__all__ = ["SCRIPTS", "STYLE_SHEET", "StaticFile", "StaticFiles"]

_BRAND_SHEET = "brand.css"
_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class StaticFile:
    """A file of the console that is the same for everybody."""

    name: str
    media_type: str
    content: str

    @property
    def address(self) -> str:
        """Return the address below `/console/`."""
        digest = hashlib.sha256(self.content.encode()).hexdigest()[:16]
        return f"static/{digest}/{self.name}"


def _style_sheet() -> StaticFile:
    """Return the tokens shared with the public site and the sheets of all page families, sorted by name."""
    folder = _TEMPLATES / "styles"
    own = read_stylesheet(*sorted(each.name for each in folder.glob("*.css")), folder=folder)
    return StaticFile("console.css", "text/css", read_stylesheet("tokens.css") + own)


def _scripts() -> list[StaticFile]:
    """Return the scripts, the libraries before those that use them."""
    folder = _TEMPLATES / "scripts"
    paths = [*sorted(folder.glob("vendor/*.js")), *sorted(folder.glob("*.js"))]
    return [StaticFile(each.name, "text/javascript", each.read_text(encoding="utf-8")) for each in paths]


STYLE_SHEET = _style_sheet()
SCRIPTS = _scripts()
_FILES = {each.name: each for each in (STYLE_SHEET, *SCRIPTS)}


class StaticFiles:
    """The view of the files; it needs no login, because the login page uses them. `brand` returns the brand."""

    def __init__(self, brand: Callable[[], Brand]) -> None:
        self._brand = brand

    def register(self, blueprint: Blueprint) -> None:
        """Add the view to the console, and give its pages the address of the brand's colours."""
        blueprint.before_request(self._name_brand_sheet)
        blueprint.add_url_rule("/static/<digest>/<name>", "static_file", self.static_file)

    @allow_without_session
    def static_file(self, digest: str, name: str) -> Response:
        """Return a file; an address of an earlier version, which a page from before an upgrade has, answers 404."""
        found = self._brand_sheet() if name == _BRAND_SHEET else _FILES.get(name)
        if found is None or found.address != f"static/{digest}/{name}":
            abort(404)
        response = make_response(found.content)
        response.content_type = f"{found.media_type}; charset=utf-8"
        return cacheable(response, PICTURE_SECONDS)

    def _name_brand_sheet(self) -> None:
        g.brand_sheet = self._brand_sheet().address

    def _brand_sheet(self) -> StaticFile:
        """Return the design tokens of the brand, as far as they differ from the shared ones."""
        return StaticFile(_BRAND_SHEET, "text/css", accent_style("", self._brand()))
