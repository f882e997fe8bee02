"""The job as one would write it in an afternoon: openpyxl cell by cell, pandas to merge and compare.

It is what the year benchmark holds ShiftLedger against; nothing else uses it.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import openpyxl
import pandas as pd

ZONES = {"P1": "Asia/Shanghai", "P2": "Europe/Berlin"}


def compare_plainly(home: Path, workbooks: list[Path], days: set[str]) -> int:
    """Hours, stops and defects of these workbooks against the MES of these days. Returns rows that differ."""
    hours: list[dict[str, object]] = []
    stops: list[dict[str, object]] = []
    defects: list[dict[str, object]] = []
    for path in workbooks:
        book = openpyxl.load_workbook(path, data_only=True)
        for sheet in book.worksheets:
            _read_sheet(path, sheet, hours, stops, defects)
    report = pd.DataFrame(hours)
    mes = home / "inbox" / "mes"
    output = pd.concat([pd.read_csv(mes / f"mes_output_{day}.csv") for day in sorted(days)])
    output["hour"] = pd.to_datetime(output["hour_start_utc"]).dt.tz_localize(None).dt.floor("h")
    by_hour = output.groupby(["line", "hour", "order", "product"], as_index=False)[["good_qty", "scrap_qty"]].sum()
    both = report.merge(by_hour, on=["line", "hour", "order", "product"], how="outer", suffixes=("", "_mes"))
    shift = both.groupby(["line", "date", "shift"])[["good_qty", "good_qty_mes", "scrap_qty", "scrap_qty_mes"]].sum()
    differs = (shift["good_qty"] - shift["good_qty_mes"]).abs() > (shift["good_qty_mes"] * 0.005).clip(lower=2)
    mes_stops = pd.concat([pd.read_csv(mes / f"mes_stop_{day}.csv") for day in sorted(days)])
    reported_min = pd.DataFrame(stops).groupby("line")["minutes"].sum()
    known_min = mes_stops.groupby("line")["minutes"].sum()
    listed = pd.DataFrame(defects).groupby(["line", "date", "shift"])["scrap_qty"].sum()
    unlisted = (listed - shift["scrap_qty"]).abs() > 0
    return int(differs.sum() + unlisted.sum() + ((reported_min - known_min).abs() > 10).sum())


def _read_sheet(
    path: Path,
    sheet: openpyxl.worksheet.worksheet.Worksheet,
    hours: list[dict[str, object]],
    stops: list[dict[str, object]],
    defects: list[dict[str, object]],
) -> None:
    """Every value with the file, sheet and cell it came from, as ShiftLedger keeps them."""
    if sheet["A3"].value != "日期 Date":
        return
    day, line, part = sheet["B3"].value, sheet["H3"].value, "hours"
    key = {"line": line, "date": day, "shift": sheet["E3"].value, "file": path.name, "sheet": sheet.title}
    zone, last = ZONES[path.name[:2]], None
    for row in range(7, sheet.max_row + 1):
        first = sheet.cell(row, 1).value
        if first in {None, "合计 Total", "开始 Start", "代码 Code"}:
            continue
        if first in {"停机记录 Downtime log", "不良明细 Defects", "制表"}:
            part = {"停机记录 Downtime log": "stops", "不良明细 Defects": "defects", "制表": "end"}[first]
            continue
        values = [sheet.cell(row, column).value for column in range(1, 8)]
        cells = [sheet.cell(row, column).coordinate for column in range(1, 8)]
        where = {"cells": cells, "raw": [str(value) for value in values]}
        if part == "hours":
            hour = pd.Timestamp(f"{day:%Y-%m-%d} {first[:5]}").tz_localize(
                zone, ambiguous=True, nonexistent="shift_forward"
            )
            hour = hour + timedelta(days=1) if last is not None and hour < last else hour
            last = last or hour
            head = {"order": sheet["E4"].value, "product": sheet["H4"].value}
            numbers = {"planned_qty": values[1], "good_qty": values[2], "scrap_qty": values[4], "stop_min": values[5]}
            at = hour.tz_convert("UTC").tz_localize(None)
            hours.append({**key, **where, **head, "hour": at, **numbers})
        elif part == "stops":
            stops.append({**key, **where, "start": first, "end": values[1], "minutes": values[2], "reason": values[3]})
        elif part == "defects":
            defects.append({**key, **where, "defect": first, "scrap_qty": values[2]})
