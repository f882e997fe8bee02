"""Three plants with every shipped layout and five dialects of export."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

from etl.simulate.works import make_works
from etl.simulate.works.make import loaded_at

_FIRST_DAY = date(2026, 5, 4)


def make(home: Path, seed: int, days: int) -> tuple[pl.DataFrame, datetime, date]:
    """Thirteen lines, a mistake in fifteen of a hundred shifts."""
    labels = make_works(home, first=_FIRST_DAY, days=days, seed=seed, error_rate=0.15)
    return labels, loaded_at(_FIRST_DAY, days), _FIRST_DAY + timedelta(days=days - 1)
