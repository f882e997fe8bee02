"""Differences: counts, the list, and everything about one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from dashboards.filters import Filters
from dashboards.queries._reading import Reader, Visible, grouping, visible
from data_contracts.scope import Scope
from data_contracts.tables.discrepancy import SEVERITIES

OPEN = ("open", "reopened")
SORTS = {
    "severity": "severity_rank, abs(delta) desc nulls last, production_date desc, discrepancy_id",
    "delta": "abs(delta) desc nulls last, severity_rank, discrepancy_id",
    "newest": "production_date desc, severity_rank, abs(delta) desc nulls last, discrepancy_id",
    "seen": "first_seen_at desc, severity_rank, discrepancy_id",
}
LIST_LIMIT = 500
_GROUPS = frozenset({"plant_id", "line_id", "production_date", "severity", "rule_id", "probable_cause", "status"})
_RANK = f"list_position({list(SEVERITIES)!r}, severity)"
_CASE = "coalesce(case_id, discrepancy_id)"
_LISTED = """discrepancy_id, rule_id, rule_no, severity, plant_id, line_id, production_date, shift_id, hour_start,
    order_id, measure, reported_value, reference_value, reported_text, reference_text, delta, tolerance,
    probable_cause, source_file, source_sheet, source_cell, status, first_seen_at"""


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the differences is wanted; an empty tuple means all."""

    severity: tuple[str, ...] = ()
    status: tuple[str, ...] = OPEN
    rule: tuple[str, ...] = ()
    cause: tuple[str, ...] = ()
    sort: str = "severity"


def counts(
    reader: Reader, scope: Scope, chosen: Filters, choice: Choice = Choice(), by: Sequence[str] = ()
) -> pl.DataFrame:
    """``differences`` a group, and ``severity_rank`` of the worst of them (1 is block)."""
    rows = _chosen(scope, chosen, choice)
    return reader.rows(
        f"""
        select {grouping(by, _GROUPS)} count(*) as differences, min({_RANK}) as severity_rank
        from {rows.text} {"group by all" if by else ""} order by severity_rank, differences desc
        """,
        rows.parameters,
    )


def differences(reader: Reader, scope: Scope, chosen: Filters, choice: Choice) -> pl.DataFrame:
    """The list, sorted, at most ``LIST_LIMIT`` rows; ``total`` counts all of them."""
    rows = _chosen(scope, chosen, choice)
    order = SORTS.get(choice.sort, SORTS["severity"])
    return reader.rows(
        f"""
        select {_LISTED}, {_CASE} as case_id, {_RANK} as severity_rank, count(*) over () as total
        from {rows.text} order by {order} limit {LIST_LIMIT}
        """,
        rows.parameters,
    )


def cases(reader: Reader, scope: Scope, chosen: Filters, choice: Choice) -> pl.DataFrame:
    """The list with one row a case: the difference that leads it, the gravest ``severity`` in it, ``differences``.

    Where the leading one is not chosen, the gravest that is chosen stands for the case. Sorted, at most ``LIST_LIMIT``
    rows; ``total`` counts all cases.
    """
    rows = _chosen(scope, chosen, choice)
    order = SORTS.get(choice.sort, SORTS["severity"])
    return reader.rows(
        f"""
        with each as (select {_LISTED}, {_CASE} as case_id, {_RANK} as own_rank from {rows.text}),
        led as (
            select *, min(own_rank) over one_case as severity_rank, count(*) over one_case as differences
            from each window one_case as (partition by case_id) qualify 1 = row_number() over (
                partition by case_id order by discrepancy_id <> case_id, own_rank, discrepancy_id
            )
        )
        select * replace ({list(SEVERITIES)!r}[severity_rank] as severity), count(*) over () as total
        from led order by {order} limit {LIST_LIMIT}
        """,
        rows.parameters,
    )


