"""Bulletins of random text, read without doubts: articles that no reader confuses, each known by a word in it."""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tests.installations import WORD

__all__ = ["EDITS", "BulletinFile", "Piece", "word_in"]

_CHARACTERS = (
    "工地出就分对成会可主发年动同也能下过子说产种面而方后多定行学法所民得经进着等部度家电力里如水化高自理起小物现实加量都"
    "两体制机当使点从业本去把性好应开它合还因由其些然前外天政那社义事平形相全表间样与关各重新线内数正心反明看原又么利比或但"
    "质气向道命此变条只没结解问意建公无系军很情者最立代想已通并提直题党程展果料象员革位入常文总次品式活设及管特件长求老头基"
)


@dataclass(frozen=True)
class Piece:
    """An article; `word` stays in its text however it is edited."""

    word: str
    title: str
    text: str

    @classmethod
    def create(cls, number: int) -> "Piece":
        """Create the article of a number, which is like no other."""
        chance, word = random.Random(number), f"zq{number}q"
        title, text = ("".join(chance.sample(_CHARACTERS, length)) for length in (9, 45))
        return cls(word, title, f"{text}，编号{word}，{WORD}到会。")


@dataclass(frozen=True)
class BulletinFile:
    """Content of a file of the watched folder; a doubtful one has a year that contradicts its date."""

    publication: str
    number: int
    pieces: tuple[Piece, ...]
    is_doubtful: bool = False

    @property
    def content(self) -> str:
        """The text of the file."""
        year = 2024 if self.is_doubtful else 2026
        articles = "".join(f"\n{each.title}\n\n　　{each.text}\n" for each in self.pieces)
        return (
            f"{self.publication}\n2026年第{self.number}期\n{year}年{self.number}月1日\n\n【要闻】\n{articles}"
        )


def word_in(text: str) -> str:
    """Return the word by which an article is known."""
    (word,) = set(re.findall(r"zq\d+q", text))
    return str(word)


def _insert(pieces: tuple[Piece, ...], at: int, fresh: int) -> tuple[Piece, ...]:
    return (*pieces[:at], Piece.create(fresh), *pieces[at:])


def _remove(pieces: tuple[Piece, ...], at: int, fresh: int) -> tuple[Piece, ...]:
    return (*pieces[:at], *pieces[at + 1 :]) if len(pieces) > 1 else pieces


def _move(pieces: tuple[Piece, ...], at: int, fresh: int) -> tuple[Piece, ...]:
    others = [*pieces[:at], *pieces[at + 1 :]]
    others.insert(fresh % len(pieces), pieces[at])
    return tuple(others)


def _reword(pieces: tuple[Piece, ...], at: int, fresh: int) -> tuple[Piece, ...]:
    """Replace two characters of a text."""
    text, place = pieces[at].text, fresh % 40
    text = text[:place] + "".join(random.Random(fresh).sample(_CHARACTERS, 2)) + text[place + 2 :]
    return (*pieces[:at], replace(pieces[at], text=text), *pieces[at + 1 :])


def _retitle(pieces: tuple[Piece, ...], at: int, fresh: int) -> tuple[Piece, ...]:
    """Replace the end of a title."""
    title = pieces[at].title[:7] + "".join(random.Random(fresh).sample(_CHARACTERS, 2))
    return (*pieces[:at], replace(pieces[at], title=title), *pieces[at + 1 :])


EDITS: Mapping[str, Callable[[tuple[Piece, ...], int, int], tuple[Piece, ...]]] = {
    "insert": _insert,
    "remove": _remove,
    "move": _move,
    "reword": _reword,
    "retitle": _retitle,
}
"""Edits of the articles of a file, each at a place; the last argument is a number that was not used before."""
