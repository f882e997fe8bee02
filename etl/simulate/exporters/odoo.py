"""Odoo: manufacturing orders, work orders and time losses, as JSON and as the list of the export dialog."""

from __future__ import annotations

import json
from collections.abc import Sequence

import polars as pl

from etl.simulate.exporters import local, minutes, plain
from etl.simulate.exporters.delimited import Dialect, write

_TIME = "%Y-%m-%d %H:%M:%S"


def work_orders(frame: pl.DataFrame) -> bytes:
    """mrp.workorder as JSON-RPC answers it: links as [id, name], what is missing as false, times in UTC."""
    return _answer(
        [
            {
                "id": r["record_id"],
                "workcenter_id": [7, r["line_id"]],
                "production_id": [n, r["order_id"]],
                "product_id": [n, f"[{r['product_id']}] {r['product_id'].title()}"],
                "date_start": f"{r['start_at']:{_TIME}}",
                "date_finished": f"{r['end_at']:{_TIME}}",
                "duration": minutes(r["start_at"], r["end_at"]),
                "qty_produced": r["good_qty"],
                "state": "done",
                "leave_id": False,
            }
            for n, r in enumerate(frame.iter_rows(named=True), start=100)
        ]
    )


def work_order_list(frame: pl.DataFrame, zone: str, dialect: Dialect) -> bytes:
    """The same from the export dialog, in the clock of whoever exports."""
    header = ["External ID", "Work Center", "Manufacturing Order", "Product", "Start", "End", "Quantity", "Status"]
    rows = (
        [
            r["record_id"],
            r["line_id"],
            r["order_id"],
            f"[{r['product_id']}] {r['product_id'].title()}",
            local(r["start_at"], zone, _TIME),
            local(r["end_at"], zone, _TIME),
            plain(r["good_qty"]).replace(".", dialect.decimal),
            "Finished",
        ]
        for r in frame.iter_rows(named=True)
    )
    return write(header, rows, dialect)


def time_losses(frame: pl.DataFrame) -> bytes:
    """mrp.workcenter.productivity, with the productive time that stands in the same list."""
    losses = [
        {
            "id": r["record_id"],
            "workcenter_id": [7, r["line_id"]],
            "date_start": f"{r['start_at']:{_TIME}}",
            "date_end": f"{r['end_at']:{_TIME}}",
            "duration": minutes(r["start_at"], r["end_at"]),
            "loss_id": [3, r["reason_code"]],
            "loss_type": "availability",
            "description": False,
        }
        for r in frame.iter_rows(named=True)
    ]
    productive = [{**loss, "id": f"{loss['id']}-run", "loss_type": "productive"} for loss in losses[:1]]
    return _answer([*productive, *losses])


def time_loss_list(frame: pl.DataFrame, zone: str, dialect: Dialect) -> bytes:
    """The same from the export dialog."""
    header = ["External ID", "Work Center", "Start Date", "End Date", "Duration", "Loss Reason", "Effectiveness"]
    rows = (
        [
            r["record_id"],
            r["line_id"],
            local(r["start_at"], zone, _TIME),
            local(r["end_at"], zone, _TIME),
            plain(minutes(r["start_at"], r["end_at"])).replace(".", dialect.decimal),
            r["reason_code"],
            "Availability",
        ]
        for r in frame.iter_rows(named=True)
    )
    return write(header, rows, dialect)


def manufacturing_orders(orders: Sequence[tuple[str, str, float]]) -> bytes:
    """mrp.production: order, product and quantity."""
    return _answer(
        [
            {"name": order, "product_id": [1, f"[{product}] {product.title()}"], "product_qty": qty, "state": "done"}
            for order, product, qty in orders
        ]
    )


def _answer(records: Sequence[dict[str, object]]) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "result": list(records)}, ensure_ascii=False).encode()
