"""Differences between report and MES that one factor explains. Which rules use it: numbers 45 and 46."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import COMPARED, Evidence, once
from data_contracts.crosschecks.good_vs_mes import compare as good
from data_contracts.crosschecks.scrap_vs_mes import compare as scrap
from data_contracts.crosschecks.stops_vs_mes import compare as stops

_LEAST_PCS = 40.0
"""Between smaller numbers of pieces a factor is chance; rules 17 and 18 still tell the difference."""


def slipped(evidence: Evidence, factor: pl.Expr) -> pl.DataFrame:
    """COMPARED rows of rules 17, 18 and 19 for which ``factor`` holds, with no tolerance of their own."""
    return _pairs(evidence).filter(factor).select(COMPARED.keys())


@once
def _pairs(evidence: Evidence) -> pl.DataFrame:
    """COMPARED rows of those rules that are large enough, with the units of their products."""
    pairs = pl.concat([compare(evidence) for compare in (good, scrap, stops)])
    packs = evidence.master["product"].select("product_id", "pack_size", "piece_weight_g").unique("product_id")
    larger = pl.max_horizontal("reported_value", "reference_value")
    return (
        pairs.filter(pl.col("measure").str.ends_with("_min") | (larger >= _LEAST_PCS))
        .with_columns(relative=pl.lit(None, pl.Float64), base=pl.lit(None, pl.Float64))
        .join(packs, on="product_id", how="left", maintain_order="left")
    )
