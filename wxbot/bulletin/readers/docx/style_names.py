"""Tell what a style means by its name: a heading and its level, a quotation, code, contents, a caption."""

import re
from typing import Literal

__all__ = ["StyleKind", "is_code_style", "named_level", "style_kind"]

StyleKind = Literal["", "title", "quote", "code", "contents", "caption"]

_CHINESE_LEVELS = "一二三四五六七八九"
_HEADING_NAME = re.compile(
    rf"(?:heading|标题|標題|见出し|見出し|제목|titre|überschrift|título|titolo|заголовок|rubrik|kop|nagłówek)\s*"
    rf"(?P<digit>[1-9]|[{_CHINESE_LEVELS}])(?!\d)|(?P<rank>[{_CHINESE_LEVELS}])级标题|第?(?P<rank2>[1-9])级标题"
)
_NAMES: dict[StyleKind, tuple[str, ...]] = {
    "contents": (
        r"toc\s*(?:\d|heading|标题)",
        r"目录\s*(?:\d|标题)",
        r"contents (?:heading|\d)",
        r"table of (?:figures|authorities)",
        r"index heading",
        r"index \d",
    ),
    "caption": (r"caption", r"题注|題注|图注|图片说明", r"figure|illustration", r"(?:table|image) caption"),
    "quote": (
        r"(?:intense )?quote|quotations?",
        r"block ?(?:text|quote|quotation)",
        r"(?:明显|明显的)?引用|引文|块引用|文本块",
    ),
    "code": (
        r"html preformatted|html 预设格式",
        r"source code|code(?: block)?|listing|代码块?",
        r"preformatted(?: text)?|预格式化的?文本",
        r"macro|宏文本",
    ),
    "title": (r"title|标题|標題|文档标题",),
}
_KINDS = {kind: re.compile("|".join(names)) for kind, names in _NAMES.items()}
_CODE_CHARACTERS = re.compile(
    r"(?:html (?:code|keyboard|typewriter|sample|代码|键盘|打字机)|verbatim char|source text|inline code|行内代码).*"
)


def style_kind(name: str) -> StyleKind:
    """Return what a paragraph style with this name, in lower case, means; "" for other styles."""
    return next((kind for kind, known in _KINDS.items() if known.fullmatch(name)), "")


def is_code_style(name: str) -> bool:
    """Tell if a character style with this name, in lower case, is one for code."""
    return _CODE_CHARACTERS.fullmatch(name) is not None


def named_level(name: str) -> int:
    """Return the level that the name of a heading style states; 0 for other styles."""
    found = _HEADING_NAME.match(name)
    if found is None:
        return 0
    sign = found["digit"] or found["rank"] or found["rank2"]
    return int(sign) if sign.isdigit() else _CHINESE_LEVELS.index(sign) + 1
