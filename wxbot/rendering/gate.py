"""Check the articles of a draft before any call: fields, HTML and styles that WeChat keeps, pictures, contrast.

The platform refuses some mistakes, after pictures have been uploaded, and silently drops others: the article then looks
otherwise than the one that was approved. Each finding says where it is and how it is mended; one that the platform
would refuse stops the draft.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wxbot.brand.colours import TEXT_CONTRAST, contrast, find_colour, mix
from wxbot.lazy import LazyModule
from wxbot.rendering.dark_colours import DARK_PAPER, dark_text_colour, in_dark_colours
from wxbot.rendering.draft_body import DraftArticle
from wxbot.rendering.draft_form import author_problem, digest_problem, title_problem
from wxbot.wechat.article_rules import (
    KEPT_TAGS,
    PLATFORM_ARTICLE,
    attribute_is_kept,
    is_platform_picture,
    style_problem,
)
from wxbot.wechat.limits import ARTICLES_PER_DRAFT, CONTENT_CHARS, URL_BYTES

if TYPE_CHECKING:
    from lxml import html
else:
    html = LazyModule("lxml.html")  # only a draft needs it, and every command that pushes would load it

__all__ = ["DraftFinding", "check_draft"]

_CONTENT_BYTES = 1_048_576
_LARGE = (24.0, 18.66)  # pixels from which text is large: plain, bold (WCAG 2.2)
_LARGE_CONTRAST = 3.0
_PLACEHOLDER = re.compile(r"\{\{picture:[\w-]+\}\}")
_BLANKED = re.compile(r'style="[^"]*&(?:#39|quot);')
_PIXELS = re.compile(r"(\d+(?:\.\d+)?)px")
_BODY = "正文"
_SHOWN = 12  # characters of the text that a finding quotes


@dataclass(frozen=True, slots=True)
class DraftFinding:
    """Something that WeChat would refuse or change: where it is, what happens, and what to do.

    `item` is the number of the draft's article, 0 for all of it; `place` is the part of it.
    """

    item: int
    place: str
    says: str
    repair: str
    is_refused: bool = False

    @property
    def sentence(self) -> str:
        """The finding as one sentence about its article, with the repair behind it."""
        return f"{self.place}{'：' if self.place else ''}{self.says}。{self.repair}"

    def __str__(self) -> str:
        return f"第 {self.item} 条{self.sentence}" if self.item else self.sentence


def check_draft(articles: Sequence[DraftArticle]) -> list[DraftFinding]:
    """Return the findings about a draft, in the order of its articles, each once."""
    found: list[DraftFinding] = []
    if not 1 <= len(articles) <= ARTICLES_PER_DRAFT:
        says = f"有 {len(articles)} 条，平台收 1 到 {ARTICLES_PER_DRAFT} 条"
        found.append(DraftFinding(0, "", says, "在推送的设置里去掉几条。", is_refused=True))
    for at, article in enumerate(articles, start=1):
        found += _field_findings(at, article)
        found += _content_findings(at, article.content)
    return list(dict.fromkeys(found))


def _field_findings(item: int, article: DraftArticle) -> Iterator[DraftFinding]:
    """Yield what the platform refuses of the short fields."""
    repair = "在推送的设置里改短。"
    problems = (
        title_problem(article.title) if article.title else "没有标题",
        digest_problem(article.digest),
        author_problem(article.author),
    )
    for problem in filter(None, problems):
        yield DraftFinding(item, "", problem, repair, is_refused=True)
    address = article.content_source_url
    if len(address.encode("utf-8", "ignore")) > URL_BYTES:
        yield DraftFinding(item, "", "「阅读原文」的链接超过 1 KB", "把 public_url 写短。", is_refused=True)
    elif address and not address.startswith(("http://", "https://")):
        says = "「阅读原文」的链接不是网址"
        yield DraftFinding(item, "", says, "public_url 写成 https:// 开头的网址。", is_refused=True)


def _content_findings(item: int, content: str) -> Iterator[DraftFinding]:
    """Yield what the platform refuses, drops or shows badly of an article's HTML."""
    if len(content) >= CONTENT_CHARS or len(content.encode("utf-8", "replace")) >= _CONTENT_BYTES:
        says = f"有 {len(content)} 字，平台只收不到 {CONTENT_CHARS} 字"
        yield DraftFinding(item, _BODY, says, "把这个栏目分成几期，或去掉几篇。", is_refused=True)
    root = html.fragment_fromstring(content, create_parent="section")
    if not root.text_content().strip() and not content.count("<img"):
        yield DraftFinding(item, _BODY, "是空的", "看看这一期读得对不对。", is_refused=True)
    if _BLANKED.search(content):
        yield DraftFinding(item, _BODY, "样式里有引号，存一次就整个空了", "样式表里去掉引号。")
    for element in root.iter():
        yield from _element_findings(item, element)
    yield from _contrast_findings(item, f"{_BODY}（浅色）", root, "#ffffff", "#333333")
    dark = html.fragment_fromstring(in_dark_colours(content), create_parent="section")
    yield from _contrast_findings(item, f"{_BODY}（深色模式）", dark, DARK_PAPER, dark_text_colour("#333333"))


