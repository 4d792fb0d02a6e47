"""What an issue becomes for those who receive it: a message of several articles, or a card to one follower."""

from wxbot import library, rendering
from wxbot.db import Session
from wxbot.errors import Forbidden, NotFound, UsageError
from wxbot.push.push_settings import EditorChoice, PushSettings
from wxbot.wechat import Card

__all__ = ["compose_card", "compose_draft"]


def compose_draft(
    session: Session, number: str, settings: PushSettings, choice: EditorChoice | None = None
) -> tuple[rendering.DraftArticle, ...]:
    """The multi-article message that an issue becomes, as the editor chose."""
    choice = choice or EditorChoice()
    issue = library.issue(session, number)
    if issue is None:
        raise NotFound(f"书架上没有 {number}", remedy="先用 wxbot ingest 上架；wxbot issues 列出已有的。")
    articles = {a.n: a for a in library.articles(session, number) if a.n is not None}
    unknown = [n for n in (*choice.lead, *choice.without) if n not in articles]
    if unknown:
        raise UsageError(
            f"{number} 没有第 {'、'.join(map(str, unknown))} 篇", remedy=f"wxbot show {number} 看每篇的编号。"
        )
    both = [n for n in choice.lead if n in choice.without]
    if both:
        raise UsageError(
            f"第 {'、'.join(map(str, both))} 篇既要放在最前，又要不推送",
            remedy="从 --lead 或 --without 里去掉一处。",
        )
    left = [article for n, article in articles.items() if n not in choice.without]
    if not left:
        raise Forbidden(f"{number} 里没有可以推送的文章", remedy="改好简报文件后重新 wxbot ingest。")
    return rendering.draft_articles(
        issue,
        left,
        public_url=settings.public_url,
        author=settings.author,
        folder=settings.folder,
        headlines=[articles[n] for n in choice.lead],
        correction=rendering.CorrectionNotice(choice.correction.words, choice.correction.day)
        if choice.correction
        else None,
    )


def compose_card(
    session: Session, number: str, settings: PushSettings, choice: EditorChoice | None = None
) -> Card:
    """The card that a single follower gets of an issue: its page, its picture, what is in it."""
    issue = library.issue(session, number)
    lead = compose_draft(session, number, settings, choice)[0]
    assert issue is not None  # noqa: S101  `draft_of` has just found it
    title = f"{issue.title} {rendering.issue_label(issue)}".strip()
    return Card(
        title=rendering.with_correction_mark(title, lambda _: True)
        if choice is not None and choice.correction
        else title,
        description=lead.digest,
        picture_url=rendering.SiteLinks(settings.public_url).page_picture(rendering.issue_path(number)),
        url=rendering.issue_address(issue, settings.public_url),
    )
