"""To which line, production day and shift a row belongs, and which places of its file disagree about that."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl
from polars._typing import PolarsDataType

from data_contracts.layout import DATE_PARTS, KEY_FIELDS, SHEET_FIELDS, Layout, Source, named_parts
from data_contracts.site import Site
from etl.normalize import values
from etl.normalize.cells import as_said
from etl.normalize.names import own_aliases, resolve_lines, resolve_shifts

SHEET = ["file_no", "sheet_no"]
_CANDIDATE: dict[str, PolarsDataType] = {
    "file_no": pl.UInt32,
    "sheet_no": pl.UInt16,
    "name": pl.String,
    "place": pl.UInt8,
    "kind": pl.UInt8,
    "text": pl.String,
    "number": pl.Float64,
    "cell": pl.String,
}
_MORE: dict[str, PolarsDataType] = {"said": pl.String, "bad": pl.String}


def sheet_fields(layout: Layout, sheets: pl.DataFrame, labelled: pl.DataFrame) -> pl.DataFrame:
    """Every place that says something about a field of a sheet, read.

    One row per sheet, field and place (0 label, 1 sheet name, 2 file name, 3 constant) with ``value`` (text;
    days in ISO form), ``bad`` and ``cell``.
    """
    more = {name: kind for name, kind in _MORE.items() if name in labelled.columns}
    labelled = _with_dates(layout, sheets, labelled)
    parts = [labelled.with_columns(place=pl.lit(0, pl.UInt8)).select(*_CANDIDATE, *more)]
    for name, source in layout.fields.items():
        for place, column in ((1, "sheet_name"), (2, "file_name")):
            text = _from_names(source, column, sheets)
            if text is not None:
                parts.append(_written(sheets, name, place, pl.lit(text), pl.col(column)))
        if source.const:
            parts.append(_written(sheets, name, 3, pl.lit(source.const), pl.lit(layout.id)))
    types = {**_CANDIDATE, **more}
    found = pl.concat(
        [p.select(pl.col(n).cast(t) for n, t in types.items() if n in p.columns) for p in parts], how="diagonal"
    ).filter(pl.col("text").is_not_null())
    read = [_read(found.filter(pl.col("name") == name), layout.fields[name]) for name in layout.fields]
    nothing = dict.fromkeys(("value", "bad", "repair"), pl.lit(None, pl.String))
    return pl.concat(read) if read else found.with_columns(**nothing)


def _with_dates(layout: Layout, sheets: pl.DataFrame, labelled: pl.DataFrame) -> pl.DataFrame:
    """Dates whose parts a pattern found, in ISO form; parts that it did not find come from names."""
    source = layout.fields.get("production_date")
    if source is None or not named_parts(source.pattern) or "said" not in labelled.columns:
        return labelled
    patterns = {c: p for c in ("file_name", "sheet_name") if (p := getattr(source, c)) is not None}
    placed = labelled.join(sheets.select(*SHEET, "sheet_name", "file_name"), on=SHEET, maintain_order="left")
    said: list[str | None] = []
    for row in placed.select("name", "said", "sheet_name", "file_name").iter_rows(named=True):
        text: str | None = row["said"]
        if row["name"] == "production_date" and text is not None:
            found = dict(part.split("=", 1) for part in text.split("\x1f"))
            text = _date({} if set(found) == set(DATE_PARTS) else patterns, row, found)
        said.append(text)
    return labelled.with_columns(pl.Series("said", said, dtype=pl.String))


def _from_names(source: Source, column: str, sheets: pl.DataFrame) -> pl.Series | None:
    """What the names of sheets or files say about a field; None when the layout does not ask.

    A date whose parts stand in both names counts as the sheet's: the file alone does not know the day.
    """
    pattern: str | None = getattr(source, column)
    if pattern is None:
        return None
    if not named_parts(pattern):
        search = re.compile(pattern).search
        hits = [search(name) for name in sheets[column].to_list()]
        return pl.Series([hit[min(1, hit.re.groups)] if hit else None for hit in hits], dtype=pl.String)
    whole = named_parts(pattern) == set(DATE_PARTS)
    if not whole and column == "file_name" and source.sheet_name is not None:
        return None
    asked = {c: p for c in ("file_name", "sheet_name") if (p := getattr(source, c)) is not None}
    patterns = {column: pattern} if whole else asked
    dates = [_date(patterns, row) for row in sheets.select("sheet_name", "file_name").iter_rows(named=True)]
    return pl.Series(dates, dtype=pl.String)


def _date(patterns: Mapping[str, str], names: Mapping[str, str], found: Mapping[str, str] | None = None) -> str | None:
    """The date in ISO form from the named groups of both names; the sheet's parts win over the file's.

    ``found``: parts that stand in the sheet itself.
    """
    parts: dict[str, str] = dict(found or {})
    for column, pattern in patterns.items():
        hit = re.search(pattern, names[column])
        if hit is None:
            return None
        parts.update({name: text for name, text in hit.groupdict().items() if text})
    if set(parts) != set(DATE_PARTS) or not all(text.isdecimal() for text in parts.values()):
        return None
    year, month, day = (int(parts[name]) for name in DATE_PARTS)
    return f"{year + 2000 if len(parts['year']) == 2 else year:04}-{month:02}-{day:02}"


def _written(sheets: pl.DataFrame, name: str, place: int, text: pl.Expr, cell: pl.Expr) -> pl.DataFrame:
    return sheets.select(
        *SHEET,
        pl.lit(name).alias("name"),
        pl.lit(place, pl.UInt8).alias("place"),
        pl.lit(values.TEXT, pl.UInt8).alias("kind"),
        text.alias("text"),
        pl.lit(None, pl.Float64).alias("number"),
        cell.alias("cell"),
    )


def _read(found: pl.DataFrame, source: Source) -> pl.DataFrame:
    name = found["name"][0] if len(found) else ""
    if name == "production_date":
        formats = tuple(source.formats)
        read = as_said(found, lambda cells: values.each_once(cells, values.days, formats=formats))
        return read.with_columns(pl.col("value").cast(pl.String))
    return as_said(found, lambda cells: own_aliases(values.texts(cells), "value", source.aliases))


def place_rows(rows: pl.DataFrame, fields: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Adds the resolved key, ``order_id``, ``product_id``, ``leader``, ``signature`` and their cells to rows or sheets.

    ``rows`` may already hold columns of these names from a table; blanks are filled from the sheet's fields.
    A file's folder may name the plant (``folder_plant``).
    """
    nothing = pl.lit(None, pl.String)
    chosen = fields.filter(pl.col("value").is_not_null()).sort("place").unique([*SHEET, "name"], keep="first")
    named = set(chosen["name"].unique())
    wide = chosen.group_by(SHEET).agg(
        (pl.col(column).filter(pl.col("name") == name).first() if name in named else nothing).alias(f"_{name}{end}")
        for name in SHEET_FIELDS
        for column, end in (("value", ""), ("cell", "_cell"))
    )
    placed = rows.join(wide, on=SHEET, how="left", maintain_order="left")
    both = [f"{name}{end}" for name in SHEET_FIELDS for end in ("", "_cell")]
    placed = placed.with_columns(
        pl.coalesce(*((c,) if c in rows.columns else ()), f"_{c}").alias(c) for c in both
    ).drop(f"_{c}" for c in both)
    placed = placed.with_columns(
        plant_id=pl.coalesce("plant_id", "folder_plant"),
        production_date=pl.col("production_date").str.to_date("%Y-%m-%d", strict=False),
    )
    return resolve_shifts(resolve_lines(placed, site.master["line"]), site.master["shift"])


