"""Table cells of one layout to rows: values read, merged keys filled, wide columns unfolded, times placed.

Cells that carry one measure of one record come in (``records``); ``row_id`` numbers the rows of the batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from data_contracts.calendar import to_utc
from data_contracts.layout import CLOCKS, SHEET_FIELDS, Layout
from data_contracts.site import Site
from etl.normalize.cells import read_measure, read_wide
from etl.normalize.clock import SECOND, in_zone, on_production_day, second_of_two, with_shift_bounds
from etl.normalize.names import alias_table, resolve
from etl.normalize.records import ROW, as_records, has_groups
from etl.normalize.units import BY_PRODUCT, to_pieces

KEY = ["plant_id", "line_id", "production_date", "shift_id"]


@dataclass(frozen=True, slots=True)
class ReadRows:
    """``rows``: one per table row with a column a measure and its cell; ``wide``: one per wide cell.

    ``cells``: all cells taken with ``row_id`` and ``repair``; ``failures``: those that could not be read.
    """

    rows: pl.DataFrame
    wide: pl.DataFrame
    cells: pl.DataFrame
    failures: pl.DataFrame


def read(layout: Layout, cells: pl.DataFrame) -> ReadRows:
    """Read the cells of all tables of a layout."""
    cells = as_records(layout, cells)
    row_ids = cells.select(ROW).unique(maintain_order=True).with_row_index("row_id")
    numbered = cells.join(row_ids, on=ROW, nulls_equal=True, maintain_order="left")
    rows = numbered.group_by("row_id", maintain_order=True).agg(
        *(pl.col(c).first() for c in ROW),
        pl.col("is_total").any(),
        (~pl.col("measure").is_in(SHEET_FIELDS) & pl.col("code").is_null()).any().alias("has_own_values"),
        (pl.col("measure").is_in(SHEET_FIELDS) & pl.col("code").is_null()).all().alias("only_named"),
        (~pl.col("measure").is_in(SHEET_FIELDS)).any().alias("has_values"),
    )
    taken: list[pl.DataFrame] = []
    narrow = numbered.filter(pl.col("code").is_null())
    for (table, measure), part in narrow.group_by(["table", "measure"], maintain_order=True):
        done = read_measure(layout, str(table), str(measure), part)
        taken.append(done)
        columns = [pl.col("value").alias(str(measure)), pl.col("cell").alias(f"{measure}_cell")]
        if str(measure) in CLOCKS:
            columns.append(pl.col("moment").alias(f"{measure}_moment"))
        if measure == "hour_start":
            columns.append(second_of_two(pl.col("text")).alias(SECOND))
        rows = _merge(rows, done.select("row_id", *columns))
    wide = read_wide(layout, numbered.filter(pl.col("code").is_not_null()))
    rows = _fill_down(layout, rows, _displaced([*taken, wide]))
    for name, table in layout.tables.items():
        keeps = bool(set(table.columns) & set(KEY))
        if keeps or table.key_from:
            # The total of a list over many reports belongs to none of them.
            rows = rows.filter((pl.col("table") != name) | ~pl.col("is_total"))
    rows = rows.with_columns(has_own_values=pl.col("has_own_values") | pl.col("table").is_in(_row_is_a_fact(layout)))
    everything = pl.concat([_taken(p) for p in (*taken, wide)] or [pl.DataFrame(schema=_CELL_SCHEMA)])
    everything = _without_unsaved_totals(everything, rows.filter("is_total")["row_id"])
    return ReadRows(rows, wide, everything, everything.filter(pl.col("bad").is_not_null()))


def _taken(cells: pl.DataFrame) -> pl.DataFrame:
    """The columns that tell what was taken; ``unit`` only of a value that is not in the contract's unit yet."""
    unit = pl.col("unit") if "unit" in cells.columns else pl.lit(None, pl.String)
    stated = pl.when(unit.is_in(BY_PRODUCT)).then(unit) if "unit" in cells.columns else unit
    return cells.with_columns(unit=stated).select(pl.col(c).cast(t) for c, t in _CELL_SCHEMA.items())


_CELL_SCHEMA = {
    "row_id": pl.UInt32,
    "file_no": pl.UInt32,
    "into": pl.String,
    "measure": pl.String,
    "code": pl.String,
    "cell": pl.String,
    "text": pl.String,
    "repair": pl.String,
    "bad": pl.String,
    "unit": pl.String,
}


