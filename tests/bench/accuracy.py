"""How well known mistakes are found, told at the right cell and explained, and what else is told.

``python -m tests.bench.accuracy --seeds 20 --first 3000`` makes sites, loads them, prints the table and keeps the
counts in accuracy.json, of which `make docs` makes docs/reference/accuracy.md. While working on rules or causes use
seeds below 100: those of the table serve no other use.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from data_contracts.scope import SYSTEM
from etl.desk import current_version
from etl.load import run_load
from etl.reconcile.causes import CAUSES
from tests.bench.sites import SITES
from tests.docs.accuracy import accuracy_page, percent

KEY = ["line_id", "production_date", "shift_id"]
KEPT = Path(__file__).with_name("accuracy.json")
Result = dict[str, Any]
"""``seeds`` (first and last), ``days``, ``extra`` cases, and ``classes`` with their counts."""
BARS = {"recall": 0.98, "recall of the weakest class": 0.95, "precision": 0.98, "right cell": 0.95, "right cause": 0.9}
NOT_A_WRONG_CELL = ("corrected",)
"""A corrected report is news: no cell of it is wrong."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``labels``: a row per injected mistake with ``is_found``, ``right_cell``, ``right_cause``; ``extra``: cases."""

    labels: pl.DataFrame
    extra: pl.DataFrame


def measure(site: str, seed: int, days: int, home: Path) -> Outcome:
    """Make a site in a new folder, load it and hold what was found against its labels."""
    labels, now, last_day = SITES[site](home, seed, days)
    run_load(home, SYSTEM, now=now)
    connection = current_version(home).connect()
    try:
        found = connection.execute("select * from discrepancy").pl()
    finally:
        connection.close()
    # Shifts after the last made day have no report yet, and nobody asked for one.
    found = found.filter((pl.col("production_date") <= last_day) | (pl.col("rule_no") != 42))
    outcome = judge(labels, found)
    where = {"seed": pl.lit(seed, pl.Int64), "site": pl.lit(site)}
    return Outcome(outcome.labels.with_columns(**where), outcome.extra.with_columns(**where))


def judge(labels: pl.DataFrame, found: pl.DataFrame) -> Outcome:
    """A mistake is found when its rule tells it for its shift; cell and cause are those of the case's leader."""
    numbered = labels.with_row_index("label")
    rules = pl.concat_str(
        pl.col("rule_no").cast(pl.String), pl.col("also_rules").fill_null(""), separator=" "
    ).str.split(" ")
    told = found.select(*KEY, "case_id", is_leader=pl.col("case_id") == pl.col("discrepancy_id"), rule=rules).explode(
        "rule", empty_as_null=True
    )
    leaders = found.filter(pl.col("case_id") == pl.col("discrepancy_id")).select(
        case_id="discrepancy_id",
        told_cell="source_cell",
        told_cause=pl.col("probable_cause").replace_strict(CAUSES, return_dtype=pl.Int32),
    )
    pairs = (
        numbered.with_columns(rule=pl.col("rule_no").cast(pl.String))
        .join(told, on=[*KEY, "rule"], nulls_equal=True)
        .sort("label", "is_leader", descending=[False, True])
        .unique("label", keep="first", maintain_order=True)
        .select("label", "case_id")
        .join(leaders, on="case_id", how="left")
    )
    blamed = pl.concat_str(
        "report_cell", pl.when(pl.col("is_of_report")).then("cells"), separator=" ", ignore_nulls=True
    )
    judged = (
        numbered.join(pairs, on="label", how="left")
        .with_columns(is_of_report=pl.col("source_file") == pl.col("report_file"))
        .with_columns(is_found=pl.col("case_id").is_not_null(), blamed=blamed.str.split(" "))
        .with_columns(
            right_cell=pl.when(
                "is_found", pl.col("report_cell").is_not_null(), ~pl.col("kind").is_in(NOT_A_WRONG_CELL)
            ).then(pl.col("blamed").list.contains(pl.col("told_cell")).fill_null(value=False)),
            right_cause=pl.when("is_found").then(pl.col("told_cause") == pl.col("cause")),
        )
    )
    extra = found.filter(pl.col("case_id") == pl.col("discrepancy_id")).join(
        pairs.select(discrepancy_id="case_id"), on="discrepancy_id", how="anti"
    )
    return Outcome(judged, extra)


