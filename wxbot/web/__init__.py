"""Serve the webhook, the public pages, the console, health and metrics over HTTP (网页与消息).

    create_app   build the Flask application from parts that are handed in
    runtime_of   return an application's webhook and threads
    serve        run the production server at a listening socket, whose queue holds BACKLOG connections

Entry points for other servers are `wxbot.wsgi:app` and `wxbot.asgi:app`.
"""

from wxbot.web.app import create_app, runtime_of
from wxbot.web.server import BACKLOG, serve

__all__ = ["BACKLOG", "create_app", "runtime_of", "serve"]
