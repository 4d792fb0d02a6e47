"""An issue as the multi-article message that followers receive: the whole issue first, then an article a section.

Pure, apart from looking at picture files where a folder is given: the same issue gives the same draft. Every field
is within the platform's limits (wechat-platform.md, G1), and what had to be changed for that is said.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wxbot.library import Article, Issue
from wxbot.local_time import chinese_date
from wxbot.rendering import blocks as b
from wxbot.rendering.correction import CorrectionNotice, correction_paragraph, with_correction_mark
from wxbot.rendering.cover import Artwork, cover, issue_art, section_art
from wxbot.rendering.draft_body import Body, DraftPiece, assemble_body, with_pictures
from wxbot.rendering.draft_pictures import DraftPicture, banner_picture, file_picture
from wxbot.rendering.headline import cut_at_break, shorten
from wxbot.rendering.links import article_address, by_section, clean, issue_address, issue_label
from wxbot.rendering.wechat_html import article_pieces, contents_pieces, heading, note, picture_mark
from wxbot.wechat.limits import (
    ARTICLES_PER_DRAFT,
    DIGEST_BYTES,
    TITLE_BYTES,
    TITLE_CHARS,
    repair_author,
    repair_source_url,
)

__all__ = ["DraftArticle", "draft_articles", "pictures_of"]

_OTHERS = "更多栏目"
_HEADLINES = "要闻"
_Group = tuple[str, Sequence[Article]]


@dataclass(frozen=True)
class DraftArticle:
    """One article of the message, as WeChat means the word.

    `content` holds marks in place of pictures; `articles` are the numbers of the bulletin's articles that it
    holds (the first, a table of contents, lists them all); `pictures` are to be uploaded, `images` are outside
    addresses that cannot be shown; `warnings` says in Chinese what was changed to keep within the limits.
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
        """The cover for add_material: JPEG, 900 × 383."""
        return cover(self.art)

    def as_platform(self, thumb_media_id: str, pictures: Mapping[str, str]) -> dict[str, Any]:
        """The article object of draft/add; `pictures` gives the uploaded address under each picture's key.

        A picture without one is left out. Comments are not asked for: not every account may have them.
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
    """The message for an issue: at most eight articles that hold all of the issue; none for an empty one.

    `public_url` is where readers reach our pages ("" when nowhere); the paths of a bulletin's picture files start
    from `folder`. `headlines` are those of its articles that the first one names first, under 要闻. With `correction`
    the first one says in its title, its digest and its first paragraph that it corrects an earlier message, and what.
    """
    groups = by_section(issue, articles)
    if not groups:
        return ()
    shown = groups
    if len(groups) >= ARTICLES_PER_DRAFT:
        rest = [article for _, group in groups[ARTICLES_PER_DRAFT - 2 :] for article in group]
        shown = [*groups[: ARTICLES_PER_DRAFT - 2], (_OTHERS, rest)]
    maker = _Maker(issue, public_url, author, folder)
    return (maker.lead(groups, headlines, correction), *(maker.section(name, group) for name, group in shown))


def pictures_of(articles: Iterable[DraftArticle]) -> tuple[DraftPicture, ...]:
    """All that must go through uploadimg before the draft can be made, each picture once."""
    return tuple({picture.key: picture for article in articles for picture in article.pictures}.values())


class _Maker:
    """Makes the articles of one message: what they have in common is said once."""

    def __init__(self, issue: Issue, public_url: str, author: str, folder: Path | None) -> None:
        self.issue = issue
        self.public_url = public_url
        self.folder = folder
        self.label = issue_label(issue)
        repaired = repair_author(author)
        self.author = repaired.value
        self.warnings = (
            (f"作者「{clean(author)}」太长，已缩短为「{repaired.value}」",) if repaired.changed else ()
        )

    def lead(
        self,
        groups: Sequence[_Group],
        headlines: Sequence[Article] = (),
        correction: CorrectionNotice | None = None,
    ) -> DraftArticle:
        """The issue as a whole: masthead, headlines, then every section with the titles of its articles."""
        issue, articles = self.issue, [article for _, group in groups for article in group]
        title, said = _lead_title(issue, (headlines or articles)[0].title)
        digest, above = _lead_digest(groups), ""
        if correction is not None:
            title, digest = (
                with_correction_mark(title, _title_fits),
                with_correction_mark(correction.words, _digest_fits),
            )
            above = correction_paragraph(correction.sentence)
        counted = " · ".join(f"{clean(name)} {len(group)}" for name, group in groups if name)
        foot = note("点「阅读原文」看各篇全文") if self.public_url else ""
        banner = banner_picture(issue_art(issue))
        head = above + picture_mark(banner.key) + "".join(map(note, self._masthead())) + note(counted)
        body = assemble_body(head, _contents(_headed(groups, headlines)), foot, self._cut_note())
        return self._made(
            title,
            digest,
            body,
            issue_address(issue, self.public_url),
            issue_art(issue),
            (banner,),
            (*said, *_said_of(body, "目录", len(articles))),
        )

    def section(self, name: str, group: Sequence[Article]) -> DraftArticle:
        """One section with its articles in full."""
        title, said = _section_title(clean(name), [clean(article.title) for article in group])
        found = self._files(group)
        keys = {named: picture.key for named, picture in found.items()}
        stories = [
            DraftPiece(article.n or at, above + article_pieces(article, _count(at, group), keys))
            for at, (above, article) in enumerate(zip(_headings(group), group, strict=True), start=1)
        ]
        banner = banner_picture(section_art(self.issue, name, chinese_date(self.issue.date)))
        foot = note(f"选自 {self._masthead()[0]}") + (
            note("点「阅读原文」看网页版") if self.public_url else ""
        )
        body = assemble_body(picture_mark(banner.key), stories, foot, self._cut_note())
        return self._made(
            title,
            _section_digest([clean(article.title) for article in group]),
            body,
            article_address(group[0], self.public_url),
            section_art(self.issue, name, group[0].title),
            (banner, *found.values()),
            (*said, *_said_of(body, "内容", len(group))),
            images=tuple(named for named in _named_pictures(group) if b.web_address(named)),
        )

    def _made(
        self,
        title: str,
        digest: str,
        body: Body,
        source: str,
        art: Artwork,
        pictures: tuple[DraftPicture, ...],
        said: tuple[str, ...],
        images: tuple[str, ...] = (),
    ) -> DraftArticle:
        url = repair_source_url(source) if self.public_url else None
        if url is not None and url.changed:
            said = (*said, "「阅读原文」的链接超过 1 KB，已去掉")
        if images:
            said = (*said, f"有 {len(images)} 张图片在别的网站上，平台不显示，已去掉")
        return DraftArticle(
            title=title,
            digest=digest,
            content=body.html,
            content_source_url=url.value if url else "",
            author=self.author,
            articles=body.holds,
            art=art,
            pictures=pictures,
            images=images,
            warnings=(*said, *self.warnings),
        )

    def _masthead(self) -> list[str]:
        """The bulletin's own first lines: what it is, and who made it when."""
        above = (clean(self.issue.title), self.label)
        below = (chinese_date(self.issue.date), clean(self.issue.editor))
        return ["　".join(filter(None, line)) for line in (above, below) if any(line)]

    def _cut_note(self) -> str:
        if self.public_url:
            return "全文请点「阅读原文」"
        return f"篇幅所限，其余文章请在公众号里发送「{self.label}」查看"

    def _files(self, group: Sequence[Article]) -> dict[str, DraftPicture]:
        """The picture files of these articles that are there, under the names that the articles give them."""
        if self.folder is None:
            return {}
        found = (
            (name, file_picture(name, self.folder))
            for name in _named_pictures(group)
            if not b.web_address(name)
        )
        return {name: picture for name, picture in found if picture is not None}


