"""Number the footnotes and endnotes of a Word file in the order in which the text refers to them."""

from dataclasses import dataclass, field

from wxbot.bulletin.readers.docx.markup import Element, child, number, value, w
from wxbot.bulletin.readers.docx.numbering import printed_number
from wxbot.bulletin.readers.docx.package import PackagePart

__all__ = ["NoteRegister", "NoteStory"]

_SEPARATORS = {"separator", "continuationSeparator", "continuationNotice"}


@dataclass(slots=True)
class NoteStory:
    """The notes of one kind: the part that holds them, their elements by id, and how they are numbered."""

    part: PackagePart
    elements: dict[str, Element] = field(default_factory=dict)
    form: str = "decimal"
    start: int = 1
    prefix: str = ""
    labels: dict[str, str] = field(default_factory=dict)


class NoteRegister:
    """Labels of the notes that the text refers to: 1, 2 for footnotes, i, ii for endnotes, as Word prints them."""

    def __init__(self) -> None:
        self.stories: dict[str, NoteStory] = {}

    def add(self, kind: str, part: PackagePart, root: Element, settings: Element | None) -> None:
        """Add the notes of the footnotes or endnotes part."""
        story = NoteStory(part, form="decimal" if kind == "footnote" else "lowerRoman")
        for one in root.iterchildren(w(kind)):
            if one.get(w("type")) not in _SEPARATORS:
                story.elements[one.get(w("id"), "")] = one
        properties = child(settings, f"{kind}Pr")
        if properties is not None:
            story.form = value(child(properties, "numFmt"), story.form)
            story.start = number(value(child(properties, "numStart"), "1"), 1)
        # Both kinds may be numbered alike; their labels must differ.
        story.prefix = "尾" if any(other.form == story.form for other in self.stories.values()) else ""
        self.stories[kind] = story

    def refer(self, kind: str, id_: str) -> str:
        """Return the label of a note; "" for a note that the file does not hold."""
        story = self.stories.get(kind)
        if story is None or id_ not in story.elements:
            return ""
        if id_ not in story.labels:
            number = printed_number(story.start + len(story.labels), story.form)
            story.labels[id_] = f"{story.prefix}{number}"
        return story.labels[id_]

    def mark(self, kind: str, label: str) -> str:
        """Return the mark that Word prints for a label."""
        return label.removeprefix(self.stories[kind].prefix)
