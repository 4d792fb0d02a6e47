"""An issue as a WeChat draft: a multi-article message with the whole issue first, then one article a section.

Composing reads picture files from a folder, and nothing else: the same issue gives the same draft. Every field stays
within the platform's limits (wechat-platform.md, section G1); what had to be changed for that becomes a warning.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wxbot.library import Article, Issue
from wxbot.local_time import chinese_date
from wxbot.rendering import blocks as b
from wxbot.rendering.cover import Artwork, cover, issue_art, section_art
from wxbot.rendering.draft_body import (
    Body,
    DraftPicture,
    DraftPiece,
    assemble_body,
    banner_picture,
    file_picture,
    with_pictures,
)
from wxbot.rendering.draft_titles import (
    CorrectionNotice,
    digest_fits,
    lead_digest,
    lead_title,
    section_digest,
    section_title,
    title_fits,
    with_correction_mark,
)
from wxbot.rendering.issue_texts import by_section, clean_line, issue_label
from wxbot.rendering.links import article_address, issue_address
from wxbot.rendering.wechat_html import (
    article_pieces,
    contents_pieces,
    note,
    picture_placeholder,
    section_heading,
)
from wxbot.wechat.limits import ARTICLES_PER_DRAFT, repair_author, repair_source_url

__all__ = ["DraftArticle", "draft_articles", "picture_file_paths", "pictures_of"]

_OTHER_SECTIONS = "更多栏目"
_HEADLINES = "要闻"
_Group = tuple[str, Sequence[Article]]


@dataclass(frozen=True)
class DraftArticle:
    """One article of a WeChat draft.

    `content` is HTML with a placeholder for each picture. `articles` are the numbers of the issue's articles that it
    holds (the first draft article, a table of contents, lists them all). `pictures` must be uploaded; `images` are
    addresses of pictures on other sites, which the platform does not show. `warnings` are Chinese sentences about
    changes made to keep within the limits.
    """

    title: str
    digest: str
    content: str
    content_source_url: str
    author: str
    articles: tuple[int, ...]
    art: Artwork
    pictures: tuple[DraftPicture, ...] = ()
    images: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def draw_cover(self) -> bytes:
        """Return the cover for add_material: JPEG, 900 × 383."""
        return cover(self.art)

    def as_platform(self, thumb_media_id: str, pictures: Mapping[str, str]) -> dict[str, Any]:
        """Return the article object of draft/add.

        `pictures` maps each picture's key to its uploaded address; a picture without an address is left out. Comments
        stay off, because not every account may have them.
        """
        optional = {
            "author": self.author,
            "digest": self.digest,
            "content_source_url": self.content_source_url,
        }
        return {
            "title": self.title,
            "content": with_pictures(self.content, pictures),
            "thumb_media_id": thumb_media_id,
            **{name: value for name, value in optional.items() if value},
        }


def draft_articles(
    issue: Issue,
    articles: Sequence[Article],
    *,
    public_url: str,
    author: str,
    folder: Path | None = None,
    headlines: Sequence[Article] = (),
    correction: CorrectionNotice | None = None,
) -> tuple[DraftArticle, ...]:
    """Compose the draft of an issue: at most eight articles that hold all of it; () for an issue without articles.

    `public_url` is the address of our site ("" if readers cannot reach it). The paths of a bulletin's picture files
    start from `folder`. `headlines` are articles that the first draft article lists first, under 要闻. With
    `correction` the first draft article says in title, digest and first paragraph what it corrects.
    """
    groups = by_section(issue, articles)
    if not groups:
        return ()
    sections = groups
    if len(groups) >= ARTICLES_PER_DRAFT:
        rest = [article for _, group in groups[ARTICLES_PER_DRAFT - 2 :] for article in group]
        sections = [*groups[: ARTICLES_PER_DRAFT - 2], (_OTHER_SECTIONS, rest)]
    composer = _DraftComposer(issue, public_url, author, folder)
    lead = composer.lead(groups, headlines, correction)
    return (lead, *(composer.section(name, group) for name, group in sections))


def pictures_of(articles: Iterable[DraftArticle]) -> tuple[DraftPicture, ...]:
    """Return the pictures to send through uploadimg before the draft can be created, each once."""
    return tuple({picture.key: picture for article in articles for picture in article.pictures}.values())


@dataclass(frozen=True)
class _Parts:
    """The parts of one draft article that differ between the lead and the sections."""

    title: str
    digest: str
    body: Body
    source_url: str
    art: Artwork
    pictures: tuple[DraftPicture, ...]
    warnings: tuple[str, ...]
    images: tuple[str, ...] = ()


class _DraftComposer:
    """Composes the articles of one draft; holds what they have in common."""

    def __init__(self, issue: Issue, public_url: str, author: str, folder: Path | None) -> None:
        self.issue = issue
        self.public_url = public_url
        self.folder = folder
        self.label = issue_label(issue)
        repaired = repair_author(author)
        self.author = repaired.value
        self.warnings = (
            (f"作者「{clean_line(author)}」太长，已缩短为「{repaired.value}」",) if repaired.changed else ()
        )

    def lead(
        self,
        groups: Sequence[_Group],
        headlines: Sequence[Article] = (),
        correction: CorrectionNotice | None = None,
    ) -> DraftArticle:
        """Compose the article for the whole issue: masthead, headlines, and a table of contents by section."""
        issue, articles = self.issue, [article for _, group in groups for article in group]
        title, warnings = lead_title(issue, (headlines or articles)[0].title)
        digest, correction_html = lead_digest(groups), ""
        if correction is not None:
            title = with_correction_mark(title, title_fits)
            digest = with_correction_mark(correction.words, digest_fits)
            correction_html = correction.as_html()
        counts = " · ".join(f"{clean_line(name)} {len(group)}" for name, group in groups if name)
        banner = banner_picture(issue_art(issue))
        masthead = "".join(map(note, self._masthead()))
        head = correction_html + picture_placeholder(banner.key) + masthead + note(counts)
        foot = note("点「阅读原文」看各篇全文") if self.public_url else ""
        body = assemble_body(head, _contents(_with_headlines(groups, headlines)), foot, self._cut_note())
        return self._draft_article(
            _Parts(
                title,
                digest,
                body,
                issue_address(issue, self.public_url),
                issue_art(issue),
                (banner,),
                (*warnings, *_body_warnings(body, "目录", len(articles))),
            )
        )

    def section(self, name: str, group: Sequence[Article]) -> DraftArticle:
        """Compose the article for one section, which holds the section's articles in full."""
        titles = [clean_line(article.title) for article in group]
        title, warnings = section_title(clean_line(name), titles)
        files = self._picture_files(group)
        keys = {path: picture.key for path, picture in files.items()}
        pieces = [
            DraftPiece(article.n or at, heading + article_pieces(article, _position(at, group), keys))
            for at, (heading, article) in enumerate(zip(_headings(group), group, strict=True), start=1)
        ]
        banner = banner_picture(section_art(self.issue, name, chinese_date(self.issue.date)))
        foot = note(f"选自 {self._masthead()[0]}")
        foot += note("点「阅读原文」看网页版") if self.public_url else ""
        body = assemble_body(picture_placeholder(banner.key), pieces, foot, self._cut_note())
        return self._draft_article(
            _Parts(
                title,
                section_digest(titles),
                body,
                article_address(group[0], self.public_url),
                section_art(self.issue, name, group[0].title),
                (banner, *files.values()),
                (*warnings, *_body_warnings(body, "内容", len(group))),
                images=tuple(path for path in _picture_paths(group) if b.web_address(path)),
            )
        )

    def _draft_article(self, parts: _Parts) -> DraftArticle:
        """Return a draft article, and add warnings for a dropped link or picture."""
        warnings = parts.warnings
        url = repair_source_url(parts.source_url) if self.public_url else None
        if url is not None and url.changed:
            warnings = (*warnings, "「阅读原文」的链接超过 1 KB，已去掉")
        if parts.images:
            warnings = (*warnings, f"有 {len(parts.images)} 张图片在别的网站上，平台不显示，已去掉")
        return DraftArticle(
            title=parts.title,
            digest=parts.digest,
            content=parts.body.html,
            content_source_url=url.value if url else "",
            author=self.author,
            articles=parts.body.numbers,
            art=parts.art,
            pictures=parts.pictures,
            images=parts.images,
            warnings=(*warnings, *self.warnings),
        )

    def _masthead(self) -> list[str]:
        """Return the lines below the banner: bulletin and issue, then date and publisher."""
        first = (clean_line(self.issue.title), self.label)
        second = (chinese_date(self.issue.date), clean_line(self.issue.editor))
        return ["　".join(filter(None, line)) for line in (first, second) if any(line)]

    def _cut_note(self) -> str:
        if self.public_url:
            return "全文请点「阅读原文」"
        return f"篇幅所限，其余文章请在公众号里发送「{self.label}」查看"

    def _picture_files(self, group: Sequence[Article]) -> dict[str, DraftPicture]:
        """Return the picture files of these articles that exist, by the paths that the articles give."""
        if self.folder is None:
            return {}
        found = ((path, file_picture(path, self.folder)) for path in picture_file_paths(group))
        return {path: picture for path, picture in found if picture is not None}