def _headed(groups: Sequence[_Group], headlines: Sequence[Article]) -> list[_Group]:
    """The groups with the headlines as one of their own before them, each article in one place."""
    if not headlines:
        return list(groups)
    chosen = {article.public_id for article in headlines}
    others = [(name, [a for a in group if a.public_id not in chosen]) for name, group in groups]
    return [(_HEADLINES, headlines), *((name, group) for name, group in others if group)]


def _contents(groups: Sequence[_Group]) -> list[DraftPiece]:
    """The table of contents, an article a story; a section's name stands before its first."""
    stories: list[DraftPiece] = []
    for name, group in groups:
        for at, article in enumerate(group):
            above = (heading(name),) if at == 0 and clean(name) else ()
            stories.append(DraftPiece(article.n or len(stories) + 1, (*above, *contents_pieces(article))))
    return stories


def _headings(group: Sequence[Article]) -> list[tuple[str, ...]]:
    """What stands above each article: the name of its section, where one begins among several folded together."""
    names = [clean(article.section) for article in group]
    if len(set(names)) == 1:
        return [()] * len(group)
    begins = [at == 0 or name != names[at - 1] for at, name in enumerate(names)]
    return [(heading(name),) if begin and name else () for begin, name in zip(begins, names, strict=True)]


def _count(at: int, group: Sequence[Article]) -> str:
    return f"{at} / {len(group)}" if len(group) > 1 else ""


