"""The ledger of a workshop: stock of some plan numbers from day to day, with mistakes. Its sheet: layout wip-ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from random import Random

from etl.simulate.labels import LABEL_SCHEMA, UNEXPLAINED
from etl.simulate.workbooks import Pen, wip_ledger
from etl.simulate.workbooks.happened import Shift, Stock

LEDGER_LINE = "W01"
LEDGER_KINDS = ("stock_opening", "stock_closing")
ORDERS = ("PN-1", "PN-2", "PN-3")
_RULES = {"stock_opening": (26, "opening_qty"), "stock_closing": (32, "closing_qty")}


@dataclass(frozen=True, slots=True)
class TypedStock(Stock):
    """A row whose closing stock was typed over its formula."""

    typed: int = 0

    @property
    def closing_qty(self) -> int:
        """What somebody typed."""
        return self.typed


def write_ledgers(folder: Path, first: date, days: int, error_rate: float, rng: Random) -> list[dict[str, object]]:
    """One workbook a month. Returns rows for the frame of labels."""
    left = {order: rng.randrange(400, 2_000) for order in ORDERS}
    plan = _plan(days, error_rate, rng)
    shifts: list[Shift] = []
    rows: list[dict[str, object]] = []
    for number in range(days):
        day = first + timedelta(days=number)
        stock = []
        for order in ORDERS:
            true = _moves(order, left[order], rng)
            left[order] = true.closing_qty
            kind = plan.get((number, order))
            stock.append(_falsified(true, kind, rng) if kind else true)
            if kind:
                rows.append(_label(kind, day, order, true, stock[-1]))
        shifts.append(Shift("P1", LEDGER_LINE, LEDGER_LINE, day, "early", "早班", "Asia/Shanghai", stock=tuple(stock)))
    for _, of_month in groupby(shifts, key=lambda shift: (shift.production_date.year, shift.production_date.month)):
        _write(folder, list(of_month), rows)
    return rows


def _plan(days: int, error_rate: float, rng: Random) -> dict[tuple[int, str], str]:
    """Which day and order gets which mistake; none on the first day, which has no day before."""
    wanted = min(days - 1, round(error_rate * days))
    chosen = sorted(rng.sample(range(1, days), wanted)) if wanted > 0 else []
    return {(day, rng.choice(ORDERS)): LEDGER_KINDS[n % len(LEDGER_KINDS)] for n, day in enumerate(chosen)}


def _moves(order: str, opening: int, rng: Random) -> Stock:
    received = rng.randrange(4, 20) * 25
    scrap, there = rng.choice((0, 0, 2, 5)), opening + received
    return Stock(order, f"B{rng.randrange(1000, 9999)}", opening, received, scrap, there // 4, there // 5)


def _falsified(true: Stock, kind: str, rng: Random) -> Stock:
    by = rng.choice((-1, 1)) * rng.randrange(7, 60)
    opening, closing = true.opening_qty, true.closing_qty
    if kind == "stock_opening":
        opening = max(0, opening + by)
    else:
        closing = max(0, closing + by)
    moved = (true.received_qty, true.scrap_qty, true.stored_qty, true.shipped_qty)
    return TypedStock(true.order_id, true.batch_id, opening, *moved, closing)


def _label(kind: str, day: date, order: str, true: Stock, wrong: Stock) -> dict[str, object]:
    rule_no, measure = _RULES[kind]
    return {
        **dict.fromkeys(LABEL_SCHEMA),
        "kind": kind,
        "rule_no": rule_no,
        "cause": UNEXPLAINED,
        "plant_id": "P1",
        "line_id": LEDGER_LINE,
        "production_date": day,
        "shift_id": "early",
        "order_id": order,
        "measure": measure,
        "true_value": str(getattr(true, measure)),
        "written_value": str(getattr(wrong, measure)),
        "description": f"{measure} of the ledger is typed wrong",
    }


def _write(folder: Path, shifts: Sequence[Shift], rows: list[dict[str, object]]) -> None:
    made = wip_ledger.make(shifts, Pen(0, 0.0))
    path = folder / f"{made.file_name}.xlsx"
    path.write_bytes(made.book.to_bytes())
    cells = {(record.report_id.split("/")[2], record.values["order_id"][0]): record for record in made.records}
    for row in rows:
        record = cells.get((str(row["production_date"]), row["order_id"]))
        if record is not None:
            cell = record.values[str(row["measure"])][1]
            row |= {"source_file": path.name, "source_sheet": record.sheet, "source_cell": cell, "cells": cell}
            row |= {"report_file": path.name, "report_sheet": record.sheet, "report_cell": cell}
