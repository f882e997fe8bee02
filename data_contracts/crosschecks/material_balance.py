"""Rule 30: the material that was used is in the pieces that were made."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, SOURCE, CrossCheck, Evidence, Example, compared, place, whole_reports
from data_contracts.crosschecks.figures import cells_of, cells_of_row, nothing, produced, states, whole_output
from data_contracts.crosschecks.sums import locators

BAND = 0.02
_LINE_DAY = ["plant_id", "line_id", "production_date"]


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report that states the material it used, else one per line and day with records of material.

    Compared are kg used, and kg in all pieces by piece weight and waste of their products. All products must have a weight.
    """
    reported = states(evidence.shifts, "material_kg")
    if not reported and evidence.mes_material.is_empty():
        return nothing()
    pieces = _weighed(evidence)
    parts = [_of_reports(evidence, pieces)] if reported else []
    return pl.concat([*parts, _of_days(evidence, pieces)])


def _weighed(evidence: Evidence) -> pl.DataFrame:
    """Rows of output with ``kg`` in their pieces; null where the product has no weight."""
    products = evidence.master["product"].select("product_id", "piece_weight_g", "waste_g")
    per_piece = (pl.col("piece_weight_g") + pl.col("waste_g").fill_null(0)) / 1000
    return (
        whole_output(evidence)
        .with_columns(_made=produced(), row_cells=cells_of_row())
        .join(products, on="product_id", how="left", maintain_order="left")
        .with_columns(kg=pl.when(pl.col("_made") == 0).then(0.0).otherwise(pl.col("_made") * per_piece))
    )


def _in_pieces(pieces: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    part, said = ~pl.col("is_total"), pl.col("_made").is_not_null()
    return (
        pieces.group_by(by, maintain_order=True)
        .agg(
            *(pl.col(c).first() for c in SOURCE if c not in by),
            kg=pl.col("kg").filter(part).sum(),
            weighed=(pl.col("kg").is_not_null() | ~(part & said)).all() & (part & said).any(),
            made_cells=pl.col("row_cells").explode(empty_as_null=True).drop_nulls(),
        )
        .filter("weighed")
    )


def _of_reports(evidence: Evidence, pieces: pl.DataFrame) -> pl.DataFrame:
    used = (
        whole_reports(evidence, evidence.shifts)
        .filter(~pl.col("is_total"), pl.col("material_kg").is_not_null())
        .group_by(*KEY, *SOURCE, maintain_order=True)
        .agg(
            used=pl.col("material_kg").sum(),
            cell=pl.col("material_kg_cell").first(),
            own_cells=place("material_kg_cell").drop_nulls(),
        )
    )
    return compared(
        used.join(_in_pieces(pieces, ["report_id"]).select("report_id", "kg", "made_cells"), on="report_id"),
        measure="material_kg",
        reported_value=pl.col("used"),
        reference_value=pl.col("kg").round(3),
        source_cell=pl.col("cell"),
        cells=pl.concat_list("own_cells", "made_cells"),
    )


def _of_days(evidence: Evidence, pieces: pl.DataFrame) -> pl.DataFrame:
    """A shift's material is often posted by the next one: records are held against the whole day of the line."""
    own = evidence.shifts.filter(pl.col("material_kg").is_not_null()).select(_LINE_DAY).unique()
    used = (
        evidence.mes_material.filter(pl.col("used_kg").is_not_null())
        .join(own, on=_LINE_DAY, how="anti")
        .group_by(_LINE_DAY)
        .agg(used=pl.col("used_kg").sum(), locator=locators())
    )
    missing = (
        evidence.expected.select(KEY)
        .join(evidence.reports.filter("is_current", pl.col("refused_rows") == 0), on=list(KEY), how="anti")
        .select(_LINE_DAY)
    )
    days = (
        used.join(_in_pieces(pieces, _LINE_DAY), on=_LINE_DAY)
        .join(missing, on=_LINE_DAY, how="anti")
        .join(_counted(evidence), on=_LINE_DAY, how="left")
        .join(cells_of(pieces, _LINE_DAY), on=_LINE_DAY)
    )
    # Where report and MES disagree on what was made, that is told already: material speaks for one of them.
    nearer = (pl.col("mes_kg") - pl.col("used")).abs() < (pl.col("kg") - pl.col("used")).abs()
    days = days.with_columns(kg=pl.when(nearer).then("mes_kg").otherwise("kg"))
    return compared(
        days,
        measure="material_kg",
        reported_value=pl.col("kg").round(3),
        reference_value=pl.col("used"),
        base=pl.col("kg"),
        cells=pl.col("made_cells"),
        rests_on=pl.col("rests_on"),
        reference_locator=pl.col("locator"),
    )


def _counted(evidence: Evidence) -> pl.DataFrame:
    """Kg in the pieces that the MES counts, by line and day; none where a product has no weight."""
    products = evidence.master["product"].select("product_id", "piece_weight_g", "waste_g")
    pieces = pl.sum_horizontal("good_qty", "scrap_qty", "rework_qty")
    per_piece = (pl.col("piece_weight_g") + pl.col("waste_g").fill_null(0)) / 1000
    return (
        evidence.mes_output.join(products, on="product_id", how="left")
        .group_by(_LINE_DAY)
        .agg(mes_kg=pl.when(per_piece.is_not_null().all()).then((pieces * per_piece).sum()))
    )


RULE = CrossCheck(
    id="material_balance",
    number=30,
    family="continuity",
    severity="warning",
    relative=BAND,
    name={"zh": "用料与产出重量相符", "en": "Material used is in the pieces"},
    message={
        "zh": "{measure}:报表为 {reported} 千克,应为 {reference} 千克,相差 {delta}(容差 {tolerance})。请核对领料、产量与单重。",
        "en": "{measure}: {reported} kg by the report, {reference} kg by the other side, {delta} apart (tolerance "
        "{tolerance}). Check material, quantities and the weight of a piece.",
    },
    compare=compare,
    rank=9,
    grain=("plant_id", "line_id", "production_date", "report_id"),
    cardinality="many to many",
    example=Example(260.0, 241.5, "material_kg"),
)
