"""What a probable cause is, and how it tells its evidence. One file a cause; the catalogue's order: the package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from data_contracts.crosschecks.base import Evidence

EPSILON = 1e-6
WHY = ["finding", "evidence", "partner"]
"""Columns of what a cause finds; ``partner`` is the discrepancy_id of the other half of the same mistake, or null."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A probable cause. ``number`` is the catalogue's.

    ``find`` takes the findings (``finding`` is their number, ``is_amount`` marks pieces and minutes) and the evidence
    and returns WHY for those it explains.
    """

    name: str
    number: int
    find: Callable[[pl.DataFrame, Evidence], pl.DataFrame]


def why(found: pl.DataFrame, way: str | pl.Expr, partner: str | None = None, **values: pl.Expr) -> pl.DataFrame:
    """The shape WHY. ``way`` names the text in the translations, ``values`` fill it in."""
    named = pl.lit(way) if isinstance(way, str) else way
    told = pl.struct(named.alias("way"), *(value.alias(name) for name, value in values.items())).struct.json_encode()
    other = pl.col(partner) if partner else pl.lit(None)
    return found.select("finding", evidence=told, partner=other.cast(pl.String))


def amount(value: pl.Expr) -> pl.Expr:
    """A quantity without an empty decimal place, as text."""
    whole = (value - value.round()).abs() < EPSILON
    plain = value.round(2).cast(pl.Float64)
    return (
        pl.when(whole).then(plain.round().cast(pl.Int64, strict=False).cast(pl.String)).otherwise(plain.cast(pl.String))
    )


def near(value: pl.Expr, other: pl.Expr, share: float, least: float = EPSILON) -> pl.Expr:
    """Whether two amounts differ by no more than ``least`` or this share of the second."""
    return (value - other).abs() <= pl.max_horizontal(pl.lit(least), share * other.abs())
