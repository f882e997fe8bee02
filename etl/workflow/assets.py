"""Three assets, daily partitions by production day: staged, reconciled, published. Each is one call of ``etl.load``.

A range of days is one run. A run started by the schedule or the sensor takes in what is new, whatever its day; a
run that a person started for chosen days reads the originals of those days again from the vault.

No postponed annotations here: Dagster looks at the type of ``context``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import dagster as dg

from data_contracts.errors import ShiftLedgerError
from data_contracts.scope import Actor
from etl.links import LOAD_TAG
from etl.settings import settings
from etl.workflow.checks import family_results, family_specs, intake_result, intake_spec
from etl.workflow.place import Place, find_place
from etl.workflow.starter import starter

GROUP = "shiftledger"
POOL = "warehouse_writer"
TRIGGER_TAG = "shiftledger/trigger"
LOAD_ID = "load_id"

PLACE = find_place()
PRODUCTION_DAYS = dg.DailyPartitionsDefinition(
    start_date=PLACE.first_day.isoformat(), timezone=PLACE.zone, end_offset=1
)

if TYPE_CHECKING:
    _Result = dg.MaterializeResult[None]
else:
    _Result = dg.MaterializeResult  # Dagster compares the annotation with the bare class


@dataclass(frozen=True, slots=True)
class _Order:
    """What a run was asked to do: for whom, and which days (None: what is new)."""

    place: Place
    actor: Actor
    days: tuple[date, date] | None


def _asset(name: str) -> dg.AssetKey:
    return dg.AssetKey([name])


@contextmanager
def _order(context: dg.AssetExecutionContext) -> Iterator[_Order]:
    """Turn an error that people should read into a failure without a traceback and without a useless retry."""
    tags = context.run.tags
    keys = sorted(context.partition_keys)
    chosen = None if TRIGGER_TAG in tags else (date.fromisoformat(keys[0]), date.fromisoformat(keys[-1]))
    place = find_place()
    if not (place.home / "site.toml").is_file():
        raise dg.Failure(
            f"There is no site in {place.home}. Make one with `shiftledger demo` or `shiftledger init DIR`, or set "
            "SHIFTLEDGER_SITE to its folder and start Dagster again.",
            allow_retries=False,
        )
    try:
        yield _Order(place, starter(tags), chosen)
    except ShiftLedgerError as error:
        raise dg.Failure(str(error), allow_retries=False) from error


@dg.asset(
    group_name=GROUP,
    partitions_def=PRODUCTION_DAYS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    pool=POOL,
    check_specs=[intake_spec("staged_reports")],
    kinds={"duckdb"},
)
def staged_reports(context: dg.AssetExecutionContext) -> _Result:
    """Reports and exports from the inbox, held against their contracts and staged; what fails is quarantined."""
    from etl.load import stage  # noqa: PLC0415 - polars and duckdb only where they are used

    with _order(context) as order:
        result = stage(order.place.home, order.actor, days=order.days)
    context.instance.add_run_tags(context.run.run_id, {LOAD_TAG: result.load_id})
    return dg.MaterializeResult(
        metadata={
            LOAD_ID: result.load_id,
            "files": result.files_new,
            "files_quarantined": result.files_quarantined,
            "rows": result.rows_staged,
            **_day_metadata(result.days),
            **{f"source_{s.source_id}": s.reason or f"{s.rows} new rows" for s in result.sources},
        },
        check_results=[intake_result(result.files_new, result.files_quarantined, result.held, "staged_reports")],
    )


@dg.asset(
    group_name=GROUP,
    deps=[staged_reports],
    partitions_def=PRODUCTION_DAYS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    pool=POOL,
    check_specs=family_specs("reconciled_days"),
    kinds={"duckdb"},
)
def reconciled_days(context: dg.AssetExecutionContext) -> _Result:
    """The touched days, cross-checked against the other sources and their neighbours, and consolidated."""
    from etl.load import reconcile  # noqa: PLC0415 - polars and duckdb only where they are used

    with _order(context) as order:
        result = reconcile(order.place.home, order.actor, _load_id(context), days=order.days)
    severities = result.findings["severity"].value_counts().sort("severity") if result.findings.height else None
    by_severity = dict(severities.iter_rows()) if severities is not None else {}
    return dg.MaterializeResult(
        metadata={
            LOAD_ID: _load_id(context),
            "opened": result.opened,
            "resolved": result.resolved,
            "open_differences": result.discrepancies_open,
            **{f"open_{severity}_in_days": count for severity, count in by_severity.items()},
            **_day_metadata(result.days),
            "dashboard": dg.MetadataValue.url(settings().dashboard_url),
        },
        check_results=family_results(result.findings, "reconciled_days"),
    )


@dg.asset(
    group_name=GROUP,
    deps=[reconciled_days],
    partitions_def=PRODUCTION_DAYS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    pool=POOL,
    kinds={"duckdb"},
)
def published_version(context: dg.AssetExecutionContext) -> _Result:
    """The immutable version that dashboards and people query; the pointer moves last."""
    from etl.load import publish  # noqa: PLC0415 - polars and duckdb only where they are used

    with _order(context) as order:
        result = publish(order.place.home, order.actor, _load_id(context))
    return dg.MaterializeResult(
        metadata={
            LOAD_ID: _load_id(context),
            "version": result.version,
            "path": dg.MetadataValue.path(str(result.path)),
            **{f"{s.kind}_{s.route_id}": s.reason or f"{s.outcome}, {s.events} events" for s in result.sendings},
            "dashboard": dg.MetadataValue.url(settings().dashboard_url),
        }
    )


def _load_id(context: dg.AssetExecutionContext) -> str:
    """The load that this run staged, or, when staging was not selected, the last one that was staged."""
    staged = _asset("staged_reports")
    here = context.instance.get_records_for_run(
        context.run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
    ).records
    events = [record.event_log_entry.asset_materialization for record in here]
    mine = [event for event in events if event is not None and event.asset_key == staged]
    latest = mine[-1] if mine else _latest(context.instance, staged)
    if latest is None:
        raise dg.Failure("Nothing has been staged yet: materialize staged_reports first.", allow_retries=False)
    return str(latest.metadata[LOAD_ID].value)


def _latest(instance: dg.DagsterInstance, key: dg.AssetKey) -> dg.AssetMaterialization | None:
    event = instance.get_latest_materialization_event(key)
    return event.asset_materialization if event is not None else None


def _day_metadata(days: tuple[date, ...]) -> dict[str, int | str]:
    if not days:
        return {"days": 0}
    return {"days": len(days), "first_day": min(days).isoformat(), "last_day": max(days).isoformat()}
