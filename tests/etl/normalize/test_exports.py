"""What a mapping can say of an export, one feature a test; refusals name columns, records and reasons."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import polars as pl
import pytest

from data_contracts.errors import SiteError
from etl.normalize.exports import Exports
from tests.etl.files import Grid, workbook
from tests.etl.normalize.plant import Plant

OUTPUT = """
id = "out"
kind = "output"
key = ["id"]
ignore = ["id"]
zone = "UTC"
[columns]
line_id = { from = ["line", "Linie"] }
hour_start = { from = "at" }
product_id = { from = "product", optional = true }
good_qty = { from = "good" }
"""
ROW = "R1;L1;2026-01-05T00:00:00Z;5"


def rows(found: Exports, *columns: str) -> list[tuple[Any, ...]]:
    return found.rows.sort("record_no", maintain_order=True).select(columns).rows()


def held(found: Exports, *columns: str) -> list[tuple[Any, ...]]:
    return found.held_back.select(columns).rows()


def refused(found: Exports) -> list[tuple[str, dict[str, object]]]:
    return [(r.code, r.params) for r in found.refusals]


def test_a_record_becomes_a_row_with_its_line_day_and_shift(plant: Plant) -> None:
    found = plant.export(OUTPUT, f"id;line;at;good\n{ROW}\n")
    assert rows(found, "record_no", "plant_id", "line_id", "production_date", "shift_id", "good_qty", "record_key") == [
        (2, "P1", "L1", dt.date(2026, 1, 5), "E", 5, "out|R1")
    ]
    assert (held(found, "reason_code"), refused(found)) == ([], [])


def test_columns_have_synonyms_and_any_order(plant: Plant) -> None:
    found = plant.export(OUTPUT, "good;at;Linie;id\n5;2026-01-05T00:00:00Z;一号线;R1\n")
    assert rows(found, "line_id", "good_qty") == [("L1", 5)]


def test_missing_columns_are_refused_by_name(plant: Plant) -> None:
    found = plant.export(OUTPUT, "id;at\nR1;2026-01-05T00:00:00Z\n")
    assert refused(found) == [("export_columns_missing", {"columns": "line, good", "mapping": "out"})]
    assert found.rows.is_empty()


def test_unknown_columns_are_refused_by_name_or_ignored_on_request(plant: Plant) -> None:
    text = f"id;line;at;good;weight\n{ROW};7\n"
    assert refused(plant.export(OUTPUT, text)) == [("export_columns_unknown", {"columns": "weight", "mapping": "out"})]
    assert rows(plant.export(OUTPUT.replace("[columns]", 'unknown = "ignore"\n[columns]'), text), "good_qty") == [(5,)]


def test_a_name_that_stands_twice_is_refused_because_neither_is_the_right_one(plant: Plant) -> None:
    found = plant.export(OUTPUT, f"id;line;at;good;good\n{ROW};7\n")
    assert refused(found) == [("export_columns_unknown", {"columns": "good (column 5)", "mapping": "out"})]


def test_a_column_without_a_name_that_holds_something_is_refused(plant: Plant) -> None:
    assert rows(plant.export(OUTPUT, f"id;line;at;good;\n{ROW};\n"), "good_qty") == [(5,)]
    found = plant.export(OUTPUT, f"id;line;at;good;\n{ROW};7\n")
    assert refused(found) == [("export_columns_unknown", {"columns": "(column 5)", "mapping": "out"})]


@pytest.mark.parametrize("title", ["Output of January", "Output;of;January;all;lines", "", '"Output"\n'])
def test_the_header_may_stand_below_a_title(plant: Plant, title: str) -> None:
    mapping = OUTPUT.replace("[columns]", f"header_row = {2 + title.count(chr(10))}\n[columns]")
    found = plant.export(mapping, f"{title}\nid;line;at;good\n{ROW}\n")
    assert rows(found, "record_no", "good_qty") == [(3 + title.count("\n"), 5)]


def test_blank_lines_are_no_records(plant: Plant) -> None:
    found = plant.export(OUTPUT, f"id;line;at;good\n\n{ROW}\n;;;\n\n")
    assert rows(found, "record_no", "good_qty") == [(3, 5)]
    assert held(found, "raw") == []


def test_a_constant_stands_for_a_column_that_the_export_does_not_have(plant: Plant) -> None:
    mapping = OUTPUT.replace('{ from = ["line", "Linie"] }', '{ const = "L2" }')
    found = plant.export(mapping, "id;at;good\nR1;2026-01-05T01:00:00Z;5\n")
    assert rows(found, "line_id", "shift_id") == [("L2", "D")]


def test_scale_aliases_and_decimal_comma_are_words_of_the_mapping(plant: Plant) -> None:
    mapping = (
        OUTPUT.replace('{ from = "good" }', '{ from = "good", scale = 1000 }')
        .replace('"product", optional', '"product", aliases = { "Zahnrad" = "GEAR" }, optional')
        .replace("[columns]", 'decimal = ","\n[columns]')
    )
    found = plant.export(mapping, "id;line;at;product;good\nR1;L1;2026-01-05T00:00:00Z;zahnrad;1,25\n")
    assert rows(found, "product_id", "good_qty") == [("GEAR", 1250)]


def test_names_of_master_data_become_codes_and_unknown_names_stay(plant: Plant) -> None:
    text = "id;line;at;product;good\nR1;L1;2026-01-05T00:00:00Z;齿轮;1\nR2;L1;2026-01-05T00:00:00Z;new;2\n"
    assert rows(plant.export(OUTPUT, text), "product_id") == [("GEAR",), ("new",)]


def test_an_unreadable_field_holds_its_record_back_with_its_number(plant: Plant) -> None:
    found = plant.export(OUTPUT, f"id;line;at;good\n{ROW}\nR2;L1;soon;6\nR3;L1;2026-01-05T00:00:00Z;many\n")
    assert held(found, "source_cell", "measure", "raw", "reason_code")[:2] == [
        ("record 3", "hour_start", "soon", "cell_not_time"),
        ("record 4", "good_qty", "many", "cell_not_number"),
    ]
    assert rows(found, "record_no") == [(2,)]


def test_a_record_outside_every_shift_or_of_an_unknown_line_is_held_back(plant: Plant) -> None:
    mapping = OUTPUT.replace("[columns]", "[columns]\nplant_id = { from = 'plant' }")
    text = (
        "id;plant;line;at;good\n"
        "R1;P2;W1;2026-01-05T15:30:00Z;1\n"  # Monday 16:30 in Berlin
        "R2;P2;W1;2026-01-05T10:00:00Z;2\n"  # before the only shift
        "R3;P2;W1;2026-01-10T15:30:00Z;3\n"  # a Saturday
        "R4;P1;L9;2026-01-05T15:30:00Z;4\n"
    )
    found = plant.export(mapping, text)
    assert rows(found, "record_no", "shift_id") == [(2, "S")]
    assert held(found, "source_cell", "reason_code") == [(f"record {n}", "record_outside_shifts") for n in (3, 4, 5)]


def placed(plant: Plant, at: str, *, mapped: str = "UTC", zone: str = "Asia/Shanghai") -> list[Any]:
    mapping = OUTPUT.replace('zone = "UTC"', f'zone = "{mapped}"')
    found = plant.export(mapping, f"id;line;at;good\nR1;L1;{at};5\n", zone=zone)
    assert held(found, "raw", "reason_code") == []
    ((start, day, shift),) = rows(found, "hour_start", "production_date", "shift_id")
    return [f"{start:%m-%d %H:%M}", f"{day:%m-%d}", shift]


@pytest.mark.parametrize(
    ("at", "mapped", "wanted"),
    [
        ("2026-01-05T21:59:00Z", "UTC", ["01-05 21:59", "01-05", "N"]),
        ("2026-01-05T22:00:00Z", "UTC", ["01-05 22:00", "01-06", "E"]),
        ("2026-01-05 23:30:00", "plant", ["01-05 15:30", "01-05", "N"]),
        ("2026-01-06 05:59", "plant", ["01-05 21:59", "01-05", "N"]),
        ("2026-01-06 06:00", "plant", ["01-05 22:00", "01-06", "E"]),
        ("2026-01-05 16:30", "Europe/Berlin", ["01-05 15:30", "01-05", "N"]),
        ("2026-01-05T23:30:00+08:00", "UTC", ["01-05 15:30", "01-05", "N"]),
        ("2026-01-05T15:30Z", "plant", ["01-05 15:30", "01-05", "N"]),
        ("2026/1/5 15:30:00", "UTC", ["01-05 15:30", "01-05", "N"]),
    ],
)
def test_an_instant_belongs_to_the_day_on_which_its_shift_began(
    plant: Plant, at: str, mapped: str, wanted: list[str]
) -> None:
    assert placed(plant, at, mapped=mapped) == wanted


@pytest.mark.parametrize(
    ("at", "wanted"),
    [
        ("2026-03-29 01:30:00", ["03-29 00:30", "03-28", "N"]),
        ("2026-03-29 02:30:00", ["03-29 01:30", "03-28", "N"]),
        ("2026-03-29 05:59:00", ["03-29 03:59", "03-28", "N"]),
        ("2026-10-25 02:30:00", ["10-25 00:30", "10-24", "N"]),
        ("2026-10-25 05:59:00", ["10-25 04:59", "10-24", "N"]),
        ("2026-10-25 06:00:00", ["10-25 05:00", "10-25", "E"]),
    ],
)
def test_wall_times_of_the_two_odd_nights_find_their_instant_and_shift(
    plant: Plant, at: str, wanted: list[str]
) -> None:
    assert placed(plant, at, mapped="plant", zone="Europe/Berlin") == wanted


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("05.01.2026 14:30", "%d.%m.%Y %H:%M"),
        ("20260105143000", "%Y%m%d%H%M%S"),
        ("2026-01-05T15:30:00+0100", "%Y-%m-%dT%H:%M:%S%z"),
    ],
)
def test_a_mapping_may_name_the_format_of_its_times(plant: Plant, text: str, written: str) -> None:
    mapping = OUTPUT.replace('{ from = "at" }', f'{{ from = "at", formats = ["{written}"] }}')
    other = "2026-01-05T20:00:00+0000" if "%z" in written else "later"
    found = plant.export(mapping, f"id;line;at;good\nR1;L1;{text};5\nR2;L1;{other};6\n")
    assert rows(found, "hour_start")[0] == (dt.datetime(2026, 1, 5, 14, 30),)  # noqa: DTZ001


STOP = """
id = "stops"
kind = "stop"
key = ["line", "date", "from"]
[columns]
line_id = { from = "line" }
production_date = { from = "date", formats = ["%d.%m.%Y"] }
shift_id = { from = "shift" }
start_at = { from = "from" }
end_at = { from = "to" }
downtime_min = { from = "min" }
reason_code = { from = "why", optional = true }
"""


def test_clock_times_of_a_night_shift_lie_on_both_sides_of_midnight(plant: Plant) -> None:
    found = plant.export(STOP, "line;date;shift;from;to;min;why\nL1;05.01.2026;Night;23:50;0:20;30;卡料\n")
    assert rows(found, "start_at", "end_at", "downtime_min", "reason_code") == [
        (dt.datetime(2026, 1, 5, 15, 50), dt.datetime(2026, 1, 5, 16, 20), 30, "M1")  # noqa: DTZ001
    ]


def test_overlapping_exports_count_a_record_once_and_the_later_file_wins(plant: Plant) -> None:
    head = "id;line;at;good\n"
    first = f"{head}{ROW}\nR2;L1;2026-01-05T01:00:00Z;6\n"
    second = f"{head} R2 ;L1;2026-01-05T01:00:00Z;7\nR3;L1;2026-01-05T02:00:00Z;8\n"
    found = plant.export(OUTPUT, first, second)
    assert sorted(found.rows.select("record_key", "good_qty").rows()) == [
        ("out|R1", 5),
        ("out|R2", 7),
        ("out|R3", 8),
    ]


def test_a_key_may_be_made_of_several_columns(plant: Plant) -> None:
    mapping = OUTPUT.replace('key = ["id"]', 'key = ["line_id", "hour_start"]')
    text = f"id;line;at;good\n{ROW}\nR2;一号线;2026-01-05T08:00:00+08:00;6\n"
    assert rows(plant.export(mapping, text), "good_qty") == [(6,)]


def test_records_without_a_key_are_held_back_instead_of_replacing_each_other(plant: Plant) -> None:
    found = plant.export(OUTPUT, f"id;line;at;good\n;L1;2026-01-05T00:00:00Z;5\n ;L1;2026-01-05T00:00:00Z;6\n{ROW}\n")
    assert rows(found, "good_qty") == [(5,)]
    assert held(found, "source_cell", "reason_code") == [
        ("record 2", "record_without_key"),
        ("record 3", "record_without_key"),
    ]
    assert {json.loads(p)["key"] for (p,) in held(found, "reason_params")} == {"id"}


def test_wide_columns_become_a_stop_for_each_code_and_nothing_is_nothing(plant: Plant) -> None:
    mapping = """
