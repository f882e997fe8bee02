"""Files to staged rows: read in children, recognise, normalize, validate, upsert. Called by ``etl.load``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath

import duckdb
import polars as pl

from data_contracts.export import EXPORT_TARGETS, ExportMapping
from data_contracts.language import REASONS
from data_contracts.site import Site
from data_contracts.tables import TABLES
from etl.extract.child import Failure, FileBytes, Reading
from etl.extract.pool import ReaderPool, reading_of
from etl.extract.sniff import file_format, head_text
from etl.normalize.exports import normalize_exports
from etl.normalize.mappings import candidates, choose
from etl.normalize.notices import TOLD
from etl.normalize.reports import HELD_BACK
from etl.normalize.sheets import Refusal
from etl.normalize.snapshots import for_snapshot
from etl.reports import ReadReports, not_read, reports_of, unpacked
from etl.store import staging
from etl.store.inbox import PULLED, Arrival
from etl.store.warehouse import KEY

EXPORT_BATCH_MB = 8
MES_TABLES = {kind: table.sql_name() for kind, table in EXPORT_TARGETS.items()}
Progress = Callable[[str, int, int], None]


@dataclass
class Taken:
    """What became of the files of a load."""

    rows: int = 0
    quarantined: int = 0
    refused: dict[int, tuple[str, dict[str, object]]] = field(default_factory=dict)
    partial: set[int] = field(default_factory=set)
    recognised: dict[int, str] = field(default_factory=dict)
    held_back: list[pl.DataFrame] = field(default_factory=list)
    notices: list[pl.DataFrame] = field(default_factory=list)
    """What to know about reports that were read, schema TOLD."""
    content: list[pl.DataFrame] = field(default_factory=list)
    """file_no, keys and hashes of the reports that were read, also of those that said nothing new."""
    sheets: list[pl.DataFrame] = field(default_factory=list)
    """file_no, sheet_no, sheet_name of every workbook that could be opened."""
    templates: list[pl.DataFrame] = field(default_factory=list)
    """file_no and version of workbooks that were made by ``shiftledger template``."""

    @property
    def told(self) -> int:
        """How many notices there are."""
        return sum(frame.height for frame in self.notices)


def ingest(
    connection: duckdb.DuckDBPyConnection,
    arrivals: Sequence[Arrival],
    site: Site,
    load_id: str,
    now: datetime,
    *,
    reread: Sequence[str] = (),
    progress: Progress | None = None,
) -> Taken:
    """Stage all rows of some files inside the caller's transaction. Bad input is quarantined, never raised."""
    taken = Taken()
    numbered = list(enumerate(arrivals))
    files = pl.DataFrame(
        {
            "file_no": range(len(arrivals)),
            "source_file_id": [a.source_file_id for a in arrivals],
            "source_file": [a.name for a in arrivals],
            "file_name": [PurePath(a.name).stem for a in arrivals],
            "folder_plant": [a.plant_id for a in arrivals],
            "received_at": [a.received_at or now for a in arrivals],
        },
        schema={"file_no": pl.UInt32, **dict.fromkeys(_FILE_TEXTS, pl.String), "received_at": pl.Datetime("us")},
    )
    tell = progress or (lambda _what, _done, _total: None)
    pulled = [(n, a) for n, a in numbered if a.mapping_id is not None]
    brought = [(n, a) for n, a in numbered if a.mapping_id is None]
    kinds = {kind: [(n, a) for n, a in brought if a.kind == kind] for kind in ("export", "report")}
    with ReaderPool(site.config.limits, imports=(reports_of.__module__,)) as pool:
        batch = _Batch(connection, pool, files, site, frozenset(reread), taken)
        for part in _by_size(pulled):
            _ingest_snapshots(batch, part)
        done = 0
        for part in _by_size(kinds["export"]):
            _ingest_exports(batch, part)
            done += len(part)
            tell("exports", done, len(kinds["export"]))
        done = 0
        numbers = [FileBytes(n, a.name, a.content, a.plant_id) for n, a in kinds["report"]]
        size = pool.bundle_size(len(numbers))
        bundles = (numbers[start : start + size] for start in range(0, len(numbers), size))
        for read in pool.in_turn(reports_of(site), bundles):
            done += _ingest_reports(batch, read)
            tell("reports", done, len(numbers))
    _record_files(connection, arrivals, files, site, taken, load_id, now)
    return taken


_FILE_TEXTS = ("source_file_id", "source_file", "file_name", "folder_plant")


@dataclass(frozen=True, slots=True)
class _Batch:
    """What every batch of a load works with."""

    connection: duckdb.DuckDBPyConnection
    pool: ReaderPool
    files: pl.DataFrame
    site: Site
    reread: frozenset[str]
    taken: Taken


