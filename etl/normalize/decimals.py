"""Which sign is the decimal one, found over all numbers of a file. One that settles nothing settles nothing."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from etl.normalize import values

ONE_GROUP = r"^\s*[+-]?[1-9]\d{0,2}[.,]\d{3}\s*$"
"""``1,234`` and ``1.234``: a thousand and some, or one and a bit. Only other numbers of the file can tell."""


def _proof(decimal: str, other: str) -> str:
    """A number that can only be read with this decimal sign."""
    return (
        rf"^[+-]?(\d+{decimal}(\d{{1,2}}|\d{{4,}})|0\d*{decimal}\d+|\d{{4,}}{decimal}\d+|{decimal}\d+"
        rf"|\d{{1,3}}({other}\d{{3}})+{decimal}\d*|\d{{1,3}}({other}\d{{3}}){{2,}})$"
    )


def decimal_marks(columns: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """``mark`` of each file: ``.``, ``,``, ``both`` when its numbers contradict each other, null when none tells.

    ``columns``: cells of the columns that hold numbers, with ``file_no``, ``kind`` and ``text``.
    """
    schema = {"file_no": pl.UInt32, "text": pl.String}
    texts = [
        c.filter(pl.col("kind") == values.TEXT).select(pl.col(n).cast(t) for n, t in schema.items()) for c in columns
    ]
    text = pl.col("text").str.normalize("NFKC").str.replace_all(r"[\s\u00a0]", "").str.strip_chars_end("-")
    told = (
        pl.concat([pl.DataFrame(schema=schema), *texts])
        .group_by("file_no")
        .agg(
            point=text.str.contains(_proof(r"\.", ",")).any(),
            comma=text.str.contains(_proof(",", r"\.")).any(),
        )
    )
    return told.select(
        "file_no",
        mark=pl.when(pl.col("point") & pl.col("comma"))
        .then(pl.lit("both"))
        .when("point")
        .then(pl.lit("."))
        .when("comma")
        .then(pl.lit(",")),
    )
