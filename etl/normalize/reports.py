"""Values that layouts found to contract rows of shift reports. Which sheet follows which layout: etl.normalize.sheets.

Works on a whole batch; ``report_id`` is the report's key without a revision, which the store gives.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from data_contracts.layout import TARGETS, Layout
from data_contracts.site import Site
from data_contracts.tables import TABLES
from data_contracts.tables.base import split_valid
from etl.normalize import rows as table_rows
from etl.normalize.keys import contradictions, place_rows, separate_shifts, sheet_fields
from etl.normalize.labels import fold, folded
from etl.normalize.period import outside_period
from etl.normalize.sheets import Refusal, SheetValues
from etl.normalize.strays import shifts_twice, slid_texts, stray_defects
from etl.normalize.taken import KEY, REPORT_TABLES, SHEET, label_rows, report_id, value_rows, with_hash


@dataclass(frozen=True, slots=True)
class Reports:
    """Contract rows of a batch of workbooks.

    ``reports``: one row per file and report with file_no, report_id (no revision), key, cells, content_hash.
    ``tables``: those of REPORT_TABLES and value, each with ``file_no``.
    ``held_back``: rows that were refused: file_no, source_sheet, source_cell, key, table_name, measure, raw,
    reason_code, reason_params. ``refusals``: sheets and files.
    """

    reports: pl.DataFrame
    tables: dict[str, pl.DataFrame]
    held_back: pl.DataFrame
    refusals: list[Refusal]


HELD_BACK = {
    "file_no": pl.UInt32,
    "source_sheet": pl.String,
    "source_cell": pl.String,
    "plant_id": pl.String,
    "line_id": pl.String,
    "production_date": pl.Date,
    "shift_id": pl.String,
    "table_name": pl.String,
    "measure": pl.String,
    "raw": pl.String,
    "reason_code": pl.String,
    "reason_params": pl.String,
}


def normalize_reports(found: SheetValues, files: pl.DataFrame, site: Site) -> Reports:
    """Contract rows of a batch. ``files``: file_no, file_name (no extension), folder_plant."""
    parts: list[Reports] = []
    sheets = found.sheets.join(files, on="file_no")
    for layout in site.layouts:
        mine = sheets.filter(pl.col("layout_id") == layout.id)
        if not mine.is_empty():
            keep = mine.select(SHEET)
            parts.append(
                _of_layout(
                    layout,
                    mine,
                    found.fields.join(keep, on=SHEET),
                    found.values.join(keep, on=SHEET),
                    site,
                )
            )
    return joined(parts, found.refusals)


def _of_layout(
    layout: Layout, sheets: pl.DataFrame, labelled: pl.DataFrame, values: pl.DataFrame, site: Site
) -> Reports:
    fields = separate_shifts(sheet_fields(layout, sheets, labelled), sheets, site)
    read = table_rows.read(layout, values)
    rows = place_rows(read.rows.join(sheets, on=SHEET, how="left", maintain_order="left"), fields, site)
    rows = table_rows.borrow_keys(layout, rows)
    read, rows = table_rows.in_pieces(read, rows, site)
    failures = _value_failures(layout, read.failures, rows)
    rows, misplaced = outside_period(layout, rows)
    slid = slid_texts(layout, rows, failures["row_id"])
    failures = pl.concat([failures, misplaced, slid, shifts_twice(layout, rows)], how="diagonal_relaxed")
    rows, lost = table_rows.drop_keyless(rows, layout)
    rows = table_rows.place_times(layout, rows, site)
    # A row whose day or shift cannot be read has been told by that cell already.
    unread = failures.filter(pl.col("measure").is_in(KEY))
    lost = pl.concat(
        [_key_failures(fields, sheets), failures, lost.join(unread, on="row_id", how="anti")], how="diagonal_relaxed"
    )
    tables = _tables(layout, rows, read.wide, site)
    stray = stray_defects(tables["report_defect"], site)
    tables, refused = _validate(tables)
    held_back = pl.concat([lost, refused, stray], how="diagonal_relaxed")
    bad = held_back.filter(pl.col("row_id").is_not_null()).select("row_id").unique()
    tables = {name: frame.join(bad, on="row_id", how="anti") for name, frame in tables.items()}
    sheet_keys = place_rows(sheets, fields, site)
    reports = _reports(rows, sheet_keys, layout)
    reports = _with_contradictions(reports, contradictions(sheet_keys, fields, site), rows, sheet_keys)
    stated = value_rows(reports, read, rows)
    value = pl.concat([stated.drop("report_no"), label_rows(fields, rows, sheet_keys)])
    refused_rows = (
        held_back.filter(pl.all_horizontal(pl.col(KEY).is_not_null()))
        .group_by("file_no", *KEY)
        .agg(refused_rows=pl.len().cast(pl.Int32))
    )
    # The order of reports stays: ``stated`` names them by their place.
    reports = reports.join(refused_rows, on=["file_no", *KEY], how="left", maintain_order="left").with_columns(
        pl.col("refused_rows").fill_null(0)
    )
    return Reports(
        with_hash(reports, stated, tables["report_output"]),
        {**{name: frame.drop("row_id") for name, frame in tables.items()}, "value": value},
        held_back.select(HELD_BACK.keys()),
        [],
    )


def _tables(layout: Layout, rows: pl.DataFrame, wide: pl.DataFrame, site: Site) -> dict[str, pl.DataFrame]:
    """Rows by contract: those of tables, and one for each wide cell."""
    rows = rows.with_columns(
        report_id=report_id(), source_sheet="sheet_name", row_no=(pl.col("row") + 1).cast(pl.Int32)
    )
    expanded = table_rows.expand_wide(rows, wide)
    frames: dict[str, pl.DataFrame] = {}
    for into, name in REPORT_TABLES.items():
        contract = TARGETS[into]
        own = [t for t, table in layout.tables.items() if table.into == into]
        parts = [
            rows.filter(pl.col("table").is_in(own), pl.col("has_own_values")),
            expanded.filter(pl.col("into") == into),
        ]
        frame = pl.concat(parts, how="diagonal_relaxed")
        frame = table_rows.known_codes(frame, site)
        frames[name] = pl.concat([frame.select("row_id", "file_no"), contract.conform(frame)], how="horizontal")
    scrap = expanded.filter(pl.col("into") == "defect", ~pl.col("is_total"))
    frames["report_output"] = table_rows.scrap_from_defects(frames["report_output"], scrap)
    return frames


def _validate(tables: dict[str, pl.DataFrame]) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """One validation a table and batch; failing rows with the cell that failed."""
    good: dict[str, pl.DataFrame] = {}
    failed: list[pl.DataFrame] = [pl.DataFrame(schema={**HELD_BACK, "row_id": pl.UInt32})]
    for name, frame in tables.items():
        contract = TABLES[name]
        own = list(contract.columns())
        good[name] = frame
        failures = split_valid(contract, frame.select(own))[1] if frame.height else frame
        if failures.is_empty():
            continue
        bad = frame.with_row_index("row").join(failures, on="row")
        cells = pl.coalesce(
            pl.when(pl.col("column") == c.removesuffix("_cell")).then(pl.col(c)) for c in own if c.endswith("_cell")
        )
        key = pl.col("report_id").str.split("/")
        failed.append(
            bad.select(
                "file_no",
                "source_sheet",
                cells.alias("source_cell"),
                key.list.get(0).alias("plant_id"),
                key.list.get(1).alias("line_id"),
                key.list.get(2).str.to_date("%Y-%m-%d", strict=False).alias("production_date"),
                key.list.get(3).alias("shift_id"),
                pl.lit(name).alias("table_name"),
                pl.col("column").alias("measure"),
                pl.col("value").alias("raw"),
                pl.lit("contract").alias("reason_code"),
                pl.concat_str(pl.lit('{"check": "'), pl.col("check").str.replace_all('"', "'"), pl.lit('"}')).alias(
                    "reason_params"
                ),
                "row_id",
            )
        )
    return good, pl.concat(failed, how="diagonal_relaxed")


def _key_failures(fields: pl.DataFrame, sheets: pl.DataFrame) -> pl.DataFrame:
    """Labelled fields that could not be read, such as a date without a year."""
    bad = fields.filter(pl.col("bad").is_not_null(), pl.col("place").is_in([0, 4])).join(
        sheets.select(*SHEET, "sheet_name"), on=SHEET
    )
    return bad.select(
        "file_no",
        pl.col("sheet_name").alias("source_sheet"),
        pl.col("cell").alias("source_cell"),
        pl.lit("report").alias("table_name"),
        pl.col("name").alias("measure"),
        pl.col("text").alias("raw"),
        pl.col("bad").alias("reason_code"),
        pl.lit("{}").alias("reason_params"),
        pl.lit(None, pl.UInt32).alias("row_id"),
    )


def _value_failures(layout: Layout, failures: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Cells of tables that could not be read, with the key of their row.

    The word that marks a total is none, unless it stands in another column than that of the table's other totals and
    in the place of a number: then that row has moved.
    """
    words = [fold(word) for table in layout.tables.values() for word in table.total]
    marks = pl.col("is_total") & folded("text").is_in(words)
    several = pl.col("measure").n_unique().over("file_no", "sheet_no", "table", marks) > 1
    moved = several & (pl.col("bad") == "cell_not_number")
    return (
        failures.join(rows.select("row_id", *KEY, "sheet_no", "table", "sheet_name", "is_total"), on="row_id")
        .filter(~marks | moved)
        .select(
            "file_no",
            pl.col("sheet_name").alias("source_sheet"),
            pl.col("cell").alias("source_cell"),
            *KEY,
            pl.col("into").replace_strict(REPORT_TABLES).alias("table_name"),
            "measure",
            pl.col("text").alias("raw"),
            pl.col("bad").alias("reason_code"),
            pl.lit("{}").alias("reason_params"),
            "row_id",
        )
    )


