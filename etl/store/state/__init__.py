"""The state store: what people decided. It outlives the warehouse, which can be made anew from the vault.

SQLCipher in the data folder, or PostgreSQL where ``SHIFTLEDGER_STATE_URL`` names one. Rows are only ever added. Heavy
imports stay inside: a site on which nobody ever decided anything has no state store and pays for none.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
from polars._typing import PolarsDataType

from data_contracts.tables import TABLES
from etl.settings import settings
from etl.store.keys import Keys

FILE, LOCK = "state.db", "state.lock"
EVENTS: dict[str, PolarsDataType] = {
    "decision_id": pl.String,
    "event": pl.String,
    "at": pl.Datetime("us"),
    "actor": pl.String,
    "reason": pl.String,
}
"""What people did with a decision after it was taken: approved, undone."""
NOTES: dict[str, PolarsDataType] = {
    **dict.fromkeys(("note_id", "kind", "discrepancy_id", "refers_to", "plant_id", "area_id", "line_id"), pl.String()),
    **dict.fromkeys(("first_day", "last_day"), pl.Date()),
    **dict.fromkeys(("assignee", "text", "made_by"), pl.String()),
    "made_at": pl.Datetime("us"),
}
"""What people wrote: comment, assign, annotation, withdrawn."""


@dataclass(frozen=True, slots=True)
class Acts:
    """All decisions of a site (contract ``decision``) and all events of differences that people caused."""

    decisions: pl.DataFrame
    events: pl.DataFrame


def written(data: Path, keys: Keys, site_id: str) -> pl.DataFrame:
    """All notes of a site (``NOTES``). Raises StoreError when the store cannot be reached."""
    if not settings().state_url and not (data / FILE).is_file():
        return pl.DataFrame(schema=NOTES)
    from etl.store.state.notes import read  # noqa: PLC0415 - SQLAlchemy only where there is a store

    return read(data, keys, site_id)


def acts(data: Path, keys: Keys, site_id: str) -> Acts:
    """What people did so far. Raises StoreError when the store cannot be reached: no decision is ever passed over."""
    if not settings().state_url and not (data / FILE).is_file():
        return Acts(TABLES["decision"].no_rows(), TABLES["discrepancy_event"].no_rows())
    from etl.store.state.decisions import read  # noqa: PLC0415 - SQLAlchemy only where there is a store
    from etl.store.state.standing import told, with_standing  # noqa: PLC0415

    taken, events = read(data, keys, site_id)
    return Acts(with_standing(taken, events), told(taken, events))