def _by_size(numbered: Sequence[tuple[int, Arrival]]) -> Iterator[list[tuple[int, Arrival]]]:
    """Batches of some megabytes each: memory stays the same however long the history is."""
    part: list[tuple[int, Arrival]] = []
    size = 0
    for n, arrival in numbered:
        part.append((n, arrival))
        size += len(arrival.content)
        if size > EXPORT_BATCH_MB * 2**20:
            yield part
            part, size = [], 0
    if part:
        yield part


def _ingest_reports(batch: _Batch, read: ReadReports | Failure) -> int:
    """Stage what a child read; how many files that were."""
    taken = batch.taken
    if isinstance(read, Failure):
        read = not_read(read)
    _note_failures(read.failures, taken)
    taken.sheets.append(read.sheets)
    taken.templates.append(read.templates)
    names = {(f, s): name for f, s, name in read.sheets.iter_rows()}
    _note_refusals(read, names, taken)
    rows = unpacked(read.rows)
    for file_no, layout in rows.reports.select("file_no", "layout_id").iter_rows():
        taken.recognised[file_no] = layout
    taken.notices.append(read.notices)
    taken.content.append(rows.reports.select("file_no", *KEY, "content_hash"))
    stamped = rows.reports.join(batch.files, on="file_no")
    ids = batch.files["source_file_id"]
    mine = [ids[n] for n in read.files if ids[n] in batch.reread]
    taken.rows += staging.stage_reports(batch.connection, stamped, rows.tables, reread=mine)
    _note_held_back(rows.held_back, taken)
    return len(read.files)


def _ingest_exports(batch: _Batch, exports: Sequence[tuple[int, Arrival]]) -> None:
    site, taken = batch.site, batch.taken
    found: dict[str, dict[int, pl.DataFrame]] = {}
    for n, chosen, frame in _recognised(batch, exports):
        if isinstance(chosen, Refusal):
            taken.refused[n] = (chosen.code, chosen.params)
        else:
            taken.recognised[n] = chosen.id
            found.setdefault(chosen.id, {})[n] = frame
    for mapping in site.exports:
        if mapping.id in found:
            result = normalize_exports(found[mapping.id], mapping, batch.files, site)
            taken.rows += staging.stage_records(batch.connection, MES_TABLES[mapping.kind], result.rows)
            _note_held_back(result.held_back, taken)


def _ingest_snapshots(batch: _Batch, snapshots: Sequence[tuple[int, Arrival]]) -> None:
    """Rows of databases: their source says which mapping they follow, as it is now."""
    site, taken = batch.site, batch.taken
    now = {f"{PULLED}{source.id}": source.mapping for source in site.sources}
    wanted = {n: now.get(a.name.rpartition("/")[0], a.mapping_id) for n, a in snapshots}
    taken.recognised.update({n: str(mapping_id) for n, mapping_id in wanted.items()})
    for mapping in map(for_snapshot, site.exports):
        mine = [FileBytes(n, a.name, a.content) for n, a in snapshots if wanted[n] == mapping.id]
        if not mine:
            continue
        read = batch.pool.records(mine, reading_of(mapping, "json"))
        _note_failures(read.failures, taken)
        result = normalize_exports(read.frames, mapping, batch.files, site)
        taken.refused.update({r.file_no: (r.code, r.params) for r in result.refusals})
        taken.rows += staging.stage_records(batch.connection, MES_TABLES[mapping.kind], result.rows)
        _note_held_back(result.held_back, taken)
    known = {mapping.id for mapping in site.exports}
    for n, _ in snapshots:
        if wanted[n] not in known:
            taken.refused[n] = ("export_no_mapping", {"known": ", ".join(sorted(known))})


