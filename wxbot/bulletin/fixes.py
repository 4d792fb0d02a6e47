"""Fixes: what an editor settled about the reading of one source and the form of its push, as values."""

from dataclasses import dataclass, field, replace

from wxbot.bulletin.fix_matching import match_key
from wxbot.bulletin.identity import Settled
from wxbot.bulletin.model import LineUse, Problem
from wxbot.bulletin.push_form import PushForm

__all__ = ["ArticleFix", "Fixes", "LineFix"]


@dataclass(frozen=True, slots=True)
class LineFix:
    """Settled reading of one line.

    Attributes
    ----------
    text : the line as printed, blanks ignored; with `…` at the end, the beginning of the line
    use : what the line is, or what is done with it
    nth : which of the lines with this text, from 1; None where it stands once
    at : for a split, the texts with which the new lines begin
    line : line of the fix file; it is no part of the content
    """

    text: str
    use: LineUse
    nth: int | None = None
    at: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)

    @property
    def key(self) -> tuple[str, int | None]:
        """Text and place that tell this line from the others."""
        return match_key(self.text), self.nth


@dataclass(frozen=True, slots=True)
class ArticleFix:
    """Settled values of one article: its title, its number, its cover.

    Attributes
    ----------
    title : the title as read, blanks ignored
    nth : which of the articles with this title, from 1; None where it stands once
    to : the title in its place; "" to leave it
    n : number that the article keeps in its address
    cover : which of its pictures is the cover, from 1; 0 for none of them
    line : line of the fix file; it is no part of the content
    """

    title: str
    nth: int | None = None
    to: str = ""
    n: int | None = None
    cover: int | None = None
    line: int = field(default=0, compare=False)

    @property
    def key(self) -> tuple[str, int | None]:
        """Title and place that tell this article from the others."""
        return match_key(self.title), self.nth


@dataclass(frozen=True, slots=True)
class Fixes:
    """Content of one fix file.

    Attributes
    ----------
    file : name of the fix file, for messages
    settled : number, date and name of the publication
    lines, articles : what is settled about lines and articles
    push : the form of the issue's push
    problems : why the file was not applied; nothing else is set then
    """

    file: str = ""
    settled: Settled = field(default_factory=Settled)
    lines: tuple[LineFix, ...] = ()
    articles: tuple[ArticleFix, ...] = ()
    push: PushForm = field(default_factory=PushForm)
    problems: tuple[Problem, ...] = ()

    def complete(self, settled: Settled | None) -> Settled:
        """Return what was given with the command, completed by this file."""
        given = settled or Settled()
        return Settled(
            given.number or self.settled.number,
            given.date or self.settled.date,
            given.publication or self.settled.publication,
        )

    def with_line(self, fix: LineFix) -> "Fixes":
        """Return these fixes with one of a line, in place of an earlier one of the same line."""
        return replace(self, lines=(*(each for each in self.lines if each.key != fix.key), fix))

    def with_article(self, fix: ArticleFix) -> "Fixes":
        """Return these fixes with one of an article, in place of an earlier one of the same article."""
        return replace(self, articles=(*(each for each in self.articles if each.key != fix.key), fix))

    def problem(self, line: int, says: str) -> Problem:
        """Return a problem at a line of this file; 0 stands for its line in the source."""
        return Problem(0, f"修正文件 {self.file} 第 {line} 行：{says}")
