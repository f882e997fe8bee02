"""Rows of a database as an immutable file, and back as records: JSON lines, every value with its type.

The first line says which source, mapping and columns; every other line is one row. What JSON has no word for is an
object with one key: ``{"decimal": "12.50"}``, ``{"datetime": "2026-11-02T06:30:00"}``. Getting the rows: ``database``.
"""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial

import polars as pl

from etl.extract.preflight import RefusedError
from etl.extract.text import RECORD_NO, plain_number
from etl.extract.workbook import Kind

_MAGIC = b'{"shiftledger_rows": 1,'
_dumps = partial(json.dumps, ensure_ascii=False)
_Cell = tuple[str | None, int | None, float | None]


class UnreadableTypeError(Exception):
    """A value of a type that has no text of its own."""


def encode(value: object) -> object:  # noqa: PLR0911 - one line a type
    """A value as JSON keeps it. Raises UnreadableTypeError."""
    match value:
        case None | str() | bool() | int():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case Decimal():
            return {"decimal": str(value)} if value.is_finite() else str(value)
        case datetime():
            return {"datetime": (value.astimezone(UTC) if value.tzinfo else value).isoformat()}
        case date():
            return {"date": value.isoformat()}
        case time():
            return {"time": value.isoformat()}
        case bytes() | bytearray() | memoryview():
            return {"bytes": bytes(value).hex()}
        case uuid.UUID():
            return str(value)
        case _:
            raise UnreadableTypeError(type(value).__name__)


def decode(value: object) -> object:
    """What ``encode`` wrote."""
    if not isinstance(value, dict):
        return value
    ((kind, text),) = value.items()
    return _READERS[kind](text)


_READERS: dict[str, Callable[[str], object]] = {
    "decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "bytes": bytes.fromhex,
}


def line(row: Iterable[object]) -> bytes:
    """One row; equal rows give equal bytes. Raises UnreadableTypeError."""
    return _dumps([encode(value) for value in row]).encode(errors="backslashreplace")


def join(head: dict[str, object], columns: Sequence[str], lines: Iterable[bytes]) -> bytes:
    """The bytes of a snapshot."""
    first = _MAGIC[:-1] + b", " + _dumps({**head, "columns": list(columns)}).encode()[1:]
    return b"\n".join([first, *lines, b""])


def is_snapshot(content: bytes) -> bool:
    """Whether ``join`` made it."""
    return content.startswith(_MAGIC)


def read_snapshot(content: bytes) -> pl.DataFrame:
    """Texts ``c0`` ..., kinds ``k0`` ..., numbers ``n0`` ... as of a workbook; record 0 names the columns.

    Raises RefusedError.
    """
    try:
        head, *rows = (json.loads(text) for text in content.split(b"\n") if text)
    except ValueError as error:
        raise RefusedError("file_text_damaged", line=1, detail=str(error)) from error
    frame: dict[str, pl.Series] = {RECORD_NO: pl.Series(range(len(rows) + 1), dtype=pl.UInt32)}
    for i, name in enumerate(head["columns"]):
        cells: list[_Cell] = [(name, Kind.TEXT, None), *(_cell(decode(row[i])) for row in rows)]
        texts, kinds, numbers = zip(*cells, strict=True)
        frame[f"c{i}"] = pl.Series(texts, dtype=pl.String)
        frame[f"k{i}"] = pl.Series(kinds, dtype=pl.UInt8)
        frame[f"n{i}"] = pl.Series(numbers, dtype=pl.Float64)
    return pl.DataFrame(frame)


def _cell(value: object) -> _Cell:  # noqa: PLR0911 - one line a type
    """Text, kind and number (or serial) of a value; an instant with an offset has no serial: its day is unknown."""
    match value:
        case None | "":
            return None, None, None
        case bool():
            return str(value).lower(), Kind.BOOLEAN, None
        case int() | Decimal():
            return _digits(value), Kind.NUMBER, float(value)
        case float():
            return plain_number(value), Kind.NUMBER, value
        case datetime():
            return value.isoformat(), Kind.DATETIME, None if value.tzinfo else _serial(value)
        case date():
            return value.isoformat(), Kind.DATE, _serial(datetime(value.year, value.month, value.day))  # noqa: DTZ001
        case time():
            return value.isoformat(), Kind.TIME, (datetime.combine(_DAY_0, value) - _DAY_0) / timedelta(days=1)
        case bytes():
            return value.hex(), Kind.TEXT, None
        case _:
            return str(value), Kind.TEXT, None


_DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001 - serials have no zone


def _serial(moment: datetime) -> float:
    """Days since the day 0 of spreadsheets."""
    return (moment - _DAY_0) / timedelta(days=1)


def _digits(value: int | Decimal) -> str:
    """All digits and none that say nothing: 12.50 is 12.5 whichever database it comes from."""
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text
