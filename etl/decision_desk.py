"""What a person may do with a difference: decide, approve, take back, waive its rule, list. Opened by ``etl.desk``.

Every function takes the actor it works for and their scope, and leaves an audit record. A decision changes no value by
itself: the next load obeys it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import polars as pl

from data_contracts.crosschecks import CROSSCHECKS
from data_contracts.errors import DecisionError, ShiftLedgerError
from data_contracts.scope import Actor, Scope, same_person
from data_contracts.site import Site
from etl.permission import allowed
from etl.ruling import Ruling, given_reason, weigh
from etl.settings import data_folder, settings
from etl.store.audit import AuditLog
from etl.store.keys import Keys, load_keys
from etl.store.lookup import Case, difference, leaders
from etl.store.state import acts

COMPARED = ("reported_value", "reference_value", "reported_text", "reference_text")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was taken down; ``needs_second``: it waits for another person's approval."""

    decision_id: str
    needs_second: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule is waived; blank parts mean all."""

    plant_id: str | None = None
    area_id: str | None = None
    line_id: str | None = None
    product_id: str | None = None


@dataclass(frozen=True)
class Desk:
    """One person's work on one site, in the part of it in which they have the right."""

    home: Path
    actor: Actor
    scope: Scope

    @classmethod
    def opened(cls, home: Path, actor: Actor, scope: Scope, right: str, action: str, target: str) -> Self:
        """For a deed that needs a right. Raises DeniedError, with a record, when the actor has it nowhere in scope."""
        return cls(home, actor, allowed(home, actor, scope, right, action, target))

    @cached_property
    def site(self) -> Site:
        """The site as configured now."""
        return Site.open(self.home)

    @cached_property
    def data(self) -> Path:
        """Folder of the data."""
        return data_folder(self.home)

    @cached_property
    def keys(self) -> Keys:
        """Keys of the data."""
        return load_keys(self.data, settings().key_dir, create=False)

    @cached_property
    def log(self) -> AuditLog:
        """The audit log."""
        return AuditLog(self.data, self.keys)

    def known(self) -> pl.DataFrame:
        """All decisions of the site, whatever the scope."""
        return acts(self.data, self.keys, self.site.config.site.id).decisions

    def place(self, row: Row) -> tuple[str | None, str | None, str | None]:
        """Plant, area and line of a decision; the area of a line from master data."""
        area = row["area_id"] or self.areas.get((row["plant_id"], row["line_id"]))
        return row["plant_id"], area, row["line_id"]

    @cached_property
    def areas(self) -> dict[tuple[str, str], str]:
        """Plant and line to the line's area."""
        lines = self.site.master["line"].select("plant_id", "line_id", "area_id")
        return {(plant, line): area for plant, line, area in lines.iter_rows()}

    @contextmanager
    def on_record(self, action: str, target: str, reason: str | None, details: Row) -> Iterator[None]:
        """The audit record first, then the deed; one that fails is on record as well."""
        self.log.append(self.actor, action, target, reason=reason, decision=dict(details))
        try:
            yield
        except ShiftLedgerError as error:
            self.log.append(self.actor, action, target, outcome="failed", reason=str(error))
            raise

    def refuse(self, action: str, target: str, error: DecisionError, outcome: str = "refused") -> DecisionError:
        """Put a refusal on record and hand it back to be raised."""
        self.log.append(self.actor, action, target[:200], outcome=outcome, reason=str(error))
        return error

    def add(self, row: Row, reason: str, now: datetime, *, needs_second: bool) -> Decided:
        """Take down a decision."""
        from etl.store.state.decisions import add  # noqa: PLC0415 - SQLAlchemy only where somebody decides

        decided = Decided(secrets.token_hex(6), needs_second)
        taken = {"decided_by": self.actor.name, "decided_at": now, "needs_second": needs_second, "reason": reason}
        action = "decision.waive" if row["kind"] == "waive" else "decision.decide"
        told = {name: value for name, value in row.items() if value is not None and not name.startswith("seen_")}
        with self.on_record(action, decided.decision_id, reason, {**told, "needs_second": needs_second}):
            whole = {**row, **taken, "decision_id": decided.decision_id}
            add(self.data, self.keys, self.site.config.site.id, whole)
        return decided

    def note(self, decision_id: str, event: str, reason: str | None, now: datetime) -> None:
        """Take down what was done with a decision."""
        from etl.store.state.decisions import note  # noqa: PLC0415

        site_id = self.site.config.site.id
        with self.on_record(f"decision.{event}", decision_id, reason, {}):
            note(self.data, self.keys, site_id, decision_id, event, at=now, actor=self.actor.name, reason=reason)


