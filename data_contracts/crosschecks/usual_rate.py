"""Rule 36: a shift makes about as much in a minute as its line usually does of this product."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import EARLIER_DAYS, SOURCE, CrossCheck, Evidence, Example, compared
from data_contracts.crosschecks.figures import made_by_report, produced
from data_contracts.crosschecks.times import listed_stops

FEWEST = 10
"""Fewer former shifts are no habit."""
DEVIATIONS = 4.0
FLOOR = 0.05
"""The spread counts as at least this share of the median: lines that hardly vary are not told for a percent."""
OF_SHIFT = 0.5
"""A shift that ran for less of its time had other things to do."""
_RUN = ["plant_id", "line_id", "product_id", "tool_id", "cavities"]


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per shift of one product and tool: pieces an hour of run time, and the median of ten or more such before it.

    Looked at are shifts of the line in the fourteen days before; base is their median absolute deviation. Run time as
    the report states it, else its working time less the stops that it lists. Shifts of several products or tools, the
    first shift of a run, and those that ran for less than half of their time are no habit and not judged.
    """
    rates = _rates(evidence)
    here = rates.filter(~pl.col("is_earlier"))
    # A later day's shift may look back at an earlier one of these.
    before = rates.select(*_RUN, "start_at", past="rate")
    since = pl.duration(days=EARLIER_DAYS)
    past = (
        here.select("report_id", *_RUN, at="start_at")
        .join(before, on=_RUN, nulls_equal=True)
        .filter(pl.col("start_at") < pl.col("at"), pl.col("start_at") >= pl.col("at") - since)
        .with_columns(median=pl.col("past").median().over("report_id"))
        .group_by("report_id")
        .agg(
            pl.col("median").first(),
            spread=(pl.col("past") - pl.col("median")).abs().median(),
            shifts=pl.len(),
        )
        .filter(pl.col("shifts") >= FEWEST)
    )
    told = (
        here.join(past, on="report_id")
        .join(made_by_report(evidence).select("report_id", "good_cell", "made_cells"), on="report_id")
        .join(listed_stops(evidence).select("report_id", "stop_cells"), on="report_id", how="left")
    )
    return compared(
        told,
        measure="rate_per_h",
        reported_value=pl.col("rate").round(1),
        reference_value=pl.col("median").round(1),
        base=pl.max_horizontal("spread", FLOOR * pl.col("median")),
        source_cell=pl.col("good_cell"),
        cells=pl.concat_list("made_cells", pl.col("stop_cells").fill_null([])),
    )


def _rates(evidence: Evidence) -> pl.DataFrame:
    """One row per usual shift of these days and the days before: KEY, SOURCE, _RUN, start_at, is_earlier, rate."""
    output = pl.concat([evidence.output, evidence.earlier_output])
    stops = pl.concat([evidence.stops, evidence.earlier_stops]).filter(~pl.col("is_total"))
    span = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60
    stopped = stops.group_by("report_id").agg(stopped=pl.coalesce("downtime_min", span).sum())
    refused = evidence.reports.filter(pl.col("refused_rows") > 0).select("report_id")
    shifts = (
        output.with_columns(_made=produced())
        .filter(~pl.col("is_total"))
        .join(refused, on="report_id", how="anti")
        .group_by("report_id", maintain_order=True)
        .agg(
            *(pl.col(c).first() for c in SOURCE[1:]),
            *(pl.col(c).first() for c in _RUN[2:]),
            kinds=pl.struct(_RUN[2:]).n_unique(),
            made=pl.col("_made").sum(),
            said=pl.col("_made").is_not_null().any(),
            stated=pl.when(pl.col("run_min").is_not_null().any()).then(pl.col("run_min").sum()),
        )
    )
    ordered = (
        evidence.sequence.join(shifts, on="report_id")
        .join(stopped, on="report_id", how="left")
        .sort(*_RUN[:2], "start_at")
        .with_columns(
            usual=(pl.col("kinds") == 1) & pl.struct(_RUN[2:]).eq_missing(pl.struct(_RUN[2:]).shift(1).over(_RUN[:2])),
            run=pl.coalesce(
                "stated",
                pl.when(pl.col("layout_id").is_in(evidence.stop_layouts)).then(
                    pl.col("work_min") - pl.col("stopped").fill_null(0)
                ),
            ),
        )
    )
    return ordered.filter(
        "usual", "said", pl.col("product_id").is_not_null(), pl.col("run") >= OF_SHIFT * pl.col("work_min")
    ).with_columns(rate=60 * pl.col("made") / pl.col("run"))


RULE = CrossCheck(
    id="usual_rate",
    number=36,
    family="plausibility",
    severity="info",
    relative=DEVIATIONS,
    name={"zh": "产出速率与往常相近", "en": "Output is about what this line usually makes"},
    message={
        "zh": "每运行小时产出 {reported} 件,该产线生产此产品通常为 {reference} 件,相差 {delta}(容差 {tolerance})。若属实可不处理,否则请核对产量与停机。",
        "en": "{reported} pieces an hour of run time, this line usually makes {reference} of this product: {delta} "
        "(tolerance {tolerance}). Nothing to do if true; otherwise check quantities and stops.",
    },
    compare=compare,
    rank=10,
    grain=("plant_id", "line_id", "product_id", "report_id"),
    cardinality="many to many",
    example=Example(62.0, 118.0, "rate_per_h"),
)
