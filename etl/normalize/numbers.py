"""Quantities as people write them. What may mean two things is refused, not guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import polars as pl

from etl.normalize.reading import NONE_WORDS, NUMBER, TEXT, clean, repairs, the_rest, unreadable

_APART = r" '’"
"""Besides the other decimal sign these may stand between thousands."""


def numbers(
    frame: pl.DataFrame, decimal: str, *, units: Mapping[str, str] | None = None, signs: Sequence[str] = ()
) -> pl.DataFrame:
    """Adds ``value`` (Float64). Reads thousands separators, full width, O for 0, ``120+30`` and words for none.

    Also ``155-`` and ``(155)``, which are negative. ``signs`` may stand before or behind the number. With ``units``
    (words to units) a unit may stand behind it and is told in the column ``stated``.
    """
    plain = pl.col("text").cast(pl.Float64 if decimal == "." else pl.Int64, strict=False).cast(pl.Float64)
    plain = pl.when(~pl.col("text").str.contains("[eE]")).then(plain)  # 1E5 may be a code as well as a number
    read = frame.with_columns(
        value=pl.when(pl.col("kind") == NUMBER).then(pl.col("number")).when(pl.col("kind") == TEXT).then(plain),
        bad=pl.lit(None, pl.String),
        repair=pl.lit(None, pl.String),
    )
    if units is not None:
        read = read.with_columns(stated=pl.lit(None, pl.String))
    hard = ~pl.col("value").is_finite().fill_null(value=False)
    return the_rest(read, hard, lambda cells: numbers_as_written(cells, decimal, units=units, signs=signs))


def numbers_as_written(
    frame: pl.DataFrame, decimal: str, *, units: Mapping[str, str] | None = None, signs: Sequence[str] = ()
) -> pl.DataFrame:
    """The slow way of ``numbers``: it reads everything."""
    bare = frame.with_columns(_bare=clean().str.replace_all(r"\s*([+()])\s*", "${1}").str.replace_all(r"\s+", " "))
    bare = _without_signs(bare, signs)
    bare = _without_units(bare, units or {})
    point, comma = (r"\.", ",") if decimal == "." else (",", r"\.")
    compact = pl.col("_bare")
    unsigned = compact.str.replace(r"^\(([^()]*)\)$", "${1}").str.replace(r"^(\d.*)-$", "${1}")
    bracketed = compact.str.contains(r"^\(\s*\d[^()]*\)$")
    trailing = compact.str.contains(r"^\d.*\d-$|^\d-$")
    turned = bracketed | trailing
    compact = pl.when(turned).then(unsigned).otherwise(compact).str.replace(r"^([+-]) ", "${1}")
    marks = [comma, *(re.escape(mark) for mark in _APART)]
    grouped = pl.any_horizontal(
        compact.str.contains(rf"^[+-]?\d{{1,3}}({mark}\d{{3}})+({point}\d+)?$") for mark in marks
    )
    plain = pl.when(grouped).then(compact.str.replace_all(rf"{comma}|[{_APART}]", "")).otherwise(compact)
    plain = plain.str.replace(point, ".")
    foreign = pl.lit(value=False) if decimal == "." else ~grouped & compact.str.contains(".", literal=True)
    lone = plain.str.contains("^[Oo]$")
    letters = lone | (plain.str.contains(r"^[+-]?[\dOo.]*$") & plain.str.contains(r"\d") & plain.str.contains("[Oo]"))
    digits = pl.when(letters).then(plain.str.replace_all("[Oo]", "0")).otherwise(plain)
    added = ~turned & digits.str.contains(r"^\d+(\.\d+)?(\+\d+(\.\d+)?)+$")
    none = compact.str.replace_all(" ", "").str.to_lowercase().is_in(NONE_WORDS)
    text_value = pl.when(~foreign & digits.str.contains(r"^[+-]?(\d+(\.\d*)?|\.\d+)$")).then(
        digits.cast(pl.Float64, strict=False)
    )
    signed = pl.when(turned).then(-text_value).otherwise(text_value)
    sum_value = pl.when(added).then(digits.str.split("+").cast(pl.List(pl.Float64), strict=False).list.sum())
    is_text = pl.col("kind") == TEXT
    value = pl.when(pl.col("kind") == NUMBER).then(pl.col("number")).when(is_text).then(pl.coalesce(sum_value, signed))
    a_unit = pl.lit(units is not None) & is_text & compact.str.contains(r"^[+-]?[\d.,' ]*\d ?\p{L}+$")
    otherwise = pl.when(a_unit).then(pl.lit("cell_unknown_unit")).otherwise(pl.lit("cell_not_number"))
    read = bare.with_columns(
        value=value,
        bad=pl.when(value.is_null() & ~(is_text & none)).then(unreadable(otherwise)),
        repair=pl.when(is_text).then(
            repairs(
                full_width=pl.col("text").str.normalize("NFKC") != pl.col("text"),
                sign=pl.col("_sign"),
                unit_word=pl.col("_unit").is_not_null(),
                negative=turned,
                thousands=grouped,
                letter_o=letters,
                sum=added,
                none=none,
            )
        ),
    )
    if units is not None:
        read = read.with_columns(stated=pl.when(pl.col("value").is_not_null()).then("_unit"))
    return read.drop("_bare", "_sign", "_unit")


def _without_signs(bare: pl.DataFrame, signs: Sequence[str]) -> pl.DataFrame:
    """Take away what a column allows before and behind its numbers."""
    if not signs:
        return bare.with_columns(_sign=pl.lit(value=False))
    either = "|".join(re.escape(sign) for sign in sorted(signs, key=len, reverse=True))
    rest = (
        pl.col("_bare")
        .str.replace(rf"^([+-]?) ?(?:{either}) ?", "${1}")
        .str.replace(rf" ?(?:{either})([+-]?)$", "${1}")
    )
    return bare.with_columns(_sign=rest != pl.col("_bare"), _bare=rest)


def _without_units(bare: pl.DataFrame, units: Mapping[str, str]) -> pl.DataFrame:
    """Take away a known unit behind the number."""
    if not units:
        return bare.with_columns(_unit=pl.lit(None, pl.String))
    either = "|".join(re.escape(word) for word in sorted(units, key=lambda word: (-len(word), word)))
    parts = pl.col("_bare").str.to_lowercase().str.extract_groups(rf"^(.*[\do.)]) ?({either})\.?$")
    word, rest = parts.struct.field("2"), parts.struct.field("1")
    unit = word.replace_strict(dict(units), default=None, return_dtype=pl.String)
    return bare.with_columns(
        _unit=unit, _bare=pl.when(unit.is_not_null()).then(rest.str.strip_chars()).otherwise("_bare")
    )
