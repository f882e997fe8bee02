"""What the MES and the ERP hand out: records of output and stops as CSV, orders as JSON.

Columns as in the shipped mappings standard-output, standard-stop and standard-order.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from etl.simulate.schedule import Order, Slot
from etl.simulate.truth import ShiftTruth

OUTPUT_HEADER = "record_id,line,hour_start_utc,order,product,good_qty,scrap_qty\n"
STOP_HEADER = "record_id,line,start_utc,end_utc,minutes,reason\n"


@dataclass(eq=False, slots=True)
class OutputRecord:
    """One reading of a line's counter."""

    slot: Slot
    start_at: datetime
    good_qty: int
    scrap_qty: int


@dataclass(eq=False, slots=True)
class StopRecord:
    """One stop as the MES saw it."""

    slot: Slot
    start_at: datetime
    end_at: datetime
    reason_code: str


def record_shift(truth: ShiftTruth) -> tuple[list[OutputRecord], list[StopRecord]]:
    """The records of one shift."""
    slot = truth.slot
    output = [
        OutputRecord(slot, interval.start_at, interval.good_qty, interval.scrap_qty)
        for hour in truth.hours
        for interval in hour.intervals
    ]
    stops = [
        StopRecord(
            slot,
            slot.start_at + timedelta(seconds=stop.start_s),
            slot.start_at + timedelta(seconds=stop.end_s),
            stop.reason_code,
        )
        for stop in truth.stops
    ]
    return output, stops


def write_output(path: Path, records: Sequence[OutputRecord]) -> dict[int, str]:
    """Write one day of output. Returns the line of the file at which each record (by ``id``) stands."""
    lines, where = [OUTPUT_HEADER], {}
    for number, record in enumerate(records, start=1):
        slot = record.slot
        lines.append(
            f"O{slot.production_date:%y%m%d}-{number:05d},{slot.line_id},{record.start_at:%Y-%m-%dT%H:%M:%SZ},"
            f"{slot.order_id},{slot.product.product_id},{record.good_qty},{record.scrap_qty}\n"
        )
        where[id(record)] = str(number + 1)
    path.write_text("".join(lines), encoding="utf-8")
    return where


def write_stops(path: Path, records: Sequence[StopRecord]) -> None:
    """Write one day of stops; minutes with two decimals."""
    lines = [STOP_HEADER]
    for number, record in enumerate(records, start=1):
        slot = record.slot
        minutes = (record.end_at - record.start_at).total_seconds() / 60
        lines.append(
            f"S{slot.production_date:%y%m%d}-{number:05d},{slot.line_id},{record.start_at:%Y-%m-%dT%H:%M:%SZ},"
            f"{record.end_at:%Y-%m-%dT%H:%M:%SZ},{minutes:.2f},{record.reason_code}\n"
        )
    path.write_text("".join(lines), encoding="utf-8")


def write_orders(path: Path, orders: Sequence[Order]) -> None:
    """Write the orders of the period."""
    rows = [
        {
            "order": order.order_id,
            "line": order.line_id,
            "product": order.product_id,
            "quantity": order.planned_qty,
            "released": order.released_on.isoformat(),
            "due": order.due_on.isoformat(),
        }
        for order in orders
    ]
    path.write_text(json.dumps({"orders": rows}, indent=1, ensure_ascii=False), encoding="utf-8")
