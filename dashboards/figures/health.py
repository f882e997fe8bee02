"""The matrix of reports: line and shift by day, each field a state with its own sign."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import polars as pl

from dashboards.figures.bars import Field

SIGNS = {"missing": "◆", "refused": "■", "late": "◷", "provisional": "○", "final": "✓", "unasked": "+"}
SHADES = {"missing": 4, "refused": 4, "late": 2, "provisional": 2, "final": 1, "unasked": 1}
Told = Callable[[Mapping[str, Any]], str]


def matrix(
    shifts: pl.DataFrame, days: list[date], named: Told, told: Told, address: Told
) -> list[tuple[str, list[Field]]]:
    """One row a line and shift, one field a day; a shift that nobody expected or that runs still is blank."""
    made = []
    for _, part in shifts.group_by("plant_id", "line_id", "shift_id", maintain_order=True):
        known = {row["production_date"]: row for row in part.iter_rows(named=True)}
        fields = [_field(known[day], told, address) if day in known else Field("") for day in days]
        made.append((named(part.row(0, named=True)), fields))
    return made


def _field(row: Mapping[str, Any], told: Told, address: Told) -> Field:
    state = row["state"]
    return Field(SIGNS[state], SHADES[state], told(row), address(row))