def _recognised(
    batch: _Batch, exports: Sequence[tuple[int, Arrival]]
) -> Iterator[tuple[int, ExportMapping | Refusal, pl.DataFrame]]:
    """Each export with the mapping that it fits, and as that one reads it; read once for all that read it alike."""
    hopes: dict[int, list[ExportMapping]] = {}
    jobs: dict[Reading, tuple[ExportMapping, list[int]]] = {}
    arrivals = dict(exports)
    for n, arrival in exports:
        kind = file_format(arrival.content)
        hopes[n] = candidates(batch.site.exports, arrival.name, kind, head_text(arrival.content))
        for reading, mapping in {reading_of(m, kind if kind in m.format else None): m for m in hopes[n]}.items():
            jobs.setdefault(reading, (mapping, []))[1].append(n)
    readings: dict[int, dict[Reading, pl.DataFrame]] = {}
    misses: dict[int, Failure] = {}
    for reading, (_, numbers) in jobs.items():
        files = [FileBytes(n, arrivals[n].name, arrivals[n].content) for n in numbers]
        read = batch.pool.records(files, reading)
        for n, frame in read.frames.items():
            readings.setdefault(n, {})[reading] = frame
        misses.update({failure.file_no: failure for failure in read.failures})
    for n, arrival in exports:
        kind = file_format(arrival.content)
        of = {m.id: reading_of(m, kind if kind in m.format else None) for m in hopes[n]}
        there = readings.get(n, {})
        frames = {m: there[reading] for m, reading in of.items() if reading in there}
        if frames:
            chosen = choose(frames, hopes[n], arrival.name, n)
            yield n, chosen, frames[chosen.id] if isinstance(chosen, ExportMapping) else pl.DataFrame()
        elif n in misses:
            yield n, Refusal(n, None, misses[n].code, misses[n].params), pl.DataFrame()
        else:
            known = ", ".join(sorted(m.id for m in batch.site.exports))
            yield n, Refusal(n, None, "export_no_mapping", {"known": known}), pl.DataFrame()


def _note_failures(failures: Sequence[Failure], taken: Taken) -> None:
    for failure in failures:
        taken.refused[failure.file_no] = (failure.code, failure.params)


def _note_refusals(read: ReadReports, names: dict[tuple[int, int], str], taken: Taken) -> None:
    """A file of which no sheet was read is refused as a whole; otherwise only the sheet is held back."""
    for refusal in read.refusals:
        sheet = names.get((refusal.file_no, refusal.sheet_no)) if refusal.sheet_no is not None else None
        params = {"sheet": sheet, **refusal.params}
        if refusal.file_no not in read.readable:
            taken.refused.setdefault(refusal.file_no, (refusal.code, params))
        taken.partial.add(refusal.file_no)
        row = {
            "file_no": refusal.file_no,
            "source_sheet": sheet,
            "source_cell": refusal.cell,
            "reason_code": refusal.code,
            "reason_params": json.dumps(params, ensure_ascii=False, default=str),
        }
        taken.held_back.append(pl.DataFrame([row], schema_overrides=HELD_BACK))


def _note_held_back(held_back: pl.DataFrame, taken: Taken) -> None:
    if not held_back.is_empty():
        taken.held_back.append(held_back)
        taken.partial.update(held_back["file_no"].unique().to_list())


def _record_files(
    connection: duckdb.DuckDBPyConnection,
    arrivals: Sequence[Arrival],
    files: pl.DataFrame,
    site: Site,
    taken: Taken,
    load_id: str,
    now: datetime,
) -> None:
    rows = list(_file_rows(arrivals, site, taken, load_id, now))
    taken.quarantined = sum(1 for row in rows if row["status"] == "quarantined")
    whole = [
        {
            "file_no": n,
            "reason_code": code,
            "reason_params": json.dumps(params, ensure_ascii=False, default=str),
        }
        for n, (code, params) in taken.refused.items()
        if n not in taken.partial
    ]
    parts = [pl.DataFrame(schema=HELD_BACK), *taken.held_back]
    if whole:
        parts.append(pl.DataFrame(whole, schema_overrides=HELD_BACK))
    held = (
        pl.concat(parts, how="diagonal_relaxed")
        .join(files, on="file_no")
        .with_columns(load_id=pl.lit(load_id), plant_id=pl.coalesce("plant_id", "folder_plant"))
    )
    told = pl.concat([pl.DataFrame(schema=TOLD), *taken.notices])
    notices = told.join(files, on="file_no").with_columns(load_id=pl.lit(load_id))
    columns = TABLES["source_file"].columns()
    staging.stage_files(connection, pl.DataFrame(rows, schema=columns, orient="row"), held, notices)


def _file_rows(
    arrivals: Sequence[Arrival], site: Site, taken: Taken, load_id: str, now: datetime
) -> Iterator[dict[str, object]]:
    for n, arrival in enumerate(arrivals):
        code, params = taken.refused.get(n, (None, {}))
        status = "quarantined" if code else "partial" if n in taken.partial else "loaded"
        yield {
            "source_file_id": arrival.source_file_id,
            "name": arrival.name,
            "kind": arrival.kind,
            "status": status,
            "reason": REASONS.text(f"reason.{code}", site.language, **params) if code else None,
            "reason_code": code,
            "received_at": arrival.received_at or now,
            "load_id": load_id,
            "plant_id": arrival.plant_id,
            "layout_id": taken.recognised.get(n),
            "size_bytes": len(arrival.content),
        }
