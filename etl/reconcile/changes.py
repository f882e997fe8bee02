"""What changed a row of production from one load to the next. Keeping former rows: ``etl.store.history``."""

from __future__ import annotations

import polars as pl

from data_contracts.tables.decision import QUANTITIES
from etl.reconcile.rulings import ROW

_SIDES = {
    "report": (
        "report_id",
        "report_good_qty",
        "report_scrap_qty",
        "planned_qty_cell",
        "good_qty_cell",
        "scrap_qty_cell",
    ),
    "mes": ("mes_good_qty", "mes_scrap_qty", "reference_locator"),
}


def with_cause(gone: pl.DataFrame, came: pl.DataFrame) -> pl.DataFrame:
    """Rows of production that a load replaces, with ``cause``: the sides that differ in the row that comes instead.

    ``decision``: a person's ruling came, went or gave another value. ``rules``: none of these, so a policy, a
    tolerance, or what is still missing.
    """
    renamed = came.rename({c: f"new_{c}" for c in came.columns if c not in ROW})
    both = gone.join(renamed, on=ROW, how="left", nulls_equal=True, maintain_order="left")
    named = [pl.when(_differs(columns)).then(pl.lit(side)) for side, columns in _SIDES.items()]
    was_decided = pl.any_horizontal(pl.col("decided_measures", "new_decided_measures").is_not_null())
    ruled_anew = _differs(("decided_measures",)) | (was_decided & _differs(QUANTITIES))
    named.append(pl.when(ruled_anew).then(pl.lit("decision")))
    cause = pl.concat_str(named, separator=" ", ignore_nulls=True)
    return both.with_columns(cause=pl.when(cause == "").then(pl.lit("rules")).otherwise(cause)).select(
        *gone.columns, "cause"
    )


def _differs(columns: tuple[str, ...]) -> pl.Expr:
    return pl.any_horizontal(pl.col(c).ne_missing(pl.col(f"new_{c}")) for c in columns)
