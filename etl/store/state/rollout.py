"""Timings, effort and stages as rows: added, read, never changed. A move back is one more move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import polars as pl
import sqlalchemy as sa
from polars._typing import PolarsDataType

from etl.settings import settings
from etl.store.keys import Keys
from etl.store.state import FILE

TIMINGS: Final[dict[str, PolarsDataType]] = {
    "timing_id": pl.String,
    "kind": pl.String,
    "phase": pl.String,
    "minutes": pl.Float64,
    "plant_id": pl.String,
    "line_id": pl.String,
    "timed_on": pl.Date,
    "timed_by": pl.String,
    "actor": pl.String,
    "at": pl.Datetime("us"),
}
EFFORTS: Final[dict[str, PolarsDataType]] = {
    "effort_id": pl.String,
    "hours": pl.Float64,
    "spent_on": pl.Date,
    "note": pl.String,
    "actor": pl.String,
    "at": pl.Datetime("us"),
}
MOVES: Final[dict[str, PolarsDataType]] = {
    "move_id": pl.String,
    "plant_id": pl.String,
    "line_id": pl.String,
    "stage": pl.String,
    "reason": pl.String,
    "evidence": pl.String,
    "actor": pl.String,
    "at": pl.Datetime("us"),
}
SCHEMAS: Final = {"timing": TIMINGS, "effort": EFFORTS, "rollout_stage": MOVES}


def read(data: Path, keys: Keys, site_id: str) -> dict[str, pl.DataFrame]:
    """All rows of a site by table, in the order in which they were written. Raises StoreError."""
    if not settings().state_url and not (data / FILE).is_file():
        return {name: pl.DataFrame(schema=schema) for name, schema in SCHEMAS.items()}
    from etl.store.state.engine import opened  # noqa: PLC0415 - SQLAlchemy only where there is a store
    from etl.store.state.schema import METADATA  # noqa: PLC0415

    found = {}
    with opened(data, keys) as connection:
        for name, schema in SCHEMAS.items():
            table = METADATA.tables[name]
            rows = connection.execute(sa.select(table).where(table.c.site_id == site_id)).mappings().all()
            frame = pl.DataFrame([{c: row[c] for c in schema} for row in rows], schema=schema)
            found[name] = frame.sort("at", next(iter(schema)))
    return found


def add(data: Path, keys: Keys, site_id: str, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Store rows of one table, on the disk when this returns: all of them or none."""
    from etl.store.state.engine import opened  # noqa: PLC0415
    from etl.store.state.schema import METADATA  # noqa: PLC0415

    with opened(data, keys) as connection:
        connection.execute(METADATA.tables[table].insert(), [{**row, "site_id": site_id} for row in rows])
