"""Points in time, and numbers of articles, as an editor types and reads them."""

import contextlib
import datetime as dt
import re
from typing import Any

import click

__all__ = ["MOMENT", "NUMBERS"]


class _Moment(click.ParamType[dt.datetime]):
    """`2026-12-01T09:00`, `2026-12-01 09:00`, with or without a zone; without, the association's."""

    name = "时刻"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        """Read what was typed; naive when no zone was given."""
        if isinstance(value, dt.datetime):
            return value
        typed = re.sub(r"([T ])(\d):", r"\g<1>0\2:", value.strip())
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*", typed):
            with contextlib.suppress(ValueError):  # such as a 31st of June: said below, in the same words
                return dt.datetime.fromisoformat(typed)
        return self.fail(f"看不懂时刻「{value}」，请写成 2026-12-01T09:00", param, ctx)


MOMENT = _Moment()


class _Numbers(click.ParamType[tuple[int, ...]]):
    """`5,1,9`: numbers of articles, each once."""

    name = "编号"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Read what was typed; full-width commas count too."""
        if isinstance(value, tuple):
            return value
        parts = [part.strip() for part in value.replace("，", ",").split(",")]
        if not all(part.isdecimal() and int(part) > 0 for part in parts) or len(set(parts)) < len(parts):
            return self.fail(f"看不懂「{value}」，请写成 5,1,9（每篇一次）", param, ctx)
        return tuple(int(part) for part in parts)


NUMBERS = _Numbers()
