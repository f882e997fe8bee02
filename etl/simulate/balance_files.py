"""Files of the plant of ``balance``: reports, MES, confirmations, goods issues and attendance, day by day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import polars as pl

from etl.simulate.day import set_time
from etl.simulate.exporters import OUTPUT, sap
from etl.simulate.exporters.resources import ATTENDANCE, MATERIAL, attendance, goods_issues
from etl.simulate.exports import OutputRecord, write_output, write_stops
from etl.simulate.labels import Case
from etl.simulate.plant import ZONES
from etl.simulate.schedule import Slot
from etl.simulate.workbook import report_name, write_workbook

PLANT, DELIVERS, TAKES, CONFIRMS = "P1", "L01", "L02", "L03"


@dataclass(slots=True)
class Made:
    """Everything that was written about the plant. ``withdrawn``: records by ``id`` that the ERP withdrew."""

    cases: list[Case] = field(default_factory=list)
    rows: list[dict[str, object]] = field(default_factory=list)
    withdrawn: set[int] = field(default_factory=set)


def people_at_work(slot: Slot) -> int:
    """How many a line has in a shift."""
    return 3 + int(slot.line_id[1:]) + slot.shift_no % 2


def write_files(home: Path, made: Made, rng: Random) -> None:
    """One workbook a line and day, and the exports of that day."""
    reports, mes = home / "inbox" / "reports", home / "inbox" / "mes"
    by_day: dict[date, list[Case]] = {}
    for case in made.cases:
        by_day.setdefault(case.truth.slot.production_date, []).append(case)
    for day, cases in by_day.items():
        end = max(case.truth.slot.end_at for case in cases)
        for line in (DELIVERS, TAKES, CONFIRMS):
            mine = [case.draft for case in cases if case.truth.slot.line_id == line]
            if mine:
                path = reports / report_name(PLANT, line, day)
                write_workbook(path, mine)
                set_time(path, end + timedelta(minutes=25))
        counted = [case for case in cases if case.truth.slot.line_id != CONFIRMS]
        confirmed = [case for case in cases if case.truth.slot.line_id == CONFIRMS]
        write_output(mes / f"mes_output_{day:%Y%m%d}.csv", [r for case in counted for r in case.output])
        write_stops(mes / f"mes_stop_{day:%Y%m%d}.csv", [s for case in cases for s in case.stops])
        files = {
            f"afru_{day:%Y%m%d}.txt": _confirmations(confirmed, made, rng),
            f"mb51_{day:%Y%m%d}.txt": goods_issues(_issues(confirmed, made, rng), ZONES[PLANT], PLANT),
            f"attendance_{day:%Y%m%d}.csv": attendance(_present(cases, rng)),
        }
        for name, content in files.items():
            (mes / name).write_bytes(content)
        for path in mes.glob(f"*_{day:%Y%m%d}.*"):
            set_time(path, end + timedelta(minutes=5))


def _confirmations(cases: list[Case], made: Made, rng: Random) -> bytes:
    """One confirmation an hour. Some are withdrawn, as they should be, before the report is written."""
    records = [record for case in cases for record in case.output]
    again = [_again(r) for r in records if rng.random() < 0.02 and r.good_qty]
    rows, gone = [], []
    for number, record in enumerate([*records, *again], start=1):
        key = f"{record.slot.production_date:%y%m%d}{number:03}"
        end = record.start_at + timedelta(hours=1)
        what = (record.slot.order_id, record.slot.product.product_id, float(record.good_qty), float(record.scrap_qty))
        rows.append((key, record.slot.line_id, record.start_at, end, *what))
        if id(record) in made.withdrawn or number > len(records):
            gone.append(key)
    frame = pl.DataFrame(rows, schema=OUTPUT, orient="row")
    return sap.confirmations(frame, ZONES[PLANT], PLANT, reversed_ids=gone)


def _again(record: OutputRecord) -> OutputRecord:
    """The same once more."""
    return OutputRecord(record.slot, record.start_at, record.good_qty, record.scrap_qty)


def _issues(cases: list[Case], made: Made, rng: Random) -> pl.DataFrame:
    """Material of a shift, issued in bags at two moments, a little of it returned at the end."""
    rows: list[tuple[str, str, datetime, str, str, float]] = []
    for case in cases:
        slot = case.truth.slot
        pieces = sum(r.good_qty + r.scrap_qty for r in case.output if id(r) not in made.withdrawn)
        used = pieces * slot.product.piece_weight_g / 1000 * rng.uniform(0.994, 1.006)
        parts = (0.6 * used, 0.45 * used, -0.05 * used)
        for number, part in enumerate(parts):
            at = slot.start_at + timedelta(hours=1 + 3 * number)
            key = f"{slot.production_date:%y%m%d}{slot.shift_no}{number}"
            rows.append((key, slot.line_id, at, slot.order_id, f"R-{slot.product.product_id[:2]}", round(part, 3)))
    return pl.DataFrame(rows, schema=MATERIAL, orient="row")


def _present(cases: list[Case], rng: Random) -> pl.DataFrame:
    """Who was there: now and then one more or less than the leader counted."""
    rows = []
    for case in cases:
        slot = case.truth.slot
        people = people_at_work(slot) + rng.choice((0, 0, 0, 0, 1, -1))
        rows += [(slot.line_id, slot.production_date, slot.shift_id, f"{slot.line_id}-{n:02}") for n in range(people)]
    return pl.DataFrame(rows, schema=ATTENDANCE, orient="row")
