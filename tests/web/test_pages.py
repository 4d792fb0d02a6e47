"""Tests of the public pages and pictures that a card opens."""

import datetime as dt
import json
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from tests.library.picture_issues import an_issue, digest_of, encoded
from tests.rendering.samples import Outline
from tests.web.conftest import Caller, Site
from wxbot import library
from wxbot.bulletin import ArchivedArticle, ParsedArticle, ParsedIssue, ParsedSection
from wxbot.bulletin.blocks import Picture
from wxbot.db import Database
from wxbot.errors import DatabaseUnavailable
from wxbot.rendering.page_parts import PageHead, structured_data


def get(caller: Caller, path: str, **headers: str) -> TestResponse:
    """Request one page."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return caller.app.test_client().get(path, headers=named)


def test_an_issue_lists_its_articles(caller: Caller) -> None:
    """An issue's page links every article of every section."""
    page = get(caller, "/i/2021-02").get_data(as_text=True)

    assert all(f"/a/2021-02/{n}" in page for n in range(1, 23))
    assert all(name in page for name in ("新动向", "企业讯", "投融界", "产品圈", "联盟汇"))


def test_issues_lead_to_their_neighbours(caller: Caller, sample_db: Database, now: dt.datetime) -> None:
    """An issue's page links the next older and the next newer issue, no others."""
    with sample_db.begin() as session:
        for issue in (1, 3, 4):
            parsed = ParsedIssue("简报", 2021, issue, sections=(ParsedSection("一", (ParsedArticle("文"),)),))
            library.save_issue(session, parsed, "x", now)
    page = get(caller, "/i/2021-02").get_data(as_text=True)

    assert ["/i/2021-01" in page, "/i/2021-03" in page, "/i/2021-04" in page] == [True, True, False]


def test_an_article_is_shown_with_its_neighbours(caller: Caller) -> None:
    """An article's page has title, text, and links to both neighbours."""
    page = get(caller, "/a/2021-02/5").get_data(as_text=True)

    assert "集成电路核心装备" in page
    assert "/a/2021-02/4" in page
    assert "/a/2021-02/6" in page


def test_the_first_and_the_last_article_have_one_neighbour(caller: Caller) -> None:
    """The first article has no link backwards, the last none forwards."""
    first, last = (get(caller, f"/a/2021-02/{n}").get_data(as_text=True) for n in (1, 22))

    assert "/a/2021-02/0" not in first
    assert "/a/2021-02/23" not in last


@pytest.mark.both_databases
def test_a_picture_of_a_bulletin_is_served_for_ever(
    caller: Caller, sample_db: Database, now: dt.datetime
) -> None:
    """The page of an article names its pictures by their content, so caches keep them; other names are not found."""
    data = encoded("navy")
    with sample_db.begin() as session:
        issue = an_issue((Picture(digest_of(data), width=40, height=30),), pictures=(data,))
        library.add_publication(session, issue.title or "", "tongxun")
        library.save_issue(session, issue, "x.docx", now)
    address = f"/p/{digest_of(data)}"

    assert f'src="{address}"' in get(caller, "/a/tongxun/2024-03/1").get_data(as_text=True)
    answer = get(caller, address)
    assert (200, "image/png", data) == (answer.status_code, answer.content_type, answer.get_data())
    assert {"public", "immutable", "max-age=31536000"} <= set(answer.headers["Cache-Control"].split(", "))
    assert 304 == get(caller, address, If_None_Match=answer.headers["ETag"]).status_code
    assert 404 == get(caller, f"/p/{'0' * 64}").status_code

    with sample_db.begin() as session:
        library.withdraw_issue(session, "tongxun/2024-03", "照片用错了")
    assert [404, 410, 410] == [
        get(caller, path).status_code for path in (address, "/a/tongxun/2024-03/1", "/i/tongxun/2024-03")
    ]


