"""The site that ``demo`` shows: two plants, shift sheets, counters."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import polars as pl

from etl.simulate import make_site

_LAST_DAY = date(2026, 4, 10)


def make(home: Path, seed: int, days: int) -> tuple[pl.DataFrame, datetime, date]:
    """Six lines, a mistake in fifteen of a hundred shifts."""
    labels = make_site(home, last_day=_LAST_DAY, days=days, lines=6, seed=seed, error_rate=0.15)
    return labels, datetime(2026, 4, 13), _LAST_DAY  # noqa: DTZ001 - stored instants are UTC without a zone
