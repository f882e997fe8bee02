"""What a cross-check is, what it may look at, and the shape of what it returns.

A rule compares: it returns a row for every pair of values it held against each other, with both values and their
cells. Whether the difference is within tolerance is decided in one place for all rules (``etl.reconcile``), so
that tolerances resolve alike and every discrepancy stores the tolerance that was applied.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import wraps
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

import polars as pl
from polars._typing import PolarsDataType

Words = ParamSpec("Words")
Result = TypeVar("Result")
KEY = ("plant_id", "line_id", "production_date", "shift_id")
SOURCE = ("report_id", "source_file", "source_file_id", "source_sheet")
Cardinality = Literal["one to one", "many to one", "one to many", "many to many"]
"""Reported values to reference values; what is many is summed, or counted, before it is compared."""

EARLIER_DAYS = 14
"""So many days back a rule may look; days that follow a change are judged again."""

COMPARED: dict[str, PolarsDataType] = {
    "plant_id": pl.String,
    "line_id": pl.String,
    "production_date": pl.Date,
    "shift_id": pl.String,
    "hour_start": pl.Datetime("us"),
    "order_id": pl.String,
    "product_id": pl.String,
    "measure": pl.String,
    "subject": pl.String,
    "reported_value": pl.Float64,
    "reference_value": pl.Float64,
    "reported_text": pl.String,
    "reference_text": pl.String,
    "base": pl.Float64,
    "relative": pl.Float64,
    "severity": pl.String,
    "report_id": pl.String,
    "source_file": pl.String,
    "source_file_id": pl.String,
    "source_sheet": pl.String,
    "source_cell": pl.String,
    "cells": pl.List(pl.String),
    "reference_locator": pl.String,
    "reported_parts": pl.List(pl.Float64),
    "reference_parts": pl.List(pl.Float64),
    "beside": pl.List(pl.Float64),
    "rests_on": pl.List(pl.Struct({"report_id": pl.String, "place": pl.String})),
}
"""Columns of a comparison. Those a rule leaves out are null.

``subject`` tells comparisons apart that share key, order, product and measure (a cell, for instance).
``base``: what a relative tolerance refers to; default the absolute reference value. ``relative``: a relative
tolerance that follows from the data, such as counter or manual counting; a plant's own setting wins over it.
``severity``: where it depends on the case. Without values the texts are compared. ``cells``: all cells that took
part, as ``sheet!cell``. ``reported_parts``/``reference_parts``: the values that were summed; ``beside``:
neighbouring figures such as scrap, for the causes. ``rests_on``: ``sheet!cell`` of other reports, or of all that were
summed, whose mistakes would be the root of this difference.
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All frames a rule may look at, for the production days being reconciled and the neighbours they need.

    ``reports``: contract ``report``, one revision a key. ``output``, ``stops``, ``defects``: staged rows of those
    reports with KEY and SOURCE columns; rows that are totals have ``is_total``. ``mes_output``, ``mes_stops``:
    staged records with a resolved key. ``orders``: contract ``work_order``. ``order_output``: order_id, KEY, good_qty,
    cumulative: what was made of each order, over all history. ``windows``: planned shifts; ``expected``: those of
    them that should have a report. ``mes_days``, ``mes_stop_days``: plant_id, line_id, first_day, last_day on which
    the MES counts output, or records stops. ``sequence``: one row per current report of these days and of the
    EARLIER days before them: KEY, report_id, layout_id, start_at, end_at, work_min, is_earlier; ``before``, the report_id of the line's
    former report; ``is_next``, whether that one is of the shift planned right before. ``earlier_output``,
    ``earlier_stops``, ``earlier_wip``, ``earlier_shifts``: staged rows of those earlier reports. ``wip``, ``shifts``:
    ledgers of stock, and figures of whole shifts, of these reports. ``mes_cancelled``: records of output that were
    withdrawn, and what withdrew them; ``mes_material``, ``mes_attendance``: material used and people present.
    ``readings``: contract ``value`` with KEY and SOURCE, cells that were repaired to be read; ``held_cells``: cells with
    an error or no saved result, which held their row back; ``merged_values``: source_file_id, source_sheet and
    source_cell of values hidden below merged cells. ``zones``: plant to its IANA zone. Master tables as in the site.
    ``defect_layouts``, ``scrap_layouts``, ``stop_layouts``, ``signed_layouts``, ``noted_layouts``: layouts that list
    defects, say anything of scrap, list stops, have a place for the leader's name, or for remarks.
    """

    reports: pl.DataFrame
    output: pl.DataFrame
    stops: pl.DataFrame
    defects: pl.DataFrame
    mes_output: pl.DataFrame
    mes_stops: pl.DataFrame
    readings: pl.DataFrame
    held_cells: pl.DataFrame
    merged_values: pl.DataFrame
    orders: pl.DataFrame
    order_output: pl.DataFrame
    windows: pl.DataFrame
    expected: pl.DataFrame
    mes_days: pl.DataFrame
    mes_stop_days: pl.DataFrame
    sequence: pl.DataFrame
    earlier_output: pl.DataFrame
    earlier_stops: pl.DataFrame
    wip: pl.DataFrame
    shifts: pl.DataFrame
    earlier_wip: pl.DataFrame
    earlier_shifts: pl.DataFrame
    mes_cancelled: pl.DataFrame
    mes_material: pl.DataFrame
    mes_attendance: pl.DataFrame
    master: Mapping[str, pl.DataFrame]
    zones: Mapping[str, str]
    defect_layouts: frozenset[str]
    scrap_layouts: frozenset[str]
    stop_layouts: frozenset[str]
    signed_layouts: frozenset[str]
    noted_layouts: frozenset[str]
    now: datetime
    closed_through: date | None
    warning_after_h: float
    error_after_h: float
    derived: dict[tuple[str, ...], Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What ``once`` has worked out from these frames."""