def in_pieces(read: ReadRows, rows: pl.DataFrame, site: Site) -> tuple[ReadRows, pl.DataFrame]:
    """Quantities stated in packs or by weight, in pieces of the row's product. ``rows`` know their product by now."""
    stated = read.cells.with_row_index("_cell_no").filter(pl.col("unit").is_not_null(), pl.col("bad").is_null())
    if stated.is_empty():
        return read, rows
    products = rows.select("row_id", "product_id", *(m for m in stated["measure"].unique() if m in rows.columns))
    narrow = [_narrow(stated, products, str(m)) for m in stated["measure"].unique(maintain_order=True)]
    wide = stated.filter(pl.col("code").is_not_null()).join(products.select("row_id", "product_id"), on="row_id")
    wide = wide.join(read.wide.select("row_id", "code", "value"), on=["row_id", "code"])
    order = ["_cell_no", "row_id", "measure", "code", "value", "unit", "product_id"]
    done = to_pieces(pl.concat([p.select(order) for p in (*narrow, wide)]), site.master["product"])
    for measure in done["measure"].unique():
        part = done.filter(pl.col("measure") == measure, pl.col("code").is_null())
        if measure in rows.columns and not part.is_empty():
            pieces = part.select("row_id", _pieces="pieces", _mine=pl.lit(value=True))
            rows = rows.join(pieces, on="row_id", how="left", maintain_order="left").with_columns(
                pl.when(pl.col("_mine").is_null()).then(measure).otherwise("_pieces").alias(measure)
            )
            rows = rows.drop("_pieces", "_mine")
    coded = done.filter(pl.col("code").is_not_null()).select(
        "row_id", "code", _pieces="pieces", _mine=pl.lit(value=True)
    )
    unfolded = read.wide.join(coded, on=["row_id", "code"], how="left", maintain_order="left").with_columns(
        value=pl.when(pl.col("_mine").is_null()).then("value").otherwise("_pieces")
    )
    told = done.select("_cell_no", _bad="bad", _unit=pl.concat_str(pl.lit("unit_"), "unit"))
    cells = (
        read.cells.with_row_index("_cell_no")
        .join(told, on="_cell_no", how="left", maintain_order="left")
        .with_columns(
            bad=pl.coalesce("bad", "_bad"),
            repair=pl.concat_str([pl.col("repair"), pl.col("_unit")], separator=" ", ignore_nulls=True).replace(
                "", None
            ),
        )
        .drop("_cell_no", "_bad", "_unit")
    )
    failures = cells.filter(pl.col("bad").is_not_null())
    return ReadRows(read.rows, unfolded.drop("_pieces", "_mine"), cells, failures), rows


def _narrow(stated: pl.DataFrame, rows: pl.DataFrame, measure: str) -> pl.DataFrame:
    mine = stated.filter(pl.col("measure") == measure, pl.col("code").is_null())
    value = pl.col(measure) if measure in rows.columns else pl.lit(None, pl.Float64)
    return mine.join(rows.select("row_id", "product_id", value.alias("value")), on="row_id")


def _without_unsaved_totals(cells: pl.DataFrame, totals: pl.Series) -> pl.DataFrame:
    """A total whose formula was never computed says nothing that its rows do not say: it is told, not refused."""
    unsaved = (pl.col("bad") == "cell_formula") & pl.col("row_id").is_in(totals.implode())
    return cells.with_columns(
        bad=pl.when(unsaved).then(None).otherwise("bad"),
        repair=pl.when(unsaved).then(pl.lit("formula_unsaved")).otherwise("repair"),
    )


def _row_is_a_fact(layout: Layout) -> list[str]:
    """Output tables in which a row counts even when only its key is filled in: an idle machine is news."""
    return [name for name, table in layout.tables.items() if table.into == "output"]


