"""Which source wins for a measure on a line: site → plant → area → line, the most specific setting."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from data_contracts.site import Consolidation
from data_contracts.tables.decision import QUANTITIES

_LEVELS = ("plant_id", "area_id", "line_id")
_LINE = ["plant_id", "line_id"]


def with_policies(rows: pl.DataFrame, master: Mapping[str, pl.DataFrame], policy: Consolidation) -> pl.DataFrame:
    """Adds ``policy_<measure>`` for each quantity. ``rows`` have plant_id and line_id."""
    found = rows.with_columns(pl.lit(getattr(policy, q)).alias(f"policy_{q}") for q in QUANTITIES)
    settings = master["survivorship"]
    if settings.is_empty():
        return found
    areas = master["line"].select(*_LINE, "area_id").unique(_LINE)
    weight = sum(
        (pl.when(pl.col(f"{level}_set").is_not_null()).then(2**i).otherwise(0) for i, level in enumerate(_LEVELS)),
        start=pl.lit(0),
    )
    applying = (
        rows.select(_LINE)
        .unique()
        .join(areas, on=_LINE, how="left")
        .join(settings.rename({level: f"{level}_set" for level in _LEVELS}), how="cross")
        .filter(
            pl.all_horizontal(
                pl.col(f"{level}_set").is_null() | (pl.col(f"{level}_set") == pl.col(level)) for level in _LEVELS
            )
        )
        .sort(weight)
        .group_by(*_LINE, "measure")
        .agg(pl.col("policy").last())
    )
    for quantity in QUANTITIES:
        own = applying.filter(pl.col("measure") == quantity).select(*_LINE, own="policy")
        found = (
            found.join(own, on=_LINE, how="left", maintain_order="left")
            .with_columns(pl.coalesce("own", f"policy_{quantity}").alias(f"policy_{quantity}"))
            .drop("own")
        )
    return found
