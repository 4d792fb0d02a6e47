"""The console (网页后台): the editors' pages at `/console/`, behind a login.

Console   the pages, to be registered in an application
Office    what they work with

No page needs a script, each change is asked back on a page that says what it will do, and nothing is decided here:
what a campaign may do stands in `push`.
"""

from wxbot.web.console.office import Office
from wxbot.web.console.pages import Console

__all__ = ["Console", "Office"]
