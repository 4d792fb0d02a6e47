"""The platform's filter for inline styles in stored articles (reference, section I)."""

__all__ = ["filter_style"]

import re

FAMILIES = (  # properties kept, including those that start with one of these and a hyphen
    "align",
    "justify",
    "flex",
    "float",
    "box-sizing",
    "padding",
    "margin",
    "width",
    "height",
    "max-width",
    "max-height",
    "min-width",
    "min-height",
    "vertical-align",
    "border",
    "box-shadow",
    "background",
    "outline",
    "font",
    "color",
    "line-height",
    "letter-spacing",
    "text",
    "word-break",
    "white-space",
    "opacity",
    "transform",
    "overflow-x",
    "scroll-snap",
    "gap",
    "row-gap",
    "column-gap",
    "display",
)
DISPLAYS = ("flex", "inline-block", "block", "none")
IMPORTANT = re.compile(r"\s*!\s*important\s*$", re.IGNORECASE)
HEX = re.compile(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
ADDRESS = re.compile(r"""url\(\s*["']?([^"')]*)""", re.IGNORECASE)
TENCENT = re.compile(r"https?://(?:[\w-]+\.)*(?:qpic|qlogo)\.cn/|https?://(?:[\w-]+\.)*qq\.com/")
DECLARATION = re.compile(r"""(?:[^;"'(]|"[^"]*"|'[^']*'|\([^)]*\)|["'(])+""")


def filter_style(style: str) -> str:
    """Return the declarations that the platform keeps, in order, with hexadecimal colours as rgb(); "" if none."""
    kept = []
    for declaration in DECLARATION.findall(style):
        name, colon, value = declaration.partition(":")
        name, value = name.strip().lower(), value.strip()
        if colon and value and _is_kept(name, value):
            kept.append(f"{name}: {HEX.sub(_rgb, value)};")
    return " ".join(kept)


def _is_kept(name: str, value: str) -> bool:
    if "var(" in value or "expression(" in value.lower():
        return False
    if name == "display":
        return IMPORTANT.sub("", value).lower() in DISPLAYS
    if any(not TENCENT.match(address) for address in ADDRESS.findall(value)):
        return False
    return any(name == family or name.startswith(family + "-") for family in FAMILIES)


def _rgb(found: "re.Match[str]") -> str:
    digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
    return "rgb({}, {}, {})".format(*(int(digits[at : at + 2], 16) for at in (0, 2, 4)))
