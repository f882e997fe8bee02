"""An annotated copy is the workbook as its maker left it, with marks, comments and a summary put into it."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from data_contracts.site import Limits
from etl.annotate import Request, annotate_all
from etl.annotate.copy import annotated
from etl.annotate.marks import notes
from etl.annotate.problems import Problem
from etl.annotate.sheet import cell_name, position
from etl.extract.cells import Kind
from etl.extract.workbook import read_workbook
from etl.normalize.own_sheets import CHECK_RESULT
from tests.etl.files import ods, with_cells, with_part, workbook

MAX_MB = 50
# What openpyxl says when it only looks at what it would lose; we do not write with it.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported", "ignore:.*wmf")
RED, YELLOW = "FFFFC7CE", "FFFFE699"


def problem(sheet: str | None, cell: str | None, severity: str = "error", message: str = "wrong") -> Problem:
    place = position(cell or "")
    return Problem(severity, sheet, cell, place, "Good quantity", "5", "4", message, "Correct it.", 1, "Unexplained")


def copy(content: bytes, *found: Problem, language: str = "en") -> bytes:
    return annotated(content, notes("report.xlsx", found, [], language), MAX_MB)


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def page(content: bytes, name: str) -> Worksheet:
    found = openpyxl.load_workbook(io.BytesIO(content))[name]
    assert isinstance(found, Worksheet)
    return found


def rich() -> bytes:
    """A workbook with parts that openpyxl would lose: chart, picture, sparkline, 2010 formats, button, comment."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet("早班")
    sheet.write_row(0, 0, ["Hour", "Good"])
    for row in range(1, 9):
        sheet.write_number(row, 0, row)
        sheet.write_number(row, 1, row * 10, book.add_format({"num_format": "0.00", "bg_color": "#D9E2EF"}))
    sheet.write_formula("B10", "=SUM(B2:B9)", None, 360)
    sheet.set_column("A:A", 33)
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=早班!$B$2:$B$9"})
    sheet.insert_chart("E2", chart)
    sheet.insert_button("E20", {"caption": "Clear"})
    sheet.write_comment("B3", "counted twice")
    sheet.add_sparkline("D2", {"range": "早班!B2:B9"})
    sheet.conditional_format("B2:B9", {"type": "data_bar", "data_bar_2010": True})
    sheet.data_validation("A12", {"validate": "list", "source": ["a", "b"]})
    sheet.merge_range("A14:C14", "merged")
    sheet.add_table("G2:H4")
    sheet.protect()
    book.add_worksheet("lists").write_string("A1", "x")
    book.define_name("goods", "=早班!$B$2:$B$9")
    book.close()
    return target.getvalue()


def test_everything_of_a_rich_workbook_is_kept_byte_for_byte_but_the_marked_cell() -> None:
    before = rich()
    after = copy(before, problem("早班", "B5"), problem("早班", "B3", "warning"))
    old, new = parts(before), parts(after)
    changed = {name for name in old if old[name] != new[name]}
    book = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}
    # The sheet had comments and a button already: their parts are added to, its relations stay.
    assert changed == {*book, "xl/worksheets/sheet1.xml", "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"}
    assert set(new) - set(old) == {"xl/worksheets/shiftledger1.xml"}
    sheet = "xl/worksheets/sheet1.xml"
    assert re.sub(rb'<c r="B[35]" s="\d+"', b"", new[sheet]) == re.sub(rb'<c r="B[35]" s="\d+"', b"", old[sheet])
    assert old["xl/drawings/vmlDrawing1.vml"].rpartition(b"</xml>")[0] in new["xl/drawings/vmlDrawing1.vml"]
    cells = page(after, "早班")
    assert (cells["B5"].value, cells["B5"].number_format, cells["B5"].fill.fgColor.rgb) == (40, "0.00", RED)
    assert cells["B3"].fill.fgColor.rgb == YELLOW
    assert cells["B4"].fill.fgColor.rgb == "FFD9E2EF"
    assert cells["B3"].comment is not None
    assert cells["B3"].comment.text.startswith("counted twice\n[Warning 1] wrong")
    assert cells["B10"].value == "=SUM(B2:B9)"


def test_the_summary_leads_to_the_cell_and_is_in_the_readers_language() -> None:
    found = [problem(None, None, message="no layout"), problem("It's", "B7"), problem("It's", "row 9")]
    after = copy(workbook({"It's": [["x"]]}), *found, language="zh")
    assert openpyxl.load_workbook(io.BytesIO(after)).sheetnames == ["It's", "检查结果"]
    sheet = page(after, "检查结果")
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert rows[0] == ["级别", "工作表", "单元格", "实际", "应为", "问题", "处理办法"]
    assert [row[1:3] for row in rows[1:]] == [[None, None], ["It's", "B7"], ["It's", "row 9"]]
    assert sheet["C6"].hyperlink is not None
    assert sheet["C6"].hyperlink.location == "'It''s'!B7"
    assert sheet["C7"].hyperlink is None


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "<b>&\"'", "\x00\x1f\ud800", "中" * 40_000])
def test_no_text_becomes_a_formula_or_breaks_the_file(text: str) -> None:
    odd = Problem("refused", "S", "A1", (1, 1), "", text, "", text, text)
    after = copy(workbook({"S": [["x"]]}), odd)
    sheet = page(after, "Check result")
    written = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in written} == {"s"}
    assert sheet["D5"].value is not None
    assert page(after, "S")["A1"].comment is not None


