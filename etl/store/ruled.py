"""Decisions as the warehouse last took them in from the state store; what changed since touches days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from data_contracts.errors import StoreError
from etl.store.keys import Keys
from etl.store.state import acts
from etl.store.warehouse import change, insert, read


def take_in(connection: duckdb.DuckDBPyConnection, data: Path, keys: Keys, site_id: str) -> list[date]:
    """Mirror what people decided since the last load, in the caller's transaction. Returns the days that it touches.

    Raises StoreError when decisions that a former load obeyed are missing: without them values would fall back.
    """
    now = acts(data, keys, site_id)
    before = read(connection, "select * from decision")
    lost = before.join(now.decisions, on="decision_id", how="anti").height
    if lost:
        raise StoreError(
            f"{lost} decisions that a former load obeyed are missing in the state store; restore it from its backup"
        )
    parts = (now.decisions, before)
    columns = now.decisions.columns
    changed = pl.concat(
        a.join(b, on=columns, how="anti", nulls_equal=True) for a, b in (parts, (parts[1].select(columns), parts[0]))
    )
    if changed.is_empty():
        return []
    change(connection, "delete from decision")
    insert(connection, "decision", now.decisions)
    told = read(connection, "select decision_id, event from discrepancy_event where decision_id is not null")
    insert(connection, "discrepancy_event", now.events.join(told, on=["decision_id", "event"], how="anti"))
    days = [*changed["production_date"].drop_nulls(), *changed["to_date"].drop_nulls()]
    return [*days, *_waived_days(connection, changed)]


def in_force(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Decisions that hold (contract ``decision``), as taken in last."""
    return read(connection, "select * from decision where status = 'in_force'")


def _waived_days(connection: duckdb.DuckDBPyConnection, changed: pl.DataFrame) -> list[date]:
    found = read(
        connection,
        "select distinct production_date from discrepancy join changed using (rule_id) "
        "where discrepancy.production_date between changed.valid_from and changed.valid_to",
        changed=changed.filter(pl.col("kind") == "waive").select("rule_id", "valid_from", "valid_to"),
    )
    return found["production_date"].to_list()
