"""Cause 6: booked to another order or product than the one that ran."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import Evidence
from etl.reconcile.causes.base import Cause, amount, why
from etl.reconcile.causes.differences import against_mes, differences, keys, opposite, with_partner

_SAME_ORDER = 22


def find(findings: pl.DataFrame, evidence: Evidence) -> pl.DataFrame:
    """Another order of the line and shift lacks what this one has too much; or the sides name different ones."""
    return pl.concat([_named(findings), _booked(findings, evidence)])


def _named(findings: pl.DataFrame) -> pl.DataFrame:
    found = findings.filter(pl.col("rule_no") == _SAME_ORDER, pl.col("reference_text").is_not_null())
    return why(found, pl.col("measure"), reported=pl.col("reported_text"), reference=pl.col("reference_text"))


def _booked(findings: pl.DataFrame, evidence: Evidence) -> pl.DataFrame:
    by = keys("order_id")
    others = differences(evidence, by).rename({"order_id": "other_order_id"})
    found = (
        against_mes(findings)
        .filter(pl.col("order_id").is_not_null())
        .join(others, on=[*keys(), "measure"])
        .filter(pl.col("other_order_id") != pl.col("order_id"), opposite())
        .with_columns(pl.col(c).alias(f"other_{c}") for c in keys())
        .unique("finding", keep="first", maintain_order=True)
    )
    told = with_partner(found, findings, by)
    has_more = pl.when(pl.col("delta") > 0).then(pl.lit("more")).otherwise(pl.lit("less"))
    return why(
        told,
        has_more,
        "partner",
        delta=amount(pl.col("delta").abs()),
        other=amount(pl.col("other_delta").abs()),
        order=pl.col("other_order_id"),
    )


CAUSE = Cause("wrong_order", 6, find)
