"""Reports, corrections, records, decisions, undoing, waivers and backfills in any order end in the same state.

Files are read elsewhere: here their rows are staged, then days are reconciled and published as in a load. What came out
step by step is compared with a warehouse that is made anew from the same rows and the same decisions in one load.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from data_contracts.errors import DecisionError
from data_contracts.scope import Actor, Scope
from data_contracts.tables import TABLES
from etl import desk
from etl.load import publish, reconcile
from etl.new_site import make_empty_site
from etl.step import Step, open_step
from etl.store import warehouse
from etl.store.staging import stage_records, stage_reports
from tests.evidence import Row, table

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)  # no report of that day can become overdue any more
START = NOW.replace(tzinfo=None)
ONE, OTHER, ALL = Actor("li.wei"), Actor("zhang.min"), Scope.company()
SHIFTS = st.sampled_from(["early", "late"])
GOOD = st.sampled_from([40, 47, 74, 300])
Stage = Callable[[Step], None]


def key(shift: str) -> Row:
    return {"plant_id": "P1", "line_id": "L01", "production_date": DAY, "shift_id": shift}


def hours(shift: str) -> list[datetime]:
    first = {"early": 6, "late": 14}[shift] - 8
    return [datetime(2026, 3, 2) + timedelta(hours=first + n) for n in range(2)]  # noqa: DTZ001 - UTC as stored


def report(shift: str, good: list[int], number: int) -> Stage:
    """A report of two hours; the same figures again are no new revision."""
    file = {"source_file_id": f"f{number}", "source_file": f"{number}.xlsx", "source_sheet": "S"}
    head: Row = {**key(shift), **file, "report_id": f"P1/L01/{DAY}/{shift}", "layout_id": "standard-report"}
    head = {**head, "content_hash": hashlib.sha256(str(good).encode()).hexdigest(), "received_at": START}
    head = {**head, "refused_rows": 0, "key_sheets": 1, "revision": 1, "leader": "Li", "is_current": True}
    made = [
        {"report_id": head["report_id"], "source_sheet": "S", "row_no": n, "is_total": False, "hour_start": hour}
        | {"good_qty": value, "good_qty_cell": f"C{n}"}
        for n, (hour, value) in enumerate(zip(hours(shift), good, strict=True), start=7)
    ]
    file_no = pl.lit(0, pl.UInt32).alias("file_no")

    def stage(step: Step) -> None:
        rows = {name: TABLES[name].no_rows().with_columns(file_no) for name in warehouse.REPORT_ROWS}
        rows["report_output"] = table("report_output", made).with_columns(file_no)
        stage_reports(step.connection, table("report", [head]).with_columns(file_no), rows)

    return stage


def records(shift: str, good: list[int], number: int) -> Stage:
    """Records of the MES for two hours; those of the same hour replace the former."""
    made = [
        {**key(shift), "record_key": f"{shift}{n}", "record_no": n, "export_id": "x", "hour_start": hour}
        | {"good_qty": value, "counting": "counter", "source_file": f"{number}.csv", "source_file_id": f"m{number}"}
        for n, (hour, value) in enumerate(zip(hours(shift), good, strict=True))
    ]
    return lambda step: (stage_records(step.connection, "mes_output", table("mes_output", made)), None)[1]


class Ledger:
    """A site that is loaded from staged rows."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "site"
        make_empty_site(self.home)

    def load(self, stages: list[Stage], *, again: bool = False) -> None:
        with open_step(self.home) as step, warehouse.transaction(step.connection):
            for stage in stages:
                stage(step)
            if again:
                warehouse.mark_days(step.connection, [DAY])
        reconcile(self.home, ONE, "load", now=NOW)
        publish(self.home, ONE, "load", now=NOW)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        connection = desk.current_version(self.home).connect()
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def state(self) -> list[list[tuple[Any, ...]]]:
        """What was made and what differs; not when it was seen, nor whether it was ever resolved in between."""
        differs = (
            "select discrepancy_id, case status when 'reopened' then 'open' else status end, reported_value, "
            "reference_value from discrepancy where status <> 'resolved' order by all"
        )
        tables = ("production", "mart_output", "mart_completeness")
        return [self.rows(f"select * exclude (first_version) from {t} order by all") for t in tables] + [
            self.rows(differs),
            self.rows("from decision order by all"),
        ]


