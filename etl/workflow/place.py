"""What Dagster must know of a site before any run: its folder, its first day and its clock.

Reads ``site.toml`` and ``master/line.csv`` leniently and without polars: definitions load for a missing or wrong
site too, and the run then says what is wrong. Reading a site in earnest: ``data_contracts.site``.
"""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from etl.settings import settings

DEFAULT_SITE = Path("demo-site")
DEFAULT_FIRST_DAY = date(2018, 1, 1)
DEFAULT_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the site lies, the first production day, the time zone of its first plant.

    ``digests``: zone to the times of its routes' digests, as cron strings.
    """

    home: Path
    first_day: date = DEFAULT_FIRST_DAY
    zone: str = DEFAULT_ZONE
    digests: dict[str, set[str]] = field(default_factory=dict)


def find_place() -> Place:
    """The site of ``SHIFTLEDGER_SITE``, or ``demo-site`` in the current folder."""
    home = (settings().site or DEFAULT_SITE).absolute()
    config = _config(home)
    return Place(home, _first_day(home), _zone(config, None), _digests(config))


def _config(home: Path) -> dict[str, Any]:
    try:
        return tomllib.loads((home / "site.toml").read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return {}


def _zone(config: dict[str, Any], plant_id: str | None) -> str:
    """Zone of a plant; of the first one when it is not known."""
    try:
        zones = {plant.get("id"): str(plant["timezone"]) for plant in config["plant"]}
        zone = zones.get(plant_id) or next(iter(zones.values()))
        ZoneInfo(zone)
    except (ValueError, LookupError, TypeError, AttributeError, StopIteration):
        return DEFAULT_ZONE
    return zone


def _digests(config: dict[str, Any]) -> dict[str, set[str]]:
    """Times of the digests; a route that is written wrongly has none, and the load says what is wrong with it."""
    found: dict[str, set[str]] = {}
    routes = config.get("alert", [])
    for route in routes if isinstance(routes, list) else []:
        try:
            at = time.fromisoformat(route["digest_at"])
            zone = _zone(config, str(route.get("scope", "*")).partition(",")[0].partition("/")[0].strip())
        except (ValueError, LookupError, TypeError, AttributeError):
            continue
        found.setdefault(zone, set()).add(f"{at.minute} {at.hour} * * *")
    return found


def _first_day(home: Path) -> date:
    """Earliest day on which a report of any line is expected; a line without one leaves the default."""
    try:
        with (home / "master" / "line.csv").open(encoding="utf-8-sig", newline="") as file:
            stated = [(row.get("valid_from") or "").strip() for row in csv.DictReader(file)]
        return min(date.fromisoformat(day) for day in stated)
    except (OSError, ValueError, csv.Error):
        return DEFAULT_FIRST_DAY
