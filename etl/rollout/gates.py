"""Whether the evidence lets a line go from shadow to parallel to live. The way back is always open.

A day is clean when every report that was expected came, none is blocked, and no difference above a remark stands open
on it: what a person explained or a correction settled is explained. Evidence: one row per line and production day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from data_contracts.site import Rollout

STAGES: Final = ("shadow", "parallel", "live")
"""Shadow: read and compared beside the old way, nobody rests on it. Parallel: both are done. Live: this one counts."""
EVIDENCE: Final = {
    "plant_id": pl.String,
    "line_id": pl.String,
    "production_date": pl.Date,
    "expected": pl.Int64,
    "received": pl.Int64,
    "blocked": pl.Int64,
    "unexplained": pl.Int64,
    "compared": pl.Int64,
    "equal": pl.Int64,
}
"""``expected``, ``received``, ``blocked``: reports; ``unexplained``: open differences of a warning or more;
``compared``: values that report and MES both state, ``equal``: of these, the same."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing that must hold: what was reached of what is asked; None while nothing can be said."""

    name: str
    reached: float | None
    asked: float

    @property
    def holds(self) -> bool:
        """Whether it does."""
        return self.reached is not None and self.reached >= self.asked


def following(stage: str) -> str | None:
    """The stage after this one; None after the last."""
    place = STAGES.index(stage) + 1
    return STAGES[place] if place < len(STAGES) else None


def gates(stage: str, evidence: pl.DataFrame, rules: Rollout, since: date | None) -> list[Gate]:
    """What a line in ``stage`` must show to go on, from its EVIDENCE since it entered that stage.

    Only days on which something was expected or came count: idle days prove nothing. From shadow the reports must
    arrive and be readable; from parallel the figures must agree as well.
    """
    days = evidence.filter((pl.col("expected") > 0) | (pl.col("received") > 0)).sort("production_date")
    if since is not None:
        days = days.filter(pl.col("production_date") >= since)
    last = days.tail(rules.days)
    handed_in = Gate("days_handed_in", _run(days, _came()), rules.days)
    if stage == "shadow":
        return [handed_in]
    if stage == "parallel":
        clean = Gate("days_without_difference", _run(days, _came() & (pl.col("unexplained") == 0)), rules.days)
        return [handed_in, clean, Gate("share_equal", _share(last), rules.equal_share)]
    return []


def may_go_on(found: Sequence[Gate]) -> bool:
    """Whether all gates hold."""
    return bool(found) and all(gate.holds for gate in found)


def _came() -> pl.Expr:
    return (pl.col("received") >= pl.col("expected")) & (pl.col("blocked") == 0)


def _run(days: pl.DataFrame, holds: pl.Expr) -> float:
    """How many of the latest days in a row hold."""
    run = 0
    for good in reversed(days.select(holds).to_series().to_list()):
        if not good:
            break
        run += 1
    return run


def _share(days: pl.DataFrame) -> float | None:
    compared, equal = (float(days[name].sum()) for name in ("compared", "equal"))
    return equal / compared if compared else None
