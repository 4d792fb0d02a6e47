"""The table [brand] of wxbot.toml: read and check its values, with the pictures and the style sheet that they name.

All mistakes are found at once, each with its line and what to do. A value that is wrong is not used.
"""

import hashlib
import io
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wxbot.brand.stylesheet import ThemeSheet, read_sheet
from wxbot.brand.values import (
    BRAND_FOLDER,
    DEFAULT_COLOUR,
    LONGEST_TEXTS,
    PLAIN_BRAND,
    THEMES,
    Brand,
    BrandPicture,
    brand_fields,
    shipped_sheet,
)
from wxbot.bulletin.readers.pictures import MAX_PIXELS
from wxbot.errors import SettingsError
from wxbot.lazy import LazyModule
from wxbot.text import strip_controls

if TYPE_CHECKING:
    from PIL import Image
else:
    # Loaded at the first picture: a search or a command for text needs none.
    Image = LazyModule("PIL.Image")


__all__ = [
    "LARGEST_PICTURE",
    "BrandProblem",
    "brand_problems",
    "parse_brand",
    "picture_of",
    "picture_problem",
    "read_brand",
]

LARGEST_PICTURE = 2 * 2**20  # bytes
_FORMATS = ("PNG", "JPEG")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_ICP = re.compile(r"[\u4e00-\u9fff]ICP[备证]\s*\d{5,12}号(?:-\d{1,3})?")


@dataclass(frozen=True, slots=True)
class BrandProblem:
    """A mistake of [brand]: file and line (0: unknown), what is wrong, and what to do."""

    file: str
    line: int
    says: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}{f' 第 {self.line} 行' if self.line else ''}：{self.says}"


def parse_brand(text: str, file: str, content: Path) -> Brand:
    """Return the brand in a text of wxbot.toml; `content` is the folder of pictures and style sheet.

    Raises SettingsError with all mistakes and what to do about the first.
    """
    brand, problems = read_brand(text, file, content)
    if problems:
        raise SettingsError("；".join(map(str, problems)), remedy=problems[0].remedy)
    return brand


def brand_problems(text: str, file: str, content: Path) -> list[BrandProblem]:
    """Return the mistakes in a text of [brand], in the order of the lines."""
    return read_brand(text, file, content)[1]


def read_brand(text: str, file: str, content: Path) -> tuple[Brand, list[BrandProblem]]:
    """Return the brand without the values that are wrong, and the mistakes."""
    try:
        table = tomllib.loads(text.removeprefix("\ufeff")).get("brand", {})
    except (tomllib.TOMLDecodeError, RecursionError) as wrong:
        line = re.search(r"at line (\d+)", str(wrong))
        remedy = '一行写成 colour = "#a8352b"；几行的文字放在两个 """ 之间。'
        return PLAIN_BRAND, [
            BrandProblem(file, int(line[1]) if line else 0, f"不是正确的 TOML：{wrong}", remedy)
        ]
    if not isinstance(table, dict):
        return PLAIN_BRAND, [BrandProblem(file, 0, "brand 写成一段", "写成 [brand]，下面一行一项。")]
    reader = _TableReader(table, text, file, content)
    brand = reader.read()
    return brand, sorted(reader.problems, key=lambda each: (each.file != file, each.line))


