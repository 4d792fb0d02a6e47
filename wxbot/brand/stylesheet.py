"""Style sheets of themes: design tokens for light and dark, and how each part of an article in WeChat looks.

    :root { --soft: #62615c }                                             a token
    @media (prefers-color-scheme: dark) { :root { --soft: #9d9b94 } }     the same on dark pages
    .quote, .caption { color: var(--soft); font-size: 14px }              a part of an article, see `PARTS`

WeChat keeps neither classes nor style sheets, so a rule is for one part and is written into its elements. A rule that
WeChat would drop is refused with its line.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from wxbot.wechat.article_rules import style_problem

__all__ = ["PARTS", "TOKENS", "SheetProblem", "ThemeSheet", "read_sheet"]

PARTS: Mapping[str, str] = {
    "frame": "整篇的字号、行距、颜色",
    "head": "文首的几句话",
    "title": "文章的标题",
    "position": "标题上面的「1 / 4」",
    "section": "栏目名",
    "place": "栏目名后面的「第 2 条」",
    "heading-1": "文中的大标题",
    "heading-2": "文中的中标题",
    "heading-3": "文中的小标题",
    "paragraph": "段落",
    "list": "列表",
    "item": "列表的一条",
    "label": "列表自己的编号",
    "quote": "引文",
    "picture": "图片",
    "caption": "图片和表格的说明",
    "table": "表格",
    "cell": "表格的一格",
    "header-cell": "表头的一格",
    "code": "代码",
    "link": "链接的文字",
    "mark": "链接和注释的编号",
    "notes": "文末的注释和链接",
    "divider": "分隔线",
    "entry": "目录里的标题",
    "summary": "目录里的摘要",
    "hint": "居中的小字",
    "card": "文末的名片",
    "foot": "文末的几句话",
}
"""Parts of an article that a theme may style, with what each is."""

TOKENS: Mapping[str, str] = {
    "paper": "网页的底色",
    "raised": "凸起的块的底色",
    "ink": "正文的颜色",
    "soft": "小字的颜色",
    "line": "网页上线的颜色",
}
"""Colours that a theme may set; `accent`, `on-accent` and `fill` follow from the brand's colour."""

