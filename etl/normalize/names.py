"""Names and codes of the sources to the codes of master data. An unknown name stays as it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from etl.normalize.kept import once_for_each
from etl.normalize.labels import fold, fold_each, folded


@once_for_each()
def alias_table(frame: pl.DataFrame, code: str, *keep: str) -> pl.DataFrame:
    """One row per name: ``folded`` and ``code``, from code, names and aliases of a master table."""
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


@once_for_each()
def _sure(aliases: pl.DataFrame, code: str) -> pl.DataFrame:
    """Names that stand for one code only."""
    return aliases.select("folded", code).unique().filter(pl.col("folded").is_unique())


def resolve(frame: pl.DataFrame, column: str, aliases: pl.DataFrame, code: str) -> pl.DataFrame:
    """Replace the texts of ``column`` by codes; a name that two codes share stays as it is."""
    texts = frame[column]
    if texts.null_count() == len(texts):
        return frame
    names = texts.drop_nulls().unique().to_frame("name").with_columns(folded=folded("name"))
    known = names.join(_sure(aliases, code), on="folded")
    return frame.with_columns(pl.col(column).replace(known["name"], known[code]))


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
    names = _line_names(lines)
    keyed = frame.with_columns(folded=fold_each(frame["line_id"]))
    nameless = keyed["plant_id"].null_count()
    parts = []
    if nameless < keyed.height or not nameless:
        known = keyed.filter(pl.col("plant_id").is_not_null()) if nameless else keyed
        parts.append(known.join(names.in_plant, on=["plant_id", "folded"], how="left"))
    if nameless:
        without = keyed.filter(pl.col("plant_id").is_null()) if nameless < keyed.height else keyed
        found = without.join(names.anywhere, on="folded", how="left")
        parts.append(found.with_columns(plant_id=pl.coalesce("plant_id", "_plant")).drop("_plant"))
    return (
        pl.concat(parts, how="diagonal_relaxed")
        .with_columns(line_id=pl.coalesce("_line", "line_id"), plant_id=pl.col("plant_id").fill_null(names.only_plant))
        .drop("_line", "folded")
    )


class _LineNames(NamedTuple):
    """Names of lines: within their plant, those that only one plant has, and the plant when there is just one."""

    in_plant: pl.DataFrame
    anywhere: pl.DataFrame
    only_plant: str


@once_for_each()
def _line_names(lines: pl.DataFrame) -> _LineNames:
    in_plant = alias_table(lines, "line_id", "plant_id", "calendar_id").rename({"line_id": "_line"})
    anywhere = in_plant.filter(pl.struct("folded").is_unique()).rename({"plant_id": "_plant"})
    plants = lines["plant_id"].unique()
    return _LineNames(in_plant, anywhere, plants[0] if len(plants) == 1 else "")


def resolve_shifts(frame: pl.DataFrame, shifts: pl.DataFrame) -> pl.DataFrame:
    """Resolve ``shift_id`` within ``calendar_id``."""
    return (
        frame.with_columns(folded=fold_each(frame["shift_id"]))
        .join(_shift_names(shifts), on=["calendar_id", "folded"], how="left")
        .with_columns(shift_id=pl.coalesce("_shift", "shift_id"), shift_known=pl.col("_shift").is_not_null())
        .drop("_shift", "folded")
    )


@once_for_each()
def _shift_names(shifts: pl.DataFrame) -> pl.DataFrame:
    names = alias_table(shifts, "shift_id", "calendar_id").unique(["calendar_id", "folded"], keep="none")
    return names.rename({"shift_id": "_shift"})
