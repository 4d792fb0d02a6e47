"""Tests of the pages and files that lead through the public site."""

import datetime as dt
import io

import pytest
from flask import Flask
from lxml import etree
from PIL import Image

from tests.rendering.samples import Outline
from tests.web.conftest import PUBLIC_URL, Caller, Site
from wxbot import library
from wxbot.bulletin import ArchivedArticle, ParsedArticle, ParsedIssue, ParsedSection
from wxbot.bulletin.blocks import Paragraph
from wxbot.bulletin.habits import Habits
from wxbot.db import Database
from wxbot.search import Index, catch_up
from wxbot.web.site_pages import SitePages

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LISTS = ("/", "/i/", "/search?q=港口", "/feed.atom", "/sitemap.xml")


def get(caller: Caller, path: str) -> str:
    """Return the text of a page that exists."""
    response = caller.app.test_client().get(path)
    assert 200 == response.status_code, path
    return response.get_data(as_text=True)


def save_harbour_issue(db: Database, issue: int, now: dt.datetime, title: str = "长风联盟工作简报") -> None:
    """Store an issue of 2021 with two articles on harbours."""
    articles = tuple(
        ParsedArticle(f"港口{word}{issue}号", blocks=(Paragraph.of(f"绿色港口{word}。"),)) for word in "甲乙"
    )
    parsed = ParsedIssue(
        title, 2021, issue, date=dt.date(2021, issue, 20), sections=(ParsedSection("要闻", articles),)
    )
    with db.begin() as session:
        library.save_issue(session, parsed, "x", now)


@pytest.fixture
def fleet(sample_db: Database, index: Index, now: dt.datetime, caller: Caller) -> Caller:
    """Return a client of a site with two publications, a withdrawn issue and a withdrawn article."""
    with sample_db.begin() as session:
        library.add_publication(session, "长风联盟政策快讯", "kuaixun")
    for issue in (3, 4):
        save_harbour_issue(sample_db, issue, now)
    save_harbour_issue(sample_db, 1, now, "长风联盟政策快讯")
    with sample_db.begin() as session:
        library.withdraw_issue(session, "2021-04", "有误")
        library.withdraw_article(session, "2021-03", 2, "有误")
    catch_up(index, sample_db)
    return caller


def test_the_first_page_leads_everywhere(fleet: Caller) -> None:
    """It shows the newest issue with its articles, the other publication, past issues, sections, and a search form."""
    page = Outline(get(fleet, "/"))
    links = [link["href"] for link in page.all("a")]

    assert {"/i/2021-03", "/a/2021-03/1", "/i/kuaixun/2021-01", "/i/2021-02", "/i/", "/feed.atom"} <= {*links}
    assert {"长风联盟工作简报 2021年第3期", "长风联盟政策快讯 2021年第1期"} <= {
        text for _, text in page.texts
    }
    assert "/search?q=%E6%8A%95%E8%9E%8D%E7%95%8C" in links
    assert "/search" == page.all("form")[0]["action"]


def test_all_issues_are_listed_by_year_and_publication(fleet: Caller) -> None:
    """Each publication of a year has its issues under its name, the newest first."""
    page = Outline(get(fleet, "/i/"))
    issues = [link["href"] for link in page.all("a") if link["href"].startswith("/i/")]

    assert ["/i/2021-03", "/i/2021-02", "/i/kuaixun/2021-01", "/i/"] == issues
    assert "长风联盟工作简报长风联盟政策快讯" == page.text("h3")


@pytest.mark.parametrize("path", LISTS)
def test_what_was_withdrawn_is_listed_nowhere(fleet: Caller, path: str) -> None:
    """A withdrawn issue and a withdrawn article are in none of the lists."""
    page = get(fleet, path)

    assert "2021-03" in page
    assert "2021-04" not in page
    assert not {"/a/2021-03/2", "港口乙3号", "港口甲4号"} & {
        *page.replace("<", ">").split(">"),
        *page.split('"'),
    }


def test_the_index_may_be_behind_a_withdrawal(fleet: Caller, sample_db: Database) -> None:
    """An article that was withdrawn after it was indexed is not found."""
    with sample_db.begin() as session:
        library.withdraw_issue(session, "2021-03", "有误")

    assert "2021-03" not in get(fleet, "/search?q=港口")


def test_the_feed_has_what_atom_requires(fleet: Caller) -> None:
    """Feed and entries have id, title and a time with a zone; each entry links the article's absolute address."""
    feed = etree.fromstring(get(fleet, "/feed.atom").encode())
    entries = feed.findall(f"{ATOM}entry")

    for each in (feed, *entries):
        assert all(each.findtext(ATOM + name) for name in ("id", "title", "updated"))
        assert dt.datetime.fromisoformat(each.findtext(f"{ATOM}updated")).tzinfo
        assert each.findtext(f"{ATOM}author/{ATOM}name")
    assert {"self": "/feed.atom", "alternate": "/"} == {
        link.get("rel"): link.get("href").removeprefix(PUBLIC_URL) for link in feed.findall(f"{ATOM}link")
    }
    assert f"{PUBLIC_URL}/a/2021-03/1" == entries[0].find(f"{ATOM}link").get("href")
    assert len(entries) == len({entry.findtext(f"{ATOM}id") for entry in entries}) == 25


