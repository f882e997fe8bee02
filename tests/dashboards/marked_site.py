"""A published site of two plants, two areas each and two lines each, on which every text of a line is marked with it.

Every text column of every table of a line holds the line's mark, whatever the table is for: a row that reaches somebody
who may not see the line is found by its mark. Workbook and export are shared by all lines, a row each.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import xlsxwriter

from data_contracts.scope import Actor, Scope
from data_contracts.tables import TABLES
from data_contracts.tables.base import Table
from etl import desk
from etl.store import vault
from etl.store.keys import load_keys
from tests.dashboards.small_site import Rows, SmallSite, sha256

DAY = date(2026, 3, 12)
NOW = datetime(2026, 3, 13, 9)  # noqa: DTZ001 - UTC as stored
START = datetime(2026, 3, 12)  # noqa: DTZ001 - UTC by contract
OWNER = Actor("owner")
COMPANY = "zco"
LINES = tuple(
    (f"zp{plant}", f"za{plant}{area}", f"zq{plant}{area}{line}")
    for plant in (1, 2)
    for area in (1, 2)
    for line in (1, 2)
)
NODES = tuple(dict.fromkeys(line[:depth] for depth in range(4) for line in LINES))
"""The company, plants, areas, lines."""
MARKS = {COMPANY if not node else node[-1]: node for node in NODES}
"""What stands in texts that only who sees that node may read."""
WORKBOOK, EXPORT = "all-lines.xlsx", "all-lines.csv"
SITE_TOML = """
[site]
id = "marked"
name = "Marked works"
language = "en"
""" + "".join(
    f"""
[[plant]]
id = "zp{number}"
name_zh = "zp{number} 厂"
name_en = "zp{number} plant"
timezone = "Asia/Shanghai"
"""
    for number in (1, 2)
)
SAID: dict[str, Any] = {
    "rule_id": "good_vs_mes",
    "rule_no": 17,
    "severity": "error",
    "measure": "good_qty",
    "probable_cause": "unit_slip",
    "loss_category": "delay",
    "value_source": "mes",
    "table_name": "production",
    "layout_id": "shift-sheet",
    "event": "opened",
    "shift_id": "day",
    "start": "08:00",
    "end": "20:00",
    "weekdays": "1234567",
    "source_file": WORKBOOK,
    "source_sheet": "早班",
    "is_total": False,
    "is_current": True,
    "is_final": True,
    "source": "report",
    "shift_end_at": START + timedelta(hours=12),
    "hour_start": START + timedelta(hours=2),
    "start_at": START + timedelta(hours=3),
    "end_at": START + timedelta(hours=4),
    "unit": "pcs",
}
"""Words of which only some are known, and what a row needs to be shown."""
STATUS = {"discrepancy": "open", "report": "accepted"}
CODED = ("line", "shift", "product", "reason", "defect")
SKIPPED = ("load", "source_file", "publication", "decision", "calendar_exception", "employee", "tolerance", "tool")
UNMARKED = (*SKIPPED, "survivorship", "flow")
"""Tables without rows of a line, or with rules that hold for all."""


def covers(scope: Scope, mark: str) -> bool:
    """Whether a scope may see what is marked so; a plant's and an area's own texts are for all who see a part of it."""
    node = MARKS[mark]
    return scope.covers(*node) if len(node) in (0, 3) else scope.touches(*node)


def leaked(scope: Scope, shown: bytes, asked: Iterable[str] = ()) -> set[str]:
    """Marks that stand in what somebody was shown and may not see.

    ``asked``: codes that the reader wrote into the address: they may come back, but no text that is marked with them.
    """
    found = {mark for mark in MARKS if mark.encode() in shown and not covers(scope, mark)}
    typed = {mark for mark in found if any(mark in text for text in asked)}
    echoed = {mark for mark in typed if not re.search(rf"(?<!d-){mark}[ -][a-z_]".encode(), shown)}
    return found - echoed


def workbook() -> bytes:
    """One sheet with a row for each line."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2026, 3, 12)})  # noqa: DTZ001 - a label, not an instant
        sheet = book.add_worksheet("早班")
        for row, (_, _, line) in enumerate(LINES):
            sheet.write_row(row, 0, [f"{line} plan", 100, 1890, f"{line} remark"])
    return stream.getvalue()


def export() -> bytes:
    """The records of the MES, one for each line."""
    return "\n".join(["line,good", *(f"{line},189" for _, _, line in LINES), ""]).encode()


