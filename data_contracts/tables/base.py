"""What every table contract has in common, and the one way to validate a batch.

Validation is done once a batch on an eager frame; failing rows are returned with the column, the value and
the reason, never dropped silently (pandera's ``drop_invalid_rows`` loses them).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

T = TypeVar("T", bound="Table")

Instant = Annotated[pl.Datetime, "us", None]
"""A UTC instant, stored without a zone."""


def column(
    description: str,
    *,
    unit: str | None = None,
    optional: bool = False,
    **checks: Any,
) -> Any:
    """A documented column; ``optional`` means null is allowed."""
    return pa.Field(nullable=optional, description=description, metadata={"unit": unit}, **checks)


class Table(pa.DataFrameModel):
    """Base of all table contracts."""

    class Config:
        """Columns that the contract does not name are refused."""

        strict = True
        ordered = False

    @classmethod
    def grain(cls) -> tuple[str, ...]:
        """Columns that identify a row; empty when rows may repeat."""
        return _PROMISES.get(cls, _Promise()).grain

    @classmethod
    def layer(cls) -> str:
        """``master``, ``stage`` or ``published``."""
        return _PROMISES.get(cls, _Promise()).layer

    @classmethod
    def by_day(cls) -> bool:
        """Whether a load replaces its rows by whole production days."""
        return _PROMISES.get(cls, _Promise()).by_day

    @classmethod
    def sql_name(cls) -> str:
        """The table's name in SQL: the class name in snake case."""
        return "".join("_" + c.lower() if c.isupper() else c for c in cls.__name__).lstrip("_")

    @classmethod
    def columns(cls) -> dict[str, pl.DataType]:
        """Column name to polars type, in the declared order."""
        types = {name: col.dtype.type for name, col in cls.to_schema().columns.items()}
        return {name: dtype() if isinstance(dtype, type) else dtype for name, dtype in types.items()}

    @classmethod
    def no_rows(cls) -> pl.DataFrame:
        """No rows, all columns, right types."""
        return pl.DataFrame(schema=cls.columns())

    @classmethod
    def conform(cls, frame: pl.DataFrame) -> pl.DataFrame:
        """Add missing columns as null, drop others, cast to the declared types."""
        have = set(frame.columns)
        return frame.select(
            (pl.col(name) if name in have else pl.lit(None)).cast(dtype).alias(name)
            for name, dtype in cls.columns().items()
        )


@dataclass(frozen=True, slots=True)
class _Promise:
    grain: tuple[str, ...] = ()
    layer: str = "stage"
    by_day: bool = False


_PROMISES: dict[type[Table], _Promise] = {}


def contract(
    grain: tuple[str, ...] = (), layer: str = "stage", *, by_day: bool = False
) -> Callable[[type[T]], type[T]]:
    """Class decorator: grain and layer of a table contract; ``by_day``: rows are replaced by whole production days."""

    def register(table: type[T]) -> type[T]:
        _PROMISES[table] = _Promise(grain, layer, by_day)
        return table

    return register


FAILURE_SCHEMA = {"row": pl.UInt32, "column": pl.String, "check": pl.String, "value": pl.String}


def _concerned(table: type[Table], frame: pl.DataFrame) -> tuple[pa.DataFrameSchema, pl.DataFrame]:
    """The schema and the frame without columns that cannot fail: nothing in them, of the right type, may be blank.

    Reports fill in a third of what they could; each column costs as much as its check.
    """
    schema, types = table.to_schema(), table.columns()
    idle = {
        s.name
        for s in frame
        if s.null_count() == len(s) and types.get(s.name) == s.dtype and schema.columns[s.name].nullable
    }
    kept = {name: column for name, column in schema.columns.items() if name not in idle}
    return pa.DataFrameSchema(kept, strict=True), frame.drop(idle)


def split_valid(table: type[Table], frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Validate one batch. Returns the good rows and the failures.

    Failures: one row for each failed cell: ``row`` (index into ``frame``), ``column``, ``check``, ``value``.
    A row that repeats the table's grain fails with check ``grain`` (all its copies do: none is guessed to be
    the right one); a blank in an optional part of the grain is a value like any other. Raises
    ``pandera.errors.SchemaErrors`` when the frame as a whole has the wrong shape, which is a fault of the program,
    not of the data.
    """
    failures = pl.DataFrame(schema=FAILURE_SCHEMA)
    schema, told = _concerned(table, frame)
    try:
        schema.validate(told, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases
        if cases["index"].null_count():
            raise
        failures = cases.select(
            pl.col("index").cast(pl.UInt32).alias("row"),
            pl.col("column").cast(pl.String),
            pl.col("check").cast(pl.String),
            pl.col("failure_case").cast(pl.String).alias("value"),
        )
    if table.grain():
        required = [c for c in table.grain() if not table.to_schema().columns[c].nullable]
        repeated = frame.with_row_index("row").filter(
            pl.struct(table.grain()).is_duplicated(),
            ~pl.any_horizontal(pl.lit(value=False), pl.col(required).is_null()),
        )
        failures = pl.concat(
            [
                failures,
                repeated.select(
                    "row",
                    pl.lit(table.grain()[-1]).alias("column"),
                    pl.lit("grain").alias("check"),
                    pl.concat_str(pl.col(table.grain()).cast(pl.String).fill_null(""), separator=" / ").alias("value"),
                ),
            ]
        )
    if failures.is_empty():
        return frame, failures
    good = frame.with_row_index("row").join(failures.select("row").unique(), on="row", how="anti").drop("row")
    return good, failures
