"""Ledgers of work in process: stock by report and what it is kept for. Used by rules 26, 29, 31 and 32."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, SOURCE, place

KEPT_FOR = ("process_id", "order_id", "product_id")
OUT = ("scrap_qty", "stored_qty", "shipped_qty")
STOCK = ("opening_qty", "received_qty", *OUT, "closing_qty")


def stock(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per report, process, order and product; batches of one order add up.

    Columns: KEY, SOURCE, KEPT_FOR, ``STOCK`` (null where no row says it), their cells (of the first row), ``computed``:
    opening + received - scrap - stored - shipped (null unless opening is said), ``cells``.
    """
    said = [pl.when(pl.col(q).is_not_null().any()).then(pl.col(q).sum()).alias(q) for q in STOCK]
    moves = pl.col("received_qty").fill_null(0) - sum((pl.col(q).fill_null(0) for q in OUT), start=pl.lit(0.0))
    return (
        rows.filter(~pl.col("is_total"))
        .group_by(*KEY, "report_id", *KEPT_FOR, maintain_order=True)
        .agg(
            *(pl.col(c).first() for c in SOURCE[1:]),
            *said,
            *(pl.col(f"{q}_cell").drop_nulls().first() for q in STOCK),
            cells=pl.concat([place(f"{q}_cell") for q in STOCK]).drop_nulls(),
        )
        .with_columns(computed=pl.col("opening_qty") + moves)
    )