class _TableReader:
    """Reads the values of one [brand] table and collects its mistakes."""

    def __init__(self, table: Mapping[str, Any], text: str, file: str, content: Path) -> None:
        self._table = table
        self._text = text
        self._file = file
        self._content = content
        self.problems: list[BrandProblem] = []

    def read(self) -> Brand:
        """Return the brand."""
        known = brand_fields()
        for key in self._table.keys() - known.keys():
            self._refuse(key, f"不认识「{key}」", f"[brand] 里可以写：{'、'.join(known)}。")
        sheet, digest = self._sheet()
        return Brand(
            colour=self._matching("colour", _COLOUR, "颜色写成 # 和六位十六进制数，如 #a8352b").lower()
            or DEFAULT_COLOUR,
            theme=self._theme(),
            stylesheet=self._string("stylesheet"),
            logo=self._picture("logo"),
            qr_code=self._picture("qr_code"),
            **{key: self._prose(key) for key in LONGEST_TEXTS},
            icp_number=self._matching("icp_number", _ICP, "备案号写成 京ICP备12345678号-1"),
            sheet=sheet,
            sheet_digest=digest,
        )

    def _string(self, key: str) -> str:
        given = self._table.get(key, "")
        if not isinstance(given, str):
            self._refuse(key, f"{key} 要写成文字", f'写成 {key} = "…"，文字在引号里。')
            return ""
        return strip_controls(given).strip()

    def _prose(self, key: str) -> str:
        given, most = self._string(key), LONGEST_TEXTS[key]
        if len(given) > most:
            self._refuse(key, f"{key} 有 {len(given)} 字，最多 {most} 字", "写短一些。")
            return ""
        if key == "slogan" and "\n" in given:
            self._refuse(key, "slogan 只能有一行", "去掉换行；几行的话写在 head 或 foot。")
            return ""
        return "\n".join(line.strip() for line in given.splitlines())

    def _matching(self, key: str, form: re.Pattern[str], remedy: str) -> str:
        given = self._string(key)
        if given and not form.fullmatch(given):
            self._refuse(key, f"{key} 不能是「{given}」", f"{remedy}。")
            return ""
        return given

    def _theme(self) -> str:
        given = self._string("theme") or "典雅"
        if given not in THEMES:
            remedy = f"写 {'、'.join(THEMES)} 之一；自己的样式表写在 stylesheet。"
            self._refuse("theme", f"没有「{given}」这种样式", remedy)
            return "典雅"
        return given

    def _sheet(self) -> tuple[ThemeSheet, str]:
        """Return the style sheet: that of the theme, with the association's own over it, and a digest of the latter."""
        given = self._table.get("theme")
        base = shipped_sheet(given if isinstance(given, str) and given in THEMES else "典雅")
        path = self._path("stylesheet")
        if path is None:
            return base, ""
        data = self._bytes("stylesheet", path, lambda size: size > 100_000, "样式表最大 100 KB")
        try:
            css = (data or b"").decode("utf-8-sig")
        except UnicodeDecodeError:
            self._refuse("stylesheet", f"{path} 不是 UTF-8 编码", "另存为 UTF-8 编码。")
            return base, ""
        own, problems = read_sheet(css)
        self.problems += [BrandProblem(str(path), each.line, each.says, each.remedy) for each in problems]
        return own.over(base), _digest(css.encode())

    def _picture(self, key: str) -> BrandPicture | None:
        path = self._path(key)
        if path is None:
            return None
        too_large = f"图片最大 {LARGEST_PICTURE // 2**20} MB"
        data = self._bytes(key, path, lambda size: size > LARGEST_PICTURE, too_large)
        if data is None:
            return None
        if problem := picture_problem(key, data):
            self._refuse(key, f"{path}：{problem}", "换一张图片。")
            return None
        return picture_of(data)

    def _path(self, key: str) -> Path | None:
        """Return the path of a file in the content folder; None if none is named or it leads out of the folder."""
        given = self._string(key)
        if not given:
            return None
        folder = self._content / BRAND_FOLDER
        if (self._content / given).resolve().parent != folder.resolve():
            remedy = f'把文件放进 {folder}，写成 {key} = "{BRAND_FOLDER}/文件名"。'
            self._refuse(key, f"{key} 不在 {folder} 里", remedy)
            return None
        return folder / Path(given).name

    def _bytes(self, key: str, path: Path, is_too_large: Callable[[int], bool], limit: str) -> bytes | None:
        try:
            if is_too_large(path.stat().st_size):
                self._refuse(key, f"{path} 太大：{limit}", "换一个小一些的。")
                return None
            return path.read_bytes()
        except OSError as error:
            says = (
                f"没有 {path}" if isinstance(error, FileNotFoundError) else f"读不了 {path}：{error.strerror}"
            )
            self._refuse(key, says, f"把文件放在那里，或去掉 {key} 这一行。")
            return None

    def _refuse(self, key: str, says: str, remedy: str) -> None:
        form = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
        lines = self._text.splitlines()
        start = next(
            (at for at, line in enumerate(lines) if line.strip().replace(" ", "").startswith("[brand]")), 0
        )
        found = (at for at in range(start, len(lines)) if form.match(lines[at]))
        self.problems.append(BrandProblem(self._file, next(found, start) + 1, says, remedy))


def picture_of(data: bytes) -> BrandPicture:
    """Return the picture in a file with which there is no problem."""
    with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
        media_type = "image/png" if image.format == "PNG" else "image/jpeg"
        return BrandPicture(_digest(data), media_type, image.width, image.height, data)


def picture_problem(key: str, data: bytes) -> str:
    """Return why a file cannot be the picture of a key, in Chinese; "" if it can."""
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            size = image.size
            if size[0] * size[1] > MAX_PIXELS:
                return "像素太多"
            image.load()
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        return "不是 PNG 或 JPEG 图片，或者是坏的"
    least = 200 if key == "qr_code" else 64
    if min(size) < least:
        return f"只有 {size[0]} × {size[1]} 像素，最小 {least} × {least}"
    if key == "qr_code" and max(size) > 1.1 * min(size):
        return f"{size[0]} × {size[1]} 像素，不是正方形；二维码单独成一张图"
    return ""


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]
