"""A site opens when it is right, and says file, line and key when it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_contracts.errors import SiteError
from data_contracts.site import Site

SITE = """[site]
id = "acme"
name = "Acme"

[[plant]]
id = "P1"
timezone = "Asia/Shanghai"

[[plant]]
id = "P2"
timezone = "Europe/Berlin"
"""
LINES = "plant_id,area_id,line_id,calendar_id\nP1,A1,L1,three\nP2,A1,L2,three\n"
SHIFTS = (
    "calendar_id,shift_id,start,end,break_min,weekdays,valid_from,valid_to\n"
    "three,early,06:00,14:00,30,1234567,,\n"
    "three,late,14:00,22:00,30,1234567,,\n"
)
LAYOUT = """id = "list"
[fields]
shift_id = { const = "early" }
line_id = { label = "Line" }
[tables.rows]
into = "output"
[tables.rows.columns]
production_date = { header = "Day" }
good_qty = { header = "Good" }
"""
EXPORT = """id = "counts"
kind = "output"
key = ["no"]
ignore = ["no"]
[columns]
line_id = { from = "line" }
good_qty = { from = "good" }
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A small site that is right."""
    for name, text in (
        ("site.toml", SITE),
        ("master/line.csv", LINES),
        ("master/shift.csv", SHIFTS),
        ("layouts/list.toml", LAYOUT),
        ("exports/counts.toml", EXPORT),
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def refusal(home: Path) -> str:
    with pytest.raises(SiteError) as caught:
        Site.open(home)
    return str(caught.value)


def put(home: Path, name: str, text: str) -> None:
    (home / name).write_text(text, encoding="utf-8")


def change(home: Path, name: str, old: str, new: str) -> None:
    text = (home / name).read_text(encoding="utf-8")
    assert text.count(old) >= 1
    put(home, name, text.replace(old, new, 1))


def test_a_small_site_opens_with_its_plants_lines_and_shifts(home: Path) -> None:
    site = Site.open(home)
    assert site.zones == {"P1": "Asia/Shanghai", "P2": "Europe/Berlin"}
    assert site.master["line"]["line_id"].to_list() == ["L1", "L2"]
    assert site.master["shift"]["break_min"].to_list() == [30.0, 30.0]
    assert site.language == "en"


def test_optional_columns_and_optional_files_may_be_missing(home: Path) -> None:
    site = Site.open(home)
    assert site.master["line"]["valid_from"].to_list() == [None, None]
    assert site.master["product"].is_empty()
    assert site.master["product"].columns[0] == "product_id"


def test_blanks_around_a_value_do_not_belong_to_it(home: Path) -> None:
    put(home, "master/line.csv", "plant_id,area_id,line_id,calendar_id,name_en\nP1 , A1,L1,three,  \n")
    line = Site.open(home).master["line"].row(0, named=True)
    assert (line["plant_id"], line["area_id"], line["name_en"]) == ("P1", "A1", None)


def test_a_byte_order_mark_as_spreadsheet_programs_write_it_is_no_error(home: Path) -> None:
    put(home, "master/line.csv", "\ufeff" + LINES)
    put(home, "site.toml", "\ufeff" + SITE)
    assert Site.open(home).master["line"].height == 2


def test_a_sites_own_layout_replaces_a_shipped_one_of_the_same_file_name(home: Path) -> None:
    shipped = {layout.id for layout in Site.open(home).layouts}
    assert shipped == {"list", "shift-sheet", "standard-report"}
    put(home, "layouts/shift-sheet.toml", LAYOUT.replace('"list"', '"our-sheet"'))
    assert {layout.id for layout in Site.open(home).layouts} == {"list", "our-sheet", "standard-report"}


def test_a_sites_own_export_mapping_replaces_a_shipped_one_of_the_same_file_name(home: Path) -> None:
    put(home, "exports/standard-stop.toml", EXPORT.replace('"counts"', '"our-stops"'))
    ids = {mapping.id for mapping in Site.open(home).exports}
    assert "our-stops" in ids
    assert "standard-stop" not in ids


def test_two_layouts_of_one_id_are_refused_since_both_would_recognise_a_workbook(home: Path) -> None:
    put(home, "layouts/other.toml", LAYOUT)
    told = refusal(home)
    assert f"{home}/layouts/other.toml: id: 'list'" in told
    assert f"{home}/layouts/list.toml" in told


def test_a_folder_without_site_toml_says_how_to_make_one(tmp_path: Path) -> None:
    told = refusal(tmp_path)
    assert f"{tmp_path}/site.toml: not found" in told
    assert "shiftledger init" in told


@pytest.mark.parametrize("name", ["line", "shift"])
def test_a_required_master_file_that_is_missing_is_named(home: Path, name: str) -> None:
    (home / "master" / f"{name}.csv").unlink()
    assert refusal(home).startswith(f"{home}/master/{name}.csv: not found")


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('name = "Acme"', 'name = "Acme"\ncolour = "red"', 4, "site.colour: Extra inputs are not permitted"),
        ('"Asia/Shanghai"', '"Asia/Shangri-La"', 7, "plant.0.timezone: Value error, 'Asia/Shangri-La' is not an IANA"),
        ('"Europe/Berlin"', '"Berlin"', 11, "plant.1.timezone: Value error, 'Berlin' is not an IANA"),
        ('id = "acme"\n', "", 1, "site.id: Field required"),
        ("[site]", '[period]\nclosed_through = "May"\n[site]', 2, "period.closed_through: "),
        ("[site]", '[consolidation]\ngood_qty = "best"\n[site]', 2, "consolidation.good_qty: "),
        ("[site]", '[expectation]\nwarning_after_h = "soon"\n[site]', 2, "expectation.warning_after_h: "),
        ('id = "P2"\n', 'id = ""\n', 10, "plant.1.id: "),
    ],
)
def test_a_wrong_key_in_site_toml_is_told_with_its_line(home: Path, old: str, new: str, line: int, words: str) -> None:
    change(home, "site.toml", old, new)
    assert f"{home}/site.toml:{line}: {words}" in refusal(home)


def test_site_toml_that_is_no_toml_is_told_with_its_line(home: Path) -> None:
    change(home, "site.toml", 'name = "Acme"', "name = Acme")
    told = refusal(home)
    assert told.startswith(f"{home}/site.toml: ")
    assert "line 3" in told


def test_a_configuration_that_is_not_utf8_is_told_with_its_line(home: Path) -> None:
    (home / "site.toml").write_bytes(SITE.replace("Acme", "一厂").encode("gb18030"))
    assert f"{home}/site.toml:3: not UTF-8" in refusal(home)


def test_a_master_file_that_is_not_utf8_is_told(home: Path) -> None:
    (home / "master" / "line.csv").write_bytes(
        "plant_id,area_id,line_id,calendar_id,name_zh\nP1,A1,L1,three,一线\n".encode("gb18030")
    )
    assert f"{home}/master/line.csv: not readable as a comma-separated UTF-8 table" in refusal(home)


def test_two_plants_of_one_id_are_refused(home: Path) -> None:
    change(home, "site.toml", 'id = "P2"', 'id = "P1"')
    assert f"{home}/site.toml: plant.id: " in refusal(home)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (
            "line",
            "plant_id,area_id,line_id,calendar_id,colour\nP1,A1,L1,three,red\n",
            "1: unknown column colour; known:",
        ),
        ("line", "plant_id,line_id,calendar_id\nP1,L1,three\n", "1: missing column area_id"),
        ("line", LINES + "P1,A1,L1,three\n", "2: line_id: 'P1 / L1' fails grain"),
        ("line", LINES + "P1,A1,L1,three\n", "4: line_id: 'P1 / L1' fails grain"),
        ("line", LINES + "P9,A1,L9,three\n", "4: plant_id: 'P9' is not in site.toml"),
        ("line", LINES + "P1,A1,L9,four\n", "4: calendar_id: 'four' is not in master/shift.csv"),
        ("line", LINES + "P1,,L9,three\n", "4: area_id: None fails not_nullable"),
        ("shift", SHIFTS + "three,night,25:00,06:00,30,1234567,,\n", "4: start: '25:00' fails str_matches"),
        ("shift", SHIFTS + "three,night,22:00,06:00,half,1234567,,\n", "4: break_min: 'half' is not a number"),
        ("shift", SHIFTS + "three,night,22:00,06:00,-5,1234567,,\n", "4: break_min: '-5.0' fails greater_than"),
        ("shift", SHIFTS + "three,night,22:00,06:00,30,MO-FR,,\n", "4: weekdays: 'MO-FR' fails str_matches"),
        ("shift", SHIFTS + "three,night,22:00,06:00,30,12,03/04/2026,\n", "4: valid_from: '03/04/2026' is not a date"),
        (
            "shift",
            SHIFTS + "three,late,15:00,22:00,30,1234567,,\n",
            "4: weekdays: 'three / late /  / 1234567' fails gr",
        ),
        (
            "shift",
            SHIFTS + "three,late,15:00,22:00,30,1,2026-06-01,\n",
            "4: valid_from: shift 'late' of calendar 'three' is in force twice, see line 3",
        ),
        ("reason", "reason_code,loss_category\nD1,bad luck\n", "2: loss_category: 'bad luck' fails isin"),
        ("product", "product_id,cycle_s\nA,12\nB,0\n", "3: cycle_s: '0.0' fails greater_than"),
        (
            "calendar_exception",
            "calendar_id,production_date,is_working\nthree,2026-05-01,perhaps\n",
            "2: is_working: 'perhaps' is not a true or false",
        ),
        (
            "calendar_exception",
            "calendar_id,production_date,shift_id,is_working,start,end\nthree,2026-05-01,late,true,2 pm,22:00\n",
            "2: start: '2 pm' fails str_matches",
        ),
        (
            "calendar_exception",
            "calendar_id,production_date,shift_id,is_working\nthree,2026-05-01,noon,true\n",
            "2: shift_id: 'noon' is no shift of calendar 'three'",
        ),
        (
            "calendar_exception",
            "calendar_id,production_date,is_working\nfour,2026-05-01,false\n",
            "2: calendar_id: 'four' is not in master/shift.csv",
        ),
        ("tolerance", "rule_id,severity\ngood_vs_mess,off\n", "2: rule_id: 'good_vs_mess' is not in the list"),
        ("tolerance", "rule_id,severity\ngood_vs_mes,mild\n", "2: severity: 'mild' fails isin"),
        ("tolerance", "rule_id,line_id,absolute\ngood_vs_mes,L7,4\n", "2: line_id: 'L7' is not in master/line.csv"),
        (
            "tolerance",
            "rule_id,absolute\ngood_vs_mes,4\ngood_vs_mes,5\n",
            "3: product_id: 'good_vs_mes /  /  /  / ' fails grain",
        ),
    ],
)
def test_a_wrong_master_row_is_told_with_file_line_and_column(home: Path, name: str, text: str, words: str) -> None:
    put(home, f"master/{name}.csv", text)
    assert f"{home}/master/{name}.csv:{words}" in refusal(home)


def test_a_shift_may_have_other_times_on_fridays(home: Path) -> None:
    change(home, "master/shift.csv", "30,1234567", "30,123467")
    put(home, "master/shift.csv", (home / "master/shift.csv").read_text() + "three,early,06:00,12:00,0,5,,\n")
    assert Site.open(home).master["shift"]["weekdays"].to_list() == ["123467", "1234567", "5"]


def test_all_that_is_wrong_in_a_file_is_told_at_once(home: Path) -> None:
    put(home, "master/product.csv", "product_id,cycle_s,valid_from\nA,fast,\nB,12,soon\n")
    assert refusal(home).splitlines() == [
        f"{home}/master/product.csv:2: cycle_s: 'fast' is not a number",
        f"{home}/master/product.csv:3: valid_from: 'soon' is not a date (YYYY-MM-DD)",
    ]


def test_a_table_with_semicolons_is_refused_and_the_known_columns_are_named(home: Path) -> None:
    put(home, "master/line.csv", LINES.replace(",", ";"))
    assert f"{home}/master/line.csv:1: unknown column plant_id;area_id;line_id;calendar_id; known: plant_id" in refusal(
        home
    )


def test_a_tolerance_may_name_a_product_as_long_as_no_products_are_maintained(home: Path) -> None:
    put(home, "master/tolerance.csv", "rule_id,product_id,absolute\ngood_vs_mes,X,4\n")
    assert Site.open(home).master["tolerance"]["product_id"].to_list() == ["X"]
    put(home, "master/product.csv", "product_id\nA\n")
    assert f"{home}/master/tolerance.csv:2: product_id: 'X' is not in master/product.csv" in refusal(home)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('into = "output"', "into = output", None, "line 6"),
        ('into = "output"', 'into = "scrap"', 6, "tables.rows.into: Input should be 'output'"),
        ('into = "output"', 'into = "output"\nhue = 1', 7, "tables.rows.hue: Extra inputs are not permitted"),
        (
            'into = "output"',
            'into = "output"\nsheet = "([A-Z"',
            7,
            "tables.rows.sheet: Value error, '([A-Z' is not a reg",
        ),
        (
            '{ label = "Line" }',
            '{ sheet_name = "(" }',
            4,
            "fields.line_id.sheet_name: Value error, '(' is not a regular",
        ),
        ('{ label = "Line" }', "{ optional = true }", 4, "fields.line_id: Value error, say where it stands"),
        ("good_qty =", "goods =", 5, "tables.rows: Value error, unknown measure goods; known: "),
        (
            "good_qty = { header",
            "good_qty = { head",
            9,
            "tables.rows.columns.good_qty.head: Extra inputs are not permitted",
        ),
        ('into = "output"', 'into = "output"\nkey_from = "runs"', 1, "tables.rows.key_from: there is no table 'runs'"),
        ('line_id = { label = "Line" }', "", 1, "tables.rows: nothing says where line_id stands"),
        ("line_id = {", "lines = {", 1, "unknown field lines; known: plant_id, line_id"),
        ('id = "list"', 'id = "My list"', 1, "id: String should match pattern"),
    ],
)
def test_a_wrong_layout_is_told_with_file_line_and_key(
    home: Path, old: str, new: str, line: int | None, words: str
) -> None:
    change(home, "layouts/list.toml", old, new)
    told = refusal(home)
    assert told.startswith(f"{home}/layouts/list.toml:{'' if line is None else line}")
    assert words in told


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('kind = "output"', 'kind = "scrap"', 2, "kind: Input should be 'output'"),
        ('kind = "output"', 'kind = "output"\ndelimeter = ";"', 3, "delimeter: Extra inputs are not permitted"),
        ("good_qty =", "goods =", 1, "unknown column goods; known: "),
        ('{ from = "good" }', "{ optional = true }", 7, "columns.good_qty: Value error, say where it comes from"),
        ('key = ["no"]\nignore = ["no"]', 'key = ["id"]', 1, "key names id, which no column gives"),
        ('key = ["no"]', "key = []", 3, "key: List should have at least 1 item"),
    ],
)
def test_a_wrong_export_mapping_is_told_with_file_line_and_key(
    home: Path, old: str, new: str, line: int, words: str
) -> None:
    change(home, "exports/counts.toml", old, new)
    told = refusal(home)
    assert told.startswith(f"{home}/exports/counts.toml:{line}: ")
    assert words in told
