"""Read the style of a page's elements: inline CSS, simple rules of its style sheets, and tags and attributes for type.

Only what tells something about a line is read: weight, size, alignment, colour, background, typeface, what is hidden
or struck out. Selectors of a tag, a class or an id are understood, combinations of elements are not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

__all__ = ["ROOT_STYLE", "ElementStyle", "PageStyles"]

_PIXELS = 16.0
_MAX_SHEET = 2**20
"""Characters of all style sheets that are read; WeChat's own have more, and tell nothing about an article."""

_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_AT_RULE = re.compile(r"@[\w-]+[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}|@[\w-]+[^{};]*;")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SELECTOR = re.compile(r"([a-z][a-z0-9]*)?([.#])?([\w-]+)?", re.IGNORECASE)
_SIZE = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*(px|pt|rem|em|%)", re.IGNORECASE)
_WEIGHT = re.compile(r"\b(bold|bolder|[6-9]00)\b", re.IGNORECASE)
_NO_COLOUR = {"", "transparent", "none", "inherit", "initial", "unset", "currentcolor", "rgba(0,0,0,0)"}
_KEYWORDS = {
    "xx-small": 9.0,
    "x-small": 10.0,
    "small": 13.0,
    "medium": 16.0,
    "large": 18.0,
    "x-large": 24.0,
    "xx-large": 32.0,
}
_FONT_SIZES = {"1": 10.0, "2": 13.0, "3": 16.0, "4": 18.0, "5": 24.0, "6": 32.0, "7": 48.0}
_HEADING_SCALE = {"h1": 2.0, "h2": 1.5, "h3": 1.17, "h4": 1.0, "h5": 0.83, "h6": 0.67}
# The level of a heading and the head of a table tell that these are bold.
_BOLD_TAGS = {"b", "strong"}
_ITALIC_TAGS = {"i", "em", "cite", "dfn", "var", "address"}
_CODE_TAGS = {"code", "kbd", "samp", "tt"}
_STRUCK_TAGS = {"s", "strike"}
_SCALE_TAGS = {"small": 0.83, "big": 1.17}
_POINTS = {"pt": 4 / 3, "px": 1.0, "rem": _PIXELS}

Align = Literal["", "center", "right"]
_ALIGNMENTS: dict[str, Align] = {
    "center": "center",
    "-webkit-center": "center",
    "middle": "center",
    "right": "right",
    "end": "right",
    "-webkit-right": "right",
}


@dataclass(frozen=True, slots=True)
class ElementStyle:
    """Style of the text of one element; `display` and `indent` belong to the element alone, the rest is inherited.

    `size` is in pixels; `is_sized` tells that the page states a size for this text.
    """

    bold: bool = False
    italic: bool = False
    code: bool = False
    script: Literal["", "super", "sub"] = ""
    size: float = _PIXELS
    is_sized: bool = False
    align: Align = ""
    colour: str = ""
    background: str = ""
    font: str = ""
    hidden: bool = False
    struck: bool = False
    preformatted: bool = False
    display: str = ""
    indent: float = 0.0

    @property
    def look(self) -> str:
        """Key of colour, background and typeface."""
        return f"{self.colour}|{self.background}|{self.font}"


ROOT_STYLE = ElementStyle()


class PageStyles:
    """Rules of a page's style sheets for one tag, class or id each; computed styles are cached."""

    def __init__(self, text: str) -> None:
        self._rules: dict[tuple[str, str], dict[str, str]] = {}
        self._cache: dict[tuple[ElementStyle, str, tuple[str, ...]], ElementStyle] = {}
        bare = _AT_RULE.sub("", _COMMENT.sub("", text[:_MAX_SHEET]))
        for selectors, declarations in _RULE.findall(bare):
            read = _declarations(declarations)
            for selector in selectors.split(",") if read else ():
                found = _SELECTOR.fullmatch(selector.strip())
                if found and (found[1] or found[3]) and bool(found[2]) == bool(found[3]):
                    key = ((found[1] or "").lower(), f"{found[2] or ''}{found[3] or ''}")
                    self._rules.setdefault(key, {}).update(read)

    def style(self, tag: str, attributes: Mapping[str, str], parent: ElementStyle) -> ElementStyle:
        """Return the style of an element inside one with the style `parent`."""
        values = tuple(
            attributes.get(name, "") for name in ("class", "id", "style", "align", "color", "size")
        )
        key = (parent, tag, values)
        found = self._cache.get(key)
        if found is None:
            found = self._cache[key] = _compute_style(
                tag, attributes, self._declarations_for(tag, values), parent
            )
        return found

    def _declarations_for(self, tag: str, values: tuple[str, ...]) -> dict[str, str]:
        """Return the declarations that hold for an element, the more specific ones over the others."""
        names = ["", *(f".{name}" for name in values[0].split()), *([f"#{values[1]}"] if values[1] else [])]
        declared: dict[str, str] = {}
        for name in names:
            for owner in ("", tag) if name else (tag,):
                declared |= self._rules.get((owner, name), {})
        return declared | _declarations(values[2]) if values[2] else declared


