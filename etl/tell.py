"""What was held back and what differs, as lines a person can act on: where, what, what to do."""

from __future__ import annotations

import json

import polars as pl

from data_contracts.crosschecks import CROSSCHECKS
from data_contracts.language import REASONS


def number(value: float | None) -> str:
    """Without a needless fraction; a dash where there is nothing."""
    if value is None:
        return "—"
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.2f}"


def held_back_lines(held_back: pl.DataFrame, language: str) -> list[str]:
    """One line per row of contract ``quarantine``."""
    lines = []
    for row in held_back.iter_rows(named=True):
        params = {"sheet": row["source_sheet"], **json.loads(row["reason_params"] or "{}")}
        text = REASONS.text(f"reason.{row['reason_code']}", language, **params)
        place = " / ".join(p for p in (row["source_file"], row["source_sheet"]) if p)
        cell = f"!{row['source_cell']}" if row["source_cell"] else ""
        raw = f" “{row['raw']}”" if row["raw"] else ""
        measure = f" {row['measure']}" if row["measure"] else ""
        lines.append(f"{place}{cell}{measure}{raw}: {text}")
    return lines


def notice_lines(notices: pl.DataFrame, language: str) -> list[str]:
    """One line per row of contract ``notice``."""
    lines = []
    for row in notices.iter_rows(named=True):
        params = json.loads(row["reason_params"])
        name = f"measure.{params.get('measure')}"
        if name in REASONS:
            params["measure"] = REASONS.text(name, language)
        place = " / ".join(p for p in (row["source_file"], row["source_sheet"]) if p)
        cell = f"!{row['source_cell']}" if row["source_cell"] else ""
        lines.append(f"{place}{cell}: {REASONS.text('reason.' + row['reason_code'], language, **params)}")
    return lines


def finding_lines(findings: pl.DataFrame, language: str) -> list[str]:
    """One line per row of contract ``discrepancy``."""
    lines = []
    for row in findings.sort("rule_no").iter_rows(named=True):
        rule = CROSSCHECKS[row["rule_id"]]
        measure = f"measure.{row['measure']}"
        text = rule.message[language].format(
            reported=row["reported_text"] or number(row["reported_value"]),
            reference=row["reference_text"] or number(row["reference_value"]),
            delta=number(row["delta"]),
            tolerance=number(row["tolerance"]),
            measure=REASONS.text(measure, language) if measure in REASONS else row["measure"],
        )
        severity = REASONS.text(f"severity.{row['severity']}", language)
        place = " / ".join(str(p) for p in (row["source_file"], row["source_sheet"]) if p)
        where = f"{place}!{row['source_cell']}" if row["source_cell"] else place
        who = f"{row['line_id']} {row['production_date']} {row['shift_id'] or ''}".strip()
        cause = REASONS.text(f"cause.{row['probable_cause']}", language)
        lines.append(f"[{severity} {rule.number}] {where or who}: {text} ({who}; {cause})")
    return lines
