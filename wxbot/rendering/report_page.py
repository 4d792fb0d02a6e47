"""The report of a push as one HTML page: figures and charts in one file, without scripts and without outside resources.

Takes plain values, in the order in which they are to stand; what they mean is the caller's business.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from wxbot.rendering.page_templates import csp_hash, read_stylesheet, template_environment
from wxbot.rendering.report_charts import Drawn, bar, columns, share_bar

__all__ = [
    "REPORT_POLICY",
    "Bar",
    "Bars",
    "Cell",
    "Columns",
    "ReportBlock",
    "ReportPage",
    "ReportTable",
    "ReportTone",
    "ShareBar",
    "SharePart",
    "Tile",
    "report_page",
]

_STYLE = read_stylesheet("report.css")

# For the header Content-Security-Policy where a server shows the page.
REPORT_POLICY = (
    f"default-src 'none'; style-src {csp_hash(_STYLE)}; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

ReportTone = Literal["good", "pale", "bad", "warn", "mute", "plain"]


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure in large letters; `value` is text, such as 1,200 or —."""

    label: str
    value: str
    note: str = ""
    tone: ReportTone = "plain"


@dataclass(frozen=True, slots=True)
class SharePart:
    """A part of a whole."""

    label: str
    count: int
    tone: ReportTone


@dataclass(frozen=True, slots=True)
class ShareBar:
    """One bar that is divided into its parts; those that count nothing are left out."""

    title: str
    parts: Sequence[SharePart]
    note: str = ""

    def svg(self) -> Drawn:
        """The bar."""
        return share_bar([(part.label, part.count, part.tone) for part in self.parts if part.count])

    def legend(self) -> list[tuple[str, str, str, str]]:
        """Each part: tone, label, count, share."""
        total = sum(part.count for part in self.parts) or 1
        return [
            (part.tone, part.label, f"{part.count:,}", f"{part.count / total:.1%}")
            for part in self.parts
            if part.count
        ]


@dataclass(frozen=True, slots=True)
class Bar:
    """One of several bars under each other."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Bars:
    """How often what, the longest bar being the greatest count."""

    title: str
    bars: Sequence[Bar]
    tone: ReportTone = "good"
    note: str = ""

    def svg(self) -> list[tuple[str, str, Drawn]]:
        """Each bar: label, count, picture."""
        most = max((each.count for each in self.bars), default=0)
        return [(each.label, f"{each.count:,}", bar(each.count, most, self.tone)) for each in self.bars]


@dataclass(frozen=True, slots=True)
class Columns:
    """Counts over time, in order: (label, count)."""

    title: str
    points: Sequence[tuple[str, int]]
    tone: ReportTone = "good"
    note: str = ""

    def svg(self) -> Drawn:
        """The columns with their scale."""
        return columns(self.points, self.tone, self.title)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; with `href` a link, with `of` a bar of that share (0 to 1) below its text."""

    text: str
    href: str = ""
    of: float | None = None
    number: bool = False

    @property
    def address(self) -> str:
        """Where the cell leads; nowhere, where the link is none of the web."""
        return self.href if self.href.startswith(("https://", "http://")) else ""

    def svg(self) -> Drawn:
        """The bar of a cell that has one."""
        return bar(round((self.of or 0) * 1000), 1000, "good")


@dataclass(frozen=True, slots=True)
class ReportTable:
    """Rows under their heads."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""


ReportBlock = ShareBar | Bars | Columns | ReportTable


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report: its heading, what must be seen first (`alerts`), a few figures, then charts and tables."""

    title: str
    subtitle: str
    tiles: Sequence[Tile]
    blocks: Sequence[ReportBlock]
    facts: Sequence[tuple[str, str]] = ()
    alerts: Sequence[str] = ()
    footer: str = ""


def report_page(page: ReportPage) -> str:
    """One HTML document."""
    blocks = [(type(block).__name__, block) for block in page.blocks]
    return _PAGES.get_template("report.html").render(page=page, blocks=blocks)


_PAGES = template_environment(_STYLE)
