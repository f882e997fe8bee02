"""Data health: which reports came, late or never, what was refused and why, how layouts do, and every load."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import polars as pl
import streamlit as st

from dashboards import look, notes
from dashboards.figures.bars import Bar, bars, heat
from dashboards.figures.health import SIGNS, matrix
from dashboards.frames import ratio, total
from dashboards.markup import Card, Cell, Column, cards, load_status, table, tag
from dashboards.queries import health, trend
from dashboards.view import Page, View
from dashboards.workbook import Chart, Sheet
from data_contracts.language import REASONS
from etl.desk import run_link

PAGE = Page(key="health", icon=":material/monitor_heart:")
MOST_DAYS = 21
YIELD_TARGET = 0.95


def render(view: View) -> None:
    """Draw the page."""
    words = view.words
    shifts = view.ask(health.shifts, view.filters, view.as_of)
    if shifts.is_empty():
        look.empty(words, words.t("empty.no_rows"))
    else:
        st.html(cards(_cards(view, shifts)))
        look.section(words.t("health.matrix"), words.t("health.matrix_note"))
        _matrix(view, shifts)
        notes.beside(view, notes.covering(view))
    left, right = st.columns(2, gap="large")
    with left:
        look.section(words.t("health.layouts"), words.t("health.yield_note"))
        _yields(view, ("layout_id",))
    with right:
        look.section(words.t("health.lines"), words.t("health.yield_note"))
        _yields(view, ("plant_id", "line_id"))
    look.section(words.t("health.held"), words.t("health.held_note"))
    _held(view)
    look.section(words.t("health.files"), words.t("health.files_note"))
    _files(view)
    look.section(words.t("health.loads"), words.t("health.loads_note"))
    _loads(view)


def exported(view: View, _address: Mapping[str, str]) -> list[Sheet]:
    """Every shift with its state, and the loads."""
    words = view.words
    key = {
        "plant_id": "plant",
        "line_id": "line",
        "production_date": "day",
        "shift_id": "shift",
        "first_pass": "passed_first",
    }
    return [
        Sheet(
            words.t("health.matrix"),
            view.ask(health.shifts, view.filters, view.as_of),
            words.headings(**key, state="status", lateness_min="late", mes_received="mes"),
        ),
        *(_yield_sheet(view, title, by) for title, by in (("layouts", "layout_id"), ("lines", "line_id"))),
        Sheet(
            words.t("health.loads"),
            view.ask(health.loads),
            words.headings(
                load_id="run",
                started_at="started",
                took_s="took",
                status="load_status",
                files_new="files_new",
                files_quarantined="files_held",
                rows_staged="rows",
                discrepancies_open="open",
                published_version="version",
                actor="actor",
            ),
        ),
    ]


def _yield_sheet(view: View, title: str, by: str) -> Sheet:
    """First-pass yield of each layout or line, with its chart."""
    words = view.words
    keys = {"line_id": ("plant_id", "line_id")}.get(by, (by,))
    share = (pl.col("passed") / pl.col("received")).alias("yield")
    rows = view.ask(trend.first_pass, view.filters, keys).with_columns(share)
    places = {"plant_id": "column.plant", "line_id": "column.line", "layout_id": "by.layout"}
    headings = {name: words.t(places[name]) for name in keys}
    headings |= {name: words.t(f"trend.column_{name}") for name in ("received", "passed", "yield")}
    name = words.t(f"health.{title}")
    return Sheet(name, rows, headings, Chart(name, by, ("yield",)), frozenset({"yield"}))


def _cards(view: View, shifts: pl.DataFrame) -> list[Card]:
    words = view.words
    count = dict(shifts["state"].value_counts().iter_rows())
    made = []
    for state in ("final", "provisional", "late", "missing", "refused"):
        number = count.get(state, 0)
        target = "all" if state == "final" else "none"
        bad = state in ("missing", "refused") and number
        made.append(
            Card(
                f"{SIGNS[state]} {words.t(f'health.state.{state}')}",
                words.number(number),
                words.t(
                    f"health.target_{target}",
                    share=words.percent(number, shifts.height),
                    count=words.number(shifts.height),
                ),
                state="bad" if bad else "watch" if state == "late" and number else "",
                mark=SIGNS[state],
            )
        )
    return made


def _matrix(view: View, shifts: pl.DataFrame) -> None:
    words, last = view.words, view.filters.last
    if last is None or view.filters.first is None:
        return
    first = max(view.filters.first, last - timedelta(days=MOST_DAYS - 1))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    several = shifts["plant_id"].n_unique() > 1

    def named(row: Any) -> str:
        line = f"{view.line(row['plant_id'], row['line_id'])} · {view.shift(row['shift_id'])}"
        return f"{row['plant_id']} / {line}" if several else line

    def told(row: Any) -> str:
        mes = words.t("health.mes_there" if row["mes_received"] else "health.mes_missing")
        late = row["lateness_min"]
        when = f" · {words.t('health.after', time=words.hours(late))}" if row["state"] == "late" else ""
        state = words.t(f"health.state.{row['state']}")
        return f"{words.day(row['production_date'])} · {state}{when} · {mes}"

    def address(row: Any) -> str:
        day = row["production_date"].isoformat()
        place = {"plant": row["plant_id"], "line": row["line_id"], "shift": row["shift_id"]}
        return view.address("hours", **place, **{"from": day, "to": day})

    recent = shifts.filter(pl.col("production_date") >= first)
    made = matrix(recent, days, named, told, address)
    signs = "   ".join(f"{sign} {words.t(f'health.state.{state}')}" for state, sign in SIGNS.items())
    st.html(tag("p", signs, class_="sl-sub"))
    heads = [words.short_day(day) for day in days]
    st.html(heat(heads, made, words.t("health.line_shift"), words.t("health.matrix")))
    if first > view.filters.first:
        st.caption(words.t("health.cut", days=words.number(MOST_DAYS)))


def _yields(view: View, by: tuple[str, ...]) -> None:
    """First-pass yield, the lowest first; each leads to its trend."""
    words = view.words
    rows = view.ask(trend.first_pass, view.filters, by)
    if rows.is_empty():
        look.empty(words, words.t("empty.no_rows"))
        return
    made = []
    for row in rows.sort(pl.col("passed") / pl.col("received"), maintain_order=True).head(12).iter_rows(named=True):
        share = ratio(row["passed"], row["received"]) or 0.0
        name = row["layout_id"] or words.t("trend.no_layout") if "layout_id" in row else ""
        place = {} if name else {"plant": row["plant_id"], "line": row["line_id"]}
        name = name or f"{row['plant_id']} / {view.line(row['plant_id'], row['line_id'])}"
        low = round(share, 3) < YIELD_TARGET
        note = words.t("health.passed", passed=words.number(row["passed"]), received=words.number(row["received"]))
        address = view.address("trend", by="layout" if "layout_id" in row else "line", **place)
        mark = "▼ " if low else ""
        made.append(Bar(name, share, mark + words.percent(share), note, "delay" if low else "good", address))
    st.html(bars(made, words.t("health.layouts")))
    whole = ratio(total(rows, "passed"), total(rows, "received"))
    look.note(words.t("health.whole", share=words.percent(whole), target=words.percent(YIELD_TARGET, digits=0)))


def _held(view: View) -> None:
    words = view.words
    rows = view.ask(health.held_back, view.filters)
    if rows.is_empty():
        look.empty(words, words.t("health.nothing_held"))
        return
    names = ("day", "line", "file", "cell", "raw", "reason")
    columns = [Column(words.t(f"column.{name}"), wraps=name in ("file", "raw", "reason")) for name in names]
    cells: list[list[Cell]] = [
        [
            words.day(row["production_date"]),
            view.line(row["plant_id"], row["line_id"] or ""),
            row["source_file"],
            f"{row['source_sheet'] or ''}!{row['source_cell'] or ''}".strip("!"),
            row["raw"],
            _reason(view, row),
        ]
        for row in rows.iter_rows(named=True)
    ]
    st.html(table(columns, cells, caption=words.t("health.held")))


def _reason(view: View, row: dict[str, Any]) -> str:
    """Why, in the reader's language."""
    try:
        told = json.loads(row["reason_params"] or "{}")
        return REASONS.text(f"reason.{row['reason_code']}", view.words.language, **told)
    except (KeyError, ValueError, IndexError):
        return row.get("reason") or str(row["reason_code"])


