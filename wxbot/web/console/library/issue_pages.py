"""The console's pages of one issue: its contents with doubts, the text of an article, its history, what changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, g, make_response, request

from wxbot import audit, editors, library, push, rendering
from wxbot.audit import AuditEntry
from wxbot.bulletin import Problem
from wxbot.db import Session
from wxbot.errors import NotFound
from wxbot.library import Article, ArticleStatus, Issue, Revision
from wxbot.library.doubts import IssueDoubts, issue_doubts
from wxbot.local_time import chinese_date, moment_label
from wxbot.web.console.auth import site_root
from wxbot.web.console.library.issue_actions import (
    DONE_MESSAGES,
    allowed_on_article,
    allowed_on_issue,
    require_issue,
)
from wxbot.web.console.rendering import EditorNames, render_page
from wxbot.wiring import Services

__all__ = ["ISSUE_EVENT_LABELS", "ArticleRow", "IssuePages", "SectionRows", "event_label", "section_rows"]

ISSUE_EVENT_LABELS = {
    "publish": "公开",
    "withdraw": "撤下",
    "restore": "恢复",
    "keep": "文件不在了，照旧留着",
    "take correction": "收下另一个文件作为更正",
    "take number": "收下一个文件，另定了期号",
    "publish article": "重新公开一篇",
    "withdraw article": "撤下一篇",
    "pin article": "置顶一篇",
    "unpin article": "取消置顶一篇",
}


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article in the contents of its issue, with its doubts."""

    article: Article
    doubts: Sequence[Problem]

    @property
    def is_withdrawn(self) -> bool:
        """True if an editor took the article back."""
        return self.article.status == ArticleStatus.WITHDRAWN


@dataclass(frozen=True, slots=True)
class SectionRows:
    """A section of an issue with its articles, in print order."""

    name: str
    rows: Sequence[ArticleRow]


def section_rows(
    issue: Issue, articles: Sequence[Article], doubts: IssueDoubts
) -> tuple[list[SectionRows], list[Article]]:
    """Return the sections with the articles that they have, withdrawn ones too, and the articles that were removed."""
    removed = [each for each in articles if each.status == ArticleStatus.REMOVED]
    kept = [each for each in articles if each.status != ArticleStatus.REMOVED]
    groups = rendering.by_section(issue, sorted(kept, key=lambda each: (each.place, each.n or 0)))
    return [
        SectionRows(name, [ArticleRow(each, doubts.by_article.get(each.n or 0, ())) for each in group])
        for name, group in groups
    ], removed


def event_label(entry: AuditEntry) -> str:
    """Return in Chinese what an entry of the audit log says about an issue."""
    label = ISSUE_EVENT_LABELS.get(entry.what, entry.what)
    if "n" in entry.details:
        return label.replace("一篇", f"第 {entry.details['n']} 篇")
    if entry.what == "restore":
        return f"恢复第 {entry.details.get('revision')} 次修订，记为第 {entry.details.get('to')} 次"
    return label


MAX_EVENTS = 100


