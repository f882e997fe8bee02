"""Try a layout on a workbook: what it reads, what it refuses, what it leaves. Nothing is stored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from data_contracts.language import REASONS
from data_contracts.layout import Layout
from data_contracts.site import Site
from etl.normalize.reports import normalize_reports
from etl.normalize.sheets import Refusal, SheetValues, apply_layouts
from etl.normalize.taken import REPORT_TABLES


@dataclass(frozen=True, slots=True)
class Refused:
    """A sheet, row or cell that the layout refuses: a key of the translations, its values, and where."""

    sheet: str | None
    cell: str | None
    measure: str | None
    raw: str | None
    code: str
    params: dict[str, Any]

    def text(self, language: str) -> str:
        """The reason in the person's language."""
        values = {"sheet": self.sheet, **self.params}
        return REASONS.text(f"reason.{self.code}", language, **values)


@dataclass(frozen=True)
class Tried:
    """``tables``: contract rows (report_output ...); empty without a site, as keys cannot be resolved."""

    sheets_read: tuple[str, ...]
    cells_read: int
    cells_unused: int
    refused: tuple[Refused, ...]
    reports: int
    tables: dict[str, pl.DataFrame]
    unknown_headers: tuple[tuple[str, tuple[str, ...]], ...]
    read_cells: pl.DataFrame

    @property
    def rows(self) -> dict[str, int]:
        """Rows of each table."""
        return {name: frame.height for name, frame in self.tables.items()}

    def first_rows(self, count: int = 5) -> dict[str, pl.DataFrame]:
        """The first rows of every table that has any."""
        return {name: frame.head(count) for name, frame in self.tables.items() if frame.height}

    @property
    def recognised(self) -> bool:
        """Did the layout fit any sheet?"""
        return bool(self.sheets_read)


def try_layout(
    layout: Layout,
    cells: pl.DataFrame,
    sheets: pl.DataFrame,
    site: Site | None,
    *,
    file_name: str = "",
    folder_plant: str | None = None,
) -> Tried:
    """Apply one layout, and no other, to one workbook.

    ``file_name`` without its extension; ``folder_plant``: the plant whose folder of the inbox it lies in.
    """
    found = apply_layouts(cells, sheets, [layout])
    names = {int(n): str(name) for n, name in sheets.select("sheet_no", "sheet_name").iter_rows()}
    refused = [_refused(r, names) for r in found.refusals]
    read = _read_cells(found)
    reports, tables = 0, dict[str, pl.DataFrame]()
    if site is not None and not found.sheets.is_empty():
        files = _files(sheets, file_name, folder_plant)
        done = normalize_reports(found, files, _only(site, layout))
        reports = done.reports.height
        tables = {name: done.tables[name] for name in REPORT_TABLES.values()}
        refused += _held_back(done.held_back)
    filled = cells.filter(pl.col("text").str.strip_chars() != "").height
    return Tried(
        tuple(found.sheets["sheet_name"].to_list()),
        read.height,
        filled - read.height,
        tuple(refused),
        reports,
        tables,
        tuple(_unknown(refused)),
        read,
    )


def _only(site: Site, layout: Layout) -> Site:
    return Site(site.home, site.config, site.master, (layout,), site.exports)


def _files(sheets: pl.DataFrame, file_name: str, folder_plant: str | None) -> pl.DataFrame:
    numbers = sheets["file_no"].unique()
    return pl.DataFrame(
        {"file_no": numbers, "file_name": [file_name] * len(numbers), "folder_plant": [folder_plant] * len(numbers)},
        schema={"file_no": pl.UInt32, "file_name": pl.String, "folder_plant": pl.String},
    )


def _read_cells(found: SheetValues) -> pl.DataFrame:
    columns = ["file_no", "sheet_no", "cell"]
    return pl.concat([found.fields.select(columns), found.values.select(columns)]).unique()


def _refused(refusal: Refusal, names: dict[int, str]) -> Refused:
    sheet = names.get(refusal.sheet_no) if refusal.sheet_no is not None else None
    return Refused(sheet, refusal.cell, None, None, refusal.code, refusal.params)


def _held_back(frame: pl.DataFrame) -> Iterator[Refused]:
    import json  # noqa: PLC0415

    for row in frame.iter_rows(named=True):
        yield Refused(
            row["source_sheet"],
            row["source_cell"],
            row["measure"],
            row["raw"],
            row["reason_code"],
            json.loads(row["reason_params"] or "{}"),
        )


def _unknown(refused: list[Refused]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Sheet and texts of header cells that the layout does not know."""
    for one in refused:
        if one.code == "sheet_columns_unknown":
            told = str(one.params["columns"])
            texts = re.findall(r"(.*?) \([A-Z]+\d+\)(?:, |$)", told, flags=re.DOTALL)
            yield one.sheet or "", tuple(t.strip() for t in texts if t.strip())
