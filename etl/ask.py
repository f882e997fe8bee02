"""Read-only SQL on the published version, as text. What people see in a browser: ``dashboards``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl
from rich.console import Console
from rich.table import Table

from data_contracts.errors import StoreError
from data_contracts.scope import Actor
from etl import desk
from etl.store.history import KEPT

MOST_ROWS = 1000


# PIVOT is a CREATE TYPE in memory and a SELECT; the version itself is attached read-only.
_READING = frozenset({duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.CREATE})


def _refuse_all_but_reading(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """The connection is locked already; this keeps out what would only hurt the process itself.

    Logging into a file that may not be written aborts DuckDB, and it can be switched on by a SELECT.
    """
    if "enable_logging" in sql.lower() or not {s.type for s in connection.extract_statements(sql)} <= _READING:
        raise StoreError("query: only one SELECT, DESCRIBE, SUMMARIZE or EXPLAIN; nothing can be changed from here")


def _answering(as_of: datetime | None) -> str:
    return f"\nWith --as-of these tables answer: {', '.join(sorted(KEPT))}" if as_of else ""


def ask(home: Path, actor: Actor, sql: str, form: str, as_of: datetime | None = None) -> str:
    """Run one query and format its rows as table, csv or json; audited. Raises StoreError for a wrong query.

    ``as_of`` (UTC without zone): over what was known at that instant.
    """
    published = desk.current_version(home)
    then = f" as of {as_of.isoformat()}Z" if as_of else ""
    desk.audit(home, actor, "query", f"v{published.version}{then}", reason=sql)
    connection = published.connect(as_of)
    try:
        _refuse_all_but_reading(connection, sql)
        rows = connection.execute(sql).pl()
    except duckdb.Error as error:
        raise StoreError(f"query: {error}{_answering(as_of)}") from None
    finally:
        connection.close()
    if form == "csv":
        try:
            return rows.write_csv().rstrip("\n")
        except pl.exceptions.ComputeError as error:
            raise StoreError(f"query: {error}".partition("\n")[0] + "; use --format json") from None
    if form == "json":
        return rows.write_json()
    table = Table(show_edge=False, pad_edge=False)
    for name in rows.columns:
        table.add_column(name, overflow="fold")
    for row in rows.head(MOST_ROWS).iter_rows():
        table.add_row(*("" if value is None else str(value) for value in row))
    console = Console(width=200)
    with console.capture() as capture:
        console.print(table)
    more = f"\n… {rows.height - MOST_ROWS} more rows; use --format csv" if rows.height > MOST_ROWS else ""
    return capture.get().rstrip() + more