def _declarations(text: str) -> dict[str, str]:
    """Return the declarations of a rule or a style attribute."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        name, separator, value = part.partition(":")
        if separator:
            found[name.strip().lower()] = value.replace("!important", "").strip().lower()
    return found


def _compute_style(
    tag: str, attributes: Mapping[str, str], css: Mapping[str, str], parent: ElementStyle
) -> ElementStyle:
    """Compute the style of an element from its tag, attributes and declarations."""
    size, is_sized = _size(tag, attributes, css, parent)
    decoration = css.get("text-decoration", "") + css.get("text-decoration-line", "")
    white_space = css.get("white-space", "")
    background = _background(css) if tag not in {"body", "html"} else ""
    return replace(
        parent,
        bold=_is_bold(tag, css, parent),
        italic=css["font-style"] in {"italic", "oblique"}
        if "font-style" in css
        else parent.italic or tag in _ITALIC_TAGS,
        code=parent.code or tag in _CODE_TAGS,
        script=_script(tag, css, parent),
        size=size,
        is_sized=is_sized,
        align=_align(tag, attributes, css, parent),
        colour=css.get("color", attributes.get("color", "").lower() if tag == "font" else "").replace(" ", "")
        or parent.colour,
        background=background or parent.background,
        font=css.get("font-family", "").split(",")[0].strip("\"' ") or parent.font,
        hidden=_is_hidden(css),
        struck=parent.struck or tag in _STRUCK_TAGS or "line-through" in decoration,
        preformatted=white_space.startswith(("pre", "break-spaces"))
        if white_space
        else parent.preformatted or tag == "pre",
        display=css.get("display", ""),
        indent=_length(css.get("text-indent", ""), size),
    )


def _is_hidden(css: Mapping[str, str]) -> bool:
    """Tell if a browser or Word shows nothing of an element."""
    return (
        css.get("display") == "none"
        or css.get("visibility") in {"hidden", "collapse"}
        or css.get("mso-hide") == "all"
    )


def _is_bold(tag: str, css: Mapping[str, str], parent: ElementStyle) -> bool:
    """Tell if an element's text is bold."""
    stated = css.get("font-weight") or css.get("font", "")
    if "font-weight" in css or _WEIGHT.search(stated):
        return _WEIGHT.search(stated) is not None
    return parent.bold or tag in _BOLD_TAGS


def _script(tag: str, css: Mapping[str, str], parent: ElementStyle) -> Literal["", "super", "sub"]:
    """Return if an element's text is raised or lowered."""
    raised = css.get("vertical-align", "")
    if raised == "super" or (tag == "sup" and raised != "baseline"):
        return "super"
    return "sub" if raised == "sub" or (tag == "sub" and raised != "baseline") else parent.script


def _size(
    tag: str, attributes: Mapping[str, str], css: Mapping[str, str], parent: ElementStyle
) -> tuple[float, bool]:
    """Return the size of an element's type, and whether the page states it."""
    stated = css.get("font-size") or next((m[0] for m in _SIZE.finditer(css.get("font", ""))), "")
    if stated:
        size = _KEYWORDS.get(stated, _length(stated, parent.size, of_type=True))
        return (size, True) if size > 0 or stated[0] == "0" else (parent.size, parent.is_sized)
    if tag == "font" and (sized := _FONT_SIZES.get(attributes.get("size", "").strip())):
        return sized, True
    scale = _SCALE_TAGS.get(tag) or _HEADING_SCALE.get(tag)
    if tag in _HEADING_SCALE:
        return _PIXELS * (scale or 1.0), parent.is_sized
    return parent.size * (scale or 1.0), parent.is_sized or tag in _SCALE_TAGS


def _length(value: str, size: float, *, of_type: bool = False) -> float:
    """Return a length in pixels; 0 for one that is not understood."""
    found = _SIZE.match(value)
    if found is None:
        return 0.0
    unit = found[2].lower()
    scale = size if unit == "em" else size / 100 if unit == "%" and of_type else _POINTS.get(unit, 0.0)
    return min(float(found[1][:9]), 10_000.0) * scale


def _align(tag: str, attributes: Mapping[str, str], css: Mapping[str, str], parent: ElementStyle) -> Align:
    """Return how the lines of an element are set."""
    if tag == "center":
        return "center"
    stated = css.get("text-align") or (
        attributes.get("align", "").lower() if tag not in {"img", "table"} else ""
    )
    if stated in {"left", "start", "justify"}:
        return ""
    return _ALIGNMENTS.get(stated, parent.align)


def _background(css: Mapping[str, str]) -> str:
    """Return a key of the background and frame of an element; "" for none."""
    parts = []
    for name in ("background-color", "background", "background-image"):
        value = css.get(name, "").replace(" ", "")
        if value not in _NO_COLOUR:
            parts.append(value[:80])
    for name in ("border", "border-left", "border-bottom", "border-top"):
        value = css.get(name, "")
        if value and not value.startswith(("0", "none", "medium none")) and "none" not in value:
            parts.append(f"{name}:{value[:40]}")
    return " ".join(parts)
