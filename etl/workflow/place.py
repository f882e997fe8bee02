"""What Dagster must know of a site before any run: its folder, its first day and its clock.

Reads ``site.toml`` and ``master/line.csv`` leniently and without polars: definitions load for a missing or wrong
site too, and the run then says what is wrong. Reading a site in earnest: ``data_contracts.site``.
"""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from etl.settings import Settings

DEFAULT_SITE = Path("demo-site")
DEFAULT_FIRST_DAY = date(2018, 1, 1)
DEFAULT_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the site lies, the first production day and the time zone of its first plant."""

    home: Path
    first_day: date = DEFAULT_FIRST_DAY
    zone: str = DEFAULT_ZONE


def find_place() -> Place:
    """The site of ``SHIFTLEDGER_SITE``, or ``demo-site`` in the current folder."""
    home = (Settings().site or DEFAULT_SITE).absolute()
    return Place(home, _first_day(home), _zone(home))


def _zone(home: Path) -> str:
    try:
        config = tomllib.loads((home / "site.toml").read_text(encoding="utf-8-sig"))
        zone = str(config["plant"][0]["timezone"])
        ZoneInfo(zone)
    except (OSError, ValueError, LookupError, TypeError):
        return DEFAULT_ZONE
    return zone


def _first_day(home: Path) -> date:
    """Earliest day on which a report of any line is expected; a line without one leaves the default."""
    try:
        with (home / "master" / "line.csv").open(encoding="utf-8-sig", newline="") as file:
            stated = [(row.get("valid_from") or "").strip() for row in csv.DictReader(file)]
        return min(date.fromisoformat(day) for day in stated)
    except (OSError, ValueError, csv.Error):
        return DEFAULT_FIRST_DAY
