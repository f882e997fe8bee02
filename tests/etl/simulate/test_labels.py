"""A plain reading of the site finds each injected error, and nothing where none was injected."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from etl.simulate import make_site
from etl.simulate.draft import FIRST_HOUR_ROW, STOP_ROWS, Grid

CHECKED = {1, 3, 6, 7, 17, 18, 19, 22}
SHOWS_AS = {45: 17, 46: 17}
"""A slip of unit or separator is a difference of good pieces to this plain reading."""
Key = tuple[str, str, str]


def failing_rules(sheet: Any, mes: dict[str, Any]) -> set[int]:
    """Numbers of the rules that one sheet breaks, with the tolerances of the catalogue."""
    rows = range(FIRST_HOUR_ROW, FIRST_HOUR_ROW + 14)
    hours = next(row for row in rows if sheet.cell(row, 1).value == "合计 Total") - FIRST_HOUR_ROW
    grid = Grid(hours)
    good = sum(sheet[grid.hour_cell("C", hour)].value or 0 for hour in range(hours))
    scrap = sum(sheet[grid.hour_cell("E", hour)].value for hour in range(hours))
    defects = sum(sheet[grid.defect_cell("C", i)].value or 0 for i in range(6))
    start = clock(sheet.cell(FIRST_HOUR_ROW, 1).value[:5])
    stops = []
    for number in range(STOP_ROWS):
        begin, end, minutes = (sheet[grid.stop_cell(column, number)].value for column in "ABC")
        if begin is not None:
            stops.append(((clock(begin) - start) % 1440, (clock(end) - start) % 1440, minutes))
    in_order = sorted(stop for stop in stops if stop[1] >= stop[0])
    found = {
        1: sheet[grid.total_cell("C")].value != good,
        3: defects != scrap,
        6: any(abs(end - begin - minutes) > 1 for begin, end, minutes in stops),
        7: any(one[1] > two[0] for one, two in pairwise(in_order)),
        17: abs(good - mes["good"]) > max(2, 0.005 * mes["good"]),
        18: abs(scrap - mes["scrap"]) > max(2, 0.1 * mes["scrap"]),
        19: abs(sum(minutes for _, _, minutes in stops) - mes["stop"]) > max(10, 0.05 * hours * 60),
        22: sheet["E4"].value != mes["order"],
    }
    return {number for number, is_broken in found.items() if is_broken}


def clock(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def exported(home: Path, starts: dict[str, list[tuple[str, int, int]]]) -> dict[Key, dict[str, Any]]:
    """Good, scrap, stop minutes and order by line, day and sheet name."""
    sums: dict[Key, dict[str, Any]] = defaultdict(lambda: {"good": 0, "scrap": 0, "stop": 0.0, "order": None})
    for path in sorted((home / "inbox/mes").glob("mes_*.csv")):
        day = f"{path.stem[-8:-4]}-{path.stem[-4:-2]}-{path.stem[-2:]}"
        for row in pl.read_csv(path).iter_rows(named=True):
            at = row.get("hour_start_utc") or row["start_utc"]
            plant = "P1" if int(row["line"][1:]) % 2 else "P2"
            zone = {"P1": "Asia/Shanghai", "P2": "Europe/Berlin"}[plant]
            hour = pl.Series([at[:19]]).str.to_datetime(time_zone="UTC").dt.convert_time_zone(zone)[0].hour
            sheet = next(name for name, first, last in starts[plant] if is_within(hour, first, last))
            of_shift = sums[row["line"], day, sheet]
            of_shift["stop"] += row.get("minutes", 0.0)
            of_shift["good"] += row.get("good_qty", 0)
            of_shift["scrap"] += row.get("scrap_qty", 0)
            of_shift["order"] = row.get("order", of_shift["order"])
    return sums


def is_within(hour: int, first: int, last: int) -> bool:
    return first <= hour < last if first < last else hour >= first or hour < last


@pytest.mark.parametrize("seed", [7, 11])
def test_errors_are_found_where_labels_say_and_nowhere_else(tmp_path: Path, seed: int) -> None:
    labels = make_site(tmp_path, last_day=date(2026, 4, 2), days=10, lines=4, error_rate=0.2, seed=seed)
    starts = {
        "P1": [("早班", 6, 14), ("中班", 14, 22), ("夜班", 22, 6)],
        "P2": [("白班", 6, 18), ("夜班", 18, 6)],
    }
    mes = exported(tmp_path, starts)
    expected = {
        (label["report_file"], label["report_sheet"]): number
        for label in labels.iter_rows(named=True)
        if (number := SHOWS_AS.get(label["rule_no"], label["rule_no"])) in CHECKED
    }
    found: dict[tuple[str, str], set[int]] = {}
    for path in sorted((tmp_path / "inbox/reports").glob("P*_2026-*.xlsx")):
        has_second_version = path.with_name(f"{path.stem}_v2.xlsx").is_file()
        for sheet in openpyxl.load_workbook(path, data_only=True):
            broken = failing_rules(sheet, mes[path.name[3:6], path.name[7:17], sheet.title])
            if broken and not has_second_version:
                found[path.name, sheet.title] = broken
    assert found.keys() == expected.keys()
    assert all(expected[where] in rules for where, rules in found.items())
