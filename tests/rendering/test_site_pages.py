"""Tests for the pages that lead through the public site."""

import datetime as dt
import io

from PIL import Image

from wxbot.rendering import SiteFrame, issue_list_page, site_icon

from .samples import Outline, an_issue

FRAME = SiteFrame("https://e.org/news", "东篱学会", {1: "东篱学会通讯", 2: "东篱学会观测月报与简讯"})


def test_a_long_list_of_issues_is_divided() -> None:
    """Each page is below 50 KB and links the next one and every year; together they list each issue once."""
    issues = [
        an_issue(
            key=f"guance-jianxun/{year}-{n:02}",
            year=year,
            issue=n,
            publication_id=2,
            date=dt.date(year, 12, 28),
        )
        for year in range(2024, 1990, -1)
        for n in range(24, 0, -1)
    ]
    pages = [issue_list_page(FRAME, issues, n) for n in (1, 2, 3)]
    texts = [page for page in pages if page]
    listed = [link["href"] for page in texts for link in Outline(page).all("a") if "/guance" in link["href"]]

    assert [f"/news/i/{each.key}" for each in issues] == listed
    assert all(len(page.encode()) < 50_000 for page in texts)
    assert 'href="/news/i/?page=2" rel="next"' in texts[0]
    assert 'href="/news/i/?page=3#y1991"' in texts[0]
    assert 'id="y1991"' in texts[2]
    assert issue_list_page(FRAME, issues, 4) is None


def test_issues_without_a_year_come_under_a_name_of_their_own() -> None:
    """An issue of which neither number nor date tells the year is listed last."""
    page = issue_list_page(FRAME, [an_issue(), an_issue(key="no111", year=None, date=None)], 1) or ""

    assert "2024年年份不详" == Outline(page).text("h2")


def test_the_icon_has_the_sizes_of_browsers() -> None:
    """The icon is an ICO file of 16, 32 and 48 pixels, also for a name that no font can draw."""
    for name in ("东篱学会", "", "🚢"):
        with Image.open(io.BytesIO(site_icon(name))) as icon:
            assert ("ICO", {(16, 16), (32, 32), (48, 48)}) == (icon.format, icon.info["sizes"])
