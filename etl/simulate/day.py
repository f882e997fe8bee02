"""One production day of all lines: truth, reports, exports, mistakes. Which mistakes: ``plan``."""

from __future__ import annotations

import os
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from etl.simulate.draft import ReportDraft, miscount, write_down
from etl.simulate.exports import OutputRecord, StopRecord, record_shift, write_output, write_stops
from etl.simulate.labels import UNEXPLAINED, Case, Label, label_row
from etl.simulate.mistakes import falsify
from etl.simulate.plan import CORRECTED
from etl.simulate.schedule import Slot
from etl.simulate.truth import make_truth
from etl.simulate.workbook import report_name, write_workbook


@dataclass(frozen=True, slots=True)
class DayJob:
    """What is needed to make one production day."""

    home: Path
    slots: tuple[Slot, ...]
    kinds: dict[str, str]
    other_orders: dict[str, str]
    seed: int
    interval_min: int
    through: datetime | None


@dataclass(slots=True)
class _Shift:
    case: Case
    kind: str | None
    label: Label | None = None

    @property
    def is_reported(self) -> bool:
        return self.kind is None or self.label is None or self.label.kind != "missing_report"


def make_day(job: DayJob) -> list[dict[str, object]]:
    """Write the day's workbooks and exports. Returns rows for the frame of labels."""
    shifts = [_make_shift(job, slot) for slot in job.slots]
    seen = [_seen(shift.case, job) for shift in shifts]
    where = _write_exports(job, [r for output, _ in seen for r in output], [s for _, stops in seen for s in stops])
    by_line: dict[str, list[_Shift]] = {}
    for shift in shifts:
        if job.through is None or shift.case.truth.slot.end_at <= job.through:
            by_line.setdefault(shift.case.truth.slot.line_id, []).append(shift)
    for of_line in by_line.values():
        _write_reports(job.home / "inbox" / "reports", of_line)
    return [_place(shift, where, job) for of_line in by_line.values() for shift in of_line if shift.label]


def _make_shift(job: DayJob, slot: Slot) -> _Shift:
    truth = make_truth(slot, job.seed, job.interval_min)
    output, stops = record_shift(truth)
    other = job.other_orders.get(f"{slot.line_id}/{slot.production_date}")
    case = Case(truth, write_down(truth), output, stops, other)
    kind = job.kinds.get(slot.key)
    if kind is None:
        miscount(case.draft, job.seed)
        return _Shift(case, None)
    rng = Random(f"{job.seed}/{slot.key}/{kind}")
    label = _corrected(case) if kind == CORRECTED else falsify(case, kind, rng)
    return _Shift(case, kind, label)


def _corrected(case: Case) -> Label:
    """The first version will be written with one hour wrong; this is what the second one says."""
    true = case.draft.hours[0].good_qty
    cell = case.draft.grid.hour_cell("C", 0)
    return Label(CORRECTED, 40, UNEXPLAINED, "good_qty", true, true, cell, "second version of a report")


def _seen(case: Case, job: DayJob) -> tuple[list[OutputRecord], list[StopRecord]]:
    """The records that exist at this moment."""
    if job.through is None:
        return case.output, case.stops
    latest = job.through - timedelta(minutes=job.interval_min)
    return (
        [record for record in case.output if record.start_at <= latest],
        [stop for stop in case.stops if stop.end_at <= job.through],
    )


def _write_exports(job: DayJob, output: list[OutputRecord], stops: list[StopRecord]) -> dict[int, str]:
    day = f"{job.slots[0].production_date:%Y%m%d}"
    folder = job.home / "inbox" / "mes"
    if not output:
        return {}
    written_at = max(slot.end_at for slot in job.slots) + timedelta(minutes=5)
    written_at = min(written_at, job.through) if job.through else written_at
    where = write_output(folder / f"mes_output_{day}.csv", output)
    write_stops(folder / f"mes_stop_{day}.csv", stops)
    for kind in ("output", "stop"):
        set_time(folder / f"mes_{kind}_{day}.csv", written_at)
    return where


def _write_reports(folder: Path, shifts: list[_Shift]) -> None:
    drafts = [shift.case.draft for shift in shifts if shift.is_reported]
    if not drafts:
        return
    slot = drafts[0].slot
    handed_in = max(draft.slot.end_at for draft in drafts) + timedelta(minutes=25)
    first = folder / report_name(slot.plant_id, slot.line_id, slot.production_date)
    corrected = [shift.case.draft for shift in shifts if shift.kind == CORRECTED]
    write_workbook(first, [_uncorrected(d) if d in corrected else d for d in drafts])
    set_time(first, handed_in)
    if corrected:
        second = folder / report_name(slot.plant_id, slot.line_id, slot.production_date, "_v2")
        write_workbook(second, drafts)
        set_time(second, handed_in + timedelta(hours=2))


def _uncorrected(draft: ReportDraft) -> ReportDraft:
    wrong = deepcopy(draft)
    wrong.hours[0].good_qty = (wrong.hours[0].good_qty or 0) + 31
    return wrong


def set_time(path: Path, instant: datetime) -> None:
    """A file is as old as its shift, on every machine and in every run."""
    seconds = instant.replace(tzinfo=UTC).timestamp()
    os.utime(path, (seconds, seconds))


def _place(shift: _Shift, where: dict[int, str], job: DayJob) -> dict[str, object]:
    """Name the files in which the wrong value stands and the report that is concerned."""
    label, slot = shift.label, shift.case.truth.slot
    if label is None:
        raise AssertionError("only shifts with a label are placed")
    suffix = "_v2" if label.kind == CORRECTED else ""
    report = report_name(slot.plant_id, slot.line_id, slot.production_date, suffix)
    sheet = shift.case.draft.sheet_name
    if label.kind == "missing_report":
        return label_row(label, slot)
    places: dict[str, object] = {"report_file": report, "report_sheet": sheet}
    if not label.is_in_export:
        return label_row(label, slot, **places, source_file=report, source_sheet=sheet)
    export = f"mes_output_{slot.production_date:%Y%m%d}.csv"
    line = where.get(id(label.record)) if label.record else None
    return label_row(label, slot, **places, source_file=export, source_cell=line)
