"""Factors by which a number is wrong when a unit or a decimal separator slipped. Which rules use them: 45 and 46."""

from __future__ import annotations

import polars as pl

NEAR = 0.01
"""A ratio this close to a factor is that factor."""
DOZEN, HOUR_MIN = 12.0, 60.0
SEPARATOR = (10.0, 100.0, 1000.0)
_LEAST = 2.0


def ratio() -> pl.Expr:
    """Larger over smaller of ``reported_value`` and ``reference_value``; null unless both are above nothing."""
    both = ("reported_value", "reference_value")
    return pl.when(pl.min_horizontal(both) > 0).then(pl.max_horizontal(both) / pl.min_horizontal(both))


def unit_factor() -> pl.Expr:
    """The unit that explains the ratio: pack or piece weight of the product, a dozen; of minutes an hour.

    Needs ``measure``, ``pack_size`` and ``piece_weight_g``.
    """
    minutes = pl.col("measure").str.ends_with("_min")
    pieces = pl.coalesce(_hit(f) for f in (pl.col("pack_size"), pl.lit(DOZEN), pl.col("piece_weight_g")))
    return pl.when(minutes).then(_hit(pl.lit(HOUR_MIN))).otherwise(pieces)


def separator_factor() -> pl.Expr:
    """The power of ten that explains the ratio."""
    return pl.coalesce(_hit(pl.lit(f)) for f in SEPARATOR)


def _hit(factor: pl.Expr) -> pl.Expr:
    """The factor where it explains the ratio, else null."""
    fits = (factor > _LEAST) & ((ratio() / factor - 1).abs() <= NEAR)
    return pl.when(fits).then(factor.cast(pl.Float64))
