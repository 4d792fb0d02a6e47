"""Tests for addresses of pages."""

from wxbot.rendering.issue_texts import by_section, issue_label
from wxbot.rendering.links import anchor, article_address, issue_address, section_address, site_root

from .samples import an_article, an_issue, articles_of


def test_issue_is_written_without_zeros() -> None:
    """The label of an issue has neither leading zeros nor hyphens."""
    assert "2024年第3期" == issue_label(an_issue())


def test_addresses_are_those_of_the_contract() -> None:
    """The addresses are /i/<number> and /a/<number>/<n>, as the contract says."""
    assert "/i/2024-03" == issue_address(an_issue())
    assert "https://e.org/x/a/2024-03/7" == article_address(an_article(7), "https://e.org/x/")


def test_archived_article_is_found_under_its_own_id() -> None:
    """Any id of an archive is escaped to one path."""
    archived = an_article(issue_key=None, n=None, public_id="旧刊/1?#x")

    assert "/a/archive/%E6%97%A7%E5%88%8A/1%3F%23x" == article_address(archived)


def test_root_is_the_folder_of_the_public_address() -> None:
    """The root of a site below a path is that path."""
    assert "/news" == site_root("https://e.org/news/")
    assert "" == site_root("https://e.org") == site_root("")


def test_anchor_has_no_blank() -> None:
    """An anchor has no white space and is never empty."""
    assert "国际-交流" == anchor("国际 交流")
    assert "other" == anchor("  ")
    assert section_address(an_issue(), "要闻").endswith("/i/2024-03#%E8%A6%81%E9%97%BB")


def test_sections_stand_in_the_order_of_the_issue() -> None:
    """Sections come in the issue's order without empty ones; unlisted sections come last."""
    groups = by_section(an_issue(), articles_of({"活动": 2, "要闻": 1, "来信": 1}))

    assert [("要闻", [3]), ("活动", [1, 2]), ("来信", [4])] == [
        (name, [article.n for article in group]) for name, group in groups
    ]
