"""People and scopes: who holds which role where, and why; grant, revoke, a new password, another person's eyes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import streamlit as st

from dashboards import look
from dashboards.markup import Cell, Column, table
from dashboards.session import SEEN_AS
from dashboards.view import Page, Visit
from dashboards.visitors import now
from data_contracts.errors import ShiftLedgerError
from data_contracts.rights import ROLES, Grant
from data_contracts.scope import same_person
from etl.desk import add_account, grant, login_mode, people, revoke, view_as

T = TypeVar("T")
PAGE = Page(key="people", icon=":material/group:", shows_numbers=False, needs="grant")


def render(visit: Visit) -> None:
    """Draw the page."""
    words = visit.words
    look.note(words.t("people.how"))
    told = st.session_state.pop("people.told", None)
    if told is not None:
        is_refused, text = told
        look.trouble(words, text) if is_refused else look.note(f"✓ {text}")
    if password := st.session_state.pop("people.password", None):
        look.note(words.t("people.password_note"))
        st.code(password, language=None)
    held = people(visit.home, visit.actor)
    _list(visit, held)
    left, right = st.columns(2, gap="large")
    with left:
        _grant(visit)
        _account(visit)
    with right:
        if held:
            _revoke(visit, held)
        _eyes(visit, held)


def _list(visit: Visit, held: Sequence[Grant]) -> None:
    words = visit.words
    if not held:
        look.empty(words, words.t("people.nobody"))
        return
    rows: list[list[Cell]] = [
        [
            one.name,
            words.code("role", one.role),
            str(one.scope),
            one.reason,
            one.granted_by,
            words.moment(one.granted_at),
        ]
        for one in held
    ]
    heads = ("person", "role", "scope", "reason", "granted_by", "at")
    columns = [Column(words.t(f"people.column_{name}"), wraps=name == "reason") for name in heads]
    st.html(table(columns, rows, caption=words.t("page.people.title")))


def _grant(visit: Visit) -> None:
    words = visit.words
    with st.form("people.grant_form"):
        st.text_input(words.t("people.column_person"), key="people.name", max_chars=100)
        st.selectbox(
            words.t("people.column_role"),
            list(ROLES),
            format_func=lambda code: words.code("role", code),
            key="people.role",
        )
        st.text_input(words.t("people.column_scope"), key="people.scope", placeholder="P1/A2/L07, P2, *")
        st.text_input(words.t("people.column_reason"), key="people.reason", max_chars=2000)
        button = words.t("people.grant")
        st.form_submit_button(button, key="people.grant", type="primary", on_click=_do_grant, args=(visit,))


def _do_grant(visit: Visit) -> None:
    said = st.session_state
    values = [said[f"people.{name}"] for name in ("name", "role", "scope", "reason")]
    _do(visit, partial(grant, visit.home, visit.actor, *values, now=now()), "granted")


def _revoke(visit: Visit, held: Sequence[Grant]) -> None:
    words = visit.words
    with st.form("people.revoke_form"):
        st.selectbox(
            words.t("people.which"),
            held,
            format_func=lambda one: f"{one.name} · {words.code('role', one.role)} · {one.scope}",
            key="people.held",
        )
        st.text_input(words.t("people.column_reason"), key="people.why", max_chars=2000)
        button = words.t("people.revoke")
        st.form_submit_button(button, key="people.revoke", on_click=_do_revoke, args=(visit,))


def _do_revoke(visit: Visit) -> None:
    said = st.session_state
    deed = partial(revoke, visit.home, visit.actor, said["people.held"].grant_id, said["people.why"], now=now())
    _do(visit, deed, "revoked")


def _account(visit: Visit) -> None:
    words = visit.words
    if login_mode(visit.home) == "oidc":
        return
    with st.form("people.account_form"):
        st.text_input(words.t("people.column_person"), key="people.account_name", max_chars=100)
        button = words.t("people.account")
        st.form_submit_button(button, key="people.account", on_click=_do_account, args=(visit,))


def _do_account(visit: Visit) -> None:
    name = st.session_state["people.account_name"]
    password = _do(visit, partial(add_account, visit.home, visit.actor, name, now=now()), "account")
    if password is not None:
        st.session_state["people.password"] = password


def _eyes(visit: Visit, held: Sequence[Grant]) -> None:
    """Only for who signed in: a machine without a login has no view of its own to come back to."""
    words = visit.words
    names = list(dict.fromkeys(one.name for one in held if not same_person(one.name, visit.actor.name)))
    if visit.actor.kind != "login" or not names:
        return
    with st.form("people.eyes_form"):
        st.selectbox(words.t("people.eyes_of"), names, key="people.eyes_of")
        button = words.t("people.eyes")
        st.form_submit_button(button, key="people.eyes", on_click=_do_eyes, args=(visit,))


def _do_eyes(visit: Visit) -> None:
    eyes = _do(visit, partial(view_as, visit.home, visit.actor, st.session_state["people.eyes_of"]), "eyes")
    if eyes is not None:
        st.session_state[SEEN_AS] = eyes.seen_as


def _do(visit: Visit, deed: Callable[[], T], done: str) -> T | None:
    """Do it, and leave for the page that is drawn next what came of it."""
    words = visit.words
    try:
        result = deed()
    except ShiftLedgerError as error:
        st.session_state["people.told"] = (True, error.text(words.language))
        return None
    st.session_state["people.told"] = (False, words.t(f"people.done_{done}"))
    return result
