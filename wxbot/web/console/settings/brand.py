"""Page of the brand: colour, theme, logo, QR code and texts, with a preview of everything that they change."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, make_response, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot.brand import BRAND_FOLDER, THEMES, Brand, parse_brand
from wxbot.brand.brand_table import LARGEST_PICTURE, picture_of, picture_problem, read_brand
from wxbot.brand.values import LONGEST_TEXTS
from wxbot.editor_files import BRAND, change_table
from wxbot.editor_files.file_text import replace_file_bytes
from wxbot.errors import Forbidden, WxbotError
from wxbot.rendering.brand_preview import BRAND_PREVIEW_POLICY, brand_mistake, brand_preview
from wxbot.web.console.access import EditorRight, allow_large_form, require_right
from wxbot.web.console.phone.frames import account_name
from wxbot.web.console.rendering import remedy_text
from wxbot.web.console.settings.parts import field, redirect_to, save_text, settings_page
from wxbot.wiring import Services

__all__ = ["BrandSettingPages"]

_PICTURES = {"logo": "标志", "qr_code": "二维码"}
_TEXT_LABELS = {
    "colour": "颜色",
    "theme": "样式",
    "slogan": "一句话的宗旨",
    "head": "文章开头的话",
    "foot": "文章末尾的话",
    "contact": "联系方式",
    "icp_number": "网站备案号",
}
_TEXTS = tuple(_TEXT_LABELS)
_LABELS = _TEXT_LABELS | _PICTURES
_PLACE = re.compile(r"(?:\S*wxbot\.toml|brand) 第 \d+ 行：")
_KEYS = re.compile(rf"(?<![\w/])(?:{'|'.join(_LABELS)})(?![\w/])")


class BrandSettingPages:
    """Views of [brand] in the settings file."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        blueprint.add_url_rule("/settings/brand", "setting_brand", self.form)
        blueprint.add_url_rule("/settings/brand", "save_brand", self.save, methods=["POST"])
        blueprint.add_url_rule("/settings/brand/preview", "preview_brand", self.preview)

    def form(self) -> Response:
        """Return the form."""
        file = self._services.editor_files.read(BRAND)
        return self._page(file.text or "", file.token)

    @require_right(EditorRight.TEXTS)
    @allow_large_form(lambda _settings: 3 * LARGEST_PICTURE)
    def save(self) -> AnyResponse:
        """Save the brand, or show everything in it as it is typed: in the frame beside the form, mistakes as well."""
        text = self._services.editor_files.read(BRAND).text or ""
        try:
            pictures = _chosen_pictures()
            text = change_table(text, BRAND, _values(pictures))
            brand = self._read(text, pictures)
            if field("do") == "preview":
                return _preview_response(brand_preview(brand, account_name(self._services)))
            for name, data in pictures.items():
                replace_file_bytes(self._services.settings.content / _picture_file(name, data), data)
            save_text(self._services, BRAND, text, "改了品牌")
        except WxbotError as error:
            if field("do") == "preview":
                return _preview_response(
                    brand_mistake(_in_words(error.message), _in_words(remedy_text(error)))
                )
            return self._page(text, field("seen"), error)
        return redirect_to("/brand", "saved")

    def preview(self) -> Response:
        """Return the page that shows the saved brand wherever a reader meets it."""
        brand = self._services.brand_file.current()
        return _preview_response(brand_preview(brand, account_name(self._services)))

    def _read(self, text: str, pictures: Mapping[str, bytes]) -> Brand:
        """Return the brand of a text with pictures that are not kept yet; raises SettingsError as `parse_brand`."""
        kept = change_table(text, BRAND, dict.fromkeys(pictures)) if pictures else text
        brand = parse_brand(kept, BRAND, self._services.settings.content)
        chosen = {name: picture_of(data) for name, data in pictures.items()}
        return replace(
            brand,
            logo=chosen.get("logo", brand.logo),
            qr_code=chosen.get("qr_code", brand.qr_code),
        )

    def _page(self, text: str, seen: str, error: WxbotError | None = None) -> Response:
        content = self._services.settings.content
        brand, problems = read_brand(text, BRAND, content)
        typed = {name: field(name) for name in _TEXTS} if request.method == "POST" else {}
        values: dict[str, Any] = {name: getattr(brand, name) for name in _TEXTS} | typed
        return settings_page(
            "settings_brand.html",
            409 if error else 200,
            title="品牌",
            form=values,
            brand=brand,
            pictures=_PICTURES,
            themes=list(THEMES),
            longest=LONGEST_TEXTS,
            seen=seen,
            broken="；".join(map(str, problems)) if problems and not error else "",
            error=_in_words(error.message) if error else "",
            remedy=_in_words(remedy_text(error)) if error else "",
        )


def _in_words(text: str) -> str:
    """Return a text that names the fields as the form does, and no line of a file that an editor does not see."""
    text = _PLACE.sub("", text)
    return _KEYS.sub(lambda found: f"「{_LABELS[found[0]]}」", text)


def _chosen_pictures() -> dict[str, bytes]:
    """Return the pictures that the form brings, by key; raises Forbidden for one that cannot be used."""
    found = {}
    for name, label in _PICTURES.items():
        given = request.files.get(name)
        if request.form.get(f"no_{name}") or given is None or not given.filename:
            continue
        data = given.read(LARGEST_PICTURE + 1)
        problem = "太大，最大 2 MB" if len(data) > LARGEST_PICTURE else picture_problem(name, data)
        if problem:
            raise Forbidden(f"{label}没有换：{problem}", remedy="换一张 PNG 或 JPEG 图片。")
        found[name] = data
    return found


def _values(pictures: Mapping[str, bytes]) -> dict[str, str | None]:
    """Return the values of the form; None for those that are left to their default."""
    values: dict[str, str | None] = {name: field(name) or None for name in _TEXTS}
    values |= {name: None for name in _PICTURES if request.form.get(f"no_{name}")}
    return values | {name: _picture_file(name, data) for name, data in pictures.items()}


def _picture_file(name: str, data: bytes) -> str:
    """Return the file of an uploaded picture, named by its content, so that undo finds the one before."""
    suffix = "png" if data.startswith(b"\x89PNG") else "jpg"
    return f"{BRAND_FOLDER}/{name}-{hashlib.sha256(data).hexdigest()[:12]}.{suffix}"


def _preview_response(page: str) -> Response:
    response = make_response(page)
    response.headers["Content-Security-Policy"] = BRAND_PREVIEW_POLICY
    return response
