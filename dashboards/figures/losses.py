"""Losses as drawings: Pareto of minutes and of pieces, a reason day by day, the stops of a day in lanes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import altair as alt
import polars as pl

from dashboards.figures.bars import Bar, Lane, Span
from dashboards.figures.paint import LIGHT, Paint, days, quantity
from dashboards.frames import total
from dashboards.words import Words

DAY = timedelta(hours=24)
TICK_H = 3
Address = Callable[[Mapping[str, Any]], str]
Named = Callable[[Mapping[str, Any]], str]


def pareto(
    rows: pl.DataFrame,
    measure: str,
    shown: Callable[[float], str],
    address: Address,
    named: Named,
    words: Words,
    most: int = 12,
) -> list[Bar]:
    """The longest ``most`` bars of ``measure``, each with its share of all and the share of it and those above it."""
    whole = total(rows, measure)
    made, so_far = [], 0.0
    for row in rows.sort(measure, descending=True, maintain_order=True).head(most).iter_rows(named=True):
        so_far += row[measure]
        note = words.t(
            "losses.share",
            share=words.percent(row[measure], whole, digits=0),
            so_far=words.percent(so_far, whole, digits=0),
        )
        kind = row.get("loss_category") or "scrap"
        made.append(Bar(named(row), row[measure], shown(row[measure]), note, kind, address(row)))
    return made


def lanes(
    stops: pl.DataFrame, end_at: datetime, lane: Named, told: Named, address: Callable[[Mapping[str, Any]], str]
) -> list[Lane]:
    """A lane for each line and side over the 24 hours before ``end_at``; what lies outside is cut off."""
    start = end_at - DAY
    made = []
    for _, part in stops.group_by("line_id", "source", maintain_order=True):
        spans = []
        for row in part.iter_rows(named=True):
            first, last = max(row["start_at"], start), min(row["end_at"], end_at)
            if first < last:
                place = ((first - start) / DAY, (last - first) / DAY)
                spans.append(Span(*place, row["loss_category"], told(row), address(row)))
        made.append(Lane(lane(part.row(0, named=True)), tuple(spans)))
    return made


def ticks(end_at: datetime, words: Words) -> list[tuple[float, str]]:
    """Where the clock stands under the lanes, every three hours, on the plant's clock."""
    hours = range(0, 25, TICK_H)
    return [(hour / 24, words.clock(end_at - DAY + timedelta(hours=hour))) for hour in hours]


def daily(rows: pl.DataFrame, measure: str, unit: str, words: Words, paint: Paint = LIGHT) -> alt.Chart:
    """One bar a production day; a day without a row stays empty."""
    frame = rows.select(
        pl.col("production_date").cast(pl.String).alias("day"),
        pl.col(measure).alias("value"),
        Day=pl.col("production_date").map_elements(words.day, return_dtype=pl.String),
        Value=pl.col(measure).map_elements(words.number, return_dtype=pl.String),
    )
    tips = [alt.Tooltip("Day:N", title=words.t("column.day")), alt.Tooltip("Value:N", title=unit)]
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_bar(color=paint.good)
        .encode(x=days(words, paint), y=alt.Y("value:Q", axis=quantity(unit, paint)), tooltip=tips)
        .properties(height=180)
    )
    return chart