class IssuePages:
    """Views of one issue; a picture is shown to editors even where it is not public."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._tz = services.settings.tz

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        blueprint.add_url_rule("/shelf/<path:key>", "issue", self.issue)
        blueprint.add_url_rule("/text/<path:key>/<int:n>", "article", self.article)
        blueprint.add_url_rule("/p/<digest>", "picture", self.picture)
        blueprint.add_url_rule("/history/<path:key>", "history", self.history)
        blueprint.add_url_rule("/diff/<path:key>/<int:revision>", "diff", self.diff)

    def issue(self, key: str) -> Response:
        """Return the contents of an issue in whatever state, with its doubts and what an editor can do."""
        with self._services.db.read() as session:
            issue = require_issue(session, key)
            doubts = issue_doubts(session, issue)
            sections, removed = section_rows(issue, library.all_articles(session, key), doubts)
            campaigns = push.queries.issue_campaigns(session, key)
            values = self._summary(session, issue)
        return render_page(
            "issue.html",
            message=DONE_MESSAGES.get(request.args.get("done", ""), ""),
            doubts=doubts,
            sections=sections,
            removed=removed,
            date=chinese_date(issue.date),
            campaigns=[(each, push.labels.CAMPAIGN_STATE_LABELS[each.state]) for each in campaigns],
            actions=allowed_on_issue(issue),
            **values,
        )

    def article(self, key: str, n: int) -> Response:
        """Return the text of an article in whatever state, and what an editor can do with it."""
        with self._services.db.read() as session:
            issue = require_issue(session, key)
            article = library.any_article(session, key, n)
            if article is None:
                raise NotFound(f"{key} 没有第 {n} 篇", remedy="回到这一期的目录再选。")
            doubts = issue_doubts(session, issue).by_article.get(n, ())
            values = self._summary(session, issue)
        is_public = issue.is_public and article.status == ArticleStatus.CURRENT
        root = site_root(self._services)
        return render_page(
            "article.html",
            message=DONE_MESSAGES.get(request.args.get("done", ""), ""),
            article=article,
            doubts=doubts,
            body=rendering.blocks_as_page_html(article.blocks, g.path.rstrip("/")),
            article_href=rendering.article_address(article, root) if is_public else "",
            actions=allowed_on_article(article),
            **values | {"title": f"第 {n} 篇：{article.title}"},
        )

    def picture(self, digest: str) -> Response:
        """Return a picture of a bulletin as pages show it."""
        with self._services.db.read() as session:
            found = library.picture_web_form(session, digest)
        if found is None:
            abort(404)
        response = make_response(found.data)
        response.content_type = found.media_type
        return response

    def history(self, key: str) -> Response:
        """Return the revisions of an issue, newest first, and what editors did with it."""
        with self._services.db.read() as session:
            issue = require_issue(session, key)
            names = EditorNames.of(editors.all_editors(session))
            rows = [self._revision_row(issue, each, names) for each in library.revisions(session, key)]
            entries = audit.history(session, push.publishing.issue_subject(key), MAX_EVENTS)
            values = self._summary(session, issue)
        events = [
            {
                "at": moment_label(entry.at, self._tz),
                "what": event_label(entry),
                "who": names.name_of(entry.who),
                "why": names.replace_in(str(entry.details.get("reason", ""))),
            }
            for entry in entries
        ]
        return render_page(
            "history.html",
            message=DONE_MESSAGES.get(request.args.get("done", ""), ""),
            rows=rows[::-1],
            events=events,
            **values | {"title": f"{values['title']} 的经过"},
        )

    def diff(self, key: str, revision: int) -> Response:
        """Return what a revision changed: one that waits beside the one in force, another beside the one before it."""
        with self._services.db.read() as session:
            issue = require_issue(session, key)
            comparison = library.compare_revisions(session, issue, revision)
            values = self._summary(session, issue)
        return render_page(
            "diff.html",
            comparison=comparison,
            is_pending=revision == issue.pending,
            is_in_force=revision == issue.revision,
            **values | {"title": f"{values['title']}：第 {revision} 次修订"},
        )

    def _summary(self, session: Session, issue: Issue) -> dict[str, Any]:
        """Return the values that every page shows of an issue."""
        publications = library.publications(session)
        names = {each.id: each.name for each in publications}
        name = names.get(issue.publication_id or 0, "")
        label = rendering.issue_label(issue)
        return {
            "title": f"{issue.title or name} {label}".strip(),
            "here": "issues",
            "issue": issue,
            "label": label,
            "publication": name if len(publications) > 1 else "",
            "issue_state": issue.state_label,
            "address": quote(issue.key),
            "href": rendering.issue_address(issue, site_root(self._services)) if issue.is_public else "",
        }

    def _revision_row(self, issue: Issue, revision: Revision, names: EditorNames) -> dict[str, Any]:
        """Return the values of a revision in the history."""
        marks = {issue.revision: "在用", issue.pending: "待看"}
        return {
            "revision": revision.revision,
            "at": moment_label(revision.shelved_at, self._tz),
            "by": names.name_of(revision.by) if revision.by else "",
            "source": revision.source,
            "restores": revision.restores,
            "doubts": [(each["line"], each["says"]) for each in revision.problems],
            "mark": marks.get(revision.revision, ""),
            "can_be_restored": revision.revision not in marks,
        }
