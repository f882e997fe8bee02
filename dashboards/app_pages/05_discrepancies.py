"""Differences: the inbox, a row for each case, worst first; choosing one opens it (``dashboards.detail``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards import case_list, controls, detail, look, settle_many
from dashboards.markup import join, plain_severity, severity, status
from dashboards.queries import discrepancies
from dashboards.queries.discrepancies import LIST_LIMIT, OPEN, SORTS, Choice
from dashboards.view import Page, View
from dashboards.workbook import Chart, Sheet
from data_contracts.tables.discrepancy import SEVERITIES, STATUSES

PAGE = Page(key="discrepancies", icon=":material/rule:")


def render(view: View) -> None:
    """Draw the page: the list, or one difference when the address names it."""
    choice = _choice(st.query_params)
    chosen_id = st.query_params.get("id")
    if chosen_id:
        listed = _rows(view, choice)["discrepancy_id"].to_list()
        detail.render(view, chosen_id, listed)
        return
    _controls(view, choice)
    _list(view, choice)


def _rows(view: View, choice: Choice) -> pl.DataFrame:
    """A row for each case; with ``each=1`` in the address a row for each difference."""
    query = discrepancies.differences if st.query_params.get("each") == "1" else discrepancies.cases
    return view.ask(query, view.filters, choice)


def exported(view: View, address: Mapping[str, str]) -> list[Sheet]:
    """What is filtered, with codes and with names, and how many by rule and by cause."""
    words, choice = view.words, _choice(address)
    rows = view.ask(discrepancies.differences, view.filters, choice)
    named = rows.with_columns(
        rule=pl.col("rule_id").map_elements(words.rule, return_dtype=pl.String),
        cause=pl.col("probable_cause").map_elements(lambda code: words.code("cause", code), return_dtype=pl.String),
        grade=pl.col("severity").map_elements(lambda code: words.code("severity", code), return_dtype=pl.String),
        reported=pl.col("reported_text").fill_null(""),
        reference=pl.col("reference_text").fill_null(""),
    )
    columns = words.headings(
        discrepancy_id="id",
        grade="severity",
        production_date="day",
        plant_id="plant",
        line_id="line",
        shift_id="shift",
        hour_start="hour",
        order_id="order_id",
        rule_no="rule_no",
        rule="rule",
        measure="measure",
        reported_value="reported",
        reference_value="reference",
        delta="difference",
        tolerance="tolerance",
        cause="cause",
        source_file="file",
        source_sheet="sheet",
        source_cell="cell",
        status="status",
        case_id="case",
    )
    counts = {"name": "", "differences": words.t("page.discrepancies.title")}
    sheets = [Sheet(words.t("page.discrepancies.title"), named, columns)]
    for by, called in (("rule_id", words.rule), ("probable_cause", lambda code: words.code("cause", code))):
        title = words.t("column.rule" if by == "rule_id" else "column.cause")
        counted = view.ask(discrepancies.counts, view.filters, choice, (by,)).sort("differences", by, descending=True)
        name = pl.col(by).map_elements(called, return_dtype=pl.String)
        chart = Chart(title, "name", ("differences",), "bar")
        sheets.append(Sheet(title, counted.with_columns(name=name), counts | {"name": title}, chart))
    return sheets


def _choice(address: Mapping[str, str]) -> Choice:
    return Choice(
        controls.codes(address, "severity"),
        controls.codes(address, "status", OPEN),
        controls.codes(address, "rule"),
        controls.codes(address, "cause"),
        address.get("sort") or "severity",
    )


def _controls(view: View, choice: Choice) -> None:
    words = view.words
    everything = Choice(status=())
    rules = view.ask(discrepancies.counts, view.filters, everything, ("rule_id",))["rule_id"].sort().to_list()
    causes = view.ask(discrepancies.counts, view.filters, everything, ("probable_cause",))["probable_cause"]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=165):
            options = {code: plain_severity(words, code) for code in SEVERITIES}
            controls.pick_many("severity", words, options, choice.severity, ())
        with st.container(width=165):
            options = {code: words.rule(code) for code in rules}
            controls.pick_many("rule", words, options, choice.rule, ())
        with st.container(width=165):
            options = {code: words.code("cause", code) for code in causes.sort().to_list()}
            controls.pick_many("cause", words, options, choice.cause, ())
        with st.container(width=165):
            options = {code: words.t(f"sort.{code}") for code in SORTS}
            controls.pick_form("sort", words, options, choice.sort)
        with st.container(width=260):
            options = {code: status(words, code) for code in STATUSES}
            controls.pick_many("status", words, options, choice.status, OPEN)


def _list(view: View, choice: Choice) -> None:
    words = view.words
    rows = _rows(view, choice)
    if rows.is_empty():
        look.empty(words, words.t("empty.no_differences"))
        return
    by_severity = view.ask(discrepancies.counts, view.filters, choice, ("severity",))
    found = dict(by_severity.select("severity", "differences").iter_rows())
    st.html(join((severity(words, code, words.number(found[code])) for code in SEVERITIES if code in found), " "))
    total = rows["total"][0]
    note = words.t("list.how")
    if total > LIST_LIMIT:
        note += " " + words.t("list.cut", shown=words.number(LIST_LIMIT), total=words.number(total))
    with st.container(horizontal=True):
        each = controls.switch("each", words.t("case.each"), words.t("case.each_help"))
        many = controls.switch("many", words.t("many.toggle"), words.t("many.help"))
    if not each:
        note += " " + words.t("case.counted", cases=words.number(total), differences=words.number(sum(found.values())))
    st.caption(note)
    shown = pl.DataFrame([_row(view, row) for row in rows.iter_rows(named=True)])
    key = f"list.{each}.{many}.{hash((view.filters, choice, view.words.language))}"
    chosen = st.dataframe(
        shown,
        key=key,
        hide_index=True,
        height=min(38 + 35 * shown.height, 640),
        on_select="rerun",
        selection_mode="multi-row" if many else "single-row",
        row_height=35,
        alt=words.t("page.discrepancies.title"),
        column_config={
            name: st.column_config.TextColumn(alignment="right")
            for name in (words.t(f"column.{column}") for column in ("reported", "reference", "difference", "in_case"))
        },
    )
    selected = chosen["selection"]["rows"]
    if many:
        ticked = [rows.row(at, named=True) for at in selected]
        cases = case_list.members(view, [row["case_id"] for row in ticked])
        settle_many.render(view, [[row] for row in ticked] if each else [*map(case_list.still_open, cases)])
    elif selected:
        st.query_params["id"] = rows["discrepancy_id"][selected[0]]
        st.rerun()


def _row(view: View, row: dict[str, Any]) -> dict[str, str]:
    words = view.words
    return {
        words.t("column.severity"): plain_severity(words, row["severity"]),
        words.t("column.day"): words.day(row["production_date"]),
        words.t("column.line"): view.line(row["plant_id"], row["line_id"]),
        words.t("column.shift"): view.shift(row["shift_id"]),
        words.t("column.rule"): words.rule(row["rule_id"]),
        words.t("column.reported"): detail.value_text(words, row["reported_value"], row["reported_text"]),
        words.t("column.reference"): detail.value_text(words, row["reference_value"], row["reference_text"]),
        words.t("column.difference"): words.signed(row["delta"]),
        words.t("column.cause"): words.code("cause", row["probable_cause"]),
        **({words.t("column.in_case"): words.number(row["differences"])} if "differences" in row else {}),
        words.t("column.cell"): row["source_cell"] or "",
        words.t("column.status"): status(words, row["status"]),
    }
