"""Generate PDF files with given lines at given positions."""

import ctypes
import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pylopdf_fonts_zh_cn
import pypdfium2 as pdfium
from pypdfium2 import raw

__all__ = ["Set", "pdf"]

WIDTH, HEIGHT = 595.0, 842.0


class Set(NamedTuple):
    """One line: text, left edge and base line in points from the lower left corner, type size in points."""

    text: str
    x: float
    y: float
    size: float = 12.0


def pdf(*pages: Sequence[Set]) -> bytes:
    """Return the bytes of a PDF file with these pages."""
    document = pdfium.PdfDocument.new()
    face = Path(pylopdf_fonts_zh_cn.sans_path()).read_bytes()
    font = raw.FPDFText_LoadFont(
        document, (ctypes.c_uint8 * len(face)).from_buffer_copy(face), len(face), raw.FPDF_FONT_TRUETYPE, True
    )
    for lines in pages:
        page = document.new_page(WIDTH, HEIGHT)
        for line in lines:
            printed = raw.FPDFPageObj_CreateTextObj(document, font, line.size)
            text = (line.text + "\0").encode("utf-16-le")
            raw.FPDFText_SetText(printed, (ctypes.c_ushort * (len(text) // 2)).from_buffer_copy(text))
            raw.FPDFPageObj_Transform(printed, 1, 0, 0, 1, line.x, line.y)
            raw.FPDFPage_InsertObject(page, printed)
        raw.FPDFPage_GenerateContent(page)
    written = io.BytesIO()
    document.save(written)
    document.close()
    return written.getvalue()
