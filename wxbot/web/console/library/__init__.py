"""The console's pages that bring in, mend and publish issues."""

from wxbot.web.console.library.bring_pages import BringPages
from wxbot.web.console.library.file_decisions import FileChangePages, TakePages
from wxbot.web.console.library.issue_changes import IssueChangePages
from wxbot.web.console.library.issue_pages import IssuePages
from wxbot.web.console.library.lists import LibraryPages
from wxbot.web.console.library.reading_pages import ReadingPages
from wxbot.web.console.library.second_files import SecondFilePages

__all__ = ["LIBRARY_PAGES"]

LIBRARY_PAGES = (
    LibraryPages,
    IssuePages,
    IssueChangePages,
    FileChangePages,
    SecondFilePages,
    BringPages,
    ReadingPages,
    TakePages,
)
