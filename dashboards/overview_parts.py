"""Parts of the overview: worst losses, what changed, the lines, what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import polars as pl
import streamlit as st

from dashboards import look
from dashboards.figures.bars import bars
from dashboards.figures.losses import pareto
from dashboards.figures.paint import LOW
from dashboards.frames import difference, ratio
from dashboards.loss_lists import reason
from dashboards.markup import Cell, Column, Html, attainment, join, link, severity, table, tag
from dashboards.queries import discrepancies, losses, output, state
from dashboards.view import View

PLACE = ("plant_id", "line_id")
WINDOWS = {"day": 1, "week": 7, "month": 30}


def lines(view: View) -> None:
    """Every line over the three windows, with what is missing and open; a name or a count opens its page."""
    words, chosen = view.words, view.filters
    frames = {name: view.ask(output.output, chosen.window(days), PLACE) for name, days in WINDOWS.items()}
    found = view.ask(discrepancies.counts, chosen, discrepancies.Choice(), (*PLACE, "severity"))
    late = view.ask(state.completeness, chosen.window(7), view.as_of, PLACE)
    keys = pl.concat([frame.select(PLACE) for frame in (*frames.values(), late)]).unique().sort(PLACE)
    if keys.is_empty():
        look.empty(words, words.t("empty.no_rows"))
        return
    many_plants = keys["plant_id"].n_unique() > 1
    columns = [
        *([Column(words.t("column.plant"))] if many_plants else []),
        Column(words.t("column.line")),
        Column(words.t("column.good_last_day"), is_number=True),
        *(Column(words.t(f"column.attained_{name}"), is_number=True) for name in WINDOWS),
        Column(words.t("column.scrap_month"), is_number=True),
        Column(words.t("column.missing_week"), is_number=True),
        Column(words.t("column.open"), wraps=True),
    ]
    sums = {name: _by_line(frame) for name, frame in frames.items()}
    counted, received = found.group_by(PLACE, maintain_order=True), _by_line(late)
    worst: dict[tuple[Any, ...], list[dict[str, Any]]] = {key: part.to_dicts() for key, part in counted}
    rows: list[list[Cell]] = []
    for key in keys.iter_rows():
        day, month = sums["day"].get(key, {}), sums["month"].get(key, {})
        report = received.get(key, {"expected": 0, "received": 0})
        lacking = report["expected"] - report["received"]
        place = {"plant": key[0], "line": key[1]}
        rows.append(
            [
                *([key[0]] if many_plants else []),
                link(view.line(*key), view.address("output", **place)),
                words.number(day.get("good_qty")),
                *(
                    attainment(words, part.get("plan_met_qty"), part.get("plan_base_qty"), LOW)
                    for part in (sums[name].get(key, {}) for name in WINDOWS)
                ),
                words.percent(month.get("scrap_part_qty"), month.get("produced_qty")),
                f"◆ {words.number(lacking)}" if lacking else "0",
                _open_of(view, worst.get(key, []), place),
            ]
        )
    st.html(table(columns, rows, caption=words.t("overview.lines")))


def _open_of(view: View, found: list[dict[str, Any]], place: dict[str, str]) -> Html | str:
    words = view.words
    if not found:
        return f"✓ {words.t('overview.none')}"
    ranked = sorted(found, key=lambda row: row["severity_rank"])
    return join(
        link(
            severity(words, row["severity"], words.number(row["differences"])),
            view.address("discrepancies", severity=row["severity"], **place),
        )
        for row in ranked
    )


def missing(view: View) -> None:
    """Shifts that have ended and sent no report."""
    words = view.words
    rows = view.ask(state.missing_reports, view.filters, view.as_of)
    if rows.is_empty():
        look.empty(words, words.t("overview.all_there"))
        return
    columns = [Column(words.t(f"column.{name}")) for name in ("day", "line", "shift", "mes")]
    cells: list[list[Cell]] = [
        [
            words.day(row["production_date"]),
            link(
                view.line(row["plant_id"], row["line_id"]),
                view.address(
                    "output",
                    plant=row["plant_id"],
                    line=row["line_id"],
                    **{name: row["production_date"].isoformat() for name in ("from", "to")},
                ),
            ),
            view.shift(row["shift_id"]),
            words.t("overview.mes_there") if row["mes_received"] else f"◆ {words.t('overview.mes_not_there')}",
        ]
        for row in rows.head(10).iter_rows(named=True)
    ]
    st.html(table(columns, cells, caption=words.t("overview.missing")))
    if rows.height > 10:
        st.caption(words.t("overview.more", count=words.number(rows.height - 10)))


def worst(view: View) -> None:
    """What cost the last day most: line and reason; each opens its stops and their cells."""
    words, day = view.words, view.filters.window(1)
    rows = view.ask(losses.reasons, day, PLACE).filter(pl.col("loss_category") != "planned")
    if rows.is_empty():
        look.empty(words, words.t("losses.no_stops"))
        return

    def address(row: Mapping[str, Any]) -> str:
        place = {"plant": row["plant_id"], "line": row["line_id"], "reason": row["reason_code"]}
        return view.address("losses", **day.address() | place)

    def named(row: Mapping[str, Any]) -> str:
        return f"{view.line(row['plant_id'], row['line_id'])} · {reason(view, row)}"

    made = pareto(rows, "loss_min", words.minutes, address, named, words, most=6)
    st.html(bars(made, words.t("overview.worst", day=words.day(day.last))))


def since(view: View) -> None:
    """What happened to differences in the last day, and which lines moved most against the day before."""
    words = view.words
    events = dict(view.ask(discrepancies.changes, view.filters, view.as_of - timedelta(days=1)).iter_rows())
    told = [
        f"{sign} {words.t(f'event.{event}')}: {words.number(events.get(event, 0))}"
        for event, sign in (("opened", "+"), ("reopened", "↻"), ("resolved", "✓"), ("decided", "✔"))
    ]
    st.html(tag("p", " · ".join(told), class_="sl-key-row"))
    now = _by_line(view.ask(output.output, view.filters.window(1), PLACE))
    before = _by_line(view.ask(output.output, view.filters.window(1, back=1), PLACE))
    day, moved = view.filters.window(1).address(), []
    for key, row in now.items():
        former = before.get(key, {})
        share = ratio(row["plan_met_qty"], row["plan_base_qty"])
        was = ratio(former.get("plan_met_qty"), former.get("plan_base_qty"))
        moved.append((difference(share, was), share, was, key))
    moved.sort(key=lambda one: (one[0] is None, one[0] or 0.0))
    columns = [
        Column(words.t("column.line")),
        *(Column(words.t(f"column.{name}"), is_number=True) for name in ("attained_day", "before", "change")),
    ]
    cells: list[list[Cell]] = [
        [
            link(view.line(*key), view.address("hours", **day | {"plant": key[0], "line": key[1]})),
            words.percent(share),
            words.percent(was),
            words.points(change),
        ]
        for change, share, was, key in moved[:5]
    ]
    st.html(table(columns, cells, caption=words.t("overview.since")))


def _by_line(frame: pl.DataFrame) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {(row["plant_id"], row["line_id"]): row for row in frame.iter_rows(named=True)}
