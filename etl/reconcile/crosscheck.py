"""Run all cross-checks in one pass: compare, resolve tolerances, validate once, fold what has one root."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData
from pandera.errors import SchemaErrors

from data_contracts.crosschecks import CROSSCHECKS, CrossCheck, Evidence
from data_contracts.crosschecks.base import KEY
from data_contracts.tables.discrepancy import SEVERITIES
from etl.reconcile.cases import with_cases
from etl.reconcile.causes import with_causes

_LEVELS = ("plant_id", "area_id", "line_id", "product_id")
_EPSILON = 1e-6


def run(evidence: Evidence, settle: Callable[[pl.DataFrame], Evidence]) -> tuple[pl.DataFrame, Evidence]:
    """All findings, one row each, in catalogue order; and the evidence with blocked reports taken out.

    Gates look at the newest revision of every report. What they block is compared no further: ``settle`` gives the
    evidence in which a former revision stands for it, or nothing. That one must pass the gates as well: it may have
    come in the same load and never have been judged.
    """
    gates = [rule for rule in CROSSCHECKS.values() if rule.gate]
    others = [rule for rule in CROSSCHECKS.values() if not rule.gate]
    first = _fail(_compare(gates, evidence), evidence)
    blocked = newly = _blocked(first)
    settled = settle(blocked)
    while not newly.is_empty():
        newly = _blocked(_fail(_compare(gates, settled), settled)).join(blocked, on="report_id", how="anti")
        blocked = pl.concat([blocked, newly])
        settled = settle(blocked) if not newly.is_empty() else settled
    rest = _fail(_compare(others, settled), settled)
    folded = _fold(pl.concat([first, rest]))
    findings = with_cases(with_causes(_identify(folded), settled))
    joined = findings.with_columns(pl.col("cells").list.unique(maintain_order=True).list.join(" "))
    return joined.sort("rule_no", "discrepancy_id"), settled


def _blocked(findings: pl.DataFrame) -> pl.DataFrame:
    return findings.filter(pl.col("severity") == "block").select("report_id").drop_nulls().unique()


def _compare(rules: Iterable[CrossCheck], evidence: Evidence) -> pl.DataFrame:
    parts = []
    for rule in rules:
        parts.append(
            rule.compare(evidence).with_columns(
                pl.lit(rule.id).alias("rule_id"),
                pl.lit(rule.number, pl.Int32).alias("rule_no"),
                pl.coalesce("severity", pl.lit(rule.severity)).alias("severity"),
                pl.lit(rule.absolute, pl.Float64).alias("absolute"),
                pl.coalesce("relative", pl.lit(rule.relative, pl.Float64)).alias("relative"),
                pl.lit(rule.escalate, pl.Float64).alias("escalate"),
                pl.lit(rule.one_sided).alias("one_sided"),
                pl.lit(rule.rank, pl.Int32).alias("rank"),
                pl.lit(rule.whole_report).alias("whole_report"),
            )
        )
    return pl.concat(parts)


def _fail(pairs: pl.DataFrame, evidence: Evidence) -> pl.DataFrame:
    """Pairs that differ by more than their tolerance: one validation for the whole batch."""
    ready = _with_tolerance(pairs, evidence).filter(pl.col("severity") != "off")
    by_value = pl.any_horizontal(pl.col("reported_value", "reference_value").is_not_null())
    delta = pl.col("reported_value").fill_null(0) - pl.col("reference_value").fill_null(0)
    tolerance = pl.max_horizontal(
        "absolute", pl.col("relative") * pl.coalesce("base", pl.col("reference_value").abs()).fill_null(0)
    )
    ready = ready.with_columns(delta=pl.when(by_value).then(delta), tolerance=pl.when(by_value).then(tolerance))
    failed = ready[_failing_rows(ready)]
    relative = pl.col("delta").abs() / pl.coalesce("base", pl.col("reference_value").abs())
    escalated = (relative > pl.col("escalate")) & (pl.col("severity") == "warning")
    return failed.with_columns(
        severity=pl.when(escalated.fill_null(value=False)).then(pl.lit("error")).otherwise("severity")
    )


def _within_tolerance(data: PolarsData) -> pl.LazyFrame:
    excess = pl.when("one_sided").then("delta").otherwise(pl.col("delta").abs()) - pl.col("tolerance")
    same_text = pl.col("reported_text").eq_missing(pl.col("reference_text"))
    return data.lazyframe.select(pl.when(pl.col("delta").is_not_null()).then(excess <= _EPSILON).otherwise(same_text))


_SCHEMA = pa.DataFrameSchema(
    {"delta": pa.Column(pl.Float64, nullable=True, checks=pa.Check(_within_tolerance, ignore_na=False))}
)


def _failing_rows(ready: pl.DataFrame) -> pl.Series:
    try:
        _SCHEMA.validate(ready, lazy=True)
    except SchemaErrors as error:
        rows: pl.Series = error.failure_cases["index"].cast(pl.UInt32).sort()
        return rows
    return pl.Series([], dtype=pl.UInt32)


def _with_tolerance(pairs: pl.DataFrame, evidence: Evidence) -> pl.DataFrame:
    """Site → plant → area → line → product: the most specific setting wins, each setting by itself."""
    settings = evidence.master["tolerance"]
    if settings.is_empty() or pairs.is_empty():
        return pairs
    areas = evidence.master["line"].select("plant_id", "line_id", "area_id").unique(["plant_id", "line_id"])
    numbered = pairs.with_row_index("pair").join(areas, on=["plant_id", "line_id"], how="left", maintain_order="left")
    weight = sum(
        (pl.when(pl.col(f"{level}_set").is_not_null()).then(2**i).otherwise(0) for i, level in enumerate(_LEVELS)),
        start=pl.lit(0),
    )
    renamed = settings.rename({c: f"{c}_set" for c in settings.columns if c != "rule_id"})
    applying = (
        numbered.select("pair", "rule_id", *_LEVELS)
        .join(renamed, on="rule_id")
        .filter(
            pl.all_horizontal(
                pl.col(f"{level}_set").is_null() | (pl.col(f"{level}_set") == pl.col(level)) for level in _LEVELS
            )
        )
        .with_columns(weight=weight)
        .sort("weight")
        .group_by("pair")
        .agg(pl.col(f"{c}_set").drop_nulls().last() for c in ("absolute", "relative", "severity"))
    )
    return (
        numbered.join(applying, on="pair", how="left", maintain_order="left")
        .with_columns(pl.coalesce(f"{c}_set", c).alias(c) for c in ("absolute", "relative", "severity"))
        .drop("pair", "area_id", "absolute_set", "relative_set", "severity_set")
    )


def _fold(findings: pl.DataFrame) -> pl.DataFrame:
    """Rules that fail from the same cell for the same reason have one root: the best located one tells it.

    For values: the follower's cells contain the leader's cell and its amount is the same. For texts: the same cell
    and measure. The follower's number is kept with the leader.
    """
    numbered = findings.with_row_index("finding").filter(pl.col("report_id").is_not_null())
    leaders = numbered.filter(pl.col("source_cell").is_not_null()).select(
        "report_id",
        cell=pl.concat_str("source_sheet", pl.lit("!"), "source_cell"),
        leader="finding",
        leader_rank="rank",
        leader_delta=pl.col("delta").abs(),
        leader_measure="measure",
    )
    followers = numbered.select("finding", "rule_no", "rank", "report_id", "delta", "measure", cell="cells").explode(
        "cell", empty_as_null=True
    )
    same_amount = (pl.col("delta").abs() - pl.col("leader_delta")).abs() < _EPSILON
    same_text = (
        pl.col("delta").is_null() & pl.col("leader_delta").is_null() & (pl.col("measure") == pl.col("leader_measure"))
    )
    pairs = (
        followers.join(leaders, on=["report_id", "cell"])
        .filter(pl.col("leader_rank") < pl.col("rank"), same_amount.fill_null(value=False) | same_text)
        .sort("leader_rank", "leader")
        .unique("finding", keep="first", maintain_order=True)
    )
    top = pairs.join(pairs.select(leader="finding", higher="leader"), on="leader", how="left").with_columns(
        leader=pl.coalesce("higher", "leader")
    )
    grade = pl.col("severity").replace_strict({name: grade for grade, name in enumerate(SEVERITIES)})
    told = (
        top.join(numbered.select("finding", "severity"), on="finding")
        .group_by("leader")
        .agg(
            pl.col("rule_no").unique().sort().cast(pl.String).str.join(" ").alias("also_rules"),
            grade.min().alias("follower_grade"),
        )
    )
    # One thing to fix is as grave as the gravest rule that it breaks.
    gravest = pl.min_horizontal(grade, "follower_grade").replace_strict(dict(enumerate(SEVERITIES)))
    return (
        findings.with_row_index("finding")
        .join(top.select("finding"), on="finding", how="anti")
        .join(told, left_on="finding", right_on="leader", how="left", maintain_order="left")
        .with_columns(severity=gravest)
        .drop("finding", "follower_grade")
    )


def _identify(findings: pl.DataFrame) -> pl.DataFrame:
    """``discrepancy_id`` from what was compared, not from what was found: it survives loads and revisions."""
    parts = pl.concat_str(
        [pl.col(c).cast(pl.String).fill_null("") for c in ("rule_id", *KEY, "order_id", "measure", "subject")],
        separator="|",
    )
    texts = findings.select(parts).to_series().to_list()
    ids = [hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts]
    return findings.with_columns(discrepancy_id=pl.Series(ids, dtype=pl.String)).unique(
        "discrepancy_id", keep="first", maintain_order=True
    )
