"""What of drafting runs apart, in a capped child process: a workbook goes in, plain values come out.

Who asks for it, and its audit records: ``etl.layout_desk``. Proposing: ``propose``. Trying: ``trial``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath

import polars as pl

from data_contracts.errors import SiteError
from data_contracts.layout import Layout
from data_contracts.site import Site
from etl.draft.draft import Draft, Region
from etl.draft.propose import draft_layout
from etl.draft.tell import question_text, why_text
from etl.draft.trial import Refused, try_layout
from etl.extract.child import Caps, Failure, FileBytes, Workbooks, attempt, workbooks
from etl.normalize.sheets import recognise

DRAWN_ROWS, DRAWN_COLUMNS = 60, 30
FIRST_ROWS = 5
REFUSED_TOLD = 20


@dataclass(frozen=True, slots=True)
class DrawnSheet:
    """The upper left of a sheet: ``rows[r][c]`` is the text of a cell. ``height`` and ``width`` are of the whole."""

    name: str
    rows: list[list[str]]
    height: int
    width: int
    regions: tuple[Region, ...]


@dataclass(frozen=True, slots=True)
class ToldPart:
    """A line of the proposed layout; ``certainty`` is between 0 and 1, ``why`` in the person's language."""

    path: str
    measure: str
    certainty: float
    why: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft as a screen needs it. ``refusal`` says why there is none; then the rest is blank."""

    toml: str = ""
    certainty: float = 0.0
    sheets: tuple[DrawnSheet, ...] = ()
    parts: tuple[ToldPart, ...] = ()
    questions: tuple[str, ...] = ()
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class RefusedCell:
    """What was refused, where, and why in the person's language."""

    place: str
    raw: str
    reason: str


@dataclass(frozen=True, slots=True)
class TriedFile:
    """What a layout makes of one workbook. ``others``: layouts in force that read the same sheets.

    ``rows``: rows for each table; ``refused_count`` counts all, ``refused`` holds the first; ``failure``: the file
    could not be read at all.
    """

    file_no: int
    sheets: tuple[str, ...] = ()
    reports: int = 0
    rows: Mapping[str, int] | None = None
    cells_read: int = 0
    cells_unused: int = 0
    refused: tuple[RefusedCell, ...] = ()
    refused_count: int = 0
    others: tuple[str, ...] = ()
    first_rows: Mapping[str, pl.DataFrame] | None = None
    failure: Failure | None = None

    @property
    def recognised(self) -> bool:
        """Did the layout fit any sheet?"""
        return bool(self.sheets)


def drafts(site: Site, language: str, bundle: Sequence[FileBytes], caps: Caps) -> list[Drafted | Failure]:
    """A draft of each workbook."""
    return [attempt(file, caps, partial(_drafted, site, language, file, caps)) for file in bundle]


def trials(
    site: Site,
    layout: Layout,
    language: str,
    plants: Mapping[int, str | None],
    bundle: Sequence[FileBytes],
    caps: Caps,
) -> list[TriedFile]:
    """What the layout makes of each workbook. ``plants``: file number to the plant of its folder."""
    told: list[TriedFile] = []
    for file in bundle:
        outcome = attempt(file, caps, partial(_tried, site, layout, language, plants.get(file.file_no), file, caps))
        told.append(TriedFile(file.file_no, failure=outcome) if isinstance(outcome, Failure) else outcome)
    return told


def _drafted(site: Site, language: str, file: FileBytes, caps: Caps) -> Drafted | Failure:
    taken = workbooks([file], caps)
    if taken.failures:
        return taken.failures[0]
    try:
        draft = draft_layout(taken.cells, taken.sheets, site, language, file_name=file.name)
    except SiteError as error:
        return Drafted(sheets=_drawn(taken, ()), refusal=str(error))
    return Drafted(
        draft.to_toml(),
        draft.certainty,
        _drawn(taken, draft.regions),
        _parts(draft),
        tuple(question_text(question, language) for question in draft.questions),
    )


def _parts(draft: Draft) -> tuple[ToldPart, ...]:
    return tuple(
        ToldPart(
            part.path,
            part.measure,
            part.certainty,
            "; ".join(why_text(reason, draft.language) for reason in part.why),
            part.cells,
        )
        for part in draft.parts
    )


def _drawn(taken: Workbooks, regions: Sequence[Region]) -> tuple[DrawnSheet, ...]:
    """Every sheet that holds anything, in the order of the workbook."""
    sheets: list[DrawnSheet] = []
    for number, name in taken.sheets.select("sheet_no", "sheet_name").iter_rows():
        cells = taken.cells.filter(pl.col("sheet_no") == number)
        if cells.is_empty():
            continue
        height, width = cells.select(pl.col("row", "column").max() + 1).row(0)
        rows = [[""] * min(width, DRAWN_COLUMNS) for _ in range(min(height, DRAWN_ROWS))]
        near = cells.filter(pl.col("row") < DRAWN_ROWS, pl.col("column") < DRAWN_COLUMNS)
        for row, column, text in near.select("row", "column", "text").iter_rows():
            rows[row][column] = text or ""
        own = tuple(r for r in regions if r.sheet == name and r.first[0] < DRAWN_ROWS and r.first[1] < DRAWN_COLUMNS)
        sheets.append(DrawnSheet(name, rows, height, width, own))
    return tuple(sheets)


def _tried(
    site: Site, layout: Layout, language: str, plant: str | None, file: FileBytes, caps: Caps
) -> TriedFile | Failure:
    taken = workbooks([file], caps)
    if taken.failures:
        return taken.failures[0]
    name = PurePath(file.name).stem
    tried = try_layout(layout, taken.cells, taken.sheets, site, file_name=name, folder_plant=plant)
    if not tried.recognised:
        return TriedFile(file.file_no, refused=_told(tried.refused[:1], language), refused_count=len(tried.refused))
    return TriedFile(
        file.file_no,
        tried.sheets_read,
        tried.reports,
        tried.rows,
        tried.cells_read,
        tried.cells_unused,
        _told(tried.refused[:REFUSED_TOLD], language),
        len(tried.refused),
        _others(site, layout, taken),
        tried.first_rows(FIRST_ROWS),
    )


def _told(refused: Sequence[Refused], language: str) -> tuple[RefusedCell, ...]:
    return tuple(
        RefusedCell("!".join(part for part in (r.sheet, r.cell) if part), r.raw or "", r.text(language))
        for r in refused
    )


def _others(site: Site, layout: Layout, taken: Workbooks) -> tuple[str, ...]:
    """Layouts that fit a sheet as well as this one: a load would refuse that sheet."""
    beside = [one for one in site.layouts if one.id != layout.id]
    refusals = recognise(taken.cells, taken.sheets, [*beside, layout]).refusals
    named = {
        name
        for refusal in refusals
        if refusal.code == "sheet_two_layouts"
        for name in str(refusal.params["layouts"]).split(", ")
    }
    return tuple(sorted(named - {layout.id})) if layout.id in named else ()
