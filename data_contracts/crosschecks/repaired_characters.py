"""Rule 50: numbers are numbers, not letters or sums that were typed as text. A spreadsheet's own sums leave those out.

Repairs that leave no doubt, such as full-width digits or words for none, are on record with the cell and not told.
"""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import CrossCheck, Evidence, Example, compared, place

_IN_DOUBT = r"\b(letter_o|sum)\b"


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per cell in which a letter was read as a digit, or a sum was added up."""
    cells = evidence.readings.filter(pl.col("repair").str.contains(_IN_DOUBT)).unique(
        ["report_id", "source_sheet", "source_cell"], keep="first", maintain_order=True
    )
    return compared(
        cells,
        measure=pl.col("measure").str.split(":").list.first(),
        subject=pl.concat_str("source_sheet", pl.lit("!"), "source_cell"),
        reported_text=pl.col("raw"),
        reference_text=_as_read(pl.col("raw")),
        cells=pl.concat_list(place("source_cell")),
    )


def _as_read(raw: pl.Expr) -> pl.Expr:
    """The number that was read: letters O are zeros, summands are added."""
    digits = raw.str.normalize("NFKC").str.replace_all(r"[^0-9Oo.+]", "").str.replace_all("[Oo]", "0")
    total = digits.str.split("+").cast(pl.List(pl.Float64), strict=False).list.sum()
    whole = total.cast(pl.Int64, strict=False)
    return pl.when(total == whole).then(whole.cast(pl.String)).otherwise(total.cast(pl.String))


RULE = CrossCheck(
    id="repaired_characters",
    number=50,
    family="reading",
    severity="warning",
    name={"zh": "数字不含字母或算式", "en": "Numbers without letters or sums in them"},
    message={
        "zh": "单元格写的是 {reported},按 {reference} 读取。表格自己的合计不会算它;请改成数字。",
        "en": "The cell says {reported} and was read as {reference}. The sheet's own sums leave it out; enter a number.",
    },
    compare=compare,
    rank=2,
    example=Example("12O", "120"),
)
