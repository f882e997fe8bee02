"""Rule 43: sheet name, header and file name agree on day, shift and line."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import CrossCheck, Evidence, Example, compared

_TOLD = pl.List(
    pl.Struct({"name": pl.String, "place": pl.Int64, "in_force": pl.String, "other": pl.String, "cell": pl.String})
)
_PLACES = {0: "cell", 1: "sheet name", 2: "file name", 3: "layout", 4: "cell"}


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per place that names another day, shift or line than the one in force."""
    told = (
        evidence.reports.filter(pl.col("contradictions").is_not_null())
        .with_columns(pl.col("contradictions").str.json_decode(_TOLD))
        .explode("contradictions", empty_as_null=True)
        .unnest("contradictions")
    )
    where = pl.col("place").replace_strict(_PLACES, default=None)
    in_force_cell = pl.coalesce(
        pl.when(pl.col("place") == 4).then("cell"),
        *(pl.when(pl.col("name") == n).then(f"{n}_cell") for n in ("production_date", "shift_id", "line_id")),
    )
    return compared(
        told,
        measure=pl.col("name"),
        subject=pl.concat_str(where, pl.lit(" "), "other"),
        reported_text=pl.col("in_force"),
        reference_text=pl.concat_str("other", pl.lit(" ("), where, pl.lit(")")),
        source_cell=in_force_cell,
        cells=pl.concat_list(pl.concat_str("source_sheet", pl.lit("!"), in_force_cell)).list.drop_nulls(),
        reference_locator=pl.concat_str("source_file", pl.lit(" / "), "cell"),
    )


RULE = CrossCheck(
    id="key_agreement",
    number=43,
    family="identity",
    severity="error",
    name={"zh": "页名、表头与文件名一致", "en": "Sheet name, header and file name agree"},
    message={
        "zh": "按 {reported} 处理,但另一处写的是 {reference}。请确认正确的日期、班次或产线并改成一致。",
        "en": "Taken as {reported}, but another place says {reference}. Make day, shift and line agree.",
    },
    compare=compare,
    whole_report=True,
    grain=("report_id", "measure"),
    cardinality="one to many",
    example=Example("夜班", "早班", "shift_id"),
)
