"""Master data of a site: reading ``master/*.csv`` and checking what one file names in another. The site: ``site``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

import polars as pl

from data_contracts.alert import AlertRoute, route_problems
from data_contracts.errors import SiteError
from data_contracts.tables import TABLES
from data_contracts.tables.base import Table, split_valid

MASTER = (
    *("line", "shift", "calendar_exception", "product", "reason", "defect", "employee", "tolerance", "survivorship"),
    *("flow", "tool"),
)
_REQUIRED = frozenset({"line", "shift"})


def read_master(home: Path, name: str) -> pl.DataFrame:
    """One master table (contract of that name), empty when a site does without. Raises SiteError with file and line."""
    table = TABLES[name]
    path = home / "master" / f"{name}.csv"
    if not path.is_file():
        if name in _REQUIRED:
            raise SiteError(f"{path}: not found; a site needs it")
        return table.no_rows()
    return _read(path, name, path.read_bytes())


@lru_cache(maxsize=64)
def _read(path: Path, name: str, content: bytes) -> pl.DataFrame:
    """The same bytes are read once."""
    table = TABLES[name]
    try:
        raw = pl.read_csv(content, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise SiteError(f"{path}: not readable as a comma-separated UTF-8 table: {error}") from error
    unknown = [c for c in raw.columns if c not in table.columns()]
    if unknown:
        raise SiteError(f"{path}:1: unknown column {', '.join(unknown)}; known: {', '.join(table.columns())}")
    missing = sorted(set(table.required()) - set(raw.columns))
    if missing:
        raise SiteError(f"{path}:1: missing column {', '.join(missing)}")
    return _typed(path, table, raw.select(pl.all().str.strip_chars().replace("", None)))


def _typed(path: Path, table: type[Table], raw: pl.DataFrame) -> pl.DataFrame:
    problems: list[str] = []
    casts: dict[str, pl.Expr] = {}
    for name, dtype in table.columns().items():
        if name not in raw.columns:
            continue
        if dtype == pl.Boolean:
            lowered = pl.col(name).str.to_lowercase()
            casts[name] = lowered.replace_strict(
                {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}, default=None
            )
        elif dtype == pl.Date:
            casts[name] = pl.col(name).str.to_date("%Y-%m-%d", strict=False)
        else:
            casts[name] = pl.col(name).cast(dtype, strict=False)
    typed = raw.with_columns(**casts)
    for name, dtype in table.columns().items():
        if name not in raw.columns or dtype == pl.String:
            continue
        bad = raw.with_row_index("row").filter(raw[name].is_not_null() & typed[name].is_null())
        problems += [
            f"{path}:{row + 2}: {name}: {value!r} is not a {_KIND.get(dtype, dtype)}"
            for row, value in bad.select("row", name).iter_rows()
        ]
    frame = table.conform(typed)
    _, failures = split_valid(table, frame)
    problems += [
        f"{path}:{f['row'] + 2}: {f['column']}: {f['value']!r} fails {f['check']}"
        for f in failures.iter_rows(named=True)
    ]
    if problems:
        raise SiteError("\n".join(problems))
    return frame


_KIND: dict[object, str] = {pl.Date: "date (YYYY-MM-DD)", pl.Float64: "number", pl.Boolean: "true or false"}


def check_references(
    home: Path, plant_ids: Sequence[str], alerts: Sequence[AlertRoute], master: Mapping[str, pl.DataFrame]
) -> None:
    """What one file names must be defined in another: plants, calendars, shifts, lines, products, rules.

    Raises SiteError that names every file and line where it is not.
    """
    from data_contracts.crosschecks import CROSSCHECKS  # noqa: PLC0415 - children know a site and judge nothing

    plants = set(plant_ids)
    if len(plants) < len(plant_ids):
        raise SiteError(f"{home}/site.toml: plant.id: two plants have the same id")
    line, shift = master["line"], master["shift"]
    calendars = set(shift["calendar_id"])
    shifts = {*shift.select("calendar_id", "shift_id").iter_rows()}
    known = {
        "plant_id": (plants, "site.toml"),
        "area_id": (set(line["area_id"]), "master/line.csv"),
        "line_id": (set(line["line_id"]), "master/line.csv"),
        "calendar_id": (calendars, "master/shift.csv"),
        "rule_id": (set(CROSSCHECKS), "the list of cross-checks"),
    }
    if not master["product"].is_empty():
        known["product_id"] = (set(master["product"]["product_id"]), "master/product.csv")
    problems = _overlaps(home, shift)
    places = line.select("plant_id", "area_id", "line_id").iter_rows()
    problems += [f"{home}/site.toml: {problem}" for problem in route_problems(alerts, places)]
    for name in ("line", "calendar_exception", "tolerance", "survivorship", "flow"):
        for row, values in enumerate(master[name].iter_rows(named=True), start=2):
            here = f"{home}/master/{name}.csv:{row}"
            problems += [
                f"{here}: {c}: {values[c]!r} is not in {where}"
                for c, (ids, where) in known.items()
                if values.get(c) is not None and values[c] not in ids
            ]
            wanted = (values.get("calendar_id"), values.get("shift_id"))
            if wanted[1] is not None and wanted[0] in calendars and wanted not in shifts:
                problems.append(f"{here}: shift_id: {wanted[1]!r} is no shift of calendar {wanted[0]!r}")
    if problems:
        raise SiteError("\n".join(problems))


def _overlaps(home: Path, shift: pl.DataFrame) -> list[str]:
    """Two versions of one shift that are both in force on some day."""
    versions = shift.with_row_index("row", offset=2).with_columns(
        pl.col("valid_from").fill_null(date.min), pl.col("valid_to").fill_null(date.max)
    )
    pairs = versions.join(versions, on=["calendar_id", "shift_id"], suffix="_later").filter(
        pl.col("row") < pl.col("row_later"),
        pl.col("valid_from") <= pl.col("valid_to_later"),
        pl.col("valid_from_later") <= pl.col("valid_to"),
        pl.col("weekdays").str.split("").list.set_intersection(pl.col("weekdays_later").str.split("")).list.len() > 0,
    )
    return [
        f"{home}/master/shift.csv:{p['row_later']}: valid_from: shift {p['shift_id']!r} of calendar "
        f"{p['calendar_id']!r} is in force twice, see line {p['row']}"
        for p in pairs.sort("row_later").iter_rows(named=True)
    ]
