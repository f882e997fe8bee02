"""Colours of charts on a light and on a dark ground. Colours of everything else: ``look.css``."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt
import polars as pl

from dashboards.filters import Filters
from dashboards.words import Words

LOW = 0.9
"""Output under this share of the plan is marked."""
EVERY = {"day": "1d", "week": "1w", "month": "1mo"}
"""Steps of an axis of days, as polars writes them."""


@dataclass(frozen=True, slots=True)
class Paint:
    """Muted colours for what is as it should be, one saturated colour for what is not."""

    good: str
    other: str
    scrap: str
    plan: str
    below: str
    muted: str
    ground: str
    faint: str
    strong: str


LIGHT = Paint("#9db1c2", "#dfe5ea", "#cfa978", "#1f2a33", "#c0392b", "#5a6772", "#ffffff", "#eef2f5", "#4f6a80")
DARK = Paint("#6f8ba3", "#33424f", "#b98f5a", "#e8edf2", "#ff7b6e", "#a3b3c1", "#11181d", "#1d2830", "#8fb0ca")


def paint_for(theme: str | None) -> Paint:
    """Colours for the theme that the browser shows; unknown is light."""
    return DARK if theme == "dark" else LIGHT


def quantity(title: str, paint: Paint) -> alt.Axis:
    """A vertical axis with its unit above it, level."""
    return alt.Axis(
        title=title,
        titleAngle=0,
        titleAlign="left",
        titleAnchor="start",
        titleY=-10,
        titleX=-8,
        grid=True,
        tickCount=4,
        labelColor=paint.muted,
        titleColor=paint.muted,
    )


def with_notes(
    chart: alt.Chart | alt.LayerChart,
    notes: pl.DataFrame,
    chosen: Filters,
    words: Words,
    paint: Paint,
    step: str = "day",
) -> alt.Chart | alt.LayerChart:
    """The chart of days, weeks or months with a sign over each that somebody wrote beside, within the days chosen.

    ``notes``: first_day, last_day, text.
    """
    each = (
        notes.with_columns(
            day=pl.date_ranges(
                pl.max_horizontal("first_day", pl.lit(chosen.first)), pl.min_horizontal("last_day", pl.lit(chosen.last))
            )
        )
        .explode("day")
        .with_columns(pl.col("day").dt.truncate(EVERY[step]))
        .unique(["day", "text"], maintain_order=True)
        .group_by("day", maintain_order=True)
        .agg(pl.col("text").str.join(" · "))
        .with_columns(pl.col("day").cast(pl.String), sign=pl.lit("✎"))
    )
    if each.is_empty():
        plain: alt.Chart | alt.LayerChart = chart.configure_view(strokeWidth=0)
        return plain
    signs = (
        alt.Chart(each)
        .mark_text(fontSize=15, baseline="bottom", color=paint.plan)
        .encode(
            x=days(words, paint, step),
            y=alt.value(-2),
            text="sign:N",
            tooltip=[alt.Tooltip("text:N", title=words.t("note.annotations"))],
        )
    )
    made: alt.LayerChart = alt.layer(chart, signs).configure_view(strokeWidth=0)
    return made


def legend() -> alt.Legend:
    """Squares with words above the chart."""
    return alt.Legend(title=None, orient="top", symbolType="square", symbolOpacity=1, symbolStrokeWidth=0)


def days(words: Words, paint: Paint, step: str = "day") -> alt.X:
    """A horizontal axis of production days, weeks by their Monday, or months; ``day`` holds an ISO date."""
    form = words.t("format.axis_month") if step == "month" else words.t("format.axis_day")
    axis = alt.Axis(format=form, labelAngle=0, labelOverlap=True, ticks=False, labelColor=paint.muted)
    return alt.X("yearmonthdate(day):O", title=None, axis=axis)
