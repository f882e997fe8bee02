"""Cause 5: pieces of one shift were noted in the one before or after it."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import Evidence
from etl.reconcile.causes.base import Cause, amount, why
from etl.reconcile.causes.differences import against_mes, differences, keys, opposite, with_partner

_LINE = ["plant_id", "line_id"]
_HOURS = 21


def find(findings: pl.DataFrame, evidence: Evidence) -> pl.DataFrame:
    """The neighbouring shift of the line lacks what this one has too much; of two hours of a shift, the same."""
    return pl.concat([_between_shifts(findings, evidence), _between_hours(findings)])


def _between_shifts(findings: pl.DataFrame, evidence: Evidence) -> pl.DataFrame:
    key = keys()
    order = evidence.windows.select(*key, "start_at").sort(*_LINE, "start_at")
    pairs = [
        order.with_columns(pl.col(c).shift(by).over(_LINE).alias(f"other_{c}") for c in key).with_columns(
            way=pl.lit(way)
        )
        for by, way in ((1, "before"), (-1, "after"))
    ]
    others = differences(evidence, key).rename({c: f"other_{c}" for c in key})
    found = (
        against_mes(findings)
        .join(pl.concat(pairs).drop("start_at"), on=key)
        .join(others, on=[*(f"other_{c}" for c in key), "measure"])
        .filter(opposite())
        .unique("finding", keep="first", maintain_order=True)
    )
    told = with_partner(found, findings, key)
    has_more = pl.when(pl.col("delta") > 0).then(pl.lit("more")).otherwise(pl.lit("less"))
    return why(
        told,
        pl.concat_str(has_more, pl.lit("_"), "way"),
        "partner",
        delta=amount(pl.col("delta").abs()),
        other=amount(pl.col("other_delta").abs()),
        day=pl.col("other_production_date").cast(pl.String),
        shift=pl.col("other_shift_id"),
    )


def _between_hours(findings: pl.DataFrame) -> pl.DataFrame:
    """Rule 21 hands the differences of the hours beside it on."""
    hours = findings.filter(pl.col("rule_no") == _HOURS).explode("beside", empty_as_null=True)
    found = hours.rename({"beside": "other_delta"}).filter(opposite())
    return why(found.unique("finding", keep="first", maintain_order=True), "hours", delta=amount(pl.col("delta").abs()))


CAUSE = Cause("shift_boundary", 5, find)
