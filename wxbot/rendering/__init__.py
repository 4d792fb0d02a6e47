"""Rendering: what members and editors see of issues, articles and reports.

    article_page, issue_page, archive_page                    HTML pages of the public site
    gone_page, not_found_page, failure_page                   pages for what cannot be shown
    home_page, issue_list_page, search_page                   pages that lead through the site
    atom_feed, sitemap, sitemap_index, robots_txt, site_icon  its files for programs
    PublicationLook, page_policy                              name and colour of a publication on its pages
    blocks_as_page_html                                       the text of an article alone
    draft_articles, draft_items, pictures_of                  an issue as a WeChat draft, its items and pictures
    title_problem, digest_problem, author_problem             whether an editor's title, digest or author is too long
    cover, square_cover, banner, card_picture                 JPEG pictures of an Artwork
    issue_art, section_art, article_art                       the Artwork of an issue, a section, an article
    SiteLinks, issue_path, article_path, issue_address, …     addresses of pages and pictures, and cards
    report_page                                               the report of a push with charts, from a ReportPage

Rendering needs an `Issue` and its `Article`s alone: no clock, no network, no database.
"""

from wxbot.rendering.cover import (
    Artwork,
    article_art,
    banner,
    card_picture,
    cover,
    first_cover_picture,
    issue_art,
    section_art,
    site_icon,
    square_cover,
)
from wxbot.rendering.draft import draft_articles, draft_items, pictures_of
from wxbot.rendering.draft_body import DraftArticle, DraftPicture, ReadPicture
from wxbot.rendering.draft_form import author_problem, digest_problem, title_problem
from wxbot.rendering.draft_titles import CorrectionNotice, with_correction_mark
from wxbot.rendering.issue_texts import by_section, clean_line, issue_label
from wxbot.rendering.links import (
    CLICK_FIELD,
    ArticleSummary,
    LinkedArticle,
    SiteLinks,
    article_address,
    article_path,
    article_summary,
    issue_address,
    issue_path,
    picture_look,
    site_root,
    strip_click_tokens,
)
from wxbot.rendering.page import (
    archive_page,
    article_page,
    failure_page,
    gone_page,
    issue_page,
    not_found_page,
)
from wxbot.rendering.page_blocks import blocks_as_page_html
from wxbot.rendering.page_parts import PAGE_POLICY, page_policy
from wxbot.rendering.publication_look import PLAIN_LOOK, PublicationLook
from wxbot.rendering.report_page import (
    REPORT_POLICY,
    Bar,
    Bars,
    Columns,
    ReportBlock,
    ReportCell,
    ReportPage,
    ReportTable,
    ReportTone,
    ShareBar,
    SharePart,
    Tile,
    report_page,
)
from wxbot.rendering.site_files import FeedIssue, atom_feed, robots_txt, sitemap, sitemap_index
from wxbot.rendering.site_pages import (
    FoundArticle,
    HomeContent,
    SearchView,
    SiteFrame,
    home_page,
    issue_list_page,
    search_page,
)

__all__ = [
    "CLICK_FIELD",
    "PAGE_POLICY",
    "PLAIN_LOOK",
    "REPORT_POLICY",
    "ArticleSummary",
    "Artwork",
    "Bar",
    "Bars",
    "Columns",
    "CorrectionNotice",
    "DraftArticle",
    "DraftPicture",
    "FeedIssue",
    "FoundArticle",
    "HomeContent",
    "LinkedArticle",
    "PublicationLook",
    "ReadPicture",
    "ReportBlock",
    "ReportCell",
    "ReportPage",
    "ReportTable",
    "ReportTone",
    "SearchView",
    "ShareBar",
    "SharePart",
    "SiteFrame",
    "SiteLinks",
    "Tile",
    "archive_page",
    "article_address",
    "article_art",
    "article_page",
    "article_path",
    "article_summary",
    "atom_feed",
    "author_problem",
    "banner",
    "blocks_as_page_html",
    "by_section",
    "card_picture",
    "clean_line",
    "cover",
    "digest_problem",
    "draft_articles",
    "draft_items",
    "failure_page",
    "first_cover_picture",
    "gone_page",
    "home_page",
    "issue_address",
    "issue_art",
    "issue_label",
    "issue_list_page",
    "issue_page",
    "issue_path",
    "not_found_page",
    "page_policy",
    "picture_look",
    "pictures_of",
    "report_page",
    "robots_txt",
    "search_page",
    "section_art",
    "site_icon",
    "site_root",
    "sitemap",
    "sitemap_index",
    "square_cover",
    "strip_click_tokens",
    "title_problem",
    "with_correction_mark",
]
