"""What stands in the template of a line: its shifts with their hours, and the lists to choose from. Pure.

Drawing it: ``etl.template.workbook``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from data_contracts.calendar import shift_windows
from data_contracts.errors import SiteError
from data_contracts.site import Site

_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")
OWN_SHEET = "shiftledger"


@dataclass(frozen=True, slots=True)
class Shift:
    """One sheet. ``hours``: local clock times, ``06:00-07:00``; the second of two equal hours ends in ``(2)``."""

    shift_id: str
    sheet: str
    name: str
    hours: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """Code and name of what may be chosen; ``orders`` and ``leaders`` may be typed as well."""

    orders: tuple[str, ...]
    products: tuple[str, ...]
    leaders: tuple[str, ...]
    reasons: tuple[tuple[str, str], ...]
    defects: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole template."""

    site_id: str
    plant_id: str
    line_id: str
    line: str
    day: date | None
    shifts: tuple[Shift, ...]
    choices: Choices


def find_line(site: Site, wanted: str) -> dict[str, str]:
    """The row of master table ``line`` for ``L01``, or ``P1/L01`` where two plants have one. Raises SiteError."""
    lines = site.master["line"]
    plant, _, line = wanted.rpartition("/")
    hits = lines.filter(pl.col("line_id") == line, pl.lit(value=not plant) | (pl.col("plant_id") == plant))
    if hits.height == 1:
        return hits.row(0, named=True)
    known = ", ".join(f"{p}/{n}" for p, n in lines.select("plant_id", "line_id").iter_rows())
    told = "is in more than one plant" if hits.height else "is not in master/line.csv"
    raise SiteError(f"{site.home}: line {wanted!r} {told}; known: {known}")


def make_plan(
    site: Site,
    line: str,
    *,
    shift: str | None,
    day: date | None,
    today: date,
    languages: Sequence[str],
    orders: Sequence[str],
) -> Plan:
    """The template of a line; without ``day`` with the usual hours of its calendar (``today``). Raises SiteError."""
    row = find_line(site, line)
    shifts = _of_day(site, row, day) if day else _usual(site, row, today)
    if day and not shifts:
        raise SiteError(f"{site.home}: the calendar plans no shift for {row['line_id']} on {day}")
    chosen = {s: hours for s, hours in shifts.items() if shift in (None, s)}
    if not chosen:
        raise SiteError(f"{site.home}: {row['line_id']} has no shift {shift!r}; its shifts: {', '.join(shifts)}")
    names = _names(site.master["shift"].filter(pl.col("calendar_id") == row["calendar_id"]), "shift_id", languages)
    made: list[Shift] = []
    for shift_id, hours in chosen.items():
        name = names.get(shift_id) or shift_id
        made.append(Shift(shift_id, _sheet_name(name, [s.sheet for s in made]), name, tuple(hours)))
    of_line = _names(pl.DataFrame([row]), "line_id", languages)
    return Plan(
        site.config.site.id,
        row["plant_id"],
        row["line_id"],
        of_line[row["line_id"]],
        day,
        tuple(made),
        _choices(site, day or today, languages, orders),
    )


def _of_day(site: Site, line: dict[str, str], day: date) -> dict[str, list[str]]:
    windows = shift_windows(site.master, site.zones, day, day).filter(
        pl.col("plant_id") == line["plant_id"], pl.col("line_id") == line["line_id"]
    )
    zone = ZoneInfo(site.zones[line["plant_id"]])
    return {
        shift_id: _hours(start, end, zone)
        for shift_id, start, end in windows.sort("start_at").select("shift_id", "start_at", "end_at").iter_rows()
    }


def _hours(start: datetime, end: datetime, zone: ZoneInfo) -> list[str]:
    """Hours between two UTC instants as the plant's clock shows them; the last one may be shorter."""
    hours: list[str] = []
    while start < end:
        stop = min(start + timedelta(hours=1), end)
        first = start.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
        text = f"{first:%H:%M}-{first + (stop - start):%H:%M}"
        hours.append(f"{text} (2)" if any(h[:5] == text[:5] for h in hours) else text)
        start = stop
    return hours


def _usual(site: Site, line: dict[str, str], today: date) -> dict[str, list[str]]:
    """Hours without regard to a day. Of several versions of a shift the one that holds on most weekdays counts."""
    day = pl.lit(today)
    rows = (
        site.master["shift"]
        .filter(
            pl.col("calendar_id") == line["calendar_id"],
            (pl.col("valid_from") <= day).fill_null(value=True),
            (pl.col("valid_to") >= day).fill_null(value=True),
        )
        .sort(pl.col("weekdays").str.len_chars(), descending=True, maintain_order=True)
        .unique("shift_id", keep="first", maintain_order=True)
        .sort("start")
    )
    if rows.is_empty():
        raise SiteError(f"{site.home}: calendar {line['calendar_id']!r} has no shift in force on {today}")
    found: dict[str, list[str]] = {}
    for shift_id, start, end in rows.select("shift_id", "start", "end").iter_rows():
        first, last = (int(text[:2]) * 60 + int(text[3:]) for text in (start, end))
        begin = datetime(2000, 1, 3, tzinfo=UTC) + timedelta(minutes=first)
        length = last - first if last > first else last - first + 1440
        naive = begin.replace(tzinfo=None)
        found[shift_id] = _hours(naive, naive + timedelta(minutes=length), ZoneInfo("UTC"))
    return found


def _names(rows: pl.DataFrame, code: str, languages: Sequence[str]) -> dict[str, str]:
    """Code to its name in the languages, or to the code itself."""
    return {
        row[code]: " ".join(dict.fromkeys(filter(None, (row[f"name_{language}"] for language in languages))))
        or row[code]
        for row in rows.iter_rows(named=True)
    }


def _choices(site: Site, day: date, languages: Sequence[str], orders: Sequence[str]) -> Choices:
    def in_force(table: str) -> pl.DataFrame:
        moment = pl.lit(day)
        return site.master[table].filter(
            (pl.col("valid_from") <= moment).fill_null(value=True), (pl.col("valid_to") >= moment).fill_null(value=True)
        )

    employees = in_force("employee").select(pl.coalesce("name", "employee_id").alias("name"))["name"]
    return Choices(
        tuple(orders),
        tuple(in_force("product")["product_id"]),
        tuple(dict.fromkeys(employees)),
        tuple(_names(site.master["reason"], "reason_code", languages).items()),
        tuple(_names(site.master["defect"], "defect_code", languages).items()),
    )


def _sheet_name(name: str, taken: Sequence[str]) -> str:
    """A name that a workbook accepts and that no other sheet has."""
    wanted = _NOT_IN_A_NAME.sub("_", name).strip("'")[:31] or "Shift"
    used = {OWN_SHEET, "history", *(t.casefold() for t in taken)}
    number, unique = 1, wanted
    while unique.casefold() in used:
        number += 1
        unique = f"{wanted[:26]} ({number})"
    return unique
