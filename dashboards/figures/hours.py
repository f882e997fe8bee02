"""The hour board: hours with what they lack, added up over the day, with the stops that lie in them."""

from __future__ import annotations

import altair as alt
import polars as pl

from dashboards.figures.paint import LIGHT, LOW, Paint, legend, quantity
from dashboards.words import Words

HOUR = pl.duration(hours=1)
STOPS = {"hour_start": pl.Datetime("us"), "stop_min": pl.Float64(), "reason_codes": pl.List(pl.String)}


def board(hours: pl.DataFrame) -> pl.DataFrame:
    """Hours of one line and day in order, with ``gap_qty`` and running sums ``plan_sum``, ``good_sum``, ``gap_sum``.

    Running sums count only hours that have both a plan and an output: what has not come is neither made nor missed.
    Where it has neither, they are null: a gap.
    """
    both = pl.col("planned_qty").is_not_null() & pl.col("good_qty").is_not_null()
    gap = pl.col("good_qty") - pl.col("planned_qty")
    return hours.sort("hour_start", nulls_last=True, maintain_order=True).with_columns(
        gap_qty=gap,
        plan_sum=pl.when(both).then(pl.when(both).then("planned_qty").otherwise(0).cum_sum()),
        good_sum=pl.when(both).then(pl.when(both).then("good_qty").otherwise(0).cum_sum()),
        gap_sum=pl.when(both).then(pl.when(both).then(gap).otherwise(0).cum_sum()),
        is_low=pl.when(both & (pl.col("planned_qty") > 0))
        .then((pl.col("good_qty") / pl.col("planned_qty")).round(3) < LOW)
        .otherwise(statement=False),
    )


def stops_by_hour(stops: pl.DataFrame, hours: pl.DataFrame) -> pl.DataFrame:
    """``stop_min`` of each hour and the reasons in it; the MES counts where it recorded stops of the shift."""
    recorded = (pl.col("source") == "mes").any().over("shift_id")
    counted = stops.filter(~recorded | (pl.col("source") == "mes"))
    slots = hours.select("hour_start").drop_nulls().unique()
    if counted.is_empty() or slots.is_empty():
        return pl.DataFrame(schema=STOPS)
    pairs = slots.join(counted.select("start_at", "end_at", "reason_code"), how="cross").with_columns(
        inside=(
            pl.min_horizontal("end_at", pl.col("hour_start") + HOUR) - pl.max_horizontal("start_at", "hour_start")
        ).dt.total_seconds()
        / 60
    )
    return (
        pairs.filter(pl.col("inside") > 0)
        .sort("inside", descending=True)
        .group_by("hour_start", maintain_order=True)
        .agg(stop_min=pl.col("inside").sum(), reason_codes=pl.col("reason_code").unique(maintain_order=True))
        .sort("hour_start")
    )


def takt(hours: pl.DataFrame, words: Words, paint: Paint = LIGHT) -> alt.LayerChart:
    """Good pieces an hour as bars, the plan as a stepped takt line, what the line could make as a dashed one.

    ``hour`` holds the text of the axis, in order. An hour under 90 % of its plan wears a mark.
    """
    good, plan, could = words.t("measure.good"), words.t("hours.takt"), words.t("hours.capacity")
    low = words.t("chart.below", share=words.percent(LOW, digits=0))
    order = hours["hour"].to_list()
    frame = hours.select(
        *("hour", "good_qty", "planned_qty", "capacity_qty", "is_low"),
        Good=pl.col("good_qty").map_elements(words.number, return_dtype=pl.String, skip_nulls=False),
        Plan=pl.col("planned_qty").map_elements(words.number, return_dtype=pl.String, skip_nulls=False),
    )
    axis = alt.Axis(labelAngle=0, labelOverlap=True, ticks=False, labelColor=paint.muted)
    hour = alt.X("hour:O", sort=order, title=None, axis=axis)
    colours = alt.Scale(domain=[good, plan, could, low], range=[paint.good, paint.plan, paint.muted, paint.below])
    colour = alt.Color("what:N", scale=colours, legend=legend())
    tips = [
        alt.Tooltip("hour:N", title=words.t("column.hour")),
        alt.Tooltip("Good:N", title=good),
        alt.Tooltip("Plan:N", title=words.t("measure.plan")),
    ]
    pieces = quantity(words.t("chart.pieces_an_hour"), paint)

    def layer(name: str, what: str) -> alt.Chart:
        made: alt.Chart = alt.Chart(frame.drop_nulls(name).with_columns(what=pl.lit(what)))
        return made

    bars = layer("good_qty", good).mark_bar().encode(x=hour, y=alt.Y("good_qty:Q", axis=pieces), color=colour)
    line = layer("planned_qty", plan).mark_line(interpolate="step", strokeWidth=2.5)
    ceiling = layer("capacity_qty", could).mark_line(interpolate="step", strokeDash=[3, 3], strokeWidth=1.2)
    marks = (
        alt.Chart(frame.filter("is_low").with_columns(what=pl.lit(low)))
        .mark_point(shape="triangle-down", filled=True, size=60, opacity=1, yOffset=-9)
        .encode(x=hour, y="good_qty:Q", color=colour, tooltip=tips)
    )
    chart: alt.LayerChart = (
        alt.layer(
            bars.encode(tooltip=tips),
            line.encode(x=hour, y="planned_qty:Q", color=colour),
            ceiling.encode(x=hour, y="capacity_qty:Q", color=colour),
            *([marks] if frame["is_low"].any() else []),
        )
        .properties(height=240)
        .configure_view(strokeWidth=0)
    )
    return chart


def running_gap(hours: pl.DataFrame, words: Words, paint: Paint = LIGHT) -> alt.LayerChart:
    """How far the day is behind or ahead of its plan, hour after hour; an hour without both is a gap."""
    frame = hours.select("hour", "gap_sum").with_columns(
        Sum=pl.col("gap_sum").map_elements(words.signed, return_dtype=pl.String, skip_nulls=False)
    )
    axis = alt.Axis(labelAngle=0, labelOverlap=True, ticks=False, labelColor=paint.muted)
    base = alt.Chart(frame).encode(x=alt.X("hour:O", sort=hours["hour"].to_list(), title=None, axis=axis))
    colour = alt.condition("datum.gap_sum < 0", alt.value(paint.below), alt.value(paint.good))
    tips = [alt.Tooltip("hour:N", title=words.t("column.hour")), alt.Tooltip("Sum:N", title=words.t("column.gap_sum"))]
    bars = base.mark_bar().encode(
        y=alt.Y("gap_sum:Q", axis=quantity(words.t("chart.pieces"), paint)), color=colour, tooltip=tips
    )
    zero = alt.Chart(pl.DataFrame({"zero": [0]})).mark_rule(color=paint.plan).encode(y="zero:Q")
    chart: alt.LayerChart = alt.layer(bars, zero).properties(height=130).configure_view(strokeWidth=0)
    return chart
