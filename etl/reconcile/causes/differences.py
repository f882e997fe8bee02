"""What report and MES differ by on a line, also where it is within tolerance: the other half of a mistake is there."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from data_contracts.crosschecks.base import KEY, Evidence
from data_contracts.crosschecks.sums import counted_output

MEASURES = ("good_qty", "scrap_qty")
AGAINST_MES = (17, 18, 25, 45, 46)
"""Rules that hold pieces of a report against the MES."""
SAME_SHARE, SAME_PIECES = 0.1, 2.0
"""Two differences are the same pieces when they are this near each other; rounding and miscounting do the rest."""


def differences(evidence: Evidence, by: Sequence[str]) -> pl.DataFrame:
    """``by``, ``measure`` and ``missing_here``: report minus MES, for what both sides state. ``by`` begins with KEY."""
    parts = []
    for measure in MEASURES:
        reported, recorded = counted_output(evidence, measure)
        mine, theirs = (
            side.filter(pl.all_horizontal(pl.col(by).is_not_null())).group_by(by).agg(pl.col("value").sum().alias(name))
            for side, name in ((reported, "mine"), (recorded, "theirs"))
        )
        both = mine.join(theirs, on=list(by)).select(
            *by, measure=pl.lit(measure), other_delta=pl.col("mine") - pl.col("theirs")
        )
        parts.append(both)
    return pl.concat(parts)


def against_mes(findings: pl.DataFrame) -> pl.DataFrame:
    """Findings about pieces that differ between report and MES."""
    return findings.filter("is_amount", pl.col("rule_no").is_in(AGAINST_MES), pl.col("measure").is_in(MEASURES))


def opposite() -> pl.Expr:
    """``other_delta`` takes away what ``delta`` has too much."""
    same = pl.max_horizontal(pl.lit(SAME_PIECES), SAME_SHARE * pl.col("delta").abs())
    signs = pl.col("delta") * pl.col("other_delta") < 0
    return signs & ((pl.col("delta") + pl.col("other_delta")).abs() <= same)


def with_partner(found: pl.DataFrame, findings: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Adds ``partner``: the finding about the other half, where that is a finding too. ``other_<key>`` say where."""
    halves = against_mes(findings).select(
        *(pl.col(c).alias(f"other_{c}") for c in by), "measure", partner="discrepancy_id"
    )
    on = [*(f"other_{c}" for c in by), "measure"]
    return found.join(halves.unique(on, keep="first", maintain_order=True), on=on, how="left", maintain_order="left")


def keys(*more: str) -> list[str]:
    """KEY and what else names a difference."""
    return [*KEY, *more]
