"""Words for what differs: a number, a measure, the sentence of a cross-check. Problems as a whole: ``etl.annotate``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from data_contracts.crosschecks import CROSSCHECKS
from data_contracts.language import REASONS

NOTHING = "—"


def number(value: float | None) -> str:
    """Without a needless fraction; a dash where there is nothing."""
    if value is None:
        return NOTHING
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.2f}"


def measure_text(measure: str, language: str) -> str:
    """Name of a measure for people, or of several with commas; one that has no text yet keeps its own."""
    keys = {name: f"measure.{name}" for name in measure.split(", ")}
    return ", ".join(REASONS.text(key, language) if key in REASONS else name for name, key in keys.items())


def reason_text(code: str, params: Mapping[str, Any], language: str) -> str:
    """Why something was not read; measures are called by their names."""
    named = {"measure", "missing"} if code == "row_without_key" else {"measure"}
    told = {name: measure_text(str(v), language) if name in named else v for name, v in params.items()}
    return REASONS.text(f"reason.{code}", language, **told)


def notice_text(row: Mapping[str, Any], language: str) -> str:
    """What a row of contract ``notice`` says, and where."""
    params = json.loads(row["reason_params"])
    place = "!".join(p for p in (row["source_sheet"], row["source_cell"]) if p)
    text = reason_text(row["reason_code"], params, language)
    return f"{place}: {text}" if place else text


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
