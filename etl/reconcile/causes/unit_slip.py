"""Cause 3: another unit, or a decimal separator in the wrong place."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import Evidence
from data_contracts.crosschecks.factors import DOZEN, HOUR_MIN, separator_factor, unit_factor
from etl.reconcile.causes.base import Cause, amount, why


def find(findings: pl.DataFrame, evidence: Evidence) -> pl.DataFrame:
    """One side is ten, a hundred, a thousand or a dozen times the other, or by pack, weight or an hour's minutes."""
    packs = evidence.master["product"].select("product_id", "pack_size", "piece_weight_g").unique("product_id")
    known = findings.filter("is_amount").join(packs, on="product_id", how="left", maintain_order="left")
    found = known.with_columns(unit=unit_factor(), tens=separator_factor()).filter(
        pl.any_horizontal(pl.col("unit", "tens").is_not_null())
    )
    unit = pl.col("unit")
    way = (
        pl.when(unit.is_null())
        .then(pl.lit("separator"))
        .when(pl.col("measure").str.ends_with("_min") & (unit == HOUR_MIN))
        .then(pl.lit("hours"))
        .when(unit == pl.col("pack_size"))
        .then(pl.lit("pack"))
        .when(unit == DOZEN)
        .then(pl.lit("dozen"))
        .otherwise(pl.lit("weight"))
    )
    return why(found, way, factor=amount(pl.coalesce("unit", "tens")))


CAUSE = Cause("unit_slip", 3, find)
