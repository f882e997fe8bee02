"""Reports under a wrong order, product, shift or date, missing ones, and errors on the side of the MES.

Mistakes in quantities and stops of a report: ``report_errors``. How they are found: ``mistakes``.
"""

from __future__ import annotations

from random import Random

from etl.simulate import draft as sheet
from etl.simulate.exports import OutputRecord
from etl.simulate.labels import DOUBLED, MISSING, UNEXPLAINED, WRONG_ORDER, Case, Label
from etl.simulate.plant import THREE_SHIFTS, TWO_SHIFTS, UNKNOWN_PRODUCT


def wrong_order(case: Case, _rng: Random) -> Label | None:
    """The order of another line stands in the head (rule 22)."""
    if case.other_order is None:
        return None
    true, case.draft.order_text = case.draft.order_text, case.other_order
    return Label(
        "wrong_order",
        22,
        WRONG_ORDER,
        "order_id",
        true,
        case.other_order,
        sheet.ORDER_CELL,
        "order of another line",
    )


def unknown_product(case: Case, _rng: Random) -> Label | None:
    """The product in the head is not in the master data (rule 39)."""
    true, case.draft.product_text = case.draft.product_text, UNKNOWN_PRODUCT
    return Label(
        "unknown_product",
        39,
        UNEXPLAINED,
        "product_id",
        true,
        UNKNOWN_PRODUCT,
        sheet.PRODUCT_CELL,
        "unknown product",
    )


def wrong_shift(case: Case, rng: Random) -> Label | None:
    """The head names another shift than the sheet (rule 43)."""
    shifts = TWO_SHIFTS if case.truth.slot.plant_id == "P2" else THREE_SHIFTS
    true = case.draft.shift_text
    case.draft.shift_text = rng.choice([row[1] for row in shifts if row[1] != true])
    return Label(
        "wrong_shift",
        43,
        UNEXPLAINED,
        "shift_id",
        true,
        case.draft.shift_text,
        sheet.SHIFT_CELL,
        "head and sheet name disagree on the shift",
    )


def missing_report(_case: Case, _rng: Random) -> Label | None:
    """The sheet of the shift was never filled in (rule 42)."""
    return Label("missing_report", 42, MISSING, "report", "expected", None, None, "no report of this shift")


def record_doubled(case: Case, rng: Random) -> Label | None:
    """The MES has one record twice, under two numbers (rule 17, cause 2)."""
    fitting = [r for r in case.output if r.good_qty > 1.5 * case.good_tolerance and r.scrap_qty <= 2]
    if not fitting:
        return None
    best = max(record.good_qty for record in fitting)
    record = rng.choice([r for r in fitting if r.good_qty >= 0.9 * best])
    copy = OutputRecord(record.slot, record.start_at, record.good_qty, record.scrap_qty)
    case.output.append(copy)
    return Label(
        "record_doubled",
        17,
        DOUBLED,
        "good_qty",
        0,
        record.good_qty,
        None,
        "MES record twice",
        report_cell=_hour_cell(case, record),
        is_in_export=True,
        record=copy,
    )


def records_missing(case: Case, rng: Random) -> Label | None:
    """The MES has no records of one hour (rule 17, cause 1)."""
    fitting = [hour for hour in case.truth.hours if hour.good_qty > 3 * case.good_tolerance and hour.scrap_qty <= 2]
    if not fitting:
        return None
    hour = rng.choice(fitting)
    gone = {interval.start_at for interval in hour.intervals}
    first = next(record for record in case.output if record.start_at in gone)
    case.output[:] = [record for record in case.output if record.start_at not in gone]
    return Label(
        "records_missing",
        17,
        MISSING,
        "good_qty",
        hour.good_qty,
        None,
        None,
        "MES records of an hour missing",
        report_cell=_hour_cell(case, first),
        is_in_export=True,
    )


def _hour_cell(case: Case, record: OutputRecord) -> str:
    hour = int((record.start_at - record.slot.start_at).total_seconds()) // 3600
    return case.draft.grid.hour_cell("C", hour)


OF_ANY_SHIFT = {
    "records_missing": records_missing,
    "record_doubled": record_doubled,
    "wrong_order": wrong_order,
    "unknown_product": unknown_product,
    "missing_report": missing_report,
    "wrong_shift": wrong_shift,
}
