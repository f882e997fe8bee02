"""A site for the bottling line: the workbook as its shift report, the same plant's ``|``-separated files as its MES."""

from __future__ import annotations

import shutil
from pathlib import Path

SITE = """
[site]
id = "bottling"
name = "Bottling line"
language = "en"

[[plant]]
id = "SODA"
timezone = "America/New_York"
"""

LINE = "plant_id,area_id,line_id,name_en,calendar_id,valid_from,valid_to\nSODA,filling,LINE1,Line 1,day,2024-08-29,2024-09-03\n"
SHIFT = "calendar_id,shift_id,name_en,start,end,weekdays\nday,D,Day,00:00,24:00,1234567\n"
# 1 September 2024 is a Sunday without production in both sources.
EXCEPTION = "calendar_id,production_date,is_working,note\nday,2024-09-01,false,Sunday\n"
PRODUCT = """product_id,name_en,unit,batch_run_min
OR-600,Orange,batch,60
LE-600,Lemon lime,batch,60
CO-600,Cola,batch,60
DC-600,Diet Cola,batch,60
RB-600,Root Beer,batch,60
CO-2L,Cola 2 L,batch,98
"""
FACTORS = [
    ("Emergency stop", "delay"),
    ("Batch change", "setup"),
    ("Labeling error", "delay"),
    ("Inventory shortage", "delay"),
    ("Product spill", "delay"),
    ("Machine adjustment", "setup"),
    ("Machine failure", "delay"),
    ("Batch coding error", "delay"),
    ("Conveyor belt jam", "delay"),
    ("Calibration error", "delay"),
    ("Label switch", "setup"),
    ("Other", "delay"),
]
REASON = "reason_code,name_en,loss_category\n" + "".join(
    f"{n},{name},{category}\n" for n, (name, category) in enumerate(FACTORS, start=1)
)
# Both sources state whole minutes of the same stops, so nothing but equality will do here.
TOLERANCE = "rule_id,absolute,relative\nstops_vs_mes,0,0\ntime_balance,0,0\n"

LAYOUT = """
id = "batch-productivity"
title_en = "Batches of a line, stops by factor on a second sheet"
ignore_sheets = ["^Products$", "^Downtime factors$"]
[fields]
line_id = { const = "LINE1" }
shift_id = { const = "D" }
[tables.batches]
into = "output"
sheet = "^Line productivity$"
ignore = ["Duration"]
[tables.batches.columns]
production_date = { header = "Date" }
product_id = { header = "Product" }
order_id = { header = "Batch" }
operator = { header = "Operator" }
start_at = { header = "Start Time" }
end_at = { header = "End Time" }
[tables.downtime]
into = "stop"
sheet = "^Line downtime$"
key_from = "batches"
total = ["sum"]
[tables.downtime.columns]
order_id = { header = "Batch" }
[[tables.downtime.wide]]
into = "stop"
over = "Downtime factor"
[tables.downtime.wide.headers]
""" + "".join(f'"{name}" = "{n}"\n' for n, (name, _) in enumerate(FACTORS, start=1))

RUNS = """
id = "line-productivity"
kind = "output"
file_name = "line-productivity*.csv"
delimiter = "|"
key = ["order_id"]
ignore = ["Operator"]
[columns]
line_id = { const = "LINE1" }
shift_id = { const = "D" }
production_date = { from = "Date" }
product_id = { from = "Product" }
order_id = { from = "Batch" }
start_at = { from = "Start Time" }
end_at = { from = "End Time" }
"""

STOPS = """
id = "line-downtime"
kind = "stop"
file_name = "line-downtime*.csv"
delimiter = "|"
header_row = 2
key = ["order_id", "reason_code"]
[columns]
line_id = { const = "LINE1" }
order_id = { from = "Batch" }
[wide.headers]
""" + "".join(f'"{n}.0" = "{n}"\n' for n in range(1, 13))


def make_site(real: Path, home: Path) -> Path:
    """Write the site folder and put the plant's files into its inbox."""
    for folder in ("master", "layouts", "exports", "inbox/reports", "inbox/mes"):
        (home / folder).mkdir(parents=True)
    (home / "site.toml").write_text(SITE)
    for name, text in (
        ("line", LINE),
        ("shift", SHIFT),
        ("calendar_exception", EXCEPTION),
        ("product", PRODUCT),
        ("reason", REASON),
        ("tolerance", TOLERANCE),
    ):
        (home / "master" / f"{name}.csv").write_text(text)
    (home / "layouts" / "batch-productivity.toml").write_text(LAYOUT)
    (home / "exports" / "line-productivity.toml").write_text(RUNS)
    (home / "exports" / "line-downtime.toml").write_text(STOPS)
    shutil.copy(
        real / "Manufacturing-Downtime-dataset" / "Manufacturing_Line_Productivity.xlsx", home / "inbox" / "reports"
    )
    for name in ("line-productivity.csv", "line-downtime.csv"):
        shutil.copy(real / "Manufacture-KPI-Dashboard" / "data_raw" / name, home / "inbox" / "mes")
    return home
