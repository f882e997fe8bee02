"""Which shift runs which order: the calendar's windows, numbered, each with its order and product.

An order runs on one line for a fixed number of shifts, so a shift's order follows from its number alone
and does not depend on the period that is being made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from math import ceil
from random import Random
from typing import Any

import polars as pl

from data_contracts.calendar import shift_windows
from etl.simulate.plant import CALENDARS, PRODUCTS, ZONES, Product, leader_of

EPOCH = date(2020, 1, 1)
PERFORMANCE = 0.96
ORDER_MARGIN = 1.3


@dataclass(frozen=True, slots=True)
class Slot:
    """One line, production day and shift with the order that runs in it. Instants are UTC."""

    plant_id: str
    line_id: str
    production_date: date
    shift_id: str
    shift_no: int
    shift_name: str
    start_at: datetime
    end_at: datetime
    break_min: float
    order_id: str
    order_shifts: int
    is_first_of_order: bool
    product: Product
    leader: str

    @property
    def zone(self) -> str:
        """The plant's IANA zone."""
        return ZONES[self.plant_id]

    @property
    def key(self) -> str:
        """Line, day and shift as text."""
        return f"{self.line_id}/{self.production_date}/{self.shift_id}"


@dataclass(frozen=True, slots=True)
class Order:
    """A production order as the ERP knows it."""

    order_id: str
    line_id: str
    product_id: str
    planned_qty: int
    released_on: date
    due_on: date


def slots_between(master: dict[str, pl.DataFrame], first: date, last: date, seed: int) -> list[Slot]:
    """Every shift that the calendar plans, by day, line and start."""
    zones = {plant: ZONES[plant] for plant in master["line"]["plant_id"].unique().sort()}
    calendar_of = dict(master["line"].select("line_id", "calendar_id").iter_rows())
    windows = shift_windows(master, zones, first, last)
    slots = [_slot(row, calendar_of[row["line_id"]], seed) for row in windows.iter_rows(named=True)]
    return sorted(slots, key=lambda slot: (slot.production_date, slot.line_id, slot.start_at))


def _slot(row: dict[str, Any], calendar_id: str, seed: int) -> Slot:
    shifts = CALENDARS[calendar_id][0]
    shift_no = next(i for i, shift in enumerate(shifts) if shift[0] == row["shift_id"])
    plant_id, line_id, day = row["plant_id"], row["line_id"], row["production_date"]
    line_rng = Random(f"{seed}/{line_id}")
    order_shifts = line_rng.randrange(9, 22)
    ordinal = (day - EPOCH).days * len(shifts) + shift_no + line_rng.randrange(order_shifts)
    order_no = ordinal // order_shifts
    order_rng = Random(f"{seed}/{line_id}/order/{order_no}")
    return Slot(
        plant_id=plant_id,
        line_id=line_id,
        production_date=day,
        shift_id=row["shift_id"],
        shift_no=shift_no,
        shift_name=shifts[shift_no][1],
        start_at=row["start_at"],
        end_at=row["end_at"],
        break_min=row["break_min"],
        order_id=f"WO-{line_id}-{order_no:04d}",
        order_shifts=order_shifts,
        is_first_of_order=ordinal % order_shifts == 0,
        product=order_rng.choice(PRODUCTS),
        leader=leader_of(plant_id, line_id, shift_no, Random(f"{seed}/{line_id}/{day}/{shift_no}/leader")),
    )


def orders_of(slots: list[Slot], lowered: dict[str, int]) -> list[Order]:
    """The orders that these shifts run; ``lowered`` replaces the planned quantity of some."""
    by_order: dict[str, list[Slot]] = {}
    for slot in slots:
        by_order.setdefault(slot.order_id, []).append(slot)
    return [
        Order(
            order_id,
            runs[0].line_id,
            runs[0].product.product_id,
            lowered.get(order_id, _ample_quantity(runs)),
            min(run.production_date for run in runs),
            max(run.production_date for run in runs),
        )
        for order_id, runs in sorted(by_order.items())
    ]


def _ample_quantity(runs: list[Slot]) -> int:
    longest_h = max((run.end_at - run.start_at).total_seconds() for run in runs)
    capacity = longest_h / runs[0].product.cycle_s * runs[0].order_shifts
    return ceil(capacity * ORDER_MARGIN / 100) * 100


def neighbours(slots: list[Slot]) -> dict[str, str]:
    """For each line and day an order that runs on another line of the plant, by ``line/day``."""
    by_day: dict[tuple[str, date], dict[str, Slot]] = {}
    for slot in slots:
        by_day.setdefault((slot.plant_id, slot.production_date), {})[slot.line_id] = slot
    found: dict[str, str] = {}
    for lines in by_day.values():
        ring = [*lines.values(), next(iter(lines.values()))]
        for slot, other in pairwise(ring):
            if slot.line_id != other.line_id:
                found[f"{slot.line_id}/{slot.production_date}"] = other.order_id
    return found
