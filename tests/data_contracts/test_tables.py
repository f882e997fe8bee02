"""What the tables promise, and how a batch is split into good rows and failures."""

from __future__ import annotations

import subprocess
import sys

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandera.errors import SchemaErrors

from data_contracts.tables import TABLES
from data_contracts.tables.base import Instant, Table, column, contract, split_valid


@contract(grain=("line_id", "day"))
class Trial(Table):
    """A small contract with every kind of promise."""

    line_id: pl.String = column("Line")
    day: pl.Date = column("Day", optional=True)
    good_qty: pl.Float64 = column("Good", optional=True, ge=0)
    source: pl.String = column("Side", isin=["report", "mes"])
    at: Instant = column("When, UTC", optional=True)


def trial(*rows: tuple[str | None, float | None, str]) -> pl.DataFrame:
    return Trial.conform(pl.DataFrame(rows, schema=["line_id", "good_qty", "source"], orient="row", strict=False))


def failed(frame: pl.DataFrame) -> list[tuple[int, str, str]]:
    _, failures = split_valid(Trial, frame)
    return sorted((f["row"], f["column"], f["check"].split("(")[0]) for f in failures.iter_rows(named=True))


def test_a_batch_without_fault_comes_back_whole() -> None:
    frame = trial(("L1", 5, "mes"), ("L2", None, "report"))
    good, failures = split_valid(Trial, frame)
    assert good.equals(frame)
    assert failures.is_empty()


def test_every_failing_cell_is_returned_with_row_column_and_value() -> None:
    frame = trial(("L1", 5, "mes"), (None, -3, "mes"), ("L3", 7, "hearsay"))
    assert failed(frame) == [
        (1, "good_qty", "greater_than_or_equal_to"),
        (1, "line_id", "not_nullable"),
        (2, "source", "isin"),
    ]
    good, failures = split_valid(Trial, frame)
    assert good["line_id"].to_list() == ["L1"]
    assert set(failures["value"]) == {"-3.0", None, "hearsay"}


def test_all_copies_of_a_repeated_grain_fail_since_none_is_known_to_be_right() -> None:
    frame = trial(("L1", 5, "mes"), ("L2", 6, "mes"), ("L1", 7, "mes"))
    assert failed(frame) == [(0, "day", "grain"), (2, "day", "grain")]
    good, failures = split_valid(Trial, frame)
    assert good["line_id"].to_list() == ["L2"]
    assert failures["value"].to_list() == ["L1 / ", "L1 / "]


def test_rows_without_a_required_part_of_the_grain_fail_for_that_and_are_no_copies() -> None:
    assert failed(trial((None, 5, "mes"), (None, 6, "mes"))) == [
        (0, "line_id", "not_nullable"),
        (1, "line_id", "not_nullable"),
    ]


def test_an_empty_batch_is_good() -> None:
    good, failures = split_valid(Trial, Trial.no_rows())
    assert good.is_empty()
    assert failures.is_empty()


@contract()
class Checked(Table):
    """One column for each check that a contract may have, and a number that may not be blank."""

    at_least: pl.Float64 = column("ge", optional=True, ge=0)
    above: pl.Float64 = column("gt", optional=True, gt=0)
    at_most: pl.Int32 = column("le", optional=True, le=23)
    one_of: pl.String = column("isin", optional=True, isin=["report", "mes"])
    shaped: pl.String = column("str_matches", optional=True, str_matches=r"[0-2]\d:[0-5]\d$|x")
    there: pl.Float64 = column("required")


_NUMBERS = st.none() | st.sampled_from([-1.0, -0.0, 0.0, 1.0, 24.0, float("nan"), float("inf")])
_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "at_least": _NUMBERS,
            "above": _NUMBERS,
            "at_most": st.none() | st.sampled_from([0, 23, 24]),
            "one_of": st.none() | st.sampled_from(["report", "mes", "", "Report"]),
            "shaped": st.none() | st.sampled_from(["06:30", "6:30", "a06:30", "06:30\n", "xy", "yx", ""]),
            "there": _NUMBERS,
        }
    ),
    max_size=4,
)


@given(_ROWS)
def test_the_quick_look_at_a_batch_finds_fault_whenever_pandera_does(rows: list[dict[str, object]]) -> None:
    frame = pl.DataFrame(rows, schema=Checked.columns(), orient="row")
    try:
        Checked.to_schema().validate(frame, lazy=True)
    except SchemaErrors as error:
        wrong = {(int(row), str(name)) for row, name in error.failure_cases.select("index", "column").iter_rows()}
    else:
        wrong = set()

    _, failures = split_valid(Checked, frame)

    assert {(f["row"], f["column"]) for f in failures.iter_rows(named=True)} == wrong


