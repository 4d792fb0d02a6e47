"""Titles and digests of a draft's articles, within the platform's limits (wechat-platform.md, section G1).

A message that corrects an earlier one says so in its title, its digest and its first paragraph (`CorrectionNotice`).
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wxbot.library import Article, Issue
from wxbot.local_time import chinese_date
from wxbot.rendering.issue_texts import clean_line, cut_at_break, issue_label, short_label, shorten
from wxbot.rendering.wechat_html import ACCENT, tag, text
from wxbot.wechat.limits import DIGEST_BYTES, TITLE_BYTES, TITLE_CHARS

__all__ = [
    "CORRECTION_MARK",
    "CorrectionNotice",
    "digest_fits",
    "lead_digest",
    "lead_title",
    "section_digest",
    "section_title",
    "title_fits",
    "with_correction_mark",
]

CORRECTION_MARK = "【更正】"
_CORRECTION_STYLE = (
    f"margin:0 0 20px;padding:12px 14px;border-left:3px solid {ACCENT};background-color:#f6f3ed"
)
_SECTION_NAME_BYTES = 30  # of a section's name in a title, so that room is left for the headline


@dataclass(frozen=True, slots=True)
class CorrectionNotice:
    """An editor's note on what an earlier message got wrong; `day` is when that message was sent."""

    words: str
    day: dt.date

    @property
    def sentence(self) -> str:
        """The notice as one paragraph of text."""
        words = clean_line(self.words).rstrip("。.；;")
        return f"{CORRECTION_MARK}{chinese_date(self.day)}推送的这一期有误：{words}。请以这一次的内容为准。"

    def as_html(self) -> str:
        """Return the notice as the highlighted first paragraph of a draft."""
        return tag("p", text(self.sentence), _CORRECTION_STYLE)


def with_correction_mark(line: str, fits: Callable[[str], bool]) -> str:
    """Return a title or digest behind `【更正】`, shortened until both together fit."""
    return CORRECTION_MARK + shorten(line, lambda part: fits(CORRECTION_MARK + part))


def title_fits(title: str) -> bool:
    """Return whether the platform accepts a title of this length."""
    return len(title) <= TITLE_CHARS and _bytes(title) <= TITLE_BYTES


def digest_fits(digest: str) -> bool:
    """Return whether the platform accepts a digest of this length."""
    return _bytes(digest) <= DIGEST_BYTES


def lead_title(issue: Issue, headline: str) -> tuple[str, tuple[str, ...]]:
    """Return the title of the article for the whole issue, and warnings for editors.

    It joins the bulletin's name, the issue and the first headline, such as `长风联盟｜2021年第2期：…`. A headline
    that is whole, or cut at a pause, matters more than the name: the account's name stands above the message anyway.
    """
    label = issue_label(issue)
    name = clean_line(issue.title)
    openings = (f"{name}｜{label}：" if name else f"{label}：", f"{label}｜", f"{short_label(issue)}｜")
    headline = clean_line(headline)
    for opening in openings:
        if title_fits(opening + headline):
            return (opening + headline).rstrip("：｜"), ()
    for opening in openings:
        if cut := cut_at_break(headline, _fits_behind(opening)):
            return opening + cut, (_cut_warning(opening + cut),)
    title = openings[1] + shorten(headline, _fits_behind(openings[1]))
    return title, (_cut_warning(title),)


def section_title(name: str, titles: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return the title of a section's article, and warnings for editors.

    It joins the section's name, its first headline and, where they fit, the number of its articles.
    """
    opening = f"{shorten(name, lambda part: _bytes(part) <= _SECTION_NAME_BYTES)}｜" if name else ""
    headline = titles[0] or "无题"
    with_count = f"{opening}{headline} 等{len(titles)}篇"
    if len(titles) > 1 and title_fits(with_count):
        return with_count, ()
    if title_fits(opening + headline):
        return opening + headline, ()
    title = opening + shorten(headline, _fits_behind(opening))
    return title, (_cut_warning(title),)


def lead_digest(groups: Sequence[tuple[str, Sequence[Article]]]) -> str:
    """Return the digest for the whole issue: the number of articles, in all and in each section."""
    counts = "、".join(f"{clean_line(name)} {len(group)} 篇" for name, group in groups if clean_line(name))
    total = f"本期 {sum(len(group) for _, group in groups)} 篇"
    return shorten(f"{total}：{counts}" if counts else total, digest_fits)


def section_digest(titles: Sequence[str]) -> str:
    """Return the titles of a section, as many whole ones as fit into a digest."""
    digest = shorten(titles[0], digest_fits)
    for at, title in enumerate(titles[1:], start=2):
        ending = "" if at == len(titles) else f" 等{len(titles)}篇"
        if not digest_fits(f"{digest}；{title}{ending}"):
            with_count = f"{digest} 等{len(titles)}篇"
            return with_count if digest_fits(with_count) else digest
        digest = f"{digest}；{title}"
    return digest


def _bytes(line: str) -> int:
    return len(line.encode("utf-8", "replace"))


def _fits_behind(opening: str) -> Callable[[str], bool]:
    """Return a check for 'this headline fits into a title behind `opening`'."""
    return lambda headline: title_fits(opening + headline)


def _cut_warning(title: str) -> str:
    return f"标题超过平台的 {TITLE_CHARS} 字 / {TITLE_BYTES} 字节，已缩短为「{title}」"
