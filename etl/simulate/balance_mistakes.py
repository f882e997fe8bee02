"""Mistakes in figures of whole shifts and in single stops, and shifts that really were out of the usual.

As in ``report_errors`` each says what should be found, and returns None when the shift does not lend itself to it.
Where they are made: ``balance``. Mistakes in ledgers: ``balance_ledger``.
"""

from __future__ import annotations

from random import Random

from etl.simulate.draft import StopRow
from etl.simulate.exports import OutputRecord
from etl.simulate.figures import Figures
from etl.simulate.labels import UNEXPLAINED, WITHDRAWN, Case, Label

SLOW = 0.6
REJECTED = 0.3
SHORT = 0.035
"""Share of a day that a taking line loses without a word: more than flows tolerate, less than its shifts' rules see."""


def _figures(case: Case) -> Figures:
    if case.draft.figures is None:
        raise AssertionError("this plant writes figures of the shift")
    return case.draft.figures


def _typed(case: Case, kind: str, rule_no: int, measure: str, written: float) -> Label:
    figures = _figures(case)
    true = getattr(figures, measure)
    setattr(figures, measure, written)
    cell = case.draft.grid.figure_cell(measure)
    return Label(kind, rule_no, UNEXPLAINED, measure, true, written, cell, f"{measure} is typed wrong")


def counter_end_is_wrong(case: Case, rng: Random) -> Label | None:
    """The counter at the end is misread (rule 10)."""
    return _typed(case, "counter_end", 10, "counter_end", _number(case, "counter_end") + rng.randrange(11, 90))


def counter_start_is_wrong(case: Case, rng: Random) -> Label | None:
    """The counter at the start is not where it ended (rule 27)."""
    start = _number(case, "counter_start")
    return _typed(case, "counter_start", 27, "counter_start", start + rng.randrange(11, 90)) if start else None


def yield_is_wrong(case: Case, rng: Random) -> Label | None:
    """The yield is not what the quantities give (rule 14)."""
    return _typed(case, "yield", 14, "yield_pct", round(_number(case, "yield_pct") - rng.uniform(1.5, 6), 1))


def nobody_at_work(case: Case, _rng: Random) -> Label | None:
    """The people are entered as none (rule 15)."""
    _figures(case).labour_h = 0.0
    return _typed(case, "nobody", 15, "headcount", 0.0)


def headcount_is_wrong(case: Case, rng: Random) -> Label | None:
    """More people than attendance knows (rule 33)."""
    return _typed(case, "headcount", 33, "headcount", _number(case, "headcount") + rng.randrange(3, 5))


def too_many_hours(case: Case, rng: Random) -> Label | None:
    """More hours than the people can have worked (rule 34)."""
    return _typed(case, "labour", 34, "labour_h", round(_number(case, "labour_h") * rng.uniform(1.3, 1.9)))


def material_is_wrong(case: Case, rng: Random) -> Label | None:
    """More material than is in the pieces (rule 30)."""
    if _figures(case).material_kg is None:
        return None
    return _typed(case, "material", 30, "material_kg", round(_number(case, "material_kg") * rng.uniform(1.04, 1.3), 1))


def too_much_packed(case: Case, rng: Random) -> Label | None:
    """More is packed than there was (rule 31)."""
    packs = rng.randrange(2, 6) * case.truth.slot.product.pack_size
    return _typed(case, "packed", 31, "packed_qty", _number(case, "packed_qty") + packs)


def _number(case: Case, measure: str) -> float:
    value = getattr(_figures(case), measure)
    return float(value) if isinstance(value, int | float) else 0.0


