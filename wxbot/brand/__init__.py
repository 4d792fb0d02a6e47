"""Brand (品牌): colour, theme, logo and texts by which everything that a reader sees is recognised.

    Brand, BrandPicture          the values of [brand] in wxbot.toml, with the pictures and style sheets they name
    BrandFile                    reads them from the file, which may change at any time
    brand_problems               what is wrong with a text of [brand], each with line and remedy
    ThemeSheet, read_sheet       a theme: design tokens and the parts of an article
    brand_fields                 what each key means

Pages, covers, drafts and the console take their colours and texts from one `Brand`.
"""

from wxbot.brand.brand_file import BrandFile
from wxbot.brand.brand_table import BrandProblem, brand_problems, parse_brand
from wxbot.brand.stylesheet import PARTS, TOKENS, SheetProblem, ThemeSheet, read_sheet
from wxbot.brand.values import (
    BRAND_FOLDER,
    DEFAULT_COLOUR,
    PLAIN_BRAND,
    THEMES,
    Brand,
    BrandPicture,
    brand_fields,
)

__all__ = [
    "BRAND_FOLDER",
    "DEFAULT_COLOUR",
    "PARTS",
    "PLAIN_BRAND",
    "THEMES",
    "TOKENS",
    "Brand",
    "BrandFile",
    "BrandPicture",
    "BrandProblem",
    "SheetProblem",
    "ThemeSheet",
    "brand_fields",
    "brand_problems",
    "parse_brand",
    "read_sheet",
]
