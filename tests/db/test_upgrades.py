"""Facts about upgrades from every earlier version, with rows in every table, and about what old programs survive."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, DateTime, MetaData, Table, insert, select, text
from sqlalchemy import inspect as look
from sqlalchemy.engine.interfaces import ReflectedColumn

import wxbot.worker  # noqa: F401  so that every subject's tables are known
from tests.conftest import Shell
from tests.databases import EVERY_TEST
from tests.db.earlier_rows import FILLED, GONE, NEW_TABLES, ROWS
from wxbot.db import Base, Database, Moment, Session, ensure_schema, inspect, upgrade
from wxbot.db.schema import config, oldest_program
from wxbot.errors import SchemaError

REVISIONS = [
    script.revision for script in reversed(list(ScriptDirectory.from_config(config()).walk_revisions()))
]
FEW = ("0001", "0020")  # before the migrations that convert rows, and between them
FROM = [each for each in REVISIONS if EVERY_TEST or each in (*FEW, REVISIONS[-2])]
FIRST_RULED = "0036"  # the first program that reads which programs a newer schema is for


@pytest.fixture
def empty(database_url: str) -> Iterator[Database]:
    """Yield a database without tables."""
    db = Database.open(database_url)
    yield db
    db.close()


def _migrate(connection: Connection, revision: str) -> None:
    alembic = config()
    alembic.attributes["connection"] = connection
    command.upgrade(alembic, revision)


def _tables(connection: Connection) -> list[Table]:
    """Return the tables of a database as it stores them, except that each point in time has its zone."""
    found = MetaData()
    found.reflect(connection)
    for column in (each for table in found.tables.values() for each in table.columns):
        if isinstance(column.type, DateTime):
            column.type = Moment()
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    key = list(table.primary_key)
    return [dict(row) for row in connection.execute(select(table).order_by(*key)).mappings()]


def _expected(name: str, columns: set[str], earlier: Mapping[str, set[str]]) -> list[dict[str, Any]]:
    """Return the rows of a table after the upgrade from a version with these tables and columns."""
    if name not in earlier:
        return [dict(row) for row in NEW_TABLES.get(name, [])]

    def value(place: int, row: Mapping[str, Any], column: str) -> Any:
        filled = FILLED.get((name, column), row[column])
        if column in earlier[name]:
            return row[column]
        return filled[place] if isinstance(filled, tuple) else filled

    return [{each: value(place, row, each) for each in columns} for place, row in enumerate(ROWS[name])]


@pytest.mark.parametrize("revision", FROM)
def test_an_upgrade_keeps_every_row_of_an_earlier_version(empty: Database, revision: str) -> None:
    """Rows that a version wrote into every table are there at the end, with the same values and the new columns."""
    with empty.begin() as session:
        connection = session.connection()
        _migrate(connection, revision)
        earlier = {table.name: set(table.columns.keys()) for table in _tables(connection)}
        for table in _tables(connection):
            connection.execute(table.delete())
            known = [{key: row[key] for key in table.columns.keys()} for row in ROWS[table.name]]  # noqa: SIM118
            connection.execute(insert(table), known)
    assert revision == upgrade(empty).found

    with empty.read() as session:
        connection = session.connection()
        tables = {table.name: table for table in _tables(connection)}
        assert set(Base.metadata.tables) == set(tables)
        lost = {(name, each) for name in earlier for each in earlier[name] - set(tables[name].columns.keys())}
        assert lost <= GONE
        for name, table in tables.items():
            assert _expected(name, set(table.columns.keys()), earlier) == _rows(connection, table), name
        for mapper in Base.registry.mappers:
            session.scalars(select(mapper)).all()  # every value is one that the product reads


def test_only_declared_migrations_break_a_running_program(tmp_path: Path) -> None:
    """A migration that drops, renames or demands something declares the oldest program that works with it.

    From `FIRST_RULED` on that program is an earlier version: what is dropped was unused for a version at least.
    """
    scripts = {each.revision: each.module for each in ScriptDirectory.from_config(config()).walk_revisions()}
    db = Database.open(f"sqlite:///{tmp_path / 'steps.db'}")
    undeclared = []
    with db.begin() as session:
        connection = session.connection()
        before: dict[str, Any] = {}
        for revision in REVISIONS:
            _migrate(connection, revision)
            after = _shape(connection)
            declared = getattr(scripts[revision], "OLDEST_PROGRAM", None)
            if (found := _breaks(before, after)) and declared is None:
                undeclared.append((revision, found))
            if declared is not None:
                assert declared in REVISIONS
                assert declared < revision or revision < FIRST_RULED, (
                    f"{revision} drops what its program uses"
                )
            before = after
    db.close()
    assert [] == undeclared
    assert {"0020", "0021", "0023"} <= {
        each for each in REVISIONS if hasattr(scripts[each], "OLDEST_PROGRAM")
    }


def _shape(connection: Connection) -> dict[str, Any]:
    """Return tables with their columns and with what they demand of a row."""
    found = look(connection)
    return {
        name: {
            "columns": {column["name"]: column for column in found.get_columns(name)},
            "demands": {
                *(("unique", tuple(each["column_names"])) for each in found.get_unique_constraints(name)),
                *(
                    ("unique", tuple(each["column_names"]))
                    for each in found.get_indexes(name)
                    if each["unique"]
                ),
                *(("foreign", tuple(each["constrained_columns"])) for each in found.get_foreign_keys(name)),
                *(("check", each["sqltext"]) for each in found.get_check_constraints(name)),
            },
        }
        for name in found.get_table_names()
    }


def _breaks(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return what a program that knows the schema `before` cannot do with the one `after`."""
    found = [f"table {name} is gone" for name in before if name not in after]
    for name in before.keys() & after.keys():
        old, new = before[name]["columns"], after[name]["columns"]
        found += [f"{name}.{each} is gone" for each in old if each not in new]
        found += [f"{name}.{each} changed" for each in old if each in new and _differs(old[each], new[each])]
        found += [
            f"{name}.{each} must be given"
            for each in new
            if each not in old and not new[each]["nullable"] and new[each]["default"] is None
        ]
        found += [f"{name} demands {each}" for each in after[name]["demands"] - before[name]["demands"]]
    return found


