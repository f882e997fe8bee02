"""A site for the injection moulding plant of OptiMoldIQ: what an engineer would write to roll it out."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from pathlib import Path

from python_calamine import CalamineWorkbook

SITE = """
[site]
id = "optimold"
name = "OptiMoldIQ"
language = "en"

[[plant]]
id = "MOLD"
timezone = "Asia/Ho_Chi_Minh"
"""

DEFECTS = ["BlackSpot", "OilDeposit", "Scratch", "Crack", "SinkMark", "Short", "Burst", "Bend", "Stain"]

LAYOUT = (
    """
id = "monthly-mould-list"
title_en = "Monthly list, a row for each machine, shift and mould"
[tables.rows]
into = "output"
ignore = ["machineCode", "itemName", "colorChanged", "moldChanged", "machineChanged", "plasticResine",
  "plasticResineCode", "plasticResineLot", "colorMasterbatch", "colorMasterbatchCode", "additiveMasterbatch",
  "additiveMasterbatchCode"]
[tables.rows.columns]
production_date = { header = "recordDate" }
shift_id = { header = "workingShift" }
line_id = { header = "machineNo" }
product_id = { header = "itemCode" }
order_id = { header = "poNote" }
tool_id = { header = "moldNo" }
shots = { header = "moldShot" }
cavities = { header = "moldCavity" }
total_qty = { header = "itemTotalQuantity" }
good_qty = { header = "itemGoodQuantity" }
[[tables.rows.wide]]
into = "defect"
[tables.rows.wide.headers]
"""
    + "".join(f"item{d} = '{d}'\n" for d in DEFECTS)
    + "otherNG = 'otherNG'\n"
)

ORDERS = """
id = "purchase-orders"
title_en = "Purchase orders"
kind = "order"
format = "workbook"
file_name = "purchaseOrder_*.xlsx"
key = ["order_id"]
ignore = ["itemName", "plasticResinCode", "plasticResin", "plasticResinQuantity", "colorMasterbatchCode",
  "colorMasterbatch", "colorMasterbatchQuantity", "additiveMasterbatchCode", "additiveMasterbatch",
  "additiveMasterbatchQuantity"]
[columns]
order_id = { from = "poNo" }
product_id = { from = "itemCode" }
planned_qty = { from = "itemQuantity" }
released_on = { from = "poReceivedDate" }
due_on = { from = "poETA" }
"""

# The plant has no report that could be held back for an unknown product: its own people load such rows and
# list them as warnings. So rule 39 warns here instead of blocking.
TOLERANCE = "rule_id,severity\nknown_and_valid,warning\n"


def make_site(real: Path, home: Path) -> Path:
    """Write the site folder and put the plant's files into its inbox."""
    source = real / "OptiMoldIQ" / "tests" / "mock_database"
    for folder in ("master", "layouts", "exports", "inbox/reports", "inbox/mes"):
        (home / folder).mkdir(parents=True)
    (home / "site.toml").write_text(SITE)
    (home / "layouts" / "monthly-mould-list.toml").write_text(LAYOUT)
    (home / "exports" / "purchase-orders.toml").write_text(ORDERS)
    (home / "master" / "tolerance.csv").write_text(TOLERANCE)
    static = source / "staticDatabase"
    _csv(
        home / "master" / "line.csv",
        ["plant_id", "area_id", "line_id", "name_en", "calendar_id", "valid_from", "valid_to"],
        [
            ["MOLD", "moulding", row[0], row[2], "three", str(row[6]), "2019-01-31"]
            for row in _rows(static / "machineInfo.xlsx")
        ],
    )
    _csv(
        home / "master" / "shift.csv",
        ["calendar_id", "shift_id", "aliases", "start", "end", "weekdays"],
        [
            ["three", str(n), f"{n}.0", start, end, "123456"]
            for n, start, end in ((1, "06:00", "14:00"), (2, "14:00", "22:00"), (3, "22:00", "06:00"))
        ],
    )
    _csv(
        home / "master" / "calendar_exception.csv",
        ["calendar_id", "production_date", "is_working", "note"],
        [
            ["three", day, "false", holiday or note]
            for day, weekday, holiday, note in _rows(static / "holidayNotes.xlsx")
            if note != "Overtime" and weekday != "Sun"
        ],
    )
    _csv(
        home / "master" / "product.csv",
        ["product_id", "name_en"],
        [row[:2] for row in _rows(static / "itemInfo.xlsx")],
    )
    _csv(home / "master" / "defect.csv", ["defect_code"], [[d] for d in (*DEFECTS, "otherNG")])
    for path in sorted((source / "dynamicDatabase" / "monthlyReports_history").glob("*.xlsb")):
        shutil.copy(path, home / "inbox" / "reports")
    for path in sorted((source / "dynamicDatabase" / "purchaseOrders_history").glob("*.xlsx")):
        shutil.copy(path, home / "inbox" / "mes")
    return home


def _rows(path: Path) -> list[list[object]]:
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[1:]
    return [[v.isoformat() if isinstance(v, dt.date) and i != 6 else v for i, v in enumerate(row)] for row in rows]


def _csv(path: Path, header: list[str], rows: list[list[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
