"""Records of MES and ERP exports to contract rows. Reading the files: ``etl.extract``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from data_contracts.calendar import shift_windows, to_utc
from data_contracts.export import EXPORT_TARGETS, ExportMapping
from data_contracts.site import Site
from data_contracts.tables.base import split_valid
from etl.normalize.clock import on_production_day, with_shift_bounds
from etl.normalize.export_records import keyed, keyless, prepare, unknown_words, unlinked
from etl.normalize.export_units import in_pieces
from etl.normalize.fields import RECORD, failed, fits, header_at, header_of, read_fields, unfold
from etl.normalize.names import alias_table, resolve, resolve_lines, resolve_shifts
from etl.normalize.reports import HELD_BACK
from etl.normalize.sheets import Refusal
from etl.normalize.spans import LONGEST_DAYS, cut_at_shifts, stop_span


@dataclass(frozen=True, slots=True)
class Exports:
    """Contract rows of exports of one kind, with ``file_no``; what was held back; what was refused."""

    rows: pl.DataFrame
    held_back: pl.DataFrame
    refusals: list[Refusal]


def normalize_exports(
    frames: Mapping[int, pl.DataFrame], mapping: ExportMapping, files: pl.DataFrame, site: Site
) -> Exports:
    """Contract rows of all files of one mapping. ``files``: file_no, source_file, source_file_id, folder_plant."""
    refusals: list[Refusal] = []
    parts: list[pl.DataFrame] = []
    for file_no, frame in frames.items():
        header = header_of(mapping, frame)
        missing, unknown = fits(mapping, header)
        if missing or unknown:
            code = "export_columns_missing" if missing else "export_columns_unknown"
            params: dict[str, object] = {"columns": ", ".join(missing or unknown), "mapping": mapping.id}
            refusals.append(Refusal(file_no, None, code, params))
            continue
        beside = [(p, text, f"{p}{column[1:]}") for text, column in header.items() for p in "kn"]
        body = frame.slice((header_at(mapping, frame) or 0) + 1).select(
            pl.lit(file_no, pl.UInt32).alias("file_no"),
            pl.col(RECORD).cast(pl.Int64),
            *(pl.col(column).alias(f"s:{text}") for text, column in header.items()),
            *(pl.col(column).alias(f"{p}:{text}") for p, text, column in beside if column in frame.columns),
        )
        parts.append(body)
    if not parts:
        return Exports(_empty(mapping), pl.DataFrame(schema=HELD_BACK), refusals)
    records = prepare(mapping, pl.concat(parts, how="diagonal"))
    records = unfold(mapping, records.with_row_index("row_id"))
    rows, unread = read_fields(mapping, records)
    rows = rows.join(files, on="file_no", how="left", maintain_order="left")
    rows = _place(_names(rows, site), mapping, site)
    rows, unconverted = in_pieces(mapping, rows, site.master["product"])
    rows = keyed(mapping, rows).with_columns(export_id=pl.lit(mapping.id), counting=pl.lit(mapping.counting))
    lost = [unread, unknown_words(mapping, records), unconverted, _unplaced(rows, mapping)]
    lost += [keyless(mapping, rows), unlinked(mapping, rows)]
    contract = EXPORT_TARGETS[mapping.kind]
    conformed = contract.conform(rows)
    _, broken = split_valid(contract, conformed)
    broken = broken.select(
        row_id=rows["row_id"].gather(broken["row"]),
        measure="column",
        raw="value",
        reason_code=pl.lit("contract"),
        reason_params=pl.concat_str(pl.lit('{"check": "'), pl.col("check").str.replace_all('"', "'"), pl.lit('"}')),
    )
    told = [*lost, broken, _outside(rows)]
    held = pl.concat([_held(rows, failures) for failures in told]).unique(maintain_order=True)
    bad = pl.concat([failures.select("row_id") for failures in (*lost, broken)]).unique()
    good = pl.concat([rows.select("row_id", "file_no"), conformed], how="horizontal").join(bad, on="row_id", how="anti")
    latest = good.filter(pl.col("row_id") == pl.col("row_id").max().over("record_key"))
    return Exports(latest.drop("row_id"), held, refusals)


def _empty(mapping: ExportMapping) -> pl.DataFrame:
    return pl.DataFrame(schema={"file_no": pl.UInt32(), **EXPORT_TARGETS[mapping.kind].columns()})


def _names(rows: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Lines, shifts, products and reasons by the codes of master data."""
    blank = [c for c in ("plant_id", "line_id", "shift_id", "order_id") if c not in rows.columns]
    rows = rows.with_columns(pl.lit(None, pl.String).alias(c) for c in blank)
    if "production_date" not in rows.columns:
        rows = rows.with_columns(production_date=pl.lit(None, pl.Date))
    rows = rows.with_columns(plant_id=pl.coalesce("plant_id", "folder_plant"))
    rows = resolve_shifts(resolve_lines(rows, site.master["line"]), site.master["shift"])
    for table, code in (("product", "product_id"), ("reason", "reason_code")):
        if code in rows.columns and not site.master[table].is_empty():
            rows = resolve(rows, code, alias_table(site.master[table], code), code)
    return rows.sort("row_id")


