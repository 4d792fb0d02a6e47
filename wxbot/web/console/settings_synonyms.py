"""Pages of the synonyms: the groups of the file by their headings, and the form of one group."""

from itertools import groupby

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot.editor_files import SYNONYMS
from wxbot.editor_files.synonym_lines import (
    SynonymLine,
    add_distinction,
    change_line,
    list_distinctions,
    list_lines,
    remove_line,
)
from wxbot.errors import NotFound, WxbotError
from wxbot.search.synonyms import EXCLUDES, text_or_shipped
from wxbot.web.console.access import EditorRight, require_right
from wxbot.web.console.settings_parts import field, form_page, redirect_to, save_text
from wxbot.wiring import Services

__all__ = ["SynonymSettingPages"]

MAX_WORD_CHARS = 40


class SynonymSettingPages:
    """Views of content/synonyms.txt; a new group is tried and added on the page of the members."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        blueprint.add_url_rule("/settings/synonyms", "setting_synonyms", self.groups)
        blueprint.add_url_rule(
            "/settings/synonyms", "add_distinction", self.add_distinction, methods=["POST"]
        )
        blueprint.add_url_rule("/settings/synonyms/<int:line>", "edit_synonyms", self.form)
        blueprint.add_url_rule("/settings/synonyms/<int:line>", "save_synonyms", self.save, methods=["POST"])

    def groups(self) -> Response:
        """Return the groups, those with a word if the address asks for one."""
        return self._list_page()

    @require_right(EditorRight.TEXTS)
    def add_distinction(self) -> AnyResponse:
        """Add a line that tells words apart."""
        words, present = _read_words(), self._services.editor_files.read(SYNONYMS).text
        try:
            text = add_distinction(present, words)
            save_text(self._services, SYNONYMS, text, f"分开了两个词：{EXCLUDES.join(words)}")
        except WxbotError as error:
            return self._list_page(error)
        return redirect_to("/synonyms", "saved")

    def _list_page(self, error: WxbotError | None = None) -> Response:
        file = self._services.editor_files.read(SYNONYMS)
        found = list_lines(text_or_shipped(file.text))
        wanted = request.args.get("q", "").strip()[:MAX_WORD_CHARS]
        shown = [each for each in found if _has_word(each, wanted)]
        distinctions = list_distinctions(text_or_shipped(file.text))
        return form_page(
            "settings_synonyms.html",
            error,
            title="同义词",
            seen=request.form.get("seen", file.token),
            words=field("words"),
            distinctions=[each for each in distinctions if _has_word(each, wanted)],
            wanted=wanted,
            parts=[(heading, list(lines)) for heading, lines in groupby(shown, lambda each: each.heading)],
            count=len(found),
            doubtful=[each for each in found if each.says],
        )

    def form(self, line: int) -> Response:
        """Return the form of a group."""
        file = self._services.editor_files.read(SYNONYMS)
        found = _find_line(text_or_shipped(file.text), line)
        if found is None:
            raise NotFound(f"第 {line} 行没有同义词", remedy="可能刚才有人改过：回到同义词的列表看看。")
        return self._page(line, list(found.words), file.token, says=found.says)

    @require_right(EditorRight.TEXTS)
    def save(self, line: int) -> AnyResponse:
        """Save a group, show what its words find, or remove it."""
        words, present = _read_words(), text_or_shipped(self._services.editor_files.read(SYNONYMS).text)
        found = _find_line(present, line)
        label = (EXCLUDES if found and found.is_distinction else "＝").join(words)
        try:
            match field("do"):
                case "save":
                    text = change_line(present, line, words)
                    save_text(self._services, SYNONYMS, text, f"改了同义词：{label}")
                case "remove":
                    save_text(self._services, SYNONYMS, remove_line(present, line), f"删了同义词：{label}")
                case _:
                    change_line(present, line, words)
                    return self._page(line, words, field("seen"))
        except WxbotError as error:
            return self._page(line, words, field("seen"), error=error)
        return redirect_to("/synonyms", "removed" if field("do") == "remove" else "saved")

    def _page(
        self, line: int, words: list[str], seen: str, *, says: str = "", error: WxbotError | None = None
    ) -> Response:
        services = self._services
        services.sync_index()
        found = _find_line(text_or_shipped(services.editor_files.read(SYNONYMS).text), line)
        is_distinction = found is not None and found.is_distinction
        return form_page(
            "settings_synonym.html",
            error,
            title=(EXCLUDES if is_distinction else "＝").join(words) or "同义词",
            is_distinction=is_distinction,
            line=line,
            words=words,
            seen=seen,
            says=says,
            hits=[
                (
                    word,
                    services.index.search(word, 1).total,
                    services.index.search(word, 1, group=words).total,
                )
                for word in words
            ],
        )


def _read_words() -> list[str]:
    """Return the words of the form."""
    given = field("words").replace("#", " ").replace(EXCLUDES, " ")
    return [word[:MAX_WORD_CHARS] for word in given.split()]


def _find_line(text: str, line: int) -> SynonymLine | None:
    """Return the group or distinction in a line of the file; None if there is none."""
    return next((each for each in [*list_lines(text), *list_distinctions(text)] if each.line == line), None)


def _has_word(line: SynonymLine, wanted: str) -> bool:
    return not wanted or any(wanted.casefold() in word.casefold() for word in line.words)
