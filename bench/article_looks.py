"""Articles for WeChat side by side: ours, doocs/md, wenyan and a plain page, as a telephone shows what WeChat keeps.

    python -m bench.article_looks [FOLDER]

Each converter gets the same Markdown (bench/articles/sample.md). Its HTML passes the filter of the simulated platform
and is opened 390 pixels wide, in light and in the emulated dark mode. Prints a table; pictures go to FOLDER, by default
var/looks. Rivals need node and npm; without them ours and the plain page are shown alone.
"""

import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from axe_playwright_python.sync_playwright import Axe
from lxml import html as parser
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

from bench.converters import PICTURE, install_rivals, make_doocs, make_ours, make_plain, make_wenyan
from bench.webhook import ROOT
from wechat_simulator.dark_mode import dark_sheet
from wechat_simulator.html_filter import filter_html
from wxbot.rendering.brand_sample import sample_picture
from wxbot.rendering.typesetting import sans

__all__ = ["run"]

PHONE = {"width": 390, "height": 844}
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>文章</title><style>
:root {{ color-scheme: light dark }}
body {{ margin: 0; padding: 20px 16px 32px; color: #191919; background: #fff;
  font: 17px/1.6 "Noto Sans CJK SC", sans-serif; overflow-wrap: break-word }}
