"""Rule 47: a value below a merged cell, which nobody sees, is not counted once more."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import COMPARED, CrossCheck, Evidence, Example, compared, place

_MEASURES = {
    "output": ("planned_qty", "good_qty", "scrap_qty", "rework_qty", "total_qty", "run_min", "stop_min"),
    "stops": ("downtime_min",),
    "defects": ("scrap_qty",),
}


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per quantity that was read from a cell hidden below a merged one. Beside it stands nothing."""
    parts = [pl.DataFrame(schema=COMPARED)]
    for table, measures in _MEASURES.items():
        frame: pl.DataFrame = getattr(evidence, table)
        for measure in measures:
            values = frame.filter(~pl.col("is_total"), pl.col(measure).is_not_null()).with_columns(
                all_values=pl.col(measure).implode().over("report_id")
            )
            hidden = values.join(
                evidence.merged_values,
                left_on=["source_file_id", "source_sheet", f"{measure}_cell"],
                right_on=["source_file_id", "source_sheet", "source_cell"],
                how="semi",
            )
            parts.append(
                compared(
                    hidden,
                    measure=measure,
                    subject=place(f"{measure}_cell"),
                    reported_value=pl.col(measure),
                    reference_value=pl.lit(0.0),
                    source_cell=pl.col(f"{measure}_cell"),
                    cells=pl.concat_list(place(f"{measure}_cell")),
                    reported_parts=pl.col("all_values"),
                )
            )
    return pl.concat(parts)


RULE = CrossCheck(
    id="merged_twice",
    number=47,
    family="reading",
    severity="warning",
    name={"zh": "合并单元格只计一次", "en": "Merged cell counted once"},
    message={
        "zh": "合并单元格下面还藏着 {reported},也被计入。请取消合并,删除多余的数字。",
        "en": "Below a merged cell {reported} more is hidden, and it counts. Unmerge the cells and remove what is too much.",
    },
    compare=compare,
    rank=-1,
    example=Example(120.0, 0.0),
)
