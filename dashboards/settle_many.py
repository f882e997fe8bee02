"""Settling several differences with one ruling and one reason; each is decided, or refused, by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import streamlit as st

from dashboards import look
from dashboards.markup import join, tag
from dashboards.view import View
from data_contracts.errors import ShiftLedgerError
from etl.desk import Ruling, decide, possible

ALIKE = ("accept_report", "accept_mes", "explain")
"""Rulings that mean the same on every difference; a value of its own needs a page of its own."""
SEEN = ("reported_value", "reference_value", "reported_text", "reference_text")
"""What a person looked at when they decide."""
TOLD = "many.told"
Seen = tuple[dict[str, Any], tuple[object, ...]]


def render(view: View, cases: list[list[dict[str, Any]]]) -> None:
    """Draw the form for what is ticked, and what came of the last ones; ``cases``: the open differences of each."""
    words = view.words
    told()
    if "decide" not in view.rights:
        return
    rows = [row for case in cases for row in case]
    if not rows:
        look.note(words.t("many.none"))
        return
    kinds = [kind for kind in ALIKE if all(kind in alike(case) for case in cases)]
    look.section(words.t("many.title", count=words.number(len(rows))), words.t("settle.how"))
    if not kinds:
        look.note(words.t("many.unlike"))
        return
    st.radio(
        words.t("settle.ruling"),
        kinds,
        format_func=lambda code: words.t(f"settle.kind.{code}"),
        key="many.kind",
        horizontal=True,
    )
    if len(rows) > len(cases):
        look.note(words.t("settle.case_note"))
    st.text_area(words.t("settle.reason"), key="many.reason", max_chars=2000)
    label = words.t("many.decide", count=words.number(len(rows)))
    st.button(label, key="many.decide", type="primary", on_click=_decide, args=(view, seen_now(rows)))


def alike(case: list[dict[str, Any]]) -> list[str]:
    """Rulings that fit at least one difference of a case."""
    return [kind for kind in ALIKE if any(kind in possible(row) for row in case)]


def seen_now(rows: list[dict[str, Any]]) -> list[Seen]:
    """What is seen is bound when the page is drawn: a person decides on that, not on what has come since."""
    return [(row, tuple(row[name] for name in SEEN)) for row in rows]


def decide_each(view: View, seen: list[Seen], kind: str, reason: str) -> None:
    """The ruling for each difference that it fits; the others are explained by it. Leaves what came of it."""
    words = view.words
    done, refused = 0, []
    for row, values in seen:
        key, now = row["discrepancy_id"], datetime.now(UTC).replace(tzinfo=None)
        ruling = Ruling(kind if kind in ALIKE and kind in possible(row) else "explain")
        try:
            decide(view.home, view.actor, view.scope, key, ruling, reason, now=now, seen=values)
            done += 1
        except ShiftLedgerError as error:
            refused.append(f"▲ {key}: {error.text(words.language)}")
    st.session_state[TOLD] = [f"✓ {words.t('many.done', count=words.number(done))}", *refused]


def told() -> None:
    """What came of the last ones; shown once."""
    lines: list[str] | None = st.session_state.pop(TOLD, None)
    if lines is not None:
        st.html(tag("ul", join(tag("li", line) for line in lines), class_="sl-problems", role="status"))


def _decide(view: View, seen: list[Seen]) -> None:
    decide_each(view, seen, st.session_state["many.kind"], st.session_state["many.reason"])
