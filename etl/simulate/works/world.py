"""All shifts of the works for some days, told by both sides, and how slips find the neighbours of a shift."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

import polars as pl

from data_contracts.calendar import shift_windows
from data_contracts.tables import TABLES
from etl.simulate.plant import PRODUCTS, master_frames
from etl.simulate.schedule import Slot
from etl.simulate.truth import make_truth
from etl.simulate.works.noise import miscount
from etl.simulate.works.plant import Plant
from etl.simulate.works.told import Told, dashboard_code, tell

LEDGER = "wip-ledger"


@dataclass(frozen=True, slots=True)
class World:
    """``shifts``: by line and start."""

    shifts: tuple[Told, ...]

    def beside(self, told: Told, steps: int) -> Told | None:
        """The shift of the same line so many shifts later."""
        mine = [t for t in self.shifts if t.line == told.line]
        number = next(n for n, t in enumerate(mine) if t is told) + steps
        return mine[number] if 0 <= number < len(mine) else None

    def days_before(self, told: Told, days: int) -> Told | None:
        """The same shift some days before."""
        day = told.shift.production_date - timedelta(days=days)
        same = (t for t in self.shifts if t.line == told.line and t.shift.shift_id == told.shift.shift_id)
        return next((t for t in same if t.shift.production_date == day), None)


def master_of(plants: tuple[Plant, ...], first: date, last: date) -> dict[str, pl.DataFrame]:
    """Every master table of the works; products of dashboards have codes that look like times."""
    books = master_frames(1, 1, first, last)
    line = [
        {
            "plant_id": plant.plant_id,
            "area_id": "A1",
            "line_id": line.line_id,
            "name_zh": line.name,
            "name_en": f"Line {line.number}",
            "aliases": f"{line.number}线",
            "calendar_id": line.calendar_id,
        }
        for plant in plants
        for line in plant.lines
    ]
    names = ("shift_id", "name_zh", "name_en", "aliases", "start", "end", "break_min")
    shift = [
        {"calendar_id": calendar_id, **dict(zip(names, row, strict=True)), "weekdays": "1234567"}
        for plant in plants
        for calendar_id, calendar in plant.calendars.items()
        for row in calendar
    ]
    codes = [{"product_id": code} for code in sorted({dashboard_code(p.product_id) for p in PRODUCTS})]
    people = [
        {"employee_id": f"{plant.plant_id}-E{n:02}", "name": name}
        for plant in plants
        for n, name in enumerate(plant.leaders, start=1)
    ]
    made = {
        "line": TABLES["line"].conform(pl.DataFrame(line)),
        "shift": TABLES["shift"].conform(pl.DataFrame(shift)),
        "employee": TABLES["employee"].conform(pl.DataFrame(people)),
    }
    product = pl.concat([books["product"], TABLES["product"].conform(pl.DataFrame(codes))])
    empty = {name: books[name].clear() for name in ("calendar_exception", "tolerance")}
    return {**books, **empty, **made, "product": product}


def make_world(plants: tuple[Plant, ...], master: dict[str, pl.DataFrame], first: date, days: int, seed: int) -> World:
    """Every planned shift. Each order of a shift is its own; ledgers keep one order a position."""
    last = first + timedelta(days=days - 1)
    windows = shift_windows(master, {plant.plant_id: plant.zone for plant in plants}, first, last)
    by_id = {plant.plant_id: plant for plant in plants}
    counters: dict[str, int] = {}
    shifts = []
    for row in windows.sort("plant_id", "line_id", "start_at").iter_rows(named=True):
        plant = by_id[row["plant_id"]]
        line = plant.line(row["line_id"])
        if line.orders == 0:
            continue
        slot = _slot(plant, line.calendar_id, row, seed)
        rng = Random(f"{seed}/works/{slot.key}")
        count = rng.randint(1, line.orders) if line.layout_id != LEDGER else line.orders
        group = "D" if line.layout_id == LEDGER else line.line_id
        orders = [f"{group}{slot.production_date:%m%d}{slot.shift_no}{n}" for n in range(1, count + 1)]
        counter = counters.setdefault(line.line_id, rng.randrange(1_000, 500_000))
        told = tell(plant, line, make_truth(slot, seed), orders, counter)
        miscount(told, rng)
        counters[line.line_id] += sum(run.shots for run in told.shift.runs)
        shifts.append(told)
    return World(tuple(shifts))


def _slot(plant: Plant, calendar_id: str, row: dict[str, Any], seed: int) -> Slot:
    calendar = plant.calendars[calendar_id]
    number = next(n for n, shift in enumerate(calendar) if shift[0] == row["shift_id"])
    day, line_id = row["production_date"], row["line_id"]
    rng = Random(f"{seed}/{line_id}/{day}/{number}")
    return Slot(
        plant_id=plant.plant_id,
        line_id=line_id,
        production_date=day,
        shift_id=row["shift_id"],
        shift_no=number,
        shift_name=calendar[number][1],
        start_at=row["start_at"],
        end_at=row["end_at"],
        break_min=row["break_min"],
        order_id="",
        order_shifts=1,
        is_first_of_order=False,
        product=rng.choice(PRODUCTS),
        leader=rng.choice(plant.leaders),
    )
