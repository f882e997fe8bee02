"""Rule 46: decimal and thousands separators stand in the right place. It leads the difference of rules 17 to 19."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import CrossCheck, Evidence, Example
from data_contracts.crosschecks.factors import separator_factor, unit_factor
from data_contracts.crosschecks.slips import slipped


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per difference that is a factor of ten, a hundred or a thousand, unless it is one of unit (rule 45)."""
    return slipped(evidence, unit_factor().is_null() & separator_factor().is_not_null())


RULE = CrossCheck(
    id="separator_slip",
    number=46,
    family="reading",
    severity="error",
    name={"zh": "小数点与千分位无误", "en": "Decimal separator in its place"},
    message={
        "zh": "报表 {reported},MES {reference}:相差 10、100 或 1000 倍。请检查小数点、千分位或多写少写的零。",
        "en": "The report says {reported}, the MES {reference}: ten, a hundred or a thousand times as much. "
        "Check the separator and the number of zeros.",
    },
    compare=compare,
    has_sides=True,
    rank=-1,
    example=Example(9600.0, 960.0),
)
