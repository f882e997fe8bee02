"""Watermarks: values of a column that only grows, by which a source is read from where the last load ended.

A number, a moment, a day, or the text of one as ISO 8601 (SQLite has no other). Reading: ``database``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TypeAlias
from zoneinfo import ZoneInfo

from etl.extract.snapshot import decode, encode

Watermark: TypeAlias = "int | float | Decimal | date | datetime | str"
Position: TypeAlias = "float | Decimal | datetime"
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")


class NotAWatermarkError(Exception):
    """A value that does not say when or how far."""


def position(value: object) -> Position:
    """Where a watermark stands, to compare it with others of its column. Raises NotAWatermarkError."""
    match value:
        case bool():
            raise NotAWatermarkError(type(value).__name__)
        case int() | float() | Decimal() if value == value:  # noqa: PLR0124 - not a number is not equal to itself
            return value
        case datetime():
            return value
        case date():
            return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - of the plant's clock
        case str() if _ISO.fullmatch(value):
            return datetime.fromisoformat(value)
        case _:
            raise NotAWatermarkError(f"{type(value).__name__} {value!r}"[:60])


@dataclass(frozen=True, slots=True)
class Overlap:
    """How far before the last watermark rows are read again: minutes of a time, steps of a number."""

    minutes: float
    steps: float

    def before(self, value: Watermark) -> Watermark:
        """The watermark from which to read; never later than ``value`` less the overlap."""
        match value:
            case datetime():
                return value - timedelta(minutes=self.minutes)
            case date():
                return value - timedelta(days=-(-self.minutes // 1440))
            case str():
                earlier = (datetime.fromisoformat(value) - timedelta(minutes=self.minutes)).isoformat(
                    sep=value[10:11] or " "
                )
                return earlier[: len(value)]
            case Decimal():
                return value - Decimal(str(self.steps))
            case int():
                return value - int(-(-self.steps // 1))
            case float():
                return value - self.steps


@dataclass(frozen=True, slots=True)
class Horizon:
    """Now, by the latest clock of the source. A row from the future is taken in, but moves no watermark past it."""

    now: datetime
    zones: tuple[str, ...]

    def allows(self, at: Position) -> bool:
        """Whether a watermark may move as far as this."""
        if not isinstance(at, datetime):
            return True
        now = self.now.replace(tzinfo=UTC)
        if at.tzinfo:
            return at <= now
        return at <= max(now.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for zone in self.zones)


def to_text(value: Watermark | None) -> str:
    """As stored."""
    return json.dumps(encode(value))


def from_text(text: str) -> Watermark | None:
    """What ``to_text`` wrote."""
    return decode(json.loads(text))  # type: ignore[return-value]
