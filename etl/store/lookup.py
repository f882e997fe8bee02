"""What a person decides upon, as the published version shows it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from etl.store.published import current


@dataclass(frozen=True, slots=True)
class Case:
    """A difference (contract ``discrepancy``), the area of its line, and its shift's rows of ``production``."""

    row: dict[str, Any]
    area_id: str | None
    production: pl.DataFrame


def difference(home: Path, discrepancy_id: str) -> Case | None:
    """The difference, or None when there is no such. Raises StoreError when nothing is published."""
    connection = current(home).connect()
    try:
        found = connection.execute("select * from discrepancy where discrepancy_id = ?", [discrepancy_id]).pl()
        if found.is_empty():
            return None
        row = found.row(0, named=True)
        key = [row[c] for c in ("plant_id", "line_id", "production_date", "shift_id")]
        area = connection.execute("select any_value(area_id) from line where plant_id = ? and line_id = ?", key[:2])
        area_id = (area.fetchone() or (None,))[0]
        production = connection.execute(
            "select * from production where plant_id = ? and line_id = ? and production_date = ? and shift_id = ?", key
        ).pl()
    finally:
        connection.close()
    return Case(row, area_id, production)
