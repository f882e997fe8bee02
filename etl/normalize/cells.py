"""Cells of one measure of one table, read as the layout says. How a text is read: ``numbers`` and ``times``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import polars as pl

from data_contracts.layout import CLOCKS, TARGETS, Layout, LayoutTable
from data_contracts.units import UNITS_OF
from etl.normalize import values
from etl.normalize.names import own_aliases
from etl.normalize.plans import NAMED
from etl.normalize.units import BY_PRODUCT, unit_words

_FACTOR = {("min", "h"): 60.0, ("h", "min"): 1 / 60, ("kg", "g"): 0.001, ("pct", "share"): 100.0}


@dataclass(frozen=True, slots=True)
class _Words:
    """What the layout says about cells of a measure, wherever it says it."""

    signs: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)


def _words(table: LayoutTable, measure: str) -> _Words:
    column, cell = table.columns.get(measure), table.cells.get(measure)
    named = table.measure_from.labels.values() if table.measure_from else ()
    wides = [w for w in table.wide if measure in (w.measure, w.field) or (w.measure is None and measure in named)]
    groups = [g for g in table.group if g.field == measure]
    place = column or cell
    signs = [
        sign
        for part in (place, *wides, table.columns.get("value") if measure in named else None)
        if part
        for sign in part.signs
    ]
    formats = [f for part in (place, *wides, *groups) if part for f in part.formats]
    return _Words(signs, formats, place.aliases if place else {})


def read_measure(layout: Layout, table: str, measure: str, cells: pl.DataFrame) -> pl.DataFrame:
    """Adds ``value``, ``bad``, ``repair``; of times also ``moment``; ``unit`` of quantities not yet in pieces."""
    if measure == NAMED:
        return cells.with_columns(value=pl.col("text"), repair=pl.lit(None, pl.String))
    about = layout.tables[table]
    words = _words(about, measure)
    return as_said(cells, lambda part: _read(layout, about, measure, words, part))


def as_said(cells: pl.DataFrame, read: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Read the part of each text that counts; keep the whole text and what is known to be wrong with the cell."""
    given = [c for c in ("said", "bad") if c in cells.columns]
    if not given:
        return read(cells)
    part = cells.rename({"bad": "_bad"}) if "bad" in given else cells
    if "said" not in given:
        return read(part).with_columns(bad=pl.coalesce("_bad", "bad")).drop("_bad")
    # A part of a text is a text, whatever the cell was.
    differs = pl.col("said").is_not_null() & (pl.col("said") != pl.col("text"))
    said = part.with_columns(
        _text="text",
        _kind="kind",
        text=pl.when(differs).then("said").otherwise("text"),
        kind=pl.when(differs).then(pl.lit(values.TEXT, pl.UInt8)).otherwise("kind"),
    )
    done = read(said).with_columns(text="_text", kind="_kind").drop("_text", "_kind")
    if "_bad" not in done.columns:
        return done
    return done.with_columns(bad=pl.coalesce("_bad", "bad")).drop("_bad")


def _read(layout: Layout, table: LayoutTable, measure: str, words: _Words, cells: pl.DataFrame) -> pl.DataFrame:
    if measure == "production_date":
        days = values.each_once(cells, values.days, formats=tuple(words.formats))
        return days.with_columns(pl.col("value").cast(pl.String))
    if measure in CLOCKS:
        return values.each_once(
            cells,
            values.clocks,
            whole_hours=measure == "hour_start",
            clock=layout.clock,
            decimal=layout.decimal,
            formats=tuple(words.formats),
            ranges=measure != "end_at",
        )
    if TARGETS[table.into].columns().get(measure) == pl.Float64:
        return _quantity(layout, table.unit_of(measure), words, cells)
    return own_aliases(values.texts(cells), "value", words.aliases)


def _quantity(layout: Layout, unit: str | None, words: _Words, cells: pl.DataFrame) -> pl.DataFrame:
    known = unit_words(layout)
    if unit in ("min", "h"):
        read = values.minutes(cells, layout.decimal, units=known)
    else:
        units = known if unit in UNITS_OF else None
        read = values.numbers(cells, layout.decimal, units=units, signs=words.signs)
    if "stated" not in read.columns:
        return read
    header = pl.col("unit") if "unit" in cells.columns else pl.lit(None, pl.String)
    read = read.with_columns(unit=pl.coalesce("stated", header)).drop("stated")
    if read["unit"].null_count() == read.height:
        return read
    other = pl.col("unit").is_not_null() & (pl.col("unit") != unit)
    allowed = BY_PRODUCT if unit == "pcs" else UNITS_OF.get(str(unit), ())
    foreign = other & ~pl.col("unit").is_in(allowed) & pl.col("value").is_not_null()
    factor = pl.lit(1.0)
    for (to, stated), by in _FACTOR.items():
        factor = pl.when((pl.lit(unit) == to) & (pl.col("unit") == stated)).then(by).otherwise(factor)
    converted = other & (pl.lit(unit) != "pcs") & ~foreign
    told = pl.when(converted & pl.col("value").is_not_null()).then(pl.concat_str(pl.lit("unit_"), "unit"))
    return read.with_columns(
        unit=pl.when(pl.lit(unit) == "pcs").then("unit"),
        value=pl.when(foreign).then(None).otherwise(pl.col("value") * factor),
        bad=pl.when(foreign).then(pl.lit("cell_unknown_unit")).otherwise("bad"),
        repair=pl.concat_str([pl.col("repair"), told], separator=" ", ignore_nulls=True).replace("", None),
    )


def read_wide(layout: Layout, cells: pl.DataFrame) -> pl.DataFrame:
    """Cells of wide columns for stops and defects: minutes and pieces."""
    parts = []
    for (table, measure), part in cells.group_by(["table", "measure"], maintain_order=True):
        about = layout.tables[str(table)]
        signs = [sign for wide in about.wide if wide.into for sign in wide.signs]
        unit = "min" if str(measure).endswith("_min") else "pcs"
        parts.append(as_said(part, partial(_quantity, layout, unit, _Words(signs))))
    if not parts:
        return values.numbers(cells, layout.decimal)
    return pl.concat(parts, how="diagonal_relaxed")