def test_the_name_of_the_summary_is_unique_and_an_annotated_copy_can_be_annotated_again() -> None:
    first = copy(workbook({"check RESULT": [["x"]]}), problem("check RESULT", "A1"))
    second = copy(first, problem("check RESULT", "A1"))
    assert openpyxl.load_workbook(io.BytesIO(second)).sheetnames == [
        "check RESULT",
        "Check result (2)",
        "Check result (3)",
    ]
    comment = page(second, "check RESULT")["A1"].comment
    assert comment is not None
    assert comment.text.count("[Error 1]") == 2


def test_a_blank_cell_is_marked_in_the_style_of_its_column() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["A1"], sheet["C5"] = 1, 3
    sheet.column_dimensions["B"].number_format = "0.000"
    target = io.BytesIO()
    book.save(target)
    wanted = ["B1", "B3", "B5", "D5", "A9", "XFD1048576"]
    after = page(copy(target.getvalue(), *(problem("Sheet", cell) for cell in wanted)), "Sheet")
    assert [after[cell].fill.fgColor.rgb for cell in wanted] == [RED] * 6
    assert (after["B3"].number_format, after["D5"].number_format) == ("0.000", "General")
    assert (after["A1"].value, after["C5"].value) == (1, 3)


def test_cells_that_do_not_say_where_they_stand_are_found() -> None:
    for prefix in ("", "x"):
        p = f"{prefix}:" if prefix else ""
        row = f"<{p}row><{p}c><{p}v>1</{p}v></{p}c><{p}c/></{p}row>"
        sheet = page(copy(with_cells(row * 2, prefix), problem("Sheet", "B2"), problem("Sheet", "D1")), "Sheet")
        assert [sheet[c].fill.fgColor.rgb for c in ("B2", "D1", "B1")] == [RED, RED, "00000000"]
        assert sheet["A2"].value == 1


def test_a_sheet_without_rows_and_one_that_is_not_there() -> None:
    after = copy(
        with_part(workbook({"S": [["x"]]}), "xl/worksheets/sheet1.xml", EMPTY_SHEET),
        problem("S", "B2"),
        problem("gone", "A1"),
    )
    assert page(after, "S")["B2"].fill.fgColor.rgb == RED
    assert page(after, "Check result")["C6"].hyperlink is None


def test_a_cell_with_an_empty_style_has_the_first_one() -> None:
    after = page(copy(with_cells('<row r="1"><c r="A1" s=""><v>7</v></c></row>'), problem("Sheet", "A1")), "Sheet")
    assert (after["A1"].value, after["A1"].fill.fgColor.rgb) == (7, RED)


EMPTY_SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
VALUES = st.one_of(
    st.none(),
    st.integers(-(10**9), 10**9),
    st.booleans(),
    st.text(
        st.characters(min_codepoint=32, max_codepoint=0x9FFF, exclude_categories=["Cs"]), min_size=1, max_size=8
    ).filter(lambda text: not text.startswith("=")),
    st.just("=SUM(A1:A2)"),
)
PLACES = st.tuples(st.integers(1, 8), st.integers(1, 6))


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=40)
@given(
    grid=st.dictionaries(PLACES, VALUES, max_size=15),
    commented=st.sets(PLACES, max_size=3),
    bold=st.sets(PLACES, max_size=3),
    marked=st.dictionaries(
        PLACES, st.sampled_from(["refused", "block", "error", "warning", "info"]), min_size=1, max_size=8
    ),
)
def test_whatever_is_marked_all_else_reads_as_before(
    grid: dict[tuple[int, int], object],
    commented: set[tuple[int, int]],
    bold: set[tuple[int, int]],
    marked: dict[tuple[int, int], str],
) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for place, value in grid.items():
        sheet.cell(*place).value = value
    for place in commented:
        sheet.cell(*place).comment = Comment("mine", "leader")
    for place in bold:
        sheet.cell(*place).font = Font(bold=True)
        sheet.cell(*place).number_format = "0.0"
    book.create_sheet("other")["A1"] = "kept"
    target = io.BytesIO()
    book.save(target)
    before = target.getvalue()
    after = copy(before, *(problem("Sheet", cell_name(place), severity) for place, severity in marked.items()))

    old, new = parts(before), parts(after)
    touched = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}
    touched |= {"xl/worksheets/sheet1.xml", "xl/worksheets/_rels/sheet1.xml.rels"}
    touched |= {"xl/comments/comment1.xml", "xl/drawings/commentsDrawing1.vml", "xl/drawings/vmlDrawing1.vml"}
    assert {name for name in old if old[name] != new[name]} <= touched
    names, cells = read_workbook(before, MAX_MB)
    names_after, cells_after = read_workbook(after, MAX_MB)
    assert names_after == [*names, "Check result"]
    assert rows_of(cells_after, len(names)) == rows_of(cells, len(names))
    was, now = page(before, "Sheet"), page(after, "Sheet")
    for row in range(1, 9):
        for column in range(1, 7):
            a, b = was.cell(row, column), now.cell(row, column)
            assert (a.value, a.number_format, a.font.b) == (b.value, b.number_format, b.font.b)
            is_marked = (row, column) in marked
            assert (b.fill.fill_type == "solid") == is_marked
            text = b.comment.text if b.comment else ""
            assert ("wrong" in text) == is_marked
            assert ("mine" in text) == ((row, column) in commented)


