"""Files to frames in child processes under caps of memory, CPU and time.

A child that dies or hangs costs its own file only. Files go to the children in bundles for speed; a child notes
which file it is at, so that after its death that one is tried alone and the others are read without it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TimedOutError
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import forkserver
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Generic, Self, TypeAlias, TypeVar

import polars as pl
from pebble import ProcessExpired, ProcessPool

from data_contracts.export import ExportMapping
from data_contracts.site import Limits
from etl.extract import child
from etl.extract.child import Caps, Failure, FileBytes, Reading, Records, Workbooks

T = TypeVar("T")
_Function: TypeAlias = Callable[[Sequence[FileBytes], Caps], T]
LEAST, MOST = 64, 1000
"""Files of a bundle: fewer are not worth a child of their own, more would only take memory."""
AHEAD = 2
MOST_STARTING_S = 5


@dataclass(frozen=True, slots=True)
class _Job(Generic[T]):
    """A bundle that a child works on, and where it notes the file it is at."""

    bundle: Sequence[FileBytes]
    mark: Path
    future: Future[T]


class ReaderPool:
    """The children of one load. Use as a context; they start with the first file and end with the context.

    They are forked from a server that has imported what they need (``imports``), so a new one is there at once.
    """

    def __init__(self, limits: Limits, imports: Sequence[str] = (child.__name__,)) -> None:
        self._limits = limits
        self._workers = limits.workers or min(4, os.cpu_count() or 1)
        self._pool: ProcessPool | None = None
        self._imports = list(imports)

    def __enter__(self) -> Self:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["__main__", *self._imports])
        with _environment(_CHILD):
            forkserver.ensure_running()  # it imports while the caller prepares the work
        self._marks = TemporaryDirectory(prefix="shiftledger-")
        self._begun = Path(self._marks.name) / "begun"
        self._begun.mkdir()
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._await_children()
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
        self._marks.cleanup()

    def workbooks(self, files: Sequence[FileBytes]) -> Workbooks:
        """Read one batch of workbooks."""
        parts = [child.nothing()]
        failures: list[Failure] = []
        for outcome in self.each(child.workbooks, files):
            if isinstance(outcome, Failure):
                failures.append(outcome)
            else:
                parts.append(outcome)
                failures += outcome.failures
        return Workbooks(
            pl.concat([part.cells for part in parts], rechunk=True),
            pl.concat([part.sheets for part in parts]),
            failures,
            pl.concat([part.notices for part in parts]),
            pl.concat([part.merged for part in parts]),
        )

    def records(self, files: Sequence[FileBytes], reading: Reading) -> Records:
        """Read exports that are read alike; see ``reading_of``."""
        frames: dict[int, pl.DataFrame] = {}
        failures: list[Failure] = []
        for outcome in self.each(partial(child.records, reading), files):
            if isinstance(outcome, Failure):
                failures.append(outcome)
            else:
                frames.update(outcome.frames)
                failures += outcome.failures
        return Records(frames, failures)

    def each(self, function: _Function[T], files: Sequence[FileBytes]) -> Iterator[T | Failure]:
        """What ``function`` makes of small bundles of files under the caps, in their order."""
        return self.in_turn(function, _bundles(files, self._workers) if files else [])

    def in_turn(self, function: _Function[T], bundles: Iterable[Sequence[FileBytes]]) -> Iterator[T | Failure]:
        """What ``function`` makes of these bundles, in their order; the children work a little ahead of the caller.

        Of a bundle over which a child dies, the file it was at is tried alone, to name the guilty one.
        """
        ahead: deque[_Job[T]] = deque()
        for bundle in bundles:
            ahead.append(self._begin(function, bundle))
            if len(ahead) > self._workers * AHEAD:
                yield from self._finish(function, ahead.popleft())
        while ahead:
            yield from self._finish(function, ahead.popleft())

    def bundle_size(self, count: int) -> int:
        """How many files go together where work on many at once is cheap and each child should have its share."""
        rounds = max(1, -(-count // (self._workers * MOST)))
        return max(LEAST, -(-count // (self._workers * rounds)))

    def _children(self) -> ProcessPool:
        if self._pool is None:
            self._pool = ProcessPool(
                self._workers,
                context=self._context,
                initializer=child.begin,
                initargs=(self._limits.memory_mb, str(self._begun)),
            )
        return self._pool

    def _await_children(self) -> None:
        """A child that is stopped while it starts would complain about what is gone already."""
        until = monotonic() + MOST_STARTING_S
        while len(list(self._begun.iterdir())) < self._workers and monotonic() < until:
            sleep(0.005)

    def _begin(self, function: _Function[T], bundle: Sequence[FileBytes]) -> _Job[T]:
        limits = self._limits
        mark = Path(self._marks.name) / str(bundle[0].file_no)
        child.empty_mark(mark)
        caps = Caps(limits.file_mb, limits.cpu_s, str(mark))
        wall_s = limits.wall_s + 2.0 * len(bundle)
        return _Job(bundle, mark, self._children().schedule(function, (bundle, caps), timeout=wall_s))

    def _finish(self, function: _Function[T], job: _Job[T]) -> Iterator[T | Failure]:
        try:
            outcome: T | Failure | None = job.future.result()
        except Exception as error:
            outcome = self._failure(job.bundle[0], error) if len(job.bundle) == 1 else None
        if outcome is not None:
            yield outcome
            return
        for part in _apart(job.bundle, child.noted(job.mark)):
            yield from self._finish(function, self._begin(function, part))

    def _failure(self, file: FileBytes, error: Exception) -> Failure:
        """Why a child could not read one file."""
        if isinstance(error, TimedOutError):
            return Failure(file.file_no, "file_too_slow", {"seconds": self._limits.wall_s})
        if isinstance(error, MemoryError):
            return Failure(file.file_no, "file_too_much_memory", {})
        if not isinstance(error, ProcessExpired):
            return Failure(file.file_no, "file_breaks_reader", {"exitcode": f"{type(error).__name__}: {error}"})
        if error.exitcode == -signal.SIGXCPU:
            return Failure(file.file_no, "file_too_slow", {"seconds": self._limits.cpu_s})
        if error.exitcode == -signal.SIGABRT:  # how native code ends when an allocation fails
            return Failure(file.file_no, "file_too_much_memory", {})
        return Failure(file.file_no, "file_breaks_reader", {"exitcode": error.exitcode})


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


_CHILD = {
    "POLARS_MAX_THREADS": "1",  # the work of a child is one thread's
    "_RJEM_MALLOC_CONF": "dirty_decay_ms:-1,muzzy_decay_ms:-1",  # it needs its memory again in a moment
}


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Variables for processes that are started now."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _apart(bundle: Sequence[FileBytes], guilty: int) -> Iterator[Sequence[FileBytes]]:
    """Smaller bundles: what stood before the file that seems guilty, it alone, what stood after it."""
    at = next((n for n, file in enumerate(bundle) if file.file_no == guilty), None)
    cuts = (len(bundle) // 2,) if at is None else (at, at + 1)
    for start, end in zip((0, *cuts), (*cuts, len(bundle)), strict=True):
        if start < end:
            yield bundle[start:end]


def _bundles(files: Sequence[FileBytes], workers: int) -> list[list[FileBytes]]:
    """Bundles of at most 128 files and 4 MB, enough of them to keep all workers busy."""
    most = max(1, min(128, len(files) // (workers * 4)))
    bundles: list[list[FileBytes]] = [[]]
    size = 0
    for file in files:
        if bundles[-1] and (len(bundles[-1]) >= most or size > 4 * 2**20):
            bundles.append([])
            size = 0
        bundles[-1].append(file)
        size += len(file.content)
    return bundles