def of_cases(reader: Reader, scope: Scope, case_ids: Sequence[str]) -> pl.DataFrame:
    """All differences of cases, whatever is filtered: the leading one first, then the gravest."""
    rows = visible("discrepancy", scope)
    return reader.rows(
        f"""
        select {_LISTED}, {_CASE} as case_id, {_RANK} as severity_rank
        from {rows.text} where {_CASE} in (select unnest(?::varchar[]))
        order by case_id, discrepancy_id <> case_id, severity_rank, production_date, line_id, shift_id, rule_no,
            discrepancy_id
        """,
        [*rows.parameters, list(case_ids)],
    )


def difference(reader: Reader, scope: Scope, discrepancy_id: str) -> pl.DataFrame:
    """One difference with all its columns; no row when it does not exist or lies outside the scope."""
    rows = visible("discrepancy", scope)
    return reader.rows(f"select * from {rows.text} where discrepancy_id = ?", [*rows.parameters, discrepancy_id])


def history(reader: Reader, scope: Scope, discrepancy_id: str) -> pl.DataFrame:
    """What happened to a difference, the oldest first."""
    rows = visible("discrepancy", scope)
    return reader.rows(
        f"""
        select "at", event, actor, reason from discrepancy_event
        where discrepancy_id = ? and discrepancy_id in (select discrepancy_id from {rows.text}) order by "at"
        """,
        [discrepancy_id, *rows.parameters],
    )


def changes(reader: Reader, scope: Scope, chosen: Filters, since: datetime) -> pl.DataFrame:
    """What happened to differences of the days chosen from ``since`` (UTC) on: ``differences`` by ``event``."""
    rows = visible("discrepancy", scope, chosen)
    return reader.rows(
        f"""
        select event, count(distinct discrepancy_id) as differences from discrepancy_event
        where "at" >= ? and discrepancy_id in (select discrepancy_id from {rows.text})
        group by event order by event
        """,
        [since, *rows.parameters],
    )


def same_cell(reader: Reader, scope: Scope, discrepancy_id: str) -> pl.DataFrame:
    """Other differences that point at the same cell of the same file."""
    rows = visible("discrepancy", scope)
    return reader.rows(
        f"""
        with here as materialized (select * from {rows.text})
        select other.discrepancy_id, other.rule_id, other.rule_no, other.severity, other.measure, other.status
        from here one join here other
            on other.source_file_id = one.source_file_id and other.source_cell = one.source_cell
            and other.source_sheet is not distinct from one.source_sheet
            and other.discrepancy_id <> one.discrepancy_id
        where one.discrepancy_id = ? order by other.rule_no limit 20
        """,
        [*rows.parameters, discrepancy_id],
    )


def reference_file(reader: Reader, scope: Scope, discrepancy_id: str, name: str) -> pl.DataFrame:
    """The newest file called ``name``, if that difference lies in the scope and names the file as its other side."""
    rows = visible("discrepancy", scope)
    return reader.rows(
        f"""
        select source_file_id, name from source_file
        where name = ? and exists (
            from {rows.text} where discrepancy_id = ? and starts_with(reference_locator, ?)
        )
        order by status = 'quarantined', received_at desc limit 1
        """,
        [name, *rows.parameters, discrepancy_id, name],
    )


def report_holds_other_lines(reader: Reader, scope: Scope, source_file_id: str) -> pl.DataFrame:
    """One row: ``beyond``, whether the workbook also has reports outside the scope."""
    rows = visible("report", scope)
    return reader.rows(
        f"""
        select count(*) > (select count(*) from {rows.text} where source_file_id = ?) as beyond
        from report where source_file_id = ?
        """,
        [*rows.parameters, source_file_id, source_file_id],
    )


def _chosen(scope: Scope, chosen: Filters, choice: Choice) -> Visible:
    rows = visible("discrepancy", scope, chosen)
    clauses, parameters = ["true"], list(rows.parameters)
    for column, values in (
        ("severity", choice.severity),
        ("status", choice.status),
        ("rule_id", choice.rule),
        ("probable_cause", choice.cause),
    ):
        if values:
            clauses.append(f"{column} in (select unnest(?))")
            parameters.append(list(values))
    return Visible(f"(select * from {rows.text} where {' and '.join(clauses)})", parameters)