def rows_of(cells: pl.DataFrame, sheets: int) -> list[tuple[object, ...]]:
    shown = cells.filter(pl.col("sheet_no") < sheets).select("sheet_no", "row", "column", "kind", "text")
    return sorted(shown.rows())


def test_a_workbook_of_another_format_comes_back_as_values_and_says_so() -> None:
    texts = ("=1+1", "加工", "-5")
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{t}</text:p></table:table-cell>' for t in texts
    )
    after = copy(ods(cells), problem("Sheet", "B1"))
    sheet = page(after, "Sheet")
    assert [(c.value, c.data_type) for c in next(sheet.iter_rows())] == [(t, "s") for t in texts]
    assert sheet["B1"].fill.fgColor.rgb == RED
    said = page(after, "Check result")
    assert [said["A1"].value, said["A3"].value] == [
        CHECK_RESULT,
        "Only values could be kept in this copy, not the formats: the report is not an ordinary xlsx workbook.",
    ]


def test_error_cells_and_formulas_without_a_result_read_the_same_in_a_plain_copy() -> None:
    strict = parts(workbook({"S": [["=SUM(A2:A3)", 5]]}))["xl/workbook.xml"].replace(
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    )
    content = with_part(workbook({"S": [["=SUM(A2:A3)", 5]]}), "xl/workbook.xml", strict)
    names, cells = read_workbook(copy(content, problem("S", "A1")), MAX_MB)
    assert names[0] == "S"
    assert rows_of(cells, 1) == [(0, 0, 0, Kind.FORMULA, "=NA()"), (0, 0, 1, Kind.NUMBER, "5")]


def test_hostile_and_broken_files_give_a_reason_and_cost_no_other_file() -> None:
    good = workbook({"S": [["x"]]})
    dtd = with_part(good, "xl/worksheets/sheet1.xml", b'<!DOCTYPE a [<!ENTITY b "c">]>' + EMPTY_SHEET)
    bomb = with_part(good, "docProps/core.xml", b"\0" * 60_000_000)
    cut = good[: len(good) // 2]
    found = [problem("S", "A1")]
    requests = [Request(f"{n}.xlsx", content, found) for n, content in enumerate([good, dtd, bomb, cut, b"paper"])]
    made = annotate_all(requests, "en", Limits(workers=1))
    assert made[0].reason is None
    assert made[0].content is not None
    assert [m.content for m in made[2:]] == [None] * 3
    assert [
        "hostile" in str(made[2].reason),
        "not complete" in str(made[3].reason),
        "no Excel workbook" in str(made[4].reason),
    ] == [True] * 3
    assert made[1].content is None or b"DOCTYPE" not in parts(made[1].content)["xl/worksheets/sheet1.xml"]


def test_workbooks_of_other_parsers_keep_every_cell(corpus: Path) -> None:
    """Every ninth of their xlsx and xlsm files."""
    paths = [p for p in sorted(corpus.rglob("*.xls[xm]")) if p.stat().st_size < 300_000]
    tried = 0
    for path in paths[::9]:
        content = path.read_bytes()
        try:
            names, cells = read_workbook(content, MAX_MB)
        except Exception:  # noqa: S112 - parsers raise what they like; such a file is no subject here
            continue
        if not names:
            continue
        after = copy(content, *(problem(name, cell) for name in names for cell in ("A1", "C3", "Z50")))
        _, again = read_workbook(after, MAX_MB)
        if not any(text.startswith("Only values") for text in again["text"]):
            assert rows_of(again, len(names)) == rows_of(cells, len(names)), path
        tried += 1
    assert tried >= 20
