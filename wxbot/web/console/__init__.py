"""The editors' pages at `/console/`, behind a login (网页后台).

    Console   the pages, to be registered in an application

No page needs a script, and every change is confirmed on a page that tells what it will do. The console decides
nothing: what may be done with a campaign is decided in `wxbot.push`.
"""

from wxbot.web.console.blueprint import Console

__all__ = ["Console"]
