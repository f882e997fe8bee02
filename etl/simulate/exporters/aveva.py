"""AVEVA MES, table item_prod as JSON: good and rejected quantities are records of their own, times are UTC."""

from __future__ import annotations

import json

import polars as pl


def item_production(frame: pl.DataFrame) -> bytes:
    """A record for what was good and one for what was rejected."""
    records = [
        {
            "row_id": f"{r['record_id']}{'G' if good else 'R'}",
            "wo_id": r["order_id"],
            "oper_id": "10",
            "item_id": r["product_id"],
            "ent_id": r["line_id"],
            "shift_start_utc": f"{r['start_at']:%Y-%m-%dT%H:00:00}",
            "hour_start_utc": f"{r['start_at']:%Y-%m-%dT%H:%M:%S}",
            "good_prod": good,
            "qty_prod": r["good_qty"] if good else r["scrap_qty"],
            "reas_cd": 1 if good else 2,
        }
        for r in frame.iter_rows(named=True)
        for good in (True, False)
    ]
    return json.dumps({"value": records}).encode()
