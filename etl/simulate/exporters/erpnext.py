"""ERPNext: job cards with their time logs and downtime entries, as JSON and as the data export writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import polars as pl

from etl.simulate.exporters import local, minutes, plain
from etl.simulate.exporters.delimited import Dialect, write

_TIME = "%Y-%m-%d %H:%M:%S"
CARD = ["ID", "Work Order", "Workstation", "Production Item", "Process Loss Qty", "Document Status"]
LOG = ["ID (Time Logs)", "From Time (Time Logs)", "To Time (Time Logs)"]
LOG += ["Time In Mins (Time Logs)", "Completed Qty (Time Logs)"]


def job_cards(frame: pl.DataFrame, zone: str) -> bytes:
    """A list of cards, one for each line, order and product; every record is a time log."""
    return json.dumps({"data": list(_cards(frame, zone))}, ensure_ascii=False, indent=1).encode()


def job_card_list(frame: pl.DataFrame, zone: str, dialect: Dialect) -> bytes:
    """The same as a list in which only a card's first line carries its fields."""
    rows = []
    for card in _cards(frame, zone):
        head = [card["name"], card["work_order"], card["workstation"], card["production_item"]]
        head += [plain(card["process_loss_qty"]).replace(".", dialect.decimal), str(card["docstatus"])]
        for log in card["time_logs"]:
            numbers = (plain(log[c]).replace(".", dialect.decimal) for c in ("time_in_mins", "completed_qty"))
            rows.append([*head, log["name"], log["from_time"], log["to_time"], *numbers])
            head = [""] * len(head)
    return write(CARD + LOG, rows, dialect)


def downtime_entries(frame: pl.DataFrame, zone: str) -> bytes:
    """A list of downtime entries."""
    entries = [
        {
            "name": r["record_id"],
            "workstation": r["line_id"],
            "from_time": local(r["start_at"], zone, _TIME),
            "to_time": local(r["end_at"], zone, _TIME),
            "downtime": minutes(r["start_at"], r["end_at"]),
            "stop_reason": r["reason_code"],
            "remarks": None,
        }
        for r in frame.iter_rows(named=True)
    ]
    return json.dumps({"data": entries}, ensure_ascii=False).encode()


def _cards(frame: pl.DataFrame, zone: str) -> Iterator[dict[str, Any]]:
    by = ["line_id", "order_id", "product_id"]
    for number, ((line, order, product), rows) in enumerate(frame.group_by(by, maintain_order=True), start=1):
        yield {
            "name": f"PO-JOB{number:05}",
            "docstatus": 1,
            "work_order": order,
            "workstation": line,
            "production_item": product,
            "for_quantity": rows["good_qty"].sum(),
            "total_completed_qty": rows["good_qty"].sum(),
            "process_loss_qty": rows["scrap_qty"].sum(),
            "time_logs": [
                {
                    "name": r["record_id"],
                    "from_time": local(r["start_at"], zone, _TIME),
                    "to_time": local(r["end_at"], zone, _TIME),
                    "time_in_mins": minutes(r["start_at"], r["end_at"]),
                    "completed_qty": r["good_qty"],
                }
                for r in rows.iter_rows(named=True)
            ],
        }
