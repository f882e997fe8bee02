"""What a DuckDB database holds, in figures that every true copy of it shares, whatever the order of its rows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import duckdb

Contents = Mapping[str, tuple[int, str]]
"""Table to the number of its rows and a hash of its definition and rows."""


def contents(connection: duckdb.DuckDBPyConnection, alias: str) -> Contents:
    """Every table of an attached database. Hashes can be compared within one version of DuckDB."""
    tables = connection.execute(
        "select table_name, sql from duckdb_tables() where database_name = ? order by table_name", [alias]
    ).fetchall()
    return {name: _held(connection, alias, name, sql) for name, sql in tables}


def _held(connection: duckdb.DuckDBPyConnection, alias: str, name: str, sql: str) -> tuple[int, str]:
    row = connection.execute(
        f'select count(*), sum(hash(whole_row_)), bit_xor(hash(whole_row_)) from "{alias}"."{name}" whole_row_'
    ).fetchone()
    count, total, mixed = row or (0, None, None)
    return int(count), hashlib.sha256(f"{sql} {count} {total} {mixed}".encode()).hexdigest()