def test_every_page_of_the_sitemap_exists(fleet: Caller, sample_db: Database) -> None:
    """The sitemap has all issues and articles by their absolute addresses, without archived articles elsewhere."""
    with sample_db.begin() as session:
        elsewhere, here = (
            ArchivedArticle(f"old/{n}", None, "旧闻", "要闻", None, "全文。", url)
            for n, url in ((1, "https://old.example.org/1"), (2, None))
        )
        library.save_archive(session, [elsewhere, here])
    tree = etree.fromstring(get(fleet, "/sitemap.xml").encode())
    pages = [loc.text.removeprefix(PUBLIC_URL) for loc in tree.iter(f"{SITEMAP}loc")]

    assert f"{SITEMAP}urlset" == tree.tag
    assert ["/a/archive/old/2"] == [page for page in pages if "archive" in page]
    assert 2 + 3 + 22 + 3 + 1 == len(pages)
    assert all(get(fleet, page) for page in pages)


@pytest.mark.both_databases
def test_a_large_sitemap_has_parts(caller: Caller, sample_db: Database) -> None:
    """More articles than one file may have are divided among several, which an index names."""
    with sample_db.begin() as session:
        session.add(library.Article(id=45_000, public_id="old/1", title="旧闻", changed=1))
    tree = etree.fromstring(get(caller, "/sitemap.xml").encode())
    parts = [loc.text.removeprefix(PUBLIC_URL) for loc in tree.iter(f"{SITEMAP}loc")]

    assert (f"{SITEMAP}sitemapindex", ["/sitemap-0.xml", "/sitemap-2.xml"]) == (tree.tag, parts)
    assert [True, False] == ["/i/2021-02" in get(caller, part) for part in parts]
    assert "/a/archive/old/1" in get(caller, parts[1])
    assert 404 == caller.app.test_client().get("/sitemap-1.xml").status_code


@pytest.mark.both_databases
def test_files_of_addresses_need_the_public_url(sample_db: Database, index: Index, now: dt.datetime) -> None:
    """Without a public URL feed and sitemap name the missing setting, and robots.txt names no sitemap."""
    app = Flask("a site without an address")
    SitePages(sample_db, index, public_url="", account_name="", habits=Habits, now=lambda: now).register(app)
    client = app.test_client()

    for path in ("/feed.atom", "/sitemap.xml", "/sitemap-0.xml"):
        response = client.get(path)
        assert (404, True) == (response.status_code, "WXBOT_PUBLIC_URL" in response.get_data(as_text=True))
    assert "Sitemap" not in client.get("/robots.txt").get_data(as_text=True)
    assert "feed.atom" not in client.get("/").get_data(as_text=True)


def test_a_search_shows_the_words_where_they_stand(caller: Caller) -> None:
    """Title and excerpt of a hit mark the words of the query, and the issue stands below."""
    page = Outline(get(caller, "/search?q=比亚迪 电池"))

    assert "/a/2021-02/20" in [link["href"] for link in page.all("a")]
    assert {"比亚迪", "电池"} <= {text for tag, text in page.texts if tag == "mark"}
    assert "产品圈 · 2021年第2期" in page.text("small")


@pytest.mark.both_databases
def test_a_search_is_paged(caller: Caller, sample_db: Database, index: Index) -> None:
    """Ten articles stand on a page; an archived article links the site that has it."""
    with sample_db.begin() as session:
        library.save_archive(
            session,
            [
                ArchivedArticle(
                    f"old/{n}", None, f"潮汐观测{n}", "要闻", None, "全文。", f"https://old.example.org/{n}"
                )
                for n in range(25)
            ],
        )
    catch_up(index, sample_db)
    pages = [get(caller, f"/search?q=潮汐&page={n}") for n in (1, 2, 3)]
    addresses = [
        link["href"] for page in pages for link in Outline(page).all("a") if "old.example" in link["href"]
    ]

    assert 25 == len(addresses) == len(set(addresses))
    assert "第 2 页，共 3 页" in pages[1]
    assert 'href="/search?q=%E6%BD%AE%E6%B1%90"' in pages[1]
    assert 'href="/search?q=%E6%BD%AE%E6%B1%90&amp;page=3"' in pages[1]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "写一个关键词"),
        ("?q=%20%00%01", "写一个关键词"),
        ("?q=" + "x&q=".join("芯片") * 300, "写一个关键词"),
        ("?q=" + "芯片" * 3000, "只按前 200 个字检索"),
        ("?q=%C8%DA%D7%CA", "篇文章"),  # 融资 in GBK
        ("?q=%FF%FE", "没有找到"),
        ("?q=元宇宙", "没有找到与「元宇宙」有关的文章"),
        ("?q=芯片&page=99", "没有第 99 页"),
        ("?q=芯片&page=" + "9" * 5000, "没有第"),
        ("?q=芯片&page=二", "找到 3 篇"),
        ("?q=<script>", "&lt;script&gt;"),
    ],
)
def test_any_query_gets_a_page(caller: Caller, query: str, says: str) -> None:
    """An empty, long, broken or unknown query and a page beyond the end get a page that says what is the matter."""
    assert says in get(caller, f"/search{query}")


@pytest.mark.parametrize("path", ["/", "/i", "/search", "/feed.atom", "/sitemap.xml"])
def test_an_empty_library_has_a_site(db: Database, site: Site, path: str) -> None:
    """Before the first issue every page exists."""
    assert get(site(db=db), path)


def test_the_site_has_a_place_on_a_home_screen(caller: Caller) -> None:
    """The web manifest names the site and icons of the size that it says; no other size is drawn."""
    client = caller.app.test_client()
    answer = client.get("/site.webmanifest")
    manifest = answer.get_json(force=True)

    assert "application/manifest+json; charset=utf-8" == answer.content_type
    assert ("长风联盟工作简报", "/") == (manifest["name"], manifest["start_url"])
    for icon in manifest["icons"]:
        drawn = client.get(icon["src"])
        assert icon["type"] == drawn.content_type
        assert icon["sizes"] == "{}x{}".format(*Image.open(io.BytesIO(drawn.get_data())).size)
    assert 404 == client.get("/icon-5000.png").status_code
