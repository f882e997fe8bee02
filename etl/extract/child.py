"""What runs inside a child process: caps first, then one file after the other.

Imports only what reading needs: a child starts in the time this takes.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import polars as pl

from etl.extract.preflight import RefusedError
from etl.extract.snapshot import is_snapshot, read_snapshot
from etl.extract.sniff import file_format
from etl.extract.text import RECORD_NO, read_delimited, read_json
from etl.extract.workbook import Cells, read_workbook
from etl.extract.xml import read_xml

T = TypeVar("T")

CELL_SCHEMA = {
    "file_no": pl.UInt32,
    "sheet_no": pl.UInt16,
    "row": pl.UInt32,
    "column": pl.UInt32,
    "kind": pl.UInt8,
    "text": pl.String,
    "number": pl.Float64,
}
SHEET_SCHEMA = {"file_no": pl.UInt32, "sheet_no": pl.UInt16, "sheet_name": pl.String}


@dataclass(frozen=True, slots=True)
class FileBytes:
    """A file to read; ``file_no`` is the caller's number for it."""

    file_no: int
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, with a key of the translations and its values."""

    file_no: int
    code: str
    params: dict[str, object]


@dataclass(frozen=True, slots=True)
class Caps:
    """What one file may cost."""

    file_mb: int
    cpu_s: int


@dataclass(frozen=True, slots=True)
class Reading:
    """How an export is to be read; the mapping's words, without its meaning. ``paths``: what lies inside records."""

    formats: tuple[str, ...]
    delimiter: str
    encoding: str
    records: tuple[str, ...]
    repeat: str
    paths: tuple[str, ...]
    sheet: str | None
    header_row: int = 1


@dataclass(frozen=True, slots=True)
class Workbooks:
    """Cells and sheets of a batch: CELL_SCHEMA, SHEET_SCHEMA, and what could not be read."""

    cells: pl.DataFrame
    sheets: pl.DataFrame
    failures: list[Failure]


@dataclass(frozen=True, slots=True)
class Records:
    """Exports as text columns ``c0``, ``c1`` ... with ``record_no``, by file number, and what could not be read.

    Of workbooks ``k0``, ``k1`` ... say what kind of cell it was and ``n0``, ``n1`` ... its number or serial.
    """

    frames: dict[int, pl.DataFrame]
    failures: list[Failure]


def cap_memory(memory_mb: int) -> None:
    """Set once when a child starts."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb * 2**20, memory_mb * 2**20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def workbooks(bundle: Sequence[FileBytes], caps: Caps) -> Workbooks:
    """Read workbooks one after the other."""
    cells, sheets, failures = [pl.DataFrame(schema=CELL_SCHEMA)], [], []
    for file in bundle:
        outcome = attempt(file, caps, partial(read_workbook, file.content, caps.file_mb))
        if isinstance(outcome, Failure):
            failures.append(outcome)
            continue
        names, found = outcome
        cells.append(_cell_frame(file.file_no, found))
        sheets += [(file.file_no, number, name) for number, name in enumerate(names)]
    return Workbooks(pl.concat(cells), pl.DataFrame(sheets, schema=SHEET_SCHEMA, orient="row"), failures)


def records(reading: Reading, bundle: Sequence[FileBytes], caps: Caps) -> Records:
    """Read exports one after the other."""
    frames, failures = {}, []
    for file in bundle:
        outcome = attempt(file, caps, partial(_read_export, reading, file.content, caps.file_mb))
        if isinstance(outcome, Failure):
            failures.append(outcome)
        else:
            frames[file.file_no] = outcome
    return Records(frames, failures)


def attempt(file: FileBytes, caps: Caps, read: Callable[[], T]) -> T | Failure:
    """What ``read`` returns, or a Failure: parsers raise whatever they like, even below Exception."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime) + caps.cpu_s + 1, hard))
    try:
        return read()
    except RefusedError as error:
        return Failure(file.file_no, error.code, error.params)
    except MemoryError:
        os.abort()  # what this file took is not given back; the next file gets a new child
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        return Failure(file.file_no, "file_damaged", {"detail": f"{type(error).__name__}: {error}"})


def _cell_frame(file_no: int, cells: Cells) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "file_no": pl.repeat(file_no, len(cells.row), dtype=pl.UInt32, eager=True),
            "sheet_no": cells.sheet,
            "row": cells.row,
            "column": cells.column,
            "kind": cells.kind,
            "text": cells.text,
            "number": cells.number,
        },
        schema=CELL_SCHEMA,
    )


def _read_export(reading: Reading, content: bytes, max_mb: int) -> pl.DataFrame:
    if len(content) > max_mb * 2**20:
        raise RefusedError("file_too_large", size_mb=len(content) // 2**20, max_mb=max_mb)
    if is_snapshot(content):
        return read_snapshot(content)
    kind = _kind_of(reading, content)
    if kind == "json":
        return read_json(content, reading.records, repeat=reading.repeat, paths=reading.paths)
    if kind == "xml":
        return read_xml(content, reading.records, reading.paths)
    if kind == "csv":
        return read_delimited(
            content, delimiter=reading.delimiter, encoding=reading.encoding, header_row=reading.header_row
        )
    return _read_sheet(reading, content, max_mb)


def _kind_of(reading: Reading, content: bytes) -> str:
    """Which of its formats a reading finds in a file. Raises RefusedError when it is none of them."""
    kind = file_format(content)
    if kind in reading.formats:
        return kind
    if reading.formats == ("workbook",):
        return "workbook"  # its reader says best what the file is instead
    if "csv" in reading.formats:
        return "csv"
    raise RefusedError("export_other_format", found=kind, wanted=", ".join(reading.formats))


def _read_sheet(reading: Reading, content: bytes, max_mb: int) -> pl.DataFrame:
    names, cells = read_workbook(content, max_mb)
    wanted = [i for i, name in enumerate(names) if reading.sheet is None or name == reading.sheet]
    if not wanted:
        raise RefusedError("sheet_missing", sheet=reading.sheet, found=", ".join(names))
    frame = _cell_frame(0, cells).filter(pl.col("sheet_no") == wanted[0])
    if frame.is_empty():
        raise RefusedError("file_empty")
    columns = range(max(frame["column"].to_list()) + 1)
    wide = frame.pivot("column", index="row", values=["text", "kind", "number"], aggregate_function="first").sort("row")
    return wide.select(
        (pl.col("row") + 1).cast(pl.UInt32).alias(RECORD_NO),
        *_columns(wide, "text", "c", pl.String(), columns),
        *_columns(wide, "kind", "k", pl.UInt8(), columns),
        *_columns(wide, "number", "n", pl.Float64(), columns),
    )


def _columns(wide: pl.DataFrame, prefix: str, name: str, dtype: pl.DataType, numbers: range) -> Iterator[pl.Expr]:
    for i in numbers:
        given = f"{prefix}_{i}"
        yield (pl.col(given) if given in wide.columns else pl.lit(None, dtype)).alias(f"{name}{i}")
