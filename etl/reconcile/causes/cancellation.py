"""Cause 9: the MES withdrew what the report still counts, or took it off without withdrawing it."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, Evidence, record_locator
from etl.reconcile.causes.base import Cause, amount, near, why
from etl.reconcile.causes.differences import MEASURES, against_mes

_ROUNDING, _MISCOUNT = 0.01, 2.0

_CANCELLED_COUNTED = 25
"""The rule that asks for nothing else."""


def find(findings: pl.DataFrame, evidence: Evidence) -> pl.DataFrame:
    """The difference is a withdrawn record, all that was withdrawn in the shift, or a negative record."""
    taken_off = [_withdrawn(evidence.mes_cancelled, m, "cancelled", pl.col(m) > 0) for m in MEASURES]
    taken_off += [_withdrawn(evidence.mes_output, m, "negative", _taken_off(m)) for m in MEASURES]
    withdrawn = findings.filter("is_amount", pl.col("rule_no") == _CANCELLED_COUNTED)
    found = (
        pl.concat([against_mes(findings), withdrawn])
        .join(pl.concat(taken_off), on=[*KEY, "measure"])
        .filter(
            pl.col("order_id").is_null()
            | pl.col("cancelled_order").is_null()
            | (pl.col("order_id") == pl.col("cancelled_order")),
            pl.col("delta") > 0,
            near(pl.col("delta"), pl.col("cancelled_qty"), _ROUNDING, least=_MISCOUNT),
        )
        .unique("finding", keep="first", maintain_order=True)
    )
    same = [*KEY, "record"]
    other = found.select(*same, partner="discrepancy_id", other_measure="measure", other_order="order_id")
    # Scrap of the same record is the same cancellation; a rule over the whole shift names no order.
    is_other = (pl.col("measure") != pl.col("other_measure")) & (
        pl.any_horizontal(pl.col("order_id", "other_order").is_null()) | (pl.col("order_id") == pl.col("other_order"))
    )
    told = (
        found.join(other, on=same, how="left", nulls_equal=True)
        .with_columns(partner=pl.when(is_other).then("partner"))
        .sort("partner", nulls_last=True)
        .unique("finding", keep="first", maintain_order=True)
    )
    return why(told, pl.col("way"), "partner", delta=amount(pl.col("cancelled_qty")), record=pl.col("record"))


def _taken_off(measure: str) -> pl.Expr:
    """Negative confirmations; a counter that goes below nothing was reset."""
    return (pl.col(measure) < 0) & (pl.col("counting") == "manual")


def _withdrawn(records: pl.DataFrame, measure: str, way: str, which: pl.Expr) -> pl.DataFrame:
    """Each record by itself, and the records of a shift together."""
    each = records.filter(which).select(
        *KEY,
        measure=pl.lit(measure),
        way=pl.lit(way),
        cancelled_order="order_id",
        cancelled_qty=pl.col(measure).abs(),
        record=record_locator(),
    )
    together = each.group_by(*KEY, "measure", "way", maintain_order=True).agg(
        cancelled_order=pl.lit(None, pl.String),
        cancelled_qty=pl.col("cancelled_qty").sum(),
        record=pl.col("record").first(),
    )
    return pl.concat([each, together.select(each.columns)])


CAUSE = Cause("cancellation_not_reversed", 9, find)