def _differs(old: ReflectedColumn, new: ReflectedColumn) -> bool:
    return str(old["type"]) != str(new["type"]) or old["nullable"] != new["nullable"]


def test_a_running_program_works_with_a_schema_that_only_grew(db: Database) -> None:
    """A newer database names the oldest program that works with it: this one runs on, or is refused."""
    assert oldest_program() == _named(db)
    _pretend(db, oldest=REVISIONS[-1])
    ensure_schema(db)
    assert inspect(db).usable
    assert not inspect(db).current
    assert "9999" == upgrade(db).found == inspect(db).found

    _pretend(db, oldest="9998")
    assert not inspect(db).usable
    for attempt in (ensure_schema, upgrade):
        with pytest.raises(SchemaError, match="比本程序新"):
            attempt(db)


def _named(db: Database) -> str:
    with db.read() as session:
        return str(session.scalar(text("SELECT oldest_program FROM alembic_version")))


def _pretend(db: Database, oldest: str) -> None:
    """Let the database be one that a newer program upgraded."""
    with db.begin() as session:
        change = text("UPDATE alembic_version SET version_num = '9999', oldest_program = :oldest")
        session.execute(change, {"oldest": oldest})


def test_the_command_tells_if_the_old_program_may_run_on(
    db: Database, shell: Shell, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    """`wxbot db upgrade` asks to stop processes that would break, and no others; `--dry-run` changes nothing."""
    monkeypatch.setenv("WXBOT_DATABASE_URL", database_url)
    _downgrade(db, "0031")
    assert "先停下" in shell("db", "upgrade", "--dry-run").out
    assert "0031" == inspect(db).found
    _downgrade(db, "0034", first="head")
    ran = shell("db", "upgrade")
    assert (0, True) == (ran.code, "可以继续运行" in ran.out)
    assert inspect(db).current
    _pretend(db, oldest=FIRST_RULED)
    assert "还能用" in shell("db", "upgrade").out


def _downgrade(db: Database, revision: str, first: str = "") -> None:
    with db.begin() as session:
        if first:
            _migrate(session.connection(), first)
        alembic = config()
        alembic.attributes["connection"] = session.connection()
        command.downgrade(alembic, revision)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_upgrade_gives_way_to_those_who_read(empty: Database) -> None:
    """A long reading transaction on PostgreSQL delays the upgrade, and nobody waits behind the upgrade for long."""
    with empty.begin() as session:
        _migrate(session.connection(), "0017")
    with empty.read() as reader, ThreadPoolExecutor(1) as pool:
        reader.execute(text("SELECT * FROM follower"))
        upgrading = pool.submit(upgrade, empty)
        with empty.begin() as other:
            other.execute(text("SET LOCAL lock_timeout = '8s'"))
            while not upgrading.done() and not _waits(other):
                sleep(0.05)
            other.execute(text("SELECT * FROM follower"))  # queued behind the upgrade until that gives way
        reader.rollback()
        assert "0017" == upgrading.result().found


def _waits(session: Session) -> bool:
    """Return whether some connection waits for a lock."""
    return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))
