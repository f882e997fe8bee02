"""Rule 39: product, order, line, shift and employee exist and are valid on that day."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import COMPARED, KEY, SOURCE, CrossCheck, Evidence, Example, compared, place
from data_contracts.crosschecks.names import folded


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per name that a report uses and master data does not know, or not on that day."""
    reports = evidence.reports
    parts = [pl.DataFrame(schema=COMPARED)]
    lines = evidence.master["line"]
    parts.append(_unknown(reports, "line_id", lines, ["plant_id", "line_id"]))
    known_lines = reports.join(lines.select("plant_id", "line_id", "calendar_id"), on=["plant_id", "line_id"])
    parts.append(_unknown(known_lines, "shift_id", evidence.master["shift"], ["calendar_id", "shift_id"]))
    rows = evidence.output.filter(~pl.col("is_total"))
    for code, known in (("product_id", evidence.master["product"]), ("order_id", evidence.orders)):
        if known.is_empty():
            continue
        used = rows.filter(pl.col(code).is_not_null(), _maintained(code, known)).unique(
            [*KEY, "report_id", code], keep="first", maintain_order=True
        )
        parts.append(_unknown(used, code, known, [code]))
    parts.append(_people(reports, evidence.master["employee"]))
    return pl.concat(parts)


def _maintained(code: str, known: pl.DataFrame) -> pl.Expr:
    """Orders of a plant that sends none cannot be known; an order without a plant is any plant's."""
    if code != "order_id" or known["plant_id"].null_count():
        return pl.lit(value=True)
    return pl.col("plant_id").is_in(known["plant_id"].unique().to_list())


def _unknown(used: pl.DataFrame, code: str, known: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    bounds = [c for c in ("valid_from", "valid_to") if c in known.columns]
    master = known.select(*on, *bounds).unique().with_columns(known=pl.lit(value=True))
    joined = used.join(master, on=on, how="left")
    day = pl.col("production_date")
    valid = pl.col("known").fill_null(value=False)
    if bounds:
        valid = valid & (pl.col("valid_from").is_null() | (pl.col("valid_from") <= day))
        valid = valid & (pl.col("valid_to").is_null() | (day <= pl.col("valid_to")))
    by = dict.fromkeys((*KEY, *SOURCE, code, f"{code}_cell"))
    checked = joined.group_by(list(by), maintain_order=True).agg(ok=valid.any())
    bad = checked.filter(~pl.col("ok"))
    kept = {c: pl.col(c) if c in (code, *KEY) else pl.lit(None) for c in ("order_id", "product_id")}
    return compared(
        bad,
        **kept,
        measure=code,
        subject=pl.col(code),
        reported_text=pl.col(code),
        reference_text=pl.lit("—"),
        source_cell=pl.col(f"{code}_cell"),
        cells=pl.concat_list(place(f"{code}_cell")).list.drop_nulls(),
    )


def _people(reports: pl.DataFrame, employees: pl.DataFrame) -> pl.DataFrame:
    if employees.is_empty():
        return pl.DataFrame(schema=COMPARED)
    names = pl.concat(
        [
            employees.select(n=folded("employee_id")),
            employees.select(n=folded("name")),
            employees.select(n=pl.col("aliases").str.split(";")).explode("n", empty_as_null=True).select(n=folded("n")),
        ]
    ).drop_nulls()
    bad = (
        reports.filter(pl.col("leader").is_not_null()).with_columns(n=folded("leader")).join(names, on="n", how="anti")
    )
    return compared(
        bad,
        measure="leader",
        severity="warning",
        reported_text=pl.col("leader"),
        reference_text=pl.lit("—"),
        source_cell=pl.lit(None, pl.String),
    )


RULE = CrossCheck(
    id="known_and_valid",
    number=39,
    family="identity",
    severity="block",
    gate=True,
    rank=6,
    name={"zh": "产品、工单、产线、班次、人员存在且有效", "en": "Product, order, line, shift, person known and valid"},
    message={
        "zh": "{measure} “{reported}” 不在主数据中,或当天无效。请更正报表,或请工程师补充主数据。",
        "en": "{measure} “{reported}” is not in the master data, or not valid on that day. "
        "Correct the report, or have the master data completed.",
    },
    compare=compare,
    grain=("report_id", "measure"),
    example=Example("HX-9940", None, "product_id"),
)
