"""Trend: differences by rule, cause, line or layout over time, first-pass yield, and what repeats itself where.

Lines and layouts are shown, never people: nobody is measured here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards import controls, drawing, look
from dashboards.figures.paint import EVERY
from dashboards.figures.trend import differences_over_time, first_pass_over_time
from dashboards.markup import Card, Cell, Column, Html, cards, link, table
from dashboards.queries import trend
from dashboards.view import Page, View
from dashboards.workbook import Chart, Sheet

PAGE = Page(key="trend", icon=":material/trending_up:")
LINE = ("plant_id", "line_id")
VIEWS: dict[str, tuple[str, ...]] = {
    "rule": ("rule_id",),
    "cause": ("probable_cause",),
    "line": LINE,
    "layout": ("layout_id",),
}
MOST_ROWS = 12


def render(view: View) -> None:
    """Draw the page."""
    words = view.words
    by, step = _chosen(st.query_params, "by", list(VIEWS)), _chosen(st.query_params, "step", list(trend.STEPS))
    st.html(cards([*_difference_cards(view), _yield_card(view)]))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=220):
            controls.pick_form("by", words, {code: words.t(f"by.{code}") for code in VIEWS}, by)
        with st.container(width=220):
            controls.pick_form("step", words, {code: words.t(f"step.{code}") for code in trend.STEPS}, step)
    look.section(words.t("trend.over_time"), words.t("trend.over_time_note"))
    _over_time(view, VIEWS[by], step)
    look.section(words.t("trend.yield"), words.t("trend.yield_note"))
    _yield_over_time(view, step)
    left, right = st.columns(2, gap="large")
    with left:
        look.section(words.t("trend.yield_line"))
        _yield_of(view, LINE)
    with right:
        look.section(words.t("trend.yield_layout"))
        _yield_of(view, ("layout_id",))
    for name in ("line", "layout"):
        look.section(words.t(f"trend.repeated_{name}"), words.t("trend.repeated_note", days=trend.REPEATED_DAYS))
        _repeated(view, VIEWS[name])


def exported(view: View, address: Mapping[str, str]) -> list[Sheet]:
    """Groups over all days and by period, yields by period, line and layout, and what repeats itself."""
    words = view.words
    by, step = VIEWS[_chosen(address, "by", list(VIEWS))], _chosen(address, "step", list(trend.STEPS))
    counted = {name: words.t(f"trend.column_{name}") for name in ("opened", "open", "resolved", "decided")}
    what, when = {"what": words.t("trend.what")}, {"period_start": words.t(f"step.{step}")}
    groups = _named(view, view.ask(trend.differences, view.filters, by))
    periods = _named(view, view.ask(trend.differences, view.filters, by, step)).sort("period_start", "what")
    sheets = [
        Sheet(
            words.t("trend.found"), groups, what | counted, Chart(words.t("trend.found"), "what", ("opened",), "bar")
        ),
        Sheet(words.t("trend.over_time"), periods, when | what | counted),
    ]
    passed = {name: words.t(f"trend.column_{name}") for name in ("received", "passed", "yield")}
    for title, part, heading, kind in (
        ("trend.yield", view.ask(trend.first_pass, view.filters, (), step), when, "line"),
        ("trend.yield_line", _named(view, view.ask(trend.first_pass, view.filters, LINE)), what, "column"),
        ("trend.yield_layout", _named(view, view.ask(trend.first_pass, view.filters, ("layout_id",))), what, "column"),
    ):
        rows = part.with_columns((pl.col("passed") / pl.col("received")).alias("yield"))
        chart = Chart(words.t(title), next(iter(heading)), ("yield",), kind)
        sheets.append(Sheet(words.t(title), rows, heading | passed, chart, frozenset({"yield"})))
    repeated = {name: words.t(f"trend.column_{name}") for name in ("days", "opened", "open", "last_day")}
    for name in ("line", "layout"):
        rows = view.ask(trend.repeated, view.filters, VIEWS[name])
        rules = pl.Series("rule", [words.rule(rule_id) for rule_id in rows["rule_id"]], dtype=pl.String)
        named = _named(view, rows, VIEWS[name]).with_columns(rules)
        sheets.append(Sheet(words.t(f"trend.repeated_{name}"), named, what | words.headings(rule="rule") | repeated))
    return sheets


def _chosen(address: Mapping[str, str], name: str, known: list[str]) -> str:
    """A form of the page from the address; the first one when it names none."""
    asked = address.get(name)
    return asked if asked in known else known[0]


def _difference_cards(view: View) -> list[Card]:
    words, chosen = view.words, view.filters
    if chosen.first is None or chosen.last is None:
        return []
    days = (chosen.last - chosen.first).days + 1
    now = view.ask(trend.differences, chosen).row(0, named=True)
    before = view.ask(trend.differences, chosen.window(days, back=days)).row(0, named=True)
    settled = now["resolved"] + now["decided"]
    return [
        Card(
            words.t("trend.found"),
            words.number(now["opened"]),
            words.t("trend.found_before", count=words.number(before["opened"])),
            words.t("trend.found_change", change=words.signed(now["opened"] - before["opened"])),
            link=view.address("discrepancies", status="*"),
        ),
        Card(
            words.t("trend.open"),
            words.number(now["open"]),
            words.t("trend.settled", count=words.number(settled), share=words.percent(settled, now["opened"])),
            link=view.address("discrepancies"),
        ),
    ]


def _yield_card(view: View) -> Card:
    words = view.words
    row = view.ask(trend.first_pass, view.filters).row(0, named=True)
    return Card(
        words.t("trend.yield"),
        words.percent(row["passed"], row["received"]),
        words.t("trend.yield_of", passed=words.number(row["passed"]), received=words.number(row["received"])),
    )


def _over_time(view: View, by: tuple[str, ...], step: str) -> None:
    """A field for each group and period, and a table of the groups beside their former period."""
    words = view.words
    groups = view.ask(trend.differences, view.filters, by)
    if groups.is_empty():
        look.empty(words, words.t("trend.none"))
        return
    shown = _named(view, groups.head(MOST_ROWS))
    cells = view.ask(trend.differences, view.filters, by, step)
    placed = shown.select(*by, "what").join(cells, on=list(by), how="inner", nulls_equal=True)
    parts = (placed, shown["what"].to_list(), _periods(view, step), step)
    drawing.of_days(view, differences_over_time, *parts, told=words.t("trend.over_time"), step=step)
    if groups.height > MOST_ROWS:
        st.caption(words.t("trend.cut", shown=words.number(MOST_ROWS), total=words.number(groups.height)))
    numbers = ("opened", "open", "resolved", "decided")
    columns = [
        Column(words.t("trend.what"), wraps=True),
        *(Column(words.t(f"trend.column_{name}"), is_number=True) for name in numbers),
    ]
    rows: list[list[Cell]] = [
        [_led_on(view, row, row["what"]), *(words.number(row[name]) for name in numbers)]
        for row in shown.iter_rows(named=True)
    ]
    st.html(table(columns, rows, caption=words.t("trend.over_time")))


def _periods(view: View, step: str) -> pl.Series:
    """Starts of all periods of the days chosen."""
    chosen = view.filters
    days = pl.select(period_start=pl.date_range(pl.lit(chosen.first), pl.lit(chosen.last), "1d")).to_series()
    return days.dt.truncate(EVERY[step]).unique().sort()


def _yield_over_time(view: View, step: str) -> None:
    words = view.words
    rows = view.ask(trend.first_pass, view.filters, (), step)
    if rows.is_empty():
        look.empty(words, words.t("empty.no_rows"))
        return
    drawing.of_days(view, first_pass_over_time, rows, step, told=words.t("trend.yield"), step=step)


def _yield_of(view: View, by: tuple[str, ...]) -> None:
    words = view.words
    rows = view.ask(trend.first_pass, view.filters, by)
    if rows.is_empty():
        look.empty(words, words.t("empty.no_rows"))
        return
    worst = rows.sort(pl.col("passed") / pl.col("received"), "received", descending=[False, True])
    columns = [
        Column(words.t("trend.what"), wraps=True),
        *(Column(words.t(f"trend.column_{name}"), is_number=True) for name in ("received", "passed", "yield")),
    ]
    cells: list[list[Cell]] = [
        [
            _name(view, row),
            words.number(row["received"]),
            words.number(row["passed"]),
            words.percent(row["passed"], row["received"]),
        ]
        for row in worst.head(MOST_ROWS).iter_rows(named=True)
    ]
    caption = words.t("trend.yield_layout" if "layout_id" in by else "trend.yield_line")
    st.html(table(columns, cells, caption=caption))


def _repeated(view: View, by: tuple[str, ...]) -> None:
    words = view.words
    rows = view.ask(trend.repeated, view.filters, by)
    if rows.is_empty():
        look.empty(words, words.t("trend.nothing_repeated"))
        return
    numbers = ("days", "opened", "open")
    columns = [
        Column(words.t("trend.what"), wraps=True),
        Column(words.t("column.rule"), wraps=True),
        *(Column(words.t(f"trend.column_{name}"), is_number=True) for name in numbers),
        Column(words.t("trend.column_last_day")),
    ]
    cells: list[list[Cell]] = [
        [
            _name(view, {name: row[name] for name in by}),
            _led_on(view, row, words.rule(row["rule_id"])),
            *(words.number(row[name]) for name in numbers),
            words.day(row["last_day"]),
        ]
        for row in rows.iter_rows(named=True)
    ]
    caption = words.t("trend.repeated_layout" if "layout_id" in by else "trend.repeated_line")
    st.html(table(columns, cells, caption=caption))


def _named(view: View, groups: pl.DataFrame, by: tuple[str, ...] = ()) -> pl.DataFrame:
    """Groups with what to call each (``what``), after all their columns or after ``by``; unlike ones are named so."""
    keys = groups.select(by) if by else groups
    names = [_name(view, row) for row in keys.iter_rows(named=True)]
    return groups.with_columns(what=pl.Series(names, dtype=pl.String))


def _name(view: View, row: dict[str, Any]) -> str:
    """A group in words, after the narrowest thing it is made by."""
    words = view.words
    if "line_id" in row:
        several = len({plant for plant, _ in view.line_names}) > 1
        name = view.line(row["plant_id"], row["line_id"])
        return f"{row['plant_id']} / {name}" if several else name
    if "layout_id" in row:
        return row["layout_id"] or words.t("trend.no_layout")
    if "rule_id" in row:
        return words.rule(row["rule_id"])
    return words.code("cause", row["probable_cause"])


def _led_on(view: View, row: dict[str, Any], text: str) -> Html | str:
    """The text as a link to the differences it counts; a layout is no filter there."""
    if set(row) & {"layout_id"} and "rule_id" not in row:
        return text
    places = {"plant": row.get("plant_id"), "line": row.get("line_id")}
    codes = {"rule": row.get("rule_id"), "cause": row.get("probable_cause"), "status": "*"}
    return link(text, view.address("discrepancies", **{k: v for k, v in (places | codes).items() if v}))
