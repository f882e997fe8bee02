"""Rule 45: both sides count in the same unit. It tells more of a difference that rules 17 to 19 find, and leads it."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import CrossCheck, Evidence, Example
from data_contracts.crosschecks.factors import unit_factor
from data_contracts.crosschecks.slips import slipped


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per difference that is a factor of unit: pack, dozen, piece weight, or minutes of an hour."""
    return slipped(evidence, unit_factor().is_not_null())


RULE = CrossCheck(
    id="unit_mix",
    number=45,
    family="reading",
    severity="error",
    name={"zh": "计量单位一致", "en": "Same unit on both sides"},
    message={
        "zh": "报表 {reported},MES {reference}:两者相差一个换算系数(每箱数、打、单重或小时/分钟)。请按合同单位填写。",
        "en": "The report says {reported}, the MES {reference}: a pack, a dozen, a piece weight or an hour apart. "
        "Enter the quantity in pieces, the time in minutes.",
    },
    compare=compare,
    has_sides=True,
    rank=-1,
    example=Example(80.0, 960.0),
)
