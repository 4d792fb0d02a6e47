"""Weight, requests and accessibility of the public pages in a real browser, with a picture of each.

    python -m bench.looks [FOLDER]

Each page is opened as by a reader who has nothing of it: on a phone in light and in dark. The rival is the same article
as a plain HTML page without a style sheet. Pictures go to FOLDER, by default var/looks. Needs Debian's chromium.
"""

import html
import http.server
import shutil
import sys
import threading
import urllib.request
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from axe_playwright_python.sync_playwright import Axe
from lxml import html as parser
from playwright.sync_api import Browser, Response, sync_playwright

from bench.webhook import OURS, ROOT, SERVE, open_library, start

__all__ = ["run"]

PHONE = {"width": 390, "height": 844}
PAGES = {
    "first page": "/",
    "all issues": "/i/",
    "issue": "/i/2021-02",
    "article": "/a/2021-02/20",
    "long article": "/a/2021-02/8",
    "search": "/search?q=%E7%94%B5%E6%B1%A0",
    "nothing found": "/search?q=zzzz",
    "not found": "/nothing/here",
}
TEXTS = {"document", "stylesheet", "script", "fetch"}
ARTICLE = PAGES["article"]
VIOLATIONS = "() => axe.run().then(results => results.violations.map(each => each.id))"


class Look(NamedTuple):
    """One page as a browser saw it: bytes of text before and after compression, requests, violations of axe."""

    name: str
    size: int
    sent: int
    requests: int
    violations: list[str]


def run(folder: Path) -> None:
    """Print a table of all pages, and keep a picture of each in light and in dark."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("chromium is not installed")
        return
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        environ = stack.enter_context(open_library()) | {"WXBOT_ACCOUNT_NAME": "长风联盟"}
        server = stack.enter_context(start(OURS[SERVE], environ, 1))
        site = f"http://127.0.0.1:{server.port}"
        plain = stack.enter_context(_serve_plain(site + ARTICLE))
        play = stack.enter_context(sync_playwright())
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        found = [_look_at(browser, name, site + path, folder) for name, path in PAGES.items()]
        found.append(_look_at(browser, "plain article", plain, folder))
        browser.close()
    print(f"{'page':15} {'bytes':>7} {'sent':>7} {'requests':>9}  axe, light and dark")
    for each in found:
        said = ", ".join(each.violations) or "none"
        print(f"{each.name:15} {each.size:7} {each.sent:7} {each.requests:9}  {said}")


def _look_at(browser: Browser, name: str, address: str, folder: Path) -> Look:
    """Open a page in light and in dark; return what was loaded and what axe found in either."""
    violations: list[str] = []
    size = sent = 0
    texts: list[Response] = []
    for scheme in ("light", "dark"):
        context = browser.new_context(viewport=PHONE, color_scheme=scheme, locale="zh-CN")  # type: ignore[arg-type]
        page = context.new_page()
        seen: list[Response] = []
        page.on("response", lambda found, seen=seen: seen.append(found))  # type: ignore[misc]
        page.goto(address)
        page.wait_for_load_state("networkidle")
        texts = [each for each in seen if each.request.resource_type in TEXTS]
        size = sum(len(each.body()) for each in texts)
        sent = sum(each.request.sizes()["responseBodySize"] for each in texts)
        page.screenshot(path=folder / f"{name.replace(' ', '-')}.{scheme}.png")
        page.evaluate(Axe().axe_script)
        violations += page.evaluate(VIOLATIONS)
        context.close()
    return Look(name, size, sent, len(texts), sorted({*violations}))


@contextmanager
def _serve_plain(address: str) -> Generator[str]:
    """Serve the text of an article's page as a page without a style sheet; yield its address."""
    with urllib.request.urlopen(address) as page:
        main = parser.fromstring(page.read().decode()).find(".//main")
    assert main is not None
    lines = [html.escape(each.text_content()) for each in main.iter("h1", "p")]
    body = f"<h1>{lines[1]}</h1>" + "".join(f"<p>{line}</p>" for line in lines[2:])
    content = f"<!doctype html><html><meta charset=utf-8><title>{lines[1]}</title><body>{body}".encode()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_PlainPage, content))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()


class _PlainPage(http.server.BaseHTTPRequestHandler):
    """A handler that answers every request with one page, and logs nothing."""

    def __init__(self, content: bytes, *given: object) -> None:
        self._content = content
        super().__init__(*given)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answer with the page."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(self._content)))
        self.end_headers()
        self.wfile.write(self._content)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


if __name__ == "__main__":
    run(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "var" / "looks")
