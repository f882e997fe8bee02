"""Rule 16: a report names the leader who stands for it, where its layout has a place for that."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import CrossCheck, Evidence, Example, compared


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report that nobody signed."""
    nobody = pl.all_horizontal(pl.col("leader", "signature").is_null())
    unsigned = evidence.reports.filter(pl.col("layout_id").is_in(evidence.signed_layouts), nobody)
    return compared(unsigned, measure="leader", reference_text="—")


RULE = CrossCheck(
    id="signed",
    number=16,
    family="report",
    severity="warning",
    name={"zh": "报表已签名", "en": "Report is signed"},
    message={
        "zh": "报表没有写明班长。请补填。",
        "en": "The report does not name its leader. Fill in the name.",
    },
    compare=compare,
    grain=("report_id",),
    example=Example(None, None, "leader"),
)
