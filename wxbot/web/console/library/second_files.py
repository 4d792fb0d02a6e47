"""Pages on which an editor takes a file that was held beside another one of its issue.

It is a correction of that issue, or an issue of another number. A page tells what becomes of it before anything is
written; then it is ingested as by `wxbot ingest` with --as-correction or --number.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import audit, library
from wxbot.bulletin import FoundFile, ReaderLimits, ReaderPool
from wxbot.bulletin.identity import Settled
from wxbot.bulletin.issue_number import IssueNumber
from wxbot.db import Session
from wxbot.editors import EditorRight
from wxbot.errors import BulletinError, WxbotError
from wxbot.library import FileReport, IngestResult, Issue, Outcome, issue_list, watched_folder
from wxbot.push import publishing
from wxbot.web.console.access import require_right
from wxbot.web.console.auth import current_editor
from wxbot.web.console.library.file_decisions import find_report, report_state
from wxbot.web.console.rendering import error_text, render_page
from wxbot.wiring import Services

__all__ = ["SecondFilePages"]

_LABELS = {"correct": "作为更正收下", "number": "另定期号"}
_EVENTS = {"correct": "take correction", "number": "take number"}
_MOST_CHARS = 40  # of a number


@dataclass(frozen=True)
class _Taking:
    """An editor's order to take a file: how (`correct` or `number`), the report on it, and the number as entered."""

    verb: str
    report: FileReport
    entered: str
    number: IssueNumber | None


