"""Rule 22: order and product are those that the MES ran on the line."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, SOURCE, CrossCheck, Evidence, compared, place
from data_contracts.crosschecks.sums import locators


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per order of a report: is it among the MES's orders of that shift, and does its product agree?"""
    named = evidence.output.filter(~pl.col("is_total"), pl.col("order_id").is_not_null())
    reported = named.group_by(*KEY, "order_id", maintain_order=True).agg(
        *(pl.col(c).first() for c in SOURCE),
        pl.col("product_id").drop_nulls().first(),
        pl.col("order_id_cell").drop_nulls().first(),
        pl.col("product_id_cell").drop_nulls().first(),
    )
    output = evidence.mes_output.filter(pl.col("shift_id").is_not_null(), pl.col("order_id").is_not_null())
    columns = [*KEY, "order_id", "product_id", "source_file", "record_no"]
    stops = evidence.mes_stops.filter(pl.col("order_id").is_not_null()).with_columns(product_id=pl.lit(None, pl.String))
    recorded = (
        pl.concat([output.select(columns), stops.select(columns)])
        .group_by(*KEY, "order_id")
        .agg(pl.col("product_id").drop_nulls().first().alias("mes_product"), locators().alias("locator"))
    )
    there = recorded.group_by(KEY).agg(
        pl.col("order_id").sort().str.join(", ").alias("mes_orders"), pl.col("locator").first().alias("first_locator")
    )
    checked = reported.join(there, on=list(KEY)).join(recorded, on=[*KEY, "order_id"], how="left")
    known = pl.col("locator").is_not_null()
    orders = compared(
        checked,
        measure="order_id",
        subject=pl.col("order_id"),
        reported_text=pl.col("order_id"),
        reference_text=pl.when(known).then("order_id").otherwise("mes_orders"),
        source_cell=pl.col("order_id_cell"),
        cells=pl.concat_list(place("order_id_cell")).list.drop_nulls(),
        reference_locator=pl.coalesce("locator", "first_locator"),
    )
    products = compared(
        checked.filter(known, pl.col("mes_product").is_not_null(), pl.col("product_id").is_not_null()),
        measure="product_id",
        subject=pl.col("order_id"),
        reported_text=pl.col("product_id"),
        reference_text=pl.col("mes_product"),
        source_cell=pl.col("product_id_cell"),
        cells=pl.concat_list(place("product_id_cell")).list.drop_nulls(),
        reference_locator=pl.col("locator"),
    )
    return pl.concat([orders, products])


RULE = CrossCheck(
    id="same_order",
    number=22,
    family="mes",
    severity="error",
    name={"zh": "工单与产品和 MES 一致", "en": "Order and product as in the MES"},
    message={
        "zh": "报表写的是 {reported},MES 在这条线这个班次运行的是 {reference}。请核对工单号与产品型号。",
        "en": "The report names {reported}, the MES ran {reference} on this line and shift. Check order and product.",
    },
    compare=compare,
)
