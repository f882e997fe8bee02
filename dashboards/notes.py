"""What people wrote beside the figures: comments on a difference and who looks after it; annotations on days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from dashboards import look
from dashboards.markup import Html, join, tag
from dashboards.view import View
from data_contracts.errors import ShiftLedgerError
from etl.desk import annotate, assign, comment, notes, withdraw

TOLD = "note.told"


def covering(view: View) -> pl.DataFrame:
    """Annotations on the places and days chosen: ``first_day``, ``last_day``, place, text, who."""
    chosen = view.filters
    found = notes(view.home, view.actor, view.scope).filter(
        pl.col("kind") == "annotation", pl.col("first_day") <= chosen.last, pl.col("last_day") >= chosen.first
    )
    if chosen.plant:
        found = found.filter(pl.col("plant_id") == chosen.plant)
    if chosen.area:
        found = found.filter(pl.col("area_id").is_null() | (pl.col("area_id") == chosen.area))
    if chosen.line:
        found = found.filter(pl.col("line_id").is_null() | (pl.col("line_id") == chosen.line))
    return found


def beside(view: View, found: pl.DataFrame) -> None:
    """The annotations that cover what is shown, with their days; nothing where there are none."""
    if not found.is_empty():
        st.html(tag("ul", join(_line(view, row) for row in found.iter_rows(named=True)), class_="sl-problems"))


def form(view: View) -> None:
    """Annotate the day and line that are shown, and take an annotation back."""
    words, chosen = view.words, view.filters
    line, plant, day = chosen.line, chosen.plant, chosen.last
    if line is None or plant is None or day is None:
        return
    look.section(words.t("note.annotations"), words.t("note.annotations_note"))
    _told(view)
    found = covering(view)
    beside(view, found)
    if "note" not in view.rights:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(words.t("note.text"), key="note.annotation", max_chars=2000)
        place = (plant, line)
        st.button(
            words.t("note.add"),
            key="note.add",
            on_click=_do,
            args=(view, lambda text: partial(annotate, view.home, view.actor, view.scope, place, (day, day), text)),
        )
    for row in found.iter_rows(named=True):
        undo = partial(withdraw, view.home, view.actor, view.scope, row["note_id"])
        label = words.t("note.withdraw", text=(row["text"] or "")[:30])
        st.button(label, key=f"note.withdraw.{row['note_id']}", type="tertiary", on_click=_run, args=(view, undo))


def of_difference(view: View, discrepancy_id: str) -> None:
    """Comments on a difference, who looks after it, and a form for both."""
    words = view.words
    look.section(words.t("note.comments"))
    _told(view)
    found = notes(view.home, view.actor, view.scope, discrepancy_id=discrepancy_id)
    who = found.filter(pl.col("kind") == "assign")
    assignee = who["assignee"][-1] if who.height else ""
    st.caption(words.t("note.assigned", name=assignee) if assignee else words.t("note.nobody"))
    said = [_said(view, row) for row in found.filter(pl.col("kind") == "comment").iter_rows(named=True)]
    if said:
        st.html(tag("ul", join(said), class_="sl-problems"))
    if "note" not in view.rights:
        return
    given = (view.home, view.actor, view.scope, discrepancy_id)
    for name, deed in (("comment", comment), ("assign", assign)):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(words.t(f"note.{name}_text"), key=f"note.{name}", max_chars=2000)
            st.button(
                words.t(f"note.{name}"),
                key=f"note.do.{name}",
                on_click=_do,
                args=(view, lambda text, deed=deed: partial(deed, *given, text), f"note.{name}"),
            )


def _line(view: View, row: dict[str, Any]) -> Html:
    words = view.words
    days = words.day(row["first_day"])
    if row["last_day"] != row["first_day"]:
        days += f" – {words.day(row['last_day'])}"
    place = view.line(row["plant_id"], row["line_id"]) if row["line_id"] else row["plant_id"]
    return tag("li", f"✎ {days} · {place}: {row['text']} ({row['made_by']})")


def _said(view: View, row: dict[str, Any]) -> Html:
    return tag("li", f"{view.words.moment(row['made_at'])} · {row['made_by']}: {row['text']}")


def _do(view: View, deed: Callable[[str], Callable[..., object]], field: str = "note.annotation") -> None:
    _run(view, deed(st.session_state[field]))
    st.session_state[field] = ""


def _run(view: View, deed: Callable[..., object]) -> None:
    """Do it, and leave what was against it for the page that is drawn next."""
    try:
        deed(now=datetime.now(UTC).replace(tzinfo=None))
    except ShiftLedgerError as error:
        st.session_state[TOLD] = error.text(view.words.language)


def _told(view: View) -> None:
    told = st.session_state.pop(TOLD, None)
    if told:
        look.trouble(view.words, told)
