"""Fixes: what an editor settled about the reading of one source and the form of its push, as values."""

from dataclasses import dataclass, field, replace

from wxbot.bulletin.fix_matching import match_key
from wxbot.bulletin.identity import Settled
from wxbot.bulletin.model import LineUse, Problem
from wxbot.bulletin.push_form import PushForm

__all__ = ["RENAMED", "ArticleFix", "EntryFix", "Fixes", "LineFix", "PictureFix", "SectionFix"]

RENAMED = "section renamed by an editor"
"""Why the printed name of a section is left out of the issue."""


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
    """Settled values of one article: its title, its number, its cover, its section and its place there.

    Attributes
    ----------
    title : the title as read, blanks ignored
    nth : which of the articles with this title, from 1; None where it stands once
    to : the title in its place; "" to leave it
    n : number that the article keeps in its address
    cover : which of its pictures is the cover, from 1; 0 for none of them
    section : name of the section that it stands in; "" to leave it where it is printed
    place : its place among the articles of its section, from 1; None to leave it
    line : line of the fix file; it is no part of the content
    """

    title: str
    nth: int | None = None
    to: str = ""
    n: int | None = None
    cover: int | None = None
    section: str = ""
    place: int | None = None
    line: int = field(default=0, compare=False)

    @property
    def key(self) -> tuple[str, int | None]:
        """Title and place that tell this article from the others."""
        return match_key(self.title), self.nth


@dataclass(frozen=True, slots=True)
class SectionFix:
    """Settled name of one section, for this issue alone.

    Attributes
    ----------
    name : the name as read, blanks ignored; `全文` for the articles without a section
    to : the name in its place
    line : line of the fix file; it is no part of the content
    """

    name: str
    to: str
    line: int = field(default=0, compare=False)

    @property
    def key(self) -> tuple[str, None]:
        """Name that tells this section from the others."""
        return match_key(self.name), None


@dataclass(frozen=True, slots=True)
class PictureFix:
    """Settled place or caption of a picture, or that it is left out.

    Attributes
    ----------
    of : title of the article, or name of the section, above it; `卷首` before the first section, "" for anywhere
    text : its printed caption or description, or their beginning with `…`; "" for any
    nth : which of those pictures, from 1; None where it stands once
    is_left_out : whether it is left out
    caption : the caption in place of the printed one; "" to leave it
    article : title of the article that gets it; "" to leave it where it is printed
    line : line of the fix file; it is no part of the content
    """

    of: str = ""
    text: str = ""
    nth: int | None = None
    is_left_out: bool = False
    caption: str = ""
    article: str = ""
    line: int = field(default=0, compare=False)

    @property
    def key(self) -> tuple[str, int | None]:
        """Place and caption that tell this picture from the others."""
        return f"{match_key(self.of)}\n{match_key(self.text)}", self.nth


EntryFix = LineFix | ArticleFix | SectionFix | PictureFix
"""Any fix that is an entry of a fix file, with a header of its own."""


@dataclass(frozen=True, slots=True)
class Fixes:
    """Content of one fix file.

    Attributes
    ----------
    file : name of the fix file, for messages
    settled : number, date and name of the publication
    lines, articles, sections, pictures : what is settled about each of them
    push : the form of the issue's push
    order : the sections that come first, in this order; the others follow as they are printed
    order_line : line of the fix file that gives the order; it is no part of the content
    problems : why the file was not applied; nothing else is set then
    """

    file: str = ""
    settled: Settled = field(default_factory=Settled)
    lines: tuple[LineFix, ...] = ()
    articles: tuple[ArticleFix, ...] = ()
    push: PushForm = field(default_factory=PushForm)
    sections: tuple[SectionFix, ...] = ()
    order: tuple[str, ...] = ()
    order_line: int = field(default=0, compare=False)
    pictures: tuple[PictureFix, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def entries(self) -> dict[str, tuple[EntryFix, ...]]:
        """The fixes of each kind, by the name of their headers."""
        return {
            "line": self.lines,
            "section": self.sections,
            "article": self.articles,
            "picture": self.pictures,
        }

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

    def with_section(self, fix: SectionFix) -> "Fixes":
        """Return these fixes with one of a section, in place of an earlier one of the same section."""
        return replace(self, sections=(*(each for each in self.sections if each.key != fix.key), fix))

    def with_picture(self, fix: PictureFix) -> "Fixes":
        """Return these fixes with one of a picture, in place of an earlier one of the same picture."""
        return replace(self, pictures=(*(each for each in self.pictures if each.key != fix.key), fix))

    def problem(self, line: int, says: str) -> Problem:
        """Return a problem at a line of this file; 0 stands for its line in the source."""
        return Problem(0, f"修正文件 {self.file} 第 {line} 行：{says}")
