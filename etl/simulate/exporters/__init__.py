"""What MES and ERP systems write, each in its own way: records as frames → bytes of a file. One module a system.

All take the same frames, so that one truth can be written in every dialect. ``OUTPUT``: what one line made of one
order in some span. ``STOP``: when it stood still. Instants are UTC without a zone; ``zone`` is the clock of a system
that writes local times. Reading them back: the shipped mappings in ``data_contracts/exports``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl
from polars._typing import PolarsDataType

OUTPUT: dict[str, PolarsDataType] = {
    "record_id": pl.String,
    "line_id": pl.String,
    "start_at": pl.Datetime("us"),
    "end_at": pl.Datetime("us"),
    "order_id": pl.String,
    "product_id": pl.String,
    "good_qty": pl.Float64,
    "scrap_qty": pl.Float64,
}
STOP: dict[str, PolarsDataType] = {
    "record_id": pl.String,
    "line_id": pl.String,
    "start_at": pl.Datetime("us"),
    "end_at": pl.Datetime("us"),
    "reason_code": pl.String,
}


def local(instant: datetime, zone: str, written: str) -> str:
    """Wall time of a UTC instant."""
    return instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).strftime(written)


def minutes(start: datetime, end: datetime) -> float:
    """Minutes between two instants."""
    return (end - start).total_seconds() / 60


def plain(value: float) -> str:
    """A number with a decimal point and no more digits than it needs."""
    return str(int(value)) if value.is_integer() else repr(value)
