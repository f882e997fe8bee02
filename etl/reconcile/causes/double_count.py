"""Cause 2: something was counted twice."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import Evidence
from data_contracts.crosschecks.factors import NEAR, ratio
from etl.reconcile.causes.base import EPSILON, Cause, amount, near, why

_MISCOUNT = 1.0
"""A piece more or less elsewhere does not hide that a part stands twice."""


def find(findings: pl.DataFrame, _evidence: Evidence) -> pl.DataFrame:
    """The excess is one of two equal parts of the larger side, or one side is twice the other."""
    excess = pl.col("delta").abs()
    parts = pl.when(pl.col("delta") > 0).then("reported_parts").otherwise("reference_parts")
    twice = parts.list.eval(pl.element().filter(pl.element().is_duplicated())).list.unique(maintain_order=True)
    by_ratio = pl.when((ratio() - 2).abs() <= 2 * NEAR).then(pl.min_horizontal("reported_value", "reference_value"))
    amounts = findings.filter("is_amount", excess > EPSILON).with_columns(parts=twice, doubled=by_ratio)
    by_part = (
        amounts.explode("parts", empty_as_null=True)
        .filter(near(pl.col("parts"), excess, NEAR, least=_MISCOUNT))
        .unique("finding", keep="first", maintain_order=True)
        .select("finding", part="parts")
    )
    found = (
        amounts.join(by_part, on="finding", how="left", maintain_order="left")
        .with_columns(once=pl.coalesce("part", "doubled"))
        .filter(pl.col("once").is_not_null())
    )
    side = pl.when(pl.col("delta") > 0).then(pl.lit("report")).otherwise(pl.lit("reference"))
    return why(found, side, once=amount(pl.col("once")))


CAUSE = Cause("double_count", 2, find)