def test_a_check_that_nobody_knows_is_a_fault_of_the_contract() -> None:
    with pytest.raises(KeyError, match="smells_like"):
        column("Line", smells_like="L1")


def test_contracts_are_declared_and_sound_batches_judged_without_importing_pandera() -> None:
    code = (
        "import sys, polars as pl, data_contracts.tables as t; from data_contracts.tables.base import split_valid;"
        "split_valid(t.TABLES['scrap'], t.TABLES['scrap'].no_rows());"
        "print('pandera' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    "wrong",
    [
        trial(("L1", 5, "mes")).with_columns(good_qty=pl.lit("5")),
        trial(("L1", 5, "mes")).drop("source"),
        trial(("L1", 5, "mes")).with_columns(colour=pl.lit("red")),
    ],
    ids=["wrong type", "missing column", "unknown column"],
)
def test_a_frame_of_the_wrong_shape_is_a_fault_of_the_program_and_raises(wrong: pl.DataFrame) -> None:
    with pytest.raises(SchemaErrors):
        split_valid(Trial, wrong)


def test_conform_adds_missing_columns_drops_others_and_casts() -> None:
    frame = Trial.conform(pl.DataFrame({"good_qty": [3], "colour": ["red"], "line_id": ["L1"]}))
    assert frame.columns == ["line_id", "day", "good_qty", "source", "at"]
    assert frame.dtypes == [pl.String, pl.Date, pl.Float64, pl.String, pl.Datetime("us")]
    assert frame.row(0) == ("L1", None, 3.0, None, None)


def test_a_table_is_called_in_sql_as_its_class_in_snake_case() -> None:
    assert TABLES["mart_output"].__name__ == "MartOutput"
    assert all(table.sql_name() == name for name, table in TABLES.items())


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_column_of_every_table_is_described(name: str) -> None:
    columns = TABLES[name].to_schema().columns
    assert TABLES[name].__doc__
    assert [c for c, promise in columns.items() if not promise.description] == []


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_grain_names_columns_of_its_table(name: str) -> None:
    assert set(TABLES[name].grain()) <= set(TABLES[name].columns())


REPEATING = {
    *("report_output", "report_stop", "report_defect", "report_wip", "report_shift", "value"),
    *("mes_output", "mes_stop", "mes_material", "mes_attendance"),
    *("production", "downtime", "scrap", "discrepancy_event", "quarantine", "notice"),
    *("production_history", "downtime_history", "scrap_history"),
}


def test_every_table_has_a_grain_but_those_that_hold_rows_as_the_sources_list_them() -> None:
    assert {name for name, table in TABLES.items() if not table.grain()} == REPEATING


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_quantity_and_a_duration_carry_their_unit(name: str) -> None:
    for column_name, promise in TABLES[name].to_schema().columns.items():
        unit = (promise.metadata or {}).get("unit")
        if column_name.endswith("_min"):
            assert unit == "min", column_name
        if column_name.endswith("_qty"):
            assert unit == "pcs", column_name


KEY = "plant_id line_id production_date shift_id"
PROMISED = {
    "production": f"{KEY} hour_start order_id product_id planned_qty good_qty scrap_qty rework_qty report_good_qty "
    "mes_good_qty report_scrap_qty mes_scrap_qty value_source is_final",
    "downtime": f"{KEY} start_at end_at downtime_min reason_code is_planned source",
    "scrap": f"{KEY} order_id product_id defect_code scrap_qty source",
    "discrepancy": f"discrepancy_id rule_id rule_no severity {KEY} order_id product_id measure reported_value "
    "reference_value delta tolerance probable_cause source_file source_sheet source_cell reference_locator status "
    "first_seen_at last_seen_at",
    "discrepancy_event": "discrepancy_id at event actor reason",
    "report": f"report_id {KEY} revision is_current status layout_id source_file_id received_at",
    "source_file": "source_file_id name kind status reason received_at load_id",
    "load": "load_id started_at finished_at status files_new files_quarantined rows_staged discrepancies_open "
    "published_version",
    "line": "plant_id area_id line_id",
    "product": "product_id cycle_s",
    "shift": "shift_id start end",
    "reason": "reason_code loss_category",
    "defect": "defect_code",
    "mart_output": f"{KEY} planned_qty good_qty scrap_qty rework_qty pot_min planned_stop_min setup_min delay_min "
    "run_min",
    "mart_loss": f"{KEY} loss_category reason_code loss_min events",
    "mart_completeness": f"{KEY} expected received lateness_min first_pass",
    "mart_discrepancy": f"{KEY} rule_id probable_cause layout_id opened resolved decided open",
}


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_a_published_table_keeps_at_least_the_columns_that_readers_rely_on(name: str) -> None:
    assert set(PROMISED[name].split()) <= set(TABLES[name].columns())
    assert TABLES[name].layer() in ("published", "master")
