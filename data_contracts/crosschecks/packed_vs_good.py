"""Rule 31: no more is packed than was good and still open."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, SOURCE, CrossCheck, Evidence, Example, compared, place, whole_reports
from data_contracts.crosschecks.figures import made_by_report, nothing, states
from data_contracts.crosschecks.ledger import stock


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report that states what was packed and, itself or in its ledger, what was still open before.

    Good is what the report says or what the MES counts, whichever is more: where they differ, rule 17 tells it.
    """
    if not states(evidence.shifts, "packed_qty"):
        return nothing()
    rows = whole_reports(evidence, evidence.shifts).filter(~pl.col("is_total"))
    packed = rows.group_by(*KEY, "report_id", maintain_order=True).agg(
        *(pl.col(c).first() for c in SOURCE[1:]),
        packed=pl.col("packed_qty").sum(),
        unpacked=pl.when(pl.col("unpacked_qty").is_not_null().any()).then(pl.col("unpacked_qty").sum()),
        packed_cell=pl.col("packed_qty_cell").drop_nulls().first(),
        own_cells=pl.concat([place("packed_qty_cell"), place("unpacked_qty_cell")]).drop_nulls(),
    )
    open_stock = stock(evidence.wip).group_by("report_id").agg(in_ledger=pl.col("opening_qty").sum())
    counted = evidence.mes_output.group_by(KEY).agg(counted=pl.col("good_qty").sum())
    both = (
        packed.join(made_by_report(evidence), on="report_id")
        .join(open_stock, on="report_id", how="left")
        .join(counted, on=list(KEY), how="left")
        .with_columns(open=pl.coalesce("unpacked", "in_ledger"))
        .filter(pl.col("packed_cell").is_not_null(), pl.col("open").is_not_null())
    )
    return compared(
        both,
        measure="packed_qty",
        reported_value=pl.col("packed"),
        reference_value=pl.max_horizontal("good", "counted") + pl.col("open"),
        source_cell=pl.col("packed_cell"),
        cells=pl.concat_list("own_cells", "made_cells"),
    )


RULE = CrossCheck(
    id="packed_vs_good",
    number=31,
    family="continuity",
    severity="error",
    one_sided=True,
    name={"zh": "包装数不超过良品 + 未包装结存", "en": "Packed is no more than good and open stock"},
    message={
        "zh": "包装了 {reported} 件,而良品加上班前未包装的只有 {reference} 件,多出 {delta}。请核对包装数与良品数。",
        "en": "{reported} were packed, good pieces and those still open before are {reference}: {delta} too many. "
        "Check what was packed and what was good.",
    },
    compare=compare,
    rank=6,
    cardinality="many to many",
    example=Example(1250.0, 1130.0, "packed_qty"),
)
