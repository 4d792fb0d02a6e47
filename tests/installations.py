"""A bulletin folder, a database and an index that a test kills in the middle of a write, and compares afterwards."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from tests.conftest import NOON
from tests.harness import LIMITS, SETTINGS
from tests.kill_points import ForkedRun, run_forked
from wxbot import library
from wxbot.db import Base, Database, KeyValueStore, Moment
from wxbot.db.key_value import KeyValue
from wxbot.push import Pusher
from wxbot.search import Index, catch_up
from wxbot.wechat import connect

__all__ = ["WORD", "Installation", "Write", "bulletin_text"]

WORD = "会员"  # in the text of every article
# Tables and columns that hold time, chance, or a count of attempts.
_LEFT_OUT = {"kept", "tally", "library_version"}
_VOLATILE = {"id", "changed", "clientmsgid", "password"}

_TAKEN = ("new", "revised", "same")

Rows = Mapping[str, list[dict[str, Any]]]
Write = Callable[["Installation"], object]
"""A write of the product on an installation."""


def bulletin_text(number: int, *titles: str, year: int = 2026, name: str = "海风协会工作简报") -> str:
    """Return a bulletin of one section; each article's title is repeated in its text."""
    articles = "".join(f"\n{title}\n\n　　{title}，{WORD}到会，一致通过了各项决议。\n" for title in titles)
    return f"{name}\n2026年第{number}期\n{year}年{number}月1日\n\n【要闻】\n{articles}"


@dataclass
class Installation:
    """A folder with the bulletins and the index, and a database; `save` and `restore` return both to one state.

    The database has no open connection between two calls: processes that are forked would share it.
    """

    home: Path
    db: Database

    @property
    def bulletins(self) -> Path:
        """The folder of bulletins."""
        return self.home / "content" / "bulletins"

    @property
    def pusher(self) -> Pusher:
        """Return the push of this installation; its platform does not answer."""
        wechat = connect(
            app_id="wx1", app_secret="s", platform_url="http://127.0.0.1:9", store=KeyValueStore(self.db)
        )
        return Pusher(self.db, lambda: wechat, SETTINGS, lambda: NOON, LIMITS)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the bulletin folder."""
        self.bulletins.mkdir(parents=True, exist_ok=True)
        (self.bulletins / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return self.bulletins / name

    def run_forked(self, write: Write, kill_at: int | None = None, *, lines: bool = False) -> ForkedRun:
        """Carry out a write in a process of its own, killed at its `kill_at`-th point."""
        self.db.engine.dispose()
        return run_forked(lambda: write(self), self.home, kill_at, lines=lines)

    def save(self) -> None:
        """Keep a copy of the present state, to which `restore` returns."""
        self._saved = self.home.with_name(f"{self.home.name}-saved")
        shutil.copytree(self.home, self._saved, symlinks=True)
        self._rows = self._read_rows()

    def restore(self) -> None:
        """Return to the state that was saved."""
        shutil.rmtree(self.home)
        shutil.copytree(self._saved, self.home, symlinks=True)
        with self.db.begin() as session:
            for table in reversed(Base.metadata.sorted_tables):
                session.execute(table.delete())
            for table in Base.metadata.sorted_tables:
                if self._rows[table.name]:
                    session.execute(insert(table), self._rows[table.name])
        self.db.engine.dispose()

    def state(self) -> dict[str, Any]:
        """Return all rows without times and ids, orders that wait, and the files of the bulletin folder."""
        found = self._read_rows()
        orders = [row["value"] for row in found["kept"] if row["value"] and row["expires_at"] is None]
        rows = {name: rows for name, rows in found.items() if name not in _LEFT_OUT}
        return {"files": self.files(), "orders": orders, **_without_chance(rows)}

    def files(self) -> dict[str, bytes]:
        """Return the files of the bulletin folder and of its folders."""
        found = (each for each in self.bulletins.rglob("*") if each.is_file() and each.suffix != ".tmp")
        return {each.relative_to(self.bulletins).as_posix(): each.read_bytes() for each in found}

    def find_leaks(self) -> list[str]:
        """Return the articles that either members may read or the index finds after it caught up, but not both."""
        index = Index.open(self.home / "var" / "index")
        catch_up(index, self.db)
        found = {hit.id for hit in index.search(WORD, 100).hits}
        with self.db.read() as session:
            public = {article.public_id for article in library.newest_articles(session, limit=100)}
        self.db.engine.dispose()
        return sorted(found ^ public)

    def kill_everywhere(
        self, write: Write, *, every_point: bool = False, states: int | None = None
    ) -> list[str]:
        """Kill a write at its points, each in a run of its own, and return what differs from an undisturbed run.

        After each kill the write is carried out again, as by an editor or the next worker. `states` is the greatest
        number of different states that the kills may leave: 2 are those before and after. Without `every_point`
        the points are those around the commits and some between them.
        """
        self.save()
        before = self.state()
        whole = self.run_forked(write)
        done = self.state()
        wrong = [f"undisturbed: {whole.printed}"] if whole.status else []
        wrong += [f"undisturbed: {leak} leaks" for leak in self.find_leaks()]
        seen, left = [before, done], done
        for kill_at in whole.spread(every_point=every_point):
            if left != before:
                self.restore()
            where = f"killed at {kill_at}, {whole.points[kill_at - 1]}"
            if not self.run_forked(write, kill_at).was_killed:
                wrong.append(f"{where}: not reached")
            left = self.state()
            if left == before:
                continue  # the next run begins where this one began
            if left not in seen:
                seen.append(left)
                wrong += [f"{where}: {leak} leaks" for leak in self.find_leaks()]
            self._expire_leases()
            again = self.run_forked(write)
            wrong += [f"{where}: {again.printed}"] if again.status else []
            wrong += [f"{where}: differs in {name}" for name in _differences(done, self.state())]
        return wrong if states is None or len(seen) <= states else [*wrong, f"{len(seen)} states"]

    def _expire_leases(self) -> None:
        """Let the leases of a killed process expire, as they do in a few minutes."""
        with self.db.begin() as session:
            session.execute(update(KeyValue).values(claimed_until=None))

    def _read_rows(self) -> Rows:
        with self.db.read() as session:
            rows = {
                table.name: [dict(row) for row in session.execute(select(table)).mappings()]
                for table in Base.metadata.sorted_tables
            }
        self.db.engine.dispose()
        return rows


def _differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return what differs between two states, by table."""
    return [f"{name}: {one[name]} / {other[name]}" for name in one if one[name] != other[name]]


def _without_chance(rows: Rows) -> dict[str, Any]:
    """Return rows without times; ids, which a rolled back transaction skips on PostgreSQL, become their rank."""
    ranks = {
        name: {each: rank for rank, each in enumerate(sorted(row["id"] for row in found))}
        for name, found in rows.items()
        if found and "id" in found[0]
    }
    left_out = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Moment) or column.name in _VOLATILE
    }

    def values(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            key: ranks.get(key.removesuffix("_id"), {}).get(value, value) if key.endswith("_id") else value
            for key, value in row.items()
            if (name, key) not in left_out
        }

    found = {name: sorted((values(name, row) for row in found), key=repr) for name, found in rows.items()}
    for report in found["file_report"]:
        if report["outcome"] in _TAKEN:
            report["outcome"] = "taken"  # the second run finds the file unchanged
    for entry in found["audit"]:
        entry["subject"] = entry["subject"].split()[0]  # the rest may be an id
    return found
