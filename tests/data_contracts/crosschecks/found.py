"""What a rule finds in a piece of evidence, as a plant would see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from data_contracts.crosschecks import CROSSCHECKS, Evidence
from etl.reconcile.crosscheck import run
from tests.evidence import table


def found(evidence: Evidence, rule: str) -> list[dict[str, Any]]:
    """Discrepancies of one rule, with tolerances applied; other rules are switched off."""
    tolerance = evidence.master["tolerance"]
    others = table("tolerance", [{"rule_id": r, "severity": "off"} for r in CROSSCHECKS if r != rule])
    quiet = replace(evidence, master={**evidence.master, "tolerance": pl.concat([others, tolerance])})
    findings, _ = run(quiet, lambda _: quiet)
    return findings.to_dicts()


def one(evidence: Evidence, rule: str) -> dict[str, Any]:
    """The only discrepancy of a rule."""
    findings = found(evidence, rule)
    assert len(findings) == 1, findings
    return findings[0]


def values(finding: Mapping[str, Any]) -> tuple[object, ...]:
    """Measure, both values, difference and tolerance."""
    return tuple(finding[c] for c in ("measure", "reported_value", "reference_value", "delta", "tolerance"))


def where(finding: Mapping[str, Any]) -> tuple[object, ...]:
    """Sheet and cell of the reported value, and the locator of the other side."""
    return tuple(finding[c] for c in ("source_sheet", "source_cell", "reference_locator"))
