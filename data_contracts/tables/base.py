"""What every table contract has in common, and the one way to validate a batch.

Validation is done once a batch on an eager frame; failing rows are returned with the column, the value and
the reason, never dropped silently (pandera's ``drop_invalid_rows`` loses them).

A contract is declared without pandera, which takes half a second to import: it is imported, and the schema built, when
a batch holds something that may break a promise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args, get_type_hints

import polars as pl

if TYPE_CHECKING:
    import pandera.polars as pa

T = TypeVar("T", bound="Table")

Instant = Annotated[pl.Datetime, "us", None]
"""A UTC instant, stored without a zone."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What a contract says of one column. ``checks``: pandera's names of checks, with their argument."""

    description: str
    unit: str | None
    nullable: bool
    checks: Mapping[str, Any]


def column(
    description: str,
    *,
    unit: str | None = None,
    optional: bool = False,
    **checks: Any,
) -> Any:
    """A documented column; ``optional`` means null is allowed. Raises KeyError for a check that is not in MEETS."""
    for check in checks:
        MEETS[check]
    return Promise(description, unit, optional, checks)


MEETS: Mapping[str, Callable[[pl.Expr, Any], pl.Expr]] = {
    "ge": lambda value, bound: value >= bound,
    "gt": lambda value, bound: value > bound,
    "le": lambda value, bound: value <= bound,
    "isin": lambda value, allowed: value.is_in(allowed),
    "str_matches": lambda value, pattern: value.str.contains(f"^(?:{pattern})"),
}
"""Checks that a column may have, and whether a value meets them. Never less strict than pandera's of that name."""


class Table:
    """Base of all table contracts. Columns that a contract does not name are refused; their order is free."""

    @classmethod
    def grain(cls) -> tuple[str, ...]:
        """Columns that identify a row; empty when rows may repeat."""
        return _DUTIES.get(cls, _Duty()).grain

    @classmethod
    def layer(cls) -> str:
        """``master``, ``stage`` or ``published``."""
        return _DUTIES.get(cls, _Duty()).layer

    @classmethod
    def by_day(cls) -> bool:
        """Whether a load replaces its rows by whole production days."""
        return _DUTIES.get(cls, _Duty()).by_day

    @classmethod
    def sql_name(cls) -> str:
        """The table's name in SQL: the class name in snake case."""
        return "".join("_" + c.lower() if c.isupper() else c for c in cls.__name__).lstrip("_")

    @classmethod
    def columns(cls) -> dict[str, pl.DataType]:
        """Column name to polars type, in the declared order."""
        return dict(_types(cls))

    @classmethod
    def promises(cls) -> dict[str, Promise]:
        """What the contract says of each column, in the declared order."""
        return {name: getattr(cls, name) for name in _types(cls)}

    @classmethod
    def required(cls) -> list[str]:
        """Columns that may not be blank."""
        return [name for name, promise in cls.promises().items() if not promise.nullable]

    @classmethod
    def to_schema(cls) -> pa.DataFrameSchema:
        """The contract as a pandera schema."""
        return _schema(cls)

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
            for name, dtype in _types(cls).items()
        )


_TYPES: dict[type[Table], Mapping[str, pl.DataType]] = {}
_SCHEMAS: dict[type[Table], pa.DataFrameSchema] = {}


def _types(table: type[Table]) -> Mapping[str, pl.DataType]:
    if table not in _TYPES:
        types = _TYPES[table] = {}
        for name, hint in get_type_hints(table, include_extras=True).items():
            kind, *arguments = get_args(hint) or (hint,)
            types[name] = kind(*arguments)
    return _TYPES[table]


def _schema(table: type[Table]) -> pa.DataFrameSchema:
    import pandera.polars as pa  # noqa: PLC0415 - see above

    if table in _SCHEMAS:
        return _SCHEMAS[table]
    columns = {
        name: pa.Column(
            _types(table)[name],
            checks=[getattr(pa.Check, check)(argument) for check, argument in promise.checks.items()],
            nullable=promise.nullable,
            description=promise.description,
            metadata={"unit": promise.unit},
        )
        for name, promise in table.promises().items()
    }
    _SCHEMAS[table] = pa.DataFrameSchema(columns, strict=True, name=table.__name__)
    return _SCHEMAS[table]


