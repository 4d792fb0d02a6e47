"""Templates and style sheets: every page carries its one sheet in itself, and its policy allows no other."""

import base64
import hashlib
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

__all__ = ["csp_hash", "read_stylesheet", "template_environment"]

_TEMPLATES = Path(__file__).parent / "templates"


def read_stylesheet(name: str, folder: Path = _TEMPLATES) -> str:
    """One of the style sheets of a folder, without what only its authors need: line ends, indents."""
    css = (folder / name).read_text(encoding="utf-8")
    return re.sub(r"\s*([{};])\s*", r"\1", re.sub(r"\s+", " ", css)).replace(";}", "}").strip()


def csp_hash(style: str) -> str:
    """The hash by which a Content-Security-Policy knows a sheet."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


def template_environment(style: str, folder: Path = _TEMPLATES) -> Environment:
    """The templates of a folder, which find the sheet under `style`; a name that is not given is an error."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["style"] = Markup(style)  # noqa: S704  our own file, nothing of a bulletin in it
    return environment
