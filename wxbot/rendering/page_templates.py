"""Templates, style sheets and Content-Security-Policies of pages.

A page of the public site contains its only style sheet, and its policy allows no other: it names the sheet's hash.
"""

import base64
import hashlib
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from wxbot.text import strip_controls
from wxbot.words import keep_words

__all__ = ["csp_hash", "read_stylesheet", "template_environment"]

_TEMPLATES = Path(__file__).parent / "templates"


def read_stylesheet(*names: str, folder: Path = _TEMPLATES) -> str:
    """Read style sheets of a folder one after another and remove line breaks and indentation.

    `tokens.css` has the colours and fonts that the public site and the console share, for light and for dark.
    """
    css = "\n".join((folder / name).read_text(encoding="utf-8") for name in names)
    return re.sub(r"\s*([{};])\s*", r"\1", re.sub(r"\s+", " ", css)).replace(";}", "}").strip()


def csp_hash(style: str) -> str:
    """Return the source expression that allows a style sheet in a Content-Security-Policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


def _printable(value: object) -> object:
    """Return a value as a template shows it; markup holds texts that are printable already."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return strip_controls(value)


def _between_words(text: str) -> Markup:
    """Return a heading in which lines end between words alone, where the style sheet has `word-break: keep-all`."""
    return Markup("<wbr>").join(keep_words(strip_controls(text)))


def template_environment(style: str = "", folder: Path = _TEMPLATES) -> Environment:
    """Open the templates of a folder; they contain the style sheet, where it stands in the page itself, as `style`.

    Text is escaped, and holds no control characters. A template that uses a variable it was not given raises
    UndefinedError.
    """
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        finalize=_printable,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["words"] = _between_words
    environment.globals["style"] = Markup(style)  # noqa: S704  a file of this package, without text from a bulletin
    return environment
