"""One kind of export: which header stands where, and its fields read as numbers, days and instants.

To which line and shift a record belongs: ``etl.normalize.exports``.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from data_contracts.export import EXPORT_TARGETS, ExportColumn, ExportMapping
from etl.normalize import values
from etl.normalize.names import own_aliases

RECORD = "record_no"
_TEXT_KIND = pl.lit(values.TEXT, pl.UInt8)


def header_of(mapping: ExportMapping, frame: pl.DataFrame) -> dict[str, str]:
    """Header text to column of a file's frame."""
    at = header_at(mapping, frame)
    if at is None:
        return {}
    row, body = frame.row(at, named=True), frame.slice(at + 1)
    header: dict[str, str] = {}
    for number, column in enumerate((c for c in frame.columns if c.startswith("c")), start=1):
        text = (row[column] or "").strip()
        if text in header:
            text = f"{text} (column {number})"  # twice the same name: neither is guessed to be the right one
        if text or body[column].null_count() < body.height:
            header[text or f"(column {number})"] = column
    return header


def header_at(mapping: ExportMapping, frame: pl.DataFrame) -> int | None:
    """Index of the first filled row that is not above the header's; records of a list have theirs first."""
    if mapping.format == "json":
        return 0 if frame.height else None
    below = (frame[RECORD] >= mapping.header_row).arg_true()
    return int(below[0]) if len(below) else None


def fits(mapping: ExportMapping, header: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Required columns that are missing, and columns that the mapping does not know."""
    wide = set(mapping.wide.headers) if mapping.wide else set()
    missing = [
        column.source[0]
        for column in mapping.columns.values()
        if column.source and not column.optional and not set(column.source) & set(header)
    ]
    missing += sorted(wide - set(header))
    known = {s for c in mapping.columns.values() for s in c.source} | set(mapping.ignore) | wide | set(mapping.key)
    unknown = [] if mapping.unknown == "ignore" else [h for h in header if h not in known]
    return missing, unknown


def unfold(mapping: ExportMapping, records: pl.DataFrame) -> pl.DataFrame:
    """Wide columns to one record a code; blanks and zeros say that there was nothing."""
    if mapping.wide is None:
        return records
    codes = {f"s:{header}": code for header, code in mapping.wide.headers.items()}
    keep = [c for c in records.columns if c not in codes and c != "row_id"]
    return (
        records.unpivot(list(codes), index=keep, variable_name="wide_code", value_name="wide_value")
        .filter(~pl.col("wide_value").str.strip_chars().str.contains(r"^[0.,]*$").fill_null(value=True))
        .with_columns(pl.col("wide_code").replace_strict(codes))
        .with_row_index("row_id")
    )


def read_fields(mapping: ExportMapping, records: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All columns of the mapping read; and the fields that could not be."""
    schema = EXPORT_TARGETS[mapping.kind].columns()
    rows = records
    failures: list[pl.DataFrame] = []
    wanted = dict(mapping.columns)
    if mapping.wide is not None:
        rows = rows.with_columns(reason_code="wide_code")
        wanted[mapping.wide.value] = ExportColumn.model_validate({"from": "wide_value"})
    for name, column in wanted.items():
        given = [f"s:{s}" for s in column.source if f"s:{s}" in records.columns]
        given += [s for s in column.source if s == "wide_value"]
        text = pl.coalesce(*given) if given else pl.lit(column.const, pl.String)
        typed = [g for g in given if f"k{g[1:]}" in records.columns]
        kind, number = (
            pl.coalesce(*(pl.when(pl.col(g).is_not_null()).then(p + g[1:]) for g in typed), default)
            for p, default in (("k", _TEXT_KIND), ("n", pl.lit(None, pl.Float64)))
        )
        cells = rows.select("row_id", text.alias("text"), kind=kind, number=number)
        cells = cells.filter(pl.col("text").str.strip_chars() != "")
        read = _read_column(name, column, schema[name], cells, mapping)
        bad = read.filter(pl.col("bad").is_not_null())
        failures.append(
            bad.select(
                "row_id",
                pl.lit(name).alias("measure"),
                pl.col("text").alias("raw"),
                pl.col("bad").alias("reason_code"),
                pl.lit("{}").alias("reason_params"),
            )
        )
        columns = [pl.col("value").alias(name)]
        if "moment" in read.columns:
            columns += [pl.col("moment").alias(f"{name}_moment"), pl.col("instant").alias(f"{name}_instant")]
        rows = rows.join(read.select("row_id", *columns), on="row_id", how="left", maintain_order="left")
    return rows, pl.concat(failures)


def _read_column(
    name: str, column: ExportColumn, dtype: pl.DataType, cells: pl.DataFrame, mapping: ExportMapping
) -> pl.DataFrame:
    if dtype == pl.Float64:
        reader = values.minutes if name.endswith("_min") else values.numbers
        return reader(cells, mapping.decimal).with_columns(pl.col("value") * column.scale)
    if dtype == pl.Date:
        return values.days(cells, column.formats)
    if dtype == pl.Datetime("us"):
        return _instants(cells, column.formats)
    return own_aliases(values.texts(cells), "value", column.aliases)


def _instants(cells: pl.DataFrame, formats: list[str]) -> pl.DataFrame:
    """``instant`` (UTC, where the text says its offset), ``moment`` (wall time) or ``value`` (minutes of the day)."""
    none = pl.lit(None, pl.Datetime("us"))
    given = (
        pl.coalesce(pl.col("text").str.to_datetime(f, time_unit="us", strict=False) for f in formats if "%z" not in f)
        if any("%z" not in f for f in formats)
        else none
    )
    offset = [f for f in formats if "%z" in f]
    aware = pl.coalesce(
        none,
        *(
            pl.col("text").str.to_datetime(f, time_unit="us", time_zone="UTC", strict=False).dt.replace_time_zone(None)
            for f in offset
        ),
    )
    quick = cells.with_columns(
        moment=given,
        instant=aware,
        value=pl.lit(None, pl.Float64),
        bad=pl.lit(None, pl.String),
        repair=pl.lit(None, pl.String),
    )
    read = pl.col("moment").is_not_null() | pl.col("instant").is_not_null()
    hard = quick.filter(~read)
    if hard.is_empty():
        return quick
    slow = _instants_as_written(hard.select(cells.columns)).select(quick.columns)
    return pl.concat([quick.filter(read), slow])


def _instants_as_written(cells: pl.DataFrame) -> pl.DataFrame:
    text = pl.col("text").str.strip_chars()
    offset = text.str.contains(r"(?:Z|[+-]\d{2}:?\d{2})$")
    written = text.str.replace("Z$", "+00:00").str.replace(" ", "T")
    aware = pl.coalesce(
        written.str.to_datetime(f"%Y-%m-%dT{clock}%z", time_unit="us", time_zone="UTC", strict=False)
        for clock in ("%H:%M:%S%.f", "%H:%M")
    )
    read = values.clocks(cells, whole_hours=False)
    return read.with_columns(
        instant=pl.when(offset).then(aware.dt.replace_time_zone(None)),
        moment=pl.when(~offset).then("moment"),
    ).with_columns(
        bad=pl.when(pl.all_horizontal(pl.col("instant", "moment", "value").is_null())).then(pl.lit("cell_not_time"))
    )
