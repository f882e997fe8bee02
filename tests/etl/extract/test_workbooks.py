"""Cells of every kind of workbook come out alike, and what has no value is told instead of left blank."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from etl.extract.cells import Kind
from etl.extract.child import FileBytes
from etl.extract.pool import ReaderPool
from tests.etl.files import Grid, ods, with_cells, workbook

Cell = tuple[int, int, int, str, float | None]


def cells_of(reader: ReaderPool, content: bytes, sheet: int = 0) -> list[Cell]:
    found = reader.workbooks([FileBytes(0, "file", content)])
    assert found.failures == []
    mine = found.cells.filter(pl.col("sheet_no") == sheet).sort("row", "column")
    return mine.select("row", "column", "kind", "text", "number").rows()


TYPED = [
    (0, 0, Kind.NUMBER, "120", 120.0),
    (0, 1, Kind.TEXT, "早班", None),
    (0, 2, Kind.BOOLEAN, "TRUE", 1.0),
    (0, 3, Kind.DATE, "2026-01-05", 46027.0),
    (0, 4, Kind.TIME, "06:30:00", 6.5 / 24),
    (0, 5, Kind.DATETIME, "2026-01-05 06:30:00", 46027 + 6.5 / 24),
    (0, 6, Kind.DURATION, "1 day, 6:00:00", 1.25),
    (2, 1, Kind.NUMBER, "0.5", 0.5),
]


def test_xlsx_gives_every_type_with_its_place_and_serial(reader: ReaderPool) -> None:
    moment = dt.datetime(2026, 1, 5, 6, 30)  # noqa: DTZ001 - a sheet's wall clock
    row: list[object] = [120, "早班", True, dt.date(2026, 1, 5), dt.time(6, 30), moment, dt.timedelta(hours=30)]
    assert cells_of(reader, workbook({"S": [row, [], [None, 0.5]]})) == [pytest.approx(cell) for cell in TYPED]


def test_ods_gives_the_same_cells_as_xlsx(reader: ReaderPool) -> None:
    content = ods(
        '<table:table-cell office:value-type="float" office:value="120"><text:p>120</text:p></table:table-cell>'
        '<table:table-cell office:value-type="string"><text:p>早班</text:p></table:table-cell>'
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>'
        '<table:table-cell office:value-type="date" office:date-value="2026-01-05"/>'
        '<table:table-cell office:value-type="time" office:time-value="PT06H30M00S"/>'
        '<table:table-cell office:value-type="date" office:date-value="2026-01-05T06:30:00"/>'
        '<table:table-cell office:value-type="time" office:time-value="PT30H00M00S"/>',
        "",
        '<table:table-cell/><table:table-cell office:value-type="float" office:value="0.5"/>',
    )
    assert cells_of(reader, content) == [pytest.approx(cell) for cell in TYPED]


@pytest.mark.parametrize("kind", ["xls", "xlsx", "xlsb", "ods"])
def test_the_same_book_in_each_format_has_the_same_cells_and_its_chart_sheet_none(
    reader: ReaderPool, corpus: Path, kind: str
) -> None:
    content = (corpus / "calamine" / "tests" / f"any_sheets.{kind}").read_bytes()
    numbers = [(0, 0, "1"), (0, 1, "2"), (1, 0, "3"), (1, 1, "4"), (2, 0, "5"), (2, 1, "6")]
    found = [(r, c, text) for r, c, _, text, number in cells_of(reader, content) if number is not None]
    assert found == numbers
    sheets = reader.workbooks([FileBytes(0, "file", content)]).sheets["sheet_name"].to_list()
    assert sheets == ["Visible", "Hidden", "VeryHidden", "Chart"]


@pytest.mark.parametrize("kind", ["xls", "xlsb", "xlsx"])
def test_error_cells_of_each_format_are_told_with_their_place(reader: ReaderPool, corpus: Path, kind: str) -> None:
    found = cells_of(reader, (corpus / "test_files" / f"ErrorTypes.{kind}").read_bytes())
    errors = [(r, c, text) for r, c, code, text, _ in found if code == Kind.ERROR]
    assert errors[:4] == [(1, 0, "#NULL!"), (1, 1, "#NULL!"), (2, 0, "#DIV/0!"), (2, 1, "#DIV/0!")]
    assert len(errors) == 20


def test_error_cells_and_unsaved_formulas_of_xlsx_are_never_blank(reader: ReaderPool) -> None:
    grid: Grid = [["Good", 5], ["Sum", "=SUM(B1:B1)"], ["Rate", "#DIV/0!"], ["Less", '=IF(B1<3,"a","b")']]
    assert cells_of(reader, workbook({"S": grid}))[3:] == [
        (1, 1, Kind.FORMULA, "=SUM(B1:B1)", None),
        (2, 0, Kind.TEXT, "Rate", None),
        (2, 1, Kind.ERROR, "#DIV/0!", None),
        (3, 0, Kind.TEXT, "Less", None),
        (3, 1, Kind.FORMULA, '=IF(B1<3,"a","b")', None),
    ]


def test_error_cells_of_ods_are_told_even_where_the_file_says_zero(reader: ReaderPool) -> None:
    content = ods(
        '<table:table-cell table:number-columns-repeated="2"/>'
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value=""'
        ' calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
        '<table:table-cell table:formula="of:=[.A9]" office:value-type="float" office:value="0"'
        ' calcext:value-type="error"><text:p>#REF!</text:p></table:table-cell>'
        '<table:table-cell table:formula="of:=[.A1]+1"/>'
        '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"/>'
    )
    assert cells_of(reader, content) == [
        (0, 2, Kind.ERROR, "#DIV/0!", None),
        (0, 3, Kind.ERROR, "#REF!", None),
        (0, 4, Kind.FORMULA, "=[.A1]+1", None),
        (0, 5, Kind.NUMBER, "2", 2.0),
    ]


def test_a_formula_whose_saved_result_is_an_empty_text_is_blank_and_no_fault(reader: ReaderPool) -> None:
    row = '<row r="1"><c r="A1" t="str"><f>IF(B1="","",B1)</f><v></v></c><c r="C1"><v>7</v></c></row>'
    assert cells_of(reader, with_cells(row)) == [(0, 2, Kind.NUMBER, "7", 7.0)]


@pytest.mark.parametrize(
    ("prefix", "row"),
    [
        ("x", '<x:row r="2"><x:c r="B2" t="e"><x:v>#REF!</x:v></x:c><x:c r="C2"><x:f>A1+1</x:f></x:c></x:row>'),
        ("", '<row r="2"><c s="0" t="e" r="B2"><v>#REF!</v></c><c s="0" r="C2"><f>A1+1</f></c></row>'),
        ("", '<row r="2"><c/><c t="e"><v>#REF!</v></c><c><f>A1+1</f></c></row>'),
    ],
    ids=["namespace prefix", "other order of attributes", "cells without a place"],
)
def test_other_programs_write_the_same_cells_in_other_ways(reader: ReaderPool, prefix: str, row: str) -> None:
    assert cells_of(reader, with_cells(row, prefix)) == [
        (1, 1, Kind.ERROR, "#REF!", None),
        (1, 2, Kind.FORMULA, "=A1+1", None),
    ]


@pytest.mark.parametrize(
    ("serial", "text", "number"),
    [(1, "1900-01-01", 1), (59, "1900-02-28", 59), (61, "1900-03-01", 61), (46027, "2026-01-05", 46027)],
)
def test_the_29_february_1900_that_never_was_shifts_no_serial(
    reader: ReaderPool, serial: int, text: str, number: int
) -> None:
    assert cells_of(reader, workbook({"S": [[serial]]}, {"A1": "yyyy-mm-dd"})) == [(0, 0, Kind.DATE, text, number)]


def test_numbers_are_written_in_digits(reader: ReaderPool) -> None:
    found = cells_of(reader, workbook({"S": [[0.00001, 12345678901234, 0.1, 3.0]]}))
    assert [text for _, _, _, text, _ in found] == ["0.00001", "12345678901234", "0.1", "3"]
