"""Notes as rows: added, read, never changed; one that is withdrawn stays, and another says so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from etl.store.keys import Keys
from etl.store.state import NOTES
from etl.store.state.engine import opened
from etl.store.state.schema import NOTE


def read(data: Path, keys: Keys, site_id: str) -> pl.DataFrame:
    """All notes of a site, the oldest first (``NOTES``), those that were withdrawn included."""
    with opened(data, keys) as connection:
        found = connection.execute(sa.select(NOTE).where(NOTE.c.site_id == site_id)).mappings().all()
    rows = [{name: row[name] for name in NOTES} for row in found]
    return pl.DataFrame(rows, schema=NOTES).sort("made_at", "note_id")


def add(data: Path, keys: Keys, site_id: str, note: Mapping[str, object]) -> None:
    """Store a note, on the disk when this returns."""
    row = {name: note.get(name) for name in NOTES}
    with opened(data, keys) as connection:
        connection.execute(NOTE.insert().values({**row, "site_id": site_id}))
