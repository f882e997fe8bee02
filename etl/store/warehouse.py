"""The warehouse: one encrypted DuckDB file with staged rows, their history, and the consolidated model.

One process writes at a time (``writer``); every step is one transaction. Days that a step changed are queued in
``dirty_day`` for reconciling and in ``unpublished_day`` for publishing, so that the next load finishes one that died.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
from filelock import FileLock

from data_contracts.tables import TABLES
from data_contracts.tables.base import Table
from etl.store.attach import attached
from etl.store.keys import Keys

_SQL_TYPES: dict[object, str] = {
    pl.String: "VARCHAR",
    pl.Float64: "DOUBLE",
    pl.Date: "DATE",
    pl.Boolean: "BOOLEAN",
    pl.Int32: "INTEGER",
    pl.Int64: "BIGINT",
}
_INTERNAL = """
create table if not exists inbox_seen (path varchar primary key, size bigint, mtime_ns bigint, source_file_id varchar);
create table if not exists dirty_day (production_date date);
create table if not exists unpublished_day (production_date date);
create table if not exists setting (name varchar primary key, value varchar);
create table if not exists source_row (source_id varchar, row_hash varchar);
"""
REPORT_ROWS = ("report_output", "report_stop", "report_defect", "report_wip", "report_shift", "value")
KEY = ("plant_id", "line_id", "production_date", "shift_id")


def sql_type(dtype: pl.DataType) -> str:
    """DuckDB type of a contract's column."""
    return "TIMESTAMP" if isinstance(dtype, pl.Datetime) else _SQL_TYPES[type(dtype)]


def ddl(table: type[Table]) -> str:
    """``create table`` for a contract."""
    columns = ", ".join(f'"{name}" {sql_type(dtype)}' for name, dtype in table.columns().items())
    return f"create table if not exists {table.sql_name()} ({columns})"


@contextmanager
def writer(data: Path) -> Iterator[None]:
    """The right to write; others wait for it."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(str(data / "writer.lock")):
        yield


@contextmanager
def opened(data: Path, keys: Keys) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse, brought to the contracts of this version. The caller holds ``writer``."""
    with attached(data / "warehouse.duckdb", keys, alias="warehouse", spill=data / "spill") as connection:
        _migrate(connection)
        yield connection


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing."""
    connection.execute("begin")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def _migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Create what is missing; a column that a contract gained is added and reads as null in old rows."""
    have: dict[str, set[str]] = {}
    for table, column in connection.execute(
        "select table_name, column_name from duckdb_columns() where database_name = current_database()"
    ).fetchall():
        have.setdefault(table, set()).add(column)
    connection.execute(_INTERNAL)
    for name, table in TABLES.items():
        if table.layer() == "master":
            continue
        if name not in have:
            connection.execute(ddl(table))
            continue
        for column, dtype in table.columns().items():
            if column not in have[name]:
                connection.execute(f'alter table {name} add column "{column}" {sql_type(dtype)}')


def insert(connection: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    """Append contract rows."""
    if frame.is_empty():
        return
    connection.register("incoming", frame)
    names = ", ".join(f'"{c}"' for c in frame.columns)
    connection.execute(f"insert into {table} ({names}) select {names} from incoming")
    connection.unregister("incoming")


def read(connection: duckdb.DuckDBPyConnection, sql: str, **frames: pl.DataFrame) -> pl.DataFrame:
    """Rows of a query; ``frames`` can be used in it by name."""
    for name, frame in frames.items():
        connection.register(name, frame)
    rows = connection.execute(sql).pl()
    for name in frames:  # after an error the transaction takes them away; a call of ours would hide what went wrong
        connection.unregister(name)
    return rows


def change(connection: duckdb.DuckDBPyConnection, sql: str, **frames: pl.DataFrame) -> None:
    """A statement without a result; ``frames`` can be used in it by name."""
    read(connection, sql, **frames)


def setting(connection: duckdb.DuckDBPyConnection, name: str, value: str | None = None) -> str | None:
    """Read a small fact about the warehouse, or write it when ``value`` is given."""
    if value is not None:
        connection.execute("insert or replace into setting values (?, ?)", [name, value])
        return value
    row = connection.execute("select value from setting where name = ?", [name]).fetchone()
    return None if row is None else str(row[0])


def held_files(
    connection: duckdb.DuckDBPyConnection, load_id: str, *, most: int = 10
) -> tuple[tuple[str, str | None], ...]:
    """Name of files that a load held back, and the code of the reason."""
    rows = connection.execute(
        "select name, reason_code from source_file where load_id = ? and status = 'quarantined' order by name limit ?",
        [load_id, most],
    ).fetchall()
    return tuple((str(name), code) for name, code in rows)


def mark_days(connection: duckdb.DuckDBPyConnection, days: Iterable[date], queue: str = "dirty_day") -> None:
    """Queue production days."""
    frame = pl.DataFrame({"production_date": sorted(set(days))}, schema={"production_date": pl.Date})
    change(
        connection,
        f"insert into {queue} select production_date from incoming "
        f"where production_date not in (select production_date from {queue})",
        incoming=frame,
    )


def queued_days(connection: duckdb.DuckDBPyConnection, queue: str = "dirty_day") -> list[date]:
    """Days that wait in a queue."""
    return [row[0] for row in connection.execute(f"select production_date from {queue} order by 1").fetchall()]


def take_days(connection: duckdb.DuckDBPyConnection, queue: str = "dirty_day") -> list[date]:
    """Empty a queue of days."""
    days = queued_days(connection, queue)
    connection.execute(f"delete from {queue}")
    return days


def days_frame(days: Sequence[date]) -> pl.DataFrame:
    """Days as a frame to join with."""
    return pl.DataFrame({"production_date": list(days)}, schema={"production_date": pl.Date})


def replace_days(connection: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame, days: Sequence[date]) -> None:
    """Put a table's rows for whole production days in place of the old ones. With their history: ``history``."""
    inside = "production_date in (select production_date from days)"
    change(connection, f"delete from {table} where {inside}", days=days_frame(days))
    insert(connection, table, frame)
