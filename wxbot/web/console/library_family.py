"""The parts of the console that bring in, mend and publish issues."""

from wxbot.web.console.bring_pages import BringPages
from wxbot.web.console.file_changes import FileChangePages
from wxbot.web.console.issue_changes import IssueChangePages
from wxbot.web.console.issue_pages import IssuePages
from wxbot.web.console.library_pages import LibraryPages
from wxbot.web.console.reading_pages import ReadingPages
from wxbot.web.console.second_files import SecondFilePages
from wxbot.web.console.take_pages import TakePages

__all__ = ["LIBRARY_FAMILY"]

LIBRARY_FAMILY = (
    LibraryPages,
    IssuePages,
    IssueChangePages,
    FileChangePages,
    SecondFilePages,
    BringPages,
    ReadingPages,
    TakePages,
)
