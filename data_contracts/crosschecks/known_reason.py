"""Rule 9: every stop's reason stands in the code book."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import COMPARED, CrossCheck, Evidence, Example, compared, place


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per stop whose reason the code book does not have. Without a code book nothing is checked."""
    known = evidence.master["reason"]
    if known.is_empty():
        return pl.DataFrame(schema=COMPARED)
    unknown = evidence.stops.filter(~pl.col("is_total"), pl.col("reason_code").is_not_null()).join(
        known.select("reason_code"), on="reason_code", how="anti"
    )
    return compared(
        unknown,
        measure="reason_code",
        subject=pl.concat_str("source_sheet", pl.lit("!"), pl.col("row_no").cast(pl.String)),
        reported_text=pl.col("reason_code"),
        reference_text="—",
        source_cell=pl.col("reason_code_cell"),
        cells=pl.concat_list(place("reason_code_cell")).list.drop_nulls(),
    )


RULE = CrossCheck(
    id="known_reason",
    number=9,
    family="report",
    severity="error",
    name={"zh": "停机原因在代码表中", "en": "Stop reason is in the code book"},
    message={
        "zh": "停机原因 “{reported}” 不在代码表中。请改用表中的代码,或请工程师补充。",
        "en": "Stop reason “{reported}” is not in the code book. Use a code of the book, or have it added.",
    },
    compare=compare,
    grain=("report_id", "row_no"),
    example=Example("D77", None, "reason_code"),
)
