"""Name in Chinese what became of the lines of a source, and why text was set apart."""

from collections.abc import Sequence

from wxbot.bulletin.model import LineUse, Problem
from wxbot.bulletin.source_map import Place, PlaceKind
from wxbot.text import one_line

__all__ = ["NOT_TEXT", "USE_LABELS", "doubt_at_line", "place_label", "reason_label"]

USE_LABELS = {
    LineUse.TITLE: "标题",
    LineUse.SECTION: "栏目",
    LineUse.TEXT: "正文",
    LineUse.HEADING: "小标题",
    LineUse.JOIN: "接上一行",
    LineUse.SPLIT: "拆开",
    LineUse.DROP: "略去",
    LineUse.KEEP: "留着",
    LineUse.CHECKED: "读得对",
}
"""What an editor can settle about a line, in the order in which it is offered."""

_REASONS = {
    "address that is no web page": "不是网页的地址，点不开",
    "address without a website": "没有写网站的地址，点不开",
    "browser header": "浏览器打印的页眉页脚",
    "caption replaced by an editor": "编辑改了图注",
    "comment": "批注",
    "count": "标题前的编号",
    "definition of a link": "链接的定义",
    "deleted text": "删除的文字",
    "embedded document": "嵌入的文档",
    "end matter": "版尾",
    "footnote": "脚注",
    "form control": "网页上的按钮和输入框",
    "form feed": "换页符",
    "front matter": "文件开头的信息栏",
    "heading above sections": "栏目之上的标题",
    "hidden text": "隐藏的文字",
    "invitation to follow": "请人关注的话",
    "left out by an editor": "编辑略去",
    "link of a picture": "图片上的链接",
    "page footer": "页脚",
    "page furniture": "网页上文章以外的内容",
    "page header": "页眉",
    "page number": "页码",
    "picture": "图片",
    "placeholder": "占位文字",
    "pronunciation above the text": "注音",
    "reading of characters": "注音",
    "retitled by an editor": "编辑改了题",
    "rotated text": "斜排的文字",
    "rule": "分隔线",
    "running header": "页眉页脚",
    "script": "脚本",
    "section emptied by an editor": "编辑移空了的栏目",
    "section mark": "栏目的编号和记号",
    "section renamed by an editor": "编辑改了栏目名",
    "struck-out text": "划去的文字",
    "table of contents": "目录",
    "text outside the page": "页面以外的文字",
    "text under a merged cell": "合并单元格下的文字",
    "title mark": "标题的编号和记号",
    "video, audio or card": "音视频和名片",
    "watermark": "水印",
}
NOT_TEXT = {"form feed", "rule"}
"""Reasons of what carries no text; only their number is shown."""

_KINDS = {
    PlaceKind.MASTHEAD: "报头",
    PlaceKind.LEAD: "引言",
    PlaceKind.SECTION: "栏目",
    PlaceKind.TITLE: "标题",
    PlaceKind.TEXT: "正文",
    PlaceKind.PICTURE: "图片",
    PlaceKind.DROPPED: "未刊出",
}


def reason_label(why: str) -> str:
    """Return the reason for which text was set apart in Chinese; a reader's own words stay as they are."""
    reason, _, detail = why.partition(": ")
    return _REASONS.get(reason, reason) + (f"（{detail}）" if detail else "")


def doubt_at_line(problem: Problem, place: str) -> str:
    """Return what a doubt says behind the name of its line, which it names itself where its sentence needs it."""
    rest = one_line(problem.says).removeprefix(f"第 {problem.line} 行")
    return f"{place}{rest}" if rest[:1] in {"起", "的"} else f"{place}：{rest.lstrip('：')}"


def place_label(places: Sequence[Place]) -> str:
    """Return what a line became in Chinese."""
    if not places:
        return "！找不到去向"
    first = places[0]
    if first.kind is PlaceKind.DROPPED:
        return f"未刊出：{reason_label(first.why)}"
    kinds = "＋".join(dict.fromkeys(_KINDS[place.kind] for place in places))
    number = f" 第 {first.article} 篇" if first.article else ""
    name = f" {one_line(first.text)}" if first.kind in {PlaceKind.TITLE, PlaceKind.SECTION} else ""
    return f"{kinds}{number}{name}"
