"""What all readers of cells have in common. Numbers: ``numbers``. Dates and times: ``times``."""

from __future__ import annotations

from collections.abc import Callable, Hashable

import polars as pl

NUMBER, TEXT, BOOLEAN, DATE, TIME, DATETIME, DURATION, ERROR, FORMULA = range(9)
NONE_WORDS = ["/", "-", "--", "—", "无", "none", "n/a", "na", "nil", "\\"]


def clean() -> pl.Expr:
    """Text in half width without outer blanks."""
    return pl.col("text").str.normalize("NFKC").str.strip_chars()


def repairs(**steps: pl.Expr) -> pl.Expr:
    """Names of the steps that were taken, or null."""
    taken = pl.concat_str(
        [pl.when(condition).then(pl.lit(name)) for name, condition in steps.items()], separator=" ", ignore_nulls=True
    )
    return pl.when(taken != "").then(taken)


def unreadable(otherwise: str | pl.Expr) -> pl.Expr:
    """Why a cell has no value."""
    return (
        pl.when(pl.col("kind") == ERROR)
        .then(pl.lit("cell_error"))
        .when(pl.col("kind") == FORMULA)
        .then(pl.lit("cell_formula"))
        .otherwise(pl.lit(otherwise) if isinstance(otherwise, str) else otherwise)
    )


def the_rest(read: pl.DataFrame, hard: pl.Expr, slow: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Cells that the quick way could not read go the slow way; the order of rows is kept."""
    marked = read.with_row_index("_order").with_columns(_hard=hard)
    todo = marked.filter("_hard")
    if todo.is_empty():
        return read
    done = slow(todo.drop("value", "bad", "repair")).select(marked.columns)
    return pl.concat([marked.filter(~pl.col("_hard")), done]).sort("_order").drop("_order", "_hard")


def texts(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds ``value`` (String): trimmed, never empty."""
    value = pl.when(~pl.col("kind").is_in([ERROR, FORMULA])).then(pl.col("text").str.strip_chars())
    return frame.with_columns(
        value=pl.when(value != "").then(value),
        bad=pl.when(pl.col("kind").is_in([ERROR, FORMULA])).then(unreadable("cell_error")),
        repair=pl.lit(None, pl.String),
    )


_CONTENT = ["kind", "text", "number"]
_MOST_REMEMBERED = 20_000
_remembered: dict[tuple[Hashable, ...], pl.DataFrame] = {}


def each_once(frame: pl.DataFrame, read: Callable[..., pl.DataFrame], **how: Hashable) -> pl.DataFrame:
    """What ``read`` adds to a frame of cells, worked out once for each distinct content: hours and days repeat.

    It is remembered from batch to batch, so ``read`` may depend on nothing but the content and ``how``.
    """
    key = (read, *sorted(how.items()))
    known = _remembered.get(key)
    distinct = frame.select(_CONTENT).unique()
    new = distinct if known is None else distinct.join(known, on=_CONTENT, how="anti", nulls_equal=True)
    if known is None:
        known = read(new, **how)
    elif new.height:
        known = pl.concat([known, read(new, **how)])
    if known.height <= _MOST_REMEMBERED:
        _remembered[key] = known
    else:
        _remembered.pop(key, None)
    return frame.join(known, on=_CONTENT, how="left", nulls_equal=True, maintain_order="left")
