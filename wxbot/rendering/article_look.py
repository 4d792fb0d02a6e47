"""Look of an article in WeChat: the inline style of each of its parts, from the brand's theme and colours.

The platform drops style sheets, classes and positions, so every element carries its own style. What an element needs to
work at all, such as a table that fits on a telephone, stands here; how it looks is the theme's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from wxbot.brand import PLAIN_BRAND, Brand
from wxbot.rendering.block_html import escape_text
from wxbot.rendering.design_tokens import article_tokens
from wxbot.rendering.issue_texts import clean_line

__all__ = ["PLAIN_ARTICLE_LOOK", "ArticleLook", "article_look", "tag"]

_CODE = "font-family:Menlo,Consolas,monospace"
_NEEDED = {
    "frame": "",
    "list": "",
    "labelled-list": "padding:0",
    "labelled-item": "display:flex",
    "label": "flex:none;margin:0 6px 0 0",
    "labelled-content": "flex:1;min-width:0",
    "picture": "display:block;max-width:100%;height:auto;margin:0 auto",
    "table": "width:100%;margin:0;border-collapse:collapse",
    "table-frame": "margin:0 0 16px",
    "wide-table-frame": "overflow-x:auto",
    "code": f"{_CODE};white-space:pre;overflow-x:auto",
    "long-code": f"{_CODE};white-space:pre-wrap",
    "notes-frame": "margin:24px 0 16px",
    "notes-heading": "margin:0 0 4px;font-weight:bold",
    "note": "margin:0 0 4px",
    "framed-note": "margin:0 0 4px;padding:0 0 0 1.6em;text-indent:-1.6em",
    "scroll-hint": "margin:4px 0 16px",
    "figure": "margin:0 0 20px",
    "picture-frame": "margin:0",
    "banner-frame": "margin:0 0 20px",
    "mark": "line-height:1",
    "emblem": "margin:0 0 10px;line-height:1",
    "card-name": "margin:0 0 2px;font-size:17px;line-height:1.5;font-weight:bold",
    "table-caption": "margin:0 0 8px",
}
"""Declarations of the roles; those of a part come behind the theme's, and those of other roles stand alone."""

_PART_OF = {
    "labelled-list": "list",
    "labelled-item": "item",
    "long-code": "code",
    "note": "notes",
    "notes-frame": "notes",
    "table-caption": "caption",
    "scroll-hint": "caption",
    "card-line": "hint",
}
"""Parts whose look a role shares."""

_WIDEST = 320  # pixels; the platform shows an article on a width of about 340
_COLUMNS_OF_A_PHONE = 4
_COLUMN_PIXELS = 88
_SCROLLS = "左右滑动，看整张表"


def tag(name: str, inner: str, style: str = "", extra: str = "") -> str:
    """Return an element around HTML; `style` and `extra` are not escaped and must not come from a bulletin."""
    attribute = f' style="{style}"' if style else ""
    return f"<{name}{extra}{attribute}>{inner}</{name}>"


@dataclass(frozen=True)
class ArticleLook:
    """The inline styles of one brand, by role."""

    brand: Brand
    styles: Mapping[str, str]

    def element(self, name: str, inner: str, role: str, extra: str = "") -> str:
        """Return an element in a role around HTML."""
        return tag(name, inner, self.styles.get(role, ""), extra)

    def hint(self, words: str) -> str:
        """Return a small line, such as one at the beginning or end of a draft."""
        return self.element("p", escape_text(words), "hint")

    def section_heading(self, name: str, place: str = "") -> str:
        """Return the heading with a section's name; `place`, such as `第 2 条`, follows it in small type."""
        return self.element("h2", escape_text(clean_line(name)) + self.place(place), "section")

    def place(self, words: str) -> str:
        """Return the item of the message that holds something, in small type; "" for none."""
        return self.element("span", escape_text(f"　{words}"), "place") if words else ""

    def prose(self, text: str, role: str) -> str:
        """Return a text of several lines as an element; "" for no text."""
        lines = "<br>".join(map(escape_text, text.splitlines()))
        return self.element("section", lines, role) if lines else ""

    def picture(self, key: str, alt: str = "", pixels: int = 0, frame: str = "picture-frame") -> str:
        """Return a picture that is not uploaded yet: in place of its address stands `{{picture:KEY}}`.

        One of few pixels is not enlarged to the width of the telephone.
        """
        width = f"{pixels}px" if 0 < pixels < _WIDEST else "100%"
        style = f"{self.styles['picture']};width:{width}"
        image = f'<img src="{{{{picture:{key}}}}}" alt="{escape_text(alt)}" style="{style}">'
        return self.element("p", image, frame)

    def emblem(self, key: str, alt: str, pixels: int) -> str:
        """Return a picture of the brand that is not uploaded yet, small, in line with the text around it."""
        image = (
            f'<img src="{{{{picture:{key}}}}}" alt="{escape_text(alt)}" style="width:{pixels}px;height:auto">'
        )
        return self.element("p", image, "emblem")

    def table(self, rows: str, columns: int) -> str:
        """Return the rows of a table as a table; one with many columns scrolls sideways, and says so."""
        if columns <= _COLUMNS_OF_A_PHONE:
            return self.element("section", self.element("table", rows, "table"), "table-frame")
        style = f"{self.styles['table']};min-width:{columns * _COLUMN_PIXELS}px"
        frame = self.element("section", tag("table", rows, style), "wide-table-frame")
        return frame + self.element("p", _SCROLLS, "scroll-hint")


@lru_cache(maxsize=8)
def article_look(brand: Brand) -> ArticleLook:
    """Return the look of a brand's articles."""
    tokens = article_tokens(brand)
    parts = brand.sheet.styles(tokens)
    styles = dict(parts)
    for role, needed in _NEEDED.items():
        styles[role] = ";".join(filter(None, (parts.get(_PART_OF.get(role, role), ""), needed)))
    for align in ("center", "right"):
        styles[align] = f"{styles['paragraph']};text-align:{align}"
        styles[f"cell-{align}"] = f"{styles['cell']};text-align:{align}"
        styles[f"head-{align}"] = f"{styles['header-cell']};text-align:{align}"
    styles["head"] = f"{styles['header-cell']};text-align:left"
    styles["last-paragraph"] = f"{styles['paragraph']};margin:0"
    for role in ("list", "labelled-list"):
        styles[f"nested-{role}"] = f"{styles[role]};margin:6px 0 0"
    styles["opening"] = parts["head"]
    styles["mono"] = f"{_CODE};padding:2px 4px;background-color:{tokens['fill']};border-radius:3px"
    styles["notes-frame"] += f";padding:12px 0 0;border-top:1px solid {tokens['line']}"
    align = brand.sheet.parts.get("card", {}).get("text-align", "center")
    styles["card-line"] = f"{parts['hint']};text-align:{align}"
    styles["correction"] = (
        f"margin:0 0 20px;padding:12px 14px;border-left:3px solid {tokens['accent']}"
        f";background-color:{tokens['fill']}"
    )
    return ArticleLook(brand, styles)


PLAIN_ARTICLE_LOOK = article_look(PLAIN_BRAND)
