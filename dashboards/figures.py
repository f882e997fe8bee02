"""Frames to charts, pure. What to ask for: ``queries``; what a number means: ``data_contracts``."""

from __future__ import annotations

import altair as alt
import polars as pl

from dashboards.words import Words

GOOD = "#9db1c2"
SCRAP = "#cfa978"
PLAN = "#1f2a33"
BELOW = "#c0392b"
MUTED = "#5a6772"
LOW = 0.9
"""Output under this share of the plan is marked."""


def daily_output(sums: pl.DataFrame, words: Words) -> alt.LayerChart:
    """Good and scrap as stacked bars a day, the plan as a tick; a day under 90 % of its plan wears a red mark.

    A day without rows has no bar: a gap, not a zero.
    """
    good, scrap, plan = words.t("measure.good"), words.t("measure.scrap"), words.t("measure.plan")
    low = words.t("chart.below", share=words.percent(LOW, digits=0))
    frame = sums.select(
        pl.col("production_date").cast(pl.String).alias("day"),
        "good_qty",
        "scrap_qty",
        "planned_qty",
        ((pl.col("plan_met_qty") / pl.col("plan_base_qty")).round(3) < LOW).fill_null(False).alias("below"),
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
    days = alt.X(
        "yearmonthdate(day):O",
        title=None,
        axis=alt.Axis(
            format=words.t("format.axis_day"), labelAngle=0, labelOverlap=True, ticks=False, labelColor=MUTED
        ),
    )
    quantity = alt.Axis(
        title=words.t("chart.pieces"),
        titleAngle=0,
        titleY=-10,
        titleX=-8,
        grid=True,
        tickCount=4,
        labelColor=MUTED,
        titleColor=MUTED,
    )
    colour = alt.Scale(domain=[good, scrap, plan, low], range=[GOOD, SCRAP, PLAN, BELOW])
    legend = alt.Legend(title=None, orient="top", symbolType="square", symbolOpacity=1, symbolStrokeWidth=0)
    parts = (
        alt.Chart(frame)
        .transform_fold(["good_qty", "scrap_qty"], as_=["part", "qty"])
        .transform_calculate(what=f"datum.part == 'good_qty' ? '{good}' : '{scrap}'")
        .transform_filter("isValid(datum.qty)")
        .mark_bar()
        .encode(
            x=days,
            y=alt.Y("qty:Q", stack="zero", axis=quantity),
            color=alt.Color("what:N", scale=colour, legend=legend),
            order=alt.Order("part:N"),
            tooltip=tips,
        )
    )
    base = alt.Chart(frame)
    target = (
        base.transform_filter("isValid(datum.planned_qty)")
        .transform_calculate(what=f"'{plan}'")
        .mark_tick(thickness=2.5, bandSize=16)
        .encode(x=days, y="planned_qty:Q", color=alt.Color("what:N", scale=colour), tooltip=tips)
    )
    marks = (
        base.transform_filter("datum.below")
        .transform_calculate(what=f"'{low}'")
        .mark_point(shape="triangle-down", filled=True, size=70, opacity=1, yOffset=-9)
        .encode(x=days, y="top:Q", color=alt.Color("what:N", scale=colour), tooltip=tips)
    )
    chart: alt.LayerChart = alt.layer(parts, target, marks).properties(height=260).configure_view(strokeWidth=0)
    return chart


def hourly_output(hours: pl.DataFrame, words: Words) -> alt.LayerChart:
    """Plan against good an hour as bars and ticks; ``hour`` holds the text of the axis, in order."""
    plan = words.t("measure.plan")
    sides = {"good_qty": words.t("measure.good"), "mes_good_qty": words.t("measure.mes_good")}
    frame = hours.group_by("hour", maintain_order=True).agg(
        pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name)
        for name in ("planned_qty", "good_qty", "mes_good_qty")
    )
    order = frame["hour"].to_list()
    axis = alt.X("hour:O", sort=order, title=None, axis=alt.Axis(labelAngle=0, ticks=False, labelColor=MUTED))
    colour = alt.Scale(domain=[sides["good_qty"], sides["mes_good_qty"], plan], range=[GOOD, "#dfe5ea", PLAN])
    quantity = alt.Axis(
        title=words.t("chart.pieces"),
        titleAngle=0,
        titleY=-10,
        titleX=-8,
        tickCount=4,
        labelColor=MUTED,
        titleColor=MUTED,
    )
    legend = alt.Legend(title=None, orient="top", symbolType="square", symbolOpacity=1, symbolStrokeWidth=0)
    long = frame.unpivot(list(sides), index="hour", variable_name="part", value_name="qty").drop_nulls("qty")
    bars = (
        alt.Chart(long.with_columns(what=pl.col("part").replace_strict(sides)))
        .mark_bar(stroke=GOOD, strokeWidth=0.6)
        .encode(
            x=axis,
            xOffset=alt.XOffset("what:N", sort=list(sides.values())),
            y=alt.Y("qty:Q", axis=quantity),
            color=alt.Color("what:N", scale=colour, legend=legend),
            tooltip=[alt.Tooltip("hour:N"), alt.Tooltip("what:N"), alt.Tooltip("qty:Q", format=",.0f")],
        )
    )
    target = (
        alt.Chart(frame.drop_nulls("planned_qty").with_columns(what=pl.lit(plan)))
        .mark_tick(thickness=2.5, bandSize=26)
        .encode(x=axis, y="planned_qty:Q", color=alt.Color("what:N", scale=colour))
    )
    chart: alt.LayerChart = alt.layer(bars, target).properties(height=230).configure_view(strokeWidth=0)
    return chart


