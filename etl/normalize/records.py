"""Cells of tables to cells of records: where a row names its measure, or upper headers and hours split a row.

Tables that do neither pass through untouched. Reading the cells: ``rows``.
"""

from __future__ import annotations

import polars as pl

from data_contracts.layout import TARGETS, VALUE, Layout, LayoutTable, MeasureFrom
from etl.normalize.labels import fold, folded
from etl.normalize.plans import NAMED

ROW = ["file_no", "sheet_no", "table", "row", "group"]
_PLACE = ["file_no", "sheet_no", "table", "row"]


def has_groups(table: LayoutTable) -> bool:
    """Whether one row of the table holds several records."""
    return bool(table.group) or any(wide.field for wide in table.wide)


def quantities(table: LayoutTable) -> list[str]:
    """Measures that are numbers."""
    return [name for name, dtype in TARGETS[table.into].columns().items() if dtype == pl.Float64]


def as_records(layout: Layout, cells: pl.DataFrame) -> pl.DataFrame:
    """The same cells with ``row`` and ``group`` of the record they belong to, and ``bad`` where that cannot be said."""
    for name, table in layout.tables.items():
        if table.measure_from is not None:
            mine = pl.col("table") == name
            named = _named_measures(table, table.measure_from, cells.filter(mine))
            cells = pl.concat([cells.filter(~mine), named], how="diagonal_relaxed")
        if has_groups(table):
            mine = pl.col("table") == name
            cells = pl.concat([cells.filter(~mine), _shared_over_groups(table, cells.filter(mine))])
    return cells


def _shared_over_groups(table: LayoutTable, cells: pl.DataFrame) -> pl.DataFrame:
    """A text outside the groups, such as the machine, belongs to every record of its row; a quantity to one only."""
    quantity = pl.col("measure").is_in(quantities(table)) | pl.col("code").is_not_null()
    records = (
        cells.filter(pl.col("group").is_not_null() | quantity).select(*_PLACE, "group").unique(maintain_order=True)
    )
    deeper = records.join(records, on=_PLACE, suffix="_of").filter(_lies_in("group_of", "group"))
    numbered = cells.filter(quantity).select(*_PLACE, "group").unique()
    empty = deeper.join(numbered, on=[*_PLACE, "group"], how="anti", nulls_equal=True)
    records = records.join(empty, on=[*_PLACE, "group"], how="anti", nulls_equal=True)
    if records.is_empty():
        return cells
    texts = cells.filter(~quantity)
    shared = texts.join(records, on=_PLACE, how="left", maintain_order="left_right", suffix="_of")
    above = _lies_in("group_of", "group") | pl.col("group").eq_missing(pl.col("group_of"))
    shared = shared.filter(above).with_columns(group="group_of").drop("group_of")
    return pl.concat([shared.select(cells.columns), cells.filter(quantity)])


def _lies_in(inner: str, outer: str) -> pl.Expr:
    """Whether a record lies below the upper headers of another one; the row itself is above all."""
    below = pl.col(inner).str.starts_with(pl.col(outer) + "\x1f")
    return (pl.col(inner).is_not_null() & pl.col(outer).is_null()) | below.fill_null(value=False)


def _named_measures(table: LayoutTable, rule: MeasureFrom, cells: pl.DataFrame) -> pl.DataFrame:
    """Rows that name their measure: rows with equal keys become one record at the first of them."""
    measures = {fold(label): measure for label, measure in rule.labels.items()}
    units = {fold(label): unit for label, unit in rule.units.items()}
    known = {*measures, *map(fold, table.ignore), *map(fold, table.total)}
    labels = cells.filter(pl.col("measure") == NAMED).with_columns(_label=folded("text"))
    rows = cells.select(_PLACE).unique().join(labels.select(*_PLACE, "_label"), on=_PLACE, how="left")
    rows = rows.with_columns(
        _measure=pl.col("_label").replace_strict(measures, default=None, return_dtype=pl.String),
        _unit=pl.col("_label").replace_strict(units, default=None, return_dtype=pl.String),
        _is_known=pl.col("_label").is_in(list(known)),
    )
    rows = rows.join(_record_rows(table, cells), on=_PLACE)
    joined = cells.join(rows, on=_PLACE, maintain_order="left")
    unit = pl.col("unit") if "unit" in cells.columns else pl.lit(None, pl.String)
    named = joined.filter(pl.col("measure") == VALUE, pl.col("_measure").is_not_null()).with_columns(
        measure="_measure", unit=pl.coalesce("_unit", unit), bad=pl.lit(None, pl.String)
    )
    again = pl.struct("file_no", "sheet_no", "table", "_record", "group", "measure", "is_total")
    named = named.with_columns(bad=pl.when(~again.is_first_distinct()).then(pl.lit("cell_twice")))
    nameless = joined.filter(pl.col("measure") == VALUE, pl.col("_label").is_null()).with_columns(
        measure=pl.lit(NAMED), bad=pl.lit("measure_missing")
    )
    strange = joined.filter(pl.col("measure") == NAMED, ~pl.col("_is_known")).with_columns(
        bad=pl.lit("measure_unknown")
    )
    others = joined.filter(~pl.col("measure").is_in([VALUE, NAMED])).unique(
        ["file_no", "sheet_no", "table", "_record", "group", "measure", "code"], keep="first", maintain_order=True
    )
    parts = [part.with_columns(row="_record") for part in (others, named, nameless, strange)]
    return pl.concat(parts, how="diagonal_relaxed").drop("_label", "_measure", "_unit", "_is_known", "_record")


def _record_rows(table: LayoutTable, cells: pl.DataFrame) -> pl.DataFrame:
    """``_record`` of each row: the first row of the sheet with the same keys. Keys of merged cells are filled down."""
    rows = cells.group_by(_PLACE).agg(pl.col("is_total").any()).sort(_PLACE)
    number = quantities(table)
    keys = [m for m in table.columns if m != VALUE and m not in number]
    for n, measure in enumerate(keys):
        texts = cells.filter(pl.col("measure") == measure, pl.col("group").is_null())
        texts = texts.select(*_PLACE, pl.col("text").str.strip_chars().alias(f"_key{n}"))
        rows = rows.join(texts.unique(_PLACE, keep="first"), on=_PLACE, how="left", maintain_order="left")
        if table.columns[measure].fill_down:
            rows = rows.with_columns(pl.col(f"_key{n}").forward_fill().over("file_no", "sheet_no", "table"))
    same = ["file_no", "sheet_no", "table", "is_total", *(f"_key{n}" for n in range(len(keys)))]
    return rows.select(*_PLACE, _record=pl.col("row").min().over(same))
