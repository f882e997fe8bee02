"""Hour board: plan and actual by the hour, added up over the day, with stops, remarks and the cell behind a number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl
import streamlit as st

from dashboards import drawing, look, notes, origin
from dashboards.figures import hours as drawn
from dashboards.figures.bars import Field, heat
from dashboards.figures.paint import LOW
from dashboards.frames import difference, ratio
from dashboards.markup import Card, Cell, Column, cards, join, link, table, tag
from dashboards.origin import Origin
from dashboards.queries import hours, losses
from dashboards.view import Page, View
from dashboards.workbook import Chart, Sheet

PAGE = Page(key="hours", icon=":material/schedule:", one_day=True)
SHADES = ((0.98, 1), (LOW, 2), (0.7, 3))
"""Output of plan from which a field is so dark; under the last it is darkest."""


def render(view: View) -> None:
    """Draw the page: the board of one line, or all lines by the hour."""
    day = view.filters.last
    if day is None:
        return
    origin.render(view, PAGE.key)
    rows = view.ask(hours.by_hour, view.filters)
    plant = view.filters.plant or (rows["plant_id"][0] if view.filters.line and rows.height else None)
    if plant:
        view = view.at_plant(plant)
    _days(view, day)
    if rows.is_empty():
        look.empty(view.words, view.words.t("hours.none"))
    elif view.filters.line:
        _board(view, rows)
    else:
        _lines(view, rows)
        notes.beside(view, notes.covering(view))


def exported(view: View, _address: Mapping[str, str]) -> list[Sheet]:
    """The hours as they are shown: of the line chosen, or of all lines."""
    words = view.words
    parts = view.ask(hours.by_hour, view.filters).partition_by("plant_id", "line_id", maintain_order=True)
    boards = [drawn.board(part) for part in parts]
    columns = words.headings(
        plant_id="plant",
        line_id="line",
        shift_id="shift",
        hour_start="hour",
        planned_qty="plan",
        good_qty="good",
        gap_qty="gap",
        gap_sum="gap_sum",
        scrap_qty="scrap",
        report_good_qty="report_good",
        mes_good_qty="mes_good",
        orders="order",
        source_file="file",
        good_qty_cell="cell",
    )
    rows = pl.concat(boards) if boards else view.ask(hours.by_hour, view.filters)
    chart = Chart(words.t("hours.chart"), "hour_start", ("planned_qty", "good_qty")) if len(boards) == 1 else None
    return [Sheet(words.t("hours.table"), rows, columns if boards else {}, chart)]


def _days(view: View, day: date) -> None:
    """Links to the day before and after, and to the last one."""
    words = view.words

    def at(other: date) -> str:
        return view.address(PAGE.key, **{"from": other.isoformat(), "to": other.isoformat()})

    step = timedelta(days=1)
    parts = [
        link(f"← {words.day(day - step)}", at(day - step)),
        tag("b", words.full_day(day)),
        link(f"{words.day(day + step)} →", at(day + step)),
        link(words.t("hours.latest"), view.address(PAGE.key, **{"from": None, "to": None})),
    ]
    st.html(tag("p", join(parts, "   "), class_="sl-links sl-days"))


def _lines(view: View, rows: pl.DataFrame) -> None:
    """All lines by the hour of the day, a plant at a time on its own clock."""
    timed = rows.drop_nulls("hour_start")
    if timed.is_empty():
        look.empty(view.words, view.words.t("hours.none"))
        return
    for (plant,), part in timed.group_by("plant_id", maintain_order=True):
        here = view.at_plant(str(plant))
        words = here.words
        title = f"{plant} · {words.t('hours.lines')}"
        look.section(title, words.t("hours.lines_note", zone=words.zone))
        slots = part["hour_start"].unique().sort().to_list()
        made = []
        for (line,), own in part.group_by("line_id", maintain_order=True):
            sums = own.group_by("hour_start").agg(pl.col("planned_qty", "good_qty").sum())
            known = {row["hour_start"]: row for row in sums.iter_rows(named=True)}
            address = here.address(PAGE.key, plant=str(plant), line=str(line))
            fields = [_field(here, known.get(slot), address) for slot in slots]
            made.append((link(here.line(str(plant), str(line)), address), fields))
        clocks = [words.clock(slot) for slot in slots]
        st.html(heat(clocks, made, words.t("column.line"), title))


def _field(view: View, row: dict[str, Any] | None, address: str) -> Field:
    words = view.words
    share = ratio(row["good_qty"], row["planned_qty"]) if row else None
    if row is None or share is None:
        return Field("")
    shade = next((shade for least, shade in SHADES if round(share, 3) >= least), 4)
    told = words.t("hours.field", good=words.number(row["good_qty"]), plan=words.number(row["planned_qty"]))
    return Field(words.number(round(100 * share)), shade, told, address, "▼" if round(share, 3) < LOW else "")


def _board(view: View, rows: pl.DataFrame) -> None:
    words = view.words
    board = drawn.board(rows)
    stops = view.ask(losses.timeline, view.filters)
    stopped = drawn.stops_by_hour(stops, board)
    told = view.ask(hours.remarks, view.filters).select("shift_id", "hour_start", "note", "note_cell")
    board = board.join(stopped, on="hour_start", how="left", maintain_order="left").join(
        told, on=["shift_id", "hour_start"], how="left", nulls_equal=True, maintain_order="left"
    )
    st.html(cards(_cards(view, board)))
    timed = board.drop_nulls("hour_start")
    if timed.height:
        clock = pl.col("hour_start").map_elements(words.clock, return_dtype=pl.String)
        timed = timed.with_columns(hour=clock)
        look.section(words.t("hours.chart"), words.t("hours.chart_note", zone=words.zone))
        drawing.chart(view, drawn.takt, timed, told=words.t("hours.chart"))
        look.section(words.t("hours.running"), words.t("hours.running_note"))
        drawing.chart(view, drawn.running_gap, timed, told=words.t("hours.running"))
    notes.form(view)
    look.section(words.t("hours.table"), words.t("hours.table_note"))
    names = dict(stops.select("reason_code", "name_zh", "name_en").unique().rows_by_key("reason_code"))
    st.html(_table(view, board, {code: words.named(str(code), *rows[0]) for code, rows in names.items()}))


def _cards(view: View, board: pl.DataFrame) -> list[Card]:
    words = view.words
    both = board.drop_nulls("gap_sum")
    last = both.row(-1, named=True) if both.height else {"plan_sum": None, "good_sum": None, "gap_sum": None}
    share = ratio(last["good_sum"], last["plan_sum"])
    low = board.filter("is_low")
    worst = board.drop_nulls("gap_qty").sort("gap_qty").head(1)
    return [
        Card(
            words.t("hours.so_far"),
            words.number(last["good_sum"]),
            words.t("output.plan", plan=words.number(last["plan_sum"])),
            words.t("output.gap", gap=words.signed(last["gap_sum"])),
        ),
        Card(
            words.t("output.attained"),
            words.percent(share),
            words.t("hours.target", share=words.percent(1.0, digits=0)),
            state="watch" if share is not None and round(share, 3) < LOW else "",
        ),
        Card(
            words.t("hours.low"),
            words.number(low.height),
            words.t("hours.of", count=words.number(both.height)),
            state="watch" if low.height else "",
        ),
        Card(
            words.t("hours.worst"),
            words.clock(worst["hour_start"][0]) if worst.height and worst["hour_start"][0] else words.number(None),
            words.t("output.gap", gap=words.signed(worst["gap_qty"][0] if worst.height else None)),
        ),
    ]


def _table(view: View, board: pl.DataFrame, names: dict[Any, str]) -> Cell:
    words = view.words
    numbers = ("plan", "good", "gap", "plan_sum", "good_sum", "gap_sum", "delta", "scrap", "stop_min")
    columns = [
        *(Column(words.t(f"column.{name}")) for name in ("shift", "hour")),
        *(Column(words.t(f"column.{name}"), is_number=True) for name in numbers),
        *(Column(words.t(f"column.{name}"), wraps=True) for name in ("stop_reason", "remark", "order")),
    ]
    cells: list[list[Cell]] = []
    for row in board.iter_rows(named=True):
        later = row["hour_start"] is not None and row["hour_start"] > view.as_of
        source = Origin.of(row, row["source_file"], row["source_sheet"], row["good_qty_cell"])
        good = words.t("hours.later") if later and row["good_qty"] is None else words.number(row["good_qty"])
        delta = difference(row["report_good_qty"], row["mes_good_qty"])
        codes = [code for code in row["reason_codes"] or [] if code]
        cells.append(
            [
                view.shift(row["shift_id"]),
                words.clock(row["hour_start"]) if row["hour_start"] else words.t("output.whole_shift"),
                words.number(row["planned_qty"]),
                origin.linked(view, PAGE.key, source, good) if source else good,
                ("▼ " if row["is_low"] else "") + words.signed(row["gap_qty"]),
                *(words.number(row[name]) for name in ("plan_sum", "good_sum")),
                words.signed(row["gap_sum"]),
                ("◆ " if delta else "") + words.signed(delta),
                words.number(row["scrap_qty"]),
                words.minutes(row["stop_min"]) if row["stop_min"] else "",
                ", ".join(names.get(code, code) for code in codes),
                row["note"] or "",
                row["orders"],
            ]
        )
    return table(columns, cells, caption=words.t("hours.table"))
