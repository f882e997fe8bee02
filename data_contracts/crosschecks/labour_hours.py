"""Rule 34: no more hours are worked than the people who were there can work."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, CrossCheck, Evidence, Example, compared
from data_contracts.crosschecks.figures import nothing, people, present, states

OVERTIME = 0.1


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report that states hours worked: against people (its own, else attendance) × hours of the shift."""
    if not states(evidence.output, "labour_h") and not states(evidence.shifts, "labour_h"):
        return nothing()
    both = (
        people(evidence)
        .filter(pl.col("labour_h").is_not_null())
        .join(present(evidence), on=list(KEY), how="left")
        .join(evidence.windows.select(*KEY, "shift_min"), on=list(KEY))
        .with_columns(there=pl.coalesce("headcount", "present"))
        .filter(pl.col("there") > 0)
    )
    return compared(
        both,
        measure="labour_h",
        reported_value=pl.col("labour_h"),
        reference_value=pl.col("there") * pl.col("shift_min") / 60,
        source_cell=pl.col("labour_h_cell"),
        cells=pl.col("cells"),
        reference_locator=pl.when(pl.col("headcount").is_null()).then("locator"),
    )


RULE = CrossCheck(
    id="labour_hours",
    number=34,
    family="plausibility",
    severity="error",
    relative=OVERTIME,
    one_sided=True,
    name={"zh": "工时不超过人数 × 班次", "en": "Hours worked fit people and shift"},
    message={
        "zh": "报表工时 {reported} 小时,而在岗人数 × 班次只有 {reference} 小时,超出 {delta}(容差 {tolerance})。请核对工时与人数。",
        "en": "{reported} hours were worked, people × shift give {reference}: {delta} too many (tolerance {tolerance}). "
        "Check the hours and the number of people.",
    },
    compare=compare,
    rank=4,
    cardinality="many to one",
    example=Example(72.0, 48.0, "labour_h"),
)