def marked_tables() -> dict[str, Rows]:
    made = {
        name: [_row(name, contract, number, line) for number, line in enumerate(LINES, 1)]
        for name, contract in TABLES.items()
        if name not in UNMARKED and (contract.layer() == "published" or name in CODED)
    }
    made["downtime"] += [row | {"source": "mes", "source_file": EXPORT} for row in made["downtime"]]
    files = [(WORKBOOK, "report", workbook()), (EXPORT, "export", export())]
    shared = [
        {"source_file_id": sha256(content), "name": name, "kind": kind, "status": "loaded", "received_at": START}
        for name, kind, content in files
    ]
    broken = [
        {
            "source_file_id": f"{plant}-file",
            "name": f"{plant} broken.xlsx",
            "kind": "report",
            "status": "quarantined",
            "reason": f"{plant} cannot be read",
            "reason_code": "unreadable",
            "received_at": START,
            "plant_id": plant,
        }
        for plant in ("zp1", "zp2")
    ]
    load = {"load_id": "load-1", "started_at": START, "finished_at": START, "status": "published", "actor": "owner"}
    return {**made, "source_file": [*shared, *broken], "load": [load]}


def _row(name: str, contract: type[Table], number: int, line: tuple[str, str, str]) -> dict[str, Any]:
    """One row of a line: its mark in every text that may be anything."""
    plant, area, mark = line
    row: dict[str, Any] = {}
    for column, dtype in contract.columns().items():
        if column.endswith("_cell") or column in ("cells", "source_cell"):
            row[column] = f"C{number}"
        elif isinstance(dtype, pl.String):
            row[column] = f"{mark} {column}"
        elif isinstance(dtype, pl.Boolean):
            row[column] = True
        elif isinstance(dtype, pl.Date):
            row[column] = DAY
        elif isinstance(dtype, pl.Datetime):
            row[column] = START
        else:
            row[column] = 100 + number
    known = {
        "plant_id": plant,
        "area_id": area,
        "line_id": mark,
        "status": STATUS.get(name),
        "discrepancy_id": f"d-{mark}",
        "report_id": f"r-{mark}",
        "calendar_id": f"{mark} calendar",
        "reference_locator": f"{EXPORT} · record {number + 1}",
        "source_file_id": sha256(workbook()),
        "reason_params": json.dumps({"value": mark}),
        "valid_from": date(2020, 1, 1),
        "valid_to": None,
        "production_date": DAY,
        "revision": 1,
        "first_version": 1,
        "case_id": None,
        **{code: f"{mark}-{code}" for code in ("reason_code", "defect_code", "product_id", "order_id")},
    }
    return {column: known.get(column, SAID.get(column, value)) for column, value in row.items()}


@dataclass
class MarkedSite(SmallSite):
    """Every line with one of everything; what people wrote is marked as well once it is published."""

    tables: dict[str, Rows] = field(default_factory=marked_tables)
    site_toml: str = SITE_TOML

    def publish(self, version: int = 1) -> None:
        """Publish, keep the shared originals, have people write something about every line."""
        super().publish(version)
        data = self.home / "data"
        keys = load_keys(data, self.key_dir, create=False)
        for content in (workbook(), export()):
            vault.put(data, keys, sha256(content), content)
        for plant, area, line in LINES:
            self._people_write(plant, area, line)
        whole = Scope.company()
        desk.record_effort(self.home, OWNER, whole, 3, DAY, f"{COMPANY} effort", now=NOW)
        for plant in ("zp1", "zp2"):
            desk.annotate(self.home, OWNER, whole, (plant, None), (DAY, DAY), f"{plant} stood still", now=NOW)

    def _people_write(self, plant: str, area: str, line: str) -> None:
        whole, there = Scope.company(), f"d-{line}"
        desk.decide(self.home, OWNER, whole, there, desk.Ruling("explain"), f"{line} explained", now=NOW)
        place = desk.Place(plant, area, line)
        desk.waive(self.home, OWNER, whole, "good_vs_mes", place, (DAY, DAY), f"{line} in repair", now=NOW)
        desk.comment(self.home, OWNER, whole, there, f"{line} commented", now=NOW)
        desk.assign(self.home, OWNER, whole, there, f"{line} somebody", now=NOW)
        desk.annotate(self.home, OWNER, whole, (plant, line), (DAY, DAY), f"{line} annotated", now=NOW)
        timing = desk.Timing("shift-sheet", "before", 12, DAY, f"{line} timer", plant, line)
        desk.record_timings(self.home, OWNER, whole, [timing], now=NOW)
        desk.move_line(self.home, OWNER, whole, (plant, line), "parallel", f"{line} moved", despite=True, now=NOW)


def branches(scope: Scope) -> Iterator[tuple[str, str, str]]:
    """One line inside a scope, and one beyond it: in the same area, in the same plant, elsewhere."""
    seen = set()
    for line in LINES:
        kind = next(depth for depth in (3, 2, 1, 0) if depth == 0 or scope.touches(*line[:depth]))
        if kind not in seen:
            seen.add(kind)
            yield line
