"""Check of the brand: what [brand] names can be read, and readers can see it."""

import io
from collections.abc import Iterator

from PIL import Image

from wxbot.brand import Brand, BrandPicture
from wxbot.brand.colours import contrast
from wxbot.errors import NotFound
from wxbot.rendering.brand_preview import sample_findings
from wxbot.wiring import Services

__all__ = ["check_brand"]

_PAPER = "#ffffff"
_NEARLY_WHITE = 1.25  # contrast to paper of a colour that nobody takes for one
_SCANNABLE = 3.0  # contrast that the camera of a phone needs
_SIDE = 256  # pixels; enough to find the darkest spot of a picture


def check_brand(w: Services) -> str:
    """Return colour, theme and pictures of the brand. Raises NotFound for what readers do not see.

    Raises SettingsError for pictures and style sheets that are missing, cannot be read or are refused.
    """
    brand = w.brand_file.read()
    for says, remedy in _contrast_problems(brand):
        raise NotFound(says, remedy=remedy)
    findings = sample_findings(brand, w.settings.account_name or "公众号")
    if findings:
        more = f"（共 {len(findings)} 处）" if len(findings) > 1 else ""
        raise NotFound(
            f"按这个样子写的文章，{findings[0].sentence}{more}",
            remedy="改 [brand] 的样式表或颜色；wxbot brand preview 看改过的样子。",
        )
    pictures = [name for name, picture, _ in _pictures(brand) if picture is not None]
    sheet = [f"样式表 {brand.stylesheet}"] if brand.stylesheet else []
    return "、".join((f"颜色 {brand.colour}", f"样式「{brand.theme}」", *sheet, *pictures))


def _pictures(brand: Brand) -> Iterator[tuple[str, BrandPicture | None, float]]:
    """Yield the pictures with their names and the contrast that they need."""
    yield "标志", brand.logo, _NEARLY_WHITE
    yield "二维码", brand.qr_code, _SCANNABLE


def _contrast_problems(brand: Brand) -> Iterator[tuple[str, str]]:
    """Yield what is hardly seen on white paper, and what to do."""
    if contrast(brand.colour, _PAPER) < _NEARLY_WHITE:
        yield (
            f"颜色 {brand.colour} 几乎是白的：文章和网页里自动调深，看上去是另一种颜色",
            "把 [brand] 的 colour 换成深一些的；wxbot brand preview 看调过的样子。",
        )
    for name, picture, least in _pictures(brand):
        if picture is not None and contrast(_darkest(picture), _PAPER) < least:
            yield (
                f"{name}在白底上看不清：最深的地方是 {_darkest(picture)}",
                "换一张深浅分明的图片：网页后台「设置 · 品牌」，或 [brand] 里写的那个文件。",
            )


def _darkest(picture: BrandPicture) -> str:
    """Return the grey of the darkest spot of a picture that lies on white paper."""
    with Image.open(io.BytesIO(picture.data)) as image:
        image.thumbnail((_SIDE, _SIDE))
        ink = image.convert("RGBA")
    paper = Image.new("RGBA", ink.size, _PAPER)
    paper.alpha_composite(ink)
    grey = next(at for at, count in enumerate(paper.convert("L").histogram()) if count)
    return "#" + f"{grey:02x}" * 3
