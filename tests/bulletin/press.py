"""Generate text files of random bulletins, set as word processors and PDF extraction set them.

`invent` generates an issue, `Layout` describes the typesetting, and `printed` returns the text file with lines
wrapped, pages broken and indents lost. Parsing that file must return the issue.
"""

import re
from dataclasses import dataclass
from random import Random
from unicodedata import east_asian_width

from wxbot.bulletin import ParsedArticle, ParsedIssue, ParsedSection
from wxbot.bulletin.blocks import Paragraph

_HAN = (
    "天地人和春夏秋冬山水风雨云雪花草木石金银铜铁江河湖海东西南北高低远近新旧大小多少长短轻重明暗清白红黄蓝绿黑"
    "城乡村镇街道桥路车船站港农工商学医教科技能源电力光热声色味香甜苦产品设备材料零件软件硬件平台系统网络数据算法模型"
    "企业机构单位团队成员专家客户市场资本投资融合创新研究开发测试应用推广服务管理运营规划标准政策法规项目工程建设"
)
_LATIN = ("Alpha", "DM-x", "5G", "IoT", "Open Source Day", "K8s", "Beta 2", "CPU", "R&D", "Web3")
HEAD = (
    "\n1\n\n山 河 联 盟 工 作 简 报\n2023 年第 11 期（总第 120 期） 2023 年 11 月 15 日 山河联盟秘书处编\n\n"
)
"""The first lines of an issue, as the association's bulletin prints them."""

_COUNT = "一二三四五六七八九十"
_BESIDE_HAN = re.compile(r"(?<=[^\x00-\x7f]) +| +(?=[^\x00-\x7f])")
_OPEN, _CLOSE = "（《“‘「『【", "，。、；：！？）》”’」』】…"


@dataclass(frozen=True)
class Layout:
    """Typesetting of an issue. Widths are in columns; `lost` is the width of an indent that is not in the text."""

    width: int = 80
    title_width: int = 64
    lost: int = 4
    indent: str = ""
    title_indent: str = " "
    title_mark: str = ""
    blank_lines: int = 1
    page_lines: int = 0
    page_number: str = "\n\n{}\n"
    page_top: str = " "
    section: str = "【{0}】"
    spaced: bool = True
    line_end: str = "\n"


def cells(text: str) -> int:
    """Return the columns of a text in a Chinese font."""
    return sum(2 if east_asian_width(char) in "WFA" else 1 for char in text)


def words(text: str) -> list[str]:
    """Split a text into units that are not wrapped: Latin words, and 汉字 with their punctuation."""
    found: list[str] = []
    for char in text:
        latin = char.isascii() and not char.isspace()
        if found and (
            char in _CLOSE
            or found[-1][-1] in _OPEN
            or (latin and found[-1][-1].isascii() and found[-1] != " ")
        ):
            found[-1] += char
        else:
            found.append(char)
    return found


def wrapped(text: str, width: int, first: int = 0) -> list[str]:
    """Wrap a text into lines of at most `width` columns, the first one shorter by `first`."""
    lines, line, room = [], "", width - first
    for word in words(text):
        if line and cells(line + word) > room:
            lines.append(line.rstrip())
            line, room = "", width
        line = line + word if line else word.lstrip()
    return [*lines, line] if line else lines


def printed(issue: ParsedIssue, layout: Layout, head: str) -> str:
    """Return the text file of an issue: `head`, then its sections in this layout."""
    lines: list[str] = []
    for count, section in enumerate(issue.sections):
        name = " ".join(section.name) if layout.spaced else section.name
        lines.append(layout.section.format(name, _COUNT[count]))
        for number, article in enumerate(section.articles, start=1):
            mark = layout.title_mark.format(number, _COUNT[(number - 1) % 10])
            first, *rest = wrapped(mark + article.title, layout.title_width)
            lines += [layout.title_indent + first, *rest]
            for paragraph in article.paragraphs:
                lines += _set(paragraph, layout)
    return head + _paged(lines, layout)


def _set(paragraph: str, layout: Layout) -> list[str]:
    """Return the lines of a paragraph; headings and list entries are not indented."""
    if paragraph.startswith("## "):
        return [paragraph[1:]]
    if paragraph[:1].isdigit() and paragraph[1:2] == ".":
        return wrapped(paragraph, layout.width)
    first, *rest = wrapped(paragraph, layout.width, layout.lost)
    return [layout.indent + first, *rest]


