"""What ``shiftledger check`` prints and writes. Finding it: ``etl.preflight``. Copies: ``etl.annotate``."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from data_contracts.errors import StoreError
from data_contracts.language import REASONS
from data_contracts.site import Limits
from etl.annotate import Request, annotate_all
from etl.annotate.marks import repair_line, severity_text
from etl.annotate.problems import Problem, Repairs, problems, repairs
from etl.annotate.sheet import cell_name
from etl.preflight import Preflight, sha256
from etl.store.files import deliver
from etl.store.inbox import files_below, readable_name
from etl.tell import NOTHING, notice_text
from etl.template.version import CURRENT

MOST_CELLS = 8
_PACKAGES = (".xlsx", ".xlsm")


@dataclass(frozen=True, slots=True)
class Given:
    """A report to look at; ``name`` is its path below the folder that was asked for, or its own name."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in one report file."""

    given: Given
    problems: list[Problem]
    repairs: list[Repairs]
    notices: list[str]


def gather(asked: Sequence[Path]) -> list[Given]:
    """Files, folders (as an inbox takes them) and patterns to reports. Raises StoreError for one without a file."""
    found: dict[Path, Given] = {}
    for path in asked:
        if path.is_dir():
            below = [Given(p, p.relative_to(path).as_posix()) for p in files_below(path)]
        elif not path.exists() and glob.has_magic(str(path)):
            hits = sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207 - the pattern may be absolute
            below = [Given(Path(p), Path(p).name) for p in hits if Path(p).is_file()]
        else:
            below = [Given(path, path.name)]
        if not below:
            raise StoreError(f"{path}: no report found there")
        for given in below:
            found.setdefault(given.path, given)
    return list(found.values())


def checked(result: Preflight, asked: Sequence[Given], language: str) -> list[Checked]:
    """The result by file, in the order asked for."""
    return [found_in(result, given, sha256(given.path), language) for given in asked]


def found_in(result: Preflight, given: Given, source_file_id: str, language: str) -> Checked:
    """The result of one file."""
    mine = pl.col("source_file_id") == source_file_id
    holds = result.said.filter(mine).select("report_id")
    sheets = {name: number for number, name in result.sheets.filter(mine).select("sheet_no", "sheet_name").iter_rows()}
    findings = result.findings.join(holds, on="report_id", how="semi")
    found = problems(result.held_back.filter(mine), findings, language, sheets)
    versions = result.templates.filter(mine, pl.col("version") < CURRENT)["version"].unique()
    notices = [REASONS.text("check.template_old", language, version=v, current=CURRENT) for v in versions]
    notices += [notice_text(row, language) for row in result.notices.filter(mine).iter_rows(named=True)]
    return Checked(given, found, repairs(result.repairs.join(holds, on="report_id", how="semi")), notices)


def lines(files: Sequence[Checked], reports: int, language: str) -> Iterator[str]:
    """What is printed: by file and sheet in the order of cells, then one line for all."""
    for file in files:
        if file.problems or file.repairs or file.notices:
            yield readable_name(file.given.name)
        sheet: str | None = ""
        for problem in file.problems:
            if problem.sheet != sheet:
                sheet = problem.sheet
                yield f"  {sheet or REASONS.text('check.whole_file', language)}"
            yield from _problem_lines(problem, language)
        yield from (f"  {repair_line(repair, language)}" for repair in file.repairs)
        yield from (f"  {notice}" for notice in file.notices)
    yield summary(files, reports, language)


def _problem_lines(problem: Problem, language: str) -> Iterator[str]:
    cell = f"{problem.where} " if problem.where else ""
    measure = f" {problem.measure}" if problem.measure else ""
    raw = f" “{problem.found}”" if problem.is_refused and problem.found else ""
    yield f"    {cell}[{severity_text(problem, language)}]{measure}{raw}: {problem.message}"
    if not problem.is_refused:
        about = f"({problem.who}; {problem.cause})"
        if {problem.found, problem.expected} != {NOTHING}:
            about = f"{REASONS.text('check.found', language, found=problem.found, expected=problem.expected)} {about}"
        yield f"      {about}"


def summary(files: Sequence[Checked], reports: int, language: str) -> str:
    """One line: how many reports, what was found, what to correct before handing in."""
    found = [problem for file in files for problem in file.problems]
    refused = [p for p in found if p.is_refused]
    in_cells = sum(1 for p in refused if p.place)
    parts = [
        _counted(reports, "check.report", "check.reports", language),
        _counted(in_cells, "check.refused_one", "check.refused", language),
        *(
            [_counted(len(refused) - in_cells, "check.refused_other_one", "check.refused_other", language)]
            if len(refused) > in_cells
            else []
        ),
        _counted(len(found) - len(refused), "check.difference", "check.differences", language),
    ]
    comma, colon = (",", ":") if language == "zh" else (", ", ": ")
    return f"{comma.join(parts)}{colon}{_what_next(files, language)}"


