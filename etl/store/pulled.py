"""What is remembered of a database source: its watermark and hashes of the rows near it, inside the warehouse.

Written in the transaction that stages the rows, so that neither is ever ahead of the other. Pulling: ``etl.extract``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import polars as pl

from etl.store.warehouse import change, insert, setting


@dataclass(frozen=True, slots=True)
class Remembered:
    """State of one source; ``fingerprint``: which question it answers; ``watermark``: its text."""

    source_id: str
    fingerprint: str
    watermark: str | None
    seen: frozenset[str]


def recall(connection: duckdb.DuckDBPyConnection, source_id: str, fingerprint: str) -> Remembered:
    """What is known of a source. When its question has changed, it is read from the start again."""
    stored = json.loads(setting(connection, f"source.{source_id}") or "{}")
    if stored.get("fingerprint") != fingerprint:
        return Remembered(source_id, fingerprint, None, frozenset())
    rows = connection.execute("select row_hash from source_row where source_id = ?", [source_id]).fetchall()
    return Remembered(source_id, fingerprint, stored["watermark"], frozenset(row[0] for row in rows))


def remember(connection: duckdb.DuckDBPyConnection, states: Iterable[Remembered]) -> None:
    """Note where sources stand, in the caller's transaction."""
    for state in states:
        stored = {"fingerprint": state.fingerprint, "watermark": state.watermark}
        setting(connection, f"source.{state.source_id}", json.dumps(stored))
        mine = pl.DataFrame({"source_id": [state.source_id]})
        change(connection, "delete from source_row where source_id in (select source_id from mine)", mine=mine)
        hashes = pl.DataFrame({"row_hash": sorted(state.seen)}, schema={"row_hash": pl.String})
        insert(connection, "source_row", hashes.select(pl.lit(state.source_id).alias("source_id"), "row_hash"))
