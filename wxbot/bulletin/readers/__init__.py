"""Readers: from a file of some kind to lines with the evidence of their layout.

A reader knows its kind of file and nothing of bulletins; the parser knows bulletins and no files.
"""

from wxbot.bulletin.readers.files import find_files, kind, read
from wxbot.bulletin.readers.jsonl import read_archive

__all__ = ["find_files", "kind", "read", "read_archive"]