def _what_next(files: Sequence[Checked], language: str) -> str:
    found = [problem for file in files for problem in file.problems]
    if not found:
        return REASONS.text("check.nothing", language)
    wrong = [(file.given.name, p) for file in files for p in file.problems if p.severity != "info"]
    if not wrong:
        return REASONS.text("check.notes_only", language)
    sheets = len({(file.given.path, p.sheet) for file in files for p in file.problems}) > 1
    names = len({name for name, _ in wrong}) > 1
    located = {name for name, p in wrong if p.place}
    # A file of which a cell is named is not named once more for what has no cell.
    places = [(name, p) for name, p in wrong if p.place or (names and name not in located)]
    cells = list(dict.fromkeys(_place(name if names else "", p, with_sheet=sheets) for name, p in places))
    if not cells:
        return REASONS.text("check.correct_file", language)
    told = ", ".join(cells[:MOST_CELLS])
    if len(cells) > MOST_CELLS:
        told = REASONS.text("check.correct_more", language, cells=told, count=len(cells) - MOST_CELLS)
    return REASONS.text("check.correct", language, cells=told)


def _place(name: str, problem: Problem, *, with_sheet: bool) -> str:
    """Where to correct something: file, sheet and cell, as far as they are needed to find it."""
    cell = cell_name(problem.place) if problem.place else ""
    located = f"{problem.sheet}!{cell}" if cell and with_sheet else cell
    return " ".join(filter(None, (readable_name(name) if name else "", located)))


def _counted(count: int, one: str, many: str, language: str) -> str:
    return REASONS.text(one if count == 1 else many, language, count=count)


def as_json(files: Sequence[Checked], reports: int, language: str) -> dict[str, object]:
    """The same for programs: one object a refused thing, difference, repair and notice."""
    return {
        "reports": reports,
        "refused": [_told(f, p) for f in files for p in f.problems if p.is_refused],
        "differences": [_told(f, p) for f in files for p in f.problems if not p.is_refused],
        "repairs": [
            {"file": f.given.name, "sheet": r.sheet, "repair": r.repair, "count": r.count, "cells": list(r.first)}
            for f in files
            for r in f.repairs
        ],
        "notices": [{"file": f.given.name, "text": text} for f in files for text in f.notices],
        "summary": summary(files, reports, language),
    }


def _told(file: Checked, problem: Problem) -> dict[str, object]:
    names = ("sheet", "severity", "rule_no", "measure", "found", "expected", "cause", "message", "next_step")
    return {"file": readable_name(file.given.name), "cell": problem.where} | {n: getattr(problem, n) for n in names}


def targets(asked: Sequence[Given], out: Path, *, force: bool) -> list[Path]:
    """Where the copies go: ``out`` itself for one report, else below the folder ``out``. Raises StoreError.

    A copy never takes the place of a report, nor of another copy; of another file only with ``force``.
    """
    into_folder = out.is_dir() or len(asked) > 1 or not out.suffix
    if into_folder and out.exists() and not out.is_dir():
        raise StoreError(f"{out}: is a file; name a folder for the copies of {len(asked)} reports")
    paths = []
    for given in asked:
        suffix = given.path.suffix.lower() if given.path.suffix.lower() in _PACKAGES else ".xlsx"
        path = out / Path(given.name).with_suffix(suffix) if into_folder else out
        if path.suffix.lower() != suffix:
            raise StoreError(f"{path}: the copy of {given.name} must end in {suffix}")
        paths.append(path)
    inputs = {given.path.resolve() for given in asked}
    for path in paths:
        if path.resolve() in inputs:
            raise StoreError(f"{path}: is the report itself; name another file or folder for the copy")
        if paths.count(path) > 1:
            raise StoreError(f"{path}: two reports would be written there; check them one folder at a time")
        if path.exists() and not force:
            raise StoreError(f"{path}: is there already; name another, or say --force")
    return paths


def write_copies(files: Sequence[Checked], paths: Sequence[Path], language: str, limits: Limits) -> Iterator[str]:
    """Write annotated copies; yields a line for each, also for a report of which none can be made."""
    requests = [Request(f.given.path.name, f.given.path.read_bytes(), f.problems, f.repairs) for f in files]
    made = annotate_all(requests, language, limits)
    for file, path, copy in zip(files, paths, made, strict=True):
        if copy.content is None:
            name = readable_name(file.given.name)
            yield REASONS.text("annotate.none", language, name=name, reason=copy.reason or "")
        else:
            deliver(path, copy.content)
            yield REASONS.text("annotate.written", language, path=readable_name(str(path)))
