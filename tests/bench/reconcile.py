"""Reconciling alone: all days of a loaded year in one pass, against only reading the same rows and summing them.

``python -m tests.bench.reconcile --work DIR [--days 365] [--lines 20] [--json]``. The site of ``year`` is made and
loaded first unless it is there from a former run. Seconds on the clock and of the processor; the ratio is of the
processor's, which other work on the machine does not change much.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import polars as pl

from data_contracts.crosschecks.base import KEY
from data_contracts.scope import SYSTEM
from etl.load import CHUNK_DAYS, reconcile, run_load
from etl.step import Step, open_step
from etl.store.reading import read_days
from etl.touched import span
from tests.bench.year import fresh_copy, make_sites

Result = TypeVar("Result")


def timed(work: Callable[[], Result]) -> tuple[Result, dict[str, float]]:
    """What a function returns, and how long it took."""
    clock, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, {"seconds": time.perf_counter() - clock, "cpu_s": time.process_time() - cpu}


def bare(step: Step, days: list[date]) -> int:
    """Read the rows of all days and sum both sides by shift; returns how many rows of reports and MES that were."""
    rows = 0
    for start in range(0, len(days), CHUNK_DAYS):
        frames = read_days(step.connection, days[start : start + CHUNK_DAYS])
        sides = [frames[name].group_by(KEY).agg(pl.col("good_qty").sum()) for name in ("output", "mes_output")]
        sides[0].join(sides[1], on=list(KEY), how="full")
        rows += sum(frames[name].height for name in ("output", "stops", "defects", "mes_output", "mes_stops"))
    return rows


def measure(home: Path, days: list[date], now: datetime) -> dict[str, float]:
    """Figures of one site that has been loaded."""
    with open_step(home) as step:
        rows, alone = timed(lambda: bare(step, days))
    result, whole = timed(lambda: reconcile(home, SYSTEM, "bench", now=now, days=(days[0], days[-1])))
    return {
        "days": len(result.days),
        "rows": rows,
        "differences_open": result.discrepancies_open,
        "bare_s": alone["seconds"],
        "bare_cpu_s": alone["cpu_s"],
        "reconcile_s": whole["seconds"],
        "reconcile_cpu_s": whole["cpu_s"],
        "ratio": whole["cpu_s"] / alone["cpu_s"],
        "rows_per_cpu_s": rows / whole["cpu_s"],
    }


def main() -> None:
    """Make, load, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for sites; existing ones are reused")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--lines", type=int, default=20)
    parser.add_argument("--last-day", type=date.fromisoformat, default=date(2026, 3, 31))
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    home = asked.work / f"reconcile-{asked.lines}x{asked.days}-{asked.last_day}"
    os.environ["SHIFTLEDGER_KEY_DIR"] = str(asked.work / f"keys-{home.name}")
    now = datetime.fromordinal((asked.last_day + timedelta(days=1)).toordinal()).replace(hour=12)
    if not (home / "loaded").is_file():
        fresh_copy(make_sites(asked.work, asked.last_day, asked.days, asked.lines)["year"], home)
        run_load(home, SYSTEM, now=now)
        (home / "loaded").touch()
    figures = measure(home, span((asked.last_day - timedelta(days=asked.days - 1), asked.last_day)), now)
    if asked.json:
        print(json.dumps(figures, indent=1))
    for name, value in {} if asked.json else figures.items():
        print(f"{name:<20}{value:>14,.2f}")


if __name__ == "__main__":
    main()
