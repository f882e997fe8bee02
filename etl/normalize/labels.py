"""How labels and names are compared: width, case, blanks and a closing colon do not count."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import polars as pl


@lru_cache(maxsize=2**16)
def fold(text: str) -> str:
    """The form of a label that is compared."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split()).rstrip(":")


def folded(column: str) -> pl.Expr:
    """``fold`` for a whole column."""
    return pl.col(column).str.normalize("NFKC").str.to_lowercase().str.replace_all(r"\s+", "").str.strip_chars_end(":")


def fold_each(texts: pl.Series) -> pl.Series:
    """``fold`` for texts that repeat: each distinct one is folded once."""
    distinct = texts.drop_nulls().unique()
    return texts.replace_strict(distinct, distinct.to_frame("text").select(folded("text")).to_series(), default=None)


def _letters(count: int = 16384) -> pl.Series:
    names = []
    for number in range(1, count + 1):
        name, rest = "", number
        while rest:
            rest, digit = divmod(rest - 1, 26)
            name = chr(65 + digit) + name
        names.append(name)
    return pl.Series("letters", names)


_LETTERS = _letters()


def cell_names(row: pl.Series, column: pl.Series) -> pl.Series:
    """``B7`` from row 6 and column 1, both from 0."""
    return pl.select(pl.concat_str(_LETTERS.gather(column.cast(pl.UInt32)), (row + 1).cast(pl.String))).to_series()


def column_letters(column: int) -> str:
    """``B`` from 1."""
    return str(_LETTERS[column])


def describe(column: int, text: str, row: int) -> str:
    """A text and its cell as a person finds it: ``Weight (B7)``."""
    return f"{text} ({column_letters(column)}{row + 1})"


def cell_position(name: str) -> tuple[int, int]:
    """Row and column from 0 of ``B7``."""
    letters = name.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(name[len(letters) :]) - 1, column - 1
