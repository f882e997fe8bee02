"""The probable cause of a difference, with the evidence for it. First match wins, in the order of the catalogue.

One file a cause, found by discovery. Texts for the evidence: ``data_contracts/i18n``.
"""

from __future__ import annotations

import importlib
import pkgutil

import polars as pl

from data_contracts.crosschecks.base import Evidence
from etl.reconcile.causes.base import Cause

UNEXPLAINED = "unexplained"
_ON_THE_CLOCK = "start_min"
"""Minutes after the start of a shift are worked out; nobody wrote their digits."""


def _discover() -> tuple[Cause, ...]:
    modules = (importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__))
    found = (getattr(module, "CAUSE", None) for module in modules)
    return tuple(sorted((c for c in found if isinstance(c, Cause)), key=lambda cause: cause.number))


_FOUND = _discover()
CAUSES = {**{cause.name: cause.number for cause in _FOUND}, UNEXPLAINED: 11}
"""Cause to its number in the catalogue."""


def with_causes(findings: pl.DataFrame, evidence: Evidence) -> pl.DataFrame:
    """Adds ``probable_cause``, ``cause_evidence`` (JSON) and ``partner_id`` to findings that know their discrepancy_id.

    ``partner_id``: the other half of the same mistake, such as the shift that has the pieces that this one lacks.
    """
    amounts = pl.col("delta").is_not_null() & pl.col("measure").str.contains("_(qty|min)$")
    amounts &= pl.col("measure") != _ON_THE_CLOCK
    numbered = findings.with_row_index("finding").with_columns(is_amount=amounts.fill_null(value=False))
    found = [
        cause.find(numbered, evidence).with_columns(probable_cause=pl.lit(cause.name), number=pl.lit(cause.number))
        for cause in _FOUND
    ]
    # The other half stays the other half, whichever cause is told of this one.
    first = (
        pl.concat(found)
        .sort("number", maintain_order=True)
        .group_by("finding", maintain_order=True)
        .agg(pl.col("probable_cause", "evidence", "number").first(), pl.col("partner").drop_nulls().first())
    )
    return (
        numbered.join(first, on="finding", how="left", maintain_order="left")
        .with_columns(probable_cause=pl.col("probable_cause").fill_null(UNEXPLAINED))
        .rename({"evidence": "cause_evidence", "partner": "partner_id"})
        .drop("finding", "is_amount", "number")
    )
