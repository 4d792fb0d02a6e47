"""Parse bulletins (简报): read a file into lines, and lines into an issue with sections and articles.

find_files     list the readable files that paths and folders name
read           read one document into lines with the evidence of their layout
parse          parse those lines into an issue, and report what is doubtful about it
load           read, parse and validate one file; raise BulletinError for a file that is not a bulletin
validate       raise BulletinError for an issue that the library cannot store
read_archive   read an `articles.jsonl` of another system, one article at a time
to_json        return an issue as the JSON of `wxbot ingest --json`
"""

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
from wxbot.bulletin.readers import find_files, read, read_archive

__all__ = [
    "ArchivedArticle",
    "Document",
    "Dropped",
    "Line",
    "ListItem",
    "ParsedArticle",
    "ParsedIssue",
    "ParsedSection",
    "Problem",
    "Source",
    "find_files",
    "load",
    "parse",
    "read",
    "read_archive",
    "to_json",
    "validate",
]