def decide(
    home: Path,
    actor: Actor,
    scope: Scope,
    discrepancy_id: str,
    ruling: Ruling,
    reason: str,
    *,
    now: datetime,
    seen: tuple[object, ...] | None = None,
) -> Decided:
    """Rule on a difference. ``now``: UTC without zone; ``seen``: both values and texts that the person looked at.

    Raises DecisionError when it lies outside the scope, has changed since, or cannot be ruled on like that.
    """
    action = "decision.decide"
    desk = Desk.opened(home, actor, scope, "decide", action, discrepancy_id)
    case = difference(home, discrepancy_id)
    place = (case.row["plant_id"], case.area_id, case.row["line_id"]) if case else ()
    if case is None or not scope.covers(*place):
        error = DecisionError("no_difference", difference=discrepancy_id)
        raise desk.refuse(action, discrepancy_id, error, "denied" if case else "refused")
    allowed(home, actor, desk.scope, "decide", action, discrepancy_id, place=place)
    _of_others(desk, case.row, action, discrepancy_id)
    try:
        text = given_reason(reason)
        _decidable(case, ruling, seen)
        weighed = weigh(case, ruling, desk.site, desk.known())
    except DecisionError as error:
        raise desk.refuse(action, discrepancy_id, error) from None
    about = ("discrepancy_id", "rule_id", "plant_id", "line_id", "production_date", "shift_id", "measure", "severity")
    row = {
        **{name: case.row[name] for name in about},
        **{f"seen_{name}": case.row[name] for name in COMPARED},
        **weighed.columns,
    }
    return desk.add(row, text, now, needs_second=weighed.needs_second)


def waive(
    home: Path,
    actor: Actor,
    scope: Scope,
    rule_id: str,
    place: Place,
    period: tuple[date, date],
    reason: str,
    *,
    now: datetime,
) -> Decided:
    """Silence a rule for production days, first and last included; its findings are still computed and kept.

    Raises DecisionError for a rule that cannot be waived, a place outside the scope or not in master data.
    """
    desk = Desk.opened(home, actor, scope, "waive", "decision.waive", rule_id)
    first, last = period
    try:
        text = given_reason(reason)
        if rule_id not in CROSSCHECKS:
            raise DecisionError("no_rule", rule=rule_id)
        if CROSSCHECKS[rule_id].gate:
            raise DecisionError("gate", rule=rule_id)
        if last < first:
            raise DecisionError("wrong_period")
        _known_place(desk.site, place)
    except DecisionError as error:
        raise desk.refuse("decision.waive", rule_id, error) from None
    row = {
        "kind": "waive",
        "rule_id": rule_id,
        **{name: getattr(place, name) for name in Place.__slots__},
        "valid_from": first,
        "valid_to": last,
    }
    inside = desk.place(row)
    if not desk.scope.covers(*inside):
        named = "/".join(part or "*" for part in inside)
        raise desk.refuse("decision.waive", rule_id, DecisionError("outside", place=named), "denied")
    days = (last - first).days + 1
    return desk.add(row, text, now, needs_second=days > desk.site.config.decisions.second_person_waiver_days)


