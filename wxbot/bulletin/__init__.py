"""Parse bulletins (简报): read a file into lines, and lines into an issue with sections and articles.

find_files     list the readable files that paths and folders name
scan_files     list all of their files, also those that cannot be read, with the reason
read           read one document into lines with the evidence of their layout
parse          parse those lines into an issue, and report what is doubtful about it
load           read, parse and validate one file; raise BulletinError for a file that is not a bulletin
ReaderPool     do the same in processes of their own, within limits of time and memory; `ReaderLimits` are its limits
Habits         what editors wrote in bulletins.toml about their publications
open_source    read a file into memory, if it is a regular file of a bearable size
validate       raise BulletinError for an issue that the library cannot store
read_archive   read an `articles.jsonl` of another system, one article at a time
Habits         what is known of the publications before a bulletin is read
to_json        return an issue as the JSON of `wxbot ingest --json`
"""

from wxbot.bulletin.habits import Habits
from wxbot.bulletin.model import (
    ArchivedArticle,
    Document,
    Dropped,
    Line,
    ListItem,
    ParsedArticle,
    ParsedIssue,
    ParsedSection,
    Problem,
    Source,
)
from wxbot.bulletin.parser import load, parse, to_json, validate
from wxbot.bulletin.reader_pool import ReaderPool, needs_process
from wxbot.bulletin.reader_protocol import ReaderLimits
from wxbot.bulletin.readers import (
    ARCHIVE,
    FIX_SUFFIX,
    IMPORT_REPORT,
    READABLE,
    FoundFile,
    find_files,
    open_source,
    read,
    read_archive,
    scan_files,
)

__all__ = [
    "ARCHIVE",
    "FIX_SUFFIX",
    "IMPORT_REPORT",
    "READABLE",
    "ArchivedArticle",
    "Document",
    "Dropped",
    "FoundFile",
    "Habits",
    "Line",
    "ListItem",
    "ParsedArticle",
    "ParsedIssue",
    "ParsedSection",
    "Problem",
    "ReaderLimits",
    "ReaderPool",
    "Source",
    "find_files",
    "load",
    "needs_process",
    "open_source",
    "parse",
    "read",
    "read_archive",
    "scan_files",
    "to_json",
    "validate",
]