def separate_shifts(fields: pl.DataFrame, sheets: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Two sheets of a file cannot be the same shift: where their labels collide, the sheet's own name decides.

    Only where that name is a known shift; the label that loses is told as a contradiction.
    """
    keys = place_rows(sheets, fields, site).filter(pl.all_horizontal(pl.col(KEY_FIELDS).is_not_null()))
    colliding = keys.filter(pl.struct("file_no", *KEY_FIELDS).is_duplicated()).select(*SHEET, "calendar_id", "shift_id")
    by_name = fields.filter(pl.col("name") == "shift_id", pl.col("place") == 1).join(
        colliding.rename({"shift_id": "label_shift"}), on=SHEET
    )
    named = resolve_shifts(by_name.with_columns(shift_id="value"), site.master["shift"]).filter(
        pl.col("shift_known"), pl.col("shift_id") != pl.col("label_shift")
    )
    loses = named.select(*SHEET, name=pl.lit("shift_id"), loses=pl.lit(value=True))
    return (
        fields.join(loses, on=[*SHEET, "name"], how="left", maintain_order="left")
        .with_columns(
            place=pl.when(pl.col("loses").fill_null(value=False) & (pl.col("place") == 0))
            .then(pl.lit(4, pl.UInt8))
            .otherwise("place")
        )
        .drop("loses")
    )


def contradictions(reports: pl.DataFrame, fields: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Places that name another line, day or shift than the one in force.

    ``reports``: one row per sheet with its key. Returns file_no, sheet_no, name, value (in force), other, cell, where.
    A sheet or file name that names no known line or shift at all says nothing.
    """
    keyed = fields.filter(pl.col("name").is_in(KEY_FIELDS), pl.col("value").is_not_null()).join(
        reports.select(*SHEET, "plant_id", "line_id", "production_date", "shift_id", "calendar_id"), on=SHEET
    )
    lines = resolve_lines(
        keyed.filter(pl.col("name") == "line_id").with_columns(in_force="line_id", line_id="value").drop("calendar_id"),
        site.master["line"],
    ).with_columns(other="line_id", known=pl.col("calendar_id").is_not_null())
    shifts = resolve_shifts(
        keyed.filter(pl.col("name") == "shift_id").with_columns(in_force="shift_id", shift_id="value"),
        site.master["shift"],
    ).with_columns(other="shift_id", known=pl.col("shift_known"))
    dates = keyed.filter(pl.col("name") == "production_date").with_columns(
        in_force=pl.col("production_date").cast(pl.String), other="value", known=pl.lit(value=True)
    )
    columns = [*SHEET, "name", "place", "in_force", "other", "cell", "known"]
    return pl.concat([part.select(columns) for part in (lines, shifts, dates)]).filter(
        pl.col("known"), pl.col("other") != pl.col("in_force")
    )