def approve(
    home: Path, actor: Actor, scope: Scope, decision_id: str, *, reason: str | None = None, now: datetime
) -> None:
    """Approve another person's decision. Raises DecisionError for one of their own, or one that does not wait."""
    desk = Desk.opened(home, actor, scope, "approve", "decision.approved", decision_id)
    row = _in_scope(desk, "decision.approved", decision_id)
    if row["status"] != "pending":
        raise desk.refuse("decision.approved", decision_id, DecisionError("not_pending", decision=decision_id))
    if same_person(row["decided_by"], actor.name):
        raise desk.refuse("decision.approved", decision_id, DecisionError("own", actor=row["decided_by"]), "denied")
    _of_others(desk, row, "decision.approved", decision_id)
    desk.note(decision_id, "approved", (reason or "").strip() or None, now)


def undo(home: Path, actor: Actor, scope: Scope, decision_id: str, reason: str, *, now: datetime) -> None:
    """Take a decision back; it stays on record. What was decided on the same difference before is in force again."""
    desk = Desk.opened(home, actor, scope, "decide", "decision.undone", decision_id)
    row = _in_scope(desk, "decision.undone", decision_id)
    try:
        text = given_reason(reason)
        if row["status"] == "undone":
            raise DecisionError("undone", decision=decision_id)
    except DecisionError as error:
        raise desk.refuse("decision.undone", decision_id, error) from None
    desk.note(decision_id, "undone", text, now)


def decisions(home: Path, actor: Actor, scope: Scope, *, discrepancy_id: str | None = None) -> pl.DataFrame:
    """Decisions that concern the scope, also those no load has obeyed yet (contract ``decision``), the oldest first."""
    desk = Desk.opened(home, actor, scope, "see", "decision.list", discrepancy_id or "")
    known = desk.known()
    if discrepancy_id is not None:
        known = known.filter(pl.col("discrepancy_id") == discrepancy_id)
    inside = [desk.scope.touches(*desk.place(row)) for row in known.iter_rows(named=True)]
    return known.filter(pl.Series(inside, dtype=pl.Boolean))


def _in_scope(desk: Desk, action: str, decision_id: str) -> Row:
    found = desk.known().filter(pl.col("decision_id") == decision_id)
    inside = not found.is_empty() and desk.scope.covers(*desk.place(found.row(0, named=True)))
    if not inside:
        error = DecisionError("no_decision", decision=decision_id)
        raise desk.refuse(action, decision_id, error, "refused" if found.is_empty() else "denied")
    return found.row(0, named=True)


def _decidable(case: Case, ruling: Ruling, seen: tuple[object, ...] | None) -> None:
    row = case.row
    if seen is not None and seen != tuple(row[name] for name in COMPARED):
        raise DecisionError("changed", difference=row["discrepancy_id"])
    if row["status"] == "resolved":
        raise DecisionError("resolved", difference=row["discrepancy_id"])
    if row["severity"] == "block" and ruling.kind != "explain":
        raise DecisionError("blocked")


def _of_others(desk: Desk, row: Row, action: str, target: str) -> None:
    """Nobody rules on what they reported themselves."""
    key = tuple(row[name] for name in ("plant_id", "line_id", "production_date", "shift_id"))
    own = next((leader for leader in leaders(desk.home, key) if same_person(leader, desk.actor.name)), None)
    if own is not None:
        raise desk.refuse(action, target, DecisionError("own_report", actor=own), "denied")


def _known_place(site: Site, place: Place) -> None:
    lines = site.master["line"]
    for name in ("plant_id", "area_id", "line_id"):
        value = getattr(place, name)
        lines = lines if value is None else lines.filter(pl.col(name) == value)
    products = site.master["product"]["product_id"]
    is_unknown = place.product_id is not None and len(products) > 0 and place.product_id not in products
    if lines.is_empty() or is_unknown:
        raise DecisionError("no_place", place=" / ".join(filter(None, (getattr(place, n) for n in Place.__slots__))))
