"""What a person may write beside the figures: comment on a difference, say who looks after it, annotate days of a line.

Opened by ``etl.desk``. Every function takes the actor it works for and their scope, and leaves an audit record. A note
changes no figure and no decision.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import polars as pl

from data_contracts.errors import DecisionError
from data_contracts.scope import Actor, Scope
from etl.decision_desk import Desk
from etl.ruling import MOST_REASON
from etl.store import state
from etl.store.lookup import difference


def comment(home: Path, actor: Actor, scope: Scope, discrepancy_id: str, text: str, *, now: datetime) -> str:
    """Comment on a difference; returns the note's id. Raises DecisionError for one outside the scope, or no text."""
    desk = Desk.opened(home, actor, scope, "note", "note.comment", discrepancy_id)
    place = _of_difference(desk, "note.comment", discrepancy_id)
    row = {"kind": "comment", "discrepancy_id": discrepancy_id, **place, "text": _text(desk, "note.comment", text)}
    return _add(desk, row, discrepancy_id, now)


def assign(home: Path, actor: Actor, scope: Scope, discrepancy_id: str, assignee: str, *, now: datetime) -> str:
    """Say who looks after a difference; blank takes it back. The last one said holds."""
    desk = Desk.opened(home, actor, scope, "note", "note.assign", discrepancy_id)
    place = _of_difference(desk, "note.assign", discrepancy_id)
    row = {"kind": "assign", "discrepancy_id": discrepancy_id, **place, "assignee": assignee.strip()[:100]}
    return _add(desk, row, discrepancy_id, now)


def annotate(
    home: Path,
    actor: Actor,
    scope: Scope,
    place: tuple[str, str | None],
    days: tuple[date, date],
    text: str,
    *,
    now: datetime,
) -> str:
    """Write beside days of a line, or of a whole plant. Raises DecisionError for a place outside the scope."""
    plant, line = place
    named = f"{plant}/{line or '*'}"
    desk = Desk.opened(home, actor, scope, "note", "note.annotation", named)
    area = desk.areas.get((plant, line)) if line else None
    if not desk.scope.covers(plant, area, line):
        raise desk.refuse("note.annotation", named, DecisionError("outside", place=named), "denied")
    if days[1] < days[0]:
        raise desk.refuse("note.annotation", named, DecisionError("wrong_period"))
    row = {
        "kind": "annotation",
        "plant_id": plant,
        "area_id": area,
        "line_id": line,
        "first_day": days[0],
        "last_day": days[1],
        "text": _text(desk, "note.annotation", text),
    }
    return _add(desk, row, named, now)


def withdraw(home: Path, actor: Actor, scope: Scope, note_id: str, *, now: datetime) -> None:
    """Take a note back; it stays on record. Raises DecisionError for one outside the scope."""
    desk = Desk.opened(home, actor, scope, "note", "note.withdrawn", note_id)
    found = notes(home, actor, desk.scope).filter(pl.col("note_id") == note_id)
    if found.is_empty():
        raise desk.refuse("note.withdrawn", note_id, DecisionError("no_decision", decision=note_id), "denied")
    place = {name: found[name][0] for name in ("plant_id", "area_id", "line_id")}
    _add(desk, {"kind": "withdrawn", "refers_to": note_id, **place}, note_id, now)


def notes(home: Path, actor: Actor, scope: Scope, *, discrepancy_id: str | None = None) -> pl.DataFrame:
    """Notes in the scope that were not withdrawn, the oldest first; of one difference, or all.

    An annotation of a whole plant is for everybody who sees a line of it.
    """
    desk = Desk.opened(home, actor, scope, "see", "note.list", discrepancy_id or "")
    known = state.written(desk.data, desk.keys, desk.site.config.site.id)
    gone = known.filter(pl.col("kind") == "withdrawn")["refers_to"].to_list()
    standing = known.filter(pl.col("kind") != "withdrawn", ~pl.col("note_id").is_in(gone))
    if discrepancy_id is not None:
        standing = standing.filter(pl.col("discrepancy_id") == discrepancy_id)
    inside = [desk.scope.touches(*desk.place(row)) for row in standing.iter_rows(named=True)]
    return standing.filter(pl.Series(inside, dtype=pl.Boolean))


def _of_difference(desk: Desk, action: str, discrepancy_id: str) -> dict[str, str | None]:
    case = difference(desk.home, discrepancy_id)
    if case is None or not desk.scope.covers(case.row["plant_id"], case.area_id, case.row["line_id"]):
        error = DecisionError("no_difference", difference=discrepancy_id)
        raise desk.refuse(action, discrepancy_id, error, "denied" if case else "refused")
    return {"plant_id": case.row["plant_id"], "area_id": case.area_id, "line_id": case.row["line_id"]}


def _text(desk: Desk, action: str, text: str) -> str:
    said = text.strip()
    if not said:
        raise desk.refuse(action, "", DecisionError("no_text"))
    return said[:MOST_REASON]


def _add(desk: Desk, row: Mapping[str, object], target: str, now: datetime) -> str:
    from etl.store.state.notes import add  # noqa: PLC0415 - SQLAlchemy only where somebody writes

    note_id = secrets.token_hex(6)
    told = {name: value for name, value in row.items() if value is not None}
    with desk.on_record(f"note.{row['kind']}", target, None, told):
        whole = {**row, "note_id": note_id, "made_by": desk.actor.name, "made_at": now}
        add(desk.data, desk.keys, desk.site.config.site.id, whole)
    return note_id
