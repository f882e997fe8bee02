"""Made-up sites with known mistakes: one module each with ``make``, found by discovery and named after it.

``make(home, seed, days)`` writes a site into a new folder and returns its labels (``etl.simulate.labels``), the instant
at which it is loaded (UTC, without a zone) and the last day that it holds.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import polars as pl

Maker = Callable[[Path, int, int], tuple[pl.DataFrame, datetime, date]]


def _discover() -> dict[str, Maker]:
    names = sorted(info.name for info in iter_modules(__path__))
    return {name: import_module(f"{__name__}.{name}").make for name in names}


SITES = _discover()
