"""What people do to cells: letters and sums in numbers, errors, merged cells, dates as numbers, minutes as hours."""

from __future__ import annotations

from datetime import date
from random import Random

from etl.simulate.labels import DOUBLED, SLIPPED, UNEXPLAINED
from etl.simulate.works.told import Edit, Fault, Told, Where
from etl.simulate.works.world import World

GOOD = "good_qty"
_EPOCH = date(1899, 12, 30)


def letter(told: Told, _world: World, rng: Random) -> Fault | None:
    """The letter O stands for a zero."""
    fitting = [n for n, part in enumerate(told.parts()) if part.good_qty > 9 and "0" in str(part.good_qty)]
    if not fitting:
        return None
    number = rng.choice(fitting)
    text = str(told.parts()[number].good_qty)
    return _over(told, number, text.replace("0", "O", 1), 50, UNEXPLAINED)


def typed_sum(told: Told, _world: World, rng: Random) -> Fault | None:
    """``120+30`` typed as a text."""
    fitting = [n for n, part in enumerate(told.parts()) if part.good_qty > 9]
    if not fitting:
        return None
    number = rng.choice(fitting)
    good = told.parts()[number].good_qty
    first = rng.randrange(1, good)
    return _over(told, number, f"{first}+{good - first}", 50, UNEXPLAINED)


def error(told: Told, _world: World, rng: Random) -> Fault | None:
    """A formula lost what it pointed to."""
    return _over(told, rng.randrange(len(told.parts())), rng.choice(("#REF!", "#VALUE!")), 13, UNEXPLAINED)


def _over(told: Told, number: int, content: str, rule_no: int, cause: int) -> Fault:
    where = told.where(GOOD, number)
    true = told.parts()[number].good_qty
    told.edits.append(Edit(where, content))
    return Fault(rule_no, cause, (where,), true, content)


def merged(told: Told, _world: World, rng: Random) -> Fault | None:
    """Two hours are merged; the one that is hidden keeps the value of both."""
    hours = told.shift.hours
    if told.line.layout_id not in {"shift-sheet", "hourly-log"}:
        return None
    fitting = [
        n for n in range(len(hours) // 2 - 1) if hours[n].good_qty > 2 * told.slack and hours[n + 1].good_qty > 0
    ]
    if not fitting:
        return None
    number = rng.choice(fitting)
    both = hours[number].good_qty + hours[number + 1].good_qty
    told.write(number, good=both)
    told.write(number + 1, good=both)
    told.edits.append(Edit(told.where(GOOD, number), below=True))
    return Fault(47, DOUBLED, (told.where(GOOD, number + 1),), 0, both)


def date_serial(told: Told, _world: World, _rng: Random) -> Fault | None:
    """The date is the bare number that a spreadsheet keeps for it."""
    if told.line.layout_id not in {"shift-sheet", "hourly-log"}:
        return None
    where = Where("production_date", table="report")
    day = told.shift.production_date
    told.edits.append(Edit(where, (day - _EPOCH).days))
    return Fault(48, UNEXPLAINED, (where,), day, (day - _EPOCH).days)


def hours_for_minutes(told: Told, _world: World, rng: Random) -> Fault | None:
    """The minutes of a stop are written as hours, or the wrong way round midnight."""
    stops = [(n, s.end_min - s.start_min) for n, s in enumerate(told.shift.stops)]
    fitting = [(n, length) for n, length in stops if length >= 9]
    if told.line.layout_id not in {"shift-sheet", "daily-book"} or not fitting:
        return None
    number, length = rng.choice(fitting)
    hours = round(length / 60, 2)
    as_hours = rng.random() < 0.5 and abs(hours * 60 / length - 1) < 0.005
    written = hours if as_hours else 1440 - length
    where = Where("downtime_min", table="report_stop", nth=number)
    told.edits.append(Edit(where, written))
    return Fault(49, SLIPPED if as_hours else UNEXPLAINED, (where,), length, written)


SLIPS = {
    "letter": letter,
    "typed_sum": typed_sum,
    "error": error,
    "merged": merged,
    "date_serial": date_serial,
    "hours_for_minutes": hours_for_minutes,
}
