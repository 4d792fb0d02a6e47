"""The same Markdown as an article for WeChat: by ours, by doocs/md, by wenyan, and as a plain page.

The rivals come from npm, pinned in bench/articles/package.json and installed once into var/rivals. Both run as their
makers ship them: wenyan's core under node, and the editor of doocs/md in the browser, where its button 复制 is pressed.
"""

import mimetypes
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from markdown_it import MarkdownIt
from playwright.sync_api import Browser, Route

from bench.webhook import ROOT
from wxbot.bulletin import load
from wxbot.bulletin.blocks import pictures
from wxbot.library import Article
from wxbot.rendering.article_look import PLAIN_ARTICLE_LOOK
from wxbot.rendering.brand_sample import sample_picture
from wxbot.rendering.draft_body import DraftPiece, assemble_body, bulletin_picture, with_pictures
from wxbot.rendering.wechat_html import article_pieces

__all__ = ["PICTURE", "install_rivals", "make_doocs", "make_ours", "make_plain", "make_wenyan"]

HERE = ROOT / "bench" / "articles"
RIVALS = ROOT / "var" / "rivals"
PICTURE = "http://mmbiz.qpic.cn/mmbiz_jpg/k/0"
"""Address of the sample's picture, as the platform gives one."""

_TITLE = "第十二届年会定于六月在长沙召开，报名今天开始"
_MASTHEAD = "# 工作简报\n\n2026年第5期\n\n## 协会动态\n\n"
_ADDRESS = "http://localhost/md/"
_FILL = """([text]) => {
  const now = new Date();
  const post = {id: "1", title: "1", content: text, history: [], createDatetime: now, updateDatetime: now};
  localStorage.setItem("MD__posts", JSON.stringify([post]));
  localStorage.setItem("MD__current_post_id", "1");
  localStorage.setItem("isCiteStatus", "true");
}"""
_COPIED = """async () => {
  const [item] = await navigator.clipboard.read();
  return item.types.includes("text/html") ? await (await item.getType("text/html")).text() : "";
}"""


def install_rivals() -> str:
    """Install the rivals if they are not there as pinned; return why they cannot be, "" if they are."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "node and npm are not installed"
    pins = (HERE / "package.json").read_text()
    stamp = RIVALS / "made-from"
    if stamp.exists() and stamp.read_text() == pins:
        return ""
    RIVALS.mkdir(parents=True, exist_ok=True)
    (RIVALS / "package.json").write_text(pins)
    quiet = ("--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--no-update-notifier")
    done = subprocess.run(
        (npm, "install", *quiet), cwd=RIVALS, capture_output=True, text=True, timeout=600, check=False
    )
    if done.returncode:
        return f"npm install failed: {done.stderr.strip()[-200:]}"
    stamp.write_text(pins)
    return ""


def make_ours() -> str:
    """Return the HTML of our article: the Markdown is read as a bulletin, as an editor would bring it in."""
    body = "\n".join(f"##{line}" if line.startswith("##") else line for line in _sample().splitlines())
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "picture.jpg").write_bytes(sample_picture())
        bulletin = Path(folder) / "sample.md"
        bulletin.write_text(f"{_MASTHEAD}### {_TITLE}\n\n{body}\n", encoding="utf-8")
        parsed = load(bulletin).sections[0].articles[0]
    article = Article(
        public_id="2026-05/1",
        issue_key="2026-05",
        n=1,
        title=parsed.title,
        section="",
        blocks=parsed.blocks,
        summary="",
        date=None,
        url=None,
    )
    shown = [bulletin_picture(each.digest) for each in pictures(parsed.blocks)]
    keys = {str(each.source): each.key for each in shown}
    piece = DraftPiece(1, article_pieces(article, "", keys, PLAIN_ARTICLE_LOOK))
    html = assemble_body("", [piece], "", "").html
    return with_pictures(html, dict.fromkeys(keys.values(), PICTURE))


def make_wenyan() -> str:
    """Return the HTML of wenyan's core."""
    return subprocess.run(
        (shutil.which("node") or "node", str(HERE / "wenyan.mjs")),
        input=_markdown(),
        env=os.environ | {"RIVALS": str(RIVALS)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout


def make_doocs(browser: Browser) -> str:
    """Return the HTML that the editor of doocs/md puts on the clipboard for WeChat's editor."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.route("**/*", _serve_doocs)
    page.goto(f"{_ADDRESS}manifest.webmanifest")
    page.evaluate(_FILL, [_markdown()])
    page.goto(_ADDRESS)
    page.locator("#output h1").wait_for()
    page.get_by_role("button", name="复制").first.click()
    page.get_by_text("已复制", exact=False).first.wait_for()
    html = str(page.evaluate(_COPIED))
    context.close()
    return html


def make_plain() -> str:
    """Return the HTML of the Markdown without any style."""
    return str(MarkdownIt("commonmark").enable("table").render(_markdown()))


def _sample() -> str:
    return (HERE / "sample.md").read_text(encoding="utf-8")


def _markdown() -> str:
    """Return the sample as the rivals take it: with its title, and the platform's address of its picture."""
    return f"# {_TITLE}\n\n{_sample().replace('picture.jpg', PICTURE)}"


def _serve_doocs(route: Route) -> None:
    """Answer from the package of doocs/md; its styles for code come from the package highlight.js; nothing else is."""
    address = route.request.url.partition("?")[0]
    if address.startswith(_ADDRESS):
        name = address.removeprefix(_ADDRESS) or "index.html"
        file = RIVALS / "node_modules" / "@doocs" / "md-cli" / "dist" / name
    elif "/highlightjs/" in address:
        file = RIVALS / "node_modules" / "highlight.js" / "styles" / address.rpartition("/")[2]
    else:
        file = RIVALS / "nothing"
    if address == PICTURE:
        route.fulfill(body=sample_picture(), content_type="image/jpeg")
    elif file.is_file():
        kind = mimetypes.guess_type(file.name)[0] or "text/plain"
        route.fulfill(path=file, content_type=kind, headers={"Access-Control-Allow-Origin": "*"})
    else:
        route.abort()
