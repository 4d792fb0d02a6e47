"""Article pages a second as `wxbot serve` answers them, beside Flask views that hold the finished pages in memory.

    python -m bench.pages

All servers have two processes and answer readers who accept gzip, in turn (A B A B) from the same program. The rivals
are the most that a Flask site with a page cache in front of its views can reach: they look a page up in a dictionary,
without a library, withdrawals or conditional requests. The pages are the articles of the sample bulletin.
"""

import gzip
import json
import os
import statistics
import subprocess
import sys
import urllib.request
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from flask import Flask, Response, request

from bench.load import Load
from bench.webhook import GRANIAN, GUNICORN, OURS, SERVE, THREADS, RunningServer, open_library, start

__all__ = ["run", "view"]

ROUNDS = 3
REQUESTS = 8000
CONNECTIONS = 50
PATHS = [f"/a/2021-02/{n}" for n in range(1, 23)]
FOLDER = "WXBENCH_PAGES"  # environment variable: where the rivals find the finished pages
RIVALS = {
    "Flask view, granian": [
        *GRANIAN,
        *("--interface", "wsgi", "--blocking-threads", "4", "--factory", "bench.pages:view"),
    ],
    "Flask view, gunicorn": [*GUNICORN, *THREADS, "bench.pages:view()"],
}


def view() -> Flask:
    """Return an application that answers from a dictionary of finished pages."""
    pages = {
        f"/{file.stem.replace('~', '/')}": file.read_bytes() for file in Path(os.environ[FOLDER]).iterdir()
    }
    small = {path: gzip.compress(page) for path, page in pages.items()}
    app = Flask(__name__)

    @app.get("/<path:path>")
    def page(path: str) -> Response:
        accepted = request.accept_encodings["gzip"] > 0
        found = Response((small if accepted else pages)[f"/{path}"], mimetype="text/html")
        if accepted:
            found.content_encoding = "gzip"
        return found

    @app.get("/readyz")
    def ready() -> str:
        return "ready"

    return app


def run() -> None:
    """Print pages a second, p50 and p99 of all servers, and the ratio of wxbot to the fastest rival."""
    with ExitStack() as stack:
        environ = stack.enter_context(open_library())
        folder = Path(environ["WXBOT_STATE"]) / "finished"
        folder.mkdir()
        environ |= {FOLDER: str(folder)}
        servers = {SERVE: stack.enter_context(start(OURS[SERVE], environ, 2))}
        for path in PATHS:
            with urllib.request.urlopen(f"http://127.0.0.1:{servers[SERVE].port}{path}") as page:
                (folder / f"{path[1:].replace('/', '~')}.html").write_bytes(page.read())
        servers |= {name: stack.enter_context(start(command, environ, 2)) for name, command in RIVALS.items()}
        measured: dict[str, list[dict[str, float]]] = {name: [] for name in servers}
        for at in range(ROUNDS + 1):
            for name, server in servers.items():
                result = _read_pages(server)
                if at:  # the first round warms up
                    measured[name].append(result)
    _report(measured)


def _read_pages(server: RunningServer) -> dict[str, float]:
    load = Load("127.0.0.1", server.port, "", [], REQUESTS, CONNECTIONS, paths=PATHS)
    command = [sys.executable, "-m", "bench.load"]
    ran = subprocess.run(command, input=json.dumps(asdict(load)), capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(ran.stdout)
    return found


def _report(measured: dict[str, list[dict[str, float]]]) -> None:
    print(f"article pages, 2 processes, {CONNECTIONS} connections, {ROUNDS} × {REQUESTS} requests, gzip:")
    for name, results in measured.items():
        middle = {key: statistics.median(each[key] for each in results) for key in ("rate", "p50", "p99")}
        wrong = sum(each["wrong"] for each in results)
        print(
            f"  {name:22} {middle['rate']:6.0f} pages a second   p50 {middle['p50'] * 1000:5.1f} ms   "
            f"p99 {middle['p99'] * 1000:5.1f} ms   wrong {wrong:.0f}"
        )
    ratio = min(
        statistics.median(
            ours["rate"] / theirs["rate"]
            for ours, theirs in zip(measured[SERVE], measured[rival], strict=True)
        )
        for rival in RIVALS
    )
    print(f"  {SERVE} to the fastest rival: {ratio:.2f}")


if __name__ == "__main__":
    run()
