"""A bundle of workbooks to contract rows of reports, inside a child: read, recognised, normalized.

What a workbook breaks, it breaks there. Bundles and children: ``etl.extract.pool``. Staging the rows: ``etl.ingest``.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from io import BytesIO
from pathlib import PurePath

import polars as pl

from data_contracts.site import Site
from etl.extract.child import Caps, Failure, FileBytes, nothing, room_for, workbooks
from etl.normalize.notices import TOLD, concerning
from etl.normalize.own_sheets import set_aside
from etl.normalize.reports import Reports, joined, normalize_reports
from etl.normalize.sheets import Refusal, apply_layouts


@dataclass(frozen=True, slots=True)
class PackedReports:
    """Reports on their way from a child: ``tables`` as Arrow streams. See ``unpacked``."""

    reports: pl.DataFrame
    tables: dict[str, bytes]
    held_back: pl.DataFrame


@dataclass(frozen=True, slots=True)
class ReadReports:
    """What a bundle holds.

    ``files``: numbers of its files. ``rows``: contract rows. ``failures``: files that could not be read, ``refusals``:
    sheets and files that no layout fits, ``readable``: files of which a sheet follows one. ``sheets``: SHEET_SCHEMA;
    ``templates``: file_no and version of workbooks made by ``shiftledger template``; ``notices``: schema TOLD.
    """

    files: tuple[int, ...]
    rows: PackedReports
    failures: Sequence[Failure]
    refusals: Sequence[Refusal]
    readable: frozenset[int]
    sheets: pl.DataFrame
    templates: pl.DataFrame
    notices: pl.DataFrame


def reports_of(site: Site) -> Callable[[Sequence[FileBytes], Caps], ReadReports]:
    """What a child is to do with bundles of workbooks of a site."""
    return partial(read_reports, pickle.dumps(site))


@lru_cache(maxsize=1)
def _opened(site: bytes) -> Site:
    """The same object for all bundles of a load, so that what is known of it is kept."""
    opened: Site = pickle.loads(site)  # noqa: S301 - it comes from our own parent
    return opened


def read_reports(packed: bytes, bundle: Sequence[FileBytes], caps: Caps) -> ReadReports:
    """Read, recognise and normalize the workbooks of a bundle. Bad input ends in failures and refusals."""
    site = _opened(packed)
    read = workbooks(bundle, caps)
    with room_for(bundle, caps):
        cells, templates = set_aside(read.cells)
        found = apply_layouts(cells, read.sheets, site.layouts)
        rows = normalize_reports(found, _files(bundle), site)
        notices = concerning(read.notices, read.merged, found.sheets, rows.tables["value"])
    filled = {failure.file_no for failure in read.failures} | set(cells["file_no"].unique())
    empty = [Failure(file.file_no, "file_empty", {}) for file in bundle if file.file_no not in filled]
    readable = frozenset(found.sheets["file_no"].unique())
    files = tuple(file.file_no for file in bundle)
    failures = [*read.failures, *empty]
    return ReadReports(files, _packed(rows), failures, found.refusals, readable, read.sheets, templates, notices)


def _packed(rows: Reports) -> PackedReports:
    """For the way between processes: compressed, and without columns in which nothing stands."""
    tables = {
        name: _stream(frame.select(s for s in frame if s.name in _KEPT or s.null_count() < len(s)))
        for name, frame in rows.tables.items()
    }
    return PackedReports(rows.reports, tables, rows.held_back)


_KEPT = frozenset({"file_no", "report_id"})


def _stream(frame: pl.DataFrame) -> bytes:
    """A tenth of what pickling makes of it, in half the time: the pipe to the parent is the narrow place."""
    stream = BytesIO()
    frame.write_ipc_stream(stream, compression="zstd", compat_level=pl.CompatLevel.newest())
    return stream.getvalue()


def unpacked(rows: PackedReports) -> Reports:
    """What a child sent; columns without a value stay left out."""
    tables = {name: pl.read_ipc_stream(BytesIO(stream)) for name, stream in rows.tables.items()}
    return Reports(rows.reports, tables, rows.held_back, [])


def not_read(failure: Failure) -> ReadReports:
    """What is left of a file over which a child died."""
    none = nothing()
    _, templates = set_aside(none.cells)
    told = pl.DataFrame(schema=TOLD)
    return ReadReports(
        (failure.file_no,), _packed(joined([], [])), [failure], [], frozenset(), none.sheets, templates, told
    )


def _files(bundle: Sequence[FileBytes]) -> pl.DataFrame:
    """What the names of the files and of their folders may say."""
    return pl.DataFrame(
        [(file.file_no, PurePath(file.name).stem, file.folder_plant) for file in bundle],
        schema={"file_no": pl.UInt32, "file_name": pl.String, "folder_plant": pl.String},
        orient="row",
    )
