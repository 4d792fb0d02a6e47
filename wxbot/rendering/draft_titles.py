"""Titles and digests of a draft's articles, within the platform's limits (wechat-platform.md, section G1).

A message that corrects an earlier one says so in its title, its digest and its first paragraph (`CorrectionNotice`).
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wxbot.library import Article, Issue
from wxbot.local_time import chinese_date
from wxbot.rendering.article_look import ArticleLook
from wxbot.rendering.block_html import escape_text
from wxbot.rendering.headlines import fitting_headline, fitting_sentences
from wxbot.rendering.issue_texts import clean_line, issue_label, short_label, shorten
from wxbot.wechat.limits import DIGEST_BYTES, TITLE_BYTES, TITLE_CHARS

__all__ = [
    "CORRECTION_MARK",
    "CorrectionNotice",
    "ItemTitle",
    "article_digest",
    "digest_fits",
    "lead_digest",
    "lead_title",
    "section_digest",
    "section_title",
    "title_fits",
    "with_correction_mark",
]

CORRECTION_MARK = "【更正】"
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

    def as_html(self, look: ArticleLook) -> str:
        """Return the notice as the highlighted first paragraph of a draft."""
        return look.element("p", escape_text(self.sentence), "correction")


@dataclass(frozen=True, slots=True)
class ItemTitle:
    """A title of an item of the message; `story` is the place of the headline in it among those that were offered."""

    text: str
    story: int = 0
    warnings: tuple[str, ...] = ()

    @classmethod
    def from_shortened(cls, title: str, story: int = 0) -> "ItemTitle":
        """Return a title with the warning that its headline was too long."""
        warning = f"标题超过平台的 {TITLE_CHARS} 字 / {TITLE_BYTES} 字节，已缩短为「{title}」"
        return cls(title, story, (warning,))


def with_correction_mark(line: str, fits: Callable[[str], bool]) -> str:
    """Return a title or digest behind `【更正】`, shortened until both together fit."""
    return CORRECTION_MARK + shorten(line, lambda part: fits(CORRECTION_MARK + part))


def title_fits(title: str) -> bool:
    """Return whether the platform accepts a title of this length."""
    return len(title) <= TITLE_CHARS and _bytes(title) <= TITLE_BYTES


def digest_fits(digest: str) -> bool:
    """Return whether the platform accepts a digest of this length."""
    return _bytes(digest) <= DIGEST_BYTES


def lead_title(issue: Issue, stories: Sequence[str], sections: Sequence[str] = ()) -> ItemTitle:
    """Return the title of the article for the whole issue: what issue it is, and one of its stories.

    `stories` are headlines, the best first; the first that fits behind the bulletin's name and number is taken, such
    as `长风联盟｜2021年第2期：…`. A headline that is whole, or a shorter true one, matters more than the name: the
    account's name stands above the message anyway. Without a story that fits the names of the sections stand there.
    """
    label = issue_label(issue)
    name = clean_line(issue.title)
    openings = (f"{name}｜{label}：" if name else f"{label}：", f"{label}｜", f"{short_label(issue)}｜")
    headlines = [clean_line(story) for story in stories]
    if not any(headlines):
        headlines = [_section_list(sections)]
    for at, headline in enumerate(headlines):
        for opening in openings:
            if title_fits(opening + headline):
                return ItemTitle((opening + headline).rstrip("：｜"), at)
        for opening in openings:
            if shorter := fitting_headline(headline, _fits_behind(opening)):
                return ItemTitle.from_shortened(opening + shorter, at)
    opening = openings[1]
    names = opening + _section_list(sections)
    if names != opening and title_fits(names):
        limits = f"{TITLE_CHARS} 字 / {TITLE_BYTES} 字节"
        return ItemTitle(names, 0, (f"没有一篇的标题放得进平台的 {limits}，改用栏目名「{names}」",))
    return ItemTitle.from_shortened(opening + shorten(headlines[0], _fits_behind(opening)))


def section_title(name: str, titles: Sequence[str]) -> ItemTitle:
    """Return the title of a section's article: its name, a headline and, where it fits, the number of its articles.

    The headline is the first one, if need be in a shorter true form, else the first of the others that fits.
    """
    opening = f"{shorten(name, lambda part: _bytes(part) <= _SECTION_NAME_BYTES)}｜" if name else ""
    count = f" 等{len(titles)}篇" if len(titles) > 1 else ""
    headlines = [title or "无题" for title in titles]
    for ending in dict.fromkeys((count, "")):
        if title_fits(opening + headlines[0] + ending):
            return ItemTitle(opening + headlines[0] + ending)
    for ending in dict.fromkeys((count, "")):
        if shorter := fitting_headline(headlines[0], _fits_behind(opening, ending)):
            return ItemTitle.from_shortened(opening + shorter + ending)
    for at, headline in enumerate(headlines):
        for ending in dict.fromkeys((count, "")):
            if title_fits(opening + headline + ending):
                return ItemTitle(opening + headline + ending, at)
    return ItemTitle.from_shortened(opening + shorten(headlines[0], _fits_behind(opening)))


def _section_list(sections: Sequence[str]) -> str:
    """Return the names of sections as a list, as many as make a short title."""
    return "、".join(filter(None, map(clean_line, sections)))


def lead_digest(groups: Sequence[tuple[str, Sequence[Article]]]) -> str:
    """Return the digest for the whole issue: the number of articles, in all and in each section."""
    counts = "、".join(f"{clean_line(name)} {len(group)} 篇" for name, group in groups if clean_line(name))
    total = f"本期 {sum(len(group) for _, group in groups)} 篇"
    return shorten(f"{total}：{counts}" if counts else total, digest_fits)


def article_digest(article: Article) -> str:
    """Return the digest of one article: the first sentences of its text, as many as fit; else its title."""
    teaser = fitting_sentences(article.summary, digest_fits)
    return teaser or shorten(article.title, digest_fits)


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


def _fits_behind(opening: str, ending: str = "") -> Callable[[str], bool]:
    """Return a check for 'this headline fits into a title between `opening` and `ending`'."""
    return lambda headline: title_fits(opening + headline + ending)