def _reports(rows: pl.DataFrame, sheet_keys: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """One row per file and report: from its rows, and from sheets that name a whole key but hold no row."""
    columns = ["file_no", "sheet_no", "sheet_name", *KEY, "leader", "signature", *(f"{k}_cell" for k in KEY[1:])]
    whole = pl.all_horizontal(pl.col(KEY).is_not_null())
    places = pl.concat([rows.select(columns), sheet_keys.select(columns)]).filter(whole).sort("file_no", "sheet_no")
    if "real_no" in sheet_keys.columns:
        # Blocks of a sheet that take their key from the same cells claim it once.
        cells = [f"{k}_cell" for k in KEY[1:]]
        claims = sheet_keys.select(*SHEET, claim=pl.col("sheet_no").min().over("file_no", "real_no", *cells))
        places = places.join(claims, on=SHEET, maintain_order="left").drop("sheet_no").rename({"claim": "sheet_no"})
    return (
        places.group_by("file_no", *KEY, maintain_order=True)
        .agg(
            pl.col("sheet_name").first().alias("source_sheet"),
            pl.col("leader", "signature").drop_nulls().first(),
            *(pl.col(f"{k}_cell").first() for k in KEY[1:]),
            _claims(layout).cast(pl.Int32).alias("key_sheets"),
        )
        .with_columns(report_id=report_id(), layout_id=pl.lit(layout.id))
    )


def _claims(layout: Layout) -> pl.Expr:
    """Sheets that claim the key by themselves; a report that its layout spreads over sheets is claimed once."""
    several = any(table.sheet for table in layout.tables.values())
    return pl.lit(1) if several else pl.col("sheet_no").n_unique()


def _with_contradictions(
    reports: pl.DataFrame, found: pl.DataFrame, rows: pl.DataFrame, sheet_keys: pl.DataFrame
) -> pl.DataFrame:
    """What the places of a sheet disagree about concerns every report that the sheet holds."""
    keys = pl.concat([sheet_keys.select(*SHEET, *KEY), rows.select(*SHEET, *KEY)]).unique(maintain_order=True)
    told = (
        found.join(keys, on=SHEET)
        .group_by("file_no", *KEY)
        .agg(pl.struct("name", "place", "in_force", "other", "cell").alias("told"))
    )
    texts = pl.Series(
        "contradictions", [json.dumps(items, ensure_ascii=False) for items in told["told"].to_list()], dtype=pl.String
    )
    return reports.join(told.drop("told").with_columns(texts), on=["file_no", *KEY], how="left")


def joined(parts: Sequence[Reports], refusals: list[Refusal]) -> Reports:
    """One batch of several; of none, one without rows."""
    names = (*REPORT_TABLES.values(), "value")
    empty = {name: pl.DataFrame(schema={"file_no": pl.UInt32, **TABLES[name].columns()}) for name in names}
    tables = {
        name: pl.concat([empty[name], *(p.tables[name] for p in parts)], how="diagonal_relaxed") for name in names
    }
    reports = TABLES["report"].columns()
    schema: dict[str, pl.DataType] = {"file_no": pl.UInt32(), **{c: reports[c] for c in _REPORT_COLUMNS}}
    return Reports(
        pl.concat(
            [pl.DataFrame(schema=schema), *(p.reports.select(schema.keys()) for p in parts)], how="vertical_relaxed"
        ),
        tables,
        pl.concat([pl.DataFrame(schema=HELD_BACK), *(p.held_back for p in parts)], how="vertical_relaxed"),
        refusals,
    )


_REPORT_COLUMNS = (
    "report_id",
    *KEY,
    "layout_id",
    "source_sheet",
    "content_hash",
    "leader",
    "signature",
    *(f"{k}_cell" for k in KEY[1:]),
    "contradictions",
    "refused_rows",
    "key_sheets",
)
