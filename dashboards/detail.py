"""One difference: what it says, both values, both places in the sources, why probably, and what happened to it."""

from __future__ import annotations

import textwrap
from typing import Any

import polars as pl
import streamlit as st

from dashboards import case_list, look, notes, origin, settle, sheet
from dashboards.markup import Cell, Column, Html, facts, join, link, severity, status, table, tag
from dashboards.queries import discrepancies
from dashboards.view import View
from dashboards.words import Words


def render(view: View, discrepancy_id: str, listed: list[str]) -> None:
    """Draw it; ``listed`` are the neighbours in the list it was opened from."""
    words = view.words
    found = view.ask(discrepancies.difference, discrepancy_id)
    case_id = found["case_id"].item() or discrepancy_id if found.height else discrepancy_id
    _way_back(view, discrepancy_id if discrepancy_id in listed else case_id, listed)
    if found.is_empty():
        look.empty(words, words.t("empty.no_such_difference", id=discrepancy_id))
        return
    row = found.row(0, named=True)
    view = view.at_plant(row["plant_id"])
    words = view.words
    st.html(_headline(view, row))
    st.html(_versus(words, row))
    (case,) = case_list.members(view, [case_id])
    case_list.render(view, discrepancy_id, case)
    left, right = st.columns([3, 2], gap="large")
    with left:
        look.section(words.t("detail.source"), _place(row["source_file"], row["source_sheet"], row["source_cell"]))
        _own_side(view, row)
        look.section(words.t("detail.other_side"), row["reference_locator"] or "")
        _other_side(view, row)
    with right:
        look.section(words.t("detail.facts"), words.t("state.zone", zone=words.zone))
        st.html(_facts(view, row))
        settle.render(view, row, case_list.still_open(case))
        notes.of_difference(view, discrepancy_id)
        look.section(words.t("detail.same_cell"))
        _same_cell(view, row)
        look.section(words.t("detail.history"))
        _history(view, discrepancy_id)


def value_text(words: Words, value: float | None, text: str | None) -> str:
    """A compared value: the number, else the text that was compared."""
    if value is not None:
        return words.number(value)
    return textwrap.shorten(text, 60, placeholder="…") if text else words.number(None)


def _way_back(view: View, discrepancy_id: str, listed: list[str]) -> None:
    words = view.words
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(f"← {words.t('detail.back')}", on_click=_open, args=(None,), shortcut="B")
        if discrepancy_id in listed:
            at = listed.index(discrepancy_id)
            previous = listed[at - 1] if at > 0 else None
            following = listed[at + 1] if at + 1 < len(listed) else None
            for sign, name, key, to in (("↑", "previous", "K", previous), ("↓", "next", "J", following)):
                label = f"{sign} {words.t(f'detail.{name}')}"
                st.button(label, on_click=_open, args=(to,), disabled=to is None, shortcut=key)
            st.caption(
                words.t("detail.position", at=words.number(at + 1), of=words.number(len(listed))), width="content"
            )


def _open(discrepancy_id: str | None) -> None:
    if discrepancy_id:
        st.query_params["id"] = discrepancy_id
    elif "id" in st.query_params:
        del st.query_params["id"]


def _headline(view: View, row: dict[str, Any]) -> Html:
    words = view.words
    message = words.rule_message(
        row["rule_id"],
        reported=value_text(words, row["reported_value"], row["reported_text"]),
        reference=value_text(words, row["reference_value"], row["reference_text"]),
        delta=words.signed(row["delta"]),
        tolerance=words.number(row["tolerance"]),
        measure=words.code("measure", row["measure"]),
    )
    rule = words.t("detail.rule", no=row["rule_no"], name=words.rule(row["rule_id"]))
    head = [severity(words, row["severity"]), tag("b", rule), f" · {status(words, row['status'])}"]
    return join(
        [
            tag("p", join(head), style="margin:.2rem 0"),
            tag("p", message, class_=f"sl-message {row['severity']}", data_testid="message"),
        ]
    )


def _versus(words: Words, row: dict[str, Any]) -> Html:
    parts = {
        "reported": value_text(words, row["reported_value"], row["reported_text"]),
        "reference": value_text(words, row["reference_value"], row["reference_text"]),
        "difference": words.signed(row["delta"]),
        "tolerance": words.number(row["tolerance"]),
    }
    boxes = [
        tag(
            "div", join([tag("div", words.t(f"column.{name}"), class_="sl-label"), tag("div", text, class_="sl-value")])
        )
        for name, text in parts.items()
    ]
    return tag("div", join(boxes), class_="sl-versus")


