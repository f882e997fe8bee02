"""A case: the differences that one cause explains, the leading one first. Settling them: ``settle_many``."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.markup import Cell, Column, join, link, severity, status, table, tag
from dashboards.queries import discrepancies
from dashboards.view import View

FEW = 6
"""So many differences are shown at once; more open with a click."""
MOST_SHOWN = 200


def members(view: View, case_ids: list[str]) -> list[list[dict[str, Any]]]:
    """The differences of each case, in the order of the cases."""
    rows = view.ask(discrepancies.of_cases, tuple(case_ids))
    parts = {str(key): part.to_dicts() for (key,), part in rows.group_by("case_id", maintain_order=True)}
    return [parts[case_id] for case_id in case_ids if case_id in parts]


def render(view: View, discrepancy_id: str, case: list[dict[str, Any]]) -> None:
    """Draw the others of a case, each as a link; nothing for a difference that stands alone."""
    if len(case) < 2:
        return
    words = view.words
    others = [row for row in case if row["discrepancy_id"] != discrepancy_id]
    leads = case[0]["discrepancy_id"] == discrepancy_id
    told = words.t("case.leads" if leads else "case.follows", count=words.number(len(others)))
    head = tag("summary", tag("b", told))
    names = ("severity", "day", "line", "shift", "rule", "difference", "status")
    columns = [
        Column(words.t(f"column.{name}"), is_number=name == "difference", wraps=name == "rule") for name in names
    ]
    cells: list[list[Cell]] = [
        [
            severity(words, row["severity"]),
            words.day(row["production_date"]),
            view.line(row["plant_id"], row["line_id"]),
            view.shift(row["shift_id"]),
            link(words.rule(row["rule_id"]), view.address("discrepancies", id=row["discrepancy_id"])),
            words.signed(row["delta"]),
            status(words, row["status"]),
        ]
        for row in others[:MOST_SHOWN]
    ]
    body = tag("div", table(columns, cells, caption=words.t("case.title")), class_="sl-low")
    opened = {"open": ""} if len(others) <= FEW else {}
    st.html(tag("details", join([head, body]), class_="sl-case", data_testid="case", **opened))
    if len(others) > MOST_SHOWN:
        shown, total = words.number(MOST_SHOWN), words.number(len(others))
        st.caption(words.t("list.cut", shown=shown, total=total))


def still_open(case: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of a case that wait for a decision or for better data."""
    return [row for row in case if row["status"] in discrepancies.OPEN]
