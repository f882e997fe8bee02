"""Output against plan as charts."""

from __future__ import annotations

import altair as alt
import polars as pl

from dashboards.figures.paint import LIGHT, LOW, Paint, days, legend, quantity
from dashboards.words import Words


def daily_output(sums: pl.DataFrame, words: Words, paint: Paint = LIGHT) -> alt.LayerChart:
    """Good and scrap as stacked bars a day, the plan as a tick; a day under 90 % of its plan wears a red mark.

    What shifts made whose plan is not known yet stands pale on top: the plan does not speak of it. A day without rows
    has no bar: a gap, not a zero.
    """
    if sums["plan_base_qty"].drop_nulls().is_empty():
        sums = sums.with_columns(plan_met_qty="good_qty")  # nobody plans here: there is nothing to tell apart
    good, scrap, plan = words.t("measure.good"), words.t("measure.scrap"), words.t("measure.plan")
    low, more = words.t("chart.below", share=words.percent(LOW, digits=0)), words.t("chart.unplanned")
    frame = sums.select(
        pl.col("production_date").cast(pl.String).alias("day"),
        "plan_met_qty",
        "scrap_qty",
        "planned_qty",
        ((pl.col("plan_met_qty") / pl.col("plan_base_qty")).round(3) < LOW).fill_null(False).alias("below"),
        unplanned_qty=(pl.col("good_qty") - pl.col("plan_met_qty").fill_null(0)).round(3),
        top=pl.max_horizontal(pl.col("good_qty").fill_null(0) + pl.col("scrap_qty").fill_null(0), "planned_qty"),
        Day=pl.col("production_date").map_elements(words.day, return_dtype=pl.String),
        Good=pl.col("good_qty").map_elements(words.number, return_dtype=pl.String, skip_nulls=False),
        Scrap=pl.col("scrap_qty").map_elements(words.number, return_dtype=pl.String, skip_nulls=False),
        Plan=pl.col("planned_qty").map_elements(words.number, return_dtype=pl.String, skip_nulls=False),
    )
    tips = [
        alt.Tooltip("Day:N", title=words.t("column.day")),
        alt.Tooltip("Plan:N", title=plan),
        alt.Tooltip("Good:N", title=good),
        alt.Tooltip("Scrap:N", title=scrap),
    ]
    by_day = days(words, paint)
    pieces = quantity(words.t("chart.pieces"), paint)
    kinds = {good: paint.good}
    if (frame["unplanned_qty"] > 0).any():
        kinds[more] = paint.other
    kinds[scrap] = paint.scrap
    if frame["planned_qty"].drop_nulls().len():
        kinds |= {plan: paint.plan, low: paint.below}
    colour = alt.Scale(domain=list(kinds), range=list(kinds.values()))
    names = f"{{plan_met_qty: '{good}', unplanned_qty: '{more}', scrap_qty: '{scrap}'}}"
    parts = (
        alt.Chart(frame)
        .transform_fold(["plan_met_qty", "unplanned_qty", "scrap_qty"], as_=["part", "qty"])
        .transform_calculate(
            what=f"{names}[datum.part]", rank="indexof(['plan_met_qty', 'unplanned_qty', 'scrap_qty'], datum.part)"
        )
        .transform_filter("datum.qty > 0")
        .mark_bar()
        .encode(
            x=by_day,
            y=alt.Y("qty:Q", stack="zero", axis=pieces),
            color=alt.Color("what:N", scale=colour, legend=legend()),
            order=alt.Order("rank:Q"),
            tooltip=tips,
        )
    )
    base = alt.Chart(frame)
    target = (
        base.transform_filter("isValid(datum.planned_qty)")
        .transform_calculate(what=f"'{plan}'")
        .mark_tick(thickness=2.5, bandSize=16)
        .encode(x=by_day, y="planned_qty:Q", color=alt.Color("what:N", scale=colour), tooltip=tips)
    )
    marks = (
        base.transform_filter("datum.below")
        .transform_calculate(what=f"'{low}'")
        .mark_point(shape="triangle-down", filled=True, size=70, opacity=1, yOffset=-9)
        .encode(x=by_day, y="top:Q", color=alt.Color("what:N", scale=colour), tooltip=tips)
    )
    layers = [parts, target, marks] if frame["below"].any() else [parts, target]
    return alt.LayerChart(layer=layers, height=260)
