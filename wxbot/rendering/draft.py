"""An issue as a WeChat draft: a multi-article message with the whole issue first, then one article a section.

An editor may choose articles that take the place of the sections, each as an item of its own.

Composing reads nothing but issue and articles: the same issue gives the same draft. Every field stays
within the platform's limits (wechat-platform.md, section G1); what had to be changed for that becomes a warning.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from wxbot.brand import PLAIN_BRAND, Brand
from wxbot.bulletin.push_form import PushForm, item_name, single_name
from wxbot.library import Article, Issue
from wxbot.rendering.article_look import article_look
from wxbot.rendering.cover import (
    Artwork,
    article_art,
    chosen_cover,
    first_cover_picture,
    issue_art,
    section_art,
    section_banner_art,
)
from wxbot.rendering.draft_body import (
    Body,
    DraftArticle,
    DraftPicture,
    assemble_body,
    banner_picture,
)
from wxbot.rendering.draft_contents import (
    SectionGroup,
    article_contents,
    bulletin_pictures,
    contents_entries,
    lead_html,
    pictures_elsewhere,
    with_headlines,
)
from wxbot.rendering.draft_form import arrange_draft, item_places
from wxbot.rendering.draft_items import DraftItem, draft_items, lead_stories, message_items
from wxbot.rendering.draft_titles import (
    CorrectionNotice,
    ItemTitle,
    article_digest,
    digest_fits,
    lead_digest,
    lead_title,
    section_digest,
    section_title,
    title_fits,
    with_correction_mark,
)
from wxbot.rendering.issue_texts import by_section, clean_line, issue_label, masthead_lines
from wxbot.rendering.links import article_address, issue_address, section_address
from wxbot.rendering.name_card import closing_parts, opening_part
from wxbot.wechat.limits import repair_author, repair_source_url

__all__ = ["draft_articles", "draft_items", "pictures_of"]


def draft_articles(
    issue: Issue,
    articles: Sequence[Article],
    *,
    public_url: str,
    author: str,
    picture_covers: bool = True,
    headlines: Sequence[Article] = (),
    correction: CorrectionNotice | None = None,
    form: PushForm | None = None,
    brand: Brand = PLAIN_BRAND,
) -> tuple[DraftArticle, ...]:
    """Compose the draft of an issue: at most eight articles that hold all of it; () for an issue without articles.

    `public_url` is the address of our site ("" if readers cannot reach it). A picture that an editor chose is the
    cover of its section and of the issue. Else, with `picture_covers`, a section's cover is its first picture; the
    others are drawn. `headlines` are articles that the first draft article lists first, under 要闻; its title names
    the first of them, shortened if need be. With `correction` the first draft article says in title, digest and first
    paragraph what it corrects.
    `form` is what an editor wants otherwise about items, titles, digests, order and cover. `brand` gives the look, the
    words before and after the text, and the name card of the account, which `author` names.
    """
    groups = [(name, group) for name, group in by_section(issue, articles) if group]
    if not groups:
        return ()
    form, corrects = form or PushForm(), correction is not None
    message = message_items(issue, articles, form, corrects=corrects)
    titles = [_item_title(item) for item in message.items]
    places = item_places(message.names, form, corrects=corrects)
    where = {article: places.get(item) for article, item in message.places.items()}
    composer = _DraftComposer(issue, public_url, author, picture_covers, brand)
    told = [item.articles[title.story].public_id for item, title in zip(message.items, titles, strict=True)]
    drafts = []
    if message.has_whole:
        stories = headlines[:1] or lead_stories(articles, told)
        drafts.append(composer.lead(groups, headlines, stories, where, correction))
    for number, (item, title) in enumerate(zip(message.items, titles, strict=True), start=len(drafts) + 1):
        drafts.append(replace(composer.item(item, title), of=item.of, item=number))
    known = {item_name(article.section) for article in articles}
    known |= {single_name(article.n) for article in articles if article.n}
    arranged = arrange_draft(drafts, form, known=known, corrects=corrects)
    return (replace(arranged[0], warnings=(*arranged[0].warnings, *message.warnings)), *arranged[1:])


def _item_title(item: DraftItem) -> ItemTitle:
    """Return the title of an item: that of its only article, or the name of its section and a headline."""
    name = "" if item.is_single else clean_line(item.section)
    return section_title(name, [clean_line(article.title) for article in item.articles])


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
    cover_picture: str = ""


class _DraftComposer:
    """Composes the articles of one draft; holds what they have in common."""

    def __init__(
        self, issue: Issue, public_url: str, author: str, picture_covers: bool, brand: Brand
    ) -> None:
        self.issue = issue
        self.brand = brand
        self.look = article_look(brand)
        self.closing, self.brand_pictures = closing_parts(self.look, clean_line(author))
        self.public_url = public_url
        self.picture_covers = picture_covers
        self.label = issue_label(issue)
        repaired = repair_author(author)
        self.author = repaired.value
        self.warnings = (
            (f"作者「{clean_line(author)}」太长，已缩短为「{repaired.value}」",) if repaired.changed else ()
        )

    def lead(
        self,
        groups: Sequence[SectionGroup],
        headlines: Sequence[Article],
        stories: Sequence[Article],
        where: Mapping[str, int | None],
        correction: CorrectionNotice | None = None,
    ) -> DraftArticle:
        """Compose the article for the whole issue: masthead, headlines, and a table of contents by section.

        The title names one of `stories`. `where` is the item of the message that holds each article, by its id.
        """
        issue, articles = self.issue, [article for _, group in groups for article in group]
        titled = lead_title(issue, [each.title for each in stories], [name for name, _ in groups])
        title, warnings = titled.text, titled.warnings
        digest, correction_html = lead_digest(groups), ""
        if correction is not None:
            title = with_correction_mark(title, title_fits)
            digest = with_correction_mark(correction.words, digest_fits)
            correction_html = correction.as_html(self.look)
        counts = " · ".join(f"{clean_line(name)} {len(group)}" for name, group in groups if name)
        banner = banner_picture(issue_art(issue, self.brand))
        hint = self.look.hint
        masthead = "".join(map(hint, masthead_lines(issue)))
        files = bulletin_pictures([issue.lead])
        lead, is_whole = lead_html(issue.lead, files, self.look)
        head = correction_html + self._banner(banner) + masthead + hint(counts) + lead
        foot = hint("点「阅读原文」看各篇全文") if self.public_url else ""
        pieces = contents_entries(with_headlines(groups, headlines), where, self.look)
        body = assemble_body(head, pieces, foot + self.closing, self._cut_note(), self.look)
        return self._draft_article(
            _Parts(
                title,
                digest,
                body,
                issue_address(issue, self.public_url),
                issue_art(issue, self.brand),
                (banner, *files.values(), *self.brand_pictures),
                (*warnings, *_lead_warnings(is_whole), *_body_warnings(body, "目录", len(articles))),
                images=pictures_elsewhere([issue.lead]),
                cover_picture=chosen_cover([*headlines, *articles]),
            )
        )

    def item(self, item: DraftItem, title: ItemTitle) -> DraftArticle:
        """Compose the article for an item, which holds the articles of a section, or one article, in full."""
        group, brand = item.articles, self.brand
        names = () if item.is_single else dict.fromkeys(article.section for article in group)
        leads = {each: self.issue.section_leads[each] for each in names if each in self.issue.section_leads}
        contents = [*leads.values(), *(article.blocks for article in group)]
        files = bulletin_pictures(contents)
        keys = {digest: picture.key for digest, picture in files.items()}
        lead, is_whole = lead_html([block for each in leads.values() for block in each], files, self.look)
        pieces = article_contents(group, keys, self.look)
        banner = banner_picture(section_banner_art(self.issue, item.section, brand))
        foot = self.look.hint(f"选自 {masthead_lines(self.issue)[0]}")
        foot += self.look.hint("点「阅读原文」看网页版") if self.public_url else ""
        head = self._banner(banner) + lead
        body = assemble_body(head, pieces, foot + self.closing, self._cut_note(), self.look)
        is_one = len(group) == 1
        return self._draft_article(
            _Parts(
                title.text,
                article_digest(group[0]) if is_one else section_digest([clean_line(a.title) for a in group]),
                body,
                self._page_of(group),
                article_art(group[0], self.issue, brand)
                if is_one
                else section_art(self.issue, item.section, group[title.story].title, brand),
                (banner, *files.values(), *self.brand_pictures),
                (*title.warnings, *_lead_warnings(is_whole), *_body_warnings(body, "内容", len(group))),
                images=pictures_elsewhere(contents),
                cover_picture=first_cover_picture(group, leads.values())
                if self.picture_covers
                else chosen_cover(group),
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
            cover_picture=parts.cover_picture,
            warnings=(*warnings, *self.warnings),
        )

    def _banner(self, banner: DraftPicture) -> str:
        """Return the banner at the top, and the brand's words below it."""
        return self.look.picture(banner.key, frame="banner-frame") + opening_part(self.look)

    def _page_of(self, group: Sequence[Article]) -> str:
        """Return the page with the articles of an item: that of its only article, else its section of the issue's."""
        if len(group) == 1:
            return article_address(group[0], self.public_url)
        section = group[0].section
        return (
            section_address(self.issue, section, self.public_url)
            if section
            else issue_address(self.issue, self.public_url)
        )

    def _cut_note(self) -> str:
        if self.public_url:
            return "全文请点「阅读原文」"
        return f"篇幅所限，其余文章请在公众号里发送「{self.label}」查看"


def _lead_warnings(is_whole: bool) -> tuple[str, ...]:
    return () if is_whole else ("前言太长，只放下开头，其余靠「阅读原文」",)


def _body_warnings(body: Body, part: str, total: int) -> tuple[str, ...]:
    if not body.cut:
        return ()
    return (
        f"{part}超过平台的 20000 字，只放下前 {len(body.numbers)} 篇（共 {total} 篇），其余靠「阅读原文」",
    )
