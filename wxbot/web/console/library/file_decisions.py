"""Pages on which an editor decides about a file: take it, drop it, or keep the issue it brought."""

import hashlib
from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import audit, library
from wxbot.db import Session
from wxbot.editors.roles import EditorRight, EditorRole, require
from wxbot.errors import Forbidden, NotFound, WxbotError
from wxbot.library import FileReport, IngestResult, Issue, Outcome, issue_list
from wxbot.library.pending_fixes import FixStep, replaces_other_fixes
from wxbot.library.source_files import SourceFile, find_source
from wxbot.library.source_reading import SourceReading
from wxbot.push.file_editing import drop_file
from wxbot.push.take_file import FileTaking, foretell, refusal_of, take
from wxbot.web.console.access import require_right
from wxbot.web.console.auth import current_editor
from wxbot.web.console.rendering import error_text, field_errors, remedy_text, render_page
from wxbot.wiring import Services

__all__ = ["FILE_CHANGES", "FileChangePages", "TakePages", "find_report", "report_state"]

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


_LABELS = {"publish": "公开", "hold": "收下，先不公开", "correct": "作为更正收下"}
_MOST_SLUG_CHARS = 60  # shown again in a refused form


class TakePages:
    """Views of the page; its form carries the file and the issue as the page showed them."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        blueprint.add_url_rule("/bring/take", "take_file", self.answer, methods=["GET", "POST"])
        blueprint.add_url_rule(
            "/bring/publication", "take_publication", self.add_publication, methods=["POST"]
        )

    @require_right(EditorRight.HOLD)
    def answer(self) -> AnyResponse:
        """Tell what becomes of the file, and take it once that is confirmed."""
        file = find_source(self._services.bulletin_folder, request.values.get("source", ""))
        read = self._services.source_reader.read(file)
        if request.method == "GET":
            return self._page(file, read)
        order = self._order(file, read.version)
        if not order.holds:
            require(EditorRole(current_editor().role), EditorRight.PUBLISH)
        try:
            if request.form.get("seen", "") != self._state(read, request.form.get("key", "")):
                raise Forbidden(
                    "您看过之后，这个文件或这一期变了，什么也没有做",
                    remedy="请看清楚下面现在的样子，再按一次。",
                )
            result = take(self._services.pusher, order, read.reading.parsed)
        except WxbotError as error:
            return self._page(file, self._services.source_reader.read(file), error_text(error), 409)
        if refusal_of(result):
            return self._page(file, read, refusal_of(result), 409)
        done = (
            "held"
            if order.holds
            else "taken-held"
            if result.is_held
            else "same"
            if result.outcome is Outcome.SAME
            else "taken"
        )
        return redirect(f"{g.path}shelf/{quote(result.key)}?done={done}", 303)

    @require_right(EditorRight.TEXTS)
    def add_publication(self) -> AnyResponse:
        """Add the publication that a file names and the library does not know."""
        s = self._services
        file = find_source(s.bulletin_folder, request.form.get("source", ""))
        read = s.source_reader.read(file)
        name = read.reading.parsed.title or ""
        try:
            with s.db.begin() as session:
                added = library.add_publication(session, name, request.form.get("slug", "").strip().lower())
                note = {"subject": f"publication {added.slug}"[:120], "name": name}
                audit.note(session, who=current_editor().person, what="add publication", now=s.now(), **note)
        except WxbotError as error:
            return self._page(file, read, error_text(error), 409, field_errors(error))
        return redirect(f"{g.path}bring/take?{urlencode({'source': file.name, 'how': _how()})}", 303)

    def _order(self, file: SourceFile, version: str) -> FileTaking:
        """Return the order that a request gives."""
        s, how = self._services, _how()
        step = FixStep(file, version, current_editor().person, s.now())
        return FileTaking(step, s.readers, s.read_habits(), holds=how == "hold", corrects=how == "correct")

    def _state(self, read: SourceReading, key: str) -> str:
        """Return a token of the file, the issue of this key, and the way to take it."""
        with self._services.db.read() as session:
            stored = library.any_issue(session, key) if key else None
            seen = issue_list.seen_token(session, key) if stored is not None else ""
        return hashlib.sha256("|".join((read.version, key, seen, _how())).encode()).hexdigest()[:16]

    def _page(
        self,
        file: SourceFile,
        read: SourceReading,
        error: str = "",
        status: int = 200,
        errors: Mapping[str, str] | None = None,
    ) -> Response:
        """Return the page that tells what would become of the file."""
        result = foretell(self._services.pusher, self._order(file, read.version), read.reading.parsed)
        refusal = refusal_of(result)
        with self._services.db.read() as session:
            issue = library.any_issue(session, result.key) if result.key else None
            changes = issue is not None and not refusal and result.would is not Outcome.SAME
            comparison = (
                library.compare_with_file(session, issue, result.parsed) if issue and changes else None
            )
            overwrites = replaces_other_fixes(session, file)
            names = [each.name for each in library.publications(session)]
        return render_page(
            "bring_take.html",
            status,
            title=f"{_LABELS[_how()]}：{file.path.name}",
            here="bring",
            file=file,
            how=_how(),
            label=_LABELS[_how()],
            query=urlencode({"source": file.name}),
            result=result,
            refusal=refusal,
            publications=names if refusal and not result.key and result.is_question else [],
            settled=read.reading.fixes.settled,
            version=read.version,
            issue=issue,
            says=_foretell_outcome(result, issue, file, holds=_how() == "hold"),
            comparison=comparison,
            overwrites=overwrites,
            seen=self._state(read, result.key),
            error="" if errors else error,
            errors=errors or {},
            slug=request.form.get("slug", "")[:_MOST_SLUG_CHARS],
        )


def _how() -> str:
    """Return the way to take the file that a request names."""
    given = request.values.get("how", "")
    return given if given in _LABELS else "publish"


def _foretell_outcome(result: IngestResult, issue: Issue | None, file: SourceFile, *, holds: bool) -> str:
    """Return what becomes of a file that is taken, in Chinese; `issue` is the one that the library has."""
    where = f"文件放进简报文件夹，叫 {result.source}。" if file.is_upload else ""
    if result.would is Outcome.SAME and (issue is None or issue.is_public or holds):
        return f"内容和书架上的一样：什么也不会变。{where}"
    if holds:
        shown = "会员看到的不变" if issue is not None and issue.is_public else "会员还看不到"
        return f"{result.key} 收上书架，{shown}，等您公开。{where}"
    if issue is None or not issue.is_public:
        return f"{result.key} 马上公开：网页、回答、检索和最新一期里，会员看得到它。推送另外计划。{where}"
    return f"{result.key} 记为一次修订，会员马上看到新的内容，每篇的网址不变。{where}"
