"""A generated workbook through the real engine, and what came out in the form of what was put in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from data_contracts.site import Site
from data_contracts.tables import TABLES
from etl.extract.child import Caps, FileBytes, workbooks
from etl.normalize.reports import Reports, normalize_reports
from etl.normalize.sheets import Refusal, apply_layouts
from etl.normalize.taken import REPORT_TABLES
from etl.simulate.plant import master_frames, write_plant
from etl.simulate.workbooks.book import Made
from etl.simulate.workbooks.dashboard_report import CODES
from etl.simulate.workbooks.invented import Line

FIRST = date(2026, 2, 3)
LINES = 8
PLANTS = {"P1-3x8": "P1", "P2-2x12": "P2"}
PARITY = {"P1": 1, "P2": 0}


_CAPS = Caps(cpu_s=10**6, file_mb=50)


def lines_of(calendar_id: str, count: int, *, after: int = 0) -> list[Line]:
    """Lines that work by a calendar, from the one after the first ``after``."""
    plant = PLANTS[calendar_id]
    numbers = [2 * (after + n) + 2 - PARITY[plant] for n in range(count)]
    return [Line(plant, f"L{n:02}", f"{n}号线", calendar_id) for n in numbers]


def small_site(home: Path, lines: int = LINES) -> Site:
    """Two plants, some lines and everything that ships with the product; products of layout C have codes like times."""
    master = master_frames(lines, 2, FIRST, FIRST)
    coded = TABLES["product"].conform(pl.DataFrame({"product_id": sorted({*CODES.values()})}))
    seven_days = pl.col("calendar_id").replace("P1-3x8-6", "P1-3x8")
    write_plant(
        home,
        master | {"product": pl.concat([master["product"], coded]), "line": master["line"].with_columns(seven_days)},
        30,
    )
    return Site.open(home)


@dataclass(frozen=True)
class Batch:
    """What became of some workbooks, numbered in the order given."""

    reports: Reports
    refusals: list[Refusal]
    recognised: pl.DataFrame


Row = tuple[str, str, str, bool, frozenset[tuple[str, Any, str | None]]]
"""Table, report, sheet, whether it is a total, and (measure, value, cell) of every filled measure."""
_NOT_MEASURES = {"file_no", "report_id", "source_sheet", "row_no", "is_total", "row_id"}


def rows_of(reports: Reports, file_no: int = 0) -> Counter[Row]:
    """All contract rows of a file."""
    rows: Counter[Row] = Counter()
    for table in REPORT_TABLES.values():
        frame = reports.tables[table].filter(pl.col("file_no") == file_no)
        measures = [c for c in frame.columns if c not in _NOT_MEASURES and not c.endswith("_cell")]
        for row in frame.iter_rows(named=True):
            values = frozenset((m, _plain(row[m]), row.get(f"{m}_cell")) for m in measures if row[m] is not None)
            rows[table, row["report_id"], row["source_sheet"], bool(row["is_total"]), values] += 1
    return rows


def wanted(made: Made) -> Counter[Row]:
    """What must come out."""
    return Counter(
        (
            record.table,
            record.report_id,
            record.sheet,
            record.is_total,
            frozenset((m, _plain(v), cell) for m, (v, cell) in record.values.items() if v is not None),
        )
        for record in made.records
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return round(float(value), 6) if isinstance(value, int | float) else value


def _show(rows: Counter[Row]) -> str:
    return "\n".join(f"{row[:4]} {sorted(row[4], key=str)}" for row in list(rows)[:3])


@dataclass(frozen=True, repr=False)
class Reader:
    """The real engine on one site; its repr is short, for a test that fails shows it."""

    site: Site

    def read(self, books: Sequence[tuple[str, bytes]]) -> Batch:
        """File names (no extension) and contents through extraction, recognition and normalization, in this process."""
        taken = workbooks([FileBytes(n, name, content) for n, (name, content) in enumerate(books)], _CAPS)
        assert taken.failures == []
        found = apply_layouts(taken.cells, taken.sheets, self.site.layouts)
        files = pl.DataFrame(
            {
                "file_no": range(len(books)),
                "file_name": [name for name, _ in books],
                "folder_plant": [None] * len(books),
            },
            schema={"file_no": pl.UInt32, "file_name": pl.String, "folder_plant": pl.String},
        )
        return Batch(normalize_reports(found, files, self.site), found.refusals, found.sheets)

    def check(self, made: Made, layout_id: str) -> None:
        """The workbook is recognised, every row and cell comes out, every repair is on record, nothing is held back."""
        batch = self.read([(made.file_name, made.book.to_bytes())])
        assert batch.refusals == []
        assert set(batch.recognised["layout_id"]) == {layout_id}
        assert (
            batch.reports.held_back.select("source_sheet", "source_cell", "measure", "raw", "reason_code").rows() == []
        )
        got, want = rows_of(batch.reports), wanted(made)
        assert not (missing := want - got), f"not read: {_show(missing)}\nread instead: {_show(got - want)}"
        assert not (extra := got - want), f"read too much: {_show(extra)}"
        value = batch.reports.tables["value"].filter(pl.col("repair").is_not_null())
        repaired = {
            (sheet, cell): repair
            for sheet, cell, repair in value.select("source_sheet", "source_cell", "repair").rows()
        }
        read = {record.sheet for record in made.records}
        assert repaired == {place: repair for place, repair in made.repairs.items() if place[0] in read}
        assert batch.reports.reports["contradictions"].drop_nulls().to_list() == []
