"""The parts of the year benchmark, each meant for a process of its own: ``python -m tests.bench.parts PART HOME DAY``.

Prints one JSON line with ``seconds`` of work and a few counts. Starting and comparing them: ``year``.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime
from importlib import import_module
from itertools import islice
from pathlib import Path

SAMPLE = 200


def workbooks_of(home: Path) -> list[Path]:
    """All workbooks in the inbox, by day."""
    return sorted((home / "inbox" / "reports").glob("*.xlsx"), key=lambda path: (path.stem[7:17], path.name))


def calamine_alone(home: Path, _day: str) -> dict[str, float]:
    """Only read: all sheets of all workbooks to lists, in one process."""
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415

    started, cells, unreadable = time.perf_counter(), 0, 0
    files = workbooks_of(home)
    for path in files:
        try:
            book = CalamineWorkbook.from_path(str(path))
            for name in book.sheet_names:
                cells += sum(map(len, book.get_sheet_by_name(name).to_python(skip_empty_area=False)))
        except (CalamineError, OSError):
            unreadable += 1
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "workbooks": len(files), "cells": cells, "unreadable": unreadable}


def reading(home: Path, _day: str) -> dict[str, float]:
    """ShiftLedger: extract and normalize only, in capped children, to contract rows of all reports."""
    from data_contracts.site import Limits, Site  # noqa: PLC0415
    from etl.extract.child import Failure, FileBytes  # noqa: PLC0415
    from etl.extract.pool import ReaderPool  # noqa: PLC0415
    from etl.reports import reports_of, unpacked  # noqa: PLC0415

    started = time.perf_counter()
    reports = values = 0
    with ReaderPool(Limits(), imports=(reports_of.__module__,)) as pool:
        site = Site.open(home)
        paths = workbooks_of(home)
        size = pool.bundle_size(len(paths))
        numbered = enumerate(paths)
        bundles = iter(lambda: [FileBytes(n, p.name, p.read_bytes()) for n, p in islice(numbered, size)], [])
        for read in pool.in_turn(reports_of(site), bundles):
            if not isinstance(read, Failure):
                rows = unpacked(read.rows)
                reports += rows.reports.height
                values += rows.tables["value"].height
    return {"seconds": time.perf_counter() - started, "reports": reports, "values": values}


def load(home: Path, day: str) -> dict[str, float]:
    """ShiftLedger: everything in the inbox that is new, to a published version."""
    run_load = import_module("etl.load").run_load
    from data_contracts.scope import SYSTEM  # noqa: PLC0415

    noon = datetime.fromisoformat(f"{day}T12:00:00")
    started = time.perf_counter()
    run_load(home, SYSTEM, now=noon)
    return {"seconds": time.perf_counter() - started}


def plain(home: Path, _day: str) -> dict[str, float]:
    """The same job with pandas and openpyxl on a sample of whole days, scaled up to all workbooks."""
    from tests.bench.plain import compare_plainly  # noqa: PLC0415

    files = [path for path in workbooks_of(home) if path.name[:3] in {"P1_", "P2_"}]
    dated = [path for path in files if (home / "inbox" / "mes" / f"mes_output_{_compact(path)}.csv").is_file()]
    sample = list(islice(dated, SAMPLE))
    started = time.perf_counter()
    differing = compare_plainly(home, sample, {_compact(path) for path in sample})
    seconds = time.perf_counter() - started
    scaled = seconds * len(dated) / len(sample)
    return {"seconds": seconds, "sample": len(sample), "scaled_seconds": scaled, "differing": differing}


def _compact(path: Path) -> str:
    return path.stem[7:17].replace("-", "")


PARTS = {"calamine": calamine_alone, "reading": reading, "load": load, "plain": plain}

if __name__ == "__main__":
    print(json.dumps(PARTS[sys.argv[1]](Path(sys.argv[2]), sys.argv[3])))
