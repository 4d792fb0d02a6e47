"""Values of [brand]: colour, theme, pictures and texts, and the themes that ship with the program."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path

from wxbot.brand.stylesheet import ThemeSheet, read_sheet

__all__ = [
    "BRAND_FOLDER",
    "DEFAULT_COLOUR",
    "LONGEST_TEXTS",
    "PLAIN_BRAND",
    "THEMES",
    "Brand",
    "BrandPicture",
    "brand_fields",
    "shipped_sheet",
]

DEFAULT_COLOUR = "#a8352b"
# Themes that ship with the program, by the name that [brand] gives them.
THEMES: Mapping[str, str] = {"典雅": "dianya", "简明": "jianming", "明快": "mingkuai"}

LONGEST_TEXTS: Mapping[str, int] = {"slogan": 40, "head": 300, "foot": 600, "contact": 200}
_SHEETS = Path(__file__).with_name("themes")
BRAND_FOLDER = "brand"  # for pictures and style sheet, in the content folder


@lru_cache(maxsize=8)
def shipped_sheet(theme: str) -> ThemeSheet:
    """Return the style sheet of a theme that ships with the program."""
    return read_sheet((_SHEETS / f"{THEMES[theme]}.css").read_text(encoding="utf-8"))[0]


@dataclass(frozen=True)
class BrandPicture:
    """A picture of the brand; two are equal if their bytes are."""

    digest: str
    media_type: str
    width: int
    height: int
    data: bytes = field(repr=False, compare=False)


@dataclass(frozen=True)
class Brand:
    """Values of [brand]; each `description` is also the comment in config/wxbot.toml, and a test compares them."""

    colour: str = field(
        default=DEFAULT_COLOUR,
        metadata={"description": "协会的颜色，用于文章、网页、封面和后台；看不清的地方自动调深或调浅"},
    )
    theme: str = field(default="典雅", metadata={"description": "文章和网页的样式：典雅、简明、明快"})
    stylesheet: str = field(
        default="",
        metadata={
            "description": "自己的样式表，在 content 里，例如 brand/article.css；写了的部分代替 theme 的"
        },
    )
    logo: BrandPicture | None = field(
        default=None,
        metadata={
            "description": "标志，PNG 或 JPEG，在 content 里，例如 brand/logo.png；用于封面、网页和文末的名片"
        },
    )
    qr_code: BrandPicture | None = field(
        default=None,
        metadata={
            "description": "公众号的二维码，PNG 或 JPEG，在 content 里，例如 brand/qr.png；用于文末的名片"
        },
    )
    slogan: str = field(default="", metadata={"description": "一句话的宗旨，最多 40 字"})
    head: str = field(default="", metadata={"description": "每篇群发文章开头的话，可以几行，最多 300 字"})
    foot: str = field(default="", metadata={"description": "每篇群发文章末尾的话，可以几行，最多 600 字"})
    contact: str = field(
        default="",
        metadata={"description": "联系方式，可以几行，最多 200 字；用于文末的名片和网页的页脚"},
    )
    icp_number: str = field(
        default="", metadata={"description": "网站备案号，例如 京ICP备12345678号-1；用于网页的页脚"}
    )
    sheet: ThemeSheet = field(default=shipped_sheet("典雅"), repr=False, compare=False)
    sheet_digest: str = field(default="", repr=False)


PLAIN_BRAND = Brand()


def brand_fields() -> Mapping[str, tuple[str, str]]:
    """Return description and default of each key of [brand]."""
    return {
        each.name: (each.metadata["description"], each.default if isinstance(each.default, str) else "")
        for each in fields(Brand)
        if "description" in each.metadata
    }
