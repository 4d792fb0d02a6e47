"""Pages on which an editor decides about a file of the watched folder: drop it, or keep the issue it brought."""

from collections.abc import Iterable

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import audit, library
from wxbot.db import Session
from wxbot.editors import EditorRight
from wxbot.errors import NotFound, WxbotError
from wxbot.library import FileReport
from wxbot.push.file_editing import drop_file
from wxbot.web.console.access import require_right
from wxbot.web.console.auth import current_editor
from wxbot.web.console.rendering import remedy_text, render_page
from wxbot.wiring import Services

__all__ = ["FILE_CHANGES", "FileChangePages", "find_report", "report_state"]

FILE_CHANGES = {
    "drop": (
        ("held", "refused"),
        "放在一边",
        "文件留在原处，后台不再读它，也不再提起；它的内容变了，才会再看。",
    ),
    "keep": (("gone",), "知道了", "这一期照旧公开，不再提起它的文件不在了；文件回来了，照常读。"),
}
"""Fates of the files that each change is for, its label, and its explanation."""


class FileChangePages:
    """Views of the changes; the form carries the report that its page showed."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        blueprint.add_url_rule(
            "/files/<any(drop, keep):verb>", "change_file", self.change, methods=["GET", "POST"]
        )

    @require_right(EditorRight.BRING)
    def change(self, verb: str) -> AnyResponse:
        """Show what a change means, and make it once it is confirmed."""
        with self._services.db.read() as session:
            report = find_report(session, request.values.get("source", ""), FILE_CHANGES[verb][0])
        if request.method == "GET":
            return self._page(verb, report)
        if request.form.get("seen", "") != report_state(report):
            return self._page(verb, report, "您看过之后，这个文件的下落变了，什么也没有做", status=409)
        try:
            self._drop(report) if verb == "drop" else self._keep(report)
        except WxbotError as error:
            return self._page(verb, report, error.message, remedy_text(error), status=409)
        return redirect(f"{g.path}files", 303)

    def _drop(self, report: FileReport) -> None:
        folder = self._services.bulletin_folder
        (found,) = library.list_files([folder / report.source], folder)
        drop_file(self._services.db, found, current_editor().person, self._services.now())

    def _keep(self, report: FileReport) -> None:
        with self._services.db.begin() as session:
            if report.number and library.keep_issue(session, report.number):
                subject = f"issue {report.number}"
                who, now = current_editor().person, self._services.now()
                audit.note(session, who=who, what="keep", subject=subject, now=now, source=report.source)

    def _page(
        self, verb: str, report: FileReport, error: str = "", remedy: str = "", status: int = 200
    ) -> Response:
        _, label, explanation = FILE_CHANGES[verb]
        return render_page(
            "file_change.html",
            status,
            title=f"{label}：{report.source}",
            here="bring",
            verb=verb,
            label=label,
            explanation=explanation,
            report=report,
            seen=report_state(report),
            error=error,
            remedy=remedy,
        )


def find_report(session: Session, source: str, outcomes: Iterable[str]) -> FileReport:
    """Return the report on a file that has one of these outcomes; raise NotFound."""
    reports = library.file_reports(session, outcomes)
    found = next((each for each in reports if each.source == source), None)
    if found is None:
        raise NotFound("这个文件不在等您决定的之列", remedy="到“带进来”里的简报文件夹，看它现在的下落。")
    return found


def report_state(report: FileReport) -> str:
    """Return the version of a report."""
    return f"{report.outcome} {report.at.isoformat()}"
