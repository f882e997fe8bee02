"""Rule 12: what deviates far from the plan, is rejected or held needs a word of explanation."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, SOURCE, CrossCheck, Evidence, Example, compared, of_layouts, place
from data_contracts.crosschecks.figures import made_by_report, produced, whole_output

OF_PLAN = 0.2
SMALLEST_QTY = 10
HABIT = 0.5
"""Where this share of a plant's reports of a day is off its plan without a word, the plan is none for a shift."""
FEWEST = 4


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per report that explains nothing: made against plan; scrap without defects; a quantity on hold by itself.

    Only of layouts that have a place for remarks, and of plans that most reports of the plant and day come near. A remark
    or a listed stop explains what was not made, and so do stops that the MES recorded for as long as that takes; a remark
    in its row, or any listed defect, explains scrap.
    """
    output = whole_output(evidence).join(of_layouts(evidence, evidence.noted_layouts), on="report_id", how="semi")
    if output.is_empty():
        return _held(output)
    words = output.group_by("report_id").agg(
        *(pl.col(c).first() for c in (*KEY, *SOURCE[1:])),
        noted=pl.col("note").is_not_null().any(),
        stopped=(pl.col("stop_min") > 0).any(),
    )
    stops = evidence.stops.group_by("report_id").agg(
        listed=(~pl.col("is_total")).any(), worded=pl.col("reason_text").is_not_null().any()
    )
    defects = evidence.defects.select("report_id").unique().with_columns(defects=pl.lit(value=True))
    reports = (
        words.join(made_by_report(evidence), on="report_id")
        .join(stops, on="report_id", how="left")
        .join(defects, on="report_id", how="left")
        .filter(pl.col("produced").is_not_null())
    )
    stopped = pl.col("stopped").fill_null(value=False) | pl.col("listed").fill_null(value=False)
    silent = reports.filter(pl.col("defects").is_null())
    wordless = reports.filter(~pl.col("noted"), ~stopped)
    return pl.concat([_off_plan(evidence, reports, wordless), _rejected(silent, output), _held(output)])


def _off_plan(evidence: Evidence, reports: pl.DataFrame, wordless: pl.DataFrame) -> pl.DataFrame:
    of_day = ["plant_id", "production_date"]
    off = (pl.col("produced") - pl.col("planned")).abs() > OF_PLAN * pl.col("planned")
    plans = reports.filter(pl.col("planned") > 0).join(wordless.select("report_id"), on="report_id", how="semi")
    everyone = reports.filter(pl.col("planned") > 0).group_by(of_day).agg(reports=pl.len())
    usual = plans.filter(off).group_by(of_day).agg(off=pl.len()).join(everyone, on=of_day)
    no_plan = usual.filter(pl.col("reports") >= FEWEST, pl.col("off") >= HABIT * pl.col("reports"))
    told = plans.join(no_plan, on=of_day, how="anti").join(_stood_still(evidence), on=list(KEY), how="left")
    # What is missing was not made while the line stood still.
    possible = pl.col("planned") * (1 - pl.col("still").fill_null(0))
    tolerated = pl.max_horizontal(pl.lit(SMALLEST_QTY), OF_PLAN * pl.col("planned"))
    explained = (pl.col("still") > 0) & (pl.col("produced") <= pl.col("planned"))
    explained &= pl.col("produced") >= possible - tolerated
    return compared(
        told.filter(~explained.fill_null(value=False)),
        measure="total_qty",
        reported_value=pl.col("produced"),
        reference_value=pl.col("planned"),
        source_cell=pl.col("good_cell"),
        cells=pl.col("made_cells"),
    )


def _stood_still(evidence: Evidence) -> pl.DataFrame:
    """KEY and ``still``: the share of a shift's working time for which the MES recorded stops."""
    span = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60
    stopped = evidence.mes_stops.group_by(KEY).agg(stopped=pl.coalesce("downtime_min", span).sum())
    work = pl.col("shift_min") - pl.col("break_min")
    return (
        evidence.windows.filter(work > 0)
        .join(stopped, on=list(KEY))
        .select(*KEY, still=pl.min_horizontal(pl.col("stopped") / work, pl.lit(1.0)))
    )


def _rejected(reports: pl.DataFrame, output: pl.DataFrame) -> pl.DataFrame:
    wordless = (
        output.filter(~pl.col("is_total"), pl.col("note").is_null())
        .join(reports, on="report_id", how="semi")
        .group_by("report_id")
        .agg(
            bad=pl.col("scrap_qty").sum(),
            of=produced().sum(),
            scrap_cell=pl.col("scrap_qty_cell").sort_by("scrap_qty").drop_nulls().last(),
        )
    )
    return compared(
        reports.join(wordless, on="report_id").filter(pl.col("bad") > 0),
        measure="scrap_qty",
        reported_value=pl.col("bad"),
        reference_value=pl.lit(0.0),
        base=pl.col("of"),
        source_cell=pl.col("scrap_cell"),
        cells=pl.col("made_cells"),
    )


def _held(output: pl.DataFrame) -> pl.DataFrame:
    """Quantities that stand alone on a list of holds."""
    alone = output.filter(
        ~pl.col("is_total"), pl.col("rework_qty") > 0, pl.col("good_qty").is_null(), pl.col("note").is_null()
    )
    return compared(
        alone,
        measure="rework_qty",
        subject=pl.col("rework_qty_cell"),
        reported_value=pl.col("rework_qty"),
        reference_value=pl.lit(0.0),
        source_cell=pl.col("rework_qty_cell"),
        cells=pl.concat_list(place("rework_qty_cell")),
    )


RULE = CrossCheck(
    id="deviation_explained",
    number=12,
    family="report",
    severity="warning",
    absolute=SMALLEST_QTY,
    relative=OF_PLAN,
    name={"zh": "偏差与不良需有说明", "en": "Deviations and rejections are explained"},
    message={
        "zh": "{measure}为 {reported},应为 {reference} 左右,相差 {delta}(容差 {tolerance}),却没有停机、不良明细或备注。请补充说明。",
        "en": "{measure}: {reported}, about {reference} was to be expected: {delta} (tolerance {tolerance}), and no stop, "
        "defect or remark says why. Add the explanation.",
    },
    compare=compare,
    rank=9,
    grain=(*KEY, "measure"),
    cardinality="many to many",
    example=Example(310.0, 480.0, "total_qty"),
)
