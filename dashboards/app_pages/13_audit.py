"""Audit: what was done and refused, by whom; searched, taken away, checked. Each of these is itself on record."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from dashboards import look
from dashboards.markup import Cell, Column, table
from dashboards.view import Page, Visit
from data_contracts.errors import ShiftLedgerError
from etl.desk import Wanted, read_audit, verify_audit

PAGE = Page(key="audit", icon=":material/policy:", shows_numbers=False, needs="audit")
OUTCOMES = ("", "done", "denied", "refused", "failed", "damaged")
HEADINGS = ("sequence", "at", "actor", "address", "action", "target", "outcome", "reason", "details")
MOST = 200


def render(visit: Visit) -> None:
    """Draw the page: nothing is read before somebody asks for it."""
    words = visit.words
    look.note(words.t("audit.how"))
    with st.form("audit.form"):
        st.text_input(words.t("audit.text"), key="audit.text", max_chars=200)
        left, middle, right = st.columns(3)
        left.text_input(words.t("audit.actor"), key="audit.actor", max_chars=100)
        middle.text_input(words.t("audit.action"), key="audit.action", max_chars=100, placeholder="decision.decide")
        right.selectbox(
            words.t("audit.outcome"),
            OUTCOMES,
            format_func=lambda code: words.t(f"audit.outcome_{code or 'all'}"),
            key="audit.outcome",
        )
        asked = st.form_submit_button(words.t("audit.search"), key="audit.search", type="primary")
    said = st.session_state
    wanted = Wanted(*(str(said[f"audit.{name}"]).strip() for name in ("text", "actor", "action", "outcome")))
    with st.container(horizontal=True):
        look.download(words.t("audit.export"), f"download/audit?{urlencode(asdict(wanted))}")
        check = st.button(words.t("audit.verify"), key="audit.verify")
    if check:
        _verify(visit)
    if asked:
        _records(visit, wanted)


def _verify(visit: Visit) -> None:
    words = visit.words
    problems = verify_audit(visit.home, visit.actor)
    if problems:
        look.trouble(words, "\n".join(problems))
    else:
        look.note(f"✓ {words.t('audit.whole')}")


def _records(visit: Visit, wanted: Wanted) -> None:
    words = visit.words
    try:
        found = read_audit(visit.home, visit.actor, wanted, most=MOST)
    except ShiftLedgerError as error:
        look.trouble(words, error.text(words.language))
        return
    if not found:
        look.empty(words, words.t("audit.nothing"))
        return
    look.note(words.t("audit.shown", count=len(found), most=MOST))
    wide = {"target", "reason", "details"}
    columns = [Column(words.t(f"audit.column_{name}"), wraps=name in wide) for name in HEADINGS]
    st.html(table(columns, [_row(visit, one) for one in found], caption=words.t("page.audit.title")))


def _row(visit: Visit, record: dict[str, Any]) -> list[Cell]:
    words = visit.words
    details = record["details"] or {}
    outcome = words.t(f"audit.outcome_{record['outcome']}")
    return [
        str(record["sequence"]),
        words.moment(datetime.fromisoformat(record["at"])),
        record["actor"],
        record["address"] or "",
        record["action"],
        record["target"],
        outcome if record["outcome"] == "done" else f"▲ {outcome}",
        record["reason"] or "",
        json.dumps(details, ensure_ascii=False) if details else "",
    ]
