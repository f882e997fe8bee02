"""What a reader of the cells would not see is told with its place, in every kind of workbook."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from etl.extract.child import FileBytes
from etl.extract.pool import ReaderPool
from tests.etl.files import ods, part, with_cells, with_more, with_part, with_shared_texts, workbook

Notice = tuple[int | None, int | None, int | None, str]
SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def notices(reader: ReaderPool, content: bytes) -> list[Notice]:
    found = reader.workbooks([FileBytes(0, "file", content)])
    assert found.failures == []
    return sorted(found.notices.select("sheet_no", "row", "column", "code").rows(), key=str)


def edited(book: bytes, edit: object) -> bytes:
    """The workbook after a function of its first sheet was applied."""
    opened = openpyxl.load_workbook(io.BytesIO(book))
    assert callable(edit)
    edit(opened.worksheets[0])
    target = io.BytesIO()
    opened.save(target)
    return target.getvalue()


BOOK = workbook({"S": [["Hour", "Good"], ["06:00", 5], ["07:00", 7]], "T": [["x"]]})


def hide_row(page: Worksheet) -> None:
    page.row_dimensions[2].hidden = True
    page.row_dimensions[9].hidden = True  # nothing stands there


def hide_column(page: Worksheet) -> None:
    page.column_dimensions["B"].hidden = True
    page.column_dimensions["Z"].hidden = True


def hide_sheet(page: Worksheet) -> None:
    page.sheet_state = "veryHidden"


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (hide_row, (0, 1, 0, "hidden_row_data")),
        (hide_column, (0, 0, 1, "hidden_column_data")),
        (hide_sheet, (0, None, None, "hidden_sheet_data")),
    ],
)
def test_what_is_hidden_and_holds_data_is_told_and_still_read(reader: ReaderPool, edit: object, told: Notice) -> None:
    content = edited(BOOK, edit)
    assert notices(reader, content) == [told]
    assert reader.workbooks([FileBytes(0, "file", content)]).cells.filter(sheet_no=0).height == 6


def test_a_row_without_height_is_hidden(reader: ReaderPool) -> None:
    flat = '<row r="1" ht="0" customHeight="1"><c r="A1"><v>1</v></c></row>'
    low = '<row r="2" ht="0.75"><c r="A2"><v>2</v></c></row>'
    assert notices(reader, with_cells(flat + low)) == [(0, 0, 0, "hidden_row_data")]


def test_hidden_rows_and_columns_of_ods_are_told(reader: ReaderPool) -> None:
    cell = '<table:table-cell office:value-type="float" office:value="5"/>'
    rows = ods(cell * 2, cell * 2)
    with_hidden = with_part(
        rows,
        "content.xml",
        part(rows, "content.xml")
        .replace(
            b'<table:table table:name="Sheet">',
            b'<table:table table:name="Sheet"><table:table-column/><table:table-column table:visibility="collapse"/>',
        )
        .replace(b"<table:table-row>", b'<table:table-row table:visibility="filter">', 1),
    )
    assert notices(reader, with_hidden) == [(0, 0, 0, "hidden_row_data"), (0, 0, 1, "hidden_column_data")]


MERGED = (
    '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c><c r="C1"><v>3</v></c></row>'
    '<row r="2"><c r="A2"><v>4</v></c><c r="C2"><v>6</v></c></row>'
)


def test_merged_ranges_are_handed_on_and_values_below_them_are_told(reader: ReaderPool) -> None:
    content = with_cells(MERGED)
    sheet = part(content, "xl/worksheets/sheet1.xml").replace(
        b"</sheetData>",
        b'</sheetData><mergeCells count="2"><mergeCell ref="A1:B2"/><mergeCell ref="C1:D1"/></mergeCells>',
    )
    content = with_part(content, "xl/worksheets/sheet1.xml", sheet)
    found = reader.workbooks([FileBytes(3, "file", content)])
    assert found.merged.rows() == [(3, 0, 0, 0, 1, 1), (3, 0, 0, 2, 0, 3)]
    assert notices(reader, content) == [(0, 0, 1, "merged_hidden_value"), (0, 1, 0, "merged_hidden_value")]


def test_a_stated_range_that_leaves_out_cells_is_told_and_the_cells_are_read(reader: ReaderPool) -> None:
    def stating(ref: str) -> bytes:
        content = with_cells(MERGED)
        sheet = part(content, "xl/worksheets/sheet1.xml").replace(
            b"<sheetData>", f'<dimension ref="{ref}"/><sheetData>'.encode()
        )
        return with_part(content, "xl/worksheets/sheet1.xml", sheet)

    assert notices(reader, stating("A1:B1")) == [(0, None, None, "dimension_wrong")]
    assert reader.workbooks([FileBytes(0, "file", stating("A1:B1"))]).cells.height == 5
    assert notices(reader, stating("A1:C2")) == notices(reader, stating("A1:XFD1048576")) == []


def test_ranges_that_lie_on_no_sheet_are_passed_over(reader: ReaderPool) -> None:
    sheet = part(with_cells(MERGED), "xl/worksheets/sheet1.xml").replace(
        b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A0:B2"/><mergeCell ref="C2:A1"/></mergeCells>'
    )
    sheet = sheet.replace(
        b"<sheetData>", b'<dimension ref="A0"/><cols><col min="0" max="0" hidden="1"/></cols><sheetData>'
    )
    assert notices(reader, with_part(with_cells(MERGED), "xl/worksheets/sheet1.xml", sheet)) == []


def test_a_pivot_beside_the_cells_is_told_with_its_range(reader: ReaderPool) -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/pivotTable"
    pivot = f'<pivotTableDefinition {SPACE} name="p"><location ref="F3:H9" firstHeaderRow="1"/></pivotTableDefinition>'
    link = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{kind}" Target="../pivotTables/pivotTable1.xml"/></Relationships>'
    )
    content = with_more(BOOK, ("xl/pivotTables/pivotTable1.xml", pivot), ("xl/worksheets/_rels/sheet1.xml.rels", link))
    found = reader.workbooks([FileBytes(0, "file", content)]).notices
    assert found.select("sheet_no", "row", "column", "code", "params").rows() == [
        (0, 2, 5, "pivot_beside", '{"range": "F3:H9"}')
    ]


def test_macros_and_links_to_other_files_are_told_and_nothing_is_refused(reader: ReaderPool) -> None:
    content = with_more(BOOK, ("xl/vbaProject.bin", "x"), ("xl/externalLinks/externalLink1.xml", "<externalLink/>"))
    assert notices(reader, content) == [(None, None, None, "external_links"), (None, None, None, "macros")]


def test_days_that_count_from_1904_are_told_and_dates_are_right(reader: ReaderPool) -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    assert book.active is not None
    book.active.append([dt.date(2026, 1, 5), dt.time(6, 30), dt.timedelta(hours=30)])
    target = io.BytesIO()
    book.save(target)
    assert notices(reader, target.getvalue()) == [(None, None, None, "date_1904")]
    cells = reader.workbooks([FileBytes(0, "file", target.getvalue())]).cells
    assert cells["text"].to_list() == ["2026-01-05", "06:30:00", "1 day, 6:00:00"]
    assert cells["number"].to_list() == pytest.approx([46027.0, 6.5 / 24, 1.25])


def test_a_cell_of_blanks_is_told(reader: ReaderPool) -> None:
    assert notices(reader, workbook({"S": [["x", "  "], ["\u3000", 5]]})) == [
        (0, 0, 1, "blank_text"),
        (0, 1, 0, "blank_text"),
    ]


def test_phonetic_guides_and_rich_text_do_not_change_a_text(reader: ReaderPool) -> None:
    """Japanese and Chinese Excel store how a word is read beside it; only the word itself counts."""
    texts = (
        '<si><t>生产</t><rPh sb="0" eb="2"><t>セイサン</t></rPh><phoneticPr fontId="1"/></si>'
        '<si><r><t>早</t></r><r><rPr><b/></rPr><t xml:space="preserve"> 班</t></r>'
        '<rPh sb="0" eb="1"><t>ハヤ</t></rPh></si><si><t xml:space="preserve"> L1 </t></si>'
    )
    inline = '<c r="D1" t="inlineStr"><is><r><t>夜</t></r><r><t>班</t></r><rPh sb="0" eb="1"><t>ヨ</t></rPh></is></c>'
    row = "".join(f'<c r="{c}1" t="s"><v>{n}</v></c>' for n, c in enumerate("ABC"))
    found = reader.workbooks([FileBytes(0, "file", with_shared_texts(texts, row + inline))])
    assert found.cells["text"].to_list() == ["生产", "早 班", " L1 ", "夜班"]


def test_a_number_of_a_shared_text_that_is_not_there_refuses_the_file(reader: ReaderPool) -> None:
    content = with_cells('<row r="1"><c r="A1" t="s"><v>99</v></c></row>')
    (failure,) = reader.workbooks([FileBytes(0, "file", content)]).failures
    assert failure.code == "file_damaged"
