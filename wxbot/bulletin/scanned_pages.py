"""Describe the picture of a page without text, and recognise it by its description."""

import re

from wxbot.bulletin.blocks import Block, Picture

__all__ = ["is_scanned_page", "scanned_page_alt"]

_ALT = re.compile(r"第 \d+ 页的扫描图")


def scanned_page_alt(number: int) -> str:
    """Return the description of the picture that is a whole page; `number` counts from 1."""
    return f"第 {number} 页的扫描图"


def is_scanned_page(block: Block | None) -> bool:
    """Tell if a block is the picture of a whole page."""
    return isinstance(block, Picture) and _ALT.fullmatch(block.alt) is not None
