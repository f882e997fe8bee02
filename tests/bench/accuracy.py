"""How well known mistakes are found, told at the right cell and explained, and what else is told.

``python -m tests.bench.accuracy --seeds 20 --first 1000`` makes sites, loads them, prints the table and writes it to
docs/reference/accuracy.md. While working on rules or causes use seeds below 100: those of the table serve no other use.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl

from data_contracts.scope import SYSTEM
from etl.desk import current_version
from etl.load import run_load
from etl.reconcile.causes import CAUSES
from etl.simulate import make_site
from etl.simulate.works import make_works
from etl.simulate.works.make import loaded_at
from tests.docs.markdown import table

KEY = ["line_id", "production_date", "shift_id"]
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "accuracy.md"
BARS = {"recall": 0.98, "recall of the weakest class": 0.95, "precision": 0.98, "right cell": 0.95, "right cause": 0.9}
NOT_A_WRONG_CELL = ("corrected",)
"""A corrected report is news: no cell of it is wrong."""
_DEMO_DAY = date(2026, 4, 10)
_WORKS_DAY = date(2026, 5, 4)


@dataclass(frozen=True, slots=True)
class Outcome:
    """``labels``: a row per injected mistake with ``is_found``, ``right_cell``, ``right_cause``; ``extra``: cases."""

    labels: pl.DataFrame
    extra: pl.DataFrame


def demo(home: Path, seed: int, days: int) -> tuple[pl.DataFrame, datetime, date]:
    """The site that ``demo`` shows: two plants, shift sheets, counters."""
    labels = make_site(home, last_day=_DEMO_DAY, days=days, lines=6, seed=seed, error_rate=0.15)
    return labels, datetime(2026, 4, 13), _DEMO_DAY  # noqa: DTZ001 - stored instants are UTC without a zone


def works(home: Path, seed: int, days: int) -> tuple[pl.DataFrame, datetime, date]:
    """Three plants in all other layouts and dialects."""
    labels = make_works(home, first=_WORKS_DAY, days=days, seed=seed, error_rate=0.15)
    last = date.fromordinal(_WORKS_DAY.toordinal() + days - 1)
    return labels, loaded_at(_WORKS_DAY, days), last


SITES: dict[str, Callable[[Path, int, int], tuple[pl.DataFrame, datetime, date]]] = {"demo": demo, "works": works}


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
    seeded = pl.lit(seed, pl.Int64)
    outcome = judge(labels, found)
    return Outcome(outcome.labels.with_columns(seed=seeded), outcome.extra.with_columns(seed=seeded))


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
        .join(told, on=[*KEY, "rule"])
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


def figures(outcome: Outcome) -> dict[str, float]:
    """The figures that have a bar."""
    labels = outcome.labels
    weakest = labels.group_by("kind").agg(pl.col("is_found").mean())["is_found"].min()
    hits = int(labels["is_found"].sum())
    return {
        "recall": _share(labels["is_found"]),
        "recall of the weakest class": float(str(weakest)),
        "precision": hits / max(1, hits + outcome.extra.height),
        "right cell": _share(labels["right_cell"]),
        "right cause": _share(labels["right_cause"]),
    }


def _share(column: pl.Series) -> float:
    return float(str(column.drop_nulls().mean() or 0.0))


def page(outcome: Outcome, seeds: range, days: int) -> str:
    """The table as a reference page."""
    by_class = (
        outcome.labels.group_by("site", "kind")
        .agg(
            pl.col("rule_no").unique().sort().cast(pl.String).str.join(", "),
            pl.len().alias("injected"),
            pl.col("is_found").sum().alias("found"),
            pl.col("is_found").mean().alias("recall"),
            pl.col("right_cell").mean(),
            pl.col("right_cause").mean(),
        )
        .sort("site", "kind")
    )
    rows = [
        [site, kind.replace("_", " "), rules, str(n), str(hit), _percent(recall), _percent(cell), _percent(cause)]
        for site, kind, rules, n, hit, recall, cell, cause in by_class.iter_rows()
    ]
    overall = [[name, _percent(value), f"≥ {BARS[name]:.0%}"] for name, value in figures(outcome).items()]
    blocks = [
        "<!-- Made by `make accuracy`. Run it again instead of changing this page. -->",
        "# Accuracy",
        "Mistakes are put into made-up plants and counted as found when their rule tells them for their shift. Cell "
        "and cause are those of the difference that leads the case. All else that is told counts against precision; "
        "the plants also hold what must not be told: rounding, miscounted pieces, short stops that nobody wrote down, "
        "pieces noted an hour late, notes beside tables, full-width digits, numbers as texts.",
        f"Seeds {seeds.start} to {seeds.stop - 1}, {days} days each, not used while rules and causes were written. "
        "Sites: `demo` is two plants with shift sheets and counters, `works` three plants with every shipped layout "
        "and five dialects of export.",
        table(["", "figure", "bar"], overall),
        f"{outcome.labels['is_found'].sum()} of {outcome.labels.height} mistakes found, {outcome.extra.height} cases "
        "told that nobody injected.",
        "A share of n/a: the mistake has no cell in a report.",
        table(["site", "class", "rule", "injected", "found", "recall", "right cell", "right cause"], rows),
    ]
    return "\n\n".join(block.strip() for block in blocks) + "\n"


def _percent(value: float | None) -> str:
    return "n/a" if value is None else f"{100 * value:.1f} %"


def main() -> None:
    """Measure, print, and write the page unless told otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=1000)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--sites", nargs="+", choices=sorted(SITES), default=sorted(SITES))
    parser.add_argument("--out", type=Path, default=PAGE)
    parser.add_argument("--details", action="store_true", help="print what was missed, misplaced or too much")
    asked = parser.parse_args()
    seeds = range(asked.first, asked.first + asked.seeds)
    outcomes: list[Outcome] = []
    for site in asked.sites:
        for seed in seeds:
            with tempfile.TemporaryDirectory() as folder:
                os.environ["SHIFTLEDGER_KEY_DIR"] = f"{folder}/keys"
                one = measure(site, seed, asked.days, Path(folder) / "site")
            outcomes.append(Outcome(*(f.with_columns(site=pl.lit(site)) for f in (one.labels, one.extra))))
            told = ", ".join(f"{name} {_percent(value)}" for name, value in figures(one).items())
            print(f"{site} {seed}: {one.labels.height} mistakes, {one.extra.height} extra; {told}", flush=True)
    whole = Outcome(
        *(pl.concat([getattr(o, n) for o in outcomes], how="diagonal_relaxed") for n in ("labels", "extra"))
    )
    text = page(whole, seeds, asked.days)
    print(text)
    if asked.details:
        _print_details(whole)
    asked.out.write_text(text, encoding="utf-8")


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
