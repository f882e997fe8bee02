"""Mistakes that show in two places: another shift, another order, another sheet. And a sheet that is not there."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from etl.simulate.labels import MISSING, WRONG_ORDER
from etl.simulate.works.told import Fault, Told, Where
from etl.simulate.works.world import World

BOUNDARY, COPIED = 5, 8
_FEWEST_HOURS = 8


def boundary(told: Told, world: World, rng: Random) -> Fault | None:
    """The last pieces of a shift are noted in the next one."""
    after = world.beside(told, 1)
    if after is None or told.by_hour != after.by_hour:
        return None
    if not told.by_hour and (len(told.parts()) != 1 or len(after.parts()) != 1):
        return None
    last, moved = len(told.parts()) - 1, int(2.5 * max(told.slack, after.slack)) + rng.randrange(3)
    here, there = told.counted(last), after.counted(0)
    records = {count.good_qty for count in (*told.counts, *after.counts)}
    if here <= moved + 5 or moved in records:
        return None
    told.write(last, good=here - moved)
    after.write(0, good=there + moved)
    return Fault(
        17,
        BOUNDARY,
        (told.where("good_qty", last),),
        here,
        here - moved,
        ((after.shift.report_id, after.where("good_qty", 0)),),
    )


def other_order(told: Told, _world: World, rng: Random) -> Fault | None:
    """Pieces of one order are booked to the other one of the shift."""
    runs = told.shift.runs
    if told.by_hour or len(runs) != 2:
        return None
    moved = int(2.5 * told.slack) + rng.randrange(5)
    first = rng.randrange(2)
    if runs[first].good_qty <= 2 * moved:
        return None
    told.write(first, good=runs[first].good_qty - moved)
    told.write(1 - first, good=runs[1 - first].good_qty + moved)
    where = tuple(told.where("good_qty", n) for n in range(2))
    return Fault(17, WRONG_ORDER, where, runs[first].good_qty, runs[first].good_qty - moved)


def order_in_the_head(told: Told, world: World, rng: Random) -> Fault | None:
    """The head names an order that another line makes."""
    others = {t.shift.runs[0].order_id for t in world.shifts if t.line != told.line and t.plant is told.plant}
    named = {"shift-sheet", "hourly-log", "daily-book"}
    if told.line.layout_id not in named:
        return None
    true = told.shift.runs[0].order_id
    other = rng.choice(sorted(others))
    told.shift = replace(told.shift, runs=(replace(told.shift.runs[0], order_id=other),))
    return Fault(22, WRONG_ORDER, (Where("order_id"),), true, other)


def copied(told: Told, world: World, _rng: Random) -> Fault | None:
    """The sheet is that of the day before, with another date."""
    former = world.days_before(told, 1)
    if former is None or not told.by_hour or former.fault or not former.is_reported:
        return None
    if len(former.shift.hours) < _FEWEST_HOURS or not former.is_free or former.edits:
        return None
    run = replace(former.shift.runs[0], order_id=told.shift.runs[0].order_id, product_id=told.shift.runs[0].product_id)
    told.shift = replace(told.shift, hours=former.shift.hours, stops=former.shift.stops, runs=(run,))
    return Fault(41, COPIED, (Where("production_date", table="report"),), None, None)


def missing(told: Told, world: World, _rng: Random) -> Fault | None:
    """The report was never handed in."""
    if world.beside(told, 4) is None or told.line.layout_id == "wip-ledger":
        return None
    told.is_reported = False
    return Fault(42, MISSING, (), "expected", None)


SLIPS = {
    "boundary": boundary,
    "other_order": other_order,
    "order_in_the_head": order_in_the_head,
    "copied": copied,
    "missing": missing,
}