def result(outcome: Outcome, seeds: range, days: int) -> Result:
    """Counts by site and class; ``outcome`` has the column ``site``."""
    counted = {"injected": pl.len(), "found": pl.col("is_found").sum()}
    for name in ("cell", "cause"):
        counted[f"right_{name}"] = pl.col(f"right_{name}").sum()
        counted[f"with_{name}"] = pl.col(f"right_{name}").count()
    classes = (
        outcome.labels.group_by("site", "kind")
        .agg(rules=pl.col("rule_no").unique().sort().cast(pl.String).str.join(", "), **counted)
        .sort("site", "kind")
    )
    return {
        "seeds": [seeds.start, seeds.stop - 1],
        "days": days,
        "extra": outcome.extra.height,
        "classes": classes.to_dicts(),
    }


def figures(found: Result) -> dict[str, float]:
    """The figures that have a bar."""
    classes = pl.DataFrame(found["classes"])
    sums = {name: int(classes[name].sum()) for name in classes.columns if classes[name].dtype.is_integer()}
    return {
        "recall": sums["found"] / sums["injected"],
        "recall of the weakest class": min(c["found"] / c["injected"] for c in found["classes"]),
        "precision": sums["found"] / max(1, sums["found"] + found["extra"]),
        "right cell": sums["right_cell"] / max(1, sums["with_cell"]),
        "right cause": sums["right_cause"] / max(1, sums["with_cause"]),
    }


def main() -> None:
    """Measure, print, and keep the counts for the reference page unless told otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=3000)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--sites", nargs="+", choices=sorted(SITES), default=sorted(SITES))
    parser.add_argument("--out", type=Path, default=KEPT)
    parser.add_argument("--details", action="store_true", help="print what was missed, misplaced or too much")
    asked = parser.parse_args()
    seeds = range(asked.first, asked.first + asked.seeds)
    labels, extra = pl.DataFrame(), pl.DataFrame()
    for seed in seeds:
        for site in asked.sites:
            with tempfile.TemporaryDirectory() as folder:
                os.environ["SHIFTLEDGER_KEY_DIR"] = f"{folder}/keys"
                one = measure(site, seed, asked.days, Path(folder) / "site")
            told = ", ".join(f"{name} {percent(v)}" for name, v in figures(result(one, seeds, asked.days)).items())
            print(f"{site} {seed}: {one.labels.height} mistakes, {one.extra.height} extra; {told}", flush=True)
            labels, extra = (
                pl.concat(both, how="diagonal_relaxed") for both in ((labels, one.labels), (extra, one.extra))
            )
        # What is measured is kept, should the rest never come.
        found = result(Outcome(labels, extra), range(seeds.start, seed + 1), asked.days)
        asked.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(accuracy_text(found))
    if asked.details:
        _print_details(Outcome(labels, extra))


def accuracy_text(found: Result) -> str:
    """The table as it stands in docs/reference/accuracy.md."""
    return "\n\n".join(accuracy_page(found, BARS, figures(found)))


def _print_details(outcome: Outcome) -> None:
    wrong = outcome.labels.filter(
        ~pl.col("is_found") | ~pl.col("right_cell").fill_null(value=True) | ~pl.col("right_cause").fill_null(value=True)
    )
    names = ["site", "seed", "kind", *KEY, "true_value", "written_value", "is_found", "cause", "told_cause"]
    extra = ["site", "seed", "rule_no", *KEY, "measure", "reported_value", "reference_value", "probable_cause"]
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=230, fmt_str_lengths=40):
        print(wrong.select(*names, "report_cell", "told_cell"))
        print(outcome.extra.select(*extra, "source_cell", "reported_text", "reference_text", "also_rules"))


if __name__ == "__main__":
    main()