def picture_file_paths(articles: Sequence[Article]) -> list[str]:
    """Return the paths of the picture files that the articles name; web addresses are left out."""
    return [path for path in _picture_paths(articles) if not b.web_address(path)]


def _with_headlines(groups: Sequence[_Group], headlines: Sequence[Article]) -> list[_Group]:
    """Return the groups with the headlines as a group of their own in front; every article stays in one place."""
    if not headlines:
        return list(groups)
    chosen = {article.public_id for article in headlines}
    others = [(name, [a for a in group if a.public_id not in chosen]) for name, group in groups]
    return [(_HEADLINES, headlines), *((name, group) for name, group in others if group)]


def _contents(groups: Sequence[_Group]) -> list[DraftPiece]:
    """Return the table of contents, one piece an article; a section's name precedes its first article."""
    pieces: list[DraftPiece] = []
    for name, group in groups:
        for at, article in enumerate(group):
            heading = (section_heading(name),) if at == 0 and clean_line(name) else ()
            pieces.append(DraftPiece(article.n or len(pieces) + 1, (*heading, *contents_pieces(article))))
    return pieces


def _headings(group: Sequence[Article]) -> list[tuple[str, ...]]:
    """Return the heading above each article: its section's name where several sections share one draft article."""
    names = [clean_line(article.section) for article in group]
    if len(set(names)) == 1:
        return [()] * len(group)
    is_first = [at == 0 or name != names[at - 1] for at, name in enumerate(names)]
    return [
        (section_heading(name),) if first and name else ()
        for first, name in zip(is_first, names, strict=True)
    ]


def _position(at: int, group: Sequence[Article]) -> str:
    return f"{at} / {len(group)}" if len(group) > 1 else ""


def _picture_paths(group: Iterable[Article]) -> list[str]:
    """Return the paths and addresses of all pictures that these articles show, each once."""
    paths: dict[str, None] = {}
    for article in group:
        in_text = (block.url for block in b.blocks(article.paragraphs) if isinstance(block, b.Image))
        paths |= dict.fromkeys([*in_text, *article.images])
    return list(paths)


def _body_warnings(body: Body, part: str, total: int) -> tuple[str, ...]:
    if not body.cut:
        return ()
    return (
        f"{part}超过平台的 20000 字，只放下前 {len(body.numbers)} 篇（共 {total} 篇），其余靠「阅读原文」",
    )
