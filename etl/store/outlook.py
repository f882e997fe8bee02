"""What a published version says of one part of the company, for messages. Pages ask for themselves: ``dashboards``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl

from data_contracts.scope import Scope
from data_contracts.tables.discrepancy import SEVERITIES
from etl.store import published

OPEN = "status in ('open', 'reopened')"
_RANK = f"list_position({list(SEVERITIES)!r}, severity)"
_ENDED = """semi join (from mart_completeness where shift_end_at is not null) ended
                using (plant_id, line_id, production_date, shift_id)"""
_KEY = "plant_id, area_id, line_id, production_date, shift_id"


@dataclass(frozen=True, slots=True)
class Outlook:
    """An open published version; each question takes a scope and binds it."""

    version: int
    published_at: str
    _connection: duckdb.DuckDBPyConnection

    def open_differences(self, scope: Scope) -> pl.DataFrame:
        """Open differences, the gravest first, with ``openings``: how often each was opened or opened again."""
        rows, bound = _inside("discrepancy", scope)
        return self._read(
            f"""
            select * from {rows} left join (
                select discrepancy_id, count(*) as openings from discrepancy_event
                where event in ('opened', 'reopened') group by all
            ) using (discrepancy_id)
            where {OPEN} order by {_RANK}, production_date desc, abs(delta) desc nulls last, discrepancy_id
            """,
            bound,
        )

    def held_back(self, scope: Scope) -> pl.DataFrame:
        """One row per file, line and reason of what was held back: the file's ``status``, ``places``, the first one."""
        rows, bound = _inside("quarantine", scope)
        return self._read(
            f"""
            select source_file_id, source_file, plant_id, area_id, line_id, reason_code, any_value(status) as status,
                count(*) as places, first(source_sheet order by source_sheet, source_cell) as source_sheet,
                first(source_cell order by source_sheet, source_cell) as source_cell,
                first(reason_params order by source_sheet, source_cell) as reason_params,
                first(measure order by source_sheet, source_cell) as measure, any_value(received_at) as received_at
            from {rows} join (select source_file_id, status, received_at from source_file) using (source_file_id)
            group by all order by all
            """,
            bound,
        )

    def output(self, scope: Scope, days: tuple[date, date], by: Sequence[str] = ()) -> pl.DataFrame:
        """``plan_met_qty`` of ``plan_base_qty`` (shifts with both a plan and an output), scrap and produced, in pieces.

        The same sums as on the overview; a sum over nothing is null.
        """
        rows, bound = _inside("mart_output", scope)
        groups = "".join(f"{name}, " for name in by)
        return self._read(
            f"""
            select {groups} sum(planned_qty) as planned_qty, sum(good_qty) as good_qty, sum(scrap_qty) as scrap_qty,
                sum(good_qty) filter (planned_qty is not null) as plan_met_qty,
                sum(planned_qty) filter (good_qty is not null) as plan_base_qty,
                sum(scrap_qty) filter (produced_qty is not null) as scrap_part_qty,
                sum(produced_qty) filter (scrap_qty is not null) as produced_qty
            from {rows} where production_date between ? and ? {"group by all order by all" if by else ""}
            """,
            [*bound, *days],
        )

    def times(self, scope: Scope, days: tuple[date, date], by: Sequence[str] = ()) -> pl.DataFrame:
        """Sums of OEE in minutes over shifts that have ended and whose products all have a planned run time.

        OEE is ``good_min`` / ``busy_min``; what lies between is ``run_min`` and ``produced_min``. As on the overview.
        """
        rows, bound = _inside("mart_output", scope)
        groups = "".join(f"{name}, " for name in by)
        return self._read(
            f"""
            select {groups} sum(pot_min - planned_stop_min) as busy_min, sum(run_min) as run_min,
                sum(ideal_produced_min) as produced_min, sum(ideal_good_min) as good_min
            from {rows} made {_ENDED}
            where production_date between ? and ? and run_min is not null and ideal_good_min is not null
            {"group by all order by all" if by else ""}
            """,
            [*bound, *days],
        )

    def losses(self, scope: Scope, day: date) -> pl.DataFrame:
        """Minutes lost by line and reason, with the reason's names, the most first; planned stops are no loss."""
        rows, bound = _inside("mart_loss", scope)
        return self._read(
            f"""
            select plant_id, line_id, lost.loss_category, reason_code, any_value(name_zh) as name_zh,
                any_value(name_en) as name_en, sum(loss_min) as loss_min
            from {rows} lost {_ENDED} left join reason using (reason_code)
            where production_date = ? and lost.loss_category <> 'planned'
            group by all order by loss_min desc, plant_id, line_id, reason_code
            """,
            [*bound, day],
        )

    def completeness(self, scope: Scope, days: tuple[date, date], as_of: datetime) -> pl.DataFrame:
        """One row: reports ``expected`` by shifts that had ended at ``as_of`` (UTC), and ``received``."""
        rows, bound = _inside("mart_completeness", scope)
        return self._read(
            f"""
            select count(*) as expected, count(*) filter (received) as received from {rows}
            where expected and production_date between ? and ? and (shift_end_at is null or shift_end_at <= ?)
            """,
            [*bound, *days, as_of],
        )

    def finality(self, scope: Scope, day: date) -> pl.DataFrame:
        """One row: ``rows_final`` of ``rows_all`` of the day's production."""
        rows, bound = _inside("production", scope)
        return self._read(
            f"""
            select count(*) filter (is_final) as rows_final, count(*) as rows_all from {rows}
            where production_date = ?
            """,
            [*bound, day],
        )

    def missing_reports(self, scope: Scope, days: tuple[date, date], as_of: datetime) -> pl.DataFrame:
        """Shifts that had ended at ``as_of`` (UTC) and whose report is not there."""
        rows, bound = _inside("mart_completeness", scope)
        return self._read(
            f"""
            select {_KEY} from {rows} where expected and not received and production_date between ? and ?
                and (shift_end_at is null or shift_end_at <= ?) order by all
            """,
            [*bound, *days, as_of],
        )

    def changes(self, scope: Scope, since: datetime, until: datetime) -> pl.DataFrame:
        """``event`` and ``differences`` it happened to, after ``since`` up to ``until`` (UTC)."""
        rows, bound = _inside("discrepancy", scope)
        return self._read(
            f"""
            select event, count(distinct discrepancy_id) as differences from discrepancy_event
            where "at" > ? and "at" <= ? and discrepancy_id in (select discrepancy_id from {rows}) group by event
            """,
            [since, until, *bound],
        )

    def names(self, scope: Scope) -> pl.DataFrame:
        """Lines of a scope with their names."""
        predicate, bound = scope.predicate("line")
        return self._read(
            f"select plant_id, area_id, line_id, name_zh, name_en from line where {predicate} order by all",
            bound,
        )

    def _read(self, sql: str, parameters: Sequence[object]) -> pl.DataFrame:
        return self._connection.execute(sql, list(parameters)).pl()


@contextmanager
def opened(home: Path) -> Iterator[Outlook]:
    """The version that counts now. Raises StoreError when there is none yet."""
    current = published.current(home)
    with closing(current.connect()) as connection:
        yield Outlook(current.version, current.published_at, connection)


def _inside(table: str, scope: Scope) -> tuple[str, list[str]]:
    """Rows of a table that lie in a scope, with their area_id; what has no known line belongs to its plant."""
    predicate, bound = scope.predicate("node")
    return (
        f"(select node.* from (select fact.*, place.area_id from {table} fact left join "
        "(select plant_id, line_id, any_value(area_id) as area_id from line group by all) place "
        f"using (plant_id, line_id)) node where {predicate})",
        bound,
    )
