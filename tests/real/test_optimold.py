"""Three months of an injection moulding plant: figures counted by hand, and a peer's answer held against ours."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from data_contracts.scope import SYSTEM
from etl.desk import current_version
from etl.load import run_load
from tests.real.optimold import make_site

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("optimold")]


@pytest.fixture(scope="module")
def ledger(real: Path, key_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    assert key_dir.is_dir()
    home = make_site(real, tmp_path_factory.mktemp("optimold") / "site")
    run_load(home, SYSTEM, now=datetime(2019, 2, 10))  # noqa: DTZ001 - stored instants are UTC without a zone
    connection = current_version(home).connect()
    yield connection
    connection.close()


def _one(ledger: duckdb.DuckDBPyConnection, sql: str) -> Any:
    row = ledger.execute(sql).fetchone()
    assert row is not None
    return row[0] if len(row) == 1 else row


def test_every_file_is_read_and_nothing_is_held_back(ledger: duckdb.DuckDBPyConnection) -> None:
    assert ledger.execute("select status, count(*) from source_file group by all").fetchall() == [("loaded", 10)]
    assert _one(ledger, "select count(*) from quarantine") == 0


def test_all_shift_rows_and_all_good_pieces_arrive(ledger: duckdb.DuckDBPyConnection) -> None:
    assert _one(ledger, "select count(*), sum(good_qty), sum(report_good_qty) from production") == (
        2134,
        15_365_717,
        15_365_717,
    )


def test_shots_times_cavities_are_good_and_defects_on_every_row_with_values(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    with_values = "from production where shots is not null and cavities is not null"
    assert _one(ledger, f"select count(*) {with_values}") == 2030
    odd = f"select count(*) {with_values} and shots * cavities != good_qty + coalesce(scrap_qty, 0)"
    assert _one(ledger, odd) == 0


def test_idle_rows_stay_and_repeated_keys_are_legitimate(ledger: duckdb.DuckDBPyConnection) -> None:
    assert _one(ledger, "select count(*) from production where product_id is null") == 63
    repeated = (
        "select count(*), count(*) filter (changes > 1) from "
        "(select count(*) as n, count(distinct (order_id, tool_id)) as changes from production "
        "group by line_id, production_date, shift_id having n > 1)"
    )
    assert _one(ledger, repeated) == (61, 61)


def test_ten_of_190_orders_have_no_record(ledger: duckdb.DuckDBPyConnection) -> None:
    assert _one(ledger, "select count(*) from work_order") == 190
    without = "select count(*) from work_order anti join production using (order_id)"
    assert _one(ledger, without) == 10


def test_the_only_differences_are_one_wrong_item_and_shifts_that_nobody_reported(
    ledger: duckdb.DuckDBPyConnection,
) -> None:
    found = ledger.execute(
        "select rule_no, also_rules, source_sheet, source_cell, reported_text, reference_text "
        "from discrepancy where rule_no != 42"
    ).fetchall()
    assert found == [(22, "39", "Sheet1", "E750", "260501M1", "260501M")]
    missing = ledger.execute(
        "select production_date::varchar, shift_id, count(*) from discrepancy "
        "where rule_no = 42 group by all order by all"
    ).fetchall()
    assert missing == [
        ("2018-12-31", "3", 9),
        ("2019-01-17", "2", 11),
        ("2019-01-17", "3", 11),
        ("2019-01-18", "1", 11),
    ]


MADE = """
with made as (
  select order_id, sum(good_qty) as good, min(production_date) as started, max(production_date) as finished,
    list(distinct line_id) as lines, list(distinct tool_id) as tools, list(distinct cavities) as cavities,
    sum(shots) as shots, count(distinct production_date) as day_count,
    count(distinct (production_date, shift_id)) as shift_count
  from production where shots > 0 group by order_id)
select o.order_id, o.product_id, o.planned_qty, o.planned_qty - coalesce(good, 0) as remaining, o.released_on::varchar,
  o.due_on::varchar, started::varchar, finished::varchar, lines, tools, cavities, shots, day_count, shift_count
from work_order o left join made using (order_id)
"""


def test_the_peers_progress_of_190_orders_is_reproduced(real: Path, ledger: duckdb.DuckDBPyConnection) -> None:
    path = real / "OptiMoldIQ/docs/v3/demo/output_format/OrderProgressTracker/progress_tracker_result.xlsx"
    header, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("productionStatus").to_python()
    peer = {row[1]: dict(zip(header, row, strict=True)) for row in rows}
    ours = {row[0]: row for row in ledger.execute(MADE).fetchall()}
    assert len(peer) == len(ours) == 190
    for order, theirs in peer.items():
        (_, product, planned, remaining, released, due, started, finished, lines, tools, cavities, *counts) = ours[
            order
        ]
        assert (product, planned, remaining, released, due) == (
            theirs["itemCode"],
            theirs["itemQuantity"],
            theirs["itemRemain"],
            theirs["poReceivedDate"],
            theirs["poETA"],
        ), order
        assert (started or "") == theirs["startedDate"], order
        assert (finished if remaining == 0 else "") == theirs["actualFinishedDate"], order
        assert [n or "" for n in counts] == [theirs[c] for c in ("totalMoldShot", "totalDay", "totalShift")], order
        assert sorted(lines or []) == sorted(m.split("_")[0] for m in _list(theirs["machineHist"])), order
        assert sorted(tools or []) == sorted(_list(theirs["moldHist"])), order
        assert sorted(cavities or []) == sorted(_list(theirs["moldCavity"])), order
        assert theirs["proStatus"] == ("MOLDED" if remaining == 0 else theirs["proStatus"]), order
        assert (theirs["proStatus"] == "PENDING") == (started is None), order
        late = remaining == 0 and finished > due
        assert theirs["etaStatus"] == ("LATE" if late else "ONTIME" if remaining == 0 else "PENDING"), order


def _list(text: object) -> list[Any]:
    return list(ast.literal_eval(str(text))) if text else []


def test_eight_of_the_peers_ten_warnings_come_from_the_one_row_we_tell(
    real: Path, ledger: duckdb.DuckDBPyConnection
) -> None:
    path = real / "OptiMoldIQ/docs/v3/demo/output_format/ValidationOrchestrator/validation_orchestrator_result.xlsx"
    _, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("po_mismatch_warnings").to_python()
    orders = sorted(row[0] for row in rows)
    assert orders == ["IM1901044"] * 8 + ["IM1902002"] * 2
    told = ledger.execute("select distinct order_id from production where product_id = '260501M1'").fetchall()
    assert told == [("IM1901044",)]
    # The other two name an order whose item is not in the item list; nothing was made of it yet.
    assert _one(ledger, "select product_id from work_order where order_id = 'IM1902002'") == "10242M"
    assert _one(ledger, "select count(*) from product where product_id = '10242M'") == 0
    assert _one(ledger, "select count(*) from production where order_id = 'IM1902002'") == 0