id = "wide"
kind = "stop"
key = ["order_id", "reason_code"]
decimal = ","
[columns]
order_id = { from = "batch" }
line_id = { const = "L1" }
[wide.headers]
"1.0" = "M1"
"2.0" = "S1"
"""
    found = plant.export(mapping, "batch;1.0;2.0\nB1;15,5;0,0\nB2; ;20\nB3;0;\n")
    assert rows(found, "order_id", "reason_code", "downtime_min", "record_key") == [
        ("B1", "M1", 15.5, "wide|B1|M1"),
        ("B2", "S1", 20, "wide|B2|S1"),
    ]
    missing = plant.export(mapping, "batch;1.0\nB1;15\n")
    assert refused(missing) == [("export_columns_missing", {"columns": "2.0", "mapping": "wide"})]


def test_a_workbook_export_reads_numbers_dates_and_times_as_cells_whatever_its_decimal_mark(plant: Plant) -> None:
    mapping = STOP.replace("[columns]", 'format = "workbook"\nsheet = "Data"\nheader_row = 3\ndecimal = ","\n[columns]')
    grid: Grid = [
        ["Stops of January"],
        [],
        ["line", "date", "shift", "from", "to", "min"],
        ["L1", dt.date(2026, 1, 5), "E", dt.time(6, 30), dt.time(6, 45), 15.5],
        [],
        ["L1", "05.01.2026", "E", "7:30", "7:45", "15,5"],
    ]
    found = plant.export(mapping, workbook({"Notes": [["x"]], "Data": grid}))
    assert held(found, "raw", "reason_code") == []
    assert rows(found, "record_no", "start_at", "downtime_min") == [
        (4, dt.datetime(2026, 1, 4, 22, 30), 15.5),  # noqa: DTZ001
        (6, dt.datetime(2026, 1, 4, 23, 30), 15.5),  # noqa: DTZ001
    ]


def test_an_error_cell_of_a_workbook_export_holds_its_record_back(plant: Plant) -> None:
    mapping = OUTPUT.replace("[columns]", 'format = "workbook"\n[columns]')
    row = ["L1", "2026-01-05T00:00:00Z", "GEAR", 5]
    grid: Grid = [
        ["id", "line", "at", "product", "good"],
        ["R1", *row],
        ["R2", "L1", "2026-01-05T00:00:00Z", "#REF!", 5],
        ["R3", "L1", "2026-01-05T00:00:00Z", "GEAR", "=1+1"],
    ]
    found = plant.export(mapping, workbook({"S": grid}))
    assert rows(found, "record_no") == [(2,)]
    assert held(found, "source_cell", "measure", "raw", "reason_code") == [
        ("record 3", "product_id", "#REF!", "cell_error"),
        ("record 4", "good_qty", "=1+1", "cell_formula"),
    ]


ORDER = """
id = "orders"
kind = "order"
format = "json"
records = "data.orders"
key = ["order_id"]
[columns]
order_id = { from = "no" }
product_id = { from = "item" }
planned_qty = { from = "qty" }
due_on = { from = "due", optional = true }
"""


def test_orders_come_from_records_of_a_list_and_need_no_line_or_shift(plant: Plant) -> None:
    records = [{"no": "A1", "item": "齿轮", "qty": 500, "due": "2026-02-01"}, {"no": "A2", "item": "CASE", "qty": 7.5}]
    found = plant.export(ORDER, json.dumps({"data": {"orders": records}}))
    assert rows(found, "record_no", "order_id", "product_id", "planned_qty", "due_on") == [
        (1, "A1", "GEAR", 500, dt.date(2026, 2, 1)),
        (2, "A2", "CASE", 7.5, None),
    ]


def test_a_value_that_breaks_the_contract_is_held_back_with_its_record(plant: Plant) -> None:
    found = plant.export(ORDER, '{"data": {"orders": [{"no": "A1", "item": "GEAR", "qty": -1}]}}')
    assert held(found, "source_cell", "measure", "raw", "reason_code") == [
        ("record 1", "planned_qty", "-1.0", "contract")
    ]
    assert found.rows.is_empty()


@pytest.mark.parametrize("content", ["id;line;at;good\n", '{"data": {"orders": []}}'], ids=["text", "list"])
def test_an_export_without_records_is_no_fault_of_its_header(plant: Plant, content: str) -> None:
    if content.startswith("id"):
        found = plant.export(OUTPUT, content)
        assert refused(found) == []
    else:
        found = plant.export(ORDER, content)
        assert [code for code, _ in refused(found)] == ["export_columns_missing"]
    assert found.rows.is_empty()
    assert found.rows.schema["good_qty" if "good_qty" in found.rows.columns else "planned_qty"] == pl.Float64


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("good_qty =", "good_stuff ="), "unknown column good_stuff"),
        (('key = ["id"]\nignore = ["id"]', 'key = ["nr"]'), "key names nr, which no column gives"),
        (('{ from = "good" }', "{ optional = true }"), "say where it comes from"),
        (('zone = "UTC"', 'zone = "Mars"'), "zone"),
    ],
)
def test_a_mapping_that_says_something_impossible_is_refused_when_the_site_opens(
    plant: Plant, change: tuple[str, str], problem: str
) -> None:
    with pytest.raises(SiteError, match=problem):
        plant.site(exports=[OUTPUT.replace(*change)])


STOP_AT = """
id = "stops-at"
kind = "stop"
key = ["id"]
ignore = "id"
zone = "UTC"
[columns]
plant_id = { const = "P2" }
line_id = { from = "line" }
start_at = { from = "from" }
end_at = { from = "to" }
"""


@pytest.mark.parametrize(
    ("start", "end", "inside", "outside"),
    [
        ("14:00", "17:00", [("S", 1, 120.0)], "60.0"),
        ("22:00", "23:30", [("S", 1, 60.0)], "30.0"),
        ("15:30", "16:30", [("S", None, None)], None),
    ],
    ids=["began before the shift", "went on after the shift", "within the shift"],
)
def test_minutes_of_a_stop_in_which_no_shift_worked_are_told_and_the_others_read(
    plant: Plant, start: str, end: str, inside: list[tuple[str, int | None, float | None]], outside: str | None
) -> None:
    """The only shift of line W1 is 16:00 to 24:00 in Berlin, 15:00 to 23:00 UTC."""
    found = plant.export(STOP_AT, f"id;line;from;to\n1;W1;2026-01-05 {start};2026-01-05 {end}\n")
    assert rows(found, "shift_id", "part_no", "downtime_min") == inside
    told = [] if outside is None else [("record 2", "downtime_min", outside, "stop_outside_shifts")]
    assert held(found, "source_cell", "measure", "raw", "reason_code") == told


def test_the_hours_between_two_shifts_are_told_of_a_stop_that_spans_them(plant: Plant) -> None:
    found = plant.export(STOP_AT, "id;line;from;to\n1;W1;2026-01-05 22:00;2026-01-06 16:00\n")
    assert rows(found, "production_date", "part_no", "downtime_min") == [
        (dt.date(2026, 1, 5), 1, 60.0),
        (dt.date(2026, 1, 6), 2, 60.0),
    ]
    assert held(found, "raw", "reason_code") == [("960.0", "stop_outside_shifts")]
