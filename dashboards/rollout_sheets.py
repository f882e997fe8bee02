"""The page of the rollout as sheets of a workbook. Writing them: ``dashboards.workbook``."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dashboards.view import View
from dashboards.workbook import Chart, Sheet
from etl.desk import LineStanding, Standing

PLACE = ("plant_id", "line_id")
FIGURES = {
    "received": "received",
    "hours_month": "hours",
    "errors_100": "errors",
    "late_100": "late",
    "pain": "pain",
}
"""Of a line: attribute to text."""
PARTS = {"median_min": "median", "lower_min": "lower", "upper_min": "upper", "count": "count"}
"""Of a sample: attribute to text."""


def lines(view: View, standing: Sequence[tuple[LineStanding, str]]) -> Sheet:
    """A row a line; ``standing``: with what comes next, in words."""
    words = view.words
    rows = [
        {name: getattr(one, name) for name in (*PLACE, "since", *FIGURES)}
        | {"stage": words.code("stage", one.stage), "next": following}
        for one, following in standing
    ]
    texts = dict.fromkeys((*PLACE, "stage", "next"), pl.String)
    frame = pl.DataFrame(rows, schema={**texts, "since": pl.Date, **dict.fromkeys(FIGURES, pl.Float64)})
    about = {name: words.t(f"rollout.{name}") for name in ("stage", "since", "next")}
    figures = {name: words.t(f"rollout.{text}") for name, text in FIGURES.items()}
    headings = words.headings(plant_id="plant", line_id="line") | about | figures
    chart = Chart(words.t("rollout.candidates"), "line_id", ("errors_100", "late_100"))
    return Sheet(words.t("rollout.stages"), frame, headings, chart)


def kinds(view: View, standing: Standing) -> Sheet:
    """A row a kind of report, with the minutes before and now."""
    words = view.words
    phases = ("before", "now")
    rows = [
        {"kind": kind.kind, "reports": kind.reports, "saved": kind.saved_month}
        | {f"{phase}_{part}": getattr(getattr(kind, phase), part) for phase in phases for part in PARTS}
        for kind in standing.kinds
    ]
    samples = {
        f"{phase}_{part}": f"{words.t(f'rollout.{phase}')} · {words.t(f'rollout.part.{text}')}"
        for phase in phases
        for part, text in PARTS.items()
    }
    about = {name: words.t(f"rollout.{name}") for name in ("reports", "saved")}
    schema = {"kind": pl.String, **dict.fromkeys((*samples, *about), pl.Float64)}
    chart = Chart(words.t("rollout.value"), "kind", ("before_median_min", "now_median_min"))
    headings = {"kind": words.t("rollout.kind")} | samples | about
    return Sheet(words.t("rollout.value"), pl.DataFrame(rows, schema=schema), headings, chart)


def moves(view: View, made: pl.DataFrame, shown: Sequence[LineStanding]) -> Sheet:
    """A row a move of the lines shown, the newest first."""
    words = view.words
    places = pl.DataFrame(
        [(one.plant_id, one.line_id) for one in shown], schema=dict.fromkeys(PLACE, pl.String), orient="row"
    )
    stage = pl.col("stage").map_elements(lambda code: words.code("stage", code), return_dtype=pl.String)
    rows = made.join(places, on=PLACE, how="semi", maintain_order="left").with_columns(stage)
    headings = {"at": words.t("rollout.when")} | words.headings(plant_id="plant", line_id="line")
    headings |= {"stage": words.t("rollout.stage")} | words.headings(actor="actor", reason="reason")
    return Sheet(words.t("rollout.history"), rows, headings)
