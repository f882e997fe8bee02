"""Rule 27: a counter starts where it ended, and only goes up, but for a reset to zero."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, CrossCheck, Evidence, Example, compared, place, rests_on
from data_contracts.crosschecks.counters import counter_cells, counters
from data_contracts.crosschecks.figures import nothing, states

_CYCLE = 1.0


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per reading after another of the same machine or tool, and one per reading that ends below its start.

    After a shift that nobody reported the counter may be higher, never lower. A former end that its own pieces contradict
    is rule 10's: a start that agrees with those pieces is right.
    """
    if not states(evidence.output, "counter_start") and not states(evidence.shifts, "counter_start"):
        return nothing()
    order = evidence.sequence.select(*KEY, "report_id", "start_at", "is_earlier", "is_next", "before")
    both = [
        pl.concat(pair)
        for pair in ((evidence.output, evidence.earlier_output), (evidence.shifts, evidence.earlier_shifts))
    ]
    line = ["plant_id", "line_id"]
    believed = pl.col("counter_start") + pl.col("should")
    rows = (
        counters(evidence, *both)
        .join(order, on=[*KEY, "report_id"])
        .sort(*line, "start_at", "row_no")
        .with_columns(
            before_end=pl.col("counter_end").shift(1).over(line),
            before_made=believed.shift(1).over(line),
            before_report=pl.col("report_id").shift(1).over(line),
            before_tool=pl.col("counter_end").shift(1).over("plant_id", "tool_id"),
            before_file=pl.col("source_file").shift(1).over(line),
            before_place=place("counter_end_cell").shift(1).over(line),
        )
        .filter(~pl.col("is_earlier"))
    )
    return pl.concat([_carried(rows), _backwards(rows)])


def _carried(rows: pl.DataFrame) -> pl.DataFrame:
    start = pl.col("counter_start")
    direct = (pl.col("before_report") == pl.col("report_id")) | (
        pl.col("is_next") & (pl.col("before_report") == pl.col("before"))
    )
    follows = pl.when(direct).then(start == pl.col("before_end")).otherwise(start >= pl.col("before_end"))
    fits_made = ((start - pl.col("before_made")).abs() <= _CYCLE).fill_null(value=False)
    of_tool = pl.col("tool_id").is_not_null() & (start == pl.col("before_tool")).fill_null(value=False)
    told = rows.filter(start.is_not_null(), pl.col("before_end").is_not_null())
    right = follows | fits_made | of_tool | (start == 0)
    return compared(
        told,
        measure="counter_start",
        subject=pl.col("counter_start_cell"),
        reported_value=start,
        reference_value=pl.when(right).then(start).otherwise("before_end"),
        source_cell=pl.col("counter_start_cell"),
        cells=counter_cells(),
        reference_locator=pl.concat_str("before_file", pl.lit(" · "), "before_place"),
        rests_on=pl.concat_list(rests_on(pl.col("before_place"), "before_report")),
    )


def _backwards(rows: pl.DataFrame) -> pl.DataFrame:
    ended = pl.col("counter_start").is_not_null() & pl.col("counter_end").is_not_null()
    return compared(
        rows.filter(ended, pl.col("cycles").is_null()),
        measure="counter_end",
        subject=pl.col("counter_end_cell"),
        reported_value=pl.col("counter_end"),
        reference_value=pl.col("counter_start"),
        source_cell=pl.col("counter_end_cell"),
        cells=counter_cells(),
    )


RULE = CrossCheck(
    id="counter_continues",
    number=27,
    family="continuity",
    severity="error",
    name={"zh": "计数器接续上次读数", "en": "Counter goes on where it ended"},
    message={
        "zh": "计数器读数写的是 {reported},前一个读数是 {reference},相差 {delta}。请核对读数;若计数器已清零,请从 0 开始填写。",
        "en": "The counter reads {reported}, the reading before it was {reference}: {delta}. "
        "Check the readings; after a reset the counter starts at 0.",
    },
    compare=compare,
    rank=4,
    grain=("plant_id", "line_id", "report_id", "row_no"),
    example=Example(18240.0, 18420.0, "counter_start"),
)
