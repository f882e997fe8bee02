"""Read-only SQL on the published version, as text. What people see in a browser: ``dashboards``."""

from __future__ import annotations

from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from data_contracts.errors import StoreError
from data_contracts.scope import Actor
from etl import desk

MOST_ROWS = 1000


def ask(home: Path, actor: Actor, sql: str, form: str) -> str:
    """Run one query and format its rows as table, csv or json; audited. Raises StoreError for a wrong query."""
    published = desk.current_version(home)
    desk.audit(home, actor, "query", f"v{published.version}", reason=sql)
    connection = published.connect()
    try:
        rows = connection.execute(sql).pl()
    except duckdb.Error as error:
        raise StoreError(f"query: {error}") from None
    finally:
        connection.close()
    if form == "csv":
        return rows.write_csv().rstrip("\n")
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
