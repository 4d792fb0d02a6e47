"""The entry point for ASGI servers: `wxbot.asgi:app`, which `wxbot serve` runs under granian.

The application is built when a server asks for `app`; importing this module reads no settings and opens nothing.
"""

from functools import cache

from wxbot.web.asgi_app import AsgiApp
from wxbot.web.server import load_asgi_app

__all__ = ["app"]

app: AsgiApp


def __getattr__(name: str) -> AsgiApp:
    """Return the application of this process, built once from the environment and config/wxbot.toml."""
    if name != "app":
        raise AttributeError(name)
    return _app()


@cache
def _app() -> AsgiApp:
    return load_asgi_app()