class AnyOrder(RuleBasedStateMachine):
    """One site in the hands of a plant in a hurry."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.patch = pytest.MonkeyPatch()
        self.patch.setenv("SHIFTLEDGER_KEY_DIR", str(self.folder / "keys"))
        self.ledger = Ledger(self.folder)
        self.came: list[Stage] = []
        self.waiting: list[Stage] = []
        self.clock = START
        self.arrives(records("early", [47, 47], 0))
        self.arrives(report("early", [74, 47], 1))
        self.load()

    def arrives(self, stage: Stage) -> None:
        self.came.append(stage)
        self.waiting.append(stage)

    def tick(self) -> datetime:
        self.clock += timedelta(seconds=1)
        return self.clock

    @rule(shift=SHIFTS, good=st.tuples(GOOD, GOOD))
    def a_report_comes(self, shift: str, good: tuple[int, int]) -> None:
        self.arrives(report(shift, list(good), len(self.came)))

    @rule(shift=SHIFTS, good=st.tuples(GOOD, GOOD))
    def records_come(self, shift: str, good: tuple[int, int]) -> None:
        self.arrives(records(shift, list(good), len(self.came)))

    @rule()
    def load(self) -> None:
        self.ledger.load(self.waiting)
        self.waiting = []

    @rule()
    def a_day_is_computed_again(self) -> None:
        self.ledger.load([], again=True)

    @rule(
        at=st.integers(0, 9),
        ruling=st.one_of(
            st.sampled_from([desk.Ruling(kind) for kind in ("accept_report", "accept_mes", "explain")]),
            st.builds(desk.Ruling, st.just("set"), st.sampled_from([0.0, 50.0, 130.0])),
            st.builds(
                desk.Ruling, st.just("split"), st.sampled_from([5.0, 20.0]), st.sampled_from(["next", "previous"])
            ),
        ),
    )
    def somebody_decides(self, at: int, ruling: desk.Ruling) -> None:
        found = self.ledger.rows("select discrepancy_id from discrepancy where status <> 'resolved' order by 1")
        if not found:
            return
        try:
            desk.decide(self.ledger.home, ONE, ALL, found[at % len(found)][0], ruling, "because", now=self.tick())
        except DecisionError:
            return

    def taken(self) -> list[dict[str, Any]]:
        return desk.decisions(self.ledger.home, ONE, ALL).to_dicts()

    @precondition(lambda self: any(d["status"] == "pending" for d in self.taken()))
    @rule()
    def somebody_else_approves(self) -> None:
        pending = next(d["decision_id"] for d in self.taken() if d["status"] == "pending")
        desk.approve(self.ledger.home, OTHER, ALL, pending, now=self.tick())

    @precondition(lambda self: any(d["status"] != "undone" for d in self.taken()))
    @rule(at=st.integers(0, 9))
    def somebody_takes_back(self, at: int) -> None:
        standing = [d["decision_id"] for d in self.taken() if d["status"] != "undone"]
        desk.undo(self.ledger.home, OTHER, ALL, standing[at % len(standing)], "because", now=self.tick())

    @rule(rule_id=st.sampled_from(["good_vs_mes", "hour_vs_mes"]))
    def a_rule_is_waived(self, rule_id: str) -> None:
        desk.waive(self.ledger.home, ONE, ALL, rule_id, desk.Place("P1"), (DAY, DAY), "because", now=self.tick())

    def teardown(self) -> None:
        if not hasattr(self, "ledger"):
            return
        try:
            self.load()
            step_by_step = self.ledger.state()
            data = self.ledger.home / "data"
            (data / "warehouse.duckdb").unlink()
            shutil.rmtree(data / "published")
            self.ledger.load(self.came)
            assert self.ledger.state() == step_by_step
        finally:
            self.patch.undo()
            shutil.rmtree(self.folder)


def test_whatever_order_things_come_in_the_state_is_that_of_a_warehouse_made_anew() -> None:
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=4, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
