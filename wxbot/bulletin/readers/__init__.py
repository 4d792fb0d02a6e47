"""Read a file of one of the supported formats into lines with the evidence of their layout.

A reader knows its format and nothing about bulletins; the parser knows bulletins and no formats.
"""

from wxbot.bulletin.readers.files import read, read_source
from wxbot.bulletin.readers.folder import FoundFile, find_files, scan_files
from wxbot.bulletin.readers.jsonl import read_archive
from wxbot.bulletin.readers.sources import ARCHIVE, FIX_SUFFIX, IMPORT_REPORT, READABLE, open_source

__all__ = [
    "ARCHIVE",
    "FIX_SUFFIX",
    "IMPORT_REPORT",
    "READABLE",
    "FoundFile",
    "find_files",
    "open_source",
    "read",
    "read_archive",
    "read_source",
    "scan_files",
]
