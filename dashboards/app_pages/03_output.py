"""Output: plan against actual, from lines to days to shifts to the hours of one day, with the cell behind a number."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from dashboards import look
from dashboards.figures.output import daily_output, hourly_output
from dashboards.figures.paint import LOW
from dashboards.frames import difference
from dashboards.markup import Card, Cell, Column, Html, attainment, cards, link, table
from dashboards.queries import output
from dashboards.view import Page, View

PAGE = Page(key="output", icon=":material/bar_chart:")


def render(view: View) -> None:
    """Draw the page."""
    words, chosen = view.words, view.filters
    daily = view.ask(output.output, chosen, ("production_date",))
    if daily.is_empty():
        look.empty(words, words.t("empty.no_rows"))
        return
    total = view.ask(output.output, chosen).row(0, named=True)
    st.html(cards(_cards(view, total)))
    look.note(view.words.t("output.basis"))
    if chosen.single_day and chosen.line:
        _hours(view)
    elif not chosen.single_day:
        look.section(words.t("output.daily"), words.t("output.daily_note"))
        st.altair_chart(daily_output(daily, words, view.paint), alt=words.t("output.daily"))
    if not chosen.line:
        look.section(words.t("output.by_line"), words.t("output.by_line_note"))
        _table(view, ("plant_id", "line_id"))
    look.section(words.t("output.by_shift"))
    _table(view, ("shift_id",))
    if not chosen.single_day:
        look.section(words.t("output.by_day"), words.t("output.by_day_note"))
        _table(view, ("production_date",), newest_first=True)


def _cards(view: View, total: dict[str, Any]) -> list[Card]:
    words = view.words
    gap = None
    if total["plan_met_qty"] is not None and total["plan_base_qty"] is not None:
        gap = total["plan_met_qty"] - total["plan_base_qty"]
    share = total["plan_met_qty"] / total["plan_base_qty"] if gap is not None and total["plan_base_qty"] else None
    return [
        Card(
            words.t("output.good"),
            words.number(total["good_qty"]),
            words.t("output.plan", plan=words.number(total["plan_base_qty"])),
        ),
        Card(
            words.t("output.attained"),
            words.percent(share),
            words.t("output.gap", gap=words.signed(gap)),
            state="watch" if share is not None and round(share, 3) < LOW else "",
        ),
        Card(
            words.t("output.scrap"),
            words.percent(total["scrap_part_qty"], total["produced_qty"]),
            words.t("overview.scrap_of", scrap=words.number(total["scrap_qty"])),
        ),
        Card(
            words.t("output.report_good"),
            words.number(total["report_good_qty"]),
            words.t("output.mes_good", mes=words.number(total["mes_good_qty"])),
            words.t("output.sides", delta=words.signed(total["sides_delta_qty"])),
        ),
    ]


def _table(view: View, by: tuple[str, ...], *, newest_first: bool = False) -> None:
    words = view.words
    rows = view.ask(output.output, view.filters, by)
    if newest_first:
        rows = rows.reverse()
    heading = {"line_id": "column.line", "shift_id": "column.shift", "production_date": "column.day"}[by[-1]]
    columns = [
        Column(words.t(heading)),
        *(
            Column(words.t(f"column.{name}"), is_number=True)
            for name in ("plan", "good", "attained", "gap", "scrap", "scrap_ratio", "report_good", "mes_good", "delta")
        ),
    ]
    cells: list[list[Cell]] = []
    for row in rows.iter_rows(named=True):
        gap = difference(row["plan_met_qty"], row["plan_base_qty"])
        cells.append(
            [
                _name(view, row),
                words.number(row["planned_qty"]),
                words.number(row["good_qty"]),
                attainment(words, row["plan_met_qty"], row["plan_base_qty"], LOW),
                words.signed(gap),
                words.number(row["scrap_qty"]),
                words.percent(row["scrap_part_qty"], row["produced_qty"]),
                words.number(row["report_good_qty"]),
                words.number(row["mes_good_qty"]),
                words.signed(row["sides_delta_qty"]),
            ]
        )
    st.html(table(columns, cells, caption=words.t(heading)))


def _name(view: View, row: dict[str, Any]) -> Html:
    """What a row is, as the link one level down."""
    words = view.words
    if "line_id" in row:
        several = len({plant for plant, _ in view.line_names}) > 1
        text = view.line(row["plant_id"], row["line_id"])
        address = view.address("output", plant=row["plant_id"], line=row["line_id"])
        return link(f"{row['plant_id']} / {text}" if several else text, address)
    if "shift_id" in row:
        return link(view.shift(row["shift_id"]), view.address("output", shift=row["shift_id"]))
    day: date = row["production_date"]
    return link(words.day(day), view.address("output", **{"from": day.isoformat(), "to": day.isoformat()}))


def _hours(view: View) -> None:
    """The hour board of one line on one day."""
    words = view.words
    look.section(words.t("output.hours"), words.t("output.hours_note", zone=words.zone))
    rows = view.ask(output.hours, view.filters)
    if rows.is_empty():
        look.empty(words, words.t("empty.no_rows"))
        return
    if rows["hour_start"].null_count() < rows.height:
        timed = rows.drop_nulls("hour_start").sort("hour_start")
        clock = pl.col("hour_start").map_elements(words.clock, return_dtype=pl.String)
        st.altair_chart(hourly_output(timed.with_columns(hour=clock), words, view.paint), alt=words.t("output.hours"))
    names = ("shift", "hour", "order")
    numbers = ("plan", "good", "gap", "report_good", "mes_good", "delta", "scrap")
    columns = [
        *(Column(words.t(f"column.{name}")) for name in names),
        *(Column(words.t(f"column.{name}"), is_number=True) for name in numbers),
        Column(words.t("column.value_source")),
        Column(words.t("column.origin")),
    ]
    st.html(table(columns, [_hour(view, row) for row in rows.iter_rows(named=True)], caption=words.t("output.hours")))


def _hour(view: View, row: dict[str, Any]) -> list[Cell]:
    words = view.words
    delta = difference(row["report_good_qty"], row["mes_good_qty"])
    sheet = f" / {row['source_sheet']}" if row["source_sheet"] else ""
    cell = f"!{row['good_qty_cell']}" if row["good_qty_cell"] else ""
    origin = f"{row['source_file']}{sheet}{cell}" if row["source_file"] else row["reference_locator"]
    return [
        view.shift(row["shift_id"]),
        words.clock(row["hour_start"]) if row["hour_start"] else words.t("output.whole_shift"),
        " · ".join(filter(None, [row["order_id"], row["product_id"]])),
        words.number(row["planned_qty"]),
        words.number(row["good_qty"]),
        words.signed(difference(row["good_qty"], row["planned_qty"])),
        words.number(row["report_good_qty"]),
        words.number(row["mes_good_qty"]),
        ("◆ " if delta else "") + words.signed(delta),
        words.number(row["scrap_qty"]),
        words.t(f"source.{row['value_source']}") if row["value_source"] else words.number(None),
        origin or words.number(None),
    ]
