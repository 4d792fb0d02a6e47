"""The entry point for WSGI servers: `wxbot.wsgi:app`, the whole Flask application with the webhook.

    gunicorn --threads 16 wxbot.wsgi:app
    granian --interface wsgi --blocking-threads 16 wxbot.wsgi:app
    flask --app wxbot.wsgi run

Importing this module reads the settings and opens database and index, in each server process for itself: do not let
gunicorn load it before the fork (`--preload`), because an open SQLite database must not be carried over a fork.
"""

from wxbot.web.server import load_flask_app

__all__ = ["app"]

app = load_flask_app()