@dataclass(frozen=True, slots=True)
class _Duty:
    grain: tuple[str, ...] = ()
    layer: str = "stage"
    by_day: bool = False


_DUTIES: dict[type[Table], _Duty] = {}


def contract(
    grain: tuple[str, ...] = (), layer: str = "stage", *, by_day: bool = False
) -> Callable[[type[T]], type[T]]:
    """Class decorator: grain and layer of a table contract; ``by_day``: rows are replaced by whole production days."""

    def register(table: type[T]) -> type[T]:
        _DUTIES[table] = _Duty(grain, layer, by_day)
        return table

    return register


FAILURE_SCHEMA = {"row": pl.UInt32, "column": pl.String, "check": pl.String, "value": pl.String}


def _is_sound(table: type[Table], frame: pl.DataFrame) -> bool:
    """Whether the frame surely keeps all promises but the grain. One look at all columns; most batches are sound."""
    types, promises = _types(table), table.promises()
    if frame.schema != {name: types.get(name) for name in frame.columns} or len(types) != frame.width:
        return False
    required = [name for name in table.required() if frame.height]
    if any(frame[name].null_count() for name in required):
        return False
    doubts = [pl.col(name).is_nan() for name in required if types[name].is_float()]
    doubts += [
        ~MEETS[check](pl.col(name), argument)
        for name, promise in promises.items()
        for check, argument in promise.checks.items()
        if frame[name].null_count() < frame.height
    ]
    return not doubts or not frame.select(pl.any_horizontal(doubts).any()).item()


def _broken(table: type[Table], frame: pl.DataFrame) -> pl.DataFrame:
    """What pandera finds: schema FAILURE_SCHEMA. Raises SchemaErrors when the frame has the wrong shape."""
    from pandera.errors import SchemaErrors  # noqa: PLC0415 - see above

    try:
        table.to_schema().validate(frame, lazy=True)
    except SchemaErrors as error:
        cases: pl.DataFrame = error.failure_cases
        if cases["index"].null_count():
            raise
        return cases.select(
            pl.col("index").cast(pl.UInt32).alias("row"),
            pl.col("column").cast(pl.String),
            pl.col("check").cast(pl.String),
            pl.col("failure_case").cast(pl.String).alias("value"),
        )
    return pl.DataFrame(schema=FAILURE_SCHEMA)


def _repeated(table: type[Table], frame: pl.DataFrame) -> pl.DataFrame:
    """Rows that repeat the grain: schema FAILURE_SCHEMA."""
    grain, required = table.grain(), set(table.required())
    parts = [part for part in grain if part in required]
    return (
        frame.with_row_index("row")
        .filter(
            pl.struct(grain).is_duplicated(),
            ~pl.any_horizontal(pl.lit(value=False), pl.col(parts).is_null()),
        )
        .select(
            "row",
            pl.lit(grain[-1]).alias("column"),
            pl.lit("grain").alias("check"),
            pl.concat_str(pl.col(grain).cast(pl.String).fill_null(""), separator=" / ").alias("value"),
        )
    )


def split_valid(table: type[Table], frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Validate one batch. Returns the good rows and the failures.

    Failures: one row for each failed cell: ``row`` (index into ``frame``), ``column``, ``check``, ``value``.
    A row that repeats the table's grain fails with check ``grain`` (all its copies do: none is guessed to be
    the right one); a blank in an optional part of the grain is a value like any other. Raises
    ``pandera.errors.SchemaErrors`` when the frame as a whole has the wrong shape, which is a fault of the program,
    not of the data.
    """
    failures = pl.DataFrame(schema=FAILURE_SCHEMA) if _is_sound(table, frame) else _broken(table, frame)
    if table.grain():
        failures = pl.concat([failures, _repeated(table, frame)])
    if failures.is_empty():
        return frame, failures
    good = frame.with_row_index("row").join(failures.select("row").unique(), on="row", how="anti").drop("row")
    return good, failures