def test_a_shared_article_shows_its_first_picture(
    caller: Caller, sample_db: Database, now: dt.datetime
) -> None:
    """The picture of a shared link is the article's first large one; without one it is drawn."""
    data = encoded("navy", "JPEG", (640, 480))
    with sample_db.begin() as session:
        photo = Picture(digest_of(data), width=640, height=480)
        issue = an_issue((photo,), (), pictures=(data,))
        library.add_publication(session, issue.title or "", "tongxun")
        library.save_issue(session, issue, "x.docx", now)
    with_photo, without = (get(caller, f"/a/tongxun/2024-03/{n}").get_data(as_text=True) for n in (1, 2))

    assert f'property="og:image" content="https://news.example.org/p/{digest_of(data)}"' in with_photo
    assert 'property="og:image" content="https://news.example.org/p/a/tongxun/2024-03/2.jpg?v=' in without


def test_an_archived_article_has_a_page(caller: Caller, sample_db: Database) -> None:
    """An archived article is found under its id, slashes included; an issue's article is not."""
    with sample_db.begin() as session:
        article = ArchivedArticle("old/港口 1", None, "绿色港口", "要闻", None, "港口全文。", None)
        library.save_archive(session, [article])

    assert "港口全文" in get(caller, "/a/archive/old/港口 1").get_data(as_text=True)
    assert 404 == get(caller, "/a/archive/2021-02/5").status_code
    assert "image/jpeg" == get(caller, "/p/a/archive/old/港口 1.jpg").content_type


@pytest.mark.parametrize(
    "path",
    [
        "/i/2021-99",
        "/i/..%2f..%2fetc%2fpasswd",
        "/a/2021-02/0",
        "/a/2021-02/23",
        "/a/2021-02/999999999999999999999",
        "/a/2021-02/x",
        "/a/archive/none",
        "/a/archive/none%00",
        "/i/%ff",
        "/p/a/2021-02/99.jpg",
        "/p/i/none.jpg",
        "/nowhere",
    ],
)
def test_a_missing_page_links_the_newest_issue(caller: Caller, path: str) -> None:
    """An unknown address gets a 404 page of ours with a link to the newest issue."""
    response = get(caller, path)

    assert 404 == response.status_code
    assert "/i/2021-02" in response.get_data(as_text=True)


@pytest.mark.parametrize(
    "path",
    [
        *("/i/2021-02", "/a/2021-02/5", "/p/a/2021-02/5.jpg", "/p/i/2021-02.jpg?v=1"),
        *("/", "/i/", "/search?q=芯片", "/feed.atom", "/sitemap.xml", "/robots.txt", "/favicon.ico"),
    ],
)
def test_an_unchanged_page_is_not_sent_twice(caller: Caller, path: str) -> None:
    """Pages and pictures may be cached, and a request with the same ETag gets 304."""
    first = get(caller, path)
    again = get(caller, path, If_None_Match=str(first.headers["ETag"]))

    assert 200 == first.status_code
    assert (304, b"") == (again.status_code, again.get_data())
    assert first.cache_control.public
    assert (first.cache_control.max_age or 0) > 0


@pytest.mark.both_databases
def test_a_page_tells_when_it_changed(caller: Caller, sample_db: Database, now: dt.datetime) -> None:
    """Last-Modified is the time of the issue's ingestion; after a revision the page is sent again."""
    before = get(caller, "/a/2021-02/1")
    later = now + dt.timedelta(days=1)
    with sample_db.begin() as session:
        parsed = ParsedIssue("简报", 2021, 2, sections=(ParsedSection("一", (ParsedArticle("改了", n=1),)),))
        library.save_issue(session, parsed, "2021-02.txt", later)
    after = get(caller, "/a/2021-02/1", If_None_Match=str(before.headers["ETag"]))

    assert now == before.last_modified
    assert (200, later) == (after.status_code, after.last_modified)
    assert "改了" in after.get_data(as_text=True)


