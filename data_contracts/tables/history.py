"""What was known when: rows that a load replaced, and the versions by which time is told.

A row of ``production`` holds from ``first_version`` on; once a load replaces it, it stands in ``production_history`` up
to ``last_version``. The same for the other tables. Both together answer what any version said, see ``query --as-of``.
"""

from __future__ import annotations

import polars as pl

from data_contracts.tables.base import Instant, Table, column, contract
from data_contracts.tables.discrepancy import Discrepancy
from data_contracts.tables.downtime import Downtime
from data_contracts.tables.marts import MartCompleteness, MartLoss, MartOutput
from data_contracts.tables.production import Production
from data_contracts.tables.scrap import Scrap

_LAST = "Last published version in which the row stood so"


@contract(grain=("version",), layer="published")
class Publication(Table):
    """One row per published version: what readers saw from ``published_at`` on."""

    version: pl.Int32 = column("Published version")
    published_at: Instant = column("Since when it counts, UTC")
    load_id: pl.String = column("Load that made it")


@contract(layer="published", by_day=True)
class ProductionHistory(Production):
    """Rows of ``production`` that a load replaced; the row with the same key and the next version took its place."""

    last_version: pl.Int32 = column(_LAST)
    cause: pl.String = column(
        "What changed it, blank-separated: report, mes, decision; rules for policies, tolerances and what is missing"
    )


@contract(layer="published", by_day=True)
class DowntimeHistory(Downtime):
    """Rows of ``downtime`` that a load replaced."""

    last_version: pl.Int32 = column(_LAST)


@contract(layer="published", by_day=True)
class ScrapHistory(Scrap):
    """Rows of ``scrap`` that a load replaced."""

    last_version: pl.Int32 = column(_LAST)


@contract(grain=(*MartOutput.grain(), "last_version"), layer="published", by_day=True)
class MartOutputHistory(MartOutput):
    """Rows of ``mart_output`` that a load replaced."""

    last_version: pl.Int32 = column(_LAST)


@contract(grain=(*MartLoss.grain(), "last_version"), layer="published", by_day=True)
class MartLossHistory(MartLoss):
    """Rows of ``mart_loss`` that a load replaced."""

    last_version: pl.Int32 = column(_LAST)


@contract(grain=(*MartCompleteness.grain(), "last_version"), layer="published", by_day=True)
class MartCompletenessHistory(MartCompleteness):
    """Rows of ``mart_completeness`` that a load replaced."""

    last_version: pl.Int32 = column(_LAST)


@contract(grain=(*Discrepancy.grain(), "last_version"), layer="published", by_day=True)
class DiscrepancyHistory(Discrepancy):
    """Rows of ``discrepancy`` that a load replaced. That a load saw one again is no change."""

    last_version: pl.Int32 = column(_LAST)
