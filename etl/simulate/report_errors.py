"""Mistakes of the people who fill in the report; each changes the draft and says what should be found.

A function returns None, and changes nothing, when the shift does not lend itself to its mistake. Mistakes
of the MES and in the identity of a report: ``identity_errors`` and ``export_errors``.
"""

from __future__ import annotations

from random import Random

from etl.simulate.draft import StopRow
from etl.simulate.labels import GROSS, MISSING, SLIPPED, TRANSPOSED, UNEXPLAINED, Case, Label

AMBIGUOUS_RATIOS = (0.5, 2.0, 10.0, 12.0, 20.0, 24.0, 36.0, 50.0, 100.0, 1000.0)


def looks_like_a_ratio(written: float, true: float) -> bool:
    """Whether another cause, double count or unit slip, would also explain the difference."""
    return true == 0 or any(abs(written / true / ratio - 1) < 0.03 for ratio in AMBIGUOUS_RATIOS)


def typed_total(case: Case, rng: Random) -> Label | None:
    """The total is typed instead of summed, and wrong (rule 1)."""
    true = case.draft.good_total
    offset = max(10, round(true * 0.03)) + rng.randrange(1, 15)
    written = true + rng.choice((-1, 1)) * offset
    case.draft.typed_totals["C"] = written
    cell = case.draft.grid.total_cell("C")
    return Label("typed_total", 1, UNEXPLAINED, "good_qty", true, written, cell, "total typed, not the sum")


def defects_do_not_add_up(case: Case, rng: Random) -> Label | None:
    """One defect's quantity is wrong, so that defects are not scrap (rule 3)."""
    if not case.draft.defects:
        return None
    number = rng.randrange(len(case.draft.defects))
    defect = case.draft.defects[number]
    true = defect.scrap_qty
    defect.scrap_qty += rng.randrange(3, 8)
    cell = case.draft.grid.defect_cell("C", number)
    return Label("defects", 3, UNEXPLAINED, "scrap_qty", true, defect.scrap_qty, cell, "defects are more than scrap")


def stop_ends_before_it_starts(case: Case, rng: Random) -> Label | None:
    """The hour of a stop's end is typed too low (rule 6)."""
    fitting = [
        (number, stop, stop.end_min - 60)
        for number, stop in enumerate(case.draft.stops)
        if 0 <= stop.end_min - 60 < stop.start_min - 1
    ]
    if not fitting:
        return None
    number, stop, end_min = rng.choice(fitting)
    true = case.draft.clock(stop.end_min)
    stop.end_min = end_min
    cell = case.draft.grid.stop_cell("B", number)
    written = case.draft.clock(end_min)
    return Label("stop_order", 6, UNEXPLAINED, "end_at", true, written, cell, "stop ends before it starts")


def stop_duration_is_wrong(case: Case, rng: Random) -> Label | None:
    """The minutes of a stop are not end minus start (rule 6)."""
    if not case.draft.stops:
        return None
    number = rng.randrange(len(case.draft.stops))
    stop = case.draft.stops[number]
    true = stop.downtime_min
    stop.downtime_min += rng.randrange(5, 10)
    cell = case.draft.grid.stop_cell("C", number)
    return Label("stop_duration", 6, UNEXPLAINED, "downtime_min", true, stop.downtime_min, cell, "minutes are wrong")


def stops_overlap(case: Case, rng: Random) -> Label | None:
    """A stop is entered with its start inside the stop before it (rule 7)."""
    stops = case.draft.stops
    fitting = [i for i in range(1, len(stops)) if stops[i - 1].downtime_min >= 8]
    if not fitting:
        return None
    number = rng.choice(fitting)
    stop, before = stops[number], stops[number - 1]
    true = case.draft.clock(stop.start_min)
    start = before.start_min + before.downtime_min // 2
    stops[number] = StopRow(start, start + stop.downtime_min, stop.downtime_min, stop.reason_code)
    cells = tuple(case.draft.grid.stop_cell(column, number) for column in "AB")
    written = case.draft.clock(start)
    return Label("stops_overlap", 7, UNEXPLAINED, "start_at", true, written, cells[0], "stops overlap", cells=cells)


def digits_transposed(case: Case, rng: Random) -> Label | None:
    """Two adjacent digits of one hour change places (rule 17, cause 4)."""
    records = {record.good_qty for record in case.output}
    fitting = []
    for number, hour in enumerate(case.truth.hours):
        for swapped in swaps(hour.good_qty):
            delta = abs(swapped - hour.good_qty)
            clear = delta > 2 * case.good_tolerance and delta not in records
            if clear and not looks_like_a_ratio(swapped, hour.good_qty):
                fitting.append((number, swapped))
    if not fitting:
        return None
    number, written = rng.choice(fitting)
    case.draft.hours[number].good_qty = written
    cell = case.draft.grid.hour_cell("C", number)
    true = case.truth.hours[number].good_qty
    return Label("transposed", 17, TRANSPOSED, "good_qty", true, written, cell, "adjacent digits swapped")


