"""Links that members send: a page of ours is opened here, a page elsewhere is found by its title.

PageLinks.read    the command in a text or a forwarded card that holds a link; None for any other
"""

import re
from urllib.parse import parse_qs, unquote, urlsplit

from wxbot.bot.intent.commands import (
    Acknowledge,
    Command,
    LatestIssue,
    ListIssues,
    OpenArticle,
    OpenIssue,
    Question,
    SharedTitle,
)
from wxbot.text import normalise, one_line

__all__ = ["PageLinks"]

_ADDRESS = r"[A-Za-z0-9%/._+~:@!$&'*;=?#-]*"
_ELSEWHERE = re.compile(rf"(?:https?://|(?<![\w.])(?:www\.|mp\.weixin\.qq\.com/)){_ADDRESS}", re.IGNORECASE)
_TITLE_CHARS = 2  # shorter words beside a link are no title
_CHATTER = re.compile(r"^(?:看看|看一下|快看|转发|分享|推荐)(?:这个|这篇|一下|给大家|给你)*[:：,，]?$")


class PageLinks:
    """Reads links below one public URL; `public_url` may be empty: then every link is one elsewhere."""

    def __init__(self, public_url: str) -> None:
        parts = urlsplit(public_url)
        root = parts.path.rstrip("/")
        self._root = root
        here = re.escape(f"{parts.netloc}{root}")
        pattern = rf"(?:https?://)?(?<![\w.-]){here}(?P<path>/{_ADDRESS})?(?![\w.-])"
        self._here = re.compile(pattern, re.IGNORECASE) if parts.netloc else None

    def read(self, text: str) -> Command | None:
        """Return the command in a typed text that holds a link; None for a text without one."""
        if "." not in text:
            return None
        found = self._here.search(text) if self._here else None
        if found and (command := _page_command(found["path"] or "/")):
            return command
        found = found or _ELSEWHERE.search(text)
        if found is None:
            return None
        beside = one_line(f"{text[: found.start()]} {text[found.end() :]}")
        is_title = len(beside) >= _TITLE_CHARS and not _CHATTER.fullmatch(beside)
        return Question(normalise(beside)) if is_title else Acknowledge("link")

    def read_card(self, title: str, url: str) -> Command:
        """Return the command in a forwarded card."""
        found = self._here.match(url.strip()) if self._here else None
        if found and (command := _page_command(found["path"] or "/")):
            return command
        return SharedTitle(normalise(title)) if title.strip() else Acknowledge("link")


def _page_command(address: str) -> Command | None:
    """Return the command that opens one of our pages by its path and query; None for what is no page."""
    parts = urlsplit(address)
    path = unquote(parts.path).rstrip(".")
    match path.strip("/").split("/"):
        case ["a", "archive", public_id]:
            return OpenArticle(public_id)
        case ["a", *key, n] if key and n.isdecimal():
            return OpenArticle(f"{'/'.join(key)}/{n}")
        case ["i", *key]:
            return OpenIssue("/".join(key)) if key else ListIssues()
        case ["search"] if query := parse_qs(parts.query).get("q"):
            return Question(normalise(query[0]))
    return LatestIssue() if path == "/" else None
