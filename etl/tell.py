"""Words for what differs: a number, a measure, the sentence of a cross-check. Problems as a whole: ``etl.annotate``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data_contracts.crosschecks import CROSSCHECKS
from data_contracts.language import REASONS


def number(value: float | None) -> str:
    """Without a needless fraction; a dash where there is nothing."""
    if value is None:
        return "—"
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.2f}"


def measure_text(measure: str, language: str) -> str:
    """Name of a measure for people; one that has no text yet keeps its own."""
    key = f"measure.{measure}"
    return REASONS.text(key, language) if key in REASONS else measure


def message(row: Mapping[str, Any], language: str) -> str:
    """The sentence of the rule that failed; ``row`` is one of contract ``discrepancy``."""
    return (
        CROSSCHECKS[row["rule_id"]]
        .message[language]
        .format(
            reported=row["reported_text"] or number(row["reported_value"]),
            reference=row["reference_text"] or number(row["reference_value"]),
            delta=number(row["delta"]),
            tolerance=number(row["tolerance"]),
            measure=measure_text(row["measure"], language),
        )
    )
