"""The page on which an editor checks and mends the reading of a file: the source beside the issue it becomes.

Each form settles one thing, which is kept at once in the file's fixes, and the reading is shown again. The form
carries the version of file and fixes that the page showed: of two editors the second one sees what the first one did.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, g, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import editors
from wxbot.errors import Forbidden, WxbotError
from wxbot.library import pending_fixes
from wxbot.library.issue_list import issue_of_source
from wxbot.library.pending_fixes import FixStep
from wxbot.library.source_files import SourceFile, find_source
from wxbot.library.source_reading import SourceReading
from wxbot.local_time import moment_label
from wxbot.push.file_editing import finish_step, settle_reading, undo_reading
from wxbot.web.console.access import EditorRight, current_editor, require_right
from wxbot.web.console.library.reading_orders import decide
from wxbot.web.console.library.reading_rows import (
    USES,
    general_doubts,
    line_rows,
    masthead_rows,
    next_doubt,
    tree_of,
)
from wxbot.web.console.rendering import EditorNames, error_text, field_errors, render_page
from wxbot.wiring import Services

__all__ = ["ReadingPages"]

LINES_ON_A_PAGE = 1000
STEPS_SHOWN = 8


@dataclass(frozen=True)
class RefusedForm:
    """A form that was refused: what it settles ("" where it is not to be filled in again), its fields, and why."""

    what: str
    form: Mapping[str, str]
    error: WxbotError

    @property
    def errors(self) -> Mapping[str, str]:
        """The reason by the field beside which it stands."""
        return field_errors(self.error) if self.what else {}

    @property
    def says(self) -> str:
        """The reason above the page."""
        return "没有存：要改的地方写在那一格旁边。" if self.errors else error_text(self.error)

    def fields_of(self, what: str, at: int) -> Mapping[str, str]:
        """Return the fields that were typed for one line, picture, article or section; {} for another one."""
        here = self.what == what and self.form.get("line" if what == "picture" else what, "") == str(at)
        return self.form if here or self.what == what == "masthead" else {}


class ReadingPages:
    """Views of one file: its reading, the forms that settle it, undo, and its pictures."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        blueprint.add_url_rule("/bring/read", "reading", self.show)
        blueprint.add_url_rule(
            "/bring/settle/<any(line, picture, article, section, masthead):what>",
            "settle_reading",
            self.settle,
            methods=["POST"],
        )
        blueprint.add_url_rule("/bring/undo", "undo_reading", self.undo, methods=["POST"])
        blueprint.add_url_rule("/bring/picture/<digest>", "reading_picture", self.picture)

    def show(self) -> Response:
        """Return the reading of a file."""
        file = self._file()
        finish_step(self._services.db, file)
        return self._page(file, self._services.source_reader.read(file))

    @require_right(EditorRight.MEND)
    def settle(self, what: str) -> AnyResponse:
        """Settle what a form says."""
        file = self._file()
        read = self._services.source_reader.read(file)
        try:
            if request.form.get("seen", "") != read.version:
                raise _stale_refusal(what, request.form)
            fixes, says = decide(read.reading, what, request.form)
            settle_reading(self._services.db, self._step(file), fixes, says)
        except WxbotError as error:
            is_same = request.form.get("seen", "") == read.version
            refused = RefusedForm(what if is_same or what == "masthead" else "", request.form, error)
            return self._page(file, self._services.source_reader.read(file), refused)
        return self._back(file, request.form.get("line", ""), follows=what in {"line", "picture"})

    @require_right(EditorRight.MEND)
    def undo(self) -> AnyResponse:
        """Take back the last step."""
        file = self._file()
        try:
            undo_reading(self._services.db, self._step(file))
        except WxbotError as error:
            refused = RefusedForm("", request.form, error)
            return self._page(file, self._services.source_reader.read(file), refused)
        return self._back(file, request.form.get("line", ""), follows=False)

    def picture(self, digest: str) -> Response:
        """Return a picture of the file as pages show it."""
        found = self._services.source_reader.picture(self._file(), digest)
        if found is None:
            abort(404)
        response = make_response(found.data)
        response.content_type = found.media_type
        return response

    def _file(self) -> SourceFile:
        """Return the file that a request names; raise NotFound."""
        return find_source(self._services.bulletin_folder, request.values.get("source", ""))

    def _step(self, file: SourceFile) -> FixStep:
        """Return the step that the editor takes with this request."""
        return FixStep(file, request.form.get("seen", ""), current_editor().person, self._services.now())

    def _back(self, file: SourceFile, line: str, *, follows: bool) -> AnyResponse:
        """Lead back to the reading; with `follows` to the doubt after the line that was settled."""
        query = {"source": file.name} | ({"line": line} if line else {}) | ({"next": "1"} if follows else {})
        return redirect(f"{g.path}bring/read?{urlencode(query)}#here", 303)

    def _page(self, file: SourceFile, read: SourceReading, refused: RefusedForm | None = None) -> Response:
        """Return the page of a reading; a form that was refused is open and has what was typed."""
        reading = read.reading
        selected = _find_selected(read, request.values)
        start = (selected or 0) // LINES_ON_A_PAGE * LINES_ON_A_PAGE
        if request.args.get("from", "").isdecimal():
            start = min(int(request.args["from"][:7]), max(0, len(reading.traced) - 1))
        with self._services.db.read() as session:
            steps = pending_fixes.fix_edits(session, file, STEPS_SHOWN)
            undoable = pending_fixes.undoable_edit(session, file)
            names = EditorNames.of(editors.all_editors(session))
            key = issue_of_source(session, file.name)
        tz = self._services.settings.tz
        return render_page(
            "reading.html",
            409 if refused else 200,
            title=file.path.name,
            here="bring",
            file=file,
            query=urlencode({"source": file.name}),
            seen=read.version,
            parsed=reading.parsed,
            masthead=masthead_rows(reading.parsed),
            settled=reading.fixes.settled,
            doubts=general_doubts(reading),
            doubt_count=len(reading.parsed.problems),
            rows=line_rows(reading, start, start + LINES_ON_A_PAGE),
            start=start,
            end=min(len(reading.traced), start + LINES_ON_A_PAGE),
            line_count=len(reading.traced),
            selected=selected,
            tree=tree_of(reading.parsed),
            printed=[each.title for each in reading.printed.articles],
            uses=USES,
            steps=[(each.says, names.name_of(each.by), moment_label(each.at, tz)) for each in steps],
            undoable=undoable,
            key=key,
            refused=refused,
        )


_LOOK = "可能是另一位编辑刚改过：请看清楚下面现在的样子，再改。"
_TYPED = {
    "title": "title",
    "section": "new_section",
    "rename": "name",
    "split": "begins",
    "change": "caption",
}


def _stale_refusal(what: str, form: Mapping[str, str]) -> Forbidden:
    """Return the refusal of a form whose file changed; with what was typed, which may belong to another place now."""
    typed = form.get(_TYPED.get(form.get("use", ""), ""), "") if what != "masthead" else ""
    says = f"您写的是“{typed}”。" if typed else ""
    return Forbidden("您看过之后，这个文件或它的改动变了，什么也没有做", remedy=f"{_LOOK}{says}")


def _find_selected(read: SourceReading, values: Mapping[str, Any]) -> int | None:
    """Return the position of the line whose form is open: the one that is named, else the first with a doubt."""
    given, count = values.get("line", ""), len(read.reading.traced)
    here = int(given) if given.isascii() and given.isdecimal() and len(given) < 8 else None
    if here is None or here >= count:
        return next_doubt(read.reading, -1)
    if "next" in values:
        following = next_doubt(read.reading, here)
        return here if following is None else following
    return here
