"""Names and codes of the sources to the codes of master data. An unknown name stays as it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import polars as pl

from etl.normalize.labels import fold, fold_each, folded

_Wanted: TypeAlias = tuple[int, str, tuple[str, ...]]
_MOST_TABLES = 64
_known: dict[_Wanted, tuple[pl.DataFrame, pl.DataFrame]] = {}


def alias_table(frame: pl.DataFrame, code: str, *keep: str) -> pl.DataFrame:
    """One row per name: ``folded`` and ``code``, from code, names and aliases of a master table.

    Made once for each master table: all batches of a load ask for the same few.
    """
    wanted = (id(frame), code, keep)
    if wanted not in _known or _known[wanted][0] is not frame:
        if len(_known) >= _MOST_TABLES:
            _known.clear()
        _known[wanted] = (frame, _alias_table(frame, code, *keep))
    return _known[wanted][1]


def _alias_table(frame: pl.DataFrame, code: str, *keep: str) -> pl.DataFrame:
    names = [c for c in ("name_zh", "name_en", "name") if c in frame.columns]
    parts = [frame.select(*keep, code, text=pl.col(name)) for name in (code, *names)]
    parts.append(frame.select(*keep, code, text=pl.col("aliases").str.split(";")).explode("text", empty_as_null=True))
    return (
        pl.concat(parts)
        .filter(pl.col("text").str.strip_chars() != "")
        .with_columns(folded=folded("text"))
        .drop("text")
        .unique([*keep, code, "folded"], maintain_order=True)
    )


def resolve(frame: pl.DataFrame, column: str, aliases: pl.DataFrame, code: str) -> pl.DataFrame:
    """Replace the texts of ``column`` by codes; a name that two codes share stays as it is."""
    unique = aliases.select("folded", code).unique().filter(pl.col("folded").is_unique())
    found = frame.with_columns(folded=fold_each(frame[column])).join(
        unique.rename({code: "_code"}), on="folded", how="left", maintain_order="left"
    )
    return found.with_columns(pl.coalesce("_code", column).alias(column)).drop("folded", "_code")


def own_aliases(frame: pl.DataFrame, column: str, aliases: Mapping[str, str]) -> pl.DataFrame:
    """Apply the aliases that a layout or mapping brings itself."""
    if not aliases:
        return frame
    wanted = {fold(name): code for name, code in aliases.items()}
    mapped = folded(column).replace_strict(wanted, default=None, return_dtype=pl.String)
    return frame.with_columns(pl.coalesce(mapped, pl.col(column)).alias(column))


def in_form(text: pl.Expr, form: Sequence[str]) -> pl.Expr:
    """A key as it is compared: trimmed; ``upper`` in capitals; ``unpad`` without zeros before a number."""
    text = text.str.strip_chars()
    if "upper" in form:
        text = text.str.to_uppercase()
    if "unpad" in form:
        text = pl.when(text.str.contains(r"^\d+$")).then(text.str.replace(r"^0+(\d)", "$1")).otherwise(text)
    return text


def resolve_lines(frame: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Resolve ``line_id`` within ``plant_id``; a blank plant follows from a line that only one plant has.

    Adds ``calendar_id``, null when the line is unknown.
    """
    aliases = alias_table(lines, "line_id", "plant_id", "calendar_id").rename({"line_id": "_line"})
    single = aliases.filter(pl.struct("folded").is_unique()).rename({"plant_id": "_plant"})
    keyed = frame.with_columns(folded=fold_each(frame["line_id"]))
    with_plant = keyed.filter(pl.col("plant_id").is_not_null()).join(aliases, on=["plant_id", "folded"], how="left")
    without = (
        keyed.filter(pl.col("plant_id").is_null())
        .join(single, on="folded", how="left")
        .with_columns(plant_id=pl.coalesce("plant_id", "_plant"))
    )
    found = pl.concat([with_plant, without.drop("_plant")], how="diagonal_relaxed")
    fallback = lines["plant_id"].unique()
    return found.with_columns(
        line_id=pl.coalesce("_line", "line_id"),
        plant_id=pl.col("plant_id").fill_null(fallback[0] if len(fallback) == 1 else ""),
    ).drop("_line", "folded")


def resolve_shifts(frame: pl.DataFrame, shifts: pl.DataFrame) -> pl.DataFrame:
    """Resolve ``shift_id`` within ``calendar_id``."""
    aliases = (
        alias_table(shifts, "shift_id", "calendar_id")
        .unique(["calendar_id", "folded"], keep="none")
        .rename({"shift_id": "_shift"})
    )
    return (
        frame.with_columns(folded=fold_each(frame["shift_id"]))
        .join(aliases, on=["calendar_id", "folded"], how="left")
        .with_columns(shift_id=pl.coalesce("_shift", "shift_id"), shift_known=pl.col("_shift").is_not_null())
        .drop("_shift", "folded")
    )
