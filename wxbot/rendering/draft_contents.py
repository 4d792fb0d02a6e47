"""Contents of the articles of a draft: table of contents, text before the articles, articles in full, pictures."""

from collections.abc import Iterable, Mapping, Sequence

from wxbot.bulletin.blocks import Block, Blocks, pictures, web_address
from wxbot.library import Article
from wxbot.rendering.article_look import ArticleLook
from wxbot.rendering.draft_body import DraftPicture, DraftPiece, bulletin_picture, count_that_fit
from wxbot.rendering.issue_texts import clean_line
from wxbot.rendering.wechat_html import article_pieces, contents_pieces, lead_pieces

__all__ = [
    "SectionGroup",
    "article_contents",
    "bulletin_pictures",
    "contents_entries",
    "lead_html",
    "pictures_elsewhere",
    "with_headlines",
]

SectionGroup = tuple[str, Sequence[Article]]
"""Name of a section and its articles."""

_HEADLINES = "要闻"
_LEAD_CHARS = 6000  # of the 20,000 that a draft article may have


def article_contents(
    group: Sequence[Article], keys: Mapping[str, str], look: ArticleLook
) -> list[DraftPiece]:
    """Return the articles of an item in full, one piece an article."""
    headings = _headings(group, look)
    return [
        DraftPiece(article.n or at, heading + article_pieces(article, _position(at, group), keys, look))
        for at, (heading, article) in enumerate(zip(headings, group, strict=True), start=1)
    ]


def with_headlines(groups: Sequence[SectionGroup], headlines: Sequence[Article]) -> list[SectionGroup]:
    """Return the groups with the headlines as a group of their own in front; every article stays in one place."""
    if not headlines:
        return list(groups)
    chosen = {article.public_id for article in headlines}
    others = [(name, [a for a in group if a.public_id not in chosen]) for name, group in groups]
    return [(_HEADLINES, headlines), *((name, group) for name, group in others if group)]


def contents_entries(
    groups: Sequence[SectionGroup], where: Mapping[str, int | None], look: ArticleLook
) -> list[DraftPiece]:
    """Return the table of contents, one piece an article; a section's name precedes its first article.

    The heading names the item of the message that holds the section; where its articles lie in several items, each
    entry does. Nothing is said of an item that the message leaves out.
    """
    pieces: list[DraftPiece] = []
    for name, group in groups:
        items = {where.get(article.public_id) for article in group}
        common = _item_label(items.pop()) if len(items) == 1 else ""
        for at, article in enumerate(group):
            heading = (look.section_heading(name, common),) if at == 0 and clean_line(name) else ()
            own = "" if common and clean_line(name) else _item_label(where.get(article.public_id))
            pieces.append(
                DraftPiece(article.n or len(pieces) + 1, (*heading, *contents_pieces(article, own, look)))
            )
    return pieces


def _item_label(item: int | None) -> str:
    return f"第 {item} 条" if item else ""


def _headings(group: Sequence[Article], look: ArticleLook) -> list[tuple[str, ...]]:
    """Return the heading above each article: its section's name where several sections share one draft article."""
    names = [clean_line(article.section) for article in group]
    if len(set(names)) == 1:
        return [()] * len(group)
    is_first = [at == 0 or name != names[at - 1] for at, name in enumerate(names)]
    return [
        (look.section_heading(name),) if first and name else ()
        for first, name in zip(is_first, names, strict=True)
    ]


def _position(at: int, group: Sequence[Article]) -> str:
    return f"{at} / {len(group)}" if len(group) > 1 else ""


def bulletin_pictures(contents: Iterable[Blocks]) -> dict[str, DraftPicture]:
    """Return the pictures that these contents show and the library has, by digest."""
    digests = (picture.digest for blocks in contents for picture in pictures(blocks) if picture.digest)
    return {digest: bulletin_picture(digest) for digest in digests}


def pictures_elsewhere(contents: Iterable[Blocks]) -> tuple[str, ...]:
    """Return the addresses of the pictures that only another site has, each once."""
    shown = (picture for blocks in contents for picture in pictures(blocks) if not picture.digest)
    return tuple(dict.fromkeys(filter(None, (web_address(picture.url) for picture in shown))))


def lead_html(
    lead: Iterable[Block], files: Mapping[str, DraftPicture], look: ArticleLook
) -> tuple[str, bool]:
    """Return the text before the articles, and whether it is whole: it leaves room for the articles."""
    parts = lead_pieces(tuple(lead), {digest: picture.key for digest, picture in files.items()}, look)
    fitting = parts[: count_that_fit(parts, _LEAD_CHARS)]
    return "".join(fitting), len(fitting) == len(parts)