h1 {{ margin: 0 0 14px; font-size: 22px; line-height: 1.4 }}
img {{ max-width: 100%; height: auto }}
a {{ color: #576b95; text-decoration: none }}
@media (prefers-color-scheme: dark) {{ body {{ color: #d5d5d5; background: #191919 }} a {{ color: #7d94c4 }} {dark} }}
</style><body><main><h1>工作简报</h1>{body}</main></body></html>"""
AXE = "() => axe.run().then(results => results.violations.map(each => each.id))"
CONTRASTS = """() => {
  const parts = colour => { const n = colour.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const over = (top, below) => top.slice(0, 3).map((n, at) => n * top[3] + below[at] * (1 - top[3]));
  const light = colour => {
    const [r, g, b] = colour.map(n => n / 255).map(n => n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = element => element === null ? [255, 255, 255]
    : over(parts(getComputedStyle(element).backgroundColor), paper(element.parentElement));
  const found = [];
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    if (!walker.currentNode.data.trim()) continue;
    const element = walker.currentNode.parentElement, style = getComputedStyle(element);
    const below = paper(element), ink = over(parts(style.color), below);
    const [a, b] = [light(ink), light(below)].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize), bold = style.fontWeight >= 600;
    const needed = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
    if (size) found.push([(a + 0.05) / (b + 0.05), needed, walker.currentNode.data.trim().length]);
  }
  return [Math.min(...found.map(each => each[0])),
    found.filter(each => each[0] < each[1] - 0.05).reduce((sum, each) => sum + each[2], 0)];
}"""
LINKS = ("https://www.example.org/2026/notice.html", "https://std.example.org/drafts/2026-017?lang=zh&page=2")
HEADINGS = (
    "| article | bytes | kept by WeChat | removed | addresses that can be read | light: least contrast, faint letters"
    " | dark: the same | wider than the telephone | violations that axe finds |"
)
SCALE = 0.6
GAP = 16
HEAD = 44  # pixels above each picture for its name


class Look(NamedTuple):
    """One converter's article: its size, what the platform keeps of it, and how it reads."""

    name: str
    size: int
    kept: int
    removed: str
    links: int
    faint: dict[str, tuple[float, int]]
    is_wide: bool
    violations: list[str]

    @property
    def row(self) -> str:
        """The row of the table in Markdown."""
        faint = " | ".join(f"{least:.1f}, {letters}" for least, letters in self.faint.values())
        wide = "yes" if self.is_wide else "no"
        said = ", ".join(self.violations) or "none"
        return (
            f"| {self.name} | {self.size} | {self.kept} | {self.removed} | {self.links} of {len(LINKS)}"
            f" | {faint} | {wide} | {said} |"
        )


def run(folder: Path) -> None:
    """Print the table, and keep one picture of all articles."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("chromium is not installed")
        return
    folder.mkdir(parents=True, exist_ok=True)
    missing = install_rivals()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        makers: dict[str, Callable[[], str]] = {"wxbot": make_ours, "plain page": make_plain}
        if not missing:
            makers |= {"doocs/md": lambda: make_doocs(browser), "wenyan": make_wenyan}
        looks = [_look_at(browser, name, make(), folder) for name, make in makers.items()]
        browser.close()
    print(HEADINGS)
    print(re.sub(r"[^|]+", "---", HEADINGS))
    for look in looks:
        print(look.row)
    if missing:
        print(f"without doocs/md and wenyan: {missing}")
    _join_pictures(list(makers), folder).save(folder / "articles.png")


def _look_at(browser: Browser, name: str, made: str, folder: Path) -> Look:
    """Pass an article through the platform's filter and open it in light and in dark."""
    kept = filter_html(made, lambda address: "k" if address == PICTURE else None)
    body, dark = dark_sheet(kept.replace("data-src=", "src="))
    faint: dict[str, tuple[float, int]] = {}
    violations: list[str] = []
    is_wide = False
    for scheme in ("light", "dark"):
        context = browser.new_context(viewport=PHONE, color_scheme=scheme, locale="zh-CN")  # type: ignore[arg-type]
        page = context.new_page()
        page.route("http://mmbiz.qpic.cn/**", lambda route: route.fulfill(body=sample_picture()))
        page.set_content(PAGE.format(body=body, dark=dark))
        page.wait_for_load_state("networkidle")
        page.screenshot(path=_picture(folder, name, scheme), full_page=True)
        least, letters = page.evaluate(CONTRASTS)
        faint[scheme] = float(least), int(letters)
        is_wide = is_wide or _is_wide(page)
        page.evaluate(Axe().axe_script)
        violations += page.evaluate(AXE)
        context.close()
    before, after = parser.fromstring(f"<div>{made}</div>"), parser.fromstring(f"<div>{kept}</div>")
    text = after.text_content().replace("\u200b", "")
    size, left = len(made.encode()), len(kept.encode())
    readable = sum(link in text for link in LINKS)
    return Look(name, size, left, _removed(before, after), readable, faint, is_wide, sorted({*violations}))


def _is_wide(page: Page) -> bool:
    return bool(page.evaluate("() => document.documentElement.scrollWidth > innerWidth"))


def _removed(before: parser.HtmlElement, after: parser.HtmlElement) -> str:
    """Return how many elements, declarations and addresses of links the filter removed."""
    counts = [Counter(_traits(root)) for root in (before, after)]
    lost = {name: counts[0][name] - counts[1][name] for name in counts[0]}
    return ", ".join(f"{n} {name}" for name, n in lost.items() if n > 0) or "nothing"


def _traits(root: parser.HtmlElement) -> list[str]:
    """Return a word for each element, declaration and link below an element."""
    found = []
    for element in root.iterdescendants():
        if not isinstance(element.tag, str):
            continue
        found.append("elements")
        found += ["declarations" for part in element.get("style", "").split(";") if part.strip()]
        found += ["links"] if element.get("href") else []
    return found


def _picture(folder: Path, name: str, scheme: str) -> Path:
    return folder / f"article-{name.replace('/', '-').replace(' ', '-')}.{scheme}.png"


def _join_pictures(names: list[str], folder: Path) -> Image.Image:
    """Return the screenshots side by side, each below its name and as wide as a telephone; the plain page in light."""
    shown = [
        (name, scheme)
        for name in names
        for scheme in ("light", "dark")
        if name != names[1] or scheme == "light"
    ]
    pictures = []
    for name, scheme in shown:
        with Image.open(_picture(folder, name, scheme)) as picture:
            seen = picture.convert("RGB").crop((0, 0, PHONE["width"], picture.height))
            size = (round(seen.width * SCALE), round(seen.height * SCALE))
            pictures.append(seen.resize(size, Image.Resampling.LANCZOS))
    width = sum(each.width + GAP for each in pictures) + GAP
    joined = Image.new("RGB", (width, max(each.height for each in pictures) + HEAD + GAP), "#dddddd")
    left = GAP
    for (name, scheme), picture in zip(shown, pictures, strict=True):
        ImageDraw.Draw(joined).text((left, 12), f"{name}, {scheme}", font=sans(18), fill="#222222")
        joined.paste(picture, (left, HEAD))
        left += picture.width + GAP
    return joined.quantize(colors=160)


if __name__ == "__main__":
    run(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "var" / "looks")
