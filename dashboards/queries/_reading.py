"""How a query reaches the published version, and how scope and filters enter its text: always as bound values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import duckdb
import polars as pl

from dashboards.filters import Filters
from data_contracts.errors import StoreError
from data_contracts.scope import Scope
from etl.desk import Published


class Reader:
    """One page run's way to a published version: connects at the first question, lets go at the end of the run."""

    def __init__(self, published: Published) -> None:
        self.published = published
        self._connection: duckdb.DuckDBPyConnection | None = None

    def rows(self, text: str, parameters: Sequence[object] = ()) -> pl.DataFrame:
        """The answer as a frame. Raises StoreError when the version cannot be read."""
        try:
            if self._connection is None:
                self._connection = self.published.cursor()
            return self._connection.execute(text, list(parameters)).pl()
        except (duckdb.Error, OSError) as error:
            first = str(error).partition("\n")[0]
            raise StoreError(f"version {self.published.version} cannot answer: {first}") from error

    def close(self) -> None:
        """Let go of the file; the next question connects again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Visible:
    """A derived table with only the rows that scope and filters let through, and its bound values."""

    text: str
    parameters: list[object]


def visible(table: str, scope: Scope, chosen: Filters | None = None, by: Sequence[str] = ()) -> Visible:
    """Rows of ``table`` (it has plant_id and line_id) inside the scope.

    ``area_id`` stands beside its columns where scope, filters or the groups that are to be made (``by``) ask for it.
    The area comes from the published line table. A line that master data does not know has no area: who may see
    the whole plant sees it, who may see one area does not.
    """
    predicate, bound = scope.predicate("node")
    clauses = [predicate]
    parameters: list[object] = [*bound]
    if chosen is not None:
        for name, value in (
            ("plant_id = ?", chosen.plant),
            ("area_id = ?", chosen.area),
            ("line_id = ?", chosen.line),
            ("shift_id = ?", chosen.shift),
            ("production_date >= ?", chosen.first),
            ("production_date <= ?", chosen.last),
        ):
            if value is not None:
                clauses.append(f"node.{name}")
                parameters.append(value)
    rows = table
    if "area_id" in by or any("node.area_id" in clause for clause in clauses):
        rows = (
            f"(select fact.*, place.area_id from {table} fact"
            " left join (select plant_id, line_id, any_value(area_id) as area_id from line group by all) place"
            " using (plant_id, line_id))"
        )
    return Visible(f"(select node.* from {rows} node where {' and '.join(clauses)})", parameters)


def grouping(by: Sequence[str], allowed: frozenset[str]) -> str:
    """Column list for ``group by``. Raises ValueError for a name that is not a column one may group by."""
    unknown = set(by) - allowed
    if unknown:
        raise ValueError(f"cannot group by {', '.join(sorted(unknown))}")
    return "".join(f"{name}, " for name in by)
