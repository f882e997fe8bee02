"""Discrepancies from load to load: opened, still there, resolved by data, reopened. Identity: what was compared."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from data_contracts.scope import Actor
from data_contracts.tables import TABLES

_EPSILON = 1e-6
_COMPARED = ("reported_value", "reference_value", "reported_text", "reference_text")


def advance(
    previous: pl.DataFrame, findings: pl.DataFrame, now: datetime, actor: Actor
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The discrepancies of the touched days after a load, and what happened to them.

    ``previous``: contract ``discrepancy`` for the touched days. Returns that contract and ``discrepancy_event``.
    A decided discrepancy stays decided while its values stay; other values reopen it.
    """
    table = TABLES["discrepancy"]
    before = previous.select(
        "discrepancy_id", *(pl.col(c).alias(f"old_{c}") for c in _COMPARED), was="status", first="first_seen_at"
    )
    found = findings.join(before, on="discrepancy_id", how="left", maintain_order="left")
    same = [pl.col(c).eq_missing(pl.col(f"old_{c}")) for c in _COMPARED]
    # Sums may come in another order.
    same[:2] = [
        s | ((pl.col(c) - pl.col(f"old_{c}")).abs() < _EPSILON).fill_null(value=False)
        for s, c in zip(same[:2], _COMPARED, strict=False)
    ]
    changed = ~pl.all_horizontal(same)
    was = pl.col("was")
    event = (
        pl.when(was.is_null())
        .then(pl.lit("opened"))
        .when(was == "resolved")
        .then(pl.lit("reopened"))
        .when((was == "decided") & changed)
        .then(pl.lit("reopened"))
        .when(changed)
        .then(pl.lit("changed"))
    )
    status = (
        pl.when(event == "opened")
        .then(pl.lit("open"))
        .when(event == "reopened")
        .then(pl.lit("reopened"))
        .otherwise(was)
    )
    seen = found.with_columns(
        event=event,
        status=status,
        first_seen_at=pl.coalesce("first", pl.lit(now)),
        last_seen_at=pl.lit(now),
    )
    gone = previous.join(findings.select("discrepancy_id"), on="discrepancy_id", how="anti")
    still = pl.col("status").is_in(["open", "reopened", "decided"])
    resolved = gone.with_columns(
        event=pl.when(still).then(pl.lit("resolved")),
        status=pl.when(still).then(pl.lit("resolved")).otherwise("status"),
    )
    events = pl.concat([f.select("discrepancy_id", "event") for f in (seen, resolved)]).filter(
        pl.col("event").is_not_null()
    )
    return (
        pl.concat([table.conform(seen), table.conform(resolved)]),
        TABLES["discrepancy_event"].conform(events.with_columns(at=pl.lit(now), actor=pl.lit(actor.name))),
    )
