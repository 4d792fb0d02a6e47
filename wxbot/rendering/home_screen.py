"""The site on the home screen of a phone: the web manifest, and the icons that it names.

The address of the icons does not change with the name or the colour, so caches keep them for a day only.
"""

import io
import json

from PIL import Image, ImageDraw

from wxbot.rendering.design_tokens import light_tokens
from wxbot.rendering.issue_texts import clean_line
from wxbot.rendering.links import home_address, icon_address, site_root
from wxbot.rendering.publication_look import PublicationLook
from wxbot.rendering.typesetting import drawable, serif
from wxbot.text import cut_width

__all__ = ["HOME_ICON_SIZES", "home_icon", "web_manifest"]

HOME_ICON_SIZES = (192, 512)
_SHORT_NAME_WIDTH = 12  # what phones show below an icon
_LETTER = 0.56  # of the side: what a phone cuts off at the corners stays free


def web_manifest(public_url: str, name: str, look: PublicationLook) -> str:
    """Return the web manifest: name, colours and icons of the site."""
    root = site_root(public_url)
    paper = light_tokens(look.brand, look.colour)["paper"]
    fields = {
        "name": name,
        "short_name": cut_width(name, _SHORT_NAME_WIDTH),
        "lang": "zh-CN",
        "start_url": home_address(root),
        "scope": home_address(root),
        "display": "browser",
        "background_color": paper,
        "theme_color": paper,
        "icons": [
            {
                "src": icon_address(root, size),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": "any maskable",
            }
            for size in HOME_ICON_SIZES
        ],
    }
    return json.dumps(fields, ensure_ascii=False)


def home_icon(name: str, look: PublicationLook, size: int) -> bytes:
    """Draw an icon as PNG: the first character of the site's name in white on its colour, without round corners."""
    accent = light_tokens(look.brand, look.colour)["accent"]
    image = Image.new("RGB", (size, size), accent)
    letter = drawable(clean_line(name))[:1] or "报"
    font = serif(round(size * _LETTER))
    ImageDraw.Draw(image).text((size / 2, size / 2), letter, font=font, fill="white", anchor="mm")
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
