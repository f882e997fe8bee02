"""qcadoo production trackings: one line for each tracking and product; a correction is a record of its own."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from etl.simulate.exporters import plain
from etl.simulate.exporters.delimited import Dialect, write

HEADER = ["number", "state", "order", "product", "productionLine", "shift", "shiftStartDay"]
HEADER += ["usedQuantity", "wastesQuantity", "causeOfWastes", "isCorrection", "correctedNumber"]


def trackings(frame: pl.DataFrame, dialect: Dialect, *, wrong: Mapping[str, float] | None = None) -> bytes:
    """``frame`` has shift_id and production_date too. ``wrong``: records first tracked with this good quantity."""
    rows: list[list[str]] = []
    for r in frame.iter_rows(named=True):
        first = (wrong or {}).get(r["record_id"])
        if first is not None:
            rows.append(_row(r, f"{r['record_id']}-0", first, "corrected", "", dialect))
        rows.append(
            _row(r, r["record_id"], r["good_qty"], "accepted", "" if first is None else f"{r['record_id']}-0", dialect)
        )
    return write(HEADER, rows, dialect)


def _row(r: dict[str, object], number: str, good: float, state: str, corrects: str, dialect: Dialect) -> list[str]:
    quantities = (plain(float(str(q))).replace(".", dialect.decimal) for q in (good, r["scrap_qty"]))
    identity = [
        number,
        state,
        *(str(r[c]) for c in ("order_id", "product_id", "line_id", "shift_id", "production_date")),
    ]
    return [*identity, *quantities, "", str(bool(corrects)).lower(), corrects]
