"""Draw followers over time as SVG: the total as a line, and who came and left each day as columns.

Text stays outside the SVG, so that the drawing stretches with the page while letters keep their size. The figures are
in a table beside each chart.
"""

from collections.abc import Sequence
from html import escape

from markupsafe import Markup

from wxbot.follower_figures import FollowerDay

__all__ = ["change_chart", "total_chart"]

_WIDTH, _HEIGHT = 1000.0, 120.0
_GAP = 0.25  # share of a day's width that stays empty


def total_chart(days: Sequence[FollowerDay]) -> Markup:
    """Draw the total of each day; the scale begins near the smallest total, so that small changes show."""
    totals = [day.total for day in days]
    if not totals:
        return Markup("")
    least, most = min(totals), max(totals)
    span = max(most - least, 1)
    step = _WIDTH / max(len(totals) - 1, 1)
    points = " ".join(
        f"{at * step:.1f},{_HEIGHT - 8 - (total - least) / span * (_HEIGHT - 16):.1f}"
        for at, total in enumerate(totals)
    )
    label = f"粉丝总数：{days[0].day} 有 {totals[0]:,} 位，{days[-1].day} 有 {totals[-1]:,} 位"
    inner = f'<polyline class="total" points="{points}"/>'
    return _svg("followers", label, inner)


def change_chart(days: Sequence[FollowerDay]) -> Markup:
    """Draw the new followers of each day upwards and those who left downwards, on one scale."""
    if not days:
        return Markup("")
    up, down = max(day.new for day in days), max(day.gone for day in days)
    unit = (_HEIGHT - 4) / max(up + down, 1)
    axis = 2 + up * unit
    slot = _WIDTH / len(days)
    shapes = [f'<line class="axis" x1="0" x2="{_WIDTH:.0f}" y1="{axis:.1f}" y2="{axis:.1f}"/>']
    for at, day in enumerate(days):
        x, width = slot * (at + _GAP / 2), slot * (1 - _GAP)
        title = f"<title>{day.day}：新增 {day.new:,}，取消 {day.gone:,}</title>"
        for kind, count, y in (("new", day.new, axis - day.new * unit), ("gone", day.gone, axis)):
            if count:
                shapes.append(
                    f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
                    f'height="{count * unit:.1f}">{title}</rect>'
                )
    came, left = sum(day.new for day in days), sum(day.gone for day in days)
    label = f"每天的新增和取消：{len(days)} 天里新增 {came:,} 位，取消关注 {left:,} 位"
    return _svg("followers", label, "".join(shapes))


def _svg(kind: str, label: str, inner: str) -> Markup:
    return Markup(  # noqa: S704  all text in it is escaped here or made of numbers
        f'<svg class="{kind}" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(label)}">{inner}</svg>'
    )
