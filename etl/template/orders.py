"""Orders that a line may be working on, from the published version."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from data_contracts.errors import ShiftLedgerError
from etl.store.published import current

RECENT_DAYS = 30
MOST = 1000


def open_orders(home: Path, plant_id: str, line_id: str, day: date) -> list[str]:
    """Orders of the line (or of no line) that were not due long ago; none where nothing has been published yet."""
    try:
        connection = current(home).connect()
    except ShiftLedgerError:
        return []
    try:
        rows = connection.execute(
            "select distinct order_id from work_order where coalesce(plant_id, ?) = ? and coalesce(line_id, ?) = ? "
            "and (due_on is null or due_on >= ?) and (released_on is null or released_on <= ?) order by 1 limit ?",
            [plant_id, plant_id, line_id, line_id, day - timedelta(RECENT_DAYS), day + timedelta(RECENT_DAYS), MOST],
        ).fetchall()
    finally:
        connection.close()
    return [row[0] for row in rows]
