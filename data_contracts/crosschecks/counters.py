"""Counters of machines as reports write them, beside what was made. Used by rules 10 and 27."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, SOURCE, Evidence, place
from data_contracts.crosschecks.figures import cells_of_row, made, produced

_TURNS_AT = 0.9
_TURNS_TO = 0.1


def counters(evidence: Evidence, output: pl.DataFrame, shifts: pl.DataFrame) -> pl.DataFrame:
    """One row per counter reading of reports: of a row of output, or of the whole shift where the report says it so.

    Columns: KEY, SOURCE, row_no, tool_id, product_id, counter_start, counter_end, their cells, cycles (by the counter; it
    may turn over), should (cycles that the pieces need; null where pieces a cycle are not known), made_cells.
    """
    read = pl.any_horizontal(pl.col("counter_start", "counter_end").is_not_null())
    columns = [*KEY, *SOURCE, "row_no", "tool_id", "product_id", "cavities"]
    columns += [f"counter_{end}{cell}" for end in ("start", "end") for cell in ("", "_cell")]
    by_row = (
        output.with_columns(made_cells=cells_of_row(), pieces=produced())
        .filter(~pl.col("is_total"), read)
        .select(*columns, "pieces", "made_cells")
    )
    by_shift = shifts.filter(~pl.col("is_total"), read)
    pieces = made(output).select("report_id", "made_cells", pieces="produced", _product="product_id")
    by_shift = (
        by_shift.join(pieces, on="report_id", how="left")
        # Several counters of one report share its pieces in a way that nobody says.
        .with_columns(pieces=pl.when(pl.len().over("report_id") == 1).then("pieces"))
        .with_columns(product_id=pl.coalesce("product_id", "_product"), made_cells=pl.col("made_cells").fill_null([]))
        .select(*columns, "pieces", "made_cells")
    )
    tools = evidence.master["tool"].select("tool_id", _cavities="cavities")
    return (
        pl.concat([by_row, by_shift])
        .join(tools, on="tool_id", how="left", maintain_order="left")
        .with_columns(cavities=pl.coalesce("cavities", "_cavities"))
        .with_columns(
            cycles=_cycles(), should=pl.when(pl.col("cavities") > 0).then(pl.col("pieces") / pl.col("cavities"))
        )
        .drop("_cavities")
    )


def _cycles() -> pl.Expr:
    """End minus start. A counter that ran out of digits goes on from zero; any other step back is no number of cycles."""
    start, end = pl.col("counter_start"), pl.col("counter_end")
    digits = pl.lit(10.0) ** (start + 1).log10().ceil()
    turned = (start >= _TURNS_AT * digits) & (end <= _TURNS_TO * digits)
    return pl.when(end >= start).then(end - start).when(turned).then(end + digits - start)


def counter_cells() -> pl.Expr:
    """Cells of a reading."""
    return pl.concat_list(place("counter_start_cell"), place("counter_end_cell")).list.drop_nulls()
