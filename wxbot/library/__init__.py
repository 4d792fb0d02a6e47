"""Library (书架): issues, articles, and every revision of them.

    ingest                      read files and folders into the library; one result for each file
    convert_pictures            convert the pictures of a parsed issue before it is stored
    picture_web_form            read a picture as pages and drafts show it; `upload_form` for the platform
    list_files                  list the files that paths and folders name
    save_issue, save_archive    store a parsed issue, or the articles of another system's archive
    decide                      tell what `save_issue` would do, without doing it
    WatchedFolder               report new and changed files of a folder
    record_reports, file_reports                                    fate of each file of the watched folder
    issue, find, named, latest, issues, neighbours, sections        read issues
    article, articles, by_id, by_ids, newest_articles, count_articles   read articles
    archived_issue, archived_issues, archived_articles              read issues that only an archive has
    unplanned_issues, mark_planned                                  issues whose push is not planned yet
    identity, version, changed_since                                what an index needs to follow the library

The library's version increases with every change; a copy of the library, such as the index, compares versions.
"""

from wxbot.bulletin.model import WebForm
from wxbot.bulletin.web_forms import upload_form
from wxbot.library.file_reports import FileReport, file_reports, record_reports
from wxbot.library.identity import IncomingFile
from wxbot.library.ingest import IngestResult, ingest, list_files
from wxbot.library.pictures import PicturesToStore, convert_pictures, count_pictures, picture_web_form
from wxbot.library.read import (
    archived_articles,
    archived_issue,
    archived_issues,
    article,
    articles,
    by_id,
    by_ids,
    changed_since,
    count_articles,
    find,
    identity,
    issue,
    issue_by_name,
    issues,
    latest,
    mark_planned,
    neighbours,
    newest_articles,
    sections,
    unplanned_issues,
    version,
)
from wxbot.library.reader_failures import ReaderFailure
from wxbot.library.store import Outcome, decide, save_archive, save_issue
from wxbot.library.tables import Article, Issue, Revision
from wxbot.library.watched_folder import WatchedFolder

__all__ = [
    "Article",
    "FileReport",
    "IncomingFile",
    "IngestResult",
    "Issue",
    "Outcome",
    "PicturesToStore",
    "ReaderFailure",
    "Revision",
    "WatchedFolder",
    "WebForm",
    "archived_articles",
    "archived_issue",
    "archived_issues",
    "article",
    "articles",
    "by_id",
    "by_ids",
    "changed_since",
    "convert_pictures",
    "count_articles",
    "count_pictures",
    "decide",
    "file_reports",
    "find",
    "identity",
    "ingest",
    "issue",
    "issue_by_name",
    "issues",
    "latest",
    "list_files",
    "mark_planned",
    "neighbours",
    "newest_articles",
    "picture_web_form",
    "record_reports",
    "save_archive",
    "save_issue",
    "sections",
    "unplanned_issues",
    "upload_form",
    "version",
]
