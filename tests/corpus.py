"""Read every file below some folders as a load would, each as a report or as an export, and say what became of them.

``python -m tests.corpus DIR...``. Outcomes: rows, "not a shift report", or a reason. Fails when a file has none, when
one took more than 25 s, or when the parent needed more than 500 MB. Tests take a part of the files: ``part_of``.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from data_contracts.export import ExportMapping
from data_contracts.layout import Layout
from data_contracts.site import SHIPPED, Limits, read_toml
from etl.extract.child import Failure, FileBytes
from etl.extract.pool import ReaderPool, reading_of
from etl.normalize.sheets import apply_layouts

MOST_MB, MOST_S = 500, 25
BATCH_MB = 16
_FORMS = get_args(ExportMapping.model_fields["format"].annotation)
EXPORTS = {".csv": "csv", ".tsv": "csv", ".psv": "csv", ".ssv": "csv", ".txt": "csv", ".json": "json"}
EXPORTS |= {".xml": "xml", ".xsd": "xml"} if "xml" in _FORMS else {}
NO_REPORT = "not a shift report"
DEATHS = frozenset({"file_breaks_reader", "file_too_much_memory"})
HANGS = frozenset({"file_too_slow"})
_ANY_TEXT = {"id": "any", "kind": "stop", "key": ["line_id"], "columns": {"line_id": {"const": "-"}}}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file; ``seconds`` are those of its batch when the batch was quick."""

    path: Path
    outcome: str
    seconds: float


def files_below(folders: Sequence[Path]) -> list[Path]:
    """All regular files, in the same order everywhere."""
    return sorted(p for folder in folders for p in folder.rglob("*") if p.is_file() and not p.is_symlink())


def part_of(paths: Sequence[Path], every: int, below: Path) -> list[Path]:
    """One file in ``every``, chosen by its name: the same ones on each machine and in each run."""
    return [p for p in paths if zlib.crc32(p.relative_to(below).as_posix().encode()) % every == 0]


def outcomes(paths: Sequence[Path], workers: int = 2) -> Iterator[Outcome]:
    """Read files in batches; a batch that was slow is read again file by file, to know which one it was."""
    layouts = [read_toml(path, Layout) for path in sorted((SHIPPED / "layouts").glob("*.toml"))]
    with ReaderPool(Limits(workers=workers)) as pool:
        pool.workbooks([FileBytes(0, "warm up", b"")])
        for batch in _batches(paths):
            started = time.monotonic()
            found = list(_read(pool, layouts, batch))
            seconds = time.monotonic() - started
            if seconds <= MOST_S / 2:
                yield from (Outcome(path, outcome, seconds) for path, outcome in zip(batch, found, strict=True))
                continue
            for path in batch:
                started = time.monotonic()
                (outcome,) = _read(pool, layouts, [path])
                yield Outcome(path, outcome, time.monotonic() - started)


def _batches(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Of one kind each, some megabytes, so that the parent's memory stays small."""
    for is_export in (False, True):
        batch: list[Path] = []
        size = 0
        for path in paths:
            if (path.suffix.lower() in EXPORTS) != is_export:
                continue
            batch.append(path)
            size += path.stat().st_size
            if size > BATCH_MB * 2**20 or len(batch) == 100:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch


def _read(pool: ReaderPool, layouts: Sequence[Layout], batch: Sequence[Path]) -> Iterator[str]:
    files = [FileBytes(n, path.name, path.read_bytes()) for n, path in enumerate(batch)]
    if batch[0].suffix.lower() not in EXPORTS:
        yield from _as_reports(pool, layouts, files)
        return
    for file, path in zip(files, batch, strict=True):
        read = pool.records([file], reading_of(_any_text(EXPORTS[path.suffix.lower()])))
        yield _reason(read.failures[0]) if read.failures else "records" if file.file_no in read.frames else ""


def _any_text(form: str) -> ExportMapping:
    return ExportMapping.model_validate({**_ANY_TEXT, "format": form})


def _as_reports(pool: ReaderPool, layouts: Sequence[Layout], files: Sequence[FileBytes]) -> Iterator[str]:
    read = pool.workbooks(files)
    failed = {failure.file_no: failure for failure in read.failures}
    values = set(apply_layouts(read.cells, read.sheets, layouts).values["file_no"])
    known = set(read.sheets["file_no"])
    for file in files:
        if file.file_no in failed:
            yield _reason(failed[file.file_no])
        elif file.file_no in values:
            yield "rows"
        else:
            yield NO_REPORT if file.file_no in known else ""


def _reason(failure: Failure) -> str:
    return f"reason: {failure.code}"


def peak_mb() -> float:
    """The most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(arguments: Sequence[str] | None = None) -> int:
    """Print and judge. Returns 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", metavar="DIR")
    parser.add_argument("--list", action="store_true", help="name every file with its outcome")
    options = parser.parse_args(arguments)
    paths = files_below(options.folders)
    done = list(outcomes(paths))
    if options.list:
        for one in done:
            print(f"{one.outcome or 'NONE':<32}{one.path}")
    for outcome, count in Counter(one.outcome or "NONE" for one in done).most_common():
        print(f"{count:>6}  {outcome}")
    return 0 if judge(paths, done) else 1


def judge(paths: Sequence[Path], done: Sequence[Outcome]) -> bool:
    """Print the figures that the bars are about; whether all of them hold."""
    codes = [one.outcome.removeprefix("reason: ") for one in done]
    missing = len(paths) - sum(1 for one in done if one.outcome)
    slowest = max(done, key=lambda one: one.seconds, default=None)
    largest = max(paths, key=lambda path: path.stat().st_size, default=None)
    print(f"files {len(paths)}, without an outcome {missing}")
    if slowest and largest:
        print(f"slowest {slowest.seconds:.1f} s or less: {slowest.path.name} and its batch")
        print(f"largest {largest.stat().st_size / 2**20:.1f} MB: {largest.name}")
    print(f"children that died {sum(c in DEATHS for c in codes)}, hangs {sum(c in HANGS for c in codes)}")
    print(f"parent's peak {peak_mb():.0f} MB")
    return missing == 0 and peak_mb() <= MOST_MB and all(one.seconds <= MOST_S for one in done)


if __name__ == "__main__":
    sys.exit(main())