def _paged(lines: list[str], layout: Layout) -> str:
    """Join lines into pages; a page ends with its number, or only with a missing blank line."""
    between = layout.line_end * (1 + layout.blank_lines)
    text, page = "", 1
    for count, line in enumerate(lines):
        if count and layout.page_lines and count % layout.page_lines == 0:
            page += 1
            if page % 2 and layout.page_number:
                text += (
                    layout.page_number.format(page).replace("\n", layout.line_end) + between + line + between
                )
                continue
            text = text.removesuffix(between) + layout.line_end + layout.page_top + line.lstrip(" ") + between
            continue
        text += line + between
    return text


def closed(issue: ParsedIssue) -> list[tuple[str, str, list[str]]]:
    """Return section, title and paragraphs of each article, without blanks beside 汉字, which wrapping loses."""
    return [
        (
            section.name,
            _BESIDE_HAN.sub("", article.title),
            [_BESIDE_HAN.sub("", text) for text in article.paragraphs],
        )
        for section in issue.sections
        for article in section.articles
    ]


def invent(chance: Random, layout: Layout | None = None, *, odd_titles: bool = False) -> ParsedIssue:
    """Generate an issue of one to four sections.

    With a layout, no text ends exactly at the end of a line: there the start of the next one is ambiguous.
    """
    names = {_han(chance, chance.choice((2, 3, 3, 4))) for _ in range(chance.randint(1, 4))}
    return ParsedIssue(
        sections=tuple(
            ParsedSection(
                name, tuple(_article(chance, layout, odd_titles) for _ in range(chance.randint(1, 5)))
            )
            for name in sorted(names)
        )
    )


def _article(chance: Random, layout: Layout | None, odd_titles: bool) -> ParsedArticle:
    """Generate an article of one to three paragraphs; every seventh has a list, with or without a heading."""
    paragraphs = [_paragraph(chance, layout) for _ in range(chance.choice((1, 1, 1, 2, 3)))]
    if chance.random() < 0.15:
        entries = [f"{n}. {_title(chance, layout)}" for n in range(1, chance.randint(3, 6))]
        paragraphs[1:1] = [*([f"## {_han(chance, 6)}"] if chance.random() < 0.5 else []), *entries]
    title = _title(chance, layout)
    if odd_titles and chance.random() < 0.2:
        title += chance.choice("？！。")
    return ParsedArticle(title, tuple(map(Paragraph.of, paragraphs)))


def _han(chance: Random, length: int) -> str:
    """Return random 汉字."""
    return "".join(chance.choices(_HAN, k=length))


def _title(chance: Random, layout: Layout | None) -> str:
    """Generate a headline whose last line is not nearly full."""
    title = _headline(chance)
    while layout and any(
        cells(wrapped(mark + title, width)[-1]) > width - 14
        for width in (layout.title_width, layout.width)
        for mark in ("", "9. ", "一、")
    ):
        title = _headline(chance)
    return title


def _headline(chance: Random) -> str:
    """Generate a headline of 8 to about 40 汉字."""
    parts = [_han(chance, chance.randint(6, 14))]
    for _ in range(chance.choice((0, 0, 1, 1, 2))):
        kind = chance.randrange(6)
        more = _han(chance, chance.randint(3, 10))
        parts.append(
            (
                f"《{more}（2021）》",
                f"“{more}”",
                f"，{more}",
                f" {chance.choice(_LATIN)} {more}",
                f"：{more}",
                f" {more}",
            )[kind]
        )
    return "".join(parts)


def _paragraph(chance: Random, layout: Layout | None) -> str:
    """One to eight sentences; more where the last line would be nearly full."""
    text = "".join(_sentence(chance) for _ in range(chance.choice((1, 1, 2, 3, 4, 6, 8))))
    while layout and cells(wrapped(text, layout.width, layout.lost)[-1]) > layout.width - 14:
        text += _sentence(chance)
    return text


def _sentence(chance: Random) -> str:
    """A sentence of two to five parts, with figures, quotes and Latin words in it."""
    text = _han(chance, chance.randint(4, 14))
    for _ in range(chance.randint(1, 4)):
        more = _han(chance, chance.randint(3, 16))
        kind = chance.randrange(8)
        text += (
            f"，{more}",
            f"，{more}",
            f"、{more}",
            f"，在 {chance.randint(2, 2030)} 年{more}",
            f"“{more}”{_han(chance, 3)}",
            f"《{more}》{_han(chance, 2)}",
            f"（{more}）{_han(chance, 3)}",
            f"，与 {chance.choice(_LATIN)} {more}",
        )[kind]
    return text + chance.choice("。。。。。。。！？")
