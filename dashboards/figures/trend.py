"""How differences and first-pass yield develop, as charts."""

from __future__ import annotations

import altair as alt
import polars as pl

from dashboards.figures.paint import LIGHT, Paint, days
from dashboards.words import Words


def differences_over_time(
    cells: pl.DataFrame, order: list[str], periods: pl.Series, step: str, words: Words, paint: Paint = LIGHT
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
        pl.col("period_start").cast(pl.String).alias("day"),
        Period=pl.col("period_start").map_elements(words.day, return_dtype=pl.String),
        Count=pl.col("opened").map_elements(words.number, return_dtype=pl.String).fill_null(""),
        Open=pl.col("open").map_elements(words.number, return_dtype=pl.String).fill_null(""),
        dark=(pl.col("opened") > 0.6 * most).fill_null(value=False),
    )
    base = alt.Chart(frame).encode(
        x=days(words, paint, step),
        y=alt.Y(
            "what:N",
            sort=order,
            title=None,
            axis=alt.Axis(labelLimit=260, ticks=False, domain=False, labelColor=paint.muted),
        ),
        tooltip=[
            alt.Tooltip("what:N", title=words.t("trend.what")),
            alt.Tooltip("Period:N", title=words.t(f"step.{step}")),
            alt.Tooltip("Count:N", title=words.t("trend.column_opened")),
            alt.Tooltip("Open:N", title=words.t("trend.column_open")),
        ],
    )
    shade = alt.Color(
        "opened:Q", scale=alt.Scale(domain=[0, most], range=[paint.faint, paint.strong], type="linear"), legend=None
    )
    fields = base.mark_rect(stroke=paint.ground, strokeWidth=1).encode(
        color=alt.condition("datum.opened > 0", shade, alt.value("transparent"))
    )
    counts = base.mark_text(fontSize=10).encode(
        text="Count:N", color=alt.condition("datum.dark", alt.value(paint.ground), alt.value(paint.plan))
    )
    return alt.LayerChart(layer=[fields, counts], height=40 + 24 * len(order))


def first_pass_over_time(sums: pl.DataFrame, step: str, words: Words, paint: Paint = LIGHT) -> alt.LayerChart:
    """First-pass yield a period, made from sums; a period without reports is a gap."""
    frame = sums.filter(pl.col("received") > 0).select(
        pl.col("period_start").cast(pl.String).alias("day"),
        share=pl.col("passed") / pl.col("received"),
        Period=pl.col("period_start").map_elements(words.day, return_dtype=pl.String),
        Share=(pl.col("passed") / pl.col("received")).map_elements(words.percent, return_dtype=pl.String),
        Received=pl.col("received").map_elements(words.number, return_dtype=pl.String),
    )
    base = alt.Chart(frame).encode(
        x=days(words, paint, step),
        y=alt.Y(
            "share:Q",
            scale=alt.Scale(domain=[0, 1]),
            axis=alt.Axis(format="%", title=None, tickCount=4, labelColor=paint.muted),
        ),
        tooltip=[
            alt.Tooltip("Period:N", title=words.t(f"step.{step}")),
            alt.Tooltip("Share:N", title=words.t("trend.yield")),
            alt.Tooltip("Received:N", title=words.t("trend.column_received")),
        ],
    )
    line = base.mark_line(color=paint.good, strokeWidth=2)
    points = base.mark_point(color=paint.plan, filled=True, size=36, opacity=1)
    return alt.LayerChart(layer=[line, points], height=180)
