"""The web (网页与消息): what the platform and readers reach over HTTP.

create_app   the application, of parts that are handed in
running      the threads that an application started
serve        the production server
Webhook      one push of the platform, answered in time
"""

from wxbot.web.app import create_app, running
from wxbot.web.server import serve
from wxbot.web.webhook import Webhook

__all__ = ["Webhook", "create_app", "running", "serve"]
