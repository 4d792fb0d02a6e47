"""Describe the picture of a page without text, and report such pages: what stands in the picture cannot be read."""

import re
from collections.abc import Iterable

from wxbot.bulletin.blocks import Picture
from wxbot.bulletin.model import Line, Problem

__all__ = ["report_scanned_pages", "scanned_page_alt"]

_ALT = re.compile(r"第 \d+ 页的扫描图")


def scanned_page_alt(number: int) -> str:
    """Return the description of the picture that is a whole page; `number` counts from 1."""
    return f"第 {number} 页的扫描图"


def report_scanned_pages(lines: Iterable[Line]) -> list[Problem]:
    """Return a problem for each picture that is a whole page without text."""
    return [
        Problem(line.at, f"{line.block.alt}按图片收入，图里的文字没有读出；请核对，需要时补上文字")
        for line in lines
        if isinstance(line.block, Picture) and _ALT.fullmatch(line.block.alt)
    ]
