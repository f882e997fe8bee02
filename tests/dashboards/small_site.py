"""A small site with a published version, made from the contracts: two plants, three lines, known differences.

No pipeline runs; what the pages show is what stands here.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from data_contracts.tables import TABLES
from etl.store import vault
from etl.store.attach import attached
from etl.store.keys import load_keys
from tests.dashboards.small_stops import code_books, losses, timed

LAST_DAY = date(2026, 3, 12)
PUBLISHED_AT = "2026-03-13T01:30:00+00:00"
LINES = (("P1", "A1", "L1"), ("P1", "A2", "L2"), ("P2", "A1", "L9"))
SHIFTS = (("day", 0), ("night", 12))
WORKBOOK = "2026-03-12_L1.xlsx"
EXPORT = "mes_2026-03-12.csv"
WRONG_CELL = "C9"
EVIL = "<script>alert(1)</script>"
SITE_TOML = """
[site]
id = "small"
name = "Small works"
language = "en"

[[plant]]
id = "P1"
name_zh = "一厂"
name_en = "Plant one"
timezone = "Asia/Shanghai"

[[plant]]
id = "P2"
name_zh = "二厂"
name_en = "Plant two"
timezone = "Asia/Shanghai"
"""

Rows = list[dict[str, Any]]


@dataclass
class SmallSite:
    """A site folder and the folder of its keys; ``tables`` can be changed before ``publish``."""

    home: Path
    key_dir: Path
    days: int = 3
    tables: dict[str, Rows] = field(default_factory=dict)
    site_toml: str = SITE_TOML

    def __post_init__(self) -> None:
        if not self.tables:
            self.tables = _tables(self.days)

    @property
    def environment(self) -> dict[str, str]:
        """Variables under which the dashboards find it."""
        return {"SHIFTLEDGER_SITE": str(self.home), "SHIFTLEDGER_KEY_DIR": str(self.key_dir)}

    def configure(self) -> None:
        """The folder with its configuration, nothing loaded."""
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "site.toml").write_text(self.site_toml, encoding="utf-8")
        (self.home / "master").mkdir(exist_ok=True)
        for name in ("line", "shift"):
            frame = pl.DataFrame(self.tables[name]) if self.tables.get(name) else TABLES[name].no_rows()
            frame.write_csv(self.home / "master" / f"{name}.csv")

    def publish(self, version: int = 1) -> None:
        """Write a version and move the pointer to it."""
        self.configure()
        data = self.home / "data"
        keys = load_keys(data, self.key_dir, create=True)
        for content in (workbook(), export()):
            vault.put(data, keys, sha256(content), content)
        folder = data / "published"
        folder.mkdir(exist_ok=True)
        file = f"v{version:06d}.duckdb"
        with attached(folder / file, keys) as connection:
            for name, table in TABLES.items():
                if table.layer() in ("published", "master"):
                    types = table.columns()
                    rows = [{column: row.get(column) for column in types} for row in self.tables.get(name, [])]
                    frame = pl.DataFrame(rows, schema=types)
                    connection.register("frame", frame)
                    connection.execute(f"create table {name} as select * from frame")
                    connection.unregister("frame")
        pointer = {"file": file, "version": version, "published_at": PUBLISHED_AT}
        (folder / "CURRENT").write_text(json.dumps(pointer))


def sha256(content: bytes) -> str:
    """Identity of a file."""
    return hashlib.sha256(content).hexdigest()


def workbook() -> bytes:
    """The shift sheet of line L1; C9 holds the good quantity of 10:00, one remark tries to be markup."""
    stream = io.BytesIO()
    # The time of making stands inside the file: fixed, so that the hash is too.
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2026, 3, 12)})  # noqa: DTZ001 - a label, not an instant
        sheet = book.add_worksheet("早班")
        sheet.write_row("A1", ["生产日报表 Production Daily Report"])
        sheet.write_row("A3", ["日期", "2026-03-12", "班次", "早班", "线别", "L1"])
        sheet.write_row("A6", ["时段", "计划", "实际", "不良", "停机(min)", "备注"])
        for index, good in enumerate((98, 97, 1890, 99, 96, 98)):
            sheet.write_row(6 + index, 0, [f"{8 + index:02d}:00", 100, good, 2, 0, EVIL if index == 1 else ""])
        sheet.write_row(12, 0, ["合计", 600, 2378, 12, 0])
    return stream.getvalue()


def export() -> bytes:
    """The MES records of that day."""
    head = "line,hour,good,scrap"
    records = [f"L1,2026-03-12T{8 + index:02d}:00,{good},2" for index, good in enumerate((98, 97, 189, 99, 96, 98))]
    return "\n".join([head, *records, ""]).encode()


def difference(**changes: Any) -> dict[str, Any]:
    """A difference; the defaults are the one in C9 of the workbook."""
    row: dict[str, Any] = {
        "discrepancy_id": "d-slip",
        "rule_id": "good_vs_mes",
        "rule_no": 17,
        "severity": "error",
        "plant_id": "P1",
        "line_id": "L1",
        "production_date": LAST_DAY,
        "shift_id": "day",
        "hour_start": datetime(2026, 3, 12, 2),  # noqa: DTZ001 - UTC by contract
        "order_id": "WO-1001",
        "product_id": "X-100",
        "measure": "good_qty",
        "reported_value": 1890.0,
        "reference_value": 189.0,
        "tolerance": 2.0,
        "probable_cause": "unit_slip",
        "cause_evidence": "1890 / 189 = 10",
        "also_rules": "1",
        "report_id": "P1/L1/2026-03-12/day/1",
        "source_file": WORKBOOK,
        "source_file_id": sha256(workbook()),
        "source_sheet": "早班",
        "source_cell": WRONG_CELL,
        "cells": "C9",
        "reference_locator": f"{EXPORT} · record 3",
        "status": "open",
        "first_seen_at": datetime(2026, 3, 12, 15),  # noqa: DTZ001
        "last_seen_at": datetime(2026, 3, 13, 1),  # noqa: DTZ001
        **changes,
    }
    if row["reported_value"] is not None and row["reference_value"] is not None:
        row["delta"] = row["reported_value"] - row["reference_value"]
    return row


def _tables(days: int) -> dict[str, Rows]:
    marts, production, completeness = _facts(days)
    return {
        "line": [
            {
                "plant_id": plant,
                "area_id": area,
                "line_id": line,
                "name_zh": f"{line[1:]}号线",
                "name_en": f"Line {line[1:]}",
                "calendar_id": "two",
            }
            for plant, area, line in LINES
        ],
        "shift": [
            {
                "calendar_id": "two",
                "shift_id": shift,
                "name_zh": {"day": "白班", "night": "夜班"}[shift],
                "name_en": shift.title(),
                "start": {"day": "08:00", "night": "20:00"}[shift],
                "end": {"day": "20:00", "night": "08:00"}[shift],
                "weekdays": "1234567",
            }
            for shift, _ in SHIFTS
        ],
        "product": [{"product_id": "X-100", "name_en": "Housing", "name_zh": "壳体"}],
        **code_books(),
        **losses(LAST_DAY, WORKBOOK, EXPORT),
        "mart_output": marts,
        "production": production,
        "mart_completeness": completeness,
        "discrepancy": _differences(),
        "mart_discrepancy": _followed(days),
        "discrepancy_event": [
            {"discrepancy_id": "d-slip", "at": datetime(2026, 3, 12, 15), "event": "opened", "actor": "shiftledger"},  # noqa: DTZ001
            {
                "discrepancy_id": "d-slip",
                "at": datetime(2026, 3, 13, 1),  # noqa: DTZ001
                "event": "changed",
                "actor": "shiftledger",
                "reason": "revision 2",
            },
        ],
        "source_file": [_file(workbook(), WORKBOOK, "report"), _file(export(), EXPORT, "export")],
        "report": [_report()],
        "load": [
            {
                "load_id": f"load-{back}",
                "started_at": datetime(2026, 3, 13, 1) - timedelta(hours=back),  # noqa: DTZ001
                "finished_at": datetime(2026, 3, 13, 1, 1) - timedelta(hours=back),  # noqa: DTZ001
                "status": "failed" if back == 3 else "published",
                "files_new": 6 - back,
                "files_quarantined": 1 if back == 1 else 0,
                "rows_staged": 120,
                "published_version": None if back == 3 else 9 - back,
                "actor": "shiftledger",
            }
            for back in range(4)
        ],
    }


def _facts(days: int) -> tuple[Rows, Rows, Rows]:
    """The last night of P2/L9 has not reported; the middle day of line L2 made too little."""
    marts: Rows = []
    production: Rows = []
    completeness: Rows = []
    for back in range(days - 1, -1, -1):
        day = LAST_DAY - timedelta(days=back)
        for number, (plant, _, line) in enumerate(LINES):
            for shift, offset in SHIFTS:
                start = datetime(day.year, day.month, day.day) + timedelta(hours=offset)  # noqa: DTZ001
                key = {"plant_id": plant, "line_id": line, "production_date": day, "shift_id": shift}
                silent = line == "L9" and shift == "night" and back == 0
                completeness.append(
                    {
                        **key,
                        "expected": True,
                        "received": not silent,
                        "mes_received": True,
                        "first_pass": None if silent else line != "L1" or back > 0,
                        "shift_end_at": start + timedelta(hours=12),
                    }
                )
                plan = 1200.0
                good = plan * (0.7 if line == "L2" and back % 7 == 1 else 0.97 + 0.01 * ((back + number) % 4))
                mart = {**key, "planned_qty": plan}
                if not silent:
                    quantities = {"good_qty": good, "scrap_qty": 24.0, "rework_qty": 0.0, "produced_qty": good + 24}
                    mart |= {**quantities, "report_good_qty": good + (1701 if not (back or number or offset) else 0)}
                lost = {"setup_min": 30.0, "delay_min": 50.0} if not (back or number or offset) else {}
                marts.append(timed({**mart, "mes_good_qty": good}, **lost))
                if back == 0:
                    production += _hours(key, start, good / 12, silent=silent)
    return marts, production, completeness


def _hours(key: dict[str, Any], start: datetime, good: float, *, silent: bool) -> Rows:
    rows: Rows = []
    for hour in range(12):
        wrong = key["line_id"] == "L1" and key["shift_id"] == "day" and hour == 2
        rows.append(
            {
                **key,
                "hour_start": start + timedelta(hours=hour),
                "order_id": "WO-1001",
                "product_id": "X-100",
                "planned_qty": 100.0,
                "good_qty": round(good),
                "scrap_qty": 2.0,
                "report_good_qty": None if silent else 1890.0 if wrong else round(good),
                "mes_good_qty": round(good),
                "value_source": "mes",
                "is_final": not silent and not wrong,
                "source_file": None if silent else WORKBOOK,
                "source_sheet": None if silent else "早班",
                "good_qty_cell": None if silent else f"C{7 + hour}",
                "reference_locator": f"{EXPORT} · record {hour + 1}",
            }
        )
    return rows


def _differences() -> Rows:
    return [
        difference(),
        difference(discrepancy_id="d-total", rule_id="hourly_total", rule_no=1, severity="warning", also_rules="17"),
        difference(
            discrepancy_id="d-night",
            line_id="L2",
            shift_id="night",
            severity="block",
            rule_id="known_and_valid",
            rule_no=39,
            measure="order_id",
            reported_value=None,
            reference_value=None,
            reported_text=f"WO-??{EVIL}",
            delta=None,
            probable_cause="unexplained",
            source_file_id=None,
            source_cell=None,
            reference_locator=None,
        ),
        difference(
            discrepancy_id="d-other-plant",
            plant_id="P2",
            line_id="L9",
            severity="info",
            probable_cause="double_count",
            reported_value=200.0,
            reference_value=100.0,
            source_cell="C7",
        ),
        difference(discrepancy_id="d-done", status="resolved", reported_value=98.0, source_cell="C8"),
        difference(discrepancy_id="d-unknown-line", line_id="L-??", rule_id="known_and_valid", rule_no=39),
    ]


def _followed(days: int) -> Rows:
    """Sums of the differences above, and a total that line L2 gets wrong every day."""
    row = {"production_date": LAST_DAY, "shift_id": "day", "resolved": 0, "decided": 0, "opened": 1, "open": 1}
    slip = {"rule_id": "good_vs_mes", "probable_cause": "unit_slip", "layout_id": "shift-sheet"}
    total = {**row, "plant_id": "P1", "line_id": "L2", "rule_id": "hourly_total", "probable_cause": "unexplained"}
    return [
        {**row, **slip, "plant_id": "P1", "line_id": "L1", "opened": 2, "resolved": 1},
        {**row, **slip, "plant_id": "P2", "line_id": "L9", "probable_cause": "double_count"},
        {**row, **slip, "plant_id": "P1", "line_id": "L-??", "rule_id": "known_and_valid", "layout_id": None},
        *(
            {**total, "layout_id": "monthly-book", "production_date": LAST_DAY - timedelta(days=back)}
            for back in range(days)
        ),
    ]


def _file(content: bytes, name: str, kind: str) -> dict[str, Any]:
    return {
        "source_file_id": sha256(content),
        "name": name,
        "kind": kind,
        "status": "loaded",
        "received_at": datetime(2026, 3, 12, 15),  # noqa: DTZ001
        "load_id": "load-0",
        "plant_id": "P1",
        "size_bytes": len(content),
    }


def _report() -> dict[str, Any]:
    return {
        "report_id": "P1/L1/2026-03-12/day/1",
        "plant_id": "P1",
        "line_id": "L1",
        "production_date": LAST_DAY,
        "shift_id": "day",
        "revision": 1,
        "is_current": True,
        "status": "accepted",
        "layout_id": "shift-sheet",
        "source_file_id": sha256(workbook()),
        "source_file": WORKBOOK,
        "source_sheet": "早班",
        "received_at": datetime(2026, 3, 12, 15),  # noqa: DTZ001
        "content_hash": "0",
        "key_sheets": 1,
    }