class SecondFilePages:
    """Views of both ways; the form carries the file and the issue as its page showed them."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        blueprint.add_url_rule("/files/<any(correct, number):verb>", "second_file", self.show)
        blueprint.add_url_rule(
            "/files/<any(correct, number):verb>", "take_second_file", self.take, methods=["POST"]
        )

    @require_right(EditorRight.BRING)
    def show(self, verb: str) -> Response:
        """Tell what becomes of the file; before that, ask for its number where one is wanted."""
        taking = self._read(verb)
        if verb == "number" and taking.number is None:
            return self._ask_number(taking)
        return self._foretell(taking)

    @require_right(EditorRight.BRING)
    def take(self, verb: str) -> AnyResponse:
        """Take the file if it and its issue are as the editor has seen them."""
        taking = self._read(verb)
        if verb == "number" and taking.number is None:
            return self._ask_number(taking)
        key = request.form.get("key", "")
        if request.form.get("seen", "") != self._state(taking, key):
            return self._foretell(taking, "您看过之后，这个文件或这一期变了，什么也没有做：请再看一遍。", 409)
        try:
            watched_folder.keep_settled(
                self._find_file(taking.report), Settled(taking.number), self._services.bulletin_folder
            )
            result = self._ingest(taking, foretells=False)
        except WxbotError as error:
            return self._foretell(taking, error_text(error), 409)
        with self._services.db.begin() as session:
            library.record_results(session, [result], self._services.now())
        if _refusal(result):
            return self._foretell(taking, _refusal(result), 409)
        done = "taken-held" if result.is_held else "same" if result.outcome is Outcome.SAME else "taken"
        return redirect(f"{g.path}shelf/{quote(result.key)}?done={done}", 303)

    def _read(self, verb: str) -> _Taking:
        """Return the order that a request names; raise NotFound for a file that is not held."""
        with self._services.db.read() as session:
            report = find_report(session, request.values.get("source", ""), ["held"])
        entered = request.values.get("number", "").replace("\0", "").strip()[:_MOST_CHARS]
        number = IssueNumber.parse(entered.lower()) if verb == "number" else None
        return _Taking(verb, report, entered, number)

    def _find_file(self, report: FileReport) -> FoundFile:
        """Return the file as the worker finds it."""
        folder = self._services.bulletin_folder
        (found,) = library.list_files([folder / report.source], folder)
        return replace(found, in_folder=True)

    def _ingest(self, taking: _Taking, *, foretells: bool) -> IngestResult:
        """Ingest the file, in a process of its own; one that foretells writes nothing."""
        s, by = self._services, current_editor().person

        def follow(session: Session, key: str, /, *, dry_run: bool) -> Sequence[library.Consequence]:
            """Apply the content to the campaigns, and record the order in the transaction that stores the file."""
            if not foretells:
                note = {"subject": publishing.issue_subject(key), "source": taking.report.source}
                audit.note(session, who=by, what=_EVENTS[taking.verb], now=s.now(), **note)
            return publishing.follow_ingest(s.pusher, by, session, key, dry_run=dry_run)

        limits = ReaderLimits(s.settings.reader_seconds, s.settings.reader_memory_mb)
        with ReaderPool(limits, size=1) as readers:
            (result,) = library.ingest(
                s.db,
                [self._find_file(taking.report)],
                s.now(),
                dry_run=foretells,
                readers=readers,
                settled=Settled(taking.number),
                habits=s.read_habits(),
                policy=library.PublishPolicy.CLEAN
                if current_editor().may(EditorRight.PUBLISH)
                else library.PublishPolicy.NEVER,
                by=by,
                follow=follow,
                corrects=taking.verb == "correct",
            )
        return result

    def _state(self, taking: _Taking, key: str) -> str:
        """Return a token of the file, its report, and the issue of this key."""
        try:
            content = (self._services.bulletin_folder / taking.report.source).read_bytes()
        except OSError:
            content = b""
        with self._services.db.read() as session:
            stored = library.any_issue(session, key) if key else None
            seen = issue_list.seen_token(session, key) if stored is not None else ""
        parts = (report_state(taking.report), hashlib.sha256(content).hexdigest(), taking.entered, key, seen)
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]

    def _ask_number(self, taking: _Taking) -> Response:
        """Return the page that asks for a number, with what is wrong about the one that was entered."""
        errors = {"number": f"看不懂期号「{taking.entered}」，请照下面的样子写"} if taking.entered else {}
        return self._page(taking, errors=errors, status=400 if errors else 200)

    def _foretell(self, taking: _Taking, error: str = "", status: int = 200) -> Response:
        """Return the page that tells what would become of the file."""
        try:
            result = self._ingest(taking, foretells=True)
            refusal = _refusal(result)
            watched_folder.keep_settled(
                self._find_file(taking.report),
                Settled(taking.number),
                self._services.bulletin_folder,
                dry_run=True,
            )
        except WxbotError as failure:
            return self._page(taking, error=error or error_text(failure), status=409)
        if refusal:
            errors = {"number": refusal} if taking.verb == "number" else {}
            return self._page(taking, error="" if errors else error or refusal, errors=errors, status=409)
        with self._services.db.read() as session:
            issue = library.any_issue(session, result.key)
            comparison = (
                library.compare_with_file(session, issue, result.parsed)
                if issue is not None and result.would is not Outcome.SAME
                else None
            )
        return self._page(
            taking,
            error=error,
            status=status,
            result=result,
            foretold=_foretell_outcome(result, issue, taking.report.source),
            comparison=comparison,
            seen=self._state(taking, result.key),
        )

    def _page(
        self,
        taking: _Taking,
        *,
        error: str = "",
        errors: dict[str, str] | None = None,
        status: int = 200,
        result: IngestResult | None = None,
        **values: object,
    ) -> Response:
        return render_page(
            "second_file.html",
            status,
            title=f"{_LABELS[taking.verb]}：{taking.report.source}",
            here="bring",
            label=_LABELS[taking.verb],
            verb=taking.verb,
            report=taking.report,
            number=taking.entered,
            error=error,
            errors=errors or {},
            result=result,
            **values,
        )


def _refusal(result: IngestResult) -> str:
    """Return why nothing of a file is stored; "" for one that is taken."""
    if result.outcome is not Outcome.REFUSED and not result.is_question:
        return ""
    says = result.says.replace(result.file, result.source)
    return error_text(BulletinError(says, remedy=result.remedy))


def _foretell_outcome(result: IngestResult, issue: Issue | None, source: str) -> str:
    """Return what becomes of a file that is taken, in Chinese; `issue` is the one that it corrects, if any."""
    if result.would is Outcome.SAME:
        return "内容和书架上的一样：什么也不会变。"
    doubts = f"有 {len(result.problems)} 处疑问" if result.problems else "按要求等人看过"
    if issue is None:
        shown = f"{doubts}，先不公开，等您看" if result.is_held else "马上公开；推送另外计划"
        return f"{result.key} 上架，{shown}。期号记进它的修正文件，以后每次读它都照此。"
    taken = (
        f"{issue.key} 从此以 {source} 为准，记为一次修订；原来的 {issue.source} 留在原处，成为早先的一版。"
    )
    if result.is_held:
        return f"{taken}{doubts}：这次修订先等您看，会员看到的不变。"
    if not issue.is_public:
        return f"{taken}这一期还是「{issue.state_label}」。"
    return f"{taken}会员马上看到新的内容，每篇的网址不变。"
