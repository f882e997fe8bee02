"""Rule 13: what a report computes can be computed again, and no cell shows an error.

Totals are added up from the cells of their own table; formulas themselves are not run. Totals of output, stops and
defects: rule 1. Percentages: rule 14.
"""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, SOURCE, CrossCheck, Evidence, Example, compared
from data_contracts.crosschecks.totals import stated_totals

_MEASURES = {"output": ("run_min", "duration_min", "shots", "labour_h")}


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per cell with an error or a formula without a result that held its row back, and per other stated total."""
    held = evidence.held_cells.join(
        evidence.reports.select(*KEY, "source_file_id", "report_id"), on=[*KEY, "source_file_id"]
    )
    shown = pl.when(pl.col("reason_code") == "cell_error").then(pl.coalesce("raw", pl.lit("#"))).otherwise(pl.lit("="))
    errors = compared(
        held.unique([*SOURCE, "source_cell"], keep="first", maintain_order=True),
        subject=pl.concat_str("source_sheet", pl.lit("!"), "source_cell"),
        measure=pl.col("measure").fill_null("report"),
        reported_text=shown,
        cells=pl.concat_list(pl.concat_str("source_sheet", pl.lit("!"), "source_cell")),
    )
    return pl.concat([errors, stated_totals(evidence, _MEASURES)])


RULE = CrossCheck(
    id="formulas_hold",
    number=13,
    family="report",
    severity="error",
    absolute=0.01,
    name={"zh": "公式结果可复算,无错误值", "en": "Formulas give what can be computed again, no error cells"},
    message={
        "zh": "这里显示 {reported},复算得 {reference}。请修正公式或直接填写数字,然后保存。",
        "en": "This cell shows {reported}; computed again it is {reference}. "
        "Mend the formula or enter the number, then save.",
    },
    compare=compare,
    rank=2,
    example=Example(900.0, 960.0, "total_qty"),
)
"""Errors in cells have no other value: the message then says n/a."""
