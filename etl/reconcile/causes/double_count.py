"""Cause 2: something was counted twice."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import Evidence
from data_contracts.crosschecks.factors import NEAR, ratio
from etl.reconcile.causes.base import EPSILON, Cause, amount, why


def find(findings: pl.DataFrame, _evidence: Evidence) -> pl.DataFrame:
    """The excess is one of two equal parts of the larger side, or one side is twice the other."""
    excess = pl.col("delta").abs()
    parts = pl.when(pl.col("delta") > 0).then("reported_parts").otherwise("reference_parts")
    twice = parts.list.eval(pl.element().filter(pl.element().is_duplicated()))
    by_part = pl.when(twice.list.contains(excess)).then(excess)
    by_ratio = pl.when((ratio() - 2).abs() <= 2 * NEAR).then(pl.min_horizontal("reported_value", "reference_value"))
    once = pl.when(excess > EPSILON).then(pl.coalesce(by_part, by_ratio))
    found = findings.filter("is_amount").with_columns(once=once).filter(pl.col("once").is_not_null())
    side = pl.when(pl.col("delta") > 0).then(pl.lit("report")).otherwise(pl.lit("reference"))
    return why(found, side, once=amount(pl.col("once")))


CAUSE = Cause("double_count", 2, find)
