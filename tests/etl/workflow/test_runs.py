"""The assets in real runs of a real Dagster instance; the load itself is replaced, it has tests of its own."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import dagster as dg
import polars as pl
import pytest

from data_contracts.errors import StoreError
from data_contracts.scope import Actor
from data_contracts.tables.discrepancy import Discrepancy
from etl.links import LOAD_TAG, run_link
from etl.store.deliveries import Sending
from etl.workflow.assets import TRIGGER_TAG
from etl.workflow.definitions import defs

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 30)


@dataclass
class RecordedLoad:
    """Stands in for etl.load and remembers what it was asked."""

    calls: list[tuple[str, str, object]] = field(default_factory=list)
    findings: pl.DataFrame = field(default_factory=Discrepancy.no_rows)
    quarantined: int = 0
    sendings: tuple[Sending, ...] = ()
    error: Exception | None = None

    def stage(self, home: Path, actor: Actor, *, days: tuple[date, date] | None = None) -> SimpleNamespace:
        if self.error:
            raise self.error
        self.calls.append(("stage", actor.name, days))
        touched = () if days is None else tuple(days[0] + timedelta(n) for n in range((days[1] - days[0]).days + 1))
        return SimpleNamespace(
            load_id="load-7",
            files_new=3,
            files_quarantined=self.quarantined,
            held=(("cut_off.xlsx", "not | complete"),) * self.quarantined,
            rows_staged=40,
            days=touched,
            sources=(),
        )

    def reconcile(
        self, home: Path, actor: Actor, load_id: str, *, days: tuple[date, date] | None = None
    ) -> SimpleNamespace:
        self.calls.append(("reconcile", load_id, days))
        return SimpleNamespace(
            days=(FIRST,), opened=2, resolved=1, discrepancies_open=self.findings.height, findings=self.findings
        )

    def publish(self, home: Path, actor: Actor, load_id: str) -> SimpleNamespace:
        self.calls.append(("publish", load_id, None))
        return SimpleNamespace(version=5, path=home / "data" / "published" / "v5", sendings=self.sendings)


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RecordedLoad:
    recorded = RecordedLoad()
    module = ModuleType("etl.load")
    for name in ("stage", "reconcile", "publish"):
        monkeypatch.setattr(module, name, getattr(recorded, name), raising=False)
    monkeypatch.setitem(sys.modules, "etl.load", module)
    (tmp_path / "site.toml").write_text("")
    monkeypatch.setenv("SHIFTLEDGER_SITE", str(tmp_path))
    return recorded


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def run(instance: dg.DagsterInstance, tags: dict[str, str], **options: Any) -> dg.ExecuteInProcessResult:
    job = defs.resolve_job_def("load")
    return job.execute_in_process(instance=instance, tags=tags, **options)


def day_range() -> dict[str, str]:
    """The tags that Dagster puts on the one run of a backfill."""
    return {"dagster/asset_partition_range_start": str(FIRST), "dagster/asset_partition_range_end": str(LAST)}


def test_thirty_days_are_one_run_and_each_stage_is_called_once(
    load: RecordedLoad, instance: dg.DagsterInstance
) -> None:
    result = run(instance, day_range())

    assert result.success
    assert load.calls == [
        ("stage", "dagster", (FIRST, LAST)),
        ("reconcile", "load-7", (FIRST, LAST)),
        ("publish", "load-7", None),
    ]
    assert len(instance.get_materialized_partitions(dg.AssetKey("published_version"))) == 30


def test_a_scheduled_run_takes_in_what_is_new_instead_of_one_day(
    load: RecordedLoad, instance: dg.DagsterInstance
) -> None:
    run(instance, {TRIGGER_TAG: "schedule"}, partition_key=str(FIRST))

    assert [days for _, _, days in load.calls] == [None, None, None]


def test_a_run_is_recorded_under_the_person_who_started_it(load: RecordedLoad, instance: dg.DagsterInstance) -> None:
    run(instance, {"user": "li.wei"}, partition_key=str(FIRST))

    assert load.calls[0] == ("stage", "li.wei", (FIRST, FIRST))


def test_a_run_carries_the_load_it_made_so_that_it_is_found_by_it(
    load: RecordedLoad, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = run(instance, {}, partition_key=str(FIRST))

    assert load.calls
    assert [found.run_id for found in instance.get_runs(dg.RunsFilter(tags={LOAD_TAG: "load-7"}))] == [made.run_id]
    assert run_link("load-7") == ""
    monkeypatch.setenv("SHIFTLEDGER_DAGSTER_URL", "http://127.0.0.1:3000")
    assert run_link("load-7") == "http://127.0.0.1:3000/runs?q%5B0%5D=tag%3Ashiftledger%2Fload_id%3Dload-7"


def test_reconciling_alone_continues_the_last_staged_load(load: RecordedLoad, instance: dg.DagsterInstance) -> None:
    run(instance, {}, partition_key=str(FIRST))
    load.calls.clear()

    run(instance, {}, partition_key=str(LAST), asset_selection=[dg.AssetKey("reconciled_days")])

    assert load.calls == [("reconcile", "load-7", (LAST, LAST))]


def test_reconciling_before_anything_was_staged_says_what_to_do(
    load: RecordedLoad, instance: dg.DagsterInstance
) -> None:
    result = run(
        instance,
        {},
        partition_key=str(LAST),
        asset_selection=[dg.AssetKey("reconciled_days")],
        raise_on_error=False,
    )

    assert "materialize staged_reports first" in failure(result)


def test_materializations_say_what_was_done(load: RecordedLoad, instance: dg.DagsterInstance) -> None:
    load.findings = findings([("error", 12.0, "a.xlsx", "C9"), ("warning", 3.0, "b.xlsx", "D4")])

    result = run(instance, {}, partition_key=str(FIRST))

    staged, reconciled, published = (
        {key: value.value for key, value in result.asset_materializations_for_node(name)[0].metadata.items()}
        for name in ("staged_reports", "reconciled_days", "published_version")
    )
    assert (staged["files"], staged["rows"], staged["first_day"]) == (3, 40, "2026-03-01")
    assert (reconciled["open_differences"], reconciled["open_error_in_days"], reconciled["open_warning_in_days"]) == (
        2,
        1,
        1,
    )
    assert published["version"] == 5
    assert published["dashboard"] == "http://127.0.0.1:8501"


def test_a_store_error_fails_the_run_with_its_own_words(load: RecordedLoad, instance: dg.DagsterInstance) -> None:
    load.error = StoreError("warehouse: another process is writing; try again when it has finished")

    result = run(instance, {}, partition_key=str(FIRST), raise_on_error=False)

    assert failure(result) == "warehouse: another process is writing; try again when it has finished"


def test_without_a_site_the_run_says_how_to_make_one(
    load: RecordedLoad, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SHIFTLEDGER_SITE", str(tmp_path / "nowhere"))

    result = run(instance, {}, partition_key=str(FIRST), raise_on_error=False)

    assert "shiftledger init" in failure(result)


def test_open_differences_fail_the_check_of_their_family_and_not_the_run(
    load: RecordedLoad, instance: dg.DagsterInstance
) -> None:
    load.findings = findings([("error", 12.0, "a.xlsx", "C9"), ("warning", 300.0, "b.xlsx", "D4")])

    result = run(instance, {}, partition_key=str(FIRST))

    assert result.success
    checks = {check.check_name: check for check in result.get_asset_check_evaluations()}
    failed = [check for check in checks.values() if not check.passed]
    assert len(failed) == 1
    assert failed[0].severity is dg.AssetCheckSeverity.ERROR
    assert failed[0].metadata["open"].value == 2
    examples = str(failed[0].metadata["examples"].value).splitlines()
    assert "a.xlsx / 白班 / C9" in examples[2], "the graver one stands first although it is smaller"
    assert "b.xlsx / 白班 / D4" in examples[3]


def test_a_quarantined_file_fails_a_check_as_a_warning(load: RecordedLoad, instance: dg.DagsterInstance) -> None:
    load.quarantined = 1

    result = run(instance, {}, partition_key=str(FIRST))

    check = next(c for c in result.get_asset_check_evaluations() if c.check_name == "nothing_quarantined")
    assert result.success
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "| cut_off.xlsx | not &#124; complete |" in str(check.metadata["examples"].value)
    assert check.metadata["dashboard"].value == "http://127.0.0.1:8501"


def test_a_check_links_to_the_differences_it_counted(load: RecordedLoad, instance: dg.DagsterInstance) -> None:
    load.findings = findings([("error", 12.0, "a.xlsx", "C9")])

    result = run(instance, {}, partition_key=str(FIRST))

    links = {c.check_name: c.metadata["dashboard"].value for c in result.get_asset_check_evaluations()}
    page = "http://127.0.0.1:8501/discrepancies"
    assert links["report_agrees"] == f"{page}?rule=any-rule&from=2026-03-01&to=2026-03-01"
    assert links["mes_agrees"] == page


def failure(result: dg.ExecuteInProcessResult) -> str:
    """What the first failed step says."""
    event = next(event for event in result.all_events if event.is_step_failure)
    data = event.step_failure_data.user_failure_data
    return str(data.description) if data else ""


def findings(rows: list[tuple[str, float, str, str]]) -> pl.DataFrame:
    """Open discrepancies of one rule: severity, delta, file, cell."""
    return Discrepancy.conform(
        pl.DataFrame(
            [
                {
                    "discrepancy_id": f"d{number}",
                    "rule_id": "any-rule",
                    "severity": severity,
                    "line_id": "L1",
                    "production_date": FIRST,
                    "delta": delta,
                    "source_file": file,
                    "source_sheet": "白班",
                    "source_cell": cell,
                }
                for number, (severity, delta, file, cell) in enumerate(rows)
            ]
        )
    )
