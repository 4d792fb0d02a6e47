"""The editors' pages at `/console/`, behind a login (网页后台).

    Console   the pages, to be registered in an application

Pages use no scripts. Every change is confirmed on a page that explains its effect. `wxbot.push` decides which actions
on a campaign are allowed; the console only shows them.
"""

from wxbot.web.console.blueprint import Console

__all__ = ["Console"]
