"""Pages on which an editor brings files in: upload, pasted text, and the files that were brought and not taken yet."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from wxbot import audit, library
from wxbot.bulletin import READABLE
from wxbot.errors import BulletinError, WxbotError
from wxbot.library.pending_fixes import FixStep
from wxbot.library.source_files import SourceFile, find_source, list_uploads
from wxbot.library.upload_pictures import GivenFile, assign_pictures, read_pictures
from wxbot.library.uploads import ACCEPTED, store_upload
from wxbot.local_time import moment_label
from wxbot.push.file_editing import discard_fixes, drop_upload, file_subject
from wxbot.web.console.access import EditorRight, allow_large_form, current_editor, require_right
from wxbot.web.console.library.lists import WAITING
from wxbot.web.console.rendering import error_page, error_text, render_page
from wxbot.wiring import Services

__all__ = ["BringPages"]

MAX_FILES = 20
_AROUND = 2**16  # bytes of a form beside the files in it
_as_upload = allow_large_form(lambda settings: settings.upload_mb * 2**20 + _AROUND)


class BringPages:
    """Views that bring files in and remove them again."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._limit = services.settings.upload_mb * 2**20

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console; their forms may be larger than others."""
        blueprint.register_error_handler(RequestEntityTooLarge, _too_large)
        blueprint.add_url_rule("/bring", "bring", self.show)
        blueprint.add_url_rule("/bring/upload", "upload", self.upload, methods=["POST"])
        blueprint.add_url_rule("/bring/paste", "paste", self.paste, methods=["POST"])
        blueprint.add_url_rule("/bring/remove", "remove_upload", self.remove, methods=["GET", "POST"])

    def show(self) -> Response:
        """Return the page with both ways to bring a file in, and what was brought and not taken yet."""
        return self._page()

    @require_right(EditorRight.BRING)
    @_as_upload
    def upload(self) -> AnyResponse:
        """Keep the files of the form; each that is refused is told with its reason."""
        given = [each for each in request.files.getlist("file") if each.filename]
        files, refused = assign_pictures(
            [GivenFile(each.filename or "", each.stream.read()) for each in given]
        )
        kept = []
        for file in files[:MAX_FILES]:
            try:
                kept.append(self._store(file))
            except WxbotError as error:
                refused.append(error_text(error))
        if len(files) > MAX_FILES:
            refused.append(
                f"一次最多 {MAX_FILES} 个文件，后面的 {len(files) - MAX_FILES} 个没有收下：请再带一次"
            )
        return self._answer(kept, refused, "没有选文件：请先选一个，或把它拖到框里。")

    @require_right(EditorRight.BRING)
    @_as_upload
    def paste(self) -> AnyResponse:
        """Keep a pasted text as a file."""
        text = request.form.get("text", "").replace("\r\n", "\n")
        name = request.form.get("name", "").strip() or "粘贴的简报"
        refused, kept = [], []
        try:
            full_name = name if name.lower().endswith(".md") else f"{name}.txt"
            kept.append(self._store(GivenFile(full_name, text.encode())))
        except WxbotError as error:
            refused.append(error_text(error))
        return self._answer(kept, refused, "")

    @require_right(EditorRight.BRING)
    def remove(self) -> AnyResponse:
        """Remove a file that was brought, or the changes of another that are not in force, once that is confirmed."""
        file = find_source(self._services.bulletin_folder, request.values.get("source", ""))
        if request.method == "POST":
            try:
                step = FixStep(
                    file, request.form.get("seen", ""), current_editor().person, self._services.now()
                )
                if not file.is_upload:
                    discard_fixes(self._services.db, step)
                    return redirect(f"{g.path}bring/read?{urlencode({'source': file.name})}", 303)
                drop_upload(self._services.db, step)
                return redirect(f"{g.path}bring?removed=1", 303)
            except WxbotError as error:
                return self._remove_page(file, error_text(error), 409)
        return self._remove_page(file)

    def _remove_page(self, file: SourceFile, error: str = "", status: int = 200) -> Response:
        return render_page(
            "bring_remove.html",
            status,
            title=f"{'不要这个文件' if file.is_upload else '不要这些改动'}：{file.path.name}",
            here="bring",
            file=file,
            query=urlencode({"source": file.name}),
            seen=file.version(),
            error=error,
        )

    def _store(self, given: GivenFile) -> SourceFile:
        """Keep one file with its pictures, and record who brought it."""
        s = self._services
        if len(given.data) > self._limit:
            raise BulletinError(
                f"{given.name} 超过 {s.settings.upload_mb} MB",
                remedy="请把里面的图片缩小，另存一份再带进来。",
            )
        file = store_upload(s.bulletin_folder, given, s.readers)
        with s.db.begin() as session:
            subject = file_subject(file.name)
            audit.note(session, who=current_editor().person, what="upload", subject=subject, now=s.now())
        return file

    def _answer(self, kept: list[SourceFile], refused: list[str], nothing: str) -> AnyResponse:
        """Lead to the reading of a single file, else show what became of all."""
        if len(kept) == 1 and not refused:
            return redirect(f"{g.path}bring/read?{urlencode({'source': kept[0].name})}", 303)
        if not kept and not refused:
            refused = [nothing]
        if refused:
            return self._page(refused, 400)
        return redirect(f"{g.path}bring?kept={len(kept)}", 303)

    def _page(self, refused: list[str] | None = None, status: int = 200) -> Response:
        """Return the page, with the reasons for which files were refused."""
        with self._services.db.read() as session:
            waiting = len(library.file_reports(session, WAITING))
        count = request.args.get("kept", "")
        message = f"收到 {count} 个文件，一个一个看过再公开。" if count.isdecimal() and len(count) < 4 else ""
        message = "已经去掉。" if "removed" in request.args else message
        return render_page(
            "bring.html",
            status,
            title="带进来",
            here="bring",
            message=message,
            refused=refused or [],
            uploads=[self._row(file) for file in list_uploads(self._services.bulletin_folder)],
            waiting=waiting,
            readable=READABLE,
            accept=",".join(ACCEPTED),
            limit=self._services.settings.upload_mb,
            name=request.form.get("name", "")[:80],
            text=request.form.get("text", "") if refused else "",
        )

    def _row(self, file: SourceFile) -> dict[str, Any]:
        """Return the values of a file in the list."""
        found = file.path.stat()
        kilobytes = max(1, found.st_size // 1024)
        return {
            "name": file.path.name,
            "query": urlencode({"source": file.name}),
            "pictures": list(read_pictures(file.path)),
            "size": f"{kilobytes / 1024:.1f} MB" if kilobytes >= 1024 else f"{kilobytes} KB",
            "at": moment_label(dt.datetime.fromtimestamp(found.st_mtime, dt.UTC), self._services.settings.tz),
        }


def _too_large(_error: RequestEntityTooLarge) -> Response:
    """Return the page of a form that is larger than the limit."""
    return error_page(
        "文件太大，没有收下",
        "请少选几个，或把文件里的图片缩小，另存一份再带进来；确实需要更大，请运维调大设置 upload_mb。",
        413,
    )
