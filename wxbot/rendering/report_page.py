"""A report as one HTML page with figures and charts, without scripts and external resources.

The page shows plain values in the given order; the caller decides what they mean. Charts are SVG with bars and columns
that grow with the page while their text keeps its size: horizontal positions and widths are percentages, heights are
pixels, and there is no viewBox.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from markupsafe import Markup

from wxbot.rendering.page_templates import csp_hash, read_stylesheet, template_environment

__all__ = [
    "REPORT_POLICY",
    "Bar",
    "Bars",
    "Columns",
    "ReportBlock",
    "ReportCell",
    "ReportPage",
    "ReportTable",
    "ReportTone",
    "ShareBar",
    "SharePart",
    "Svg",
    "Tile",
    "bar",
    "columns",
    "nice_top",
    "report_page",
    "share_bar",
]

_STYLE = read_stylesheet("report.css")

# Content-Security-Policy for a server that serves the page.
REPORT_POLICY = (
    f"default-src 'none'; style-src {csp_hash(_STYLE)}; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

ReportTone = Literal["good", "pale", "bad", "warn", "mute", "plain"]


Svg = Markup

_HEIGHT, _HEAD, _FOOT = 190, 14, 24  # pixels of a column chart: in all, above and below the columns
_LABELS = 6  # as many as fit on a phone
_WIDEST = 9.0  # percent; the widest column
_LEAST = 0.4  # percent; a count above 0 stays visible


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
class ReportCell:
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
    rows: Sequence[Sequence[ReportCell]]
    note: str = ""


ReportBlock = ShareBar | Bars | Columns | ReportTable


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report: heading, alerts, a few figures (`tiles`), charts and tables (`blocks`), and facts by label.

    `links` are texts and addresses of further pages of the same site, as our own program writes them.
    """

    title: str
    subtitle: str
    tiles: Sequence[Tile]
    blocks: Sequence[ReportBlock]
    facts: Sequence[tuple[str, str]] = ()
    alerts: Sequence[str] = ()
    links: Sequence[tuple[str, str]] = ()
    footer: str = ""


def report_page(page: ReportPage) -> str:
    """Return the report as one HTML document."""
    blocks = [(type(block).__name__, block) for block in page.blocks]
    return _PAGES.get_template("report.html").render(page=page, blocks=blocks)


_PAGES = template_environment(_STYLE)


def share_bar(parts: Sequence[tuple[str, int, str]]) -> Svg:
    """Draw one bar, divided by `parts`: (label, count, tone)."""
    total = sum(count for _, count, _ in parts)
    if not total:
        return Markup("")
    pieces, at = [], 0.0
    for label, count, tone in parts:
        share = count / total * 100
        pieces.append(
            f'<rect class="{tone}" x="{at:.3f}%" y="0" width="{max(share, _LEAST):.3f}%" height="22">'
            f"<title>{escape(label)} {count:,}</title></rect>"
        )
        at += share
    label_text = "，".join(f"{label} {count:,}" for label, count, _ in parts)
    return _svg("whole", 22, label_text, "".join(pieces))


def bar(count: int, most: int, tone: str) -> Svg:
    """Draw one bar whose length is its share of the greatest count `most`."""
    width = max(count / most * 100, _LEAST) if most and count else 0.0
    inner = '<rect class="rail" width="100%" height="10" rx="5"/>'
    if width:
        inner += f'<rect class="{tone}" width="{width:.2f}%" height="10" rx="5"/>'
    return Markup(f'<svg class="bar" width="100%" height="10" aria-hidden="true">{inner}</svg>')  # noqa: S704


def columns(points: Sequence[tuple[str, int]], tone: str, title: str) -> Svg:
    """Draw columns with at most six labels, and a scale of three lines to the left of the chart."""
    if not points:
        return Markup("")
    top = nice_top(max(count for _, count in points))
    slot = 100 / len(points)
    width = min(slot * 0.78, _WIDEST)
    shapes = [_grid(top)]
    every = -(-len(points) // _LABELS)
    for at, (label, count) in enumerate(points):
        middle = slot * (at + 0.5)
        height = (_HEIGHT - _HEAD - _FOOT) * count / top
        y = _HEIGHT - _FOOT - height
        if count:
            shapes.append(
                f'<rect class="{tone}" x="{middle - width / 2:.3f}%" y="{y:.1f}" width="{width:.3f}%" '
                f'height="{height:.1f}" rx="1.5"><title>{escape(label)}：{count:,}</title></rect>'
            )
        if at % every == 0:
            shapes.append(_label(label, middle, len(points)))
    label_text = f"{title}：" + "，".join(f"{label} {count:,}" for label, count in points[:50])
    return _svg("columns", _HEIGHT, label_text, "".join(shapes))


def nice_top(most: int) -> int:
    """Return an even round number at or above the greatest count, so that its half is round too."""
    if most <= 2:
        return 2
    power: int = 10 ** (len(str(most)) - 1)
    for step in (1, 2, 4, 6, 8, 10):
        if step * power >= most and step * power % 2 == 0:
            return step * power
    return 10 * power


def _label(label: str, middle: float, many: int) -> str:
    """Draw the label below a column; labels at the edges are aligned so that they stay inside the chart."""
    anchor = "middle"
    if many > 2 and middle < 6:
        anchor, middle = "start", 0.0
    elif many > 2 and middle > 94:
        anchor, middle = "end", 100.0
    return (
        f'<text class="at" x="{middle:.3f}%" y="{_HEIGHT - 7}" text-anchor="{anchor}">{escape(label)}</text>'
    )


def _grid(top: int) -> str:
    height = _HEIGHT - _HEAD - _FOOT
    lines = []
    for count in (top, top // 2, 0):
        y = _HEIGHT - _FOOT - height * count / top
        lines.append(f'<line class="grid" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(f'<text class="scale" x="-8" y="{y + 4:.1f}" text-anchor="end">{count:,}</text>')
    return "".join(lines)


def _svg(kind: str, height: int, label_text: str, inner: str) -> Svg:
    return Markup(  # noqa: S704  all text in it is escaped above
        f'<svg class="{kind}" width="100%" height="{height}" role="img" aria-label="{escape(label_text)}">{inner}</svg>'
    )
