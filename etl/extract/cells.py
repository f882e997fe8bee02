"""Values of many sheets to one frame of cells: kept as lists while files are read, typed once a bundle.

Nothing here is done cell by cell but for what is neither a number nor a text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import chain
from typing import Any

import polars as pl

from etl.extract.text import plain_number

CELL_SCHEMA = {
    "file_no": pl.UInt32,
    "sheet_no": pl.UInt16,
    "row": pl.UInt32,
    "column": pl.UInt32,
    "kind": pl.UInt8,
    "text": pl.String,
    "number": pl.Float64,
}
_RUN_SCHEMA = {
    "file_no": pl.UInt32,
    "sheet_no": pl.UInt16,
    "top": pl.UInt32,
    "left": pl.UInt32,
    "width": pl.UInt32,
    "count": pl.UInt32,
}


class Kind(IntEnum):
    """What a cell holds."""

    NUMBER = 0
    TEXT = 1
    BOOLEAN = 2
    DATE = 3
    TIME = 4
    DATETIME = 5
    DURATION = 6
    ERROR = 7
    FORMULA = 8


def content_of(value: object) -> tuple[int, str, float | None]:
    """Kind, text and number of one value of the parser."""
    if isinstance(value, str):
        return int(Kind.TEXT), value, None
    if isinstance(value, float):
        return int(Kind.NUMBER), plain_number(value), value
    return _READ[_KINDS[type(value)]](value)


Lines = Sequence[Sequence[object]]
Run = tuple[int, int, int, int, int, int]
"""Cells of one sheet: file, sheet, row and column of the first corner, width of the rectangle, how many."""


@dataclass
class Cells:
    """Non-blank values of some files: ``at`` is a value's place in its rectangle, row by row."""

    runs: list[Run] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    values: list[object] = field(default_factory=list)

    def add(self, file_no: int, sheet_no: int, corner: tuple[int, int], grid: Lines) -> None:
        """Take in a rectangle of values; ``""`` is a blank."""
        flat = list(chain.from_iterable(grid))
        at = [i for i, value in enumerate(flat) if value != ""]
        if at:
            self.runs.append((file_no, sheet_no, *corner, len(grid[0]), len(at)))
            self.at += at
            self.values += [flat[i] for i in at]

    def extend(self, other: Cells) -> None:
        """Take in all that another one holds."""
        self.runs += other.runs
        self.at += other.at
        self.values += other.values

    @property
    def is_empty(self) -> bool:
        """Whether no cell has a value."""
        return not self.values

    def frame(self) -> pl.DataFrame:
        """All cells, CELL_SCHEMA."""
        kinds = list(map(_KINDS.__getitem__, map(type, self.values)))
        others = [(i, _READ[kind](self.values[i])) for i, kind in enumerate(kinds) if kind > Kind.TEXT]
        written = _Written()
        texts = [v if v.__class__ is str else written[v] if v.__class__ is float else "" for v in self.values]
        runs = pl.DataFrame(self.runs, schema=_RUN_SCHEMA, orient="row")
        cells = runs.select(pl.exclude("count").repeat_by("count").explode(empty_as_null=False)).with_columns(
            at=pl.Series(self.at, dtype=pl.UInt32),
            kind=pl.Series(kinds, dtype=pl.UInt8),
            text=pl.Series(texts, dtype=pl.String),
            number=pl.Series([v if v.__class__ is float else None for v in self.values], dtype=pl.Float64),
        )
        if others:
            places = pl.DataFrame(
                [(i, *content) for i, content in others],
                schema={"place": pl.UInt32, "other": pl.UInt8, "written": pl.String, "serial": pl.Float64},
                orient="row",
            )
            cells = (
                cells.with_row_index("place")
                .join(places, on="place", how="left", maintain_order="left")
                .with_columns(
                    kind=pl.coalesce("other", "kind"),
                    text=pl.coalesce("written", "text"),
                    number=pl.coalesce("serial", "number"),
                )
            )
        return cells.select(
            "file_no",
            "sheet_no",
            row=pl.col("top") + pl.col("at") // pl.col("width"),
            column=pl.col("left") + pl.col("at") % pl.col("width"),
            kind="kind",
            text="text",
            number="number",
        )


class _Written(dict[float, str]):
    """Numbers in digits; a bundle has few different ones."""

    def __missing__(self, number: float) -> str:
        text = self[number] = plain_number(number)
        return text


_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's wall clock has no zone
_EARLY = dt.datetime(1900, 3, 1)  # noqa: DTZ001
_DAY = dt.timedelta(days=1)
_WHOLE = 9
_Content = tuple[int, str, float]


def _serial(moment: dt.datetime) -> float:
    """Days as the spreadsheet counts them; before March 1900 it believes in a 29 February."""
    days = (moment - _EPOCH) / _DAY
    return days - 1 if moment < _EARLY else days


def _time(value: dt.time) -> _Content:
    seconds = value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
    return int(Kind.TIME), value.isoformat("auto"), seconds / 86400


def _date(value: dt.date) -> _Content:
    moment = dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001
    return int(Kind.DATE), value.isoformat(), _serial(moment)


_KINDS: dict[type, int] = {
    float: 0,
    str: 1,
    bool: 2,
    dt.date: 3,
    dt.time: 4,
    dt.datetime: 5,
    dt.timedelta: 6,
    int: _WHOLE,
}
_READ: dict[int, Callable[[Any], _Content]] = {
    2: lambda v: (2, "TRUE" if v else "FALSE", float(v)),
    3: _date,
    4: _time,
    5: lambda v: (5, v.isoformat(" "), _serial(v)),
    6: lambda v: (6, str(v), v / _DAY),
    _WHOLE: lambda v: (0, plain_number(float(v)), float(v)),
}
