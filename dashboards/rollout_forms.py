"""Forms of the rollout: move a line, record timings and effort. What these do: ``etl.desk``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import streamlit as st

from dashboards import look
from dashboards.view import View
from data_contracts.errors import ShiftLedgerError
from etl.desk import (
    PHASES,
    STAGES,
    LineStanding,
    Timing,
    move_line,
    read_timings,
    record_effort,
    record_timings,
)

SHAPES = {"shadow": "○", "parallel": "◐", "live": "●"}


def told(view: View) -> None:
    """What came of the last deed."""
    last = st.session_state.pop("rollout.told", None)
    if last is None:
        return
    is_refused, text = last
    if is_refused:
        look.trouble(view.words, text)
    else:
        look.note(f"✓ {text}")


def move(view: View, lines: Sequence[LineStanding], name: Callable[[View, LineStanding], str]) -> None:
    """A form that moves a line: on when its gates hold, back at any time."""
    words = view.words
    if not lines:
        return
    with st.expander(words.t("rollout.move"), icon=":material/swap_vert:"):
        st.selectbox(
            words.t("filter.line"), lines, format_func=lambda one: name(view, one), key="rollout.line", index=0
        )
        st.radio(
            words.t("rollout.stage"),
            STAGES,
            format_func=lambda code: f"{SHAPES[code]} {words.code('stage', code)}",
            key="rollout.stage",
            horizontal=True,
        )
        st.text_area(words.t("settle.reason"), key="rollout.reason", max_chars=2000)
        st.checkbox(words.t("rollout.despite"), key="rollout.despite")
        st.button(words.t("rollout.do_move"), key="rollout.do_move", type="primary", on_click=_do_move, args=(view,))


def _do_move(view: View) -> None:
    said = st.session_state
    one: LineStanding = said["rollout.line"]
    deed = partial(
        move_line,
        *(view.home, view.actor, view.scope, (one.plant_id, one.line_id), said["rollout.stage"]),
        said["rollout.reason"],
        despite=said["rollout.despite"],
        now=_now(),
    )
    _do(view, deed, "moved")


def timing(view: View, kinds: Sequence[str]) -> None:
    """Timings: one by one, or a table of them."""
    words = view.words
    with st.expander(words.t("rollout.timing"), icon=":material/timer:"):
        st.selectbox(words.t("rollout.kind"), kinds, key="rollout.kind", accept_new_options=True)
        st.radio(
            words.t("rollout.phase"),
            PHASES,
            format_func=lambda code: words.code("phase", code),
            key="rollout.phase",
            horizontal=True,
        )
        st.number_input(
            words.t("rollout.minutes"), min_value=0.0, step=1.0, format="%g", value=None, key="rollout.minutes"
        )
        st.date_input(words.t("rollout.timed_on"), key="rollout.timed_on", format="YYYY-MM-DD", max_value="today")
        st.text_input(words.t("rollout.timed_by"), key="rollout.timed_by", max_chars=200, value=view.actor.name)
        st.button(words.t("rollout.add"), key="rollout.add_timing", on_click=_add_timing, args=(view,))
        given = st.file_uploader(words.t("rollout.table"), type="csv", key="rollout.table")
        if given is not None:
            st.button(words.t("rollout.take"), key="rollout.take", on_click=_take, args=(view, given.getvalue()))


def _add_timing(view: View) -> None:
    said = st.session_state
    timing = Timing(
        said["rollout.kind"] or "",
        said["rollout.phase"],
        said["rollout.minutes"] or 0.0,
        said["rollout.timed_on"],
        said["rollout.timed_by"],
    )
    _do(view, partial(record_timings, view.home, view.actor, view.scope, [timing], now=_now()), "recorded")


def _take(view: View, content: bytes) -> None:
    def deed() -> int:
        timings = read_timings(content.decode("utf-8", "replace"))
        return record_timings(view.home, view.actor, view.scope, timings, now=_now())

    _do(view, deed, "recorded")


def effort(view: View) -> None:
    """Hours of building and support."""
    words = view.words
    with st.expander(words.t("rollout.effort"), icon=":material/handyman:"):
        st.number_input(
            words.t("rollout.hours_spent"), min_value=0.0, step=1.0, format="%g", value=None, key="rollout.spent"
        )
        st.date_input(words.t("rollout.spent_on"), key="rollout.spent_on", format="YYYY-MM-DD", max_value="today")
        st.text_input(words.t("rollout.for_what"), key="rollout.for_what", max_chars=2000)
        st.button(words.t("rollout.add"), key="rollout.add_effort", on_click=_add_effort, args=(view,))


def _add_effort(view: View) -> None:
    said = st.session_state
    hours, day, note = said["rollout.spent"] or 0.0, said["rollout.spent_on"], said["rollout.for_what"]
    _do(view, partial(record_effort, view.home, view.actor, view.scope, hours, day, note, now=_now()), "recorded")


def _do(view: View, deed: Callable[[], Any], done: str) -> None:
    """Do it, and leave for the page that is drawn next what came of it."""
    words = view.words
    try:
        deed()
        told = (False, words.t(f"rollout.done.{done}"))
    except ShiftLedgerError as error:
        told = (True, error.text(words.language))
    st.session_state["rollout.told"] = told


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