def _merge(rows: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Take in a measure, the first one of each row; several tables of a layout may carry the same one.

    Row n of ``rows`` has the row_id n.
    """
    where = _positions(found["row_id"], rows.height)
    new = found.drop("row_id").select(pl.all().gather(where))
    again = [c for c in new.columns if c in rows.columns]
    return rows.with_columns(new.with_columns(pl.coalesce(rows[c], c).alias(c) for c in again))


def beside(rows: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Cells with what is known of their rows, without those whose row is not there; ``row_id`` is a row's own."""
    most = pl.concat([rows["row_id"], cells["row_id"]]).to_frame().select(pl.all().max()).item() or 0
    at = _positions(rows["row_id"], most + 1).gather(cells["row_id"])
    known = cells.with_columns(_at=at).filter(pl.col("_at").is_not_null())
    return known.drop("_at").hstack(rows.drop("row_id").select(pl.all().gather(known["_at"])))


def _positions(row_ids: pl.Series, count: int) -> pl.Series:
    """Where each row_id from 0 stands first, null for one that is not there: a join in one step."""
    where = pl.Series([None], dtype=pl.UInt32).new_from_index(0, count)
    numbers = pl.int_range(len(row_ids), dtype=pl.UInt32, eager=True)
    return where.scatter(row_ids.reverse(), numbers.reverse())  # of two, the first one stays


def _displaced(taken: list[pl.DataFrame]) -> pl.DataFrame:
    """Rows of a sheet in which several cells cannot be read: they seem to have moved to the side."""
    here = ["file_no", "sheet_no", "table", "row"]
    bad = [part.filter(pl.col("bad").is_not_null()).select(*here, "cell") for part in taken]
    counted = pl.concat(bad).group_by(here).agg(pl.col("cell").n_unique().alias("bad_cells"))
    return counted.filter(pl.col("bad_cells") > 1).select(*here, displaced=pl.lit(value=True))


def _fill_down(layout: Layout, rows: pl.DataFrame, displaced: pl.DataFrame) -> pl.DataFrame:
    """Merged cells hold their value in the first cell only. What a displaced row said of the key is not known."""
    rows = rows.join(displaced, on=displaced.columns[:-1], how="left", maintain_order="left")
    for name, table in layout.tables.items():
        for measure, column in table.columns.items():
            if column.fill_down and measure in rows.columns:
                # The cell is carried with its value: what stands below an unreadable cell is just as unknown.
                cell = f"{measure}_cell"
                written = pl.when(pl.col(cell).is_not_null() | pl.col("displaced")).then(pl.struct(measure, cell))
                carried = written.forward_fill().over("file_no", "sheet_no", "table").struct
                mine = pl.col("table") == name
                rows = rows.sort(*ROW).with_columns(
                    pl.when(mine).then(carried.field(c)).otherwise(c).alias(c) for c in (measure, cell)
                )
    return rows


def borrow_keys(layout: Layout, rows: pl.DataFrame) -> pl.DataFrame:
    """A table that names only the order takes line, day and shift from another table of the same file."""
    for name, table in layout.tables.items():
        if table.key_from is None:
            continue
        lent = [*KEY, "calendar_id", "shift_known"]
        lender = (
            rows.filter(pl.col("table") == table.key_from, pl.col("order_id").is_not_null())
            .select("file_no", "order_id", *(pl.col(c).alias(f"lent_{c}") for c in lent))
            .unique(["file_no", "order_id"], keep="none")
        )
        mine = pl.col("table") == name
        missing = mine & pl.col("production_date").is_null()
        rows = (
            rows.join(lender, on=["file_no", "order_id"], how="left", maintain_order="left")
            .with_columns(pl.when(missing).then(f"lent_{c}").otherwise(c).alias(c) for c in lent)
            .drop(f"lent_{c}" for c in lent)
        )
    return rows


def drop_keyless(rows: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of which nobody knows line, day or shift are held back, with the part that is missing.

    So are rows that do not say their hour or start where the layout asks for it: a sum that nobody marked, a row whose
    cells moved to the right.
    """
    grouped = [name for name, table in layout.tables.items() if has_groups(table)]
    # A known machine beside which nothing is written in any group stood idle in all of them.
    idle = (
        pl.col("table").is_in(grouped)
        & pl.col("group").is_null()
        & pl.col("only_named")
        & pl.col("calendar_id").is_not_null()
    )
    needs = {k: pl.col(k).is_null() for k in KEY}
    for clock in ("hour_start", "start_at"):
        if f"{clock}_cell" not in rows.columns:
            continue
        asked = [n for n, t in layout.tables.items() if clock in t.columns and not t.columns[clock].optional]
        blank = pl.col(f"{clock}_cell").is_null() & ~pl.col("is_total") & pl.col("has_values")
        needs[clock] = pl.col("table").is_in(asked) & blank
    whole = ~pl.any_horizontal(needs.values())
    lost = rows.filter(~whole & ~idle)
    number = (pl.col("row") + 1).cast(pl.String)
    cells = [f"{k}_cell" for k in (*KEY, "order_id", "product_id")]
    # A label, a sheet's name or a constant may have given the rest of the key; the place to look at is this row.
    own = [pl.when(pl.col(c).str.strip_chars_start("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == number).then(c) for c in cells]
    first_cell = pl.concat_str(pl.lit("row "), number)
    missing = pl.concat_str(
        [pl.when(condition).then(pl.lit(name)) for name, condition in needs.items()], separator=", ", ignore_nulls=True
    )
    return rows.filter(whole & ~idle), lost.select(
        "file_no",
        pl.col("sheet_name").alias("source_sheet"),
        pl.coalesce(*own, first_cell).alias("source_cell"),
        *KEY,
        pl.lit("report").alias("table_name"),
        missing.alias("measure"),
        pl.lit(None, pl.String).alias("raw"),
        pl.lit("row_without_key").alias("reason_code"),
        pl.concat_str(pl.lit('{"missing": "'), missing, pl.lit('"}')).alias("reason_params"),
        "row_id",
    )


def place_times(layout: Layout, rows: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Clock times on the production day to UTC. In a shift that passes midnight, early hours are the next day's.

    An hour marked ``(2)`` is the second of two that the clock shows alike in the night on which it is set back.
    """
    rows = with_shift_bounds(rows, site.master["shift"])
    for measure in CLOCKS:
        if measure not in rows.columns:
            continue
        moment = pl.col(f"{measure}_moment")
        if layout.zone == "plant":
            local = pl.coalesce(on_production_day(pl.col(measure)), moment)
            placed = _per_zone(local, site)
            if measure == "hour_start" and rows[SECOND].any():
                placed = pl.when(SECOND).then(_per_zone(local, site, second=True)).otherwise(placed)
        else:
            start = _per_zone(on_production_day(pl.col("shift_start")), site)
            given = in_zone(pl.col(measure), layout.zone, start)
            placed = pl.coalesce(given, to_utc(moment, layout.zone))
        rows = rows.with_columns(placed.alias(measure)).drop(f"{measure}_moment")
    return rows


def _per_zone(local: pl.Expr, site: Site, *, second: bool = False) -> pl.Expr:
    return pl.coalesce(
        pl.when(pl.col("plant_id") == plant).then(to_utc(local, zone, second=second))
        for plant, zone in site.zones.items()
    )


def expand_wide(rows: pl.DataFrame, wide: pl.DataFrame) -> pl.DataFrame:
    """One row per wide cell that holds something: the row's key, order and product, the column's code."""
    keep = ["row_id", "file_no", "report_id", "source_sheet", "row_no", "is_total"]
    also = [c for c in ("order_id", "order_id_cell", "product_id", "product_id_cell") if c in rows.columns]
    cells = wide.filter(pl.col("value").is_not_null(), pl.col("value") != 0).select(
        "row_id", "into", "measure", "code", "value", wide_cell="cell"
    )
    joined = cells.join(rows.select(*keep, *also), on="row_id")
    minutes = pl.col("measure") == "downtime_min"
    return joined.with_columns(
        downtime_min=pl.when(minutes).then("value"),
        downtime_min_cell=pl.when(minutes).then("wide_cell"),
        reason_code=pl.when(minutes).then("code"),
        scrap_qty=pl.when(~minutes).then("value"),
        scrap_qty_cell=pl.when(~minutes).then("wide_cell"),
        defect_code=pl.when(~minutes).then("code"),
    ).drop("measure", "value", "code")


def known_codes(frame: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Products, reasons and defects by the codes of master data."""
    for table, code in (("product", "product_id"), ("reason", "reason_code"), ("defect", "defect_code")):
        if code in frame.columns and not site.master[table].is_empty():
            frame = resolve(frame, code, alias_table(site.master[table], code), code)
    return frame


def scrap_from_defects(output: pl.DataFrame, defects: pl.DataFrame) -> pl.DataFrame:
    """Scrap of a row that states it only by defect: the sum, located at the first of its cells."""
    sums = defects.group_by("row_id").agg(_qty=pl.col("scrap_qty").sum(), _cell=pl.col("scrap_qty_cell").first())
    return (
        output.join(sums, on="row_id", how="left", maintain_order="left")
        .with_columns(
            scrap_qty=pl.coalesce("scrap_qty", "_qty"),
            scrap_qty_cell=pl.coalesce("scrap_qty_cell", "_cell"),
        )
        .drop("_qty", "_cell")
    )
