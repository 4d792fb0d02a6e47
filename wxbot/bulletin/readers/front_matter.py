"""Read the front matter of a Markdown text: the fields that tell of the issue, and the others.

YAML between two lines `---` and TOML between two lines `+++` are read as static site generators write them: a field a
line, texts with or without quotes, lists in brackets or a line an entry, texts folded over lines.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wxbot.bulletin.line_text import clean

__all__ = ["FrontMatter", "read_front_matter"]

_KEY = re.compile(
    r"(?P<quote>[\"']?)(?P<key>[\w][\w .\-/]{0,40}?)(?P=quote)\s*[:：](?:\s+(?P<value>.*)|\s*)$"
)
_LOOSE_KEY = re.compile(r"(?P<key>[\w][\w\-]{0,40})\s*[:：](?P<value>[^\s/].*)$")
_ENTRY = re.compile(r"\s*-\s+(?P<value>.+)$")
_NAME = re.compile(r"(?:name|姓名)\s*:\s+(.+)$")
_FOLDED = re.compile(r"[|>][+-]?\d?$")
_COMMENT = re.compile(r"\s+#.*$")
_SEPARATORS = re.compile(r"[\s_\-./]")

# Names of a field, the one that is meant most narrowly first; compared without separators and in small letters.
_NAMES: dict[str, tuple[str, ...]] = {
    "title": ("title", "标题", "標題", "题目", "題目", "headline"),
    "number": (
        *("number", "issue", "issueno", "issuenumber", "issuenum", "issueid", "no", "num", "nr"),
        *("期号", "期號", "期数", "期數", "期次", "刊期", "本期", "第几期", "期", "vol", "volume", "episode"),
    ),
    "total": (
        "total",
        "totalissue",
        "totalno",
        "总期号",
        "总期数",
        "总第",
        "總期號",
        "總期數",
        "总期",
        "累计期数",
    ),
    "date": (
        *("issuedate", "publicationdate", "publishedat", "publisheddate", "datepublished", "publishdate"),
        *(
            "pubdate",
            "published",
            "publishtime",
            "publishedtime",
            "publish",
            "releasedate",
            "date",
            "day",
            "datetime",
        ),
        *(
            "出版日期",
            "刊发日期",
            "印发日期",
            "发布日期",
            "發布日期",
            "发布时间",
            "发刊日期",
            "日期",
            "时间",
            "時間",
        ),
        *("createdat", "created", "createddate"),
    ),
    "editor": (
        *(
            "editor",
            "editors",
            "责任编辑",
            "責任編輯",
            "主编",
            "主編",
            "编辑",
            "編輯",
            "责编",
            "编者",
            "编制",
            "编印",
        ),
        *(
            "author",
            "authors",
            "by",
            "作者",
            "撰稿",
            "writer",
            "主办",
            "主办单位",
            "主辦單位",
            "sponsor",
            "publisher",
        ),
    ),
    "publication": (
        *("publication", "publicationname", "journal", "newsletter", "periodical", "magazine", "bulletin"),
        *("刊名", "刊物", "刊物名称", "简报名称", "期刊", "报刊"),
    ),
}


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Front matter that was read.

    `fields` holds what tells of the issue (`Document.fields`), `used` the lines it stands on, by the number of the
    line; `end` is the position of the first line below the front matter, 0 where there is none.
    """

    fields: Mapping[str, str]
    used: Mapping[int, str]
    end: int = 0


def read_front_matter(source: Sequence[str]) -> FrontMatter:
    """Return the front matter with which the lines of a text begin."""
    first = next((i for i, line in enumerate(source[:20]) if line.strip(" \t\ufeff")), 0)
    fence = source[first].strip(" \t\ufeff") if source else ""
    if fence not in {"---", "+++"}:
        return FrontMatter({}, {})
    closers = {"---", "..."} if fence == "---" else {"+++"}
    end = next((i for i in range(first + 1, len(source)) if source[i].strip() in closers), 0)
    inside = source[first + 1 : end] if end else []
    if not end or not _is_front_matter(inside, fence):
        return FrontMatter({}, {})
    values = list(_toml(inside) if fence == "+++" else _yaml(inside))
    fields: dict[str, str] = {}
    used: dict[int, str] = {}
    for name, known in _NAMES.items():
        found = [(known.index(key), at, value) for at, key, value in values if key in known and value]
        if found:
            _, at, fields[name] = min(found)
            used[first + 2 + at] = name
    return FrontMatter(fields, used, end + 1)


def _is_front_matter(inside: Sequence[str], fence: str) -> bool:
    """Tell if lines between two rules are fields, and not text between rules."""
    filled = [line for line in inside if line.strip() and not line.lstrip().startswith("#")]
    if fence == "+++":
        return True
    top = [line for line in filled if not line.startswith((" ", "\t", "-"))]
    fields = sum(bool(_KEY.match(line.strip()) or _LOOSE_KEY.match(line.strip())) for line in top)
    return not filled or (bool(top) and fields * 2 > len(top))


def _yaml(inside: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Yield position, key and value of the fields on the first level of YAML."""
    key, at = "", 0
    parts: list[str] = []
    is_list = False
    for index, line in enumerate(inside):
        entry = _ENTRY.match(line)
        if line.startswith((" ", "\t")) or entry:
            if line.strip():
                is_list = is_list or entry is not None
                part = entry["value"] if entry else line.strip()
                named = _NAME.match(part)
                parts.append(_plain_value(named[1] if named else part))
            continue
        if key:
            yield at, key, _text(parts, is_list=is_list)
        found = _KEY.match(line.strip()) or _LOOSE_KEY.match(line.strip())
        key, at, parts, is_list = (_normal_key(found["key"]) if found else ""), index, [], False
        value = (found["value"] or "").strip() if found else ""
        if value and not _FOLDED.match(value):
            parts.append(_plain_value(value))
    if key:
        yield at, key, _text(parts, is_list=is_list)


def _toml(inside: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Yield position, key and value of the fields of TOML; a damaged text is read line by line."""
    try:
        table = tomllib.loads("\n".join(inside))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        table = {}
        for line in inside:
            key, separator, value = line.partition("=")
            if separator:
                table[key.strip()] = _plain_value(value.strip())
    positions = {
        line.partition("=")[0].strip().strip("\"'"): index
        for index, line in reversed(list(enumerate(inside)))
    }
    for key, value in table.items():
        if not isinstance(value, dict):
            yield positions.get(key, 0), _normal_key(key), _plain(value)


def _plain(value: Any) -> str:
    """Return a value of TOML as text."""
    return "、".join(map(_plain, value)) if isinstance(value, list) and len(value) < 50 else clean(str(value))


def _normal_key(key: str) -> str:
    """Return a key in small letters without separators, for comparison."""
    return _SEPARATORS.sub("", key).lower()


def _plain_value(value: str) -> str:
    """Return a text without quotes or comment; the entries of a list in brackets joined."""
    if value[:1] in {"'", '"'}:
        end = value.find(value[0], 1)
        while value[0] == '"' and end > 0 and value[end - 1] == "\\":
            end = value.find(value[0], end + 1)
        if end > 0:
            inside = value[1:end]
            return inside.replace('\\"', '"').replace("\\n", " ") if value[0] == '"' else inside
    bare = _COMMENT.sub("", value)
    if bare.startswith("[") and bare.endswith("]"):
        return "、".join(filter(None, (_plain_value(part.strip()) for part in bare[1:-1].split(","))))
    return bare


def _text(parts: Sequence[str], *, is_list: bool) -> str:
    """Return the parts of a value as one text."""
    return clean(("、" if is_list else " ").join(part for part in parts if part))
