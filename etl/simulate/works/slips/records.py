"""Mistakes on the side of the MES: records twice, gone, withdrawn, a counter that stands still or starts again."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from etl.simulate.labels import DOUBLED, MISSING
from etl.simulate.works.told import Fault, Told
from etl.simulate.works.world import World

CANCELLED, COUNTER = 9, 10
GOOD = "good_qty"
_LEAP = 4_000


def doubled(told: Told, _world: World, rng: Random) -> Fault | None:
    """A record stands in the export under two numbers."""
    fitting = [n for n, count in enumerate(told.counts) if count.good_qty > 1.5 * told.slack and count.scrap_qty <= 2]
    if not told.line.by_hour or not fitting:
        return None
    number = rng.choice(fitting)
    count = told.counts[number]
    if told.by_hour and told.parts()[number].good_qty != count.good_qty:
        return None
    told.counts.append(replace(count, record_id=f"{count.record_id}9"))
    where = told.where(GOOD, number) if told.by_hour else told.all_of(GOOD)
    return Fault(17, DOUBLED, (where,), count.good_qty, 2 * count.good_qty)


def gone(told: Told, _world: World, rng: Random) -> Fault | None:
    """The records of one hour are not in the export."""
    fitting = [n for n, count in enumerate(told.counts) if count.good_qty > 2 * told.slack and count.scrap_qty <= 2]
    if not told.line.by_hour or not told.by_hour or not fitting:
        return None
    number = rng.choice(fitting)
    count = told.counts.pop(number)
    return Fault(17, MISSING, (told.where(GOOD, number),), count.good_qty, None)


def withdrawn(told: Told, _world: World, rng: Random) -> Fault | None:
    """A confirmation was cancelled and never entered again; the report still counts it."""
    fitting = [n for n, count in enumerate(told.counts) if count.good_qty > 2 * told.slack and not _ambiguous(told, n)]
    if told.line.by_hour or told.line.layout_id == "monthly-list" or not fitting:
        return None
    number = rng.choice(fitting)
    count = told.counts[number]
    count.is_cancelled = True
    where = told.all_of(GOOD) if len(told.parts()) == 1 else told.where(GOOD, _run_of(told, count.order_id))
    return Fault(17, CANCELLED, (where,), count.good_qty, 0)


def _ambiguous(told: Told, number: int) -> bool:
    """Whether what is left is half of what was there, so that a double count would explain it as well."""
    count = told.counts[number]
    mine = sum(c.good_qty for c in told.counts if c.order_id == count.order_id)
    every = sum(c.good_qty for c in told.counts)
    return (
        any(abs(total / max(1, total - count.good_qty) - 2) < 0.1 for total in (mine, every)) or mine == count.good_qty
    )


def _run_of(told: Told, order_id: str) -> int:
    return next(n for n, run in enumerate(told.shift.runs) if run.order_id == order_id)


def silent(told: Told, _world: World, rng: Random) -> Fault | None:
    """For two hours nothing was collected; the counter stands still though the line runs."""
    if not told.line.by_hour:
        return None
    first = rng.randrange(1, len(told.counts) - 2)
    gap = told.counts[first : first + 2]
    if min(count.good_qty for count in gap) < told.slack or sum(count.scrap_qty for count in gap) > 1:
        return None
    true = sum(count.good_qty for count in gap)
    for count in gap:
        count.good_qty = count.scrap_qty = 0
    return Fault(17, COUNTER, (told.all_of(GOOD),), true, 0)


def reset(told: Told, _world: World, rng: Random) -> Fault | None:
    """The counter starts again at nothing; the difference of two readings is far below it."""
    fitting = [n for n, count in enumerate(told.counts) if count.good_qty > told.slack]
    if not told.line.by_hour or not fitting:
        return None
    number = rng.choice(fitting)
    true = told.counts[number].good_qty
    told.counts[number].good_qty = true - _LEAP - rng.randrange(3_000)
    where = told.where(GOOD, number) if told.by_hour else told.all_of(GOOD)
    return Fault(17, COUNTER, (where,), true, told.counts[number].good_qty)


SLIPS = {"doubled": doubled, "gone": gone, "withdrawn": withdrawn, "silent": silent, "reset": reset}
