"""Small sheets typed in a test, as cells of one workbook."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from data_contracts.site import Site
from etl.draft.draft import Draft
from etl.draft.grid import Grid, grids
from etl.draft.propose import draft_layout
from etl.extract.child import FileBytes, Workbooks, workbooks
from tests.etl.draft.measure import CAPS

Rows = Sequence[Any]
"""Rows of values; a row is a list."""


def book(sheets: Mapping[str, Rows]) -> bytes:
    """An xlsx file with these rows; None is a blank cell."""
    target = io.BytesIO()
    written = xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = written.add_worksheet(name)
        for row, values in enumerate(rows):
            sheet.write_row(row, 0, values)
    written.close()
    return target.getvalue()


def read(sheets: Mapping[str, Rows]) -> Workbooks:
    """Their cells, through the real reader."""
    return workbooks([FileBytes(0, "book.xlsx", book(sheets))], CAPS)


def grid(rows: Rows) -> Grid:
    """One sheet."""
    taken = read({"Sheet1": rows})
    return grids(taken.cells, taken.sheets)[0]


def draft(
    sheets: Mapping[str, Rows], site: Site | None = None, file_name: str = "book.xlsx", language: str = "en"
) -> Draft:
    """A draft of these sheets."""
    taken = read(sheets)
    return draft_layout(taken.cells, taken.sheets, site, language, file_name=file_name, learn_from=())
