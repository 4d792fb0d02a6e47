"""Compose what recipients of an issue see: a message of several articles, a card, or a subscription notice."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from wxbot import library, rendering
from wxbot.brand import Brand
from wxbot.bulletin.push_form import WHOLE, PushForm
from wxbot.db import Session
from wxbot.errors import Forbidden, UsageError
from wxbot.library import Article, Issue
from wxbot.local_time import chinese_date
from wxbot.push.audience.resolve import PlanRequest
from wxbot.push.ledger.tables import Campaign, EditorChoice
from wxbot.push.planning.notice_template import NoticeContent, fill_template
from wxbot.push.push_settings import PushSettings
from wxbot.rendering.gate import DraftFinding, check_draft
from wxbot.text import one_line
from wxbot.wechat import Card

__all__ = ["compose_card", "compose_draft", "compose_issue_draft", "compose_notice", "push_form_of"]


def compose_draft(
    session: Session,
    number: str,
    settings: PushSettings,
    choice: EditorChoice | None = None,
    form: PushForm | None = None,
) -> tuple[rendering.DraftArticle, ...]:
    """Compose the multi-article message of an issue, with the editor's choice of articles.

    `form` takes the place of the one that is stored with the issue.

    Raises NotFound for an unknown issue, UsageError for a choice that names unknown articles or contradicts itself, and
    Forbidden if no article is left.
    """
    return compose_issue_draft(
        library.public_issue(session, number), library.articles(session, number), settings, choice, form
    )


def compose_issue_draft(
    issue: Issue,
    contents: Sequence[Article],
    settings: PushSettings,
    choice: EditorChoice | None = None,
    form: PushForm | None = None,
) -> tuple[rendering.DraftArticle, ...]:
    """Compose the message of an issue from its articles, whatever its state; raises as `compose_draft`."""
    number, choice = issue.key, choice or EditorChoice()
    articles = {a.n: a for a in contents if a.n is not None}
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
    form = issue.form if form is None else form
    drafts, findings = _compose_once(_draft_source(issue, left, settings, choice, form))
    refused = [each for each in findings if each.is_refused]
    if refused:
        raise Forbidden(
            f"{number} 的草稿平台不会收：{'；'.join(each.says for each in refused)}",
            remedy=refused[0].repair,
        )
    return drafts


def push_form_of(session: Session, request: PlanRequest | Campaign) -> PushForm:
    """Return the form of a plan's or campaign's messages: a new one that is asked for, else that of the issue."""
    asked = request.form if isinstance(request, PlanRequest) else None
    return library.public_issue(session, request.number).form if asked is None else asked


@dataclass(frozen=True)
class _DraftSource:
    """Everything a draft is composed of. Two sources are equal if the hashes of their contents are."""

    content_hash: str
    compose: Callable[[], tuple[rendering.DraftArticle, ...]] = field(compare=False, repr=False)


@lru_cache(maxsize=8)
def _compose_once(
    source: _DraftSource,
) -> tuple[tuple[rendering.DraftArticle, ...], tuple[DraftFinding, ...]]:
    """Compose and check a draft, once for each content: its plan, approval, preview and sending need the same.

    What WeChat would change without refusing it becomes a warning of its article.
    """
    drafts = list(source.compose())
    findings = tuple(check_draft(drafts))
    for each in findings:
        if each.item and not each.is_refused:
            article = drafts[each.item - 1]
            drafts[each.item - 1] = replace(article, warnings=(*article.warnings, each.sentence))
    return tuple(drafts), findings


def _draft_source(
    issue: Issue, articles: Sequence[Article], settings: PushSettings, choice: EditorChoice, form: PushForm
) -> _DraftSource:
    by_number = {article.n: article for article in articles}
    headlines = [by_number[n] for n in choice.lead]
    brand = _brand_of(issue, settings)
    correction = None
    if choice.correction is not None:
        correction = rendering.CorrectionNotice(choice.correction.words, choice.correction.day)

    def compose() -> tuple[rendering.DraftArticle, ...]:
        return rendering.draft_articles(
            issue,
            articles,
            public_url=settings.public_url,
            author=settings.author,
            picture_covers=settings.picture_covers,
            headlines=headlines,
            correction=correction,
            form=form,
            brand=brand,
        )

    content = (
        _column_values(issue),
        [_column_values(article) for article in articles],
        (settings.public_url, settings.author, settings.picture_covers, choice.lead, correction, form, brand),
    )
    return _DraftSource(hashlib.sha256(repr(content).encode("utf-8", "surrogatepass")).hexdigest(), compose)


def _brand_of(issue: Issue, settings: PushSettings) -> Brand:
    """Return the brand in the colour of the issue's publication, if that has one."""
    brand = settings.brand()
    slug = issue.key.rpartition("/")[0]
    habits = settings.habits().of_publication(slug, [issue.title])
    return replace(brand, colour=habits.colour) if habits is not None and habits.colour else brand


def _column_values(row: Issue | Article) -> list[object]:
    return [getattr(row, column.key) for column in type(row).__mapper__.column_attrs]


def compose_card(
    session: Session,
    number: str,
    settings: PushSettings,
    choice: EditorChoice | None = None,
    form: PushForm | None = None,
) -> Card:
    """Compose the card that a single follower gets: title, digest, picture and page of an issue.

    Title and digest are those that an editor wrote for the whole issue, if any. Raises the errors of `compose_draft`.
    """
    issue = library.public_issue(session, number)
    form = issue.form if form is None else form
    # A card is about the whole issue, wherever a message has that item.
    lead = compose_draft(session, number, settings, choice, replace(form, order=(), leave_out=(), picks=()))[
        0
    ]
    links = rendering.SiteLinks(settings.public_url, rendering.picture_look(settings.brand()))
    title = f"{issue.title} {rendering.issue_label(issue)}".strip()
    if (written := one_line(form.of(WHOLE).title)) and not rendering.title_problem(written):
        title = written
    return Card(
        title=rendering.with_correction_mark(title, lambda _: True)
        if choice is not None and choice.correction
        else title,
        description=lead.digest,
        picture_url=links.issue_picture(issue),
        url=rendering.issue_address(issue, settings.public_url),
    )


def compose_notice(
    session: Session,
    number: str,
    settings: PushSettings,
    choice: EditorChoice | None = None,
    form: PushForm | None = None,
) -> NoticeContent:
    """Compose the subscription notice of an issue.

    Raises Forbidden if no template is set or a value does not fit its field, and the errors of `compose_draft`.
    """
    if settings.notice is None:
        raise Forbidden(
            "没有设置订阅通知的模板",
            remedy="在 config/wxbot.toml 里写 notice_template 和 notice_fields，再重新计划。",
        )
    issue = library.public_issue(session, number)
    card = compose_card(session, number, settings, choice, form)
    placeholders = {
        "title": card.title,
        "number": number,
        "date": chinese_date(issue.date),
        "digest": card.description,
        "count": str(len(library.articles(session, number))),
    }
    return fill_template(settings.notice, placeholders, card.url)
