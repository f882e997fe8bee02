"""Quantities stated in packs or by weight, to pieces of the row's product. Words for units: data_contracts.units."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from data_contracts.layout import Layout
from data_contracts.units import UNIT_WORDS
from etl.normalize.labels import fold
from etl.normalize.names import alias_table, resolve

BY_PRODUCT = ("pack", "kg", "g")


def unit_words(layout: Layout) -> Mapping[str, str]:
    """Words for units that a layout understands, folded."""
    return {**UNIT_WORDS, **{fold(word): unit for word, unit in layout.units.items()}}


def to_pieces(pending: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """Cells stated in packs, kg or g. Adds ``pieces``, or ``bad`` with what master data lack.

    ``pending``: value, unit, product_id (as written, or null).
    """
    named = pending
    if not products.is_empty():
        named = resolve(named, "product_id", alias_table(products, "product_id"), "product_id")
    master = products.unique("product_id", keep="last").select(
        "product_id", "pack_size", "piece_weight_g", _known=pl.lit(value=True)
    )
    found = named.join(master, on="product_id", how="left", maintain_order="left")
    weight = pl.when(pl.col("unit") == "kg").then(pl.col("value") * 1000).otherwise("value")
    pieces = (
        pl.when(pl.col("unit") == "pack")
        .then(pl.col("value") * pl.col("pack_size"))
        .otherwise(weight / pl.col("piece_weight_g"))
    )
    return found.with_columns(
        pieces=pieces.round(6),
        bad=pl.when(pl.col("value").is_null() | pieces.is_not_null())
        .then(None)
        .when(pl.col("product_id").is_null())
        .then(pl.lit("unit_no_product"))
        .when(pl.col("_known").is_null())
        .then(pl.lit("unit_unknown_product"))
        .when(pl.col("unit") == "pack")
        .then(pl.lit("unit_no_pack_size"))
        .otherwise(pl.lit("unit_no_piece_weight")),
    ).drop("pack_size", "piece_weight_g", "_known")
