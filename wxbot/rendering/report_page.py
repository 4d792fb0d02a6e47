"""A report as one HTML page with figures and charts, without scripts and external resources.

The page shows plain values in the given order; the caller decides what they mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from wxbot.rendering.page_templates import csp_hash, read_stylesheet, template_environment
from wxbot.rendering.report_charts import Svg, bar, columns, share_bar

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

# Content-Security-Policy for a server that serves the page.
REPORT_POLICY = (
    f"default-src 'none'; style-src {csp_hash(_STYLE)}; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

ReportTone = Literal["good", "pale", "bad", "warn", "mute", "plain"]


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure in large type; `value` is text, such as `1,200` or `—`."""

    label: str
    value: str
    note: str = ""
    tone: ReportTone = "plain"


@dataclass(frozen=True, slots=True)
class SharePart:
    """One part of a `ShareBar`."""

    label: str
    count: int
    tone: ReportTone


@dataclass(frozen=True, slots=True)
class ShareBar:
    """One bar divided into parts; parts with the count 0 are left out."""

    title: str
    parts: Sequence[SharePart]
    note: str = ""

    def svg(self) -> Svg:
        """Return the bar as SVG."""
        return share_bar([(part.label, part.count, part.tone) for part in self.parts if part.count])

    def legend(self) -> list[tuple[str, str, str, str]]:
        """Return (tone, label, count, share) of each part, as text."""
        total = sum(part.count for part in self.parts) or 1
        return [
            (part.tone, part.label, f"{part.count:,}", f"{part.count / total:.1%}")
            for part in self.parts
            if part.count
        ]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a `Bars` chart."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Bars:
    """Horizontal bars below each other; the longest stands for the greatest count."""

    title: str
    bars: Sequence[Bar]
    tone: ReportTone = "good"
    note: str = ""

    def svg(self) -> list[tuple[str, str, Svg]]:
        """Return (label, count, SVG) of each bar."""
        most = max((each.count for each in self.bars), default=0)
        return [(each.label, f"{each.count:,}", bar(each.count, most, self.tone)) for each in self.bars]


@dataclass(frozen=True, slots=True)
class Columns:
    """A column chart of counts over time; `points` are (label, count) in order."""

    title: str
    points: Sequence[tuple[str, int]]
    tone: ReportTone = "good"
    note: str = ""

    def svg(self) -> Svg:
        """Return the chart as SVG."""
        return columns(self.points, self.tone, self.title)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: with `href` a link, with `of` a bar of that share (0 to 1) below its text."""

    text: str
    href: str = ""
    of: float | None = None
    number: bool = False

    @property
    def address(self) -> str:
        """The address of the link; "" unless it is an http or https address."""
        return self.href if self.href.startswith(("https://", "http://")) else ""

    def svg(self) -> Svg:
        """Return the bar of a cell with `of` as SVG."""
        return bar(round((self.of or 0) * 1000), 1000, "good")


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table with column heads."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""


ReportBlock = ShareBar | Bars | Columns | ReportTable


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report: heading, alerts, a few figures (`tiles`), charts and tables (`blocks`), and facts by label."""

    title: str
    subtitle: str
    tiles: Sequence[Tile]
    blocks: Sequence[ReportBlock]
    facts: Sequence[tuple[str, str]] = ()
    alerts: Sequence[str] = ()
    footer: str = ""


def report_page(page: ReportPage) -> str:
    """Return the report as one HTML document."""
    blocks = [(type(block).__name__, block) for block in page.blocks]
    return _PAGES.get_template("report.html").render(page=page, blocks=blocks)


_PAGES = template_environment(_STYLE)
