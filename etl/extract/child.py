"""What runs inside a child process: caps first, then one file after the other.

Imports only what reading needs: a child starts in the time this takes.
"""

from __future__ import annotations

import gc
import os
import resource
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import polars as pl

from etl.extract.cells import CELL_SCHEMA
from etl.extract.notices import MERGED_SCHEMA, NOTICE_SCHEMA
from etl.extract.preflight import RefusedError
from etl.extract.snapshot import is_snapshot, read_snapshot
from etl.extract.sniff import file_format
from etl.extract.text import RECORD_NO, read_delimited, read_json
from etl.extract.workbook import Shelf, open_workbook, read_workbook
from etl.extract.xml import read_xml

T = TypeVar("T")

SHEET_SCHEMA = {"file_no": pl.UInt32, "sheet_no": pl.UInt16, "sheet_name": pl.String}


@dataclass(frozen=True, slots=True)
class FileBytes:
    """A file to read; ``file_no`` is the caller's number for it, ``folder_plant`` the plant that its folder names."""

    file_no: int
    name: str
    content: bytes
    folder_plant: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, with a key of the translations and its values."""

    file_no: int
    code: str
    params: dict[str, object]


@dataclass(frozen=True, slots=True)
class Caps:
    """What one file may cost. ``mark``: where the child notes which one it is at, for the case that it dies."""

    file_mb: int
    cpu_s: int
    mark: str | None = None


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
    """A batch: CELL_SCHEMA, SHEET_SCHEMA, NOTICE_SCHEMA, MERGED_SCHEMA, and what could not be read."""

    cells: pl.DataFrame
    sheets: pl.DataFrame
    failures: list[Failure]
    notices: pl.DataFrame
    merged: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Records:
    """Exports as text columns ``c0``, ``c1`` ... with ``record_no``, by file number, and what could not be read.

    Of workbooks ``k0``, ``k1`` ... say what kind of cell it was and ``n0``, ``n1`` ... its number or serial.
    """

    frames: dict[int, pl.DataFrame]
    failures: list[Failure]


def nothing() -> Workbooks:
    """An empty batch."""
    schemas = (CELL_SCHEMA, SHEET_SCHEMA, NOTICE_SCHEMA, MERGED_SCHEMA)
    cells, sheets, notices, merged = (pl.DataFrame(schema=schema) for schema in schemas)
    return Workbooks(cells, sheets, [], notices, merged)


def begin(memory_mb: int, begun: str) -> None:
    """Once when a child starts: its memory is capped, and the folder ``begun`` says that it is there."""
    (Path(begun) / str(os.getpid())).touch()
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb * 2**20, memory_mb * 2**20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def workbooks(bundle: Sequence[FileBytes], caps: Caps) -> Workbooks:
    """Read workbooks one after the other; frames are made once for all of them."""
    gc.disable()  # nothing here makes cycles, and looking for them among a bundle's values takes a fifth of the time
    shelf, failures = Shelf(), []
    again = list(bundle)
    for plainly in (True, False):
        for file in again:
            opening = partial(open_workbook, file.content, caps.file_mb, file.file_no, plainly=plainly)
            outcome = attempt(file, caps, opening)
            if isinstance(outcome, Failure):
                shelf.books.pop(file.file_no, None)
                failures.append(outcome)
            else:
                shelf.books[file.file_no] = outcome
        broken = shelf.settle() if plainly else frozenset[int]()
        again = [file for file in bundle if file.file_no in broken]
    sheets = [(n, number, name) for n, book in shelf.books.items() for number, name in enumerate(book.names)]
    cells = shelf.cells()
    named = pl.DataFrame(sheets, schema=SHEET_SCHEMA, orient="row")
    return Workbooks(cells, named, failures, shelf.notices(cells), shelf.merged())


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
    _allow(caps.cpu_s)
    _note(caps, file.file_no)
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
    finally:
        _note(caps, NO_FILE)


@contextmanager
def room_for(bundle: Sequence[FileBytes], caps: Caps) -> Iterator[None]:
    """Processor time for work on a whole bundle at once."""
    _allow(caps.cpu_s * max(1, len(bundle)))
    yield


def _allow(cpu_s: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + cpu_s + 1, hard))


NO_FILE = -1
_MARK = struct.Struct("<q")


def _note(caps: Caps, file_no: int) -> None:
    if caps.mark is not None:
        mark = os.open(caps.mark, os.O_WRONLY)
        os.pwrite(mark, _MARK.pack(file_no), 0)
        os.close(mark)


def noted(mark: Path) -> int:
    """The file that a child was at when it died; NO_FILE when it was at none."""
    number: int = _MARK.unpack(mark.read_bytes())[0]
    return number


def empty_mark(mark: Path) -> None:
    """A mark of a child that has not begun."""
    mark.write_bytes(_MARK.pack(NO_FILE))


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
    frame = cells.filter(pl.col("sheet_no") == wanted[0])
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
