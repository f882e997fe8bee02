"""From problems to what is written into a copy: one comment a cell, the colour of its gravest problem, summary rows.

Pure; every text is in the reader's language. Writing: ``copy``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data_contracts.language import REASONS
from etl.annotate.problems import Problem, Repairs, repair_text
from etl.annotate.sheet import Place, cell_name

GRAVEST_FIRST = ("refused", "block", "error", "warning", "info")
LONGEST = 32_000
"""Characters of one text; a cell takes 32,767."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One cell to mark."""

    sheet: str
    place: Place
    severity: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the summary; ``place`` is what its cell leads to."""

    severity: str
    sheet: str | None
    place: Place | None
    texts: tuple[str, ...]
    """Severity, sheet, cell, found, expected, message, next step."""


@dataclass(frozen=True, slots=True)
class Notes:
    """All that is written into a copy."""

    title: str
    lines: tuple[str, ...]
    plain: str
    """What is said when the copy could not keep the workbook's formats."""
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    marks: tuple[Mark, ...]


def notes(name: str, found: Sequence[Problem], repaired: Sequence[Repairs], language: str) -> Notes:
    """Everything to write into the copy of the file ``name``."""
    cells: dict[tuple[str, Place], list[Problem]] = {}
    for problem in found:
        if problem.sheet is not None and problem.place is not None:
            cells.setdefault((problem.sheet, problem.place), []).append(problem)
    marks = tuple(
        Mark(sheet, place, gravest(of_cell), "\n\n".join(_comment(p, language) for p in of_cell)[:LONGEST])
        for (sheet, place), of_cell in cells.items()
    )
    lines = [name, *(repair_line(repair, language) for repair in repaired)]
    columns = ("severity", "sheet_name", "cell", "found", "expected", "message", "next")
    return Notes(
        REASONS.text("annotate.sheet", language),
        tuple(line[:LONGEST] for line in lines),
        REASONS.text("annotate.plain", language),
        tuple(REASONS.text(f"annotate.{column}", language) for column in columns),
        tuple(_row(problem, language) for problem in found),
        marks,
    )


def gravest(found: Sequence[Problem]) -> str:
    """The gravest severity of some problems."""
    return min((p.severity for p in found), key=GRAVEST_FIRST.index)


def repair_line(repair: Repairs, language: str) -> str:
    """Repairs of one kind in one line."""
    cells = ", ".join(repair.first) + (" …" if repair.count > len(repair.first) else "")
    what = repair_text(repair.repair, language)
    return REASONS.text("check.repaired", language, what=what, count=repair.count, sheet=repair.sheet, cells=cells)


def severity_text(problem: Problem, language: str) -> str:
    """Severity with the number of the rule, if there is one."""
    word = REASONS.text(f"severity.{problem.severity}", language)
    return word if problem.rule_no is None else f"{word} {problem.rule_no}"


def _comment(problem: Problem, language: str) -> str:
    lines = [f"[{severity_text(problem, language)}] {problem.message}"]
    if problem.expected:
        lines.append(f"{REASONS.text('annotate.expected', language)}: {problem.expected}")
    if problem.cause:
        lines.append(f"{REASONS.text('annotate.cause', language)}: {problem.cause}")
    lines.append(f"→ {problem.next_step}")
    return "\n".join(lines)


def _row(problem: Problem, language: str) -> Row:
    cell = cell_name(problem.place) if problem.place else problem.where or ""
    said = problem.message if problem.cause is None else f"{problem.message} ({problem.cause})"
    texts = (
        severity_text(problem, language),
        problem.sheet or "",
        cell,
        f"{problem.measure} {problem.found}".strip(),
        problem.expected,
        said,
        problem.next_step,
    )
    return Row(problem.severity, problem.sheet, problem.place, tuple(text[:LONGEST] for text in texts))
