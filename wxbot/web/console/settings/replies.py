"""Pages of the reply texts: the list, and the form of one with its placeholders and a preview on a phone."""

from typing import Any

from flask import Blueprint, Response
from werkzeug.wrappers import Response as AnyResponse

from wxbot.bot.templates import LONGEST, TemplateError, compile_reply
from wxbot.bot.text_labels import REPLY_GROUPS, example_values, reply_label
from wxbot.bot.texts import TEXTS
from wxbot.editor_files import reply_key
from wxbot.errors import NotFound, WxbotError
from wxbot.web.console.access import EditorRight, require_right
from wxbot.web.console.phone.content import chat_bubbles
from wxbot.web.console.settings.parts import field, form_page, redirect_to, save_text, settings_page
from wxbot.wechat import Text
from wxbot.wiring import Services

__all__ = ["ReplySettingPages"]


class ReplySettingPages:
    """Views of the texts in content/replies/."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        blueprint.add_url_rule("/settings/replies", "setting_replies", self.replies)
        blueprint.add_url_rule("/settings/replies/<name>", "edit_reply", self.form)
        blueprint.add_url_rule("/settings/replies/<name>", "save_reply", self.save, methods=["POST"])

    def replies(self) -> Response:
        """Return the texts by occasion, those that the association changed marked."""
        known = {name for _, labels in REPLY_GROUPS for name in labels}
        others = {name: name for name in TEXTS if name not in known}
        groups = [*REPLY_GROUPS, ("其他", others)]
        return settings_page(
            "settings_replies.html",
            title="回复文字",
            groups=[
                (title, [self._row(name) for name in labels if name in TEXTS])
                for title, labels in groups
                if labels
            ],
        )

    def form(self, name: str) -> Response:
        """Return the form of a text."""
        file = self._services.editor_files.read(_known_key(name))
        return self._page(name, (file.text or TEXTS[name].text).strip(), file.token)

    @require_right(EditorRight.TEXTS)
    def save(self, name: str) -> AnyResponse:
        """Save a text, show how it looks, or go back to the shipped one."""
        key, text, seen, label = _known_key(name), field("text"), field("seen"), reply_label(name)
        try:
            match field("do"):
                case "save":
                    save_text(self._services, key, f"{text}\n", f"改了回复文字「{label}」")
                case "reset":
                    save_text(self._services, key, None, f"用回了原来的回复文字「{label}」")
                case _:
                    return self._page(name, text, seen)
        except WxbotError as error:
            return self._page(name, text, seen, error)
        return redirect_to(f"/replies/{name}", "reset" if field("do") == "reset" else "saved")

    def _row(self, name: str) -> dict[str, Any]:
        files, key = self._services.editor_files, reply_key(name)
        try:
            text = files.read(key).text
        except WxbotError as error:
            return {"name": name, "label": reply_label(name), "mistake": error.message, "first": ""}
        problems = files.file(key).check(text) if text is not None else []
        shown = (text or TEXTS[name].text).strip()
        return {
            "name": name,
            "label": reply_label(name),
            "is_changed": text is not None and text.strip() != TEXTS[name].text.strip(),
            "mistake": problems[0].says if problems else "",
            "first": shown.partition("\n")[0],
        }

    def _page(self, name: str, text: str, seen: str, error: WxbotError | None = None) -> Response:
        places = TEXTS[name].places
        try:
            filled, mistake = compile_reply(name, text).fill(example_values(places)), ""
        except TemplateError as wrong:
            filled, mistake = "", str(wrong)
        url = self._services.settings.public_url
        return form_page(
            "settings_reply.html",
            error,
            title=reply_label(name),
            name=name,
            text=text,
            seen=seen,
            places=sorted(places),
            examples=example_values(places),
            shipped=TEXTS[name].text,
            is_shipped=text.strip() == TEXTS[name].text.strip(),
            bubbles=chat_bubbles(Text(filled), url) if filled else [],
            account_name=self._services.settings.account_name or "公众号",
            bytes_most=LONGEST,
            mistake=mistake if not error else "",
        )


def _known_key(name: str) -> str:
    if name not in TEXTS:
        raise NotFound(f"没有「{name}」这段回复文字", remedy="回到回复文字的列表看有哪些。")
    return reply_key(name)
