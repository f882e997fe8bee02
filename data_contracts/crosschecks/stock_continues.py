"""Rule 26: stock at the start is what was left before."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, CrossCheck, Evidence, Example, compared, place, rests_on, whole_reports
from data_contracts.crosschecks.figures import nothing
from data_contracts.crosschecks.ledger import KEPT_FOR, stock

_EPSILON = 1e-6


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per process, order and product of a ledger that the line's report of the shift before has as well.

    Where that report's own figures contradict what it says was left (rule 32), a start that agrees with them is right.
    """
    if evidence.wip.is_empty():
        return nothing()
    order = evidence.sequence.select("report_id", "before", "is_next")
    here = stock(whole_reports(evidence, evidence.wip)).join(order, on="report_id")
    left = stock(pl.concat([evidence.wip, evidence.earlier_wip])).select(
        *KEPT_FOR,
        before="report_id",
        left_qty="closing_qty",
        left_computed="computed",
        locator=pl.concat_str("source_file", pl.lit(" · "), place("closing_qty_cell")),
        left_place=place("closing_qty_cell"),
    )
    rows = here.filter("is_next", pl.col("opening_qty").is_not_null()).join(
        left.filter(pl.col("left_qty").is_not_null()), on=["before", *KEPT_FOR], nulls_equal=True
    )
    fits_moves = (pl.col("opening_qty") - pl.col("left_computed")).abs() < _EPSILON
    return compared(
        rows,
        measure="opening_qty",
        subject=pl.concat_str("process_id", "product_id", separator="/", ignore_nulls=True),
        reported_value=pl.col("opening_qty"),
        reference_value=pl.when(fits_moves).then("opening_qty").otherwise("left_qty"),
        source_cell=pl.col("opening_qty_cell"),
        rests_on=pl.concat_list(rests_on(pl.col("left_place"), "before")),
        cells=pl.concat_list(place("opening_qty_cell")),
        reference_locator=pl.col("locator"),
    )


RULE = CrossCheck(
    id="stock_continues",
    number=26,
    family="continuity",
    severity="error",
    name={"zh": "上期结存 = 前一班期末结存", "en": "Stock at the start is what was left before"},
    message={
        "zh": "上期结存写的是 {reported},前一班期末结存是 {reference},相差 {delta}。请与前一班的台账核对。",
        "en": "The ledger starts with {reported}, the shift before left {reference}: {delta}. "
        "Compare it with the ledger of the shift before.",
    },
    compare=compare,
    rank=3,
    grain=(*KEY, *KEPT_FOR),
    example=Example(1180.0, 1280.0, "opening_qty"),
)