def test_a_picture_is_drawn_once(caller: Caller, tmp_path: Path) -> None:
    """The second reader gets the cached file; a deleted file is drawn again."""
    first = get(caller, "/p/a/2021-02/5.jpg?v=1")
    files = list((tmp_path / "var" / "pictures").iterdir())
    for file in files:
        file.write_bytes(b"from the disk")
    second = get(caller, "/p/a/2021-02/5.jpg?v=1")
    for file in files:
        file.unlink()

    assert first.get_data().startswith(b"\xff\xd8")
    assert 1 == len(files)
    assert b"from the disk" == second.get_data()
    assert first.get_data() == get(caller, "/p/a/2021-02/5.jpg?v=1").get_data()


def test_a_picture_with_a_version_is_cached_for_a_year(caller: Caller) -> None:
    """A picture with its version in the address is cached for a year, one without for an hour."""
    versioned, loose = (get(caller, f"/p/a/2021-02/5.jpg{query}") for query in ("?v=1", ""))

    assert (365 * 86_400, True) == (versioned.cache_control.max_age, versioned.cache_control.immutable)
    assert 3600 == loose.cache_control.max_age


def test_a_picture_is_shown_without_a_disk(caller: Caller, tmp_path: Path) -> None:
    """A picture that cannot be cached is drawn for each request."""
    (tmp_path / "var" / "pictures").parent.mkdir(exist_ok=True)
    (tmp_path / "var" / "pictures").write_text("a file where the folder should be")

    assert get(caller, "/p/i/2021-02.jpg").get_data().startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    "path", ["/", "/i/2021-02", "/a/2021-02/5", "/nowhere", "/healthz", "/p/i/2021-02.jpg"]
)
def test_every_response_has_security_headers(caller: Caller, path: str) -> None:
    """Every response forbids content sniffing and scripts."""
    headers = get(caller, path).headers

    assert "nosniff" == headers["X-Content-Type-Options"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("path", "framed"), [("/i/2021-02", True), ("/a/2021-02/5", True), ("/healthz", False)]
)
def test_only_pages_may_be_framed(caller: Caller, path: str, framed: bool) -> None:
    """Pages, which have nothing to press, may be framed for previews; other responses may not."""
    assert framed == ("frame-ancestors" not in get(caller, path).headers["Content-Security-Policy"])


@pytest.mark.both_databases
def test_pages_name_publications_where_there_are_several(
    caller: Caller, sample_db: Database, now: dt.datetime
) -> None:
    """A page of one publication says nothing of others; with two each names its own and leads to the other."""
    alone = get(caller, "/i/2021-02").get_data(as_text=True)
    assert "其他刊物" not in alone
    with sample_db.begin() as session:
        library.add_publication(session, "政策快讯", "kuaixun")
        for issue in (3, 4):
            parsed = ParsedIssue(
                "政策快讯", 2021, issue, sections=(ParsedSection("部委", (ParsedArticle(f"通知{issue}"),)),)
            )
            library.save_issue(session, parsed, f"{issue}.txt", now)
        library.rename_publication(session, "政策快讯", "政策速递")

    page = get(caller, "/i/kuaixun/2021-04").get_data(as_text=True)
    assert "政策速递" == Outline(page).text("h1")
    assert '<li><a href="/i/2021-02">长风联盟工作简报</a></li>' in page
    assert ['href="/i/kuaixun/2021-03"' in page, 'rel="next"' in page] == [True, False]
    assert '<li><a href="/i/kuaixun/2021-04">政策速递</a></li>' in get(caller, "/i/2021-02").get_data(
        as_text=True
    )
    assert '<a href="/i/kuaixun/2021-03">政策速递</a>' in get(caller, "/a/kuaixun/2021-03/1").get_data(
        as_text=True
    )
    assert "/i/kuaixun/2021-04" in get(caller, "/i/kuaixun").headers["Location"]
    assert 404 == get(caller, "/i/2021-04").status_code


def test_a_withdrawn_issue_is_gone_although_another_publication_has_its_number(
    caller: Caller, sample_db: Database, now: dt.datetime
) -> None:
    """A number without a slug is the default publication's: it leads to no issue of another one."""
    with sample_db.begin() as session:
        library.add_publication(session, "政策快讯", "kuaixun")
        parsed = ParsedIssue("政策快讯", 2021, 2, sections=(ParsedSection("部委", (ParsedArticle("通知"),)),))
        library.save_issue(session, parsed, "2.txt", now)
        library.withdraw_issue(session, "2021-02", "数字有误")

    assert [410, 200] == [get(caller, path).status_code for path in ("/i/2021-02", "/i/kuaixun/2021-02")]


