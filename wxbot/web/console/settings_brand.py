"""Page of the brand: colour, theme, logo, QR code and texts, with a preview of everything that they change."""

import hashlib
from typing import Any

from flask import Blueprint, Response, make_response, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot.brand import BRAND_FOLDER, THEMES, parse_brand
from wxbot.brand.values import LARGEST_PICTURE, LONGEST_TEXTS, picture_problem, read_brand
from wxbot.editor_files import BRAND, change_table
from wxbot.editor_files.file_text import replace_file_bytes
from wxbot.errors import Forbidden, WxbotError
from wxbot.rendering.brand_preview import BRAND_PREVIEW_POLICY, brand_mistake, brand_preview
from wxbot.web.console.access import EditorRight, allow_large_form, require_right
from wxbot.web.console.phone_look import account_name
from wxbot.web.console.rendering import remedy_text
from wxbot.web.console.settings_parts import field, redirect_to, save_text, settings_page
from wxbot.wiring import Services

__all__ = ["BrandSettingPages"]

_PICTURES = {"logo": "标志", "qr_code": "二维码"}
_TEXTS = ("colour", "theme", "slogan", "head", "foot", "contact", "icp_number")


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
            text = change_table(text, BRAND, self._values())
            if field("do") == "preview":
                brand = parse_brand(text, BRAND, self._services.settings.content)
                return _preview_response(brand_preview(brand, account_name(self._services)))
            save_text(self._services, BRAND, text, "改了品牌")
        except WxbotError as error:
            if field("do") == "preview":
                return _preview_response(brand_mistake(error.message, remedy_text(error)))
            return self._page(text, field("seen"), error)
        return redirect_to("/brand", "saved")

    def preview(self) -> Response:
        """Return the page that shows the saved brand wherever a reader meets it."""
        brand = self._services.brand_file.current()
        return _preview_response(brand_preview(brand, account_name(self._services)))

    def _values(self) -> dict[str, str | None]:
        """Return the values of the form; None for those that are left to their default."""
        values: dict[str, str | None] = {name: field(name) or None for name in _TEXTS}
        for name, label in _PICTURES.items():
            if request.form.get(f"no_{name}"):
                values[name] = None
            elif (given := request.files.get(name)) is not None and given.filename:
                values[name] = self._keep_picture(name, label, given.read(LARGEST_PICTURE + 1))
        return values

    def _keep_picture(self, name: str, label: str, data: bytes) -> str:
        """Keep an uploaded picture under a name made of its content, so that undo finds the one before."""
        problem = "太大，最大 2 MB" if len(data) > LARGEST_PICTURE else picture_problem(name, data)
        if problem:
            raise Forbidden(f"{label}没有换：{problem}", remedy="换一张 PNG 或 JPEG 图片。")
        suffix = "png" if data.startswith(b"\x89PNG") else "jpg"
        file = f"{BRAND_FOLDER}/{name}-{hashlib.sha256(data).hexdigest()[:12]}.{suffix}"
        replace_file_bytes(self._services.settings.content / file, data)
        return file

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
            error=error.message if error else "",
            remedy=remedy_text(error) if error else "",
        )


def _preview_response(page: str) -> Response:
    response = make_response(page)
    response.headers["Content-Security-Policy"] = BRAND_PREVIEW_POLICY
    return response
