"""What follows from decisions and their events: which are in force, and what is told of them. Pure frames."""

from __future__ import annotations

import polars as pl

from data_contracts.tables import TABLES


def with_standing(decisions: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Decisions (contract ``decision``) with their status.

    Of those on one difference that are neither undone nor waiting, the one that last came into force holds; when it is
    undone, the one before it holds again.
    """
    approved, undone = (
        events.filter(pl.col("event") == name).select("decision_id", pl.col("actor").alias(f"{name}_by"), at="at")
        for name in ("approved", "undone")
    )
    known = (
        decisions.drop("approved_by", "undone_by")
        .join(approved.rename({"at": "approved_at"}), on="decision_id", how="left", maintain_order="left")
        .join(undone.drop("at"), on="decision_id", how="left", maintain_order="left")
        .with_columns(effective_at=pl.coalesce("approved_at", "decided_at"))
    )
    is_undone = pl.col("undone_by").is_not_null()
    is_pending = pl.col("needs_second") & pl.col("approved_by").is_null()
    about = pl.coalesce("discrepancy_id", "decision_id")
    holds = ~is_undone & ~is_pending
    ordered = known.sort("effective_at", "decision_id").with_columns(holds=holds)
    is_last = pl.int_range(pl.len()).filter("holds").max().over(about) == pl.int_range(pl.len()).over(about)
    status = (
        pl.when(is_undone)
        .then(pl.lit("undone"))
        .when(is_pending)
        .then(pl.lit("pending"))
        .when(is_last)
        .then(pl.lit("in_force"))
        .otherwise(pl.lit("replaced"))
    )
    return TABLES["decision"].conform(ordered.with_columns(status=status).sort("decided_at", "decision_id"))


def told(decisions: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Events of differences (contract ``discrepancy_event``): decided or proposed, approved, undone."""
    about = decisions.filter(pl.col("discrepancy_id").is_not_null()).select("decision_id", "discrepancy_id")
    taken = decisions.select(
        "decision_id",
        "reason",
        event=pl.when("needs_second").then(pl.lit("proposed")).otherwise(pl.lit("decided")),
        at="decided_at",
        actor="decided_by",
    )
    rows = pl.concat([taken, events], how="diagonal").join(about, on="decision_id")
    return TABLES["discrepancy_event"].conform(rows.sort("at", "decision_id"))
