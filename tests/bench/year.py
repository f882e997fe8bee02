"""A year of one plant: ShiftLedger against python-calamine alone and against the job written plainly.

``python -m tests.bench.year --days 365 --lines 20 --work DIR [--json]``. Each part runs in a process of its own
and times its work without imports; the peak is that of the process and its children together, sampled. Ratios
hold in one run on one machine; pytest does not collect this file. The parts: ``parts``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

import psutil

from etl.simulate import make_site

SEED, INTERVAL_MIN, MONTH_DAYS = 7, 10, 30
SAMPLED_S = 0.5
"""Between two looks at memory: a look walks all processes, and takes that time from the one measured."""


@dataclass(frozen=True, slots=True)
class Run:
    """One measured process."""

    seconds: float
    peak_mb: float
    detail: dict[str, float]


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure beside what the design asks of it."""

    name: str
    value: float
    bar: float
    is_upper: bool = True

    @property
    def holds(self) -> bool:
        """Whether the bar is met."""
        return self.value <= self.bar if self.is_upper else self.value >= self.bar


def main() -> int:
    """Measure and print. Returns 1 when a bar is missed or ShiftLedger could not be measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--lines", type=int, default=20)
    parser.add_argument("--work", type=Path, required=True, help="folder for sites; existing ones are reused")
    parser.add_argument("--last-day", type=date.fromisoformat, default=date(2026, 3, 31))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    sites = make_sites(options.work, options.last_day, options.days, options.lines)
    noon_after = (options.last_day + timedelta(days=1)).isoformat()
    runs = {part: measure(part, sites["year"], noon_after) for part in ("calamine", "reading", "plain")}
    for period in ("year", "month"):
        home = fresh_copy(sites[period], options.work / f"run-{period}")
        runs[f"load-{period}"] = measure("load", home, noon_after)
        if runs[f"load-{period}"] is None:
            break
        add_day(sites["next"], home)
        next_noon = (options.last_day + timedelta(days=2)).isoformat()
        runs[f"hourly-{period}"] = measure("load", home, next_noon)
    done = {name: run for name, run in runs.items() if run is not None}
    bars = compare(done)
    show(done, bars, is_json=options.json)
    return 0 if "hourly-month" in done and all(bar.holds for bar in bars) else 1


def make_sites(work: Path, last_day: date, days: int, lines: int) -> dict[str, Path]:
    """The year, its last month, and the day after it; made unless they are there from a former run."""
    next_day = last_day + timedelta(days=1)
    wanted = {"year": (last_day, days, 0.05), "month": (last_day, MONTH_DAYS, 0.05), "next": (next_day, 1, 0.0)}
    homes = {}
    for name, (last, length, error_rate) in wanted.items():
        home = work / f"{name}-{lines}x{length}-{last}"
        homes[name] = home
        if (home / "complete").is_file():
            continue
        shutil.rmtree(home, ignore_errors=True)
        print(f"making {home.name}", file=sys.stderr)
        make_site(
            home,
            last_day=last,
            days=length,
            lines=lines,
            plants=1,
            seed=SEED,
            error_rate=error_rate,
            interval_min=INTERVAL_MIN,
        )
        (home / "complete").touch()
    return homes


def fresh_copy(site: Path, home: Path) -> Path:
    """A copy that a load may write into."""
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(site, home)
    return home


def add_day(next_site: Path, home: Path) -> None:
    """One more day arrives: a workbook of each line, the MES of that day and a newer list of orders."""
    for path in (next_site / "inbox" / "reports").iterdir():
        shutil.copy2(path, home / "inbox" / "reports")
    for path in (next_site / "inbox" / "mes").glob("*.csv"):
        shutil.copy2(path, home / "inbox" / "mes")
    orders = next_site / "inbox" / "mes" / "erp_orders.json"
    shutil.copy2(orders, home / "inbox" / "mes" / "erp_orders_next.json")


def measure(part: str, home: Path, now: str) -> Run | None:
    """Run one part in a process of its own; None when it could not be done."""
    keys = home.parent / f"keys-{home.name}"
    command = [sys.executable, "-m", "tests.bench.parts", part, str(home), now]
    environment = {**os.environ, "SHIFTLEDGER_KEY_DIR": str(keys)}
    print(f"measuring {part} on {home.name}", file=sys.stderr)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        peak_mb = 0.0
        while process.poll() is None:
            peak_mb = max(peak_mb, _tree_mb(process.pid))
            time.sleep(SAMPLED_S)
        output = process.stdout.read() if process.stdout else ""
    if process.returncode != 0:
        print(f"{part} on {home.name} failed with exit code {process.returncode}", file=sys.stderr)
        return None
    detail = json.loads(output.strip().splitlines()[-1])
    return Run(detail.pop("seconds"), round(peak_mb, 1), detail)


def _tree_mb(pid: int) -> float:
    """Resident memory of a process and all below it; shared pages count once for each."""
    total = 0
    try:
        process = psutil.Process(pid)
        for member in (process, *process.children(recursive=True)):
            total += member.memory_info().rss
    except psutil.Error:
        pass
    return total / 2**20


def compare(runs: dict[str, Run]) -> list[Bar]:
    """The ratios of design.md §6, as far as they were measured."""
    bars = []
    if "reading" in runs and "calamine" in runs:
        ratio = runs["reading"].seconds / runs["calamine"].seconds
        bars.append(Bar("extract and normalize / calamine alone", ratio, 1.5))
    if "load-year" in runs and "calamine" in runs:
        load = runs["load-year"]
        bars.append(Bar("year's load / calamine alone", load.seconds / runs["calamine"].seconds, 3.0))
        bars.append(Bar("year's load, peak GB", load.peak_mb / 1024, 1.5))
    if "load-year" in runs and "plain" in runs:
        plain = runs["plain"].detail["scaled_seconds"]
        bars.append(Bar("plain pandas and openpyxl / year's load", plain / runs["load-year"].seconds, 8.0, False))
    if "hourly-year" in runs and "hourly-month" in runs:
        year, month = runs["hourly-year"].seconds, runs["hourly-month"].seconds
        bars.append(Bar("hourly load after a year / after a month", year / month, 1.3))
        bars.append(Bar("hourly load after a year, seconds", year, 3.0))
    return bars


def show(runs: dict[str, Run], bars: list[Bar], *, is_json: bool) -> None:
    """Print as a table or as JSON."""
    if is_json:
        rows = [{**asdict(bar), "holds": bar.holds} for bar in bars]
        print(json.dumps({"runs": {name: asdict(run) for name, run in runs.items()}, "bars": rows}, indent=1))
        return
    print(f"{'part':<14}{'seconds':>10}{'peak MB':>10}  detail")
    for name, run in runs.items():
        print(f"{name:<14}{run.seconds:>10.2f}{run.peak_mb:>10.0f}  {json.dumps(run.detail)}")
    print(f"\n{'ratio':<44}{'value':>8}{'bar':>9}")
    for bar in bars:
        sign, verdict = ("≤" if bar.is_upper else "≥"), ("holds" if bar.holds else "MISSED")
        print(f"{bar.name:<44}{bar.value:>8.2f}{sign:>4}{bar.bar:>5.1f}  {verdict}")


if __name__ == "__main__":
    sys.exit(main())
