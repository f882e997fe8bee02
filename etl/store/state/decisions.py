"""Decisions and their events as rows: added, read, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from data_contracts.errors import DecisionError
from data_contracts.tables import TABLES
from etl.store.keys import Keys
from etl.store.state import EVENTS
from etl.store.state.engine import opened
from etl.store.state.schema import DECISION, DECISION_EVENT


def read(data: Path, keys: Keys, site_id: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All decisions of a site (contract ``decision``, without their standing) and their EVENTS."""
    types = TABLES["decision"].columns()
    with opened(data, keys) as connection:
        taken, events = (
            connection.execute(sa.select(table).where(table.c.site_id == site_id)).mappings().all()
            for table in (DECISION, DECISION_EVENT)
        )
    decisions = pl.DataFrame([{c: row.get(c) for c in types} for row in taken], schema=types)
    return decisions, pl.DataFrame([{c: row[c] for c in EVENTS} for row in events], schema=EVENTS)


def add(data: Path, keys: Keys, site_id: str, decision: Mapping[str, object]) -> None:
    """Store a decision, on the disk when this returns."""
    row = {name: decision.get(name) for name in DECISION.c.keys()}  # noqa: SIM118 - columns iterate as themselves
    with opened(data, keys) as connection:
        connection.execute(DECISION.insert().values({**row, "site_id": site_id}))


def note(
    data: Path, keys: Keys, site_id: str, decision_id: str, event: str, *, at: datetime, actor: str, reason: str | None
) -> None:
    """Store what a person did with a decision. Raises DecisionError when the same was done before."""
    row = {"site_id": site_id, "decision_id": decision_id, "event": event, "at": at, "actor": actor, "reason": reason}
    try:
        with opened(data, keys) as connection:
            connection.execute(DECISION_EVENT.insert().values(row))
    except sa.exc.IntegrityError:
        raise DecisionError("again", decision=decision_id) from None