def differences_over_time(
    cells: pl.DataFrame, order: list[str], periods: pl.Series, step: str, words: Words
) -> alt.LayerChart:
    """A field for each group (``what``) and period, the darker the more differences; the count stands in it.

    All ``periods`` have their place; one without a difference stays blank: nothing was found, or nothing handed in.
    """
    blank = periods.to_frame("period_start").join(cells, on="period_start", how="anti")
    everything = pl.concat([cells, blank.with_columns(what=pl.lit(order[0]))], how="diagonal_relaxed")
    most = max(cells["opened"].to_list(), default=1)
    frame = everything.select(
        "what",
        pl.col("opened").fill_null(0),
        pl.col("period_start").cast(pl.String).alias("start"),
        Period=pl.col("period_start").map_elements(words.day, return_dtype=pl.String),
        Count=pl.col("opened").map_elements(words.number, return_dtype=pl.String).fill_null(""),
        Open=pl.col("open").map_elements(words.number, return_dtype=pl.String).fill_null(""),
        dark=(pl.col("opened") > 0.6 * most).fill_null(value=False),
    )
    base = alt.Chart(frame).encode(
        x=_periods(step, words),
        y=alt.Y(
            "what:N", sort=order, title=None, axis=alt.Axis(labelLimit=260, ticks=False, domain=False, labelColor=MUTED)
        ),
        tooltip=[
            alt.Tooltip("what:N", title=words.t("trend.what")),
            alt.Tooltip("Period:N", title=words.t(f"step.{step}")),
            alt.Tooltip("Count:N", title=words.t("trend.column_opened")),
            alt.Tooltip("Open:N", title=words.t("trend.column_open")),
        ],
    )
    shade = alt.Color(
        "opened:Q", scale=alt.Scale(domain=[0, most], range=["#eef2f5", "#4f6a80"], type="linear"), legend=None
    )
    fields = base.mark_rect(stroke="white", strokeWidth=1).encode(
        color=alt.condition("datum.opened > 0", shade, alt.value("transparent"))
    )
    counts = base.mark_text(fontSize=10).encode(
        text="Count:N", color=alt.condition("datum.dark", alt.value("white"), alt.value(PLAN))
    )
    layers = alt.layer(fields, counts)
    chart: alt.LayerChart = layers.properties(height=40 + 24 * len(order)).configure_view(strokeWidth=0)
    return chart


def first_pass_over_time(sums: pl.DataFrame, step: str, words: Words) -> alt.LayerChart:
    """First-pass yield a period, made from sums; a period without reports is a gap."""
    frame = sums.filter(pl.col("received") > 0).select(
        pl.col("period_start").cast(pl.String).alias("start"),
        share=pl.col("passed") / pl.col("received"),
        Period=pl.col("period_start").map_elements(words.day, return_dtype=pl.String),
        Share=(pl.col("passed") / pl.col("received")).map_elements(words.percent, return_dtype=pl.String),
        Received=pl.col("received").map_elements(words.number, return_dtype=pl.String),
    )
    base = alt.Chart(frame).encode(
        x=_periods(step, words),
        y=alt.Y(
            "share:Q",
            scale=alt.Scale(domain=[0, 1]),
            axis=alt.Axis(format="%", title=None, tickCount=4, labelColor=MUTED),
        ),
        tooltip=[
            alt.Tooltip("Period:N", title=words.t(f"step.{step}")),
            alt.Tooltip("Share:N", title=words.t("trend.yield")),
            alt.Tooltip("Received:N", title=words.t("trend.column_received")),
        ],
    )
    line = base.mark_line(color=GOOD, strokeWidth=2)
    points = base.mark_point(color=PLAN, filled=True, size=36, opacity=1)
    chart: alt.LayerChart = alt.layer(line, points).properties(height=180).configure_view(strokeWidth=0)
    return chart


def _periods(step: str, words: Words) -> alt.X:
    """The axis of periods: days, weeks by their Monday, or months."""
    form = words.t("format.axis_month") if step == "month" else words.t("format.axis_day")
    axis = alt.Axis(format=form, labelAngle=0, labelOverlap=True, ticks=False, labelColor=MUTED)
    return alt.X("yearmonthdate(start):O", title=None, axis=axis)
