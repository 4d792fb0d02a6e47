"""Bulletins (简报): what a bulletin *is*, told from its lines.

files          the readable files that paths and folders name
read           one document as lines, with the evidence of their layout
parse          those lines as an issue with sections and articles, and with what is doubtful about it
load           both at once; refuses what is no bulletin
read_archive   an `articles.jsonl` from elsewhere, one article at a time
to_json        an issue as a line of `wxbot ingest --json`
"""

from wxbot.bulletin.model import (
    ArchivedArticle,
    Dropped,
    Line,
    ParsedArticle,
    ParsedIssue,
    ParsedSection,
    Problem,
)
from wxbot.bulletin.parser import parse
from wxbot.bulletin.readers import find_files, read, read_archive
from wxbot.bulletin.report import to_json
from wxbot.bulletin.validate import load, validate

__all__ = [
    "ArchivedArticle",
    "Dropped",
    "Line",
    "ParsedArticle",
    "ParsedIssue",
    "ParsedSection",
    "Problem",
    "find_files",
    "load",
    "parse",
    "read",
    "read_archive",
    "to_json",
    "validate",
]
