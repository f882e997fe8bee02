"""The probable cause of a difference, with the evidence for it. First match wins (catalogue of causes)."""

from __future__ import annotations

import polars as pl

CAUSES = {
    "missing": 1,
    "double_count": 2,
    "unit_slip": 3,
    "transposed_digits": 4,
    "good_against_gross": 7,
    "unexplained": 11,
}
"""Cause to its number in the catalogue."""

_FACTORS = (10.0, 100.0, 1000.0, 12.0)
_NEAR = 0.01
_EPSILON = 1e-6
_DIGITS = 9


def with_causes(findings: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """Adds ``probable_cause`` and ``cause_evidence`` to findings with values, parts and neighbouring figures."""
    a, b, delta = pl.col("reported_value"), pl.col("reference_value"), pl.col("delta")
    numeric = delta.is_not_null() & pl.col("measure").str.contains("_(qty|min)$")
    missing = numeric & (a.is_null() | b.is_null())
    missing = missing | (pl.col("rule_no") == 42)
    packs = products.select("product_id", "pack_size", "piece_weight_g")
    known = findings.join(packs, on="product_id", how="left", maintain_order="left")
    repeated = _repeated_part()
    slip, factor = _slip()
    swapped = _swapped(a, b)
    gross = pl.col("beside").list.eval(pl.element() > 0).list.any() & pl.col("beside").list.contains(delta.abs())
    text = pl.format
    cases = [
        (missing, "missing", pl.when(b.is_null()).then(pl.lit("reference")).otherwise(pl.lit("report"))),
        (repeated.is_not_null(), "double_count", text("{} × 2", repeated)),
        (slip, "unit_slip", text("× {}", factor)),
        (swapped.is_not_null(), "transposed_digits", swapped),
        (gross.fill_null(value=False), "good_against_gross", text("Δ = {}", delta.abs())),
    ]
    cause, evidence = pl.lit("unexplained"), pl.lit(None, pl.String)
    for condition, name, told in reversed(cases):
        holds = (condition & (numeric | (pl.col("rule_no") == 42))).fill_null(value=False)
        cause = pl.when(holds).then(pl.lit(name)).otherwise(cause)
        evidence = pl.when(holds).then(told).otherwise(evidence)
    return known.with_columns(probable_cause=cause, cause_evidence=evidence).drop("pack_size", "piece_weight_g")


def _repeated_part() -> pl.Expr:
    """The record that was counted twice: the excess is one of two equal parts, or one side is twice the other."""
    a, b, delta = pl.col("reported_value"), pl.col("reference_value"), pl.col("delta")
    excess = delta.abs()
    parts = pl.when(delta > 0).then("reported_parts").otherwise("reference_parts")
    twice = parts.list.eval(pl.element().filter(pl.element().is_duplicated()))
    by_part = pl.when(twice.list.contains(excess)).then(excess)
    ratio = pl.max_horizontal(a, b) / pl.min_horizontal(a, b)
    by_ratio = pl.when((ratio - 2).abs() <= 2 * _NEAR).then(pl.min_horizontal(a, b))
    return pl.when(excess > _EPSILON).then(pl.coalesce(by_part, by_ratio))


def _slip() -> tuple[pl.Expr, pl.Expr]:
    """A factor between the sides: decimal places, a dozen, the product's pack size or piece weight."""
    a, b = pl.col("reported_value"), pl.col("reference_value")
    ratio = pl.max_horizontal(a, b) / pl.min_horizontal(a, b)
    factors = [*(pl.lit(f) for f in _FACTORS), pl.col("pack_size"), pl.col("piece_weight_g")]
    hit = pl.coalesce(pl.when((f > 2) & ((ratio / f - 1).abs() <= _NEAR)).then(f.cast(pl.Float64)) for f in factors)
    usable = (pl.min_horizontal(a, b) > 0) & hit.is_not_null()
    return usable, hit


def _swapped(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """``47 → 74``: swapping two neighbouring digits of one value gives the other; null when it does not."""
    whole = (a == a.floor()) & (b == b.floor()) & (a > 0) & (b > 0) & (pl.max_horizontal(a, b) < 10.0**_DIGITS)
    left, right = a.cast(pl.Int64, strict=False), b.cast(pl.Int64, strict=False)
    possible = whole & ((left - right) % 9 == 0) & (left != right)
    pairs = []
    for place in range(_DIGITS - 1):
        low, high = 10**place, 10 ** (place + 1)
        one, other = (left // low) % 10, (left // high) % 10
        swapped = left + (one - other) * (high - low)
        within = pl.max_horizontal(left, right) >= high  # 012 for 102 reads as 12
        pairs.append(pl.when(possible & (swapped == right) & within).then(pl.format("{} ↔ {}", other, one)))
    return pl.coalesce(pairs)
