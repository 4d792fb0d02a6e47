"""Every page of the console and of the public site in a real browser: accessible, within the screen, without errors.

With WXBOT_SCREENSHOTS in the environment, a folder, each page is also kept there as a picture for each kind of screen
(`make screenshots`). With WXBOT_HANDBOOK_PICTURES=1 the pictures of the editors' handbook are drawn anew
(`make handbook-pictures`), from the sample alone.
"""

import datetime as dt
import io
import os
import re
import shutil
import threading
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.routing import Rule
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.conftest import ROOT, SAMPLE
from tests.rendering.samples_blocks import ALL_BLOCKS
from tests.web.console.browser import NAME, PASSWORD, add_account
from tests.web.console.conftest import BuildConsole, ConsoleSite
from tests.web.console.test_members import record_questions
from tests.web.test_server import free_port
from wxbot import editors, followers, library
from wxbot.bulletin import ArchivedArticle, ParsedArticle, ParsedIssue, ParsedSection
from wxbot.bulletin.blocks import Cell, Paragraph, Table
from wxbot.db import Session
from wxbot.editor_files import FileEdit
from wxbot.followers import Preferences

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
]
TIMEOUT_MS = 30_000  # long, so that a slow machine does not fail the test
SCREENSHOTS = os.environ.get("WXBOT_SCREENSHOTS", "")
PHONE, TABLET, DESK = 390, 820, 1280
CHECKED = [(PHONE, "light"), (DESK, "dark")]
VIOLATIONS = "options => axe.run(options).then(results => results.violations)"
PICTURED = list(product((PHONE, TABLET, DESK), ("light", "dark")))

# The editors' handbook: a picture's name, and the page that it shows.
HANDBOOK_PAGES = {
    "home": "/console/",
    "bring": "/console/bring",
    "reading": "/console/bring/read?source=33.txt",
    "shelf": "/console/shelf",
    "issue": "/console/shelf/2021-02",
    "plan": "/console/plan/2021-02",
    "campaign": "/console/push/{campaign}",
    "calendar": "/console/calendar",
    "report": "/console/push/{sent}/report",
    "members": "/console/members",
    "try": "/console/members/try?q=%E8%8A%AF%E7%89%87",
    "rules": "/console/settings/rules/1",
    "replies": "/console/settings/replies/welcome",
    "brand": "/console/settings/brand",
}
PICTURES = ROOT / "docs" / "pictures"

ISSUE = "2021-02"
NEWSLETTER = "长风联盟工作简报"
SECOND = "second.txt"
# Values of the arguments in addresses; an endpoint that needs another value has its paths in PATHS.
VALUES: dict[str, Any] = {"key": ISSUE, "number": ISSUE, "n": 1, "revision": 1}
PATHS = {
    "console.change_issue": [f"/console/change/withdraw/{ISSUE}"],
    "console.change_article": [f"/console/article/withdraw/{ISSUE}/1"],
    "console.change_file": [f"/console/files/drop?source={SECOND}"],
    "console.second_file": [f"/console/files/{verb}?source={SECOND}" for verb in ("correct", "number")],
    "console.reading": [
        "/console/bring/read?source=33.txt",
        "/console/bring/read?source=.uploads/44.txt&line=5",
    ],
    "console.take_file": [
        "/console/bring/take?source=.uploads/44.txt",
        "/console/bring/take?source=second.txt",
    ],
    "console.remove_upload": ["/console/bring/remove?source=.uploads/44.txt"],
    "console.calendar_day": ["/console/calendar/day?date=2026-12-05"],
    "console.try_question": ["/console/members/try?q=%E8%8A%AF%E7%89%87", "/console/members/try"],
    "console.try_synonyms": [
        "/console/members/synonyms?typed=%E8%93%84%E7%94%B5%E7%93%B6&meant=%E7%94%B5%E6%B1%A0"
    ],
    "console.confirmation": ["/console/push/{campaign}/approve", "/console/push/{campaign}/cancel"],
    "console.campaign": ["/console/push/{campaign}", "/console/push/{sent}"],
    "console.report": ["/console/push/{sent}/report"],
    "console.edit_rule": ["/console/settings/rules/1"],
    "console.edit_publication_settings": ["/console/settings/publications/1"],
    "console.edit_synonyms": ["/console/settings/synonyms/1"],
    "console.edit_reply": ["/console/settings/replies/welcome"],
    "console.raw_setting": ["/console/settings/raw/rules"],
    "console.setting_change": ["/console/settings/history/1"],
    "console.recall": ["/console/push/{sent}/recall", "/console/push/{campaign}/recall"],
    "console.correct": ["/console/push/{sent}/correct"],
    "console.edit_editor": ["/console/admin/editor/" + NAME],
    "console.set_password": ["/console/password/{link}"],
    "home": ["/"],
    "issue_list": ["/i/"],
    "search": ["/search?q=%E8%8A%AF%E7%89%87", "/search?q=zzzz", "/search"],
}
# Views that are no pages: files, redirects, and parts of pages.
NO_PAGES = {
    "console.static_file",
    "console.root",
    "console.logout",
    "console.picture",
    "console.reading_picture",
    "console.questions",
    "console.moment",
    "console.report_csv",
}
# Documents inside the phone frames imitate WeChat's own colours, and run no scripts, so axe cannot look at them.
NO_PAGES |= {
    f"console.phone_{kind}" for kind in ("message", "article", "card", "answer", "page", "cover", "picture")
} | {"console.preview_brand"}
HELD = """长风联盟工作简报
2021年第33期
长风联盟秘书处　2021年2月15日

【新动向】

1、会员单位召开年会

会员单位在江岸召开年会，一致通过了各项决议。
"""

