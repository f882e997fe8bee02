"""What is new in a database source, as snapshots: what the last pulls have not seen from a watermark on.

Rows of the overlap that were seen before are passed over by their hash, so that a pull of nothing new gives nothing.
Connecting and asking: ``database``. Remembering: ``etl.store.pulled``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from data_contracts.source import Source
from etl.extract import snapshot
from etl.extract.preflight import RefusedError
from etl.extract.watermark import Horizon, NotAWatermarkError, Overlap, Position, Watermark, position

if TYPE_CHECKING:
    from etl.extract.database import Database

Accept = Callable[[list[str]], None]


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of a source: the watermark from which to read on, and hashes of rows near it."""

    watermark: Watermark | None = None
    seen: frozenset[str] = frozenset()


@dataclass(slots=True)
class Pull:
    """New rows as snapshots; ``failure``: why there are not more; ``is_behind``: the next load goes on."""

    memory: Memory
    snapshots: list[bytes] = field(default_factory=list)
    rows: int = 0
    is_behind: bool = False
    failure: RefusedError | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a pull stands: the watermark to remember, the last row, and hashes of rows near the watermark."""

    watermark: Watermark | None
    last: Position | None = None
    near: tuple[tuple[Position, str], ...] = ()


def overlap_of(source: Source) -> Overlap:
    """How far before the watermark a source is read again."""
    return Overlap(source.overlap_min, source.overlap_steps)


def pull(database: Database, memory: Memory, horizon: Horizon, accept: Accept) -> Pull:
    """New rows of one source. ``accept`` raises RefusedError for columns that cannot be used.

    Raises RefusedError when there is nothing at all; after a first snapshot the failure stands in the result.
    """
    source = database.source
    overlap = overlap_of(source)
    known = memory.watermark
    since = source.start if known is None else overlap.before(known)
    check_columns(database.columns(), source, accept)
    if database.has_blank():
        raise RefusedError("source_watermark_blank", column=source.watermark)
    answer = database.rows(since)
    column = answer.columns.index(source.watermark)
    head = {"source": source.id, "mapping": source.mapping, "since": snapshot.encode(since)}
    result = Pull(memory)
    at = _Place(known)
    try:
        with closing(answer.parts):
            for part in answer.parts:
                lines = [_line(answer.columns, row) for row in part]
                hashes = [hashlib.blake2b(line, digest_size=16).hexdigest() for line in lines]
                at = _moved(at, [row[column] for row in part], hashes, source, horizon)
                new = [line for line, digest in zip(lines, hashes, strict=True) if digest not in memory.seen]
                if new:
                    result.snapshots.append(snapshot.join(head, answer.columns, new))
                    result.rows += len(new)
                if database.is_over or result.rows >= source.load_rows:
                    result.is_behind = True
                    break
    except RefusedError as error:
        if not result.snapshots:
            raise
        result.failure, result.is_behind = error, True
    seen = frozenset(digest for _, digest in at.near)
    # A pull that ended early may not have come to rows that were seen before: these stay known.
    result.memory = Memory(at.watermark, seen | memory.seen if result.is_behind else seen)
    return result


def check_columns(columns: list[str], source: Source, accept: Accept) -> None:
    """Raises RefusedError when the watermark or a column of the mapping is missing."""
    if source.watermark not in columns:
        raise RefusedError("source_watermark_missing", column=source.watermark, found=", ".join(columns))
    accept([name for name in columns if name != source.watermark])


def _line(columns: list[str], row: tuple[object, ...]) -> bytes:
    try:
        return snapshot.line(row)
    except snapshot.UnreadableTypeError as error:
        for name, value in zip(columns, row, strict=True):
            try:
                snapshot.encode(value)
            except snapshot.UnreadableTypeError:
                raise RefusedError("source_type", column=name, type=str(error)) from None
        raise


def _moved(at: _Place, values: list[object], hashes: list[str], source: Source, horizon: Horizon) -> _Place:
    """The place after some more rows; they must come in the order in which their watermarks count."""
    watermark, last = at.watermark, at.last
    places: list[Position] = []
    for value in values:
        try:
            here = position(value)
            if last is not None and here < last:  # type: ignore[operator]
                raise NotAWatermarkError(f"{value!r} after a later one")
            if horizon.allows(here) and (watermark is None or position(watermark) < here):  # type: ignore[operator]
                watermark = value  # type: ignore[assignment]
        except (NotAWatermarkError, TypeError) as error:
            raise RefusedError("source_watermark_type", column=source.watermark, found=str(error)) from None
        last = here
        places.append(here)
    near = (*at.near, *zip(places, hashes, strict=True))
    if watermark is None:
        return _Place(watermark, last, near)
    edge = position(overlap_of(source).before(watermark))
    return _Place(watermark, last, tuple(pair for pair in near if pair[0] >= edge))  # type: ignore[operator]
