"""Frames to a workbook with real types: what the figures rest on, a sheet a table, a chart sheet. Pure."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import xlsxwriter

NEUTRAL = "'"
_ACTIVE = ("=", "+", "-", "@", "\t", "\r")
_FORBIDDEN = str.maketrans("[]:*?/\\", "_______")
_WIDEST, _NARROWEST = 48, 9
MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart sheet over a table: columns of numbers by one column of names; ``kind`` as Excel calls it."""

    title: str
    category: str
    values: tuple[str, ...]
    kind: str = "column"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: ``headings`` names the columns to write, in order; instants are UTC."""

    name: str
    rows: pl.DataFrame
    headings: Mapping[str, str]
    chart: Chart | None = None
    shares: frozenset[str] = field(default_factory=frozenset)
    """Columns that are written as a percentage."""


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return NEUTRAL + text if text.startswith(_ACTIVE) else text


def workbook(about: Sequence[tuple[str, str]], sheets: Sequence[Sheet], zone: str, about_name: str) -> bytes:
    """The bytes of the workbook; ``about`` says what page, filters and version the figures come from."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, options) as book:
        formats = {
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            "share": book.add_format({"num_format": "0.0%"}),
            "number": book.add_format({"num_format": "#,##0.##"}),
            "name": book.add_format({"bold": True, "valign": "top"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        first = book.add_worksheet(_name(about_name, set()))
        first.set_column(0, 0, 26, formats["name"])
        first.set_column(1, 1, 90, formats["text"])
        for row, (name, text) in enumerate(about):
            first.write_string(row, 0, name)
            first.write_string(row, 1, neutral(text))
        taken = {first.get_name()}
        names = []
        for sheet in sheets:
            names.append(_name(sheet.name, taken))
            taken.add(names[-1])
            _write(book, names[-1], sheet, zone, formats)
        for sheet, name in zip(sheets, names, strict=True):
            if sheet.chart is not None and _has_figures(sheet, sheet.chart):
                _draw(book, sheet, sheet.chart, name, taken)
    return stream.getvalue()


def _write(book: Any, name: str, sheet: Sheet, zone: str, formats: Mapping[str, Any]) -> None:
    page = book.add_worksheet(name)
    page.freeze_panes(1, 0)
    rows = sheet.rows.head(MOST_ROWS)
    for column, (code, heading) in enumerate(sheet.headings.items()):
        page.write_string(0, column, heading, formats["head"])
        width = len(heading)
        for row, value in enumerate(rows[code], start=1):
            width = max(width, _cell(page, row, column, value, code in sheet.shares, ZoneInfo(zone), formats))
        page.set_column(column, column, min(max(width + 1, _NARROWEST), _WIDEST))
    if sheet.headings:
        page.autofilter(0, 0, max(rows.height, 1), len(sheet.headings) - 1)


def _cell(page: Any, row: int, column: int, value: Any, is_share: bool, zone: ZoneInfo, formats: Any) -> int:
    """Write a value in its own type; returns about how wide it is. What is missing stays blank."""
    match value:
        case None:
            return 0
        case bool():
            page.write_boolean(row, column, value)
        case int() | float():
            page.write_number(row, column, value, formats["share" if is_share else "number"])
        case datetime():
            local = value.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
            page.write_datetime(row, column, local, formats["moment"])
            return 16
        case date():
            page.write_datetime(row, column, datetime(value.year, value.month, value.day), formats["date"])  # noqa: DTZ001
            return 10
        case _:
            text = neutral(str(value))
            page.write_string(row, column, text)
            return len(text) * (2 if not text.isascii() else 1)
    return 8


def _has_figures(sheet: Sheet, chart: Chart) -> bool:
    """Whether there is anything to draw: what was not measured is no chart."""
    return any(sheet.rows[code].drop_nulls().len() for code in chart.values)


def _draw(book: Any, sheet: Sheet, chart: Chart, name: str, taken: set[str]) -> None:
    columns = list(sheet.headings)
    drawn = book.add_chart({"type": chart.kind})
    last = min(sheet.rows.height, MOST_ROWS)
    names = columns.index(chart.category)
    for code in chart.values:
        at = columns.index(code)
        drawn.add_series(
            {
                "name": [name, 0, at],
                "categories": [name, 1, names, last, names],
                "values": [name, 1, at, last, at],
            }
        )
    drawn.set_title({"name": chart.title})
    if sheet.shares.issuperset(chart.values):
        drawn.set_y_axis({"num_format": "0%", "min": 0, "max": 1})
    if len(chart.values) == 1:
        drawn.set_legend({"none": True})
    if chart.kind == "bar":
        drawn.set_y_axis({"reverse": True})
    label = _name(chart.title, taken)
    taken.add(label)
    book.add_chartsheet(label).set_chart(drawn)


def _name(wanted: str, taken: set[str]) -> str:
    """A name that Excel takes and that no other sheet has."""
    base = wanted.translate(_FORBIDDEN).strip("'")[:31] or "Sheet"
    lowered = {name.casefold() for name in taken}
    name, number = base, 2
    while name.casefold() in lowered:
        suffix = f" ({number})"
        name, number = base[: 31 - len(suffix)] + suffix, number + 1
    return name
