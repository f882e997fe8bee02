"""Rule 29: what lines deliver, less what stays between, is what the next lines take."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import KEY, SOURCE, CrossCheck, Evidence, Example, compared, whole_reports
from data_contracts.crosschecks.figures import cells_of, cells_of_row, nothing, produced
from data_contracts.crosschecks.ledger import stock

OF_INPUT = 0.02
_DAY = ["flow_id", "plant_id", "production_date"]


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per flow (master/flow.csv) and production day: pieces that its lines took, and that its lines delivered.

    Taken: good and scrap of the taking lines. Delivered: good of the delivering lines, less what the stock between grew by
    where a line keeps its ledger. Only days on which every shift of every line of the flow has its report.
    """
    flow = evidence.master["flow"]
    if flow.is_empty():
        return nothing()
    output = whole_reports(evidence, evidence.output).with_columns(pieces=produced(), row_cells=cells_of_row())
    placed = _of_flow(output.filter(~pl.col("is_total")), flow)
    delivered = placed.filter(pl.col("role") == "delivers").group_by(_DAY).agg(delivered=pl.col("good_qty").sum())
    taken = (
        placed.filter(pl.col("role") == "takes", pl.col("pieces").is_not_null())
        .sort("good_qty", nulls_last=False)
        .group_by(_DAY, maintain_order=True)
        .agg(
            *(pl.col(c).last() for c in ("line_id", *SOURCE)),
            taken=pl.col("pieces").sum(),
            cell=pl.col("good_qty_cell").last(),
            cells=pl.col("row_cells").explode(empty_as_null=True).drop_nulls(),
        )
    )
    ledger = stock(whole_reports(evidence, evidence.wip))
    grown = (
        _of_flow(ledger, flow.filter(pl.col("role") == "holds"))
        .group_by(_DAY)
        .agg(grown=(pl.col("closing_qty") - pl.col("opening_qty")).sum())
    )
    holders = flow.filter(pl.col("role") == "holds").select("flow_id", holds=pl.lit(value=True)).unique()
    days = (
        taken.join(delivered, on=_DAY)
        .join(grown, on=_DAY, how="left")
        .join(holders, on="flow_id", how="left")
        .join(cells_of(placed, _DAY), on=_DAY)
        .join(_complete(evidence, flow), on=_DAY, how="semi")
        .filter(pl.col("holds").is_null() | pl.col("grown").is_not_null())
    )
    return compared(
        days,
        measure="total_qty",
        subject=pl.col("flow_id"),
        reported_value=pl.col("taken"),
        reference_value=pl.col("delivered") - pl.col("grown").fill_null(0),
        source_cell=pl.col("cell"),
        cells=pl.col("cells"),
        rests_on=pl.col("rests_on"),
        reference_locator=pl.concat_str(pl.lit("master/flow.csv · "), "flow_id"),
    )


def _of_flow(rows: pl.DataFrame, flow: pl.DataFrame) -> pl.DataFrame:
    """Rows with the flows of their line, and the role in each; a flow may name one process step of a line."""
    named = flow.rename({"process_id": "step"})
    of_step = pl.col("step").is_null() | pl.col("step").eq_missing(pl.col("process_id"))
    return rows.join(named, on=["plant_id", "line_id"]).filter(of_step)


def _complete(evidence: Evidence, flow: pl.DataFrame) -> pl.DataFrame:
    """Flows and days on which every planned shift of every line has a report of which all was read."""
    have = evidence.reports.filter(pl.col("is_current"), pl.col("refused_rows") == 0).select(
        *KEY, has_report=pl.lit(value=True)
    )
    lines = flow.select("flow_id", "plant_id", "line_id").unique()
    return (
        evidence.windows.select(KEY)
        .join(lines, on=["plant_id", "line_id"])
        .join(have, on=list(KEY), how="left")
        .group_by(_DAY)
        .agg(pl.col("has_report").is_not_null().all())
        .filter("has_report")
    )


RULE = CrossCheck(
    id="flow_balance",
    number=29,
    family="continuity",
    severity="warning",
    relative=OF_INPUT,
    name={"zh": "上道良品 − 在制增量 = 下道投入", "en": "What is delivered is what the next line takes"},
    message={
        "zh": "下道工序投入 {reported} 件,上道良品减去在制增量为 {reference} 件,相差 {delta}(容差 {tolerance})。请核对两道工序的产量与在制结存。",
        "en": "The next line took {reported} pieces, good pieces delivered less the growth of the stock between are "
        "{reference}: {delta} (tolerance {tolerance}). Check the quantities of both lines and the stock.",
    },
    compare=compare,
    rank=9,
    grain=("flow_id", "production_date"),
    cardinality="many to many",
    example=Example(3050.0, 3240.0, "total_qty"),
)