def stop_at_another_time(case: Case, rng: Random) -> Label | None:
    """A stop of the right length stands an hour away from where it was (rule 23)."""
    stops = case.draft.stops
    length = len(case.draft.hours) * 60
    places = [
        (number, moved)
        for number, stop in enumerate(stops)
        if stop.downtime_min >= 17
        for moved in (stop.start_min - 90, stop.start_min + 90)
        if moved >= 10
        and moved + stop.downtime_min <= length - 10
        and all(
            moved + stop.downtime_min + 40 <= other.start_min or other.end_min + 40 <= moved
            for n, other in enumerate(stops)
            if n != number
        )
    ]
    if not places:
        return None
    number, start = rng.choice(places)
    stop = stops[number]
    true = case.draft.clock(stop.start_min)
    stops[number] = StopRow(start, start + stop.downtime_min, stop.downtime_min, stop.reason_code)
    cell = case.draft.grid.stop_cell("A", number)
    return Label(
        "stop_moved", 23, UNEXPLAINED, "start_min", true, case.draft.clock(start), cell, "stop at another time"
    )


def reason_of_another_class(case: Case, rng: Random) -> Label | None:
    """A breakdown is entered as a changeover (rule 23)."""
    fitting = [n for n, s in enumerate(case.draft.stops) if s.downtime_min >= 17 and s.reason_code.startswith("D")]
    if not fitting:
        return None
    number = rng.choice(fitting)
    stop = case.draft.stops[number]
    true, stop.reason_code = stop.reason_code, "S01"
    cell = case.draft.grid.stop_cell("D", number)
    return Label("reason_class", 23, UNEXPLAINED, "loss_category", true, "S01", cell, "reason of another class")


def withdrawn_is_counted(case: Case, rng: Random) -> Label | None:
    """A confirmation is withdrawn in the ERP, and the report counts it all the same (rule 25)."""
    fitting = [n for n, hour in enumerate(case.truth.hours) if hour.good_qty > 3 * case.good_tolerance]
    if not fitting or case.draft.figures is None:
        return None
    number = rng.choice(fitting)
    hour, row = case.truth.hours[number], case.draft.hours[number]
    record = OutputRecord(case.truth.slot, hour.start_at, hour.good_qty, 0)
    case.output.append(record)
    row.good_qty = hour.good_qty * 2
    cell = case.draft.grid.hour_cell("C", number)
    label = Label("withdrawn", 25, WITHDRAWN, "good_qty", hour.good_qty, row.good_qty, cell, "withdrawn record counted")
    label.record = record
    return label


def rejected_without_a_word(case: Case) -> Label:
    """A third of a shift's pieces is scrap, and nothing says why (rule 12). No cell is wrong."""
    for row, record in zip(case.draft.hours, case.output, strict=True):
        bad = round((row.good_qty or 0) * REJECTED)
        row.good_qty = (row.good_qty or 0) - bad
        row.scrap_qty += bad
        record.good_qty, record.scrap_qty = row.good_qty, row.scrap_qty
    case.draft.defects.clear()
    total = case.draft.scrap_total
    return Label("rejected", 12, UNEXPLAINED, "scrap_qty", total, total, None, "scrap without an explanation")


def slow_shift(case: Case) -> Label:
    """Much less was made than usual, and all sources say so (rule 36). No cell is wrong."""
    for row, record in zip(case.draft.hours, case.output, strict=True):
        row.good_qty = record.good_qty = round((row.good_qty or 0) * SLOW)
    return Label("slow", 36, UNEXPLAINED, "rate_per_h", None, case.draft.good_total, None, "far less than usual")


EVENTS = {"rejected": rejected_without_a_word, "slow": slow_shift}
"""What happened before anybody wrote it down: figures of the shift follow from it."""
MISTAKES = {
    "counter_end": counter_end_is_wrong,
    "counter_start": counter_start_is_wrong,
    "yield": yield_is_wrong,
    "nobody": nobody_at_work,
    "headcount": headcount_is_wrong,
    "labour": too_many_hours,
    "material": material_is_wrong,
    "packed": too_much_packed,
    "stop_moved": stop_at_another_time,
    "reason_class": reason_of_another_class,
    "withdrawn": withdrawn_is_counted,
}
"""By kind. Ledgers and flows concern more than one shift: ``balance``."""
