"""The quick way to read a workbook gives what the parser gives, and leaves to the parser what is not usual."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.extract import workbook as reading
from etl.extract.child import FileBytes
from etl.extract.package import Package
from etl.extract.pool import ReaderPool
from etl.extract.preflight import RefusedError, check_workbook
from tests.etl.files import with_cells, with_shared_texts

PLACE = ["sheet_no", "row", "column"]
FORMATS = ("", "0.00", "yyyy-mm-dd", "hh:mm", "[h]:mm", "yyyy-mm-dd hh:mm:ss", "0%", "General")
VALUES = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**6), 10**6),
    st.floats(0, 60_000),
    st.booleans(),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12),
    st.sampled_from(["<v>5</v>", "a & b", "&amp;", " x ", "早班 ", "'1", "=", "1E5", "_x000D_", "]]>"]),
    st.datetimes(dt.datetime(1900, 3, 2), dt.datetime(2100, 1, 1)),  # noqa: DTZ001 - a sheet's wall clock
)


def written(cells: dict[tuple[int, int], tuple[object, str]], *, is_1904: bool) -> bytes:
    """A workbook of XlsxWriter with these values and number formats."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "date_1904": is_1904}) as book:
        page = book.add_worksheet("Früh & <Spät>")
        book.add_worksheet("empty").hide()
        for (row, column), (value, form) in sorted(cells.items()):
            style = book.add_format({"num_format": form}) if form else None
            if isinstance(value, dt.datetime):
                page.write_datetime(row, column, value, style)
            elif isinstance(value, str):
                page.write_string(row, column, value, style)
            elif isinstance(value, bool):
                page.write_boolean(row, column, value, style)
            else:
                page.write_number(row, column, float(str(value)), style)
    return target.getvalue()


def assert_alike(content: bytes) -> bool:
    """Compare both ways; whether the quick one was taken."""
    quick = reading._opened_plainly(check_workbook(content, 50))
    if quick is None:
        return False
    shelves = [reading.Shelf({0: quick})]
    if shelves[0].settle():
        return False
    slow = reading._parsed(Package(content), content, 0)
    assert (quick.names, quick.hidden_sheets, quick.found) == (slow.names, slow.hidden_sheets, slow.found)
    shelves.append(reading.Shelf({0: slow}))
    frames = [shelf.cells().sort(PLACE) for shelf in shelves]
    assert frames[0].equals(frames[1])
    return True


@settings(max_examples=120)
@given(
    st.dictionaries(
        st.tuples(st.integers(0, 40), st.integers(0, 30)), st.tuples(VALUES, st.sampled_from(FORMATS)), max_size=25
    ),
    st.booleans(),
)
def test_both_ways_give_the_same_cells(cells: dict[tuple[int, int], tuple[object, str]], is_1904: bool) -> None:
    assert_alike(written(cells, is_1904=is_1904))


def test_the_quick_way_is_taken_for_a_usual_report() -> None:
    moment = dt.datetime(2026, 1, 5, 6, 30)  # noqa: DTZ001
    row = [("早班", ""), (5.25, "0.00"), (moment, "yyyy-mm-dd"), (True, ""), ("a & b", ""), (0.00001, "")]
    assert assert_alike(written({(0, n): cell for n, cell in enumerate(row)}, is_1904=False))


def test_all_workbooks_of_the_corpus_are_alike_in_both_ways(corpus: Path) -> None:
    taken = 0
    for path in sorted(p for p in corpus.rglob("*") if p.suffix in (".xlsx", ".xlsm")):
        try:
            taken += assert_alike(path.read_bytes())
        except RefusedError:
            continue
    assert taken > 40


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><!-- <c r="A1"><v>9</v></c> --><c r="B1"><v>1</v></c></row>',
        '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A1" s="0" t="s"><v>7</v></c></row>',
        '<row r="1"><c r="A1"><f>1+1</f></c><c r="B1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>',
        '<row r="1"><c r="A1"><v>abc</v></c></row>',
        '<row r="1"><c r="A1"><v></v></c><c r="B1"><v>1</v></c></row>',
        '<row r="1"><c t="n" r="A1"><v>1</v></c></row>',
        "<row><c><v>1</v></c></row>",
    ],
)
def test_anything_unusual_is_left_to_the_parser(rows: str) -> None:
    assert not assert_alike(with_cells(rows))


@pytest.mark.parametrize("texts", ["<si><r><t>a</t></r></si>", "<si><t>a&#10;b</t></si>", "<si><t>_x0041_</t></si>"])
def test_texts_that_are_more_than_plain_are_left_to_the_parser(texts: str) -> None:
    assert not assert_alike(with_shared_texts(texts, '<c r="A1" t="s"><v>0</v></c>'))


def test_a_stray_cell_in_the_last_corner_costs_nothing() -> None:
    corner = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    _, cells = reading.read_workbook(with_cells(corner), 50)
    assert cells.select("row", "column", "number").rows() == [
        (0, 0, 1.0),
        (1048575, 16383, 2.0),
    ]


def test_a_date_beyond_all_calendars_is_told_of_its_file_and_spoils_no_other(reader: ReaderPool) -> None:
    bad = written({(0, 0): (-1e300, "yyyy-mm-dd")}, is_1904=False)
    good = written({(0, 0): (46027, "yyyy-mm-dd")}, is_1904=False)
    found = reader.workbooks([FileBytes(0, "good", good), FileBytes(1, "bad", bad), FileBytes(2, "good", good)])
    assert [(f.file_no, f.code) for f in found.failures] == [(1, "file_damaged")]
    assert found.cells.select("file_no", "text").rows() == [(0, "2026-01-05"), (2, "2026-01-05")]
