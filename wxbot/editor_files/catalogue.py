"""The files that editors own: where each lies, what it is called, and what makes a text of it unusable."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from wxbot.bot.rules.menu import read_menu
from wxbot.bot.rules.rule_file import RulesError
from wxbot.bot.rules.rule_file import read as read_rules
from wxbot.bot.templates import TemplateError, compile_reply
from wxbot.bot.text_labels import reply_label
from wxbot.bot.texts import TEXTS
from wxbot.brand import brand_problems
from wxbot.bulletin.habits import FILE_REMEDY, parse_habits
from wxbot.editor_files.toml_entries import TomlEntries
from wxbot.editor_files.toml_statements import split_statements
from wxbot.errors import Forbidden, NotFound, SettingsError

__all__ = [
    "BRAND",
    "LONGEST_FILE",
    "PUBLICATIONS",
    "RULES",
    "SYNONYMS",
    "EditorFile",
    "FileProblem",
    "list_files",
    "reply_key",
]

RULES, SYNONYMS, PUBLICATIONS, BRAND = "rules", "synonyms", "publications", "brand"
_REPLIES = "replies/"
_TOML_LINE = re.compile(r"\(at line (?P<line>[0-9]+)")
_SAID_LINE = re.compile(r"第 (?P<line>[0-9]+) 行")
LONGEST_FILE = 1_000_000  # characters


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A mistake because of which a text cannot be used: the number of its line (0: unknown), and what is wrong.

    field : the key whose value is wrong; "" where it is not one value
    """

    line: int
    says: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class EditorFile:
    """One file.

    key : its name in addresses and in the history, such as rules or replies/welcome
    label : its name for editors
    check : returns the mistakes of a text
    table : the table of the file that is the editors'; "" for all of it
    """

    key: str
    label: str
    path: Path
    check: Callable[[str], list[FileProblem]]
    table: str = ""


def reply_key(name: str) -> str:
    """Return the key of the file of a reply text."""
    return f"{_REPLIES}{name}"


def list_files(
    rules: Path, publications: Path, content: Path, settings: Path | None = None
) -> Mapping[str, EditorFile]:
    """Return the files by key.

    `content` is the folder with the synonyms, the reply texts and the pictures of the brand; `settings` is the file
    with [brand], of which editors see nothing else.
    """
    replies = content / "replies"
    found = [
        EditorFile(RULES, "自动回复和菜单", rules, _check_rules),
        EditorFile(SYNONYMS, "同义词", content / "synonyms.txt", lambda _text: []),
        EditorFile(PUBLICATIONS, "刊物和栏目", publications, _check_publications),
        *(
            EditorFile(
                reply_key(name),
                f"回复文字（{reply_label(name)}）",
                replies / f"{name}.txt",
                _reply_check(name),
            )
            for name in TEXTS
        ),
    ]
    if settings is not None:
        found.append(EditorFile(BRAND, "品牌", settings, _brand_check(content), BRAND))
    return {each.key: each for each in found}


def _check_rules(text: str) -> list[FileProblem]:
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as wrong:
        return [_toml_problem(wrong)]
    return [*_rule_problems(text), *_menu_problems(text)]


def _rule_problems(text: str) -> Iterator[FileProblem]:
    try:
        read_rules(text)
    except RulesError as wrong:
        for at, says in wrong.problems:
            yield FileProblem(_entry_line(text, "rule", at), f"第 {at} 条规则：{says}" if at else says)


def _menu_problems(text: str) -> Iterator[FileProblem]:
    unknown = sorted(set(tomllib.loads(text)) - {"menu", "rule"})
    for name in unknown:
        yield FileProblem(0, f"不认识「{name}」：这个文件里只有 [[menu]] 和 [[rule]]")
    for each in read_menu(text)[1]:
        at = int(each.place.partition(".")[0] or 0)
        yield FileProblem(_entry_line(text, "menu", at), each.says)


def _entry_line(text: str, kind: str, at: int) -> int:
    """Return the line on which an entry, counted from 1, begins; 0 if it cannot be told."""
    try:
        return TomlEntries(text).first_line(kind, at - 1) if at else 0
    except (Forbidden, NotFound):
        return 0


def _check_publications(text: str) -> list[FileProblem]:
    try:
        habits = parse_habits(text, "bulletins.toml")
    except SettingsError as wrong:
        line = _SAID_LINE.search(wrong.message) or _TOML_LINE.search(wrong.message)
        says = wrong.message.partition("行：")[2] or wrong.message
        remedy = "" if wrong.remedy == FILE_REMEDY else f"。{wrong.remedy}"
        return [FileProblem(int(line["line"]) if line else 0, f"{says}{remedy}", wrong.field)]
    names = [each.name for each in habits.publications]
    slugs = [each.slug for each in habits.publications[1:]]
    found = [
        FileProblem(0, f"刊名「{each}」写了两次") for each in sorted(set(names)) if names.count(each) > 1
    ]
    found += [
        FileProblem(0, f"两份刊物的短名都是「{slug}」")
        for slug in sorted({*slugs} - {""})
        if slugs.count(slug) > 1
    ]
    return found


def _brand_check(content: Path) -> Callable[[str], list[FileProblem]]:
    def check(text: str) -> list[FileProblem]:
        found = [
            FileProblem(each.line if each.file == BRAND else 0, f"{each.says}。{each.remedy}")
            for each in brand_problems(text, BRAND, content)
        ]
        first = next((each for each in split_statements(text) if each.kind in {"header", "value"}), None)
        # The text stands inside the operators' settings: what is outside the table would become one of them.
        if not found and (first is None or first.name != BRAND or set(tomllib.loads(text)) != {BRAND}):
            found = [FileProblem(1, "这里只能有 [brand] 一段。第一行写 [brand]，下面一行一项。")]
        return found

    return check


def _reply_check(name: str) -> Callable[[str], list[FileProblem]]:
    def check(text: str) -> list[FileProblem]:
        try:
            compile_reply(name, text)
        except TemplateError as wrong:
            return [FileProblem(0, str(wrong))]
        return []

    return check


def _toml_problem(wrong: Exception) -> FileProblem:
    line = _TOML_LINE.search(str(wrong))
    return FileProblem(int(line["line"]) if line else 0, f"不是正确的 TOML：{wrong}")