def _element_findings(item: int, element: Any) -> Iterator[DraftFinding]:
    tag = str(element.tag)
    if tag not in KEPT_TAGS:
        yield DraftFinding(item, _BODY, f"微信会去掉 <{tag}>", "换成段落、列表、表格或图片。")
        return
    for name, value in element.attrib.items():
        if name == "href" and not value.startswith(PLATFORM_ARTICLE):
            yield DraftFinding(item, _BODY, f"微信会去掉到 {value} 的链接", "把网址写在文字里。")
        elif name == "src" and not (_PLACEHOLDER.fullmatch(value) or is_platform_picture(value)):
            yield DraftFinding(item, _BODY, f"微信不显示别处的图片 {value}", "把图片放进简报文件。")
        elif not attribute_is_kept(tag, name):
            yield DraftFinding(item, _BODY, f"微信会去掉 <{tag}> 的 {name}", "样式写在 style 里。")
    for declaration in filter(None, (element.get("style") or "").split(";")):
        name, _, value = declaration.partition(":")
        if problem := style_problem(name.strip().lower(), value.strip()):
            yield DraftFinding(item, _BODY, problem, "在样式表里去掉这一句。")


@dataclass(frozen=True, slots=True)
class _TextLook:
    """Look of the text in an element: its colour and background, size in pixels, and whether it is bold."""

    ink: str
    paper: str
    size: float = 16.0
    is_bold: bool = False

    def inside(self, element: Any) -> "_TextLook":
        """Return the look inside an element."""
        pairs = (part.partition(":") for part in (element.get("style") or "").split(";"))
        style = {name.strip().lower(): value for name, _, value in pairs}
        size = _PIXELS.search(style.get("font-size", ""))
        weight = style.get("font-weight", "")
        is_heading = element.tag in {"strong", "b", "th", "h1", "h2", "h3", "h4", "h5", "h6"}
        ground = style.get("background-color") or style.get("background", "")
        paper = _colour_on(self.paper, ground) or self.paper
        return _TextLook(
            _colour_on(paper, style.get("color", "")) or self.ink,
            paper,
            float(size[1]) if size else self.size,
            "bold" in weight or (not weight and (self.is_bold or is_heading)),
        )

    @property
    def is_legible(self) -> bool:
        """Tell if the text has the contrast that its size needs."""
        is_large = self.size >= _LARGE[self.is_bold]
        return contrast(self.ink, self.paper) >= (_LARGE_CONTRAST if is_large else TEXT_CONTRAST) - 0.05


def _contrast_findings(item: int, place: str, root: Any, paper: str, ink: str) -> Iterator[DraftFinding]:
    """Yield each combination of colours in which text is hard to read, with the first text that has it."""
    told: set[tuple[str, str]] = set()
    for text, look in _texts(root, _TextLook(ink, paper)):
        if (look.ink, look.paper) in told or look.is_legible:
            continue
        told.add((look.ink, look.paper))
        says = f"「{text[:_SHOWN]}」看不清：字 {look.ink}，底 {look.paper}"
        repair = "在样式表里把字改深一些；深色模式里微信自己换颜色，不深不浅的字不换。"
        yield DraftFinding(item, place, says, repair)


def _texts(element: Any, around: _TextLook) -> Iterator[tuple[str, _TextLook]]:
    """Yield the texts of an element and of what it holds, with their looks."""
    look = around.inside(element)
    if element.text and element.text.strip():
        yield element.text.strip(), look
    for child in element:
        yield from _texts(child, look)
        if child.tail and child.tail.strip():
            yield child.tail.strip(), look


def _colour_on(paper: str, value: str) -> str:
    """Return the colour in a value as it looks on a background, which shows through; "" for none."""
    found = find_colour(value)
    return mix(paper, found[0], found[1]) if found is not None else ""
