"""One site in the hands of a plant in a hurry: reports, corrections, records, decisions and backfills in any order.

Files are read elsewhere: here their rows are staged, then days are reconciled and published as in a load. What came out
step by step is compared with a warehouse that is made anew from the same rows and the same decisions in one load. Run
by ``test_any_order``, and for as long as one likes by ``python -m tests.bench.any_order``.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from data_contracts.errors import DecisionError
from data_contracts.scope import Actor, Scope
from data_contracts.tables import TABLES
from etl import desk
from etl.load import publish_with, reconcile_with
from etl.new_site import make_empty_site
from etl.step import Step, open_step, utc
from etl.store import warehouse
from etl.store.staging import stage_files, stage_records, stage_reports
from etl.touched import DayRange
from tests.evidence import Row, table

DAY, NEXT = date(2026, 3, 2), date(2026, 3, 3)
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)  # no report of that day can become overdue any more
START = NOW.replace(tzinfo=None)
ONE, OTHER, ALL = Actor("li.wei"), Actor("zhang.min"), Scope.company()
SHIFTS = st.sampled_from([(DAY, "early"), (DAY, "late"), (NEXT, "early")])
GOOD = st.sampled_from([40, 47, 74, 300])
PRODUCTS = st.sampled_from(["A", "A", "A", "unknown"])
"""A report of an unknown product is blocked; a former one stands for it."""
STOPS = st.sampled_from([None, 12, 90])
Stage = Callable[[Step], None]
Shift = tuple[date, str]


def key(shift: Shift) -> Row:
    return {"plant_id": "P1", "line_id": "L01", "production_date": shift[0], "shift_id": shift[1]}


def hours(shift: Shift) -> list[datetime]:
    first = {"early": 6, "late": 14}[shift[1]] - 8
    begin = datetime.combine(shift[0], time())  # UTC as stored
    return [begin + timedelta(hours=first + n) for n in range(2)]


def stop(shift: Shift, minutes: int | None) -> list[Row]:
    start = hours(shift)[1]
    span = {"start_at": start, "end_at": start + timedelta(minutes=minutes or 0), "reason_code": "D01"}
    return [] if minutes is None else [span]


def told(number: int, name: str, kind: str, step: Step) -> None:
    """The file of a stage, as it came."""
    file = {"source_file_id": name, "name": name, "kind": kind, "status": "loaded", "load_id": "load", "size_bytes": 1}
    files = table("source_file", [{**file, "received_at": START + timedelta(seconds=number)}])
    stage_files(step.connection, files, TABLES["quarantine"].no_rows(), TABLES["notice"].no_rows())


def report(shift: Shift, good: Sequence[int], number: int, product: str = "A", stopped: int | None = None) -> Stage:
    """A report of two hours; the same figures again are no new revision, nor is the same file once more."""
    file = {"source_file_id": f"f{number}", "source_file": f"{number}.xlsx", "source_sheet": "S"}
    head: Row = {**key(shift), **file, "report_id": f"P1/L01/{shift[0]}/{shift[1]}", "layout_id": "standard-report"}
    said = str((good, product, stopped)).encode()
    head = {**head, "content_hash": hashlib.sha256(said).hexdigest(), "received_at": START}
    head = {**head, "refused_rows": 0, "key_sheets": 1, "revision": 1, "leader": "Li", "is_current": True}
    row: Row = {"report_id": head["report_id"], "source_sheet": "S", "is_total": False}
    made = [
        {**row, "row_no": n, "hour_start": hour, "product_id": product, "good_qty": value, "good_qty_cell": f"C{n}"}
        for n, (hour, value) in enumerate(zip(hours(shift), good, strict=True), start=7)
    ]
    stopped_rows = [
        {**row, "row_no": 17, **s, "start_at_cell": "A17", "end_at_cell": "B17"} for s in stop(shift, stopped)
    ]
    file_no = pl.lit(0, pl.UInt32).alias("file_no")

    def stage(step: Step) -> None:
        rows = {name: TABLES[name].no_rows().with_columns(file_no) for name in warehouse.REPORT_ROWS}
        rows["report_output"] = table("report_output", made).with_columns(file_no)
        rows["report_stop"] = table("report_stop", stopped_rows).with_columns(file_no)
        known = warehouse.read(step.connection, f"from source_file where source_file_id = 'f{number}'")
        again = known["source_file_id"].to_list()
        told(number, f"f{number}", "report", step)
        stage_reports(step.connection, table("report", [head]).with_columns(file_no), rows, reread=again)

    return stage


def records(
    shift: Shift, good: Sequence[int], number: int, stopped: int | None = None, gone: int | None = None
) -> Stage:
    """Records of the MES for two hours; those of the same hour replace the former. ``gone``: one that is withdrawn."""
    file = {"source_file": f"{number}.csv", "source_file_id": f"m{number}", "export_id": "x"}
    name = f"{shift[0]}{shift[1]}"
    made = [
        {**key(shift), **file, "record_key": f"{name}{n}", "record_no": n, "hour_start": hour}
        | {"good_qty": value, "counting": "counter", "product_id": "A", "is_cancelled": n == gone}
        for n, (hour, value) in enumerate(zip(hours(shift), good, strict=True))
    ]
    seen = [{**key(shift), **file, "record_key": f"{name}s", "record_no": 9, **s} for s in stop(shift, stopped)]

    def stage(step: Step) -> None:
        told(number, f"m{number}", "export", step)
        stage_records(step.connection, "mes_output", table("mes_output", made))
        stage_records(step.connection, "mes_stop", table("mes_stop", seen))

    return stage


class Ledger:
    """A site that is loaded from staged rows."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "site"
        make_empty_site(self.home)
        with (self.home / "master" / "product.csv").open("a") as file:
            file.write("A,,,,pcs,12,,,30,,,\n")
        with (self.home / "master" / "reason.csv").open("a") as file:
            file.write("D01,,,,delay\n")

    def load(self, stages: list[Stage], *, again: DayRange | None = None, dies: bool = False) -> None:
        """Take in rows; ``again``: days that are asked for once more. One that ``dies`` publishes nothing."""
        with open_step(self.home) as step:
            with warehouse.transaction(step.connection):
                for stage in stages:
                    stage(step)
            reconcile_with(step, ONE, "load", utc(NOW), again)
            if not dies:
                publish_with(step, ONE, "load", utc(NOW), finished=NOW)

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
        tables = ("production", "downtime", "scrap", "mart_output", "mart_loss", "mart_completeness")
        open_ones = "select * exclude (opened, resolved) from mart_discrepancy where open + decided > 0 order by all"
        return [self.rows(f"select * exclude (first_version) from {t} order by all") for t in tables] + [
            self.rows(differs),
            self.rows("select report_id, is_current from report order by all"),
            self.rows(open_ones),
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
        self.arrives(records((DAY, "early"), [47, 47], 0))
        self.arrives(report((DAY, "early"), [74, 47], 1))
        self.load()

    def arrives(self, stage: Stage) -> None:
        self.came.append(stage)
        self.waiting.append(stage)

    def tick(self) -> datetime:
        self.clock += timedelta(seconds=1)
        return self.clock

    @rule(shift=SHIFTS, good=st.tuples(GOOD, GOOD), product=PRODUCTS, stopped=STOPS)
    def a_report_comes(self, shift: Shift, good: tuple[int, int], product: str, stopped: int | None) -> None:
        self.arrives(report(shift, good, len(self.came), product, stopped))

    @rule(shift=SHIFTS, good=st.tuples(GOOD, GOOD), stopped=STOPS, gone=st.sampled_from([None, None, 0, 1]))
    def records_come(self, shift: Shift, good: tuple[int, int], stopped: int | None, gone: int | None) -> None:
        self.arrives(records(shift, good, len(self.came), stopped, gone))

    @rule()
    def load(self) -> None:
        self.ledger.load(self.waiting)
        self.waiting = []

    @rule()
    def a_load_dies_before_it_publishes(self) -> None:
        self.ledger.load(self.waiting, dies=True)
        self.waiting = []

    @rule(days=st.sampled_from([(DAY, DAY), (NEXT, NEXT), (DAY, NEXT)]))
    def days_are_computed_again(self, days: DayRange) -> None:
        self.ledger.load([], again=days)

    @rule(at=st.integers(0, 9))
    def a_file_is_read_once_more(self, at: int) -> None:
        taken = self.came[: len(self.came) - len(self.waiting)]
        self.ledger.load([taken[at % len(taken)]])

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

    @rule(rule_id=st.sampled_from(["good_vs_mes", "hour_vs_mes", "stops_vs_mes"]), until=st.sampled_from([DAY, NEXT]))
    def a_rule_is_waived(self, rule_id: str, until: date) -> None:
        desk.waive(self.ledger.home, ONE, ALL, rule_id, desk.Place("P1"), (DAY, until), "because", now=self.tick())

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