def once(work: Callable[Concatenate[Evidence, Words], Result]) -> Callable[Concatenate[Evidence, Words], Result]:
    """Several rules start from the same sums: each is worked out once for a piece of evidence and its further words."""

    @wraps(work)
    def kept(evidence: Evidence, /, *words: Words.args, **named: Words.kwargs) -> Result:
        key = (work.__module__, work.__qualname__, *map(str, words), *map(str, named.items()))
        if key not in evidence.derived:
            evidence.derived[key] = work(evidence, *words, **named)
        result: Result = evidence.derived[key]
        return result

    return kept


@dataclass(frozen=True, slots=True)
class Example:
    """Two sides that differ by more than the tolerance, and what they are, for the reference page."""

    reported: float | str | None
    reference: float | str | None
    measure: str = "good_qty"


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """A rule. ``number`` is the catalogue's.

    ``family``: report, mes, plausibility, continuity, identity, timeliness or reading.
    ``absolute`` and ``relative`` are default tolerances on the absolute difference; the larger holds. ``escalate``: a
    relative difference above which a warning becomes an error. ``one_sided``: only an excess of the reported value
    counts. ``rank``: of two rules that fail from the same cell by the same amount, the lower one is told.
    ``whole_report``: when it fails, whatever else is wrong with the report follows from it.
    ``has_sides``: its values are the report's and the MES's amount of the measure in one shift (hour, order), so that a
    person may accept either. ``gate``: may block a report before anything else is compared. Messages are templates over {reported},
    {reference}, {delta}, {tolerance} and {measure}.

    ``grain``: what one comparison is about. ``cardinality``: how many values of either side go into it. ``example``: a
    reported and a reference value that differ, for the reference page.
    """

    id: str
    number: int
    family: str
    severity: str
    name: Mapping[str, str]
    message: Mapping[str, str]
    compare: Callable[[Evidence], pl.DataFrame]
    absolute: float = 0.0
    relative: float = 0.0
    escalate: float | None = None
    one_sided: bool = False
    rank: int = 5
    gate: bool = False
    whole_report: bool = False
    grain: tuple[str, ...] = KEY
    cardinality: Cardinality = "one to one"
    example: Example | None = None
    has_sides: bool = False


def compared(frame: pl.DataFrame, **columns: pl.Expr | str | None) -> pl.DataFrame:
    """Bring a rule's rows into the shape COMPARED. A string is a literal; missing columns become null."""
    expressions = {n: pl.lit(c) if isinstance(c, str) or c is None else c for n, c in columns.items()}
    known = frame.with_columns(**expressions)
    return known.select(
        (pl.col(name) if name in known.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in COMPARED.items()
    )


def place(cell: str) -> pl.Expr:
    """``sheet!cell`` of a cell column."""
    return pl.when(pl.col(cell).is_not_null()).then(pl.concat_str("source_sheet", pl.lit("!"), cell))


def rests_on(place: pl.Expr, report_id: str = "report_id") -> pl.Expr:
    """An item of ``rests_on``: a cell, as ``sheet!cell``, of a report."""
    return pl.struct(pl.col(report_id).alias("report_id"), place.alias("place"))


def record_locator() -> pl.Expr:
    """Locator of one export record."""
    return pl.concat_str("source_file", pl.lit(" · record "), pl.col("record_no").cast(pl.String))


def of_layouts(evidence: Evidence, layouts: frozenset[str]) -> pl.DataFrame:
    """``report_id`` of the reports that one of these layouts recognised."""
    return evidence.reports.filter(pl.col("layout_id").is_in(layouts)).select("report_id")


def whole_reports(evidence: Evidence, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows of reports of which nothing was refused: sums over the others would blame the wrong thing."""
    if not evidence.reports.is_empty() and evidence.reports["refused_rows"].max() == 0:
        return frame
    whole = evidence.reports.filter(pl.col("refused_rows") == 0).select("report_id")
    return frame.join(whole, on="report_id", how="semi")
