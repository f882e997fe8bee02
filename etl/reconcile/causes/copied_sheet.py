"""Cause 8: the sheet is a copy of a former one."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import Evidence
from etl.reconcile.causes.base import Cause, why

_COPIED = 41


def find(findings: pl.DataFrame, _evidence: Evidence) -> pl.DataFrame:
    """Reports that repeat a former one, and whatever else differs in them."""
    copies = findings.filter(pl.col("rule_no") == _COPIED).select("report_id", former="reference_text")
    found = findings.join(copies.unique("report_id"), on="report_id")
    key = pl.col("former").str.split("/")
    return why(found, "copy", day=key.list.get(2, null_on_oob=True), shift=key.list.get(3, null_on_oob=True))


CAUSE = Cause("copied_sheet", 8, find)
