"""Files that do not belong or cannot be read, and a report from the future."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import xlsxwriter

from etl.simulate.day import set_time
from etl.simulate.draft import DATE_CELL, write_down
from etl.simulate.labels import UNEXPLAINED, Label, label_row
from etl.simulate.schedule import Slot
from etl.simulate.truth import make_truth
from etl.simulate.workbook import report_name, write_workbook


def write_broken_files(folder: Path, last: Slot, seed: int) -> None:
    """One workbook in a layout nobody knows, one cut off in transfer, one that is text."""
    book = xlsxwriter.Workbook(str(folder / "weekly_energy_overview.xlsx"), {"in_memory": True})
    book.set_properties({"created": last.start_at})
    sheet = book.add_worksheet("Energy")
    sheet.write_row(0, 0, ("Meter", "kWh peak", "kWh off-peak", "Comment"))
    for row in range(1, 6):
        sheet.write_row(row, 0, (f"M{row}", 120 + row, 80 - row, ""))
    book.close()
    whole = folder / "cut_off.tmp"
    write_workbook(whole, [write_down(make_truth(last, seed))])
    content = whole.read_bytes()
    whole.unlink()
    (folder / "report_cut_off.xlsx").write_bytes(content[: len(content) // 2])
    (folder / "notes_renamed.xlsx").write_text("Line 3: see the paper report\n", encoding="utf-8")
    for name in ("weekly_energy_overview.xlsx", "report_cut_off.xlsx", "notes_renamed.xlsx"):
        set_time(folder / name, last.end_at)


def write_future_report(folder: Path, slot: Slot, last_day: date, seed: int) -> dict[str, object]:
    """A report dated a year ahead (rule 44). Returns its label."""
    draft = write_down(make_truth(slot, seed))
    future = last_day + timedelta(days=365)
    draft.production_date = future
    name = report_name(slot.plant_id, slot.line_id, future)
    write_workbook(folder / name, [draft])
    set_time(folder / name, slot.end_at + timedelta(minutes=30))
    label = Label(
        "future",
        44,
        UNEXPLAINED,
        "production_date",
        last_day,
        future,
        DATE_CELL,
        "report dated in the future",
    )
    places = {"source_file": name, "source_sheet": draft.sheet_name}
    return label_row(label, slot, **places, report_file=name, report_sheet=draft.sheet_name, production_date=future)
