"""What is usual and must not be told: a piece more or less, short stops that nobody wrote down, late confirmations."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from etl.simulate.works.told import Told


def miscount(told: Told, rng: Random) -> None:
    """What nobody should hear of.

    People are off by a piece, note pieces an hour late and leave short stops out; confirmations are rounded, late, or
    exported twice.
    """
    if rng.random() < 0.4:
        number = rng.randrange(len(told.parts()))
        good = told.parts()[number].good_qty
        if good > 20:
            told.write(number, good=good + rng.choice((-1, 1)))
    if told.by_hour and rng.random() < 0.3 and len(told.shift.hours) > 1:
        number = rng.randrange(len(told.shift.hours) - 1)
        here, there = told.shift.hours[number].good_qty, told.shift.hours[number + 1].good_qty
        if min(here, there) > 20:
            told.write(number, good=here - 2)
            told.write(number + 1, good=there + 2)
    for count in told.counts:
        count.is_late, count.is_repeated = rng.random() < 0.05, rng.random() < 0.03
        if not told.line.by_hour and rng.random() < 0.2:
            count.good_qty += rng.choice((-1, 1))
    if rng.random() < 0.3:
        start = told.truth.slot.start_at + timedelta(minutes=rng.randrange(20, 400))
        if not any(a - timedelta(minutes=5) < start < b + timedelta(minutes=5) for a, b, _ in told.stops):
            told.stops.append((start, start + timedelta(seconds=rng.randrange(40, 170)), "D04"))