def _named_pictures(group: Iterable[Article]) -> list[str]:
    named: dict[str, None] = {}
    for article in group:
        shown = (block.url for block in b.blocks(article.paragraphs) if isinstance(block, b.Image))
        named |= dict.fromkeys([*shown, *article.images])
    return list(named)


def _title_fits(title: str) -> bool:
    return len(title) <= TITLE_CHARS and len(title.encode("utf-8", "replace")) <= TITLE_BYTES


def _title_room(opening: str) -> Callable[[str], bool]:
    """Whether a headline fits behind this opening."""
    return lambda headline: _title_fits(opening + headline)


def _lead_title(issue: Issue, headline: str) -> tuple[str, tuple[str, ...]]:
    """The bulletin's name, the issue and the first headline, as much of it as there is room for.

    A headline that is whole, or ends where it reads well, is worth more than the name: the account's own name
    stands above the message anyway.
    """
    label = issue_label(issue)
    whole = f"{clean(issue.title)}｜{label}：" if clean(issue.title) else f"{label}："
    before = (whole, f"{label}｜", f"第{issue.issue}期｜")
    headline = clean(headline)
    for opening in before:
        if _title_fits(opening + headline):
            return (opening + headline).rstrip("：｜"), ()
    for opening in before:
        if cut := cut_at_break(headline, _title_room(opening)):
            return opening + cut, (_title_said(opening + cut),)
    cut = before[1] + shorten(headline, _title_room(before[1]))
    return cut, (_title_said(cut),)


def _section_title(name: str, titles: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The section and its first headline; how many there are, where there is room."""
    opening = f"{shorten(name, lambda text: len(text.encode('utf-8', 'replace')) <= 30)}｜" if name else ""
    headline = titles[0] or "无题"
    counted = f"{opening}{headline} 等{len(titles)}篇"
    if len(titles) > 1 and _title_fits(counted):
        return counted, ()
    if _title_fits(opening + headline):
        return opening + headline, ()
    cut = opening + shorten(headline, _title_room(opening))
    return cut, (_title_said(cut),)


def _title_said(cut: str) -> str:
    return f"标题超过平台的 {TITLE_CHARS} 字 / {TITLE_BYTES} 字节，已缩短为「{cut}」"


def _said_of(body: Body, what: str, whole: int) -> tuple[str, ...]:
    """What an editor should know of a content that did not fit."""
    if not body.cut:
        return ()
    return (f"{what}超过平台的 20000 字，只放下前 {len(body.holds)} 篇（共 {whole} 篇），其余靠「阅读原文」",)


def _digest_fits(text: str) -> bool:
    return len(text.encode("utf-8", "replace")) <= DIGEST_BYTES


def _lead_digest(groups: Sequence[_Group]) -> str:
    """How much there is of what."""
    counted = "、".join(f"{clean(name)} {len(group)} 篇" for name, group in groups if clean(name))
    total = f"本期 {sum(len(group) for _, group in groups)} 篇"
    return shorten(f"{total}：{counted}" if counted else total, _digest_fits)


def _section_digest(titles: Sequence[str]) -> str:
    """The titles in a row, whole ones as long as there is room: at most 120 bytes."""
    digest = shorten(titles[0], _digest_fits)
    for at, title in enumerate(titles[1:], start=2):
        ending = "" if at == len(titles) else f" 等{len(titles)}篇"
        if not _digest_fits(f"{digest}；{title}{ending}"):
            counted = f"{digest} 等{len(titles)}篇"
            return counted if _digest_fits(counted) else digest
        digest = f"{digest}；{title}"
    return digest