_DERIVED = frozenset({"accent", "on-accent", "fill"})
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Possessive: among many blanks without a brace, backtracking would take hours.
_RULE = re.compile(r"\s*+(?P<selector>[^{}]++)\{(?P<body>[^{}]*+)\}")
_DARK = re.compile(r"\s*@media\s*\(\s*prefers-color-scheme\s*:\s*dark\s*\)\s*\{")
_CLOSE = re.compile(r"\s*\}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_VARIABLE = re.compile(r"var\(\s*--(?P<name>[\w-]+)\s*\)")
_SELECTOR = re.compile(r"\.(?P<part>[a-z][a-z0-9-]*)")


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """A mistake in a style sheet: the number of its line, what is wrong, and what to do."""

    line: int
    says: str
    remedy: str


@dataclass(frozen=True)
class ThemeSheet:
    """A style sheet: tokens for light and for dark, and the declarations of each part, by property."""

    light: Mapping[str, str] = field(default_factory=dict)
    dark: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def over(self, base: "ThemeSheet") -> "ThemeSheet":
        """Return another sheet with the tokens and declarations of this one in place of its own."""
        parts = {
            name: {**base.parts.get(name, {}), **self.parts.get(name, {})}
            for name in (*base.parts, *self.parts)
        }
        return ThemeSheet({**base.light, **self.light}, {**base.dark, **self.dark}, parts)

    def styles(self, tokens: Mapping[str, str]) -> dict[str, str]:
        """Return the inline style of each part, with these values of the tokens."""
        return {
            name: ";".join(
                f"{key}:{_VARIABLE.sub(lambda found: tokens[found['name']], value)}"
                for key, value in declarations.items()
            )
            for name, declarations in self.parts.items()
        }


def read_sheet(css: str) -> tuple[ThemeSheet, list[SheetProblem]]:
    """Read a style sheet; return it without its mistakes, and the mistakes in the order of their lines."""
    reader = _SheetReader(_COMMENT.sub(lambda found: "\n" * found[0].count("\n"), css))
    reader.read()
    sheet = ThemeSheet(reader.light, reader.dark, reader.parts)
    return sheet, sorted(reader.problems, key=lambda each: each.line)


class _SheetReader:
    """Reads the rules of a style sheet one after another."""

    def __init__(self, css: str) -> None:
        self._css = css
        self.light: dict[str, str] = {}
        self.dark: dict[str, str] = {}
        self.parts: dict[str, dict[str, str]] = {}
        self.problems: list[SheetProblem] = []

    def read(self) -> None:
        """Read to the end, or to what is no rule."""
        at, is_dark = 0, False
        while self._css[at:].strip():
            if not is_dark and (found := _DARK.match(self._css, at)):
                is_dark = True
            elif is_dark and (found := _CLOSE.match(self._css, at)):
                is_dark = False
            elif found := _RULE.match(self._css, at):
                self._read_rule(found, is_dark)
            else:
                start = at + len(self._css[at:]) - len(self._css[at:].lstrip())
                self._refuse(start, "从这里起读不懂", "规则写成 .quote { color: #666666; }，花括号要成对。")
                return
            at = found.end()
        if is_dark:
            self._refuse(len(self._css) - 1, "@media 没有结束", "在最后加一个 }。")

    def _read_rule(self, rule: re.Match[str], is_dark: bool) -> None:
        selectors = [each.strip() for each in rule["selector"].split(",")]
        if selectors == [":root"]:
            for at, name, value in self._declarations(rule):
                self._read_token(at, name, value, self.dark if is_dark else self.light)
            return
        names = [found["part"] for each in selectors if (found := _SELECTOR.fullmatch(each))]
        if is_dark or len(names) < len(selectors) or not set(names) <= set(PARTS):
            says = (
                "深色里只能写 :root 的颜色：文章的深色由微信自己改"
                if is_dark
                else f"不认识「{rule['selector'].strip()}」"
            )
            self._refuse(rule.start("selector"), says, f"可以写的部分：{'、'.join(f'.{n}' for n in PARTS)}。")
            return
        for at, name, value in self._declarations(rule):
            if problem := self._declaration_problem(name, value):
                self._refuse(at, problem, "去掉这一句，或换一种写法；能用的写法见手册「品牌」。")
                continue
            for part in names:
                self.parts.setdefault(part, {})[name] = value

    def _declarations(self, rule: re.Match[str]) -> Iterator[tuple[int, str, str]]:
        """Yield place, property and value of each declaration of a rule."""
        at = rule.start("body")
        for written in rule["body"].split(";"):
            name, colon, value = written.partition(":")
            start = at + len(written) - len(written.lstrip())
            at += len(written) + 1
            if colon and name.strip() and value.strip():
                yield start, name.strip().lower(), " ".join(value.split())
            elif written.strip():
                self._refuse(start, f"读不懂「{written.strip()}」", "一句写成 color: #666666，句末用分号。")

    def _read_token(self, at: int, name: str, value: str, tokens: dict[str, str]) -> None:
        token = name.removeprefix("--")
        if token not in TOKENS or token == name:
            allowed = "、".join(f"--{each}（{label}）" for each, label in TOKENS.items())
            self._refuse(at, f"没有「{name}」这个颜色", f"可以改的：{allowed}；强调色写在 [brand] colour。")
        elif not _COLOUR.fullmatch(value):
            self._refuse(at, f"「{value}」不是颜色", "写成 # 和六位十六进制数，如 #62615c。")
        else:
            tokens[token] = value.lower()

    def _declaration_problem(self, name: str, value: str) -> str:
        unknown = [each for each in _VARIABLE.findall(value) if each not in _DERIVED | set(TOKENS)]
        if unknown:
            return f"没有「--{unknown[0]}」这个颜色"
        return style_problem(name, _VARIABLE.sub("#000000", value))

    def _refuse(self, at: int, says: str, remedy: str) -> None:
        self.problems.append(SheetProblem(self._css.count("\n", 0, max(at, 0)) + 1, says, remedy))
