"""One kind of export: which header stands where, and its fields read as numbers, days and instants.

To which line and shift a record belongs: ``etl.normalize.exports``.
"""

from __future__ import annotations

import json
from collections.abc import Collection

import polars as pl

from data_contracts.export import EXPORT_TARGETS, KEY_ONLY, ExportColumn, ExportMapping
from etl.normalize import values
from etl.normalize.decimals import ONE_GROUP, decimal_marks
from etl.normalize.labels import fold, folded
from etl.normalize.names import in_form, own_aliases

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
    """Index of the first filled row that is not above the header's; records of a list have theirs first, as 0."""
    if frame.height and frame[RECORD][0] == 0:
        return 0
    below = (frame[RECORD] >= mapping.header_row).arg_true()
    return int(below[0]) if len(below) else None


def fits(mapping: ExportMapping, header: Collection[str]) -> tuple[list[str], list[str]]:
    """Required columns that are missing, and columns that the mapping does not know."""
    wide = set(mapping.wide.headers) if mapping.wide else set()
    there = set(header)
    missing = [
        " + ".join(column.join) or column.source[0]
        for column in mapping.columns.values()
        if not column.optional and not is_given(column, there)
    ]
    if "xml" not in mapping.format:  # there a path that no record has is no column that was left out
        missing += [k for k in mapping.key if k not in mapping.columns and k != "reason_code" and k not in there]
    missing += sorted(wide - there)
    known = {*mapping.paths(), *mapping.ignore, *wide, *mapping.key}
    unknown = [] if mapping.unknown == "ignore" else [h for h in header if h not in known]
    return list(dict.fromkeys(missing)), unknown


def is_given(column: ExportColumn, header: Collection[str]) -> bool:
    """Whether a file with this header says anything of the column."""
    if column.join:
        return set(column.join) <= set(header)
    return not column.source or bool(set(column.source) & set(header))


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
    schema = {**EXPORT_TARGETS[mapping.kind].columns(), KEY_ONLY: pl.String()}
    wanted = dict(mapping.columns)
    rows = records
    if mapping.wide is not None:
        rows = rows.with_columns(reason_code="wide_code")
        wanted[mapping.wide.value] = ExportColumn.model_validate({"from": "wide_value"})
    cells = {name: _cells(column, records) for name, column in wanted.items()}
    numeric = [cells[name] for name in wanted if schema[name] == pl.Float64]
    marks = decimal_marks(numeric) if mapping.decimal == "auto" else None
    failures: list[pl.DataFrame] = []
    for name, column in wanted.items():
        dtype = schema[name]
        if dtype == pl.Float64:
            read = _numbers(name, cells[name], mapping, marks).with_columns(pl.col("value") * column.scale)
        else:
            read = _texts(column, dtype, cells[name])
        bad = read.filter(pl.col("bad").is_not_null())
        failures.append(failed(bad, pl.col("bad"), measure=name, raw="text"))
        columns = [pl.col("value").alias(name)]
        if "moment" in read.columns:
            columns += [pl.col("moment").alias(f"{name}_moment"), pl.col("instant").alias(f"{name}_instant")]
        rows = rows.join(read.select("row_id", *columns), on="row_id", how="left", maintain_order="left")
    return rows, pl.concat(failures)


def failed(rows: pl.DataFrame, reason: pl.Expr, *, measure: str, raw: str | None, **params: str) -> pl.DataFrame:
    """Rows that will be held back, one line each: what could not be read, and why."""
    return rows.select(
        pl.col("row_id"),
        pl.lit(measure).alias("measure"),
        (pl.col(raw).cast(pl.String) if raw else pl.lit(None, pl.String)).alias("raw"),
        reason.alias("reason_code"),
        pl.lit(json.dumps(params, ensure_ascii=False)).alias("reason_params"),
    )


def _cells(column: ExportColumn, records: pl.DataFrame) -> pl.DataFrame:
    """Row, file, text, kind and number of one column's cells; blanks are left out."""
    given = [f"s:{s}" for s in column.source if f"s:{s}" in records.columns]
    given += [s for s in column.source if s == "wide_value"]
    joined = [f"s:{s}" for s in column.join if f"s:{s}" in records.columns]
    text: pl.Expr = pl.lit(column.const, pl.String)
    if given:
        text = pl.coalesce(*given)
    elif joined and len(joined) == len(column.join):
        text = pl.concat_str(pl.col(joined).str.strip_chars(), separator=" ")
    if column.when is not None:
        text = pl.when(is_word(f"s:{column.when.column}", column.when.words)).then(text)
    if column.once:
        group = ["file_no", *(f"s:{name}" for name in column.once)]
        text = pl.when(pl.int_range(pl.len()).over(group) == 0).then(text)
    typed = [g for g in given if f"k{g[1:]}" in records.columns]
    kind, number = (
        pl.coalesce(*(pl.when(pl.col(g).is_not_null()).then(p + g[1:]) for g in typed), default)
        for p, default in (("k", _TEXT_KIND), ("n", pl.lit(None, pl.Float64)))
    )
    cells = records.select("row_id", "file_no", text.alias("text"), kind=kind, number=number)
    return cells.filter(pl.col("text").str.strip_chars() != "")


def is_word(header: str, words: Collection[str]) -> pl.Expr:
    """Whether a field says one of these words; width and case do not count, a blank field is the word ``""``."""
    return folded(header).fill_null("").is_in([fold(word) for word in words])


def _numbers(name: str, cells: pl.DataFrame, mapping: ExportMapping, marks: pl.DataFrame | None) -> pl.DataFrame:
    reader = values.minutes if name.endswith("_min") else values.numbers
    # SAP and other ledgers write the sign behind: 155,22-
    signed = cells.with_columns(pl.col("text").str.replace(r"^\s*([\d.,\s\u00a0]*\d)\s*-\s*$", "-$1"))
    if marks is None:
        return reader(signed, mapping.decimal)
    marked = signed.join(marks, on="file_no", how="left")
    parts = [
        reader(marked.filter(pl.col("mark").fill_null("") == sign), "," if sign == "," else ".")
        for sign in (".", ",", "", "both")
    ]
    read = pl.concat([part.with_columns(pl.col("repair").cast(pl.String)) for part in parts])
    unclear = (
        ((pl.col("mark").is_null()) & pl.col("text").str.contains(ONE_GROUP))
        | ((pl.col("mark") == "both") & pl.col("text").str.contains("[.,]"))
    ) & (pl.col("kind") == values.TEXT)
    return read.with_columns(
        value=pl.when(~unclear.fill_null(value=False)).then("value"),
        bad=pl.when(unclear).then(pl.lit("cell_number_ambiguous")).otherwise("bad"),
    )


def _texts(column: ExportColumn, dtype: pl.DataType, cells: pl.DataFrame) -> pl.DataFrame:
    if dtype == pl.Date:
        return values.days(cells, column.formats)
    if dtype == pl.Datetime("us"):
        return _instants(cells, column.formats)
    read = values.texts(cells)
    if column.pattern is not None:
        read = read.with_columns(pl.coalesce(pl.col("value").str.extract(column.pattern, 1), "value").alias("value"))
    read = own_aliases(read, "value", column.aliases)
    return read.with_columns(in_form(pl.col("value"), column.form))


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
