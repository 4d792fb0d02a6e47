"""The entry point for ASGI servers: `wxbot.asgi:app`, which `wxbot serve` runs under granian.

Importing this module reads the settings and opens database and index, in each server process for itself.
"""

from wxbot.web.server import load_asgi_app

__all__ = ["app"]

app = load_asgi_app()
