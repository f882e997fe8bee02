"""Rule 22: order and product are those that the MES ran on the line, and the product is the one ordered."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, SOURCE, CrossCheck, Evidence, Example, compared, place, record_locator
from data_contracts.crosschecks.sums import locators


def compare(evidence: Evidence) -> pl.DataFrame:
    """Up to two rows per order of a report: is it among the MES's orders of that shift, and is its product the right one?"""
    named = evidence.output.filter(~pl.col("is_total"), pl.col("order_id").is_not_null())
    reported = named.group_by(*KEY, "order_id", maintain_order=True).agg(
        *(pl.col(c).first() for c in SOURCE),
        pl.col("order_id_cell").drop_nulls().first(),
    )
    output = evidence.mes_output.filter(pl.col("shift_id").is_not_null(), pl.col("order_id").is_not_null())
    columns = [*KEY, "order_id", "product_id", "source_file", "record_no"]
    stops = evidence.mes_stops.filter(pl.col("order_id").is_not_null()).with_columns(product_id=pl.lit(None, pl.String))
    recorded = (
        pl.concat([output.select(columns), stops.select(columns)])
        .group_by(*KEY, "order_id")
        .agg(_products("mes_products"), locators().alias("locator"))
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
    ordered = evidence.orders.group_by("order_id").agg(
        _products("ordered"), record_locator().last().alias("order_locator")
    )
    by_mes = pl.col("mes_products").list.len() > 0
    named_products = (
        named.filter(pl.col("product_id").is_not_null())
        .group_by(*KEY, "order_id", "product_id", maintain_order=True)
        .agg(*(pl.col(c).first() for c in SOURCE), pl.col("product_id_cell").drop_nulls().first())
        .join(recorded.select(*KEY, "order_id", "mes_products", "locator"), on=[*KEY, "order_id"], how="left")
        .join(there.select(*KEY, "mes_orders"), on=list(KEY), how="left")
        # An order that the MES did not run is the slip to tell; its product follows from it.
        .filter(pl.col("mes_orders").is_null() | pl.col("locator").is_not_null())
        .join(ordered, on="order_id", how="left")
        .with_columns(wanted=pl.when(by_mes).then("mes_products").otherwise("ordered"), by_mes=by_mes)
        .filter(pl.col("wanted").list.len() > 0)
        .with_columns(right=pl.col("wanted").list.contains(pl.col("product_id")))
        # Of several products that one order names, the one that is wrong is told.
        .sort("right", maintain_order=True)
        .unique([*KEY, "order_id"], keep="first", maintain_order=True)
    )
    products = compared(
        named_products,
        measure="product_id",
        subject=pl.col("order_id"),
        reported_text=pl.col("product_id"),
        reference_text=pl.when("right").then("product_id").otherwise(pl.col("wanted").list.join(", ")),
        source_cell=pl.col("product_id_cell"),
        cells=pl.concat_list(place("product_id_cell")).list.drop_nulls(),
        reference_locator=pl.when("by_mes").then("locator").otherwise("order_locator"),
    )
    return pl.concat([orders, products])


def _products(name: str) -> pl.Expr:
    return pl.col("product_id").drop_nulls().unique().sort().alias(name)


RULE = CrossCheck(
    id="same_order",
    number=22,
    family="mes",
    severity="error",
    name={"zh": "工单与产品一致", "en": "Order and product as in MES and order"},
    message={
        "zh": "报表写的是 {reported},MES 或订单上是 {reference}。请核对工单号与产品型号。",
        "en": "The report names {reported}, MES or order say {reference}. Check order number and product.",
    },
    compare=compare,
    grain=(*KEY, "order_id", "product_id"),
    cardinality="one to many",
    example=Example("WO-L02-0107", "WO-L01-0093", "order_id"),
)