def _place(rows: pl.DataFrame, mapping: ExportMapping, site: Site) -> pl.DataFrame:
    """Wall times to UTC; production day and shift from the calendar where the export does not name them."""
    times = [c for c in ("hour_start", "start_at", "end_at") if c in rows.columns]
    rows = with_shift_bounds(rows, site.master["shift"])
    for name in times:
        local = pl.coalesce(f"{name}_moment", on_production_day(pl.col(name)))
        rows = rows.with_columns(pl.coalesce(f"{name}_instant", _zoned(local, mapping.zone, site)).alias(name)).drop(
            f"{name}_moment", f"{name}_instant"
        )
    if not times or mapping.kind == "order":
        return rows
    moment = pl.coalesce(times)
    if mapping.kind == "stop":
        rows = stop_span(rows)
        within = pl.col("end_at") - pl.col("start_at") <= timedelta(days=LONGEST_DAYS)
        ends = pl.when(within).then(pl.concat_list("start_at", "end_at")).otherwise(pl.concat_list("start_at"))
        spans = rows.select(at=ends).explode("at", empty_as_null=True)
        rows = cut_at_shifts(rows, _windows(site, pl.col("at"), spans))
    unplaced = pl.col("production_date").is_null() | pl.col("shift_id").is_null()
    todo = rows.filter(unplaced).with_columns(_moment=moment).filter(pl.col("_moment").is_not_null())
    if todo.is_empty():
        return rows
    windows = _windows(site, pl.col("_moment"), todo).select(
        "plant_id", "line_id", "start_at", "end_at", _day="production_date", _shift="shift_id"
    )
    found = (
        todo.select("row_id", "plant_id", "line_id", "_moment")
        .sort("_moment")
        .join_asof(
            windows.rename({"start_at": "_start", "end_at": "_end"}).sort("_start"),
            left_on="_moment",
            right_on="_start",
            by=["plant_id", "line_id"],
            check_sortedness=False,
        )
        .filter(pl.col("_moment") < pl.col("_end"))
        .select("row_id", "_day", "_shift")
    )
    return (
        rows.join(found, on="row_id", how="left", maintain_order="left")
        .with_columns(
            production_date=pl.coalesce("production_date", "_day"), shift_id=pl.coalesce("shift_id", "_shift")
        )
        .drop("_day", "_shift")
    )


def _windows(site: Site, moments: pl.Expr, rows: pl.DataFrame) -> pl.DataFrame:
    """Planned shifts around some instants; none when there is no instant. Impossible years are left out."""
    known = rows.select(_at=moments.dt.date()).filter(pl.col("_at").dt.year().is_between(1970, 2200))["_at"].to_list()
    first, last = min(known, default=date(1970, 1, 1)), max(known, default=date(1970, 1, 1))
    return shift_windows(site.master, site.zones, first - timedelta(days=2), last + timedelta(days=1))


def _zoned(local: pl.Expr, zone: str, site: Site) -> pl.Expr:
    if zone == "UTC":
        return local
    if zone != "plant":
        return to_utc(local, zone)
    return pl.coalesce(pl.when(pl.col("plant_id") == p).then(to_utc(local, z)) for p, z in site.zones.items())


def _unplaced(rows: pl.DataFrame, mapping: ExportMapping) -> pl.DataFrame:
    """Records of which nobody knows line, day or shift. A stop may name only its order: that is looked up later."""
    whole = pl.all_horizontal(pl.col("line_id", "production_date", "shift_id").is_not_null())
    by_order = pl.col("order_id").is_not_null() if mapping.kind == "stop" else pl.lit(mapping.kind == "order")
    lost = rows.filter(~whole & ~by_order)
    return failed(lost, pl.lit("record_outside_shifts"), measure="production_date", raw=None)


def _outside(rows: pl.DataFrame) -> pl.DataFrame:
    """Minutes of stops in which no shift worked; what lies inside of shifts is read."""
    minutes = pl.col("outside_min") if "outside_min" in rows.columns else pl.lit(None, pl.Float64)
    stops = rows.with_columns(outside_min=minutes).filter(pl.col("outside_min") > 0).unique("row_id", keep="first")
    return failed(stops.sort("row_id"), pl.lit("stop_outside_shifts"), measure="downtime_min", raw="outside_min")


def _held(rows: pl.DataFrame, failures: pl.DataFrame) -> pl.DataFrame:
    table = pl.lit("export").alias("table_name")
    known = [c for c in ("plant_id", "line_id", "production_date", "shift_id") if c in rows.columns]
    of = rows.select("row_id", "file_no", RECORD, *known).unique("row_id", keep="first", maintain_order=True)
    found = failures.join(of, on="row_id")
    located = found.with_columns(table, source_cell=pl.concat_str(pl.lit("record "), pl.col(RECORD).cast(pl.String)))
    absent = [c for c in HELD_BACK if c not in located.columns]
    return located.with_columns(pl.lit(None).alias(c) for c in absent).select(
        pl.col(c).cast(t) for c, t in HELD_BACK.items()
    )
