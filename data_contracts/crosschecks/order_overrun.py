"""Rule 24: no more is made of an order than was ordered."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import CrossCheck, Evidence, Example, compared


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per order: all that was made of it against its quantity, located at the shift that passes it."""
    # An order may come in several records: one for each operation with the same quantity, or one for each product.
    orders = (
        evidence.orders.filter(pl.col("planned_qty").is_not_null())
        .group_by("order_id", "product_id", maintain_order=True)
        .agg(pl.col("planned_qty").max(), pl.col("source_file", "record_no").first())
        .group_by("order_id", maintain_order=True)
        .agg(pl.col("planned_qty").sum(), pl.col("source_file", "record_no").first())
    )
    made = evidence.order_output.join(orders.rename({"source_file": "order_file"}), on="order_id")
    passing = (
        made.with_columns(made=pl.col("good_qty").sum().over("order_id"))
        .filter(pl.col("cumulative") > pl.col("planned_qty"))
        .sort("production_date", "shift_id", "line_id")
        .unique("order_id", keep="first", maintain_order=True)
    )
    return compared(
        passing,
        measure="good_qty",
        subject=pl.col("order_id"),
        reported_value=pl.col("made"),
        reference_value=pl.col("planned_qty"),
        reference_locator=pl.concat_str("order_file", pl.lit(" · record "), pl.col("record_no").cast(pl.String)),
    )


RULE = CrossCheck(
    id="order_overrun",
    number=24,
    family="mes",
    severity="warning",
    one_sided=True,
    name={"zh": "工单累计不超过订单数量", "en": "Order not made beyond its quantity"},
    message={
        "zh": "该工单累计良品 {reported},订单数量 {reference},超出 {delta}。请确认工单号是否写错或订单是否已追加。",
        "en": "{reported} good pieces were made of an order for {reference}: {delta} too many. "
        "Was the order number mistaken, or the order raised?",
    },
    compare=compare,
    grain=("order_id",),
    cardinality="many to one",
    example=Example(10400.0, 10000.0),
)
