"""Files to frames in child processes under caps of memory, CPU and time.

A child that dies or hangs costs its own file only. Files go to the children in bundles for speed; when a
bundle fails, its files are read one by one, so that the guilty one is named.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TimedOutError
from functools import partial
from typing import Self, TypeAlias, TypeVar

import polars as pl
from pebble import ProcessExpired, ProcessPool

from data_contracts.export import ExportMapping
from data_contracts.site import Limits
from etl.extract import child
from etl.extract.child import Caps, Failure, FileBytes, Reading, Records, Workbooks

T = TypeVar("T")
_Function: TypeAlias = Callable[[Sequence[FileBytes], Caps], T]
_Waiting: TypeAlias = list[tuple[Sequence[FileBytes], "Future[T]"]]


class ReaderPool:
    """The children of one load. Use as a context; they start with the first file and end with the context."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._workers = limits.workers or min(4, os.cpu_count() or 1)
        self._pool: ProcessPool | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()

    def workbooks(self, files: Sequence[FileBytes]) -> Workbooks:
        """Read one batch of workbooks."""
        return self._gather(self._begin(child.workbooks, files))

    def workbook_batches(self, batches: Iterable[Sequence[FileBytes]]) -> Iterator[Workbooks]:
        """Read batches of workbooks; while the caller works on one, the children read the next."""
        ahead: _Waiting[Workbooks] | None = None
        for batch in batches:
            begun = self._begin(child.workbooks, batch)
            if ahead is not None:
                yield self._gather(ahead)
            ahead = begun
        if ahead is not None:
            yield self._gather(ahead)

    def _gather(self, waiting: _Waiting[Workbooks]) -> Workbooks:
        cells, sheets = [pl.DataFrame(schema=child.CELL_SCHEMA)], [pl.DataFrame(schema=child.SHEET_SCHEMA)]
        failures: list[Failure] = []
        for outcome in self._finish(child.workbooks, waiting):
            if isinstance(outcome, Failure):
                failures.append(outcome)
            else:
                cells.append(outcome.cells)
                sheets.append(outcome.sheets)
                failures += outcome.failures
        return Workbooks(pl.concat(cells, rechunk=True), pl.concat(sheets), failures)

    def records(self, files: Sequence[FileBytes], reading: Reading) -> Records:
        """Read exports that are read alike; see ``reading_of``."""
        frames: dict[int, pl.DataFrame] = {}
        failures: list[Failure] = []
        read = partial(child.records, reading)
        for outcome in self._finish(read, self._begin(read, files)):
            if isinstance(outcome, Failure):
                failures.append(outcome)
            else:
                frames.update(outcome.frames)
                failures += outcome.failures
        return Records(frames, failures)

    def each(self, function: _Function[T], files: Sequence[FileBytes]) -> Iterator[T | Failure]:
        """What ``function`` makes of bundles of files under the same caps; one that breaks is tried file by file."""
        return self._finish(function, self._begin(function, files))

    def _children(self) -> ProcessPool:
        if self._pool is None:
            self._pool = ProcessPool(
                self._workers,
                context=multiprocessing.get_context("spawn"),
                initializer=child.cap_memory,
                initargs=(self._limits.memory_mb,),
            )
        return self._pool

    def _begin(self, function: _Function[T], files: Sequence[FileBytes]) -> _Waiting[T]:
        return self._schedule(function, _bundles(files, self._workers) if files else [])

    def _schedule(self, function: _Function[T], bundles: Iterable[Sequence[FileBytes]]) -> _Waiting[T]:
        limits = self._limits
        caps = Caps(limits.file_mb, limits.cpu_s)
        return [
            (bundle, self._children().schedule(function, (bundle, caps), timeout=limits.wall_s + 2.0 * len(bundle)))
            for bundle in bundles
        ]

    def _finish(self, function: _Function[T], waiting: _Waiting[T]) -> Iterator[T | Failure]:
        """Results of the bundles; a bundle that failed is read again file by file, to name the guilty one."""
        while waiting:
            again: list[Sequence[FileBytes]] = []
            for bundle, future in waiting:
                params: dict[str, object] = {}
                try:
                    yield future.result()
                    continue
                except TimedOutError:
                    code, params = "file_too_slow", {"seconds": self._limits.wall_s}
                except ProcessExpired as error:
                    if error.exitcode == -signal.SIGXCPU:
                        code, params = "file_too_slow", {"seconds": self._limits.cpu_s}
                    elif error.exitcode == -signal.SIGABRT:
                        code = "file_too_much_memory"  # how native code ends when an allocation fails
                    else:
                        code, params = "file_breaks_reader", {"exitcode": error.exitcode}
                except MemoryError:
                    code = "file_too_much_memory"
                if len(bundle) > 1:
                    again += [[file] for file in bundle]
                else:
                    yield Failure(bundle[0].file_no, code, params)
            waiting = self._schedule(function, again)


def reading_of(mapping: ExportMapping, kind: str | None = None) -> Reading:
    """What a child needs to know of a mapping. Mappings that read a file of one ``kind`` alike have equal ones."""
    formats = (kind,) if kind else tuple(mapping.format)
    structured = {"json", "xml"} & set(formats)
    flat = {"csv", "workbook"} & set(formats)
    inside = mapping.paths() if "xml" in formats else tuple(p for p in mapping.paths() if "." in p)
    return Reading(
        formats=formats,
        delimiter=mapping.delimiter if "csv" in formats else "auto",
        encoding=mapping.encoding if "csv" in formats else "auto",
        records=tuple(mapping.records) if structured else (),
        repeat=mapping.repeat if "json" in formats else "",
        paths=inside if structured else (),
        sheet=mapping.sheet if "workbook" in formats else None,
        header_row=mapping.header_row if flat else 1,
    )


def _bundles(files: Sequence[FileBytes], workers: int) -> list[list[FileBytes]]:
    """Bundles of at most 32 files and 4 MB, enough of them to keep all workers busy."""
    most = max(1, min(32, len(files) // (workers * 4)))
    bundles: list[list[FileBytes]] = [[]]
    size = 0
    for file in files:
        if bundles[-1] and (len(bundles[-1]) >= most or size > 4 * 2**20):
            bundles.append([])
            size = 0
        bundles[-1].append(file)
        size += len(file.content)
    return bundles
