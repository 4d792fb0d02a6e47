"""Turn the forms of the console's reading page into fixes, each with a sentence about what it settles."""

from collections.abc import Callable, Mapping

from wxbot.bulletin.fixes import Fixes
from wxbot.bulletin.model import LineUse
from wxbot.bulletin.push_form import item_name
from wxbot.bulletin.reading_labels import USE_LABELS
from wxbot.bulletin.settle_order import (
    choose_cover,
    move_article,
    move_section,
    rename_section,
    retitle_article,
    settle_masthead,
)
from wxbot.bulletin.settle_reading import (
    Reading,
    forget_line,
    forget_picture,
    settle_line,
    settle_picture,
)
from wxbot.errors import BulletinError

__all__ = ["decide"]

Form = Mapping[str, str]
_SHOWN = 24


def decide(reading: Reading, what: str, form: Form) -> tuple[Fixes, str]:
    """Return the fixes that a form asks for, and what they settle in Chinese.

    Raises BulletinError for a form that does not fit the reading.
    """
    return _DECISIONS[what](reading, form)


def _line(reading: Reading, form: Form) -> tuple[Fixes, str]:
    index = _position(form, "line", len(reading.traced))
    line = reading.traced[index].line
    shown = f"第 {line.at} 行“{_short(line.text)}”"
    use = form.get("use", "")
    if use == "forget":
        return forget_line(reading, index), f"{shown}照程序读"
    if use not in set(LineUse):
        raise BulletinError("没有选这一行是什么", remedy="请按其中一个按钮。")
    chosen = LineUse(use)
    begins = form.get("begins", "")
    fixes = settle_line(reading, index, chosen, begins)
    detail = f"，从“{_short(begins)}”起另作一行" if chosen is LineUse.SPLIT else ""
    return fixes, f"{shown}：{USE_LABELS[chosen]}{detail}"


def _picture(reading: Reading, form: Form) -> tuple[Fixes, str]:
    index = _position(form, "line", len(reading.traced))
    shown = f"第 {reading.traced[index].line.at} 行的图"
    use = form.get("use", "")
    if use == "drop":
        return settle_picture(reading, index, is_left_out=True), f"{shown}不收"
    if use == "forget":
        return forget_picture(reading, index), f"{shown}照程序读"
    caption = " ".join(form.get("caption", "").split())
    article = ""
    if form.get("article", "").strip():
        at = _position(form, "article", len(reading.printed.articles))
        article = reading.printed.articles[at].title
    fixes = settle_picture(reading, index, caption=caption, article=article)
    parts = [f"图注“{_short(caption)}”"] if caption else []
    parts += [f"归“{_short(article)}”"] if article else []
    return fixes, f"{shown}：{'，'.join(parts)}"


def _article(reading: Reading, form: Form) -> tuple[Fixes, str]:
    at = _position(form, "article", len(reading.parsed.articles))
    article = reading.parsed.articles[at]
    shown = f"《{_short(article.title)}》"
    here = next(each for each in reading.parsed.sections if any(one is article for one in each.articles))
    place = next(i for i, one in enumerate(here.articles, start=1) if one is article)
    use = form.get("use", "")
    if use in {"up", "down"}:
        target = place - 1 if use == "up" else place + 1
        fixes = move_article(reading, at, form.get("here", ""), target)
        return fixes, f"{shown}移到这个栏目的第 {target} 篇"
    if use == "place":
        target, name = _number(form.get("place", ""), 1, 9999), form.get("here", "")
        where = "这个栏目" if name == item_name(here.name) else f"“{_short(name)}”"
        return move_article(reading, at, name, target), f"{shown}移到{where}的第 {target} 篇"
    if use == "cover":
        given = form.get("cover", "")
        cover = None if not given else _number(given, 0, 9999)
        label = {None: "照常", 0: "不要封面"}.get(cover, f"第 {cover} 张图")
        return choose_cover(reading, at, cover), f"{shown}的封面：{label}"
    if use == "section":
        name = form.get("new_section", "").strip() or form.get("section", "")
        return move_article(reading, at, name), f"{shown}移到“{_short(name)}”"
    title = form.get("title", "")
    return retitle_article(reading, at, title), f"{shown}改题为《{_short(title)}》"


def _section(reading: Reading, form: Form) -> tuple[Fixes, str]:
    at = _position(form, "section", len(reading.parsed.sections))
    shown = f"栏目“{_short(reading.parsed.sections[at].name)}”"
    use = form.get("use", "")
    if use in {"up", "down"}:
        place = at - 1 if use == "up" else at + 1
        return move_section(reading, at, place), f"{shown}排到第 {place + 1}"
    if use == "place":
        place = _position(form, "place", len(reading.parsed.sections) + 1) - 1
        return move_section(reading, at, place), f"{shown}排到第 {place + 1}"
    name = form.get("name", "")
    return rename_section(reading, at, name), f"{shown}改名为“{_short(name)}”"


def _masthead(reading: Reading, form: Form) -> tuple[Fixes, str]:
    given = [form.get(name, "").replace("\0", "").strip()[:80] for name in ("number", "date", "publication")]
    labels = ("期号", "日期", "刊名")
    says = "，".join(f"{label} {text}" for label, text in zip(labels, given, strict=True) if text)
    return settle_masthead(reading.fixes, *given), says or "期号、日期、刊名照原文"


_DECISIONS: Mapping[str, Callable[[Reading, Form], tuple[Fixes, str]]] = {
    "line": _line,
    "picture": _picture,
    "article": _article,
    "section": _section,
    "masthead": _masthead,
}


def _position(form: Form, name: str, count: int) -> int:
    """Return a position that a form names."""
    return _number(form.get(name, ""), 0, count - 1)


def _number(given: str, least: int, most: int) -> int:
    """Return a number within limits; raise BulletinError for anything else."""
    if given.isascii() and given.isdecimal() and len(given) < 8 and least <= int(given) <= most:
        return int(given)
    raise BulletinError("这一页的内容对不上了", remedy="请把这一页重新打开，再改。")


def _short(text: str) -> str:
    """Return the beginning of a text in one line."""
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
