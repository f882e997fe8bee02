"""Discrepancies from load to load: opened, decided, waived, resolved by data, reopened. Identity: what was compared."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from data_contracts.scope import Actor
from data_contracts.tables import TABLES
from etl.reconcile.rulings import NO_RULINGS

_EPSILON = 1e-6
_NUMBERS = ("reported_value", "reference_value")
_COMPARED = (*_NUMBERS, "reported_text", "reference_text")
NOTE = "{} / {} → {} / {}"
"""What is told when data contradicts a decision: both values then, both values now."""


def advance(
    previous: pl.DataFrame,
    findings: pl.DataFrame,
    now: datetime,
    actor: Actor,
    rulings: pl.DataFrame = NO_RULINGS,
    note: str = NOTE,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The discrepancies of the touched days after a load, and what happened to them.

    ``previous``: contract ``discrepancy`` for the touched days; ``rulings``: decisions in force. Returns that contract
    and ``discrepancy_event``. A decided discrepancy stays decided while both sides say what the person saw; other
    values reopen it, with a ``note``. Findings with a ``waiver_id`` are waived unless a person decided on them.
    """
    table = TABLES["discrepancy"]
    seen = _judged(_known(findings, previous, rulings)).with_columns(
        first_seen_at=pl.coalesce("first", pl.lit(now)), last_seen_at=pl.lit(now)
    )
    gone = previous.join(findings.select("discrepancy_id"), on="discrepancy_id", how="anti")
    resolved = gone.with_columns(
        event=pl.when(pl.col("status") != "resolved").then(pl.lit("resolved")), status=pl.lit("resolved")
    )
    events = pl.concat(
        [
            seen.filter(pl.col("was").is_null()).select("discrepancy_id", event=pl.lit("opened")),
            _told(seen, note),
            resolved.select("discrepancy_id", "event"),
        ],
        how="diagonal",
    ).filter(pl.col("event").is_not_null())
    return (
        pl.concat([table.conform(seen), table.conform(resolved)]),
        TABLES["discrepancy_event"].conform(events.with_columns(at=pl.lit(now), actor=pl.lit(actor.name))),
    )


def _known(findings: pl.DataFrame, previous: pl.DataFrame, rulings: pl.DataFrame) -> pl.DataFrame:
    """Findings with what was known of them (``old_*``, ``was``, ``first``) and what was ruled on (``seen_*``)."""
    before = previous.select(
        "discrepancy_id", *(pl.col(c).alias(f"old_{c}") for c in _COMPARED), was="status", first="first_seen_at"
    )
    ruling = rulings.filter(pl.col("discrepancy_id").is_not_null()).select(
        "discrepancy_id", "decision_id", *(f"seen_{c}" for c in _COMPARED)
    )
    known = findings.join(before, on="discrepancy_id", how="left", maintain_order="left").join(
        ruling, on="discrepancy_id", how="left", maintain_order="left"
    )
    return known if "waiver_id" in known.columns else known.with_columns(waiver_id=pl.lit(None, pl.String))


def _judged(known: pl.DataFrame) -> pl.DataFrame:
    """Adds ``status`` and whether values changed since the last load; a decision and a waiver go before history."""
    was, is_ruled = pl.col("was"), pl.col("decision_id").is_not_null()
    status = (
        pl.when(is_ruled & _same("seen"))
        .then(pl.lit("decided"))
        .when(is_ruled)
        .then(pl.lit("reopened"))
        .when(pl.col("waiver_id").is_not_null())
        .then(pl.lit("waived"))
        .when(was.is_null())
        .then(pl.lit("open"))
        .when(was.is_in(["resolved", "decided", "waived"]))
        .then(pl.lit("reopened"))
        .otherwise(was)
    )
    return known.with_columns(status=status, has_changed=~_same("old"))


def _same(side: str) -> pl.Expr:
    """Whether both values and texts are those of that side. Sums may come in another order."""
    same = [pl.col(c).eq_missing(pl.col(f"{side}_{c}")) for c in _COMPARED]
    near = [((pl.col(c) - pl.col(f"{side}_{c}")).abs() < _EPSILON).fill_null(value=False) for c in _NUMBERS]
    return pl.all_horizontal(*(s | n for s, n in zip(same, near, strict=False)), *same[len(near) :])


def _told(seen: pl.DataFrame, note: str) -> pl.DataFrame:
    """What happened to each finding besides being opened: discrepancy_id, event, reason, decision_id."""
    status, was, is_ruled = pl.col("status"), pl.col("was"), pl.col("decision_id").is_not_null()
    turned = status.ne_missing(was)
    is_contradicted = is_ruled & (status == "reopened")
    # That a decision was taken back is on record as what a person did.
    is_undone = (was == "decided").fill_null(value=False) & ~is_ruled & (status == "reopened")
    event = (
        pl.when(is_contradicted & (turned | pl.col("has_changed")))
        .then(pl.lit("reopened"))
        .when(turned & (status == "decided"))
        .then(pl.lit("applied"))
        .when(turned & (status == "waived"))
        .then(pl.lit("waived"))
        .when(turned & (status == "reopened") & ~is_undone)
        .then(pl.lit("reopened"))
        .when(was.is_not_null() & pl.col("has_changed"))
        .then(pl.lit("changed"))
    )
    sides = [_text(c, prefix) for prefix in ("seen_", "") for c in ("reported", "reference")]
    return seen.select(
        "discrepancy_id",
        event=event,
        reason=pl.when(is_contradicted).then(pl.format(note, *sides)),
        decision_id=pl.coalesce("decision_id", pl.when(status == "waived").then("waiver_id")),
    )


def _text(side: str, prefix: str) -> pl.Expr:
    """A compared value as people write it: the number, else the text."""
    value = pl.col(f"{prefix}{side}_value").round(3)
    number = value.cast(pl.String).str.strip_suffix(".0")
    return pl.coalesce(number, f"{prefix}{side}_text", pl.lit("–"))
