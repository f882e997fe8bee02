"""Quantities in pieces, whatever unit they were recorded in. An unknown unit or factor holds its record back."""

from __future__ import annotations

import polars as pl

from data_contracts.export import UNITS, ExportMapping
from etl.normalize.fields import failed
from etl.normalize.labels import fold, folded

_KG = {"kg": 1.0, "g": 0.001}
_FIXED = {"piece": 1.0, "dozen": 12.0, "thousand": 1000.0}


def in_pieces(mapping: ExportMapping, rows: pl.DataFrame, product: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows with quantities in pieces, and what could not be converted. ``product_id`` is resolved already."""
    if mapping.kind == "material":
        return _in_kg(mapping, rows)
    wanted = {name: column.unit for name, column in mapping.columns.items() if column.unit}
    none = failed(rows.clear(), pl.lit("record_unit_unknown"), measure="", raw=None)
    if not wanted:
        return rows, none
    words = {**UNITS, **{fold(word): unit for word, unit in mapping.units.items()}}
    factors = product.select("product_id", _pack="pack_size", _gram="piece_weight_g")
    if "product_id" not in rows.columns:
        rows = rows.with_columns(product_id=pl.lit(None, pl.String))
    known = rows.join(factors, on="product_id", how="left", maintain_order="left")
    failures = [none]
    for name, header in wanted.items():
        unit = folded(f"s:{header}").fill_null("").replace_strict(words, default=None, return_dtype=pl.String)
        factor = (
            pl.when(pl.col("_unit") == "pack")
            .then("_pack")
            .when(pl.col("_unit") == "kg")
            .then(1000 / pl.col("_gram"))
            .when(pl.col("_unit") == "g")
            .then(1 / pl.col("_gram"))
            .otherwise(pl.col("_unit").replace_strict(_FIXED, default=None, return_dtype=pl.Float64))
        )
        known = known.with_columns(_unit=unit).with_columns(_factor=factor)
        lost = known.filter(pl.col(name).is_not_null() & (pl.col(name) != 0) & pl.col("_factor").is_null())
        reason = (
            pl.when(pl.col("_unit").is_null())
            .then(pl.lit("record_unit_unknown"))
            .otherwise(pl.lit("record_unit_without_factor"))
        )
        failures.append(failed(lost, reason, measure=name, raw=f"s:{header}"))
        pieces = (pl.col(name) * pl.col("_factor")).round(6)
        known = known.with_columns(pl.when(pl.col(name) == 0).then(0.0).otherwise(pieces).alias(name))
    return known.drop("_pack", "_gram", "_unit", "_factor"), pl.concat(failures)


def _in_kg(mapping: ExportMapping, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Material by weight; what is counted in pieces or packs has no weight here."""
    none = failed(rows.clear(), pl.lit("record_unit_unknown"), measure="", raw=None)
    header = mapping.columns["used_kg"].unit if "used_kg" in mapping.columns else None
    if header is None:
        return rows, none
    words = {**UNITS, **{fold(word): unit for word, unit in mapping.units.items()}}
    unit = folded(f"s:{header}").fill_null("").replace_strict(words, default=None, return_dtype=pl.String)
    known = rows.with_columns(_unit=unit)
    lost = known.filter(pl.col("used_kg").is_not_null(), pl.col("_unit").is_null())
    weight = pl.col("used_kg") * pl.col("_unit").replace_strict(_KG, default=None, return_dtype=pl.Float64)
    return known.with_columns(used_kg=weight).drop("_unit"), pl.concat(
        [none, failed(lost, pl.lit("record_unit_unknown"), measure="used_kg", raw=f"s:{header}")]
    )
