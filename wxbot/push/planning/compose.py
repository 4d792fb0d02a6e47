"""Compose what recipients of an issue see: a message of several articles, a card, or a subscription notice.

A subscription notice (订阅通知) fills in a template of the platform. The settings give a text for each of its fields,
with the placeholders {title}, {number}, {date}, {digest} and {count}. The type of a field is part of its key
(`thing1`, `date2`) and limits its value (wechat-platform.md, section J3): a text that is too long is shortened, with a
warning; a value of the wrong form is refused when the campaign is planned.
"""

import hashlib
import re
import string
from collections.abc import Callable, Mapping, Sequence
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
from wxbot.push.push_settings import NoticeTemplate, PushSettings
from wxbot.rendering.gate import DraftFinding, check_draft
from wxbot.text import one_line, strip_controls
from wxbot.wechat import Card

__all__ = [
    "NoticeContent",
    "compose_card",
    "compose_draft",
    "compose_issue_draft",
    "compose_notice",
    "fill_template",
    "push_form_of",
]

PLACEHOLDERS = ("title", "number", "date", "digest", "count")
_KEY = re.compile(r"([a-z_]+?)\d+")
# Units of time, digits and separators; a range is written with ~.
_MOMENT = re.compile(r"[\d年月日时分秒:：/. ~-]{4,48}")
_REMEDY = "设置 notice_fields 里改好这一项（说明见 config/wxbot.toml），或换一个模板。"


@dataclass(frozen=True)
class NoticeContent:
    """A filled-in notice: template id, values by field, address that it opens, and warnings about shortened values."""

    template: str
    values: Mapping[str, str]
    page: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _FieldType:
    """Limits of a field type: allowed form, greatest length in characters, and a description in Chinese."""

    allowed: re.Pattern[str]
    longest: int
    description: str


_FIELD_TYPES = {
    "thing": _FieldType(re.compile(r".+", re.DOTALL), 20, "20 个字以内"),
    "const": _FieldType(re.compile(r".+", re.DOTALL), 20, "20 个字以内"),
    "character_string": _FieldType(re.compile(r"[\x20-\x7e]+"), 32, "32 个以内的数字、字母或符号"),
    "letter": _FieldType(re.compile(r"[A-Za-z]+"), 32, "32 个以内的字母"),
    "number": _FieldType(re.compile(r"[\d.]+"), 32, "32 位以内的数字"),
    "symbol": _FieldType(re.compile(r"[^\w\s]+"), 5, "5 个以内的符号"),
    "phrase": _FieldType(re.compile(r"[\u4e00-\u9fff]+"), 5, "5 个以内的汉字"),
    "car_number": _FieldType(re.compile(r".+"), 8, "8 位以内的车牌号"),
    "time": _FieldType(_MOMENT, 48, "时间或日期"),
    "date": _FieldType(_MOMENT, 48, "日期"),
    "amount": _FieldType(re.compile(r"[^\d.]{0,3}\d{1,10}(?:\.\d+)?元?"), 16, "金额"),
    "phone_number": _FieldType(re.compile(r"[\d+ -]+"), 17, "17 位以内的电话号码"),
}
# A shortened text is still true; a shortened number or date is not.
_MAY_BE_SHORTENED = ("thing", "const", "character_string", "letter", "symbol", "phrase", "name")


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
        _get_issue(session, number), library.articles(session, number), settings, choice, form
    )


def compose_issue_draft(
    issue: Issue,
    contents: Sequence[Article],
    settings: PushSettings,
    choice: EditorChoice | None = None,
    form: PushForm | None = None,
) -> tuple[rendering.DraftArticle, ...]:
    """Compose the message of an issue in whatever state from its articles; raises as `compose_draft`."""
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
    return _get_issue(session, request.number).form if asked is None else asked


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
    issue = _get_issue(session, number)
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
    issue = _get_issue(session, number)
    card = compose_card(session, number, settings, choice, form)
    placeholders = {
        "title": card.title,
        "number": number,
        "date": chinese_date(issue.date),
        "digest": card.description,
        "count": str(len(library.articles(session, number))),
    }
    return fill_template(settings.notice, placeholders, card.url)


def fill_template(template: NoticeTemplate, placeholders: Mapping[str, str], page: str) -> NoticeContent:
    """Fill in a notice template; pure. Raises Forbidden with all fields that cannot be filled in."""
    values: dict[str, str] = {}
    warnings, problems = [], []
    for key, text in template.fields.items():
        problem = _placeholder_problem(text)
        if problem:
            problems.append(f"{key}：{problem}")
            continue
        whole = one_line(strip_controls(text.format_map(placeholders)))
        values[key] = value = _shorten(key, whole)
        if not _fits(key, value):
            problems.append(f"{key} 要{_description(key)}，不能是「{whole}」")
        elif value != whole:
            warnings.append(f"通知的 {key} 超过{_description(key)}，已缩短为「{value}」")
    if not template.fields:
        problems.append("没有写模板的字段")
    if problems:
        raise Forbidden("订阅通知填不出来：" + "；".join(problems), remedy=_REMEDY)
    return NoticeContent(template.template, values, page, tuple(warnings))


def _get_issue(session: Session, number: str) -> Issue:
    return library.public_issue(session, number)


def _placeholder_problem(text: str) -> str:
    """Return what is wrong with the placeholders of a field's text, in Chinese; "" if nothing is."""
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    except ValueError:
        return "花括号没有成对"
    unknown = [name for name in names if name not in PLACEHOLDERS]
    return f"没有「{{{unknown[0]}}}」这样的位置，可用的是 {'、'.join(PLACEHOLDERS)}" if unknown else ""


def _field_type(key: str) -> str:
    match = _KEY.fullmatch(key)
    return match[1] if match else ""


def _shorten(key: str, value: str) -> str:
    """Return the value within the length of its field type, if that may be shortened; Chinese texts then end with …."""
    kind = _field_type(key)
    if kind not in _MAY_BE_SHORTENED:
        return value
    longest = (
        20 if kind == "name" and value.isascii() else 10 if kind == "name" else _FIELD_TYPES[kind].longest
    )
    if len(value) <= longest:
        return value
    ellipsis = "…" if kind in {"thing", "const"} else ""
    return value[: longest - len(ellipsis)].rstrip() + ellipsis


def _fits(key: str, value: str) -> bool:
    """Return whether a value has the form of its field type; a field of unknown type takes any text."""
    kind = _field_type(key)
    if kind == "name":
        return re.fullmatch(r"[\u4e00-\u9fff·]{1,10}|[A-Za-z .]{1,20}", value) is not None
    limits = _FIELD_TYPES.get(kind)
    if limits is None:
        return bool(value)
    return len(value) <= limits.longest and limits.allowed.fullmatch(value) is not None


def _description(key: str) -> str:
    kind = _field_type(key)
    if kind == "name":
        return "10 个汉字或 20 个字母以内的名字"
    return _FIELD_TYPES[kind].description if kind in _FIELD_TYPES else "文字"
