"""Read a file of one of the supported formats into lines with the evidence of their layout.

A reader knows its format and nothing about bulletins; the parser knows bulletins and no formats.
"""

from wxbot.bulletin.readers.files import find_files, read
from wxbot.bulletin.readers.jsonl import read_archive

__all__ = ["find_files", "read", "read_archive"]