def test_a_colour_and_new_names_of_sections_are_on_the_page(
    caller: Caller, site: Site, tmp_path: Path
) -> None:
    """Changes of bulletins.toml are shown at once: the accent, allowed by the policy, and a section's present name."""
    config = tmp_path / "config" / "wxbot.toml"
    config.parent.mkdir()
    config.touch()
    config.with_name("bulletins.toml").write_text(
        '[[publication]]\nname = "长风联盟工作简报"\ncolour = "#1a5fb4"\nsection_names = { 企业讯 = "会员企业" }\n',
        encoding="utf-8",
    )
    answer = get(site(config=config), "/i/2021-02")
    page = answer.get_data(as_text=True)

    assert ":root{--accent:#1a5fb4}" in page
    assert 2 == answer.headers["Content-Security-Policy"].count("sha256-")
    assert '<small id="会员企业">今名“会员企业”</small>' in page
    plain = get(caller, "/i/2021-02")
    assert (
        plain.get_data(as_text=True).count("<style>")
        == plain.headers["Content-Security-Policy"].count("sha256-")
        == 1
    )


def test_an_article_leads_to_others_about_the_same(caller: Caller, sample_db: Database) -> None:
    """Articles that share its rare words follow, with their issue; a withdrawn one does not, nor a neighbour."""

    def related() -> list[str]:
        page = Outline(get(caller, "/a/2021-02/20").get_data(as_text=True))
        return [link["href"] for link in page.all("a")]

    assert "/a/2021-02/10" in related()
    with sample_db.begin() as session:
        library.withdraw_article(session, "2021-02", 10, "有误")
    assert "/a/2021-02/10" not in related()
    assert 1 == related().count("/a/2021-02/21")


def test_search_engines_read_what_the_page_says(caller: Caller) -> None:
    """JSON-LD has title, day, section and address; no character of a title ends the element."""
    page = get(caller, "/a/2021-02/5").get_data(as_text=True)
    data = json.loads(page.partition('<script type="application/ld+json">')[2].partition("</script>")[0])

    assert ("NewsArticle", "2021-01-15", "企业讯") == (
        data["@type"],
        data["datePublished"],
        data["articleSection"],
    )
    assert "https://news.example.org/a/2021-02/5" == data["url"] == data["mainEntityOfPage"]
    hostile = structured_data(PageHead('</script><b>&"', "x", "article", url="https://example.org"))
    assert not set("<>&") & set(hostile)
    assert '</script><b>&"' == json.loads(hostile)["headline"]


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [(DatabaseUnavailable("没有数据库"), 503, "请稍后再试"), (RuntimeError("内部"), 500, "这一页出错了")],
)
def test_a_fault_of_ours_has_a_page(caller: Caller, error: Exception, status: int, says: str) -> None:
    """While the database is away a page says so, in Chinese, and when to come back; nothing inside is shown."""

    def fail(key: str) -> str:
        raise error

    caller.app.view_functions["issue"] = fail
    answer = get(caller, "/i/2021-02")
    page = answer.get_data(as_text=True)

    assert status == answer.status_code
    assert says in page
    assert ("没有数据库" in page, "内部" in page, "Traceback" in page) == (False, False, False)
    assert "no-store" == answer.headers["Cache-Control"]
    assert ("60" if status == 503 else None) == answer.headers.get("Retry-After")


def test_readers_are_told_how_to_follow(site: Site, caller: Caller) -> None:
    """Pages of an account with a name say how to find it; those without one do not."""
    named = site(account_name="长风联盟")

    for path in ("/", "/i/2021-02", "/a/2021-02/5"):
        assert "关注公众号「长风联盟」" in get(named, path).get_data(as_text=True)
        assert "关注公众号" not in get(caller, path).get_data(as_text=True)