RULES = """[[menu]]
name = "最新一期"
key = "LATEST"

[[menu]]
name = "栏目"
items = [{ name = "新动向", key = "新动向" }, { name = "官网", url = "https://example.org/" }]

[[rule]]
match = "contains"
values = ["会费", "入会"]
text = "入会请联系{公众号}秘书处。\\n[[最新]]"
examples = ["怎么入会"]

[[rule]]
match = "exact"
values = ["会费"]
card = "2021-02/99"
"""
PUBLICATION = """[[publication]]
name = "长风联盟工作简报"
sections = ["新动向", "投资汇"]
section_names = { 投融界 = "投资汇" }
colour = "#1a5fb4"
"""

BRAND = """[brand]
slogan = "联合产业，服务会员"
contact = "长沙市岳麓区 1 号"
icp_number = "京ICP备12345678号-1"
"""
RICH, WITHDRAWN, ARCHIVED, BROKEN = "2020-03", "2020-04", "old/1", "/robots.txt"
# Public pages that no rule of the address table names, with the status that each answers.
PUBLIC: dict[str, int] = {
    f"/i/{ISSUE}": 200,
    f"/a/{RICH}/1": 200,
    f"/a/archive/{ARCHIVED}": 200,
    f"/a/{WITHDRAWN}/1": 410,
    "/nothing/here": 404,
    BROKEN: 500,
}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