def swaps(value: int) -> list[int]:
    """What comes out when two neighbouring digits of a number change places."""
    digits = str(value)
    swapped = [digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :] for i in range(len(digits) - 1)]
    return [int(text) for text in swapped if text != digits and text[0] != "0"]


def hour_left_blank(case: Case, rng: Random) -> Label | None:
    """The good quantity of one hour was never entered (rule 17, cause 1)."""
    fitting = [i for i, hour in enumerate(case.truth.hours) if hour.good_qty > 3 * case.good_tolerance]
    if not fitting:
        return None
    number = rng.choice(fitting)
    case.draft.hours[number].good_qty = None
    cell = case.draft.grid.hour_cell("C", number)
    true = case.truth.hours[number].good_qty
    return Label("hour_blank", 17, MISSING, "good_qty", true, None, cell, "hour left blank")


def unit_slipped(case: Case, rng: Random) -> Label | None:
    """One hour is ten times (rule 46) or a dozen times (rule 45) too large (cause 3)."""
    fitting = [i for i, hour in enumerate(case.truth.hours) if hour.good_qty > 20]
    if not fitting:
        return None
    number = rng.choice(fitting)
    factor = rng.choice((10, 12))
    true = case.truth.hours[number].good_qty
    case.draft.hours[number].good_qty = true * factor
    cell = case.draft.grid.hour_cell("C", number)
    rule_no = 46 if factor == 10 else 45
    return Label("unit_slip", rule_no, SLIPPED, "good_qty", true, true * factor, cell, f"hour times {factor}")


def scrap_counted_as_good(case: Case, _rng: Random) -> Label | None:
    """Every hour's good includes its scrap (rule 17, cause 7)."""
    scrap, good = case.truth.scrap_qty, case.truth.good_qty
    records = {record.good_qty for record in case.output}
    if scrap < 1.4 * case.good_tolerance or scrap in records or (good + scrap) in swaps(good):
        return None
    cells = []
    for number, (row, hour) in enumerate(zip(case.draft.hours, case.truth.hours, strict=True)):
        row.good_qty = hour.good_qty + hour.scrap_qty
        if hour.scrap_qty:
            cells.append(case.draft.grid.hour_cell("C", number))
    total = case.draft.grid.total_cell("C")
    return Label(
        "gross",
        17,
        GROSS,
        "good_qty",
        good,
        good + scrap,
        total,
        "good includes scrap",
        cells=(total, *cells),
    )


def scrap_differs(case: Case, rng: Random) -> Label | None:
    """More scrap is reported than the MES knows, with its defects (rule 18)."""
    number = rng.randrange(len(case.draft.hours))
    row, defect = case.draft.hours[number], rng.randrange(max(1, len(case.draft.defects)))
    true, total = row.scrap_qty, case.draft.scrap_total
    fitting = [
        more
        for more in (7, 8, 11, 13, 14)
        if more > 2 * max(2.0, 0.1 * total)
        and more != total
        and not looks_like_a_ratio(total + more, total)
        and (true == 0 or not looks_like_a_ratio(true + more, true))
    ]
    if not fitting or not case.draft.defects:
        return None
    more = rng.choice(fitting)
    row.scrap_qty += more
    case.draft.defects[defect].scrap_qty += more
    cells = (case.draft.grid.hour_cell("E", number), case.draft.grid.defect_cell("C", defect))
    return Label(
        "scrap",
        18,
        UNEXPLAINED,
        "scrap_qty",
        true,
        row.scrap_qty,
        cells[0],
        "more scrap than the MES",
        cells=cells,
    )


def stop_is_too_long(case: Case, rng: Random) -> Label | None:
    """One stop is reported far longer than the MES saw it (rule 19)."""
    stops, length = case.draft.stops, len(case.draft.hours) * 60
    allowed = max(30.0, 0.05 * length) + 4
    bounds = [*(stop.start_min for stop in stops[1:]), length]
    fitting = [
        (number, bounds[number] - 2 - stop.end_min)
        for number, stop in enumerate(stops)
        if bounds[number] - 2 - stop.end_min > allowed
    ]
    if not fitting:
        return None
    number, room = rng.choice(fitting)
    stop = stops[number]
    more = rng.randrange(int(allowed), min(room, int(allowed) + 30) + 1)
    true = stop.downtime_min
    stop.end_min += more
    stop.downtime_min += more
    case.draft.spread_stops()
    cells = tuple(case.draft.grid.stop_cell(column, number) for column in "CB")
    return Label(
        "stop_long",
        19,
        UNEXPLAINED,
        "downtime_min",
        true,
        true + more,
        cells[0],
        "stop too long",
        cells=cells,
    )


OF_ANY_SHIFT = {
    "typed_total": typed_total,
    "defects": defects_do_not_add_up,
    "stop_order": stop_ends_before_it_starts,
    "stop_duration": stop_duration_is_wrong,
    "stops_overlap": stops_overlap,
    "transposed": digits_transposed,
    "hour_blank": hour_left_blank,
    "unit_slip": unit_slipped,
    "gross": scrap_counted_as_good,
    "scrap": scrap_differs,
    "stop_long": stop_is_too_long,
}
