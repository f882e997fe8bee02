"""Pages on a plant-year: script time of a rerun, the first view in a browser, twenty sessions at once.

The sessions are readers without browsers (``tests.bench.sessions``): those run on the readers' own machines.

``python -m tests.bench.pages --site HOME``. HOME holds a published version, such as ``run-year`` of
``tests.bench.year``; SHIFTLEDGER_KEY_DIR names its keys. Script time is that of Streamlit's own test runner in one
process, its overhead included: CPU of all threads, and the clock, which other work makes longer. *New* is
a rerun whose question nobody has asked of this version, *known* one that is answered from memory.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from asyncio import gather, run
from contextlib import AsyncExitStack
from datetime import date, timedelta
from itertools import cycle
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboards.app import found_pages
from etl.desk import current_version
from tests.bench.sessions import Session
from tests.browser.served import chromium, dashboards_at

RERUN_MS, FIRST_VIEW_S, SESSIONS_S = 300.0, 2.5, 1.0
SESSIONS, VIEWS = 20, 8


def main() -> int:
    """Measure and print. Returns 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", type=Path, required=True)
    parser.add_argument("--reruns", type=int, default=12, help="reruns a page and kind")
    chosen = parser.parse_args()
    os.environ["SHIFTLEDGER_SITE"] = str(chosen.site)
    met = [_reruns(chosen.site, chosen.reruns)]
    with TemporaryDirectory() as folder, dashboards_at(chosen.site, {}, Path(folder) / "log") as address:
        met.append(_first_view(address))
        met.append(run(_at_once(address, *_lines(chosen.site))))
    return 0 if all(met) else 1


def _reruns(site: Path, count: int) -> bool:
    """Script time of every page that shows numbers."""
    lines, last = _lines(site)
    cpu: list[float] = []
    clock: list[float] = []
    print(
        f"{'page':<16}{'new CPU p50':>12}{'p95':>7}{'new clock p50':>15}{'p95':>7}{'known CPU p50':>15}  ms of script"
    )
    for module in found_pages():
        key = module.PAGE.key
        if not module.PAGE.shows_numbers:
            continue
        test = AppTest.from_function(_script, kwargs={"key": key}, default_timeout=300)
        test.query_params["lang"] = "en"
        test.run()
        new: list[tuple[float, float]] = []
        known: list[tuple[float, float]] = []
        for number in range(count):
            plant, line = lines[number % len(lines)]
            for name, value in {"plant": plant, "line": line, "to": str(last - timedelta(days=number))}.items():
                test.query_params[name] = value
            for times in (new, known):
                began = (time.process_time(), time.perf_counter())
                test.run()
                ended = (time.process_time(), time.perf_counter())
                times.append((1000 * (ended[0] - began[0]), 1000 * (ended[1] - began[1])))
                assert not test.exception, test.exception
        took = [list(part) for part in zip(*new, strict=True)]
        cpu += took[0]
        clock += took[1]
        again = statistics.median(one[0] for one in known)
        told = [statistics.median(took[0]), _p95(took[0]), statistics.median(took[1]), _p95(took[1]), again]
        print(f"{key:<16}{told[0]:>12.0f}{told[1]:>7.0f}{told[2]:>15.0f}{told[3]:>7.0f}{told[4]:>15.0f}", flush=True)
    p95 = _p95(cpu)
    print(f"a new question, all pages: p95 {p95:.0f} ms of CPU (bar {RERUN_MS:.0f}), {_p95(clock):.0f} ms by clock")
    return p95 <= RERUN_MS


def _first_view(address: str) -> bool:
    """From a click on a link to the numbers, in a browser on this machine; one after the other."""
    with chromium() as browser:
        took = []
        for _ in range(VIEWS):
            page = browser.new_page()
            from_s = time.perf_counter()
            page.goto(f"{address}/?lang=en")
            page.locator(".sl-card").first.wait_for(timeout=120_000)
            took.append(time.perf_counter() - from_s)
            page.close()
    middle = statistics.median(took[1:])
    print(f"first view: cold server {took[0]:.2f} s, median of the others {middle:.2f} s (bar {FIRST_VIEW_S})")
    return middle <= FIRST_VIEW_S


async def _at_once(address: str, lines: list[tuple[str, str]], last: date) -> bool:
    """Each page opened by all sessions at the same moment: first the same view, then a line and day of their own."""
    print(f"{SESSIONS} sessions at once{'same p50':>16}{'slowest':>9}{'own p50':>9}{'slowest':>9}  s")
    every: tuple[list[float], list[float]] = ([], [])
    slowest = ("", 0.0)
    async with AsyncExitStack() as stack:
        readers = [await stack.enter_async_context(Session(address)) for _ in range(SESSIONS)]
        for reader in readers:
            await reader.opens("", "lang=en")
        for module in found_pages():
            page = module.PAGE
            if not page.shows_numbers:
                continue
            name = "" if page.key == found_pages()[0].PAGE.key else page.key
            await readers[0].opens(name, "lang=en")
            same = await gather(*(reader.opens(name, "lang=en") for reader in readers))
            own = await gather(
                *(
                    reader.opens(name, f"lang=en&plant={plant}&line={line}&to={last - timedelta(days=50 + number)}")
                    for number, (reader, (plant, line)) in enumerate(zip(readers, cycle(lines), strict=False))
                )
            )
            told = [statistics.median(same), max(same), statistics.median(own), max(own)]
            every[0].extend(same)
            every[1].extend(own)
            slowest = max(slowest, (page.key, max(told[0], told[2])), key=itemgetter(1))
            print(f"{page.key:<20}{told[0]:>16.2f}{told[1]:>9.2f}{told[2]:>9.2f}{told[3]:>9.2f}", flush=True)
    p50 = [statistics.median(took) for took in every]
    print(f"{SESSIONS} sessions, all pages: p50 {p50[0]:.2f} s of the same view, {p50[1]:.2f} s each of its own")
    print(f"(bar {SESSIONS_S}); the slowest is {slowest[0]} with a p50 of {slowest[1]:.2f} s")
    return max(p50) <= SESSIONS_S


def _script(key: str) -> None:
    from dashboards.app import found_pages, run_page  # noqa: PLC0415 - AppTest runs this body on its own

    run_page(next(module for module in found_pages() if key == module.PAGE.key))


def _lines(site: Path) -> tuple[list[tuple[str, str]], date]:
    connection = current_version(site).connect()
    try:
        lines = connection.execute("select plant_id, line_id from line order by all").fetchall()
        last = connection.execute("select max(production_date) from mart_output where report_good_qty > 0").fetchone()
    finally:
        connection.close()
    assert last is not None
    return lines, last[0]


def _p95(values: list[float]) -> float:
    return sorted(values)[max(0, -(-95 * len(values) // 100) - 1)]


if __name__ == "__main__":
    st.cache_data.clear()
    raise SystemExit(main())