class _Quiet(WSGIRequestHandler):
    """A request handler that logs nothing."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


@pytest.fixture
def site(build_console: BuildConsole, tmp_path: Path) -> Iterator[tuple[str, ConsoleSite]]:
    """Serve a console with a public issue, a second file of it, and a held issue; yield its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "wxbot.toml").write_text(BRAND, encoding="utf-8")
    site = build_console(public_url=address, content=tmp_path / "content")
    now = site.harness.now()
    add_account(site.db, now)
    _fill_folder(tmp_path / "content" / "bulletins")
    found = library.list_files([tmp_path / "content" / "bulletins"], tmp_path / "content" / "bulletins")
    results = list(library.ingest(site.db, found, now))
    with site.db.begin() as session:
        library.record_results(session, results, now)
        _add_public_pages(session, now)
        followers.save_preferences(session, "member", Preferences(sections=("投融界",)))
        for back in range(20):
            followers.record_follow(session, f"follower {back}", now - dt.timedelta(days=back * back % 29))
        followers.record_unfollow(session, "follower 3", now)
    record_questions(site, "蓄电瓶", 0, 4)
    record_questions(site, "芯片", 5, 7)
    for key, text in (("rules", RULES), ("synonyms", "网约车 滴滴\n"), ("publications", PUBLICATION)):
        site.services.editor_files.save(key, FileEdit(text, None, NAME, f"写了 {key}"))
    server = make_server("127.0.0.1", port, site.app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield address, site
    server.shutdown()
    thread.join()


def _add_public_pages(session: Session, now: dt.datetime) -> None:
    """Add an article with every kind of block and two wide tables, a withdrawn issue, and an archived article."""
    wide = Table((tuple(Cell((Paragraph.of(f"指标 {n}"),), header=True) for n in range(12)),) * 2)
    for key, blocks in ((RICH, (*ALL_BLOCKS, wide, wide)), (WITHDRAWN, ())):
        year, number = map(int, key.split("-"))
        articles = (ParsedArticle("台积电 Taiwan Semiconductor Manufacturing Company 签约", blocks),)
        parsed = ParsedIssue(NEWSLETTER, year, number, sections=(ParsedSection("新动向", articles),))
        library.save_issue(session, parsed, "x", now)
    library.withdraw_issue(session, WITHDRAWN, "有误")
    library.save_archive(
        session, [ArchivedArticle(ARCHIVED, None, "绿色港口", "要闻", None, "港口全文。", None)]
    )


def _fill_folder(folder: Path) -> None:
    """Write the sample, another file of its issue, and a bulletin whose number is doubtful."""
    folder.mkdir(parents=True)
    text = SAMPLE.read_text(encoding="utf-8")
    (folder / SAMPLE.name).write_text(text, encoding="utf-8")
    (folder / SECOND).write_text(text.replace("Keep", "Kept"), encoding="utf-8")
    (folder / "33.txt").write_text(HELD, encoding="utf-8")
    (folder / ".uploads").mkdir()
    (folder / ".uploads" / "44.txt").write_text(HELD.replace("第33期", "第4期"), encoding="utf-8")


@pytest.fixture
def chromium() -> Iterator[Browser]:
    """Yield a browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def console_paths(app: Flask, **values: Any) -> list[str]:
    """Return an address of every page of the console; an endpoint that nothing is known of fails the test."""
    paths, unknown = list[str](), list[str]()
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in NO_PAGES:
            continue
        if rule.endpoint in PATHS:
            paths += PATHS[rule.endpoint]
        elif rule.endpoint.startswith("console."):
            if not rule.arguments <= VALUES.keys():
                unknown.append(rule.endpoint)
                continue
            paths.append(_built(rule))
    assert [] == unknown, "write their paths into PATHS"
    return sorted({each.format(**values) for each in paths})


def _built(rule: Rule) -> str:
    found = rule.build({name: VALUES[name] for name in rule.arguments})
    assert found is not None
    return found[1]


def open_context(
    chromium: Browser, width: int, scheme: Any, address: str, errors: list[str]
) -> BrowserContext:
    """Return a context of this width and colour scheme that is logged in; errors of its pages are collected."""
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, locale="zh-CN", reduced_motion="reduce"
    )
    context.set_default_timeout(TIMEOUT_MS)
    context.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page = context.new_page()
    page.goto(f"{address}/console/login")
    page.get_by_label("名字").fill(NAME)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("button", name="退出").wait_for()
    return context


def show_on(page: Page, width: int, scheme: Any) -> None:
    """Show the open page on a screen of this width, in this colour scheme."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)


def faults(page: Page, width: int, scheme: str) -> list[str]:
    """Return the accessibility violations of a page into which axe is loaded, and its width if it does not fit.

    In dark only the contrast is checked: the rest is the same as in light.
    """
    options = {"runOnly": ["color-contrast"]} if scheme == "dark" else {}
    found = [
        f"{each['id']}: {each['help']} {[node['target'] for node in each['nodes']][:4]}"
        for each in page.evaluate(VIOLATIONS, {"resultTypes": ["violations"]} | options)
    ]
    wide = page.evaluate("document.documentElement.scrollWidth")
    return found + ([f"{wide} pixels wide"] if wide > width else [])


def test_every_page_is_accessible_and_fits_the_screen(
    site: tuple[str, ConsoleSite], chromium: Browser
) -> None:
    """On a phone in light and a desk in dark: no violation that axe finds, nothing beyond the edge, no error."""
    address, console = site
    sent = console.plan_and_approve()
    console.harness.run_worker()
    campaign = console.harness.plan(insist=True).id
    link = editors.create_link(console.db, NAME, by="root", now=console.harness.now())
    paths = [
        *console_paths(console.app, campaign=campaign, sent=sent, link=link),
        *PUBLIC,
    ]

    def fail() -> str:
        raise RuntimeError("a fault")

    console.app.view_functions["robots"] = fail
    axe, found, errors = Axe(), list[str](), list[str]()
    context = open_context(chromium, PHONE, "light", address, errors)
    page = context.pages[0]
    for path in paths:
        show_on(page, PHONE, "light")
        response = page.goto(address + path)
        status = response.status if response else 0
        if status != PUBLIC.get(path, 200):
            found.append(f"{path}: status {status}")
        page.evaluate(axe.axe_script)
        for width, scheme in CHECKED:
            show_on(page, width, scheme)
            found += [f"{path} {width} {scheme}: {each}" for each in faults(page, width, scheme)]
        for width, scheme in PICTURED if SCREENSHOTS else ():
            show_on(page, width, scheme)
            keep_picture(page, path, width, scheme)
    context.close()
    # The browser itself reports each page whose status is that of an error.
    unexpected = [each for each in errors if not re.search("status of (404|410|500)", each)]
    assert "" == "\n".join(found + unexpected)


@pytest.mark.skipif("WXBOT_HANDBOOK_PICTURES" not in os.environ, reason="`make handbook-pictures` draws them")
def test_the_pictures_of_the_handbook_are_drawn(site: tuple[str, ConsoleSite], chromium: Browser) -> None:
    """Each page of the handbook's tasks is drawn on a desk in light, as a small WebP."""
    address, console = site
    sent = console.plan_and_approve()
    console.harness.run_worker()
    campaign = console.harness.plan(insist=True).id
    context = open_context(chromium, DESK, "light", address, [])
    page = context.pages[0]
    PICTURES.mkdir(exist_ok=True)
    for name, path in HANDBOOK_PAGES.items():
        shown = page.goto(address + path.format(campaign=campaign, sent=sent))
        assert shown is not None
        assert 200 == shown.status, path
        page.wait_for_load_state("networkidle")
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        picture.resize((960, 675), Image.Resampling.LANCZOS).save(
            PICTURES / f"{name}.webp", quality=55, method=6
        )
    context.close()


def keep_picture(page: Page, path: str, width: int, scheme: str) -> None:
    """Keep a picture of a page in the folder of the screenshots."""
    folder = Path(SCREENSHOTS)
    folder.mkdir(parents=True, exist_ok=True)
    name = path.strip("/").replace("/", "-").partition("?")[0] or "home"
    page.screenshot(path=folder / f"{name}.{width}.{scheme}.png", full_page=True)


def test_a_reading_is_mended_by_keys_and_by_dragging(
    site: tuple[str, ConsoleSite], chromium: Browser
) -> None:
    """Keys settle a line and take that back, and an article is dragged to its place; no page is loaded anew."""
    address, _ = site
    errors: list[str] = []
    page = open_context(chromium, DESK, "light", address, errors).new_page()
    page.goto(f"{address}/console/bring/read?source=.uploads/44.txt&line=0")
    page.evaluate("window.loadedOnce = true")
    for key in "jjjjkkh":
        page.keyboard.press(key)
    expect(page.locator(".steps li")).to_contain_text("小标题")
    page.keyboard.press("u")
    expect(page.locator(".steps li")).to_have_count(0)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    assert page.evaluate("window.loadedOnce")

    page.goto(f"{address}/console/bring/read?source={SAMPLE.name}")
    page.evaluate("window.loadedOnce = true")
    handles = page.locator(".leaves .drag")
    title = page.locator(".leaves .name").nth(1).inner_text()
    handles.nth(1).hover()
    page.mouse.down()
    box = handles.nth(0).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 2, box["y"] + 2, steps=8)
    page.mouse.up()
    expect(page.locator(".steps li")).to_contain_text("移到这个栏目的第 1 篇")
    expect(page.locator(".leaves .name").first).to_have_text(title)
    expect(handles).to_have_count(22)
    assert page.evaluate("window.loadedOnce")
    assert [] == errors
