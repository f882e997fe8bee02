"""A plant whose sources balance: counters, stock, flow, material, people, stops one by one."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import polars as pl

from etl.simulate.balance import make_balance_site

_LAST_DAY = date(2026, 4, 10)
_HABIT_DAYS = 28
"""What is usual of a line and product takes weeks to show."""


def make(home: Path, seed: int, days: int) -> tuple[pl.DataFrame, datetime, date]:
    """At least four weeks, a mistake in two of ten days of a line."""
    span = max(days, _HABIT_DAYS)
    labels = make_balance_site(home, last_day=_LAST_DAY, days=span, seed=seed, error_rate=0.2)
    return labels, datetime(2026, 4, 11, 2), _LAST_DAY  # noqa: DTZ001 - stored instants are UTC without a zone
