"""The entry point for WSGI servers: `wxbot.wsgi:app`, the whole Flask application with the webhook.

    gunicorn --threads 16 wxbot.wsgi:app
    granian --interface wsgi --blocking-threads 16 wxbot.wsgi:app
    flask --app wxbot.wsgi run

The application is built when a server asks for `app`; importing this module reads no settings and opens nothing.
"""

from functools import cache

from flask import Flask

from wxbot.web.server import load_flask_app

__all__ = ["app"]

app: Flask


def __getattr__(name: str) -> Flask:
    """Return the application of this process, built once from the environment and config/wxbot.toml."""
    if name != "app":
        raise AttributeError(name)
    return _app()


@cache
def _app() -> Flask:
    return load_flask_app()
