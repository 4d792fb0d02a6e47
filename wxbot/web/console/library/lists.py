"""Lists of the console: the library's issues, and the files of the watched folder."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from wxbot import library, push, rendering
from wxbot.db import Session
from wxbot.library import FileReport, Issue, Publication
from wxbot.library.doubts import count_doubts
from wxbot.library.issue_list import (
    IssueFilter,
    IssueView,
    article_counts,
    count_issues,
    issue_sources,
    select_issues,
)
from wxbot.local_time import moment_label
from wxbot.web.console.auth import site_root
from wxbot.web.console.rendering import render_page
from wxbot.wiring import Services

__all__ = ["LibraryPages"]

ISSUES_ON_A_PAGE = 50
FILES_ON_A_PAGE = 100
MAX_WAITING_FILES = 10  # above the list of issues; the page of files has them all
WAITING = ("held", "refused", "gone")
VIEW_LABELS = {
    IssueView.ALL: "全部",
    IssueView.WAITING: "等您看",
    IssueView.PUBLIC: "公开",
    IssueView.WITHDRAWN: "已撤下",
}


class LibraryPages:
    """Views of the lists."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        blueprint.add_url_rule("/shelf", "issues", self.issues)
        blueprint.add_url_rule("/files", "files", self.files)

    def issues(self) -> Response:
        """Return a page of the list of issues, newest first, by publication and state; files that wait stand above."""
        view = _view(request.args.get("view", ""))
        page = _page_number()
        with self._services.db.read() as session:
            publications = library.publications(session)
            chosen = _find_chosen(publications, request.args.get("publication", ""))
            wanted = IssueFilter(chosen.id if chosen else None, view)
            counts = count_issues(session, wanted.publication)
            found = select_issues(session, wanted, ISSUES_ON_A_PAGE, (page - 1) * ISSUES_ON_A_PAGE)
            waiting = library.file_reports(session, WAITING) if page == 1 and view is IssueView.ALL else []
            sources = issue_sources(session, [each.number for each in waiting if each.number])
            rows = self._rows(session, found, {each.id: each.name for each in publications})
        return render_page(
            "issues.html",
            title="书架",
            here="issues",
            rows=rows,
            waiting=[_file_row(each, sources) for each in waiting[:MAX_WAITING_FILES]],
            waiting_count=len(waiting),
            views=[(each, VIEW_LABELS[each], counts[each]) for each in IssueView],
            view=view,
            publications=publications if len(publications) > 1 else [],
            chosen=chosen,
            page=page,
            has_more=counts[view] > page * ISSUES_ON_A_PAGE,
        )

    def files(self) -> Response:
        """Return the fate of each file of the watched folder; those that wait for an editor come first."""
        page = _page_number()
        with self._services.db.read() as session:
            found = sorted(library.file_reports(session), key=lambda each: each.outcome not in WAITING)
            shown = found[(page - 1) * FILES_ON_A_PAGE : page * FILES_ON_A_PAGE]
            sources = issue_sources(session, [each.number for each in shown if each.number])
        tz = self._services.settings.tz
        return render_page(
            "files.html",
            title="简报文件夹",
            here="bring",
            files=[_file_row(each, sources) | {"at": moment_label(each.at, tz)} for each in shown],
            count=len(found),
            waiting_count=sum(each.outcome in WAITING for each in found),
            page=page,
            has_more=len(found) > page * FILES_ON_A_PAGE,
        )

    def _rows(self, session: Session, issues: list[Issue], names: Mapping[int, str]) -> list[dict[str, Any]]:
        """Return the values of the list's rows."""
        root = site_root(self._services)
        sizes, doubts = article_counts(session, issues), count_doubts(session, issues)
        return [
            {
                "issue": issue,
                "label": rendering.issue_label(issue),
                "name": issue.title or names.get(issue.publication_id or 0, ""),
                "href": rendering.issue_address(issue, root) if issue.is_public else "",
                "articles": sizes.get(issue.key, 0),
                "doubts": doubts.get(issue.key, 0),
                "issue_state": issue.state_label,
                "campaign": (campaign := push.queries.latest_campaign(session, issue.key)),
                "state": push.labels.CAMPAIGN_STATE_LABELS[campaign.state] if campaign else "",
            }
            for issue in issues
        ]


def _view(given: str) -> IssueView:
    """Return the view that an address names, or all."""
    return IssueView(given) if given in set(IssueView) else IssueView.ALL


def _find_chosen(publications: list[Publication], given: str) -> Publication | None:
    """Return the publication whose id an address names."""
    return next((each for each in publications if str(each.id) == given), None)


def _page_number() -> int:
    """Return the number of the page of a list, from 1."""
    given = request.args.get("page", "")
    return int(given) if given.isascii() and given.isdecimal() and 0 < len(given) < 6 and int(given) else 1


def _file_row(report: FileReport, sources: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of a file's row, with the key of the issue that it brought.

    `is_second` tells that it is held beside the file of another issue that the library has.
    """
    known = report.number is not None and report.number in sources
    brought = known and sources.get(report.number or "") == report.source
    return {
        "report": report,
        "waits": report.outcome in WAITING,
        "key": report.number if brought else "",
        "is_second": known and not brought and report.outcome == "held",
        "at": "",
    }
