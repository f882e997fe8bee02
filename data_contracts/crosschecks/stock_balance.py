"""Rule 32: carried over + received - scrap - stored - shipped is what is left."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import CrossCheck, Evidence, Example, compared, whole_reports
from data_contracts.crosschecks.figures import nothing
from data_contracts.crosschecks.ledger import KEPT_FOR, stock


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per process, order and product of a ledger that states what was there and what is left."""
    if evidence.wip.is_empty():
        return nothing()
    rows = stock(whole_reports(evidence, evidence.wip))
    return compared(
        rows.filter(pl.col("closing_qty").is_not_null(), pl.col("computed").is_not_null()),
        measure="closing_qty",
        subject=pl.concat_str("process_id", "product_id", separator="/", ignore_nulls=True),
        reported_value=pl.col("closing_qty"),
        reference_value=pl.col("computed"),
        source_cell=pl.col("closing_qty_cell"),
    )


RULE = CrossCheck(
    id="stock_balance",
    number=32,
    family="continuity",
    severity="error",
    name={"zh": "结存 = 上期 + 领入 − 废料 − 入库 − 发货", "en": "Stock left follows from what came and went"},
    message={
        "zh": "期末结存写的是 {reported},按上期结存与收发应为 {reference},相差 {delta}。请核对本行的结存与收发数量。",
        "en": "The ledger says {reported} are left, what was there, came and went gives {reference}: {delta}. "
        "Check the quantities of this row.",
    },
    compare=compare,
    rank=5,
    grain=("report_id", *KEPT_FOR),
    cardinality="one to many",
    example=Example(1180.0, 1280.0, "closing_qty"),
)
