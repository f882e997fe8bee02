"""Settling a difference: what was decided on it, and a form to decide. What a decision does: ``etl.desk``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import streamlit as st

from dashboards import look, settle_many
from dashboards.markup import facts
from dashboards.settle_many import SEEN
from dashboards.view import View
from dashboards.words import Words
from data_contracts.errors import ShiftLedgerError
from etl.desk import Ruling, approve, decide, decisions, possible, undo

_NEIGHBOURS = ("next", "previous")


def render(view: View, row: dict[str, Any], case: list[dict[str, Any]]) -> None:
    """Draw it; ``row`` is the difference (contract ``discrepancy``) that the person looks at, ``case`` all open of its.

    With a case of several, one reason settles them all, unless the person wants to settle this one alone.
    """
    words = view.words
    look.section(words.t("settle.title"), words.t("settle.how"))
    told = st.session_state.pop("settle.told", None)
    if told is not None:
        is_refused, text = told
        if is_refused:
            look.trouble(words, text)
        else:
            look.note(f"✓ {text}")
    settle_many.told()
    taken = decisions(view.home, view.actor, view.scope, discrepancy_id=row["discrepancy_id"]).to_dicts()
    for decision in taken:
        _decision(view, decision)
    others = [other for other in case if other["discrepancy_id"] != row["discrepancy_id"]]
    kinds = possible(row)
    if kinds and "decide" in view.rights:
        _form(view, row, kinds, others)


def _decision(view: View, decision: dict[str, Any]) -> None:
    """One decision that was taken, with what may be done with it."""
    words, key = view.words, decision["decision_id"]
    value = decision["value"] if decision["moved_qty"] is None else decision["moved_qty"]
    shift = f" → {words.day(decision['to_date'])} {view.shift(decision['to_shift_id'])}" if decision["to_date"] else ""
    st.html(
        facts(
            {
                words.t("settle.decision"): f"{_kind(words, decision['kind'])} {_number(words, value)}{shift}".strip(),
                words.t("column.status"): words.t(f"settle.status.{decision['status']}"),
                words.t("column.actor"): f"{decision['decided_by']}, {words.moment(decision['decided_at'])}",
                words.t("settle.approved_by"): decision["approved_by"],
                words.t("settle.undone_by"): decision["undone_by"],
                words.t("column.reason"): decision["reason"],
            }
        )
    )
    if decision["status"] == "undone" or not view.rights & {"decide", "approve"}:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(words.t("settle.reason"), key=f"settle.why.{key}", max_chars=2000)
        st.button(words.t("settle.undo"), key=f"settle.undo.{key}", on_click=_undo, args=(view, key))
        if decision["status"] == "pending":
            st.button(words.t("settle.approve"), key=f"settle.approve.{key}", on_click=_approve, args=(view, key))


def _form(view: View, row: dict[str, Any], kinds: tuple[str, ...], others: list[dict[str, Any]]) -> None:
    words, key = view.words, row["discrepancy_id"]
    if others:
        label = words.t("settle.case", count=words.number(len(others) + 1))
        whole = st.toggle(label, value=True, key=f"settle.case.{key}", help=words.t("settle.case_note"))
        others = others if whole else []
        fitting = settle_many.alike(others)
        kinds = (*(kind for kind in fitting if kind not in kinds), *kinds)
    kind = st.radio(
        words.t("settle.ruling"),
        kinds,
        format_func=lambda code: _kind(words, code),
        key=f"settle.kind.{key}",
        horizontal=True,
    )
    if kind in ("set", "split"):
        label = words.t("settle.value", measure=words.code("measure", row["measure"]))
        st.number_input(label, min_value=0.0, step=1.0, format="%g", value=None, key=f"settle.value.{key}")
    if kind == "split":
        st.radio(
            words.t("settle.to"),
            _NEIGHBOURS,
            format_func=lambda code: words.t(f"settle.to.{code}"),
            key=f"settle.to.{key}",
            horizontal=True,
        )
    st.text_area(words.t("settle.reason"), key=f"settle.reason.{key}", max_chars=2000)
    # Bound when the page is drawn: the person decides on what they saw, not on what has come since.
    seen = tuple(row[name] for name in SEEN)
    given = (view, row, seen, settle_many.seen_now(others))
    label = words.t("many.decide", count=words.number(len(others) + 1)) if others else words.t("settle.decide")
    name = f"settle.decide.{key}"
    st.button(label, key=name, type="primary", on_click=_decide, args=given, shortcut="Ctrl+Enter")


def _decide(view: View, row: dict[str, Any], seen: tuple[object, ...], others: list[settle_many.Seen]) -> None:
    """This one first: the others follow only where it was taken down."""
    said, key = st.session_state, row["discrepancy_id"]
    kind, reason = said[f"settle.kind.{key}"], said[f"settle.reason.{key}"]
    own = kind if kind in possible(row) else "explain"
    ruling = Ruling(own, said.get(f"settle.value.{key}"), said.get(f"settle.to.{key}"))
    deed = partial(decide, view.home, view.actor, view.scope, key, ruling, reason, now=_now(), seen=seen)
    if _do(view, deed, "decided") and others:
        settle_many.decide_each(view, others, kind, reason)


def _undo(view: View, key: str) -> None:
    reason = st.session_state[f"settle.why.{key}"]
    _do(view, partial(undo, view.home, view.actor, view.scope, key, reason, now=_now()), "undone")


def _approve(view: View, key: str) -> None:
    reason = st.session_state[f"settle.why.{key}"]
    _do(view, partial(approve, view.home, view.actor, view.scope, key, reason=reason, now=_now()), "approved")


def _do(view: View, deed: Callable[[], object], done: str) -> bool:
    """Do it, and leave for the page that is drawn next what came of it: whether it was refused, and a text."""
    words = view.words
    try:
        deed()
        told = (False, words.t(f"settle.done.{done}"))
    except ShiftLedgerError as error:
        told = (True, error.text(words.language))
    st.session_state["settle.told"] = told
    return not told[0]


def _kind(words: Words, code: str) -> str:
    return words.t(f"settle.kind.{code}")


def _number(words: Words, value: float | None) -> str:
    return "" if value is None else words.number(value, 0 if float(value).is_integer() else 2)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
