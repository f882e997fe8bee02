"""Sums of a report against sums of the MES: grain, parts, and the one part that explains a difference.

Grain: order on a line and shift where both sides name the same orders, otherwise line and shift; many records
against many cells. A part is an hour, or a stop reason. Which rules use it: numbers 17, 18 and 19.
"""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import (
    COMPARED,
    KEY,
    SOURCE,
    Evidence,
    compared,
    once,
    record_locator,
    whole_reports,
)

_GRAIN = [*KEY, "order_key"]
_EPSILON = 1e-9
_PART = [*_GRAIN, "part"]
_EXPLAINS = 0.2
"""A part explains a difference when at most this share of it is left over: rounding elsewhere is no second cause."""
_MISCOUNT = 2.0
"""So many pieces or minutes elsewhere are nobody's business: then the part is told by itself."""


def against_mes(
    reported: pl.DataFrame, recorded: pl.DataFrame, measure: str, beside: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Compare ``value`` of both sides. Returns COMPARED rows.

    ``reported``: KEY, SOURCE, order_id, product_id, part, value, cell, total_cell; a null value is a blank cell.
    ``recorded``: KEY, order_id, part, value, source_file, record_no. Keys with no report are left out (a missing report
    is another rule's). ``beside``: KEY and a list of neighbouring figures.
    """
    if reported.is_empty():
        return pl.DataFrame(schema=COMPARED)
    left, right = _common_grain(reported, recorded)
    sums = _sums(left, right)
    told = sums.join(_odd_part(_parts(left, right), sums), on=_GRAIN, how="left", nulls_equal=True)
    if beside is not None:
        told = told.join(beside, on=list(KEY), how="left")
    explains = pl.col("part_cell").is_not_null()
    # The values of the part alone, where the rest agrees; else the sums, located at the part.
    alone = explains & pl.col("alone")
    return compared(
        told,
        measure=measure,
        order_id=pl.col("order_key"),
        hour_start=pl.when(explains).then("part_hour"),
        reported_value=pl.when(alone).then("part_report").otherwise("left"),
        reference_value=pl.when(alone).then("part_mes").otherwise("right"),
        base=pl.col("right").abs(),
        source_cell=pl.when(explains).then("part_cell").otherwise(pl.coalesce("total_cell", "first_cell")),
        source_sheet=pl.when(explains).then("part_sheet").otherwise("source_sheet"),
        cells=pl.col("cells"),
        reference_locator=pl.when(explains).then(pl.coalesce("part_locator", "locator")).otherwise("locator"),
        reported_parts=pl.when(alone).then("part_report_values").otherwise("left_values"),
        reference_parts=pl.when(alone).then("part_mes_values").otherwise("right_values"),
    )


def _common_grain(reported: pl.DataFrame, recorded: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Add ``order_key``: the order where both sides name the same ones for a key, otherwise null."""
    orders = [
        side.group_by(KEY).agg(
            pl.col("order_id").unique().sort().alias(name), pl.col("order_id").null_count().alias(f"{name}_blank")
        )
        for side, name in ((reported, "a"), (recorded, "b"))
    ]
    same = (
        orders[0]
        .join(orders[1], on=KEY)
        .filter(pl.col("a") == pl.col("b"), pl.col("a_blank") == 0, pl.col("b_blank") == 0)
        .select(*KEY, by_order=pl.lit(value=True))
    )

    def keyed(side: pl.DataFrame) -> pl.DataFrame:
        return side.join(same, on=KEY, how="left").with_columns(order_key=pl.when("by_order").then("order_id"))

    return keyed(reported).with_row_index("cell_id"), keyed(recorded)


def _total(column: str) -> pl.Expr:
    """A sum that is null when nothing was said."""
    return pl.when(pl.col(column).is_not_null().any()).then(pl.col(column).sum())


def _sums(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    mine = left.group_by(_GRAIN).agg(
        _total("value").alias("left"),
        pl.col("value").drop_nulls().alias("left_values"),
        pl.concat_str("source_sheet", pl.lit("!"), "cell").drop_nulls().alias("cells"),
        pl.col("cell").drop_nulls().first().alias("first_cell"),
        pl.col("total_cell").drop_nulls().first(),
        _one_product().alias("product_id"),
        *(pl.col(c).first() for c in SOURCE),
    )
    made = _one_product() if "product_id" in right.columns else pl.lit(None, pl.String).first()
    theirs = right.group_by(_GRAIN).agg(
        pl.col("value").sum().alias("right"),
        pl.col("value").alias("right_values"),
        locators().alias("locator"),
        made.alias("made_product"),
    )
    both = mine.join(theirs, on=_GRAIN, how="left", nulls_equal=True)
    # A report that names no product made what the MES says.
    return both.with_columns(product_id=pl.coalesce("product_id", "made_product"))


def _one_product() -> pl.Expr:
    return pl.when(pl.col("product_id").n_unique() == 1).then(pl.col("product_id").first())


def locators() -> pl.Expr:
    """The first record and how many more there are."""
    more = pl.when(pl.len() > 1).then(pl.concat_str(pl.lit(" (+"), (pl.len() - 1).cast(pl.String), pl.lit(")")))
    return pl.concat_str(record_locator().first(), more.otherwise(pl.lit("")))


def _parts(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Both sides by part; of several cells in a part the one farthest from any record stands for it."""
    distance = (
        left.select("cell_id", "value", *_PART)
        .join(right.select(*_PART, other="value"), on=_PART, how="left", nulls_equal=True)
        .group_by("cell_id")
        .agg(distance=(pl.col("value") - pl.col("other").fill_null(0)).abs().min())
    )
    mine = (
        left.join(distance, on="cell_id", how="left")
        .sort("distance", descending=True, nulls_last=True)
        .group_by(_PART, maintain_order=True)
        .agg(
            _total("value").alias("part_report"),
            pl.col("value").drop_nulls().alias("part_report_values"),
            pl.col("cell").drop_nulls().first().alias("part_cell"),
            pl.col("source_sheet").first().alias("part_sheet"),
        )
    )
    theirs = right.group_by(_PART).agg(
        pl.col("value").sum().alias("part_mes"),
        pl.col("value").alias("part_mes_values"),
        locators().alias("part_locator"),
    )
    return mine.join(theirs, on=_PART, how="full", coalesce=True, nulls_equal=True)


def _odd_part(parts: pl.DataFrame, sums: pl.DataFrame) -> pl.DataFrame:
    """Of each grain the one part that explains its difference. A blank counts as nothing."""
    total = pl.col("left").fill_null(0) - pl.col("right").fill_null(0)
    delta = pl.col("part_report").fill_null(0) - pl.col("part_mes").fill_null(0)
    rest = (pl.col("total") - pl.col("part_delta")).abs()
    return (
        parts.join(sums.select(*_GRAIN, total=total), on=_GRAIN, nulls_equal=True)
        .with_columns(part_delta=delta)
        .filter(pl.col("part_delta").abs() == pl.col("part_delta").abs().max().over(_GRAIN))
        .filter(pl.len().over(_GRAIN) == 1, rest <= _EXPLAINS * pl.col("total").abs())
        .with_columns(
            alone=rest <= _MISCOUNT + _EPSILON,
            part_hour=pl.col("part").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us"),
        )
        .drop("part", "total", "part_delta")
    )


def _blank_cell(cell: str) -> pl.Expr:
    """Where a blank stands: in the column of its measure, or in the row of it where the table lies across."""
    sheet = ["report_id", "source_sheet"]
    letters, number = r"^([A-Z]+)", r"(\d+)$"
    rows = pl.col(cell).str.extract(number).drop_nulls()
    across = (rows.n_unique() == 1) & (rows.len() > 1)
    below = pl.concat_str(
        pl.col(cell).str.extract(letters).drop_nulls().first().over(sheet), pl.col("row_no").cast(pl.String)
    )
    beside = pl.concat_str(pl.col("hour_start_cell").str.extract(letters), rows.first().over(sheet))
    return pl.when(across.over(sheet)).then(beside).otherwise(below)


def counted_hour() -> pl.Expr:
    """The hour of which a record speaks: the one it names, or that of a counter's span of an hour at most."""
    span = pl.col("end_at") - pl.col("start_at")
    short = (pl.col("counting") == "counter") & span.is_between(pl.duration(), pl.duration(hours=1), closed="right")
    return pl.coalesce("hour_start", pl.when(short).then("start_at"))


@once
def counted_output(evidence: Evidence, column: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Reported and recorded output by hour, for keys on which the MES counts this column."""
    said = pl.col(column).is_not_null()
    cell = f"{column}_cell"
    output = whole_reports(evidence, evidence.output)
    totals = output.filter("is_total", said).group_by("report_id").agg(total_cell=pl.col(cell).last())
    rows = output.filter(~pl.col("is_total"))
    rows = rows.filter(said.any().over("report_id"), said | pl.col("hour_start").is_not_null())
    hours = rows.filter(pl.col("hour_start").is_not_null()).select(*KEY, "hour_start").unique().sort("hour_start")
    reported = rows.join(totals, on="report_id", how="left").select(
        *KEY,
        *SOURCE,
        "order_id",
        "product_id",
        "total_cell",
        part=pl.col("hour_start").dt.strftime("%Y-%m-%d %H:%M:%S"),
        value=column,
        cell=pl.coalesce(cell, _blank_cell(cell)),
    )
    records = evidence.mes_output.filter(said, pl.col("shift_id").is_not_null()).with_columns(hour_start=counted_hour())
    records = records.sort("hour_start").join_asof(
        hours.rename({"hour_start": "report_hour"}).sort("report_hour"),
        left_on="hour_start",
        right_on="report_hour",
        by=list(KEY),
        strategy="backward",
        check_sortedness=False,
    )
    recorded = records.select(
        *KEY,
        "order_id",
        "product_id",
        "source_file",
        "record_no",
        "counting",
        part=pl.col("report_hour").dt.strftime("%Y-%m-%d %H:%M:%S"),
        value=column,
    )
    covered = reported.join(evidence.mes_days, on=["plant_id", "line_id"]).filter(
        pl.col("production_date").is_between("first_day", "last_day")
    )
    return covered.drop("first_day", "last_day"), recorded
