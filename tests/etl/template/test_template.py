"""The template of a line: what stands in it, and that everything filled in comes back as it was."""

from __future__ import annotations

import io
import shutil
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from data_contracts.calendar import shift_windows
from data_contracts.errors import SiteError, StoreError
from data_contracts.site import Site
from etl.extract.child import FileBytes
from etl.extract.pool import ReaderPool
from etl.normalize.labels import fold
from etl.normalize.own_sheets import set_aside
from etl.normalize.recognize import vocabulary
from etl.normalize.reports import Reports, normalize_reports
from etl.normalize.sheets import apply_layouts
from etl.simulate import make_site
from etl.template import make_template
from etl.template.plan import make_plan
from etl.template.workbook import DEFECT_ROWS, FIRST_HOUR, STOP_ROWS, Grid, write_template
from tests.etl.normalize.plant import one_file

DAY = date(2026, 3, 30)
BOTH = ("zh", "en")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plant with three shifts in Suzhou and one with two in Leipzig; nothing loaded."""
    folder = tmp_path_factory.mktemp("template") / "site"
    make_site(folder, last_day=DAY, days=1, lines=2, error_rate=0)
    return folder


def read(reader: ReaderPool, site: Site, content: bytes) -> tuple[Reports, list[object], list[int]]:
    found = reader.workbooks([FileBytes(0, "report.xlsx", content)])
    assert found.failures == []
    cells, templates = set_aside(found.cells)
    values = apply_layouts(cells, found.sheets, site.layouts)
    reports = normalize_reports(values, one_file("report").with_columns(folder_plant=None), site)
    return reports, list(values.refusals), templates["version"].to_list()


def pages(content: bytes) -> list[Worksheet]:
    return [s for s in openpyxl.load_workbook(io.BytesIO(content)).worksheets if s.sheet_state == "visible"]


def windows(site: Site, line: str, day: date) -> list[tuple[str, datetime, datetime]]:
    found = shift_windows(site.master, site.zones, day, day).filter(pl.col("line_id") == line).sort("start_at")
    return found.select("shift_id", "start_at", "end_at").rows()


@pytest.mark.parametrize("languages", [("zh",), ("en",), BOTH], ids="+".join)
@pytest.mark.parametrize("line", ["L01", "L02"])
def test_a_template_is_recognised_and_its_hours_are_those_of_the_calendar(
    home: Path, reader: ReaderPool, languages: tuple[str, ...], line: str
) -> None:
    site = Site.open(home)
    made = make_template(home, line, day=DAY, languages=languages)
    reports, refusals, versions = read(reader, site, made.content)
    assert (refusals, reports.held_back.height, versions) == ([], 0, [1])
    assert reports.reports["layout_id"].unique().to_list() == ["standard-report"]
    hours = reports.tables["report_output"].filter(~pl.col("is_total")).sort("hour_start")["hour_start"].to_list()
    first, last = windows(site, line, DAY)[0][1], windows(site, line, DAY)[-1][2]
    assert hours == [first + timedelta(hours=n) for n in range((last - first) // timedelta(hours=1))]


def test_hours_of_the_nights_on_which_the_clocks_change(home: Path, reader: ReaderPool) -> None:
    site = Site.open(home)

    def night(day: date) -> list[str]:
        found = make_plan(site, "L02", shift="night", day=day, today=day, languages=BOTH, orders=[])
        return list(found.shifts[0].hours)

    spring, autumn, usual = (night(day) for day in (date(2026, 3, 28), date(2026, 10, 24), DAY))
    assert (len(spring), len(autumn), len(usual)) == (11, 13, 12)
    assert spring[7:9] == ["01:00-02:00", "03:00-04:00"]
    assert autumn[8:11] == ["02:00-03:00", "02:00-03:00 (2)", "03:00-04:00"]
    for day, hours in ((date(2026, 3, 28), 11), (date(2026, 10, 24), 13)):
        made = make_template(home, "L02", shift="night", day=day)
        reports, _, _ = read(reader, site, made.content)
        (_, start, _) = windows(site, "L02", day)[1]
        told = reports.tables["report_output"].filter(~pl.col("is_total"))["hour_start"].to_list()
        assert told == [start + timedelta(hours=n) for n in range(hours)]


def test_the_people_at_work_are_read_with_their_cell(home: Path, reader: ReaderPool) -> None:
    book = openpyxl.load_workbook(io.BytesIO(make_template(home, "L01", shift="early", day=DAY).content))
    next(s for s in book.worksheets if s.sheet_state == "visible")["B6"] = 7
    target = io.BytesIO()
    book.save(target)
    reports, refusals, _ = read(reader, Site.open(home), target.getvalue())
    assert (refusals, reports.held_back.height) == ([], 0)
    figures = reports.tables["report_shift"].filter(pl.col("headcount").is_not_null())
    assert figures.select("headcount", "headcount_cell").rows() == [(7.0, "B6")]


def test_without_a_day_the_usual_hours_stand_there_and_the_day_is_to_be_filled_in(home: Path) -> None:
    made = make_template(home, "L01", today=DAY)
    assert made.sheets == ("早班 Early", "中班 Late", "夜班 Night")
    night = pages(made.content)[2]
    assert [night.cell(row, 1).value for row in range(9, 17)] == [
        f"{h:02}:00-{(h + 1) % 24:02}:00" for h in (22, 23, 0, 1, 2, 3, 4, 5)
    ]
    assert night["H3"].value is None
    assert not night["H3"].protection.locked


def test_formulas_are_locked_inputs_are_not_and_the_page_is_one_a4(home: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(make_template(home, "L01", day=DAY).content))
    assert book["shiftledger"].sheet_state == "veryHidden"
    assert book.defined_names["shiftledger_template"].attr_text == "shiftledger!$A$1:$E$1"
    for sheet in book.worksheets[:-1]:
        assert sheet.protection.sheet
        assert not sheet.protection.password
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage  # 1 × 1 page unless it says otherwise
        assert (sheet.page_setup.fitToHeight, sheet.page_setup.fitToWidth) == (None, None)
        assert sheet.freeze_panes == "B9"
        filled = [
            cell for row in sheet.iter_rows() for cell in row if cell.value is not None and cell.coordinate != "H3"
        ]
        assert all(cell.protection.locked for cell in filled)
        ruled = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
        assert ruled["C9:C16"].formula1 == "shiftledger_products"
        assert all(rule.promptTitle and rule.prompt for rule in ruled.values())


def test_long_lists_odd_names_and_texts_that_look_like_formulas(home: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(home, site)
    shift = (site / "master" / "shift.csv").read_text("utf-8").replace("早班,Early", "早班/1*[a]?,History")
    (site / "master" / "shift.csv").write_text(shift, "utf-8")
    with (site / "master" / "product.csv").open("a", encoding="utf-8") as file:
        file.write("=cmd|x,,,,pcs,,,,,,\n")
    plan = make_plan(
        Site.open(site),
        "L01",
        shift=None,
        day=None,
        today=DAY,
        languages=("zh", "en"),
        orders=[f"W{n}" for n in range(900)],
    )
    content = write_template(plan, ("zh", "en"))
    assert pages(content)[0].title == "早班_1__a__ History"
    own = openpyxl.load_workbook(io.BytesIO(content))["shiftledger"]
    assert own["A902"].value == "W899"
    odd = [cell for row in own.iter_rows() for cell in row if cell.value == "=cmd|x"]
    assert [cell.data_type for cell in odd] == ["s"]
    assert write_template(plan, ("zh", "en")) == content


def test_what_cannot_be_made_is_told(home: Path, tmp_path: Path) -> None:
    for arguments, told in (
        ({"line": "L9"}, "L9.*known: P1/L01, P2/L02"),
        ({"line": "P2/L01"}, "not in master/line.csv"),
        ({"line": "L01", "shift": "noon"}, "its shifts: early, late, night"),
        ({"line": "L01", "day": date(2026, 1, 1)}, "plans no shift"),
    ):
        with pytest.raises(SiteError, match=told):
            make_template(home, **arguments)
    made = make_template(home, "P1/L01", shift="night", day=DAY)
    assert made.sheets == ("夜班 Night",)
    made.save(tmp_path / "new" / "t.xlsx", force=False)
    for path in ("new/t.xlsx", "t.xls"):
        with pytest.raises(StoreError):
            made.save(tmp_path / path, force=False)


@pytest.fixture(scope="module")
def blank(home: Path) -> dict[str, bytes]:
    return {line: make_template(home, line, day=DAY).content for line in ("L01", "L02")}


WORDS = vocabulary(Site.open(Path(__file__).parents[3] / "data_contracts" / "template").layouts)
TEXT = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x9FFF, categories=["L", "N"]), min_size=1, max_size=12
).filter(lambda text: fold(text) not in WORDS)
PIECES = st.none() | st.integers(0, 100_000) | st.decimals(0, 999, places=2).map(float)


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(data=st.data(), line=st.sampled_from(["L01", "L02"]))
def test_whatever_is_filled_in_is_read_back_without_a_loss(
    home: Path, blank: dict[str, bytes], reader: ReaderPool, data: st.DataObject, line: str
) -> None:
    site = Site.open(home)
    book = openpyxl.load_workbook(io.BytesIO(blank[line]))
    zone_start = {shift: (start, end) for shift, start, end in windows(site, line, DAY)}
    expected: dict[str, list[tuple[Any, ...]]] = {name: [] for name in ("head", *COLUMNS)}
    for sheet in book.worksheets[:-1]:
        shift = str(sheet["B4"].value)
        filled = _fill(sheet, data, site, *zone_start[shift], expected, shift)
        inputs = {c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked}
        merged = {c for r in sheet.merged_cells.ranges for c in _inner(sheet, r)}
        assert filled | {"H3"} == inputs - merged
    target = io.BytesIO()
    book.save(target)
    reports, refusals, _ = read(reader, site, target.getvalue())
    assert refusals == []
    assert reports.held_back.rows() == []
    # openpyxl saves no results of formulas: only the totals have none.
    assert set(reports.tables["value"]["repair"].drop_nulls()) <= {"formula_unsaved"}
    shift_of = pl.col("report_id").str.split("/").list.last()
    for name, columns in COLUMNS.items():
        rows = reports.tables[f"report_{name}"].filter(~pl.col("is_total")).sort("report_id", "row_no")
        told = [row for row in expected[name] if name != "shift" or row[1] is not None]
        assert rows.select(shift_of, *columns).rows() == sorted(told, key=lambda row: row[0])
    heads = reports.reports.sort("report_id").select(shift_of, "leader", "signature").rows()
    assert heads == sorted(expected["head"], key=lambda row: row[0])


COLUMNS = {
    "output": ("hour_start", "order_id", "product_id", "planned_qty", "good_qty", "scrap_qty", "rework_qty", "note"),
    "stop": ("start_at", "end_at", "downtime_min", "reason_code", "reason_text"),
    "defect": ("defect_code", "scrap_qty"),
    "shift": ("headcount",),
}


def _inner(sheet: Worksheet, merged: Any) -> set[str]:
    cells = [sheet.cell(r, c).coordinate for r, c in merged.cells]
    return set(cells[1:])


def _fill(
    sheet: Worksheet,
    data: st.DataObject,
    site: Site,
    start: datetime,
    end: datetime,
    expected: dict[str, list[tuple[Any, ...]]],
    shift: str,
) -> set[str]:
    """Write something legal into every input; returns the cells, and adds the rows that must come back."""
    filled: set[str] = set()

    def put(cell: str, value: object) -> Any:
        sheet[cell].value = value
        filled.add(cell)
        return float(value) if isinstance(value, int | float) else value

    def codes(table: str, column: str) -> st.SearchStrategy[str | None]:
        return st.none() | st.sampled_from(site.master[table][column].to_list())

    draw = data.draw
    local = datetime.combine(DAY, time(int(str(sheet["A9"].value)[:2])))
    hours = (end - start) // timedelta(hours=1)
    grid = Grid(hours)
    leader, people = put("E4", draw(codes("employee", "name"))), put("B6", draw(PIECES))
    expected["head"].append((shift, leader, put(f"B{grid.signature}", draw(st.none() | TEXT))))
    expected["shift"].append((shift, people))
    order, product = put("B5", draw(st.none() | TEXT)), put("E5", draw(codes("product", "product_id")))
    for n in range(hours):
        row = FIRST_HOUR + n
        own = (put(f"B{row}", draw(st.none() | TEXT)), put(f"C{row}", draw(codes("product", "product_id"))))
        pieces = [put(f"{column}{row}", draw(PIECES)) for column in "DEGH"]
        note = put(f"I{row}", draw(st.none() | TEXT))
        expected["output"].append(
            (shift, start + timedelta(hours=n), own[0] or order, own[1] or product, *pieces, note)
        )
    minutes = st.integers(0, hours * 60)
    for n in range(STOP_ROWS):
        row = grid.first_stop + n
        first, last = sorted((draw(minutes), draw(minutes)))
        put(f"A{row}", (local + timedelta(minutes=first)).time())
        put(f"B{row}", (local + timedelta(minutes=last)).time())
        took = put(f"C{row}", draw(PIECES))
        reason, text = put(f"D{row}", draw(codes("reason", "reason_code"))), put(f"F{row}", draw(st.none() | TEXT))
        moments = (start + timedelta(minutes=first), start + timedelta(minutes=last))
        expected["stop"].append((shift, *moments, took, reason, text))
    for n in range(DEFECT_ROWS):
        row = grid.first_defect + n
        code, quantity = put(f"A{row}", draw(codes("defect", "defect_code"))), put(f"C{row}", draw(PIECES))
        if code is not None or quantity is not None:
            expected["defect"].append((shift, code, quantity))
    return filled