def _facts(view: View, row: dict[str, Any]) -> Html:
    words = view.words
    day = row["production_date"]
    place = {"plant": row["plant_id"], "line": row["line_id"], "from": day.isoformat(), "to": day.isoformat()}
    return facts(
        {
            words.t("column.cause"): tag("b", words.code("cause", row["probable_cause"])),
            words.t("detail.evidence"): words.evidence(row["probable_cause"], row["cause_evidence"]),
            words.t("column.measure"): words.code("measure", row["measure"]),
            words.t("column.line"): f"{row['plant_id']} / {view.line(row['plant_id'], row['line_id'])}",
            words.t("column.day"): link(words.day(day), view.address("output", **place)),
            words.t("column.shift"): view.shift(row["shift_id"]),
            words.t("column.hour"): words.moment(row["hour_start"]) if row["hour_start"] else None,
            words.t("column.order_id"): row["order_id"],
            words.t("column.product"): row["product_id"],
            words.t("detail.cells"): (row["cells"] or "").replace(f"{row['source_sheet']}!", ""),
            words.t("detail.also_rules"): row["also_rules"],
            words.t("detail.first_seen"): words.moment(row["first_seen_at"]),
            words.t("detail.last_seen"): words.moment(row["last_seen_at"]),
            words.t("detail.id"): row["discrepancy_id"],
        }
    )


def _own_side(view: View, row: dict[str, Any]) -> None:
    words = view.words
    if not row["source_file_id"] or not row["source_cell"]:
        look.empty(words, words.t("detail.no_source"))
        return
    beyond = view.ask(discrepancies.report_holds_other_lines, row["source_file_id"])["beyond"].item()
    origin.window(view, row["source_file_id"], row["source_sheet"], row["source_cell"], alone=bool(beyond))


def _other_side(view: View, row: dict[str, Any]) -> None:
    words = view.words
    where = sheet.locator(row["reference_locator"])
    if where is None:
        st.caption(words.t("detail.no_other_side"))
        return
    found = view.ask(discrepancies.reference_file, row["discrepancy_id"], where.file)
    if found.is_empty():
        look.empty(words, words.t("detail.no_source"))
        return
    # The records beside this one may be of lines that the reader may not see.
    alone = () not in view.scope.nodes
    origin.window(view, found["source_file_id"].item(), where.sheet, where.cell, alone=alone)


def _same_cell(view: View, row: dict[str, Any]) -> None:
    words = view.words
    rows = view.ask(discrepancies.same_cell, row["discrepancy_id"])
    if rows.is_empty():
        st.caption(words.t("detail.none_else"))
        return
    cells: list[list[Cell]] = [
        [
            severity(words, other["severity"]),
            link(
                words.t("detail.rule", no=other["rule_no"], name=words.rule(other["rule_id"])),
                view.address("discrepancies", id=other["discrepancy_id"]),
            ),
            status(words, other["status"]),
        ]
        for other in rows.iter_rows(named=True)
    ]
    columns = [Column(words.t(f"column.{name}"), wraps=name == "rule") for name in ("severity", "rule", "status")]
    st.html(table(columns, cells, caption=words.t("detail.same_cell")))


def _history(view: View, discrepancy_id: str) -> None:
    words = view.words
    rows: pl.DataFrame = view.ask(discrepancies.history, discrepancy_id)
    if rows.is_empty():
        st.caption(words.t("detail.no_history"))
        return
    columns = [Column(words.t(f"column.{name}"), wraps=name == "reason") for name in ("at", "event", "actor", "reason")]
    cells: list[list[Cell]] = [
        [words.moment(event["at"]), _event(words, event["event"]), event["actor"], event["reason"]]
        for event in rows.iter_rows(named=True)
    ]
    st.html(table(columns, cells, caption=words.t("detail.history")))


def _event(words: Words, code: str) -> str:
    try:
        return words.t(f"event.{code}")
    except KeyError:
        return code


def _place(file: str | None, sheet_name: str | None, cell: str | None) -> str:
    sheet_part = f" / {sheet_name}" if sheet_name else ""
    return f"{file or ''}{sheet_part}{'!' + cell if cell else ''}"
