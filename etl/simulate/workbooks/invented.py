"""Shifts that might have been: balanced quantities, stops inside their hours, counters and stock that carry on.

A line's truth with products, cycle times and an MES beside it: ``etl.simulate.truth``. Here only what a sheet shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from etl.simulate.plant import CALENDARS, DEFECTS, LEADERS, PRODUCTS, REASONS, ZONES
from etl.simulate.workbooks.happened import Hour, Run, Shift, Stock, Stop

TOOLS = ("M-1104", "M-1107", "M-2210", "M-3002")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the made-up plant and the calendar by which it works."""

    plant_id: str
    line_id: str
    name: str
    calendar_id: str


def invent(
    lines: Sequence[Line], first: date, days: int, seed: int, *, runs: int = 1, shifts: Sequence[str] | None = None
) -> tuple[Shift, ...]:
    """Every shift of some lines and days, by day, line and start; ``runs`` orders at most a shift.

    ``shifts``: only these; None means all of the calendar.
    """
    random = Random(seed)
    counters = {line.line_id: random.randrange(1_000, 900_000) for line in lines}
    stock = {line.line_id: random.randrange(500, 3_000) for line in lines}
    made = []
    for number in range(days):
        for line in lines:
            for shift_no, shift in enumerate(CALENDARS[line.calendar_id][0]):
                if shifts is not None and shift[0] not in shifts:
                    continue
                orders = _runs(line, number, shift_no, random, counters, runs)
                hours, stops = _hours(orders, _minute(shift[4]), _length_h(shift[4], shift[5]), random)
                made.append(
                    Shift(
                        line.plant_id,
                        line.line_id,
                        line.name,
                        first + timedelta(days=number),
                        shift[0],
                        shift[1],
                        ZONES[line.plant_id],
                        random.choice(LEADERS[line.plant_id]),
                        hours,
                        stops,
                        orders,
                        _stock(orders, line.line_id, stock, random),
                    )
                )
    return tuple(made)


def _minute(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def _length_h(start: str, end: str) -> int:
    return (_minute(end) - _minute(start)) // 60 % 24


def _runs(line: Line, day: int, shift_no: int, random: Random, counters: dict[str, int], most: int) -> tuple[Run, ...]:
    made = []
    for number in range(random.randint(1, most)):
        cavities = random.choice((1, 2, 4, 8))
        shots = random.randrange(60, 900)
        scrap = min(shots * cavities, random.choice((0, 1, 2, 3, 7, 12)))
        codes = random.sample([defect.code for defect in DEFECTS], min(scrap, random.randint(1, 3)))
        shares = [scrap // len(codes)] * len(codes) if codes else []
        if shares:
            shares[0] += scrap - sum(shares)
        made.append(
            Run(
                f"WO-{line.line_id}-{day:02}{shift_no}{number}",
                random.choice(PRODUCTS).product_id,
                random.randrange(4, 60) * 50,
                shots * cavities - scrap,
                tuple(sorted(zip(codes, shares, strict=True))),
                0,
                TOOLS[number % len(TOOLS)],
                random.choice(LEADERS[line.plant_id]),
                counters[line.line_id],
                shots,
                cavities,
                random.randrange(8, 33) / 4,
            )
        )
        counters[line.line_id] += shots
    return tuple(made)


def _hours(
    runs: tuple[Run, ...], start: int, length_h: int, random: Random
) -> tuple[tuple[Hour, ...], tuple[Stop, ...]]:
    """The first run's quantities spread over the hours; a stop never leaves its hour."""
    good, scrap = runs[0].good_qty, runs[0].scrap_qty
    hours, stops = [], []
    for number in range(length_h):
        begin = start + 60 * number
        stop: Stop | None = None
        if random.random() < 0.3:
            at = begin + random.randrange(0, 30)
            reason = random.choice(REASONS)
            stop = Stop(at, at + random.randrange(5, 30), reason.code, reason.name_zh)
            stops.append(stop)
        left = length_h - number
        share, bad = good // left, scrap // left
        good, scrap = good - share, scrap - bad
        minutes = stop.end_min - stop.start_min if stop else 0
        hours.append(Hour(begin, runs[0].planned_qty // length_h, share, bad, minutes, stop.text if stop else ""))
    return tuple(hours), tuple(stops)


def _stock(runs: tuple[Run, ...], line_id: str, stock: dict[str, int], random: Random) -> tuple[Stock, ...]:
    made = []
    for run in runs:
        opening = stock[line_id]
        received = random.randrange(0, 40) * 25
        out = opening + received
        entry = Stock(
            run.order_id,
            f"B{random.randrange(1000, 9999)}",
            opening,
            received,
            min(out, random.choice((0, 0, 3, 8))),
            random.randrange(0, out // 3 + 1),
            random.randrange(0, out // 3 + 1),
        )
        stock[line_id] = entry.closing_qty
        made.append(entry)
    return tuple(made)
