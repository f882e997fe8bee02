"""Rule 10: the machine's counter went on by as many cycles as the pieces need."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import CrossCheck, Evidence, Example, compared, whole_reports
from data_contracts.crosschecks.counters import counter_cells, counters
from data_contracts.crosschecks.figures import nothing, states, whole_output


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per reading of a counter: cycles it went on by, and pieces produced ÷ pieces a cycle.

    Where nobody says how many pieces a cycle makes (report, or master/tool.csv) there is nothing to compare.
    """
    if not states(evidence.output, "counter_end") and not states(evidence.shifts, "counter_end"):
        return nothing()
    rows = counters(evidence, whole_output(evidence), whole_reports(evidence, evidence.shifts))
    return compared(
        rows.filter(pl.col("cycles").is_not_null(), pl.col("should").is_not_null()),
        measure="cycles",
        subject=pl.col("counter_end_cell"),
        reported_value=pl.col("cycles"),
        reference_value=pl.col("should"),
        source_cell=pl.col("counter_end_cell"),
        cells=pl.concat_list(counter_cells(), "made_cells"),
    )


RULE = CrossCheck(
    id="counter_vs_output",
    number=10,
    family="report",
    severity="error",
    absolute=1,
    name={"zh": "计数器走数 = 产出 ÷ 穴数", "en": "Counter agrees with pieces ÷ cavities"},
    message={
        "zh": "计数器走了 {reported} 模次,而产出 ÷ 穴数应为 {reference} 模次,相差 {delta}。请核对计数器读数、产量与穴数。",
        "en": "The counter went on by {reported} cycles, the pieces ÷ cavities need {reference}: {delta}. "
        "Check the readings, the quantities and the cavities.",
    },
    compare=compare,
    rank=7,
    grain=("report_id", "row_no"),
    cardinality="one to many",
    example=Example(512.0, 480.0, "cycles"),
)
