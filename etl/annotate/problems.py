"""What a check found, as problems that a person can act on: where, what stands there, what belongs there, what to do.

Pure: frames of a preflight in, values out. Printing them: ``etl.check``. Into a workbook: ``marks`` and ``copy``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from data_contracts.crosschecks import CROSSCHECKS
from data_contracts.language import REASONS, evidence_text
from etl.annotate.sheet import Place, position
from etl.tell import measure_text, message, number, reason_text

_ROW = re.compile(r"row (\d+)")


@dataclass(frozen=True, slots=True)
class Problem:
    """One refused thing or one difference of a report.

    ``severity``: refused, block, error, warning or info. ``where``: the cell or row as it was told; ``place``: row and
    column from 1 where it is a cell. ``rule_no``, ``cause``: of a difference. Texts are in the reader's language.
    """

    severity: str
    sheet: str | None
    where: str | None
    place: Place | None
    measure: str
    found: str
    expected: str
    message: str
    next_step: str
    rule_no: int | None = None
    cause: str | None = None
    who: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether something was not read, rather than read and found to differ."""
        return self.severity == "refused"


def problems(
    held_back: pl.DataFrame, findings: pl.DataFrame, language: str, sheets: Mapping[str, int] | None = None
) -> list[Problem]:
    """Problems of one file in the order of its sheets, rows and columns; those of the whole file come first.

    ``held_back``: contract quarantine; ``findings``: contract discrepancy; ``sheets``: name to number.
    """
    order = sheets or {}
    told = [*_refused(held_back, language), *_differing(findings, language)]

    def key(problem: Problem) -> tuple[object, ...]:
        sheet = problem.sheet
        return (
            sheet is not None,
            order.get(sheet or "", len(order)),
            sheet or "",
            problem.place or (0, 0),
            problem.rule_no or 0,
            problem.message,
        )

    return sorted(told, key=key)


def _refused(held_back: pl.DataFrame, language: str) -> Iterator[Problem]:
    for row in _folded(held_back, language):
        params = {"sheet": row["source_sheet"], **json.loads(row["reason_params"] or "{}")}
        expected = f"expected.{row['reason_code']}"
        yield Problem(
            "refused",
            row["source_sheet"],
            row["source_cell"],
            position(row["source_cell"] or ""),
            measure_text(row["measure"], language) if row["measure"] else "",
            row["raw"] or "",
            REASONS.text(expected, language) if expected in REASONS else "",
            reason_text(row["reason_code"], params, language),
            REASONS.text("next.refused", language),
            who=_who(row),
        )


def _folded(held_back: pl.DataFrame, language: str) -> Iterator[dict[str, Any]]:
    """Rows of a sheet that lack the same thing are told once: ``rows 9-17, 31``."""
    alike: dict[tuple[object, ...], list[int]] = {}
    first: dict[tuple[object, ...], dict[str, Any]] = {}
    for row in held_back.iter_rows(named=True):
        number = _ROW.fullmatch(row["source_cell"] or "")
        if number is None:
            yield row
            continue
        key = tuple(row[name] for name in ("source_sheet", "reason_code", "reason_params", "measure", "raw"))
        first.setdefault(key, row)
        alike.setdefault(key, []).append(int(number.group(1)))
    for key, numbers in alike.items():
        word = "check.row" if len(numbers) == 1 else "check.rows"
        yield first[key] | {"source_cell": REASONS.text(word, language, rows=_spans(numbers))}


def _spans(numbers: Iterable[int]) -> str:
    """``9-17, 31``."""
    spans: list[list[int]] = []
    for row in sorted(set(numbers)):
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    return ", ".join(f"{least}" if least == most else f"{least}-{most}" for least, most in spans)


def _differing(findings: pl.DataFrame, language: str) -> Iterator[Problem]:
    for row in findings.iter_rows(named=True):
        yield Problem(
            row["severity"],
            row["source_sheet"],
            row["source_cell"],
            position(row["source_cell"] or ""),
            measure_text(row["measure"], language),
            row["reported_text"] or number(row["reported_value"]),
            row["reference_text"] or number(row["reference_value"]),
            message(row, language),
            REASONS.text(f"next.{row['severity']}", language),
            CROSSCHECKS[row["rule_id"]].number,
            cause_text(row, language),
            _who(row),
        )


def cause_text(row: Mapping[str, Any], language: str) -> str:
    """The probable cause and what led to it."""
    cause = REASONS.text(f"cause.{row['probable_cause']}", language)
    why = evidence_text(row["probable_cause"], row["cause_evidence"], language)
    return f"{cause}: {why}" if why else cause


def _who(row: Mapping[str, Any]) -> str:
    return " ".join(str(row[name]) for name in ("line_id", "production_date", "shift_id") if row[name] is not None)


@dataclass(frozen=True, slots=True)
class Repairs:
    """Cells of a sheet that were repaired in one way: how many, and the first of them."""

    sheet: str
    repair: str
    count: int
    first: tuple[str, ...]


def repairs(values: pl.DataFrame, most: int = 3) -> list[Repairs]:
    """Repairs by sheet and kind. ``values``: contract value; a cell may have been repaired in more than one way."""
    cells = (
        values.filter(pl.col("repair").is_not_null())
        .with_columns(pl.col("repair").str.split(" "))
        .explode("repair", empty_as_null=True)
        .unique(["source_sheet", "source_cell", "repair"])
    )
    kinds: dict[tuple[str, str], list[str]] = {}
    for sheet, repair, cell in cells.select("source_sheet", "repair", "source_cell").iter_rows():
        kinds.setdefault((sheet, repair), []).append(cell)
    return [
        Repairs(sheet, repair, len(found), tuple(sorted(found, key=lambda c: position(c) or (0, 0))[:most]))
        for (sheet, repair), found in sorted(kinds.items())
    ]


def repair_text(repair: str, language: str) -> str:
    """What was done to read a cell, in words."""
    key = f"repair.{repair}"
    return REASONS.text(key, language) if key in REASONS else repair
