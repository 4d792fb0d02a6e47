"""Library (书架): issues, articles, and every revision of them.

    ingest                      read files and folders into the library; one result for each file
    archive_import              import an archive of thousands of files: see the module
    convert_pictures            convert the pictures of a parsed issue before it is stored
    picture_web_form            read a picture as pages and drafts show it
    list_files                  list the files that paths and folders name
    save_incoming, save_issue, save_archive   store a parsed issue, or the articles of another system's archive
    decide                      tell what `save_issue` would do, without doing it
    WatchedFolder               report new and changed files of a folder
    record_results, record_missing, file_reports                    fate of each file of the watched folder
    drop_file, keep_issue       skip a file from now on; forget that the file of an issue is gone
    issue, find, issue_by_name, latest, issues, neighbours, sections   read public issues
    any_issue, any_issues, current_articles, all_articles, any_article   read for editors: in whatever state
    publications, find_publication, add_publication, rename_publication   the association's publications
    publish_issue, withdraw_issue, publish_article, withdraw_article, pin_article   who may see what
    revisions, revision_content, restore_revision                   earlier content of an issue
    compare_revisions, compare_with_present, compare_with_file      what a revision changed, or would change
    article, articles, by_id, by_ids, newest_articles, count_articles   read articles
    archived_issue, archived_issues, archived_articles              read issues that only an archive has
    unplanned_issues, mark_planned                                  issues whose push is not planned yet
    identity, version, changed_since, count_changed_since           what an index needs to follow the library
    renew_identity                                                  after a restore: indexes start over

The library's version increases with every change; a copy of the library, such as the index, compares versions.
"""

from wxbot.library.archive import save_archive
from wxbot.library.compare_revisions import (
    RevisionComparison,
    compare_revisions,
    compare_with_file,
    compare_with_present,
)
from wxbot.library.decision import IncomingIssue, Outcome, PublishPolicy, decide
from wxbot.library.file_reports import (
    FileReport,
    drop_file,
    file_reports,
    keep_issue,
    record_missing,
    record_results,
)
from wxbot.library.identity import IncomingFile
from wxbot.library.ingest import Consequence, Fate, FollowContent, IngestResult, ingest, list_files
from wxbot.library.pictures import (
    PicturesToStore,
    convert_pictures,
    count_pictures,
    is_public_picture,
    picture_web_form,
)
from wxbot.library.publications import (
    GENERAL_PAPERS,
    add_publication,
    default_publication,
    find_publication,
    is_telling_ending,
    publication_names,
    publications,
    rename_publication,
    split_publication,
)
from wxbot.library.read import (
    all_articles,
    any_article,
    any_issue,
    any_issue_by_name,
    any_issues,
    archived_articles,
    archived_issue,
    archived_issues,
    article,
    articles,
    by_id,
    by_ids,
    changed_since,
    count_articles,
    count_changed_since,
    current_articles,
    find,
    identity,
    issue,
    issue_by_name,
    issues,
    latest,
    mark_planned,
    neighbours,
    newest_articles,
    public_issue,
    renew_identity,
    sections,
    unplanned_issues,
    version,
)
from wxbot.library.revisions import (
    pin_article,
    publish_article,
    publish_issue,
    restore_revision,
    revision_content,
    revisions,
    withdraw_article,
    withdraw_issue,
)
from wxbot.library.store import save_incoming, save_issue
from wxbot.library.tables import Article, ArticleStatus, HoldReason, Issue, IssueState, Publication, Revision
from wxbot.library.unread_files import ReaderFailure
from wxbot.library.watched_folder import WatchedFolder

__all__ = [
    "GENERAL_PAPERS",
    "Article",
    "ArticleStatus",
    "Consequence",
    "Fate",
    "FileReport",
    "FollowContent",
    "HoldReason",
    "IncomingFile",
    "IncomingIssue",
    "IngestResult",
    "Issue",
    "IssueState",
    "Outcome",
    "PicturesToStore",
    "Publication",
    "PublishPolicy",
    "ReaderFailure",
    "Revision",
    "RevisionComparison",
    "WatchedFolder",
    "add_publication",
    "all_articles",
    "any_article",
    "any_issue",
    "any_issue_by_name",
    "any_issues",
    "archived_articles",
    "archived_issue",
    "archived_issues",
    "article",
    "articles",
    "by_id",
    "by_ids",
    "changed_since",
    "compare_revisions",
    "compare_with_file",
    "compare_with_present",
    "convert_pictures",
    "count_articles",
    "count_changed_since",
    "count_pictures",
    "current_articles",
    "decide",
    "default_publication",
    "drop_file",
    "file_reports",
    "find",
    "find_publication",
    "identity",
    "ingest",
    "is_public_picture",
    "is_telling_ending",
    "issue",
    "issue_by_name",
    "issues",
    "keep_issue",
    "latest",
    "list_files",
    "mark_planned",
    "neighbours",
    "newest_articles",
    "picture_web_form",
    "pin_article",
    "public_issue",
    "publication_names",
    "publications",
    "publish_article",
    "publish_issue",
    "record_missing",
    "record_results",
    "rename_publication",
    "renew_identity",
    "restore_revision",
    "revision_content",
    "revisions",
    "save_archive",
    "save_incoming",
    "save_issue",
    "sections",
    "split_publication",
    "unplanned_issues",
    "version",
    "withdraw_article",
    "withdraw_issue",
]
