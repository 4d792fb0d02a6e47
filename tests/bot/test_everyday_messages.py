"""Everyday messages of members, in many wordings: what they mean is written in everyday_messages.txt."""

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bot.conftest import PUBLIC_URL, Say, teller
from tests.bot.everyday_library import HABITS, build_library
from tests.conftest import NOON
from wxbot.bot import Answer, Bot, Replies
from wxbot.bot.issue_lists import ISSUE
from wxbot.bot.texts import TEXTS
from wxbot.rendering.links import strip_click_tokens
from wxbot.search import Index, catch_up
from wxbot.wechat import Card, Text, message_kind

_PLACES = re.compile(r"\{[^}]*\}|\[\[[^\]]*\]\]")
_ISSUE = re.compile(rf"{PUBLIC_URL}/i/(\S+)")
_ARTICLE = re.compile(rf'{PUBLIC_URL}/a/([^"?#\s]+)')


def _read() -> dict[str, list[tuple[str, str]]]:
    """Return the messages and their meanings by kind."""
    found: dict[str, list[tuple[str, str]]] = {}
    kind = ""
    for line in Path(__file__).with_name("everyday_messages.txt").read_text("utf-8").splitlines():
        if re.fullmatch(r"\[[a-z ]+\]", line):
            kind = line.strip("[]")
        elif "=>" in line and not line.startswith("#"):
            said, _, meant = line.partition(" => ")
            found.setdefault(kind, []).append((said, meant))
    return found


MESSAGES = _read()


@pytest.fixture(scope="module")
def tell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Say]:
    """Yield a function that sends a message to a bot on the library of everyday messages."""
    folder = tmp_path_factory.mktemp("everyday")
    db = build_library(folder, NOON)
    index = Index.open(folder / "index")
    catch_up(index, db)
    bot = Bot(db, index, Replies(folder), public_url=PUBLIC_URL, habits=lambda: HABITS)
    yield teller(db, bot, NOON)
    index.close()
    db.close()


_members = itertools.count(1)


class Member:
    """A new member, who sends messages."""

    def __init__(self, tell: Say) -> None:
        self._tell = tell
        self._openid = f"o{next(_members)}"

    def say(self, words: str) -> Answer:
        """Send one message; `<link> title address` is a forwarded page."""
        if words.startswith("<link> "):
            title, address = words.removeprefix("<link> ").rsplit(" ", 1)
            fields = {"Title": title, "Description": "", "Url": address}
            return self._tell("", kind="link", openid=self._openid, fields=fields)
        return self._tell(words, kind=message_kind("text", words), openid=self._openid)


def shown(answer: Answer) -> str:
    """Return what an answer shows, without click tokens."""
    reply = strip_click_tokens(answer.reply)
    match reply:
        case Card(url=url, description=description):
            return f"{url}\n{description}"
        case Text(content):
            return content
    return repr(reply)


@dataclass(frozen=True)
class Said:
    """The answer to the last of several messages of one member; `before` are the messages before it."""

    tell: Say
    before: tuple[str, ...]
    answer: Answer

    @property
    def text(self) -> str:
        """The answer's text, or the address and the text of its card."""
        return shown(self.answer)

    @property
    def is_card(self) -> bool:
        """Tell if the answer is a card."""
        return isinstance(self.answer.reply, Card)

    @property
    def articles(self) -> list[str]:
        """The public ids of the articles to which the answer links."""
        return _ARTICLE.findall(self.text)

    def answered_like(self, words: str, *before: str) -> "Said":
        """Return what a new member is answered to other words."""
        member = Member(self.tell)
        for each in before:
            member.say(each)
        return Said(self.tell, before, member.say(words))


def _is_issue(said: Said, about: str) -> bool:
    found = _ISSUE.match(said.text) if said.is_card else None
    return found is not None and found[1].replace("%2B", "+") == about


def _is_contents(said: Said, about: str) -> bool:
    whole = re.search(rf'{PUBLIC_URL}/i/([^"]+)"', said.text)
    return not said.is_card and "目录" in said.text[:60] and whole is not None and whole[1] == about


def _is_issues(said: Said, about: str) -> bool:
    keys = [each.removeprefix(ISSUE) for each in said.answer.listing.ids] if said.answer.listing else []
    return not said.is_card and keys[: len(about.split())] == about.split()


def _is_like(said: Said, about: str) -> bool:
    plain = said.answered_like(about)
    return said.text == plain.text or (bool(said.articles) and said.articles == plain.articles)


def _is_next_like(said: Said, about: str) -> bool:
    return said.text == said.answered_like(about, *said.before).text and "没有" not in said.text


def _is_picks(said: Said, about: str) -> bool:
    return not said.is_card and re.findall(r"^(\d+)\. ", said.text, re.MULTILINE) == about.split()


MEANINGS: dict[str, Callable[[Said, str], bool]] = {
    "issue": _is_issue,
    "article": lambda said, about: said.is_card and said.articles == [about],
    "contents": _is_contents,
    "issues": _is_issues,
    "list": lambda said, _: not said.is_card and len(said.articles) > 1,
    "list-of": lambda said, about: (
        bool(said.articles) and all(each.startswith(about) for each in said.articles)
    ),
    "text": lambda said, about: not said.is_card and _is_text(about, said.text),
    "as": _is_like,
    "as-next": _is_next_like,
    "picks": _is_picks,
    "picks-last": lambda said, _: said.is_card and len(said.articles) == 1,
    "quiet": lambda said, _: not said.is_card and not said.articles,
}


def is_meant(tell: Say, said: str, meant: str) -> bool:
    """Tell if the last of these messages is answered as it is meant."""
    *before, last = said.split(" | ")
    what, _, about = meant.partition(" ")
    return MEANINGS[what](Said(tell, (), Member(tell).say("")).answered_like(last, *before), about)


def _is_text(name: str, text: str) -> bool:
    """Tell if a text is the reply text of this name, by the words around its placeholders."""
    lines = TEXTS[name].text.splitlines() if name in TEXTS else []
    wanted = [max(_PLACES.split(line), key=len) for line in lines if _PLACES.split(line)[0]]
    return bool(wanted) and wanted[0] in text


@pytest.mark.parametrize("kind", MESSAGES)
def test_everyday_messages_are_understood(tell: Say, kind: str) -> None:
    """Each message of a kind is answered as it is meant, in all its wordings."""
    wrong = [said for said, meant in MESSAGES[kind] if not is_meant(tell, said, meant)]

    assert wrong == []
