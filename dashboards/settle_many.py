"""Settling several differences with one ruling and one reason; each is decided, or refused, by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import streamlit as st

from dashboards import look
from dashboards.markup import join, tag
from dashboards.settle import SEEN
from dashboards.view import View
from data_contracts.errors import ShiftLedgerError
from etl.desk import Ruling, decide, possible

ALIKE = ("accept_report", "accept_mes", "explain")
"""Rulings that mean the same on every difference; a value of its own needs a page of its own."""
TOLD = "many.told"


def render(view: View, rows: list[dict[str, Any]]) -> None:
    """Draw the form for the differences that are ticked, and what came of the last ones."""
    words = view.words
    told: list[str] | None = st.session_state.pop(TOLD, None)
    if told is not None:
        st.html(tag("ul", join(tag("li", line) for line in told), class_="sl-problems", role="status"))
    if "decide" not in view.rights:
        return
    if not rows:
        look.note(words.t("many.none"))
        return
    kinds = [kind for kind in ALIKE if all(kind in possible(row) for row in rows)]
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
    st.text_area(words.t("settle.reason"), key="many.reason", max_chars=2000)
    # What was seen is bound when the page is drawn, as for a single one.
    seen = [(row["discrepancy_id"], tuple(row[name] for name in SEEN)) for row in rows]
    label = words.t("many.decide", count=words.number(len(rows)))
    st.button(label, key="many.decide", type="primary", on_click=_decide, args=(view, seen))


def _decide(view: View, seen: list[tuple[str, tuple[object, ...]]]) -> None:
    words, said = view.words, st.session_state
    ruling, reason = Ruling(said["many.kind"]), said["many.reason"]
    done, refused = 0, []
    for key, values in seen:
        now = datetime.now(UTC).replace(tzinfo=None)
        try:
            decide(view.home, view.actor, view.scope, key, ruling, reason, now=now, seen=values)
            done += 1
        except ShiftLedgerError as error:
            refused.append(f"▲ {key}: {error.text(words.language)}")
    said[TOLD] = [f"✓ {words.t('many.done', count=words.number(done))}", *refused]
