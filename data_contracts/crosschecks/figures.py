"""What a report as a whole made and states: pieces, people, counters. Minutes: ``times``. Sums against the MES: ``sums``."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from data_contracts.crosschecks.base import COMPARED, KEY, SOURCE, Evidence, once, place, rests_on, whole_reports
from data_contracts.crosschecks.sums import locators

QUANTITIES = ("good_qty", "scrap_qty", "rework_qty", "total_qty")


def nothing() -> pl.DataFrame:
    """No comparison: the data that a rule needs are not there."""
    return pl.DataFrame(schema=COMPARED)


def states(frame: pl.DataFrame, *columns: str) -> bool:
    """Whether any row says anything of any of these columns."""
    return any(frame[c].null_count() < frame.height for c in columns)


def produced() -> pl.Expr:
    """Pieces of a row, good or not; null where it says nothing of them."""
    parts = pl.col("good_qty") + pl.col("scrap_qty").fill_null(0) + pl.col("rework_qty").fill_null(0)
    return pl.coalesce("total_qty", parts)


def cells_of_row() -> pl.Expr:
    """Cells of a row's quantities; a blank hour has the cell where its good quantity should stand."""
    letters = pl.col("good_qty_cell").str.extract("^([A-Z]+)").drop_nulls().first().over("report_id", "source_sheet")
    blank = pl.when(pl.col("hour_start").is_not_null()).then(
        pl.concat_str("source_sheet", pl.lit("!"), letters, pl.col("row_no").cast(pl.String))
    )
    return pl.concat_list(
        pl.coalesce(place("good_qty_cell"), blank), *(place(f"{q}_cell") for q in QUANTITIES[1:])
    ).list.drop_nulls()


def cells_of(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """One row per ``by`` with ``rests_on``: the ``row_cells`` of all its rows, with their reports."""
    cells = rows.select(*by, "report_id", "row_cells").explode("row_cells", empty_as_null=True)
    return cells.group_by(by, maintain_order=True).agg(rests_on=rests_on(pl.col("row_cells")))


def made(output: pl.DataFrame) -> pl.DataFrame:
    """One row per report: what its rows add up to.

    Columns: report_id, produced, good, scrap, planned (null unless every row says it), product_id (where it is one),
    good_cell (of the largest quantity), made_cells (of all quantities, totals as well).
    """
    rows = output.with_columns(_cells=cells_of_row())
    part = ~pl.col("is_total")
    said = pl.col("good_qty").is_not_null() | pl.col("total_qty").is_not_null()
    products = pl.col("product_id").filter(part).drop_nulls()
    return rows.group_by("report_id", maintain_order=True).agg(
        produced=pl.when((part & said).any()).then(produced().filter(part).sum()),
        good=pl.col("good_qty").filter(part).sum(),
        scrap=pl.col("scrap_qty").filter(part).sum(),
        planned=pl.when((pl.col("planned_qty").is_not_null() | ~part).all()).then(
            pl.col("planned_qty").filter(part).sum()
        ),
        product_id=pl.when(products.n_unique() == 1).then(products.first()),
        good_cell=pl.col("good_qty_cell").filter(part).sort_by(pl.col("good_qty").filter(part)).drop_nulls().last(),
        made_cells=pl.col("_cells").explode(empty_as_null=True).drop_nulls(),
    )


@once
def whole_output(evidence: Evidence) -> pl.DataFrame:
    """Rows of output, totals as well, of reports of which nothing was refused."""
    return whole_reports(evidence, evidence.output)


@once
def made_by_report(evidence: Evidence) -> pl.DataFrame:
    """``made`` of all reports of which nothing was refused."""
    return made(whole_output(evidence))


PEOPLE = ("headcount", "labour_h")


@once
def people(evidence: Evidence) -> pl.DataFrame:
    """One row per report that states people or their hours, for the whole shift or row by row.

    Columns: KEY, SOURCE, headcount (the most that any row says), labour_h (sum), headcount_cell, labour_h_cell, cells.
    """
    rows = [
        whole_reports(evidence, frame)
        .filter(~pl.col("is_total"), pl.any_horizontal(pl.col(PEOPLE).is_not_null()))
        .select(*KEY, *SOURCE, *PEOPLE, *(f"{c}_cell" for c in PEOPLE), is_shift=pl.lit(value=is_shift))
        for frame, is_shift in ((evidence.shifts, True), (evidence.output, False))
    ]
    # What is said for the shift as a whole counts; rows would count people again.
    return (
        pl.concat(rows)
        .filter(pl.col("is_shift") == pl.col("is_shift").any().over("report_id"))
        .group_by(*KEY, "report_id", maintain_order=True)
        .agg(
            *(pl.col(c).first() for c in SOURCE[1:]),
            headcount=pl.col("headcount").max(),
            labour_h=pl.when(pl.col("labour_h").is_not_null().any()).then(pl.col("labour_h").sum()),
            headcount_cell=pl.col("headcount_cell").sort_by("headcount").drop_nulls().last(),
            labour_h_cell=pl.col("labour_h_cell").sort_by("labour_h").drop_nulls().last(),
            cells=pl.concat([place(f"{c}_cell") for c in PEOPLE]).drop_nulls(),
        )
    )


@once
def present(evidence: Evidence) -> pl.DataFrame:
    """One row per line and shift with records of attendance: KEY, present (people), locator."""
    people_counted = pl.col("headcount").sum() + pl.col("employee_id").filter(pl.col("headcount").is_null()).n_unique()
    return evidence.mes_attendance.group_by(KEY).agg(present=people_counted.cast(pl.Float64), locator=locators())
