"""The exported contracts in another tool: ``make odcs``, or ``python -m tests.odcs --datacontract BIN``.

A demo site is loaded, its published tables are spoiled on purpose, and `datacontract` must lint the exported document
and count the violations that we count: blanks, ranges, lists of values, patterns, repeated keys, open differences.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import yaml

from data_contracts.scope import Actor
from data_contracts.tables import TABLES
from data_contracts.tables.base import Table, split_valid
from etl.desk import current_version
from etl.load import run_load
from etl.odcs.files import export_contracts
from etl.simulate import make_site

ROWS = 60
"""Rows that a spoiled table has at least: copies fill it up, and are themselves violations of its key."""
KINDS = {
    "field_required": "required",
    "field_invalid_values": "values",
    "field_regex": "pattern",
    "field_minimum": "range",
    "field_maximum": "range",
    "field_not_equal": "range",  # how that tool says that a bound itself is excluded
}
OURS = {"not_nullable": "required", "isin": "values", "str_matches": "pattern", "greater": "range", "less": "range"}
Key = tuple[str, str, str]
"""Table, column or rule, and kind of violation."""


def main() -> int:
    """Print both counts; 1 when they differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datacontract", type=Path, required=True, help="the command, in an environment of its own")
    parser.add_argument("--days", type=int, default=7)
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder:
        os.environ["SHIFTLEDGER_KEY_DIR"] = f"{folder}/keys"
        site, out = Path(folder) / "site", Path(folder) / "out"
        make_site(site, last_day=date(2026, 3, 31), days=chosen.days)
        run_load(site, Actor("odcs"))
        export_contracts(site, Actor("odcs"), out / "contracts.yaml")
        tables = spoiled(site)
        for name, frame in tables.items():
            frame.write_parquet(out / f"{name}.parquet")
        lint = _run(chosen.datacontract, out, "lint", "contracts.yaml")
        print(f"datacontract lint: {'passed' if lint == 0 else 'FAILED'}")
        _run(chosen.datacontract, out, "test", "contracts.yaml", "--output", "result.json", "--output-format", "json")
        theirs, not_run = counted_there(out)
    ours = counted_here(tables)
    for kind in sorted({key[2] for key in ours | theirs}):
        here, there = (sum(n for key, n in side.items() if key[2] == kind) for side in (ours, theirs))
        checks = len({key for key in ours | theirs if key[2] == kind})
        print(f"{kind:10} {checks:4} checks violated   ours {here:6}   datacontract {there:6}")
    differing = sorted(key for key in ours | theirs if ours[key] != theirs[key])
    for key in differing:
        print(f"DIFFERS {' '.join(key)}: ours {ours[key]}, datacontract {theirs[key]}")
    for reason, count in sorted(not_run.items()):
        print(f"not run: {count} checks: {reason}")
    print(f"{len(ours | theirs)} violated checks compared, {len(differing)} differ")
    untried = {*OURS.values(), "key", "rule"} - {key[2] for key in ours}
    return 1 if differing or lint or untried else 0


def spoiled(home: Path) -> dict[str, pl.DataFrame]:
    """Every table of the published version with violations of each of its promises that another tool can check."""
    connection = current_version(home).connect()
    try:
        tables = {
            name: connection.execute(f"from {name}").pl() for name, table in TABLES.items() if table.layer() != "stage"
        }
    finally:
        connection.close()
    return {name: _spoil(TABLES[name], frame) for name, frame in tables.items()}


def _spoil(table: type[Table], frame: pl.DataFrame) -> pl.DataFrame:
    if frame.is_empty():
        return frame
    copies = -(-ROWS // frame.height)
    rows = pl.concat([frame, *[frame] * (copies - 1), frame.tail(2)]).with_row_index("row")
    changes = []
    for number, (name, column) in enumerate(table.to_schema().columns.items()):
        at, value = 3 + number % 7, pl.col(name)
        for step, wrong in enumerate(_wrong(column)):
            here = pl.col("row").is_between(step * 11 + at, step * 11 + at + number % 3)
            value = pl.when(here).then(pl.lit(wrong)).otherwise(value)
        changes.append(value.cast(frame.schema[name]).alias(name))
    return rows.with_columns(changes).drop("row")


def _wrong(column: Any) -> Iterator[Any]:
    """Values that each break one promise of a column."""
    if not column.nullable:
        yield None
    for check in column.checks:
        said = check.statistics
        if check.name in ("isin", "str_matches"):
            yield "never heard of"
        if check.name == "greater_than":
            yield said["min_value"]
        if "min_value" in said:
            yield said["min_value"] - 1
        if "max_value" in said:
            yield said["max_value"] + 1


def counted_here(tables: dict[str, pl.DataFrame]) -> Counter[Key]:
    """Violations as a load counts them."""
    found: Counter[Key] = Counter()
    for name, frame in tables.items():
        _, failures = split_valid(TABLES[name], frame)
        for column, check in failures.select("column", "check").iter_rows():
            kind = "key" if check == "grain" else next(k for begin, k in OURS.items() if check.startswith(begin))
            found[(name, "" if kind == "key" else column, kind)] += 1
    open_now = tables["discrepancy"].filter(pl.col("status").is_in(["open", "reopened"]))
    for rule_id, count in open_now.drop_nulls("rule_id").group_by("rule_id").len().iter_rows():
        found[("discrepancy", rule_id, "rule")] = count
    return found


def counted_there(out: Path) -> tuple[Counter[Key], Counter[str]]:
    """Violations as the tool counts them, and what it says it cannot check."""
    found: Counter[Key] = Counter()
    not_run: Counter[str] = Counter()
    rules = {
        (table["name"], rule["description"]): rule["name"]
        for table in yaml.safe_load((out / "contracts.yaml").read_text(encoding="utf-8"))["schema"]
        for rule in table.get("quality", [])
    }
    for check in json.loads((out / "result.json").read_text(encoding="utf-8"))["checks"]:
        value = int((check.get("diagnostics") or {}).get("value") or 0)
        if check["result"] not in ("passed", "failed") and not value:
            not_run[re.sub(r"'.*'", "…", str(check.get("reason")))] += 1
        elif check["type"] in KINDS:
            found[(check["model"], check["field"], KINDS[check["type"]])] += value
        elif check["type"] == "model_quality_sql":
            rule = rules[(check["model"], check["name"])]
            key = (check["model"], "", "key") if rule == "grain" else (check["model"], rule, "rule")
            found[key] += value
    return +found, not_run


def _run(command: Path, folder: Path, *arguments: str) -> int:
    done = subprocess.run([command.absolute(), *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
