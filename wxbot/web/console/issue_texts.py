"""Texts and rows of the console's pages of an issue: its sections with doubts, and its history."""

from collections.abc import Sequence
from dataclasses import dataclass

from wxbot.audit import AuditEntry
from wxbot.bulletin import Problem
from wxbot.library import Article, ArticleStatus, Issue
from wxbot.library.doubts import IssueDoubts
from wxbot.rendering.issue_texts import by_section

__all__ = [
    "ISSUE_EVENT_LABELS",
    "ArticleRow",
    "SectionRows",
    "event_label",
    "section_rows",
]

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
    groups = by_section(issue, sorted(kept, key=lambda each: (each.place, each.n or 0)))
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
