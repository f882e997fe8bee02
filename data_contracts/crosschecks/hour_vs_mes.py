"""Rule 21: good quantity of each hour against the MES, where the shift as a whole agrees."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, SOURCE, CrossCheck, Evidence, Example, compared, place
from data_contracts.crosschecks.sums import counted_output, locators

WHOLE = 0.005
"""Up to this share of the shift, or two pieces, the sums agree: then hours that differ are a matter of the clock."""


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per hour that both sides state; the differences of the hours beside it go to the causes."""
    reported, recorded = counted_output(evidence, "good_qty")
    hour = [*KEY, "part"]
    mine = (
        reported.filter(pl.col("part").is_not_null(), pl.col("value").is_not_null())
        .group_by(hour, maintain_order=True)
        .agg(
            *(pl.col(c).first() for c in SOURCE),
            pl.col("value").sum(),
            pl.col("cell").first(),
            place("cell").drop_nulls().alias("cells"),
        )
    )
    theirs = recorded.group_by(hour).agg(pl.col("value").sum().alias("counted"), locators().alias("locator"))
    both = mine.join(theirs, on=hour).sort(hour)
    delta = pl.col("value") - pl.col("counted")
    agree = delta.sum().abs() <= pl.max_horizontal(pl.lit(2.0), WHOLE * pl.col("counted").sum())
    hours = both.filter(agree.over(KEY)).with_columns(
        beside=pl.concat_list(delta.shift(1).over(KEY), delta.shift(-1).over(KEY)).list.drop_nulls()
    )
    return compared(
        hours,
        measure="good_qty",
        subject=pl.col("part"),
        hour_start=pl.col("part").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us"),
        reported_value=pl.col("value"),
        reference_value=pl.col("counted"),
        source_cell=pl.col("cell"),
        reference_locator=pl.col("locator"),
    )


RULE = CrossCheck(
    id="hour_vs_mes",
    number=21,
    family="mes",
    severity="info",
    absolute=3,
    relative=0.05,
    name={"zh": "小时产量:报表与 MES", "en": "Output of the hour: report and MES"},
    message={
        "zh": "本班合计相符,但这一小时报表为 {reported},MES 为 {reference}({delta})。可能是跨小时记录。",
        "en": "The shift agrees, but this hour has {reported} in the report and {reference} in the MES ({delta}). "
        "Pieces may have been noted in the hour before or after.",
    },
    compare=compare,
    rank=4,
    grain=(*KEY, "hour_start"),
    cardinality="many to many",
    example=Example(118.0, 96.0),
    has_sides=True,
)