def _files(view: View) -> None:
    words = view.words
    rows = view.ask(health.files)
    if rows.is_empty():
        look.empty(words, words.t("health.no_files"))
        return
    columns = [Column(words.t(f"column.{name}"), wraps=name != "at") for name in ("at", "file", "reason")]
    cells: list[list[Cell]] = [
        [words.moment(row["received_at"]), row["name"], _reason(view, row)] for row in rows.iter_rows(named=True)
    ]
    st.html(table(columns, cells, caption=words.t("health.files")))


def _loads(view: View) -> None:
    words = view.words
    rows = view.ask(health.loads)
    numbers = ("took", "files_new", "files_held", "rows", "open", "version")
    columns = [
        Column(words.t("column.started")),
        Column(words.t("column.load_status")),
        *(Column(words.t(f"column.{name}"), is_number=True) for name in numbers),
        Column(words.t("column.actor")),
        Column(words.t("column.run")),
    ]
    cells: list[list[Cell]] = []
    for row in rows.iter_rows(named=True):
        run = run_link(row["load_id"])
        seconds = row["took_s"]
        cells.append(
            [
                words.moment(row["started_at"]),
                ("▲ " if row["status"] == "failed" else "") + load_status(words, row["status"]),
                words.number(None) if seconds is None else f"{words.number(seconds, 1)} s",
                words.number(row["files_new"]),
                ("◆ " if row["files_quarantined"] else "") + words.number(row["files_quarantined"]),
                words.number(row["rows_staged"]),
                words.number(row["discrepancies_open"]),
                words.number(row["published_version"]),
                row["actor"],
                tag("a", "Dagster ↗", href=run, target="_blank", rel="noopener") if run else row["load_id"],
            ]
        )
    st.html(table(columns, cells, caption=words.t("health.loads")))
