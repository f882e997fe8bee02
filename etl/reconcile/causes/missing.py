"""Cause 1: one side says nothing."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import Evidence
from etl.reconcile.causes.base import Cause, why

MISSING_REPORT = 42


def find(findings: pl.DataFrame, _evidence: Evidence) -> pl.DataFrame:
    """Amounts of which one is blank, and reports that were never handed in."""
    silent = pl.col("reference_value").is_null() & (pl.col("rule_no") != MISSING_REPORT)
    blank = pl.col("is_amount") & pl.any_horizontal(pl.col("reported_value", "reference_value").is_null())
    found = findings.filter(blank | (pl.col("rule_no") == MISSING_REPORT))
    return why(found, pl.when(silent).then(pl.lit("reference")).otherwise(pl.lit("report")))


CAUSE = Cause("missing", 1, find)
