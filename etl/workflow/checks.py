"""Asset checks: one per family of cross-checks, and one for what was held back. None of them blocks.

What must not be published is held back before the commit; a check only says what does not agree, and where.
The rules themselves: ``data_contracts.crosschecks``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import dagster as dg

from etl.links import dashboard_link

if TYPE_CHECKING:
    import polars as pl

FAMILIES = ("report", "mes", "plausibility", "continuity", "identity", "timeliness", "reading")
"""Families of ``data_contracts.crosschecks``, stated here because importing the rules imports polars; a test
holds both against each other."""
FAILING = ("block", "error")
Held = tuple[str, str | None]
"""Name of a file that was held back, and the code of the reason; what stands in the file is not told here."""
EXAMPLES = 10


def intake_spec(asset: str) -> dg.AssetCheckSpec:
    """The check that no file was held back."""
    return dg.AssetCheckSpec("nothing_quarantined", asset=asset, description="No new file was held back.")


def intake_result(files_new: int, files_quarantined: int, held: Sequence[Held], asset: str) -> dg.AssetCheckResult:
    """Passed when every new file was read; ``held``: some that were not."""
    metadata: dict[str, dg.MetadataValue | int] = {"files": files_new, "quarantined": files_quarantined}
    if held:
        metadata["examples"] = dg.MetadataValue.md(_table(("file", "why"), list(held)))
    return dg.AssetCheckResult(
        check_name="nothing_quarantined",
        asset_key=dg.AssetKey([asset]),
        passed=files_quarantined == 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={**metadata, "dashboard": dg.MetadataValue.url(dashboard_link())},
    )


def family_specs(asset: str) -> list[dg.AssetCheckSpec]:
    """One check per family."""
    return [
        dg.AssetCheckSpec(_name(family), asset=asset, description=f"Cross-checks of the family {family}.")
        for family in FAMILIES
    ]


def family_results(findings: pl.DataFrame, asset: str) -> list[dg.AssetCheckResult]:
    """One result per family from the open differences of the days that a run touched.

    Informational findings do not fail a check. A rule or family that is not known here counts to the first family.
    """
    from data_contracts.crosschecks import CROSSCHECKS  # noqa: PLC0415 - imports polars

    families = {rule_id: str(rule.family) for rule_id, rule in CROSSCHECKS.items()}
    rules = Counter(families.values())
    rows: dict[str, list[dict[str, object]]] = {family: [] for family in FAMILIES}
    for row in findings.iter_rows(named=True):
        rows.get(families.get(str(row["rule_id"]), ""), rows[FAMILIES[0]]).append(row)
    return [_result(family, rows[family], rules[family], asset) for family in FAMILIES]


def _name(family: str) -> str:
    return f"{family}_agrees"


def _result(family: str, rows: list[dict[str, object]], rules: int, asset: str) -> dg.AssetCheckResult:
    severities = Counter(str(row["severity"]) for row in rows)
    by_rule = Counter(str(row["rule_id"]) for row in rows)
    grave = any(severities[severity] for severity in FAILING)
    metadata: dict[str, dg.MetadataValue | int] = {
        "rules": rules,
        "open": len(rows),
        "dashboard": dg.MetadataValue.url(_link(rows)),
    }
    metadata |= {f"open_{severity}": count for severity, count in sorted(severities.items())}
    if rows:
        metadata["by_rule"] = dg.MetadataValue.md(_table(("rule", "open"), by_rule.most_common()))
        metadata["examples"] = dg.MetadataValue.md(_examples(rows))
    return dg.AssetCheckResult(
        check_name=_name(family),
        asset_key=dg.AssetKey([asset]),
        passed=sum(severities.values()) == severities["info"],
        severity=dg.AssetCheckSeverity.ERROR if grave else dg.AssetCheckSeverity.WARN,
        description=f"{len(rows)} open" if rows else None,
        metadata=metadata,
    )


def _link(rows: list[dict[str, object]]) -> str:
    """The page of differences, with the rules and days that failed as its filters."""
    days = sorted(str(row["production_date"]) for row in rows if row.get("production_date"))
    rules = ",".join(sorted({str(row["rule_id"]) for row in rows}))
    span = {"from": days[0], "to": days[-1]} if days else {}
    return dashboard_link("discrepancies", rule=rules, **span)


def _examples(rows: list[dict[str, object]]) -> str:
    """The gravest and largest differences with the place where they stand.

    Never what stands there: Dagster keeps what it is told in plain files. Values are shown by the dashboards.
    """
    worst = sorted(rows, key=_gravity)[:EXAMPLES]
    head = ("rule", "line", "day", "shift", "measure", "file / sheet / cell")
    return _table(head, [_cells(row) for row in worst])


def _gravity(row: Mapping[str, object]) -> tuple[int, float]:
    order = ("block", "error", "warning", "info")
    delta = row.get("delta")
    severity = str(row["severity"])
    size = abs(float(delta)) if isinstance(delta, int | float) else 0.0
    return (order.index(severity) if severity in order else len(order), -size)


def _cells(row: Mapping[str, object]) -> tuple[object, ...]:
    place = " / ".join(str(row[c]) for c in ("source_file", "source_sheet", "source_cell") if row.get(c))
    return (
        *(row.get(c) for c in ("rule_id", "line_id", "production_date", "shift_id", "measure")),
        place or row.get("reference_locator"),
    )


def _table(head: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(_escape(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def _escape(value: object) -> str:
    """Text of a workbook is not ours: it must not break out of its table cell."""
    if value is None:
        return ""
    text = " ".join(str(value).split())
    for character in "\\|`<>[]":
        text = text.replace(character, f"&#{ord(character)};")
    return text
