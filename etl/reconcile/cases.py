"""Discrepancies with one root are one case, with a leading one: a person sees one thing to fix.

Rules that fail from the same cell by the same amount have been folded before (``crosscheck``).
"""

from __future__ import annotations

import polars as pl

_DEEPEST = 6
SAME_PIECES, SAME_SHARE = 2.0, 0.1
"""A balance differs by the same pieces as the figure in it that is wrong: rounding and miscounting do the rest."""


def with_cases(findings: pl.DataFrame) -> pl.DataFrame:
    """Adds ``case_id``: the discrepancy_id of the leader, its own for a leader.

    A finding follows the best located one (lowest rank) of the same report whose cell is among its own. Every finding
    of a report follows a rule that speaks of the whole report, such as a copy of yesterday's. Of the two halves of one
    mistake (``partner_id``), such as two shifts between which pieces were shifted, the larger one leads. What rests on
    other reports (``rests_on``), such as a day's balance, follows what is wrong there.
    """
    numbered = findings.with_row_index("finding")
    links = pl.concat([_by_cell(numbered), _by_report(numbered), _by_sum(numbered), _by_partner(numbered)]).sort(
        "leader_rank", "leader_size", "leader", descending=[False, True, False], nulls_last=True
    )
    leaders = links.unique("finding", keep="first", maintain_order=True).select("finding", "leader")
    top = numbered.select("finding").join(leaders, on="finding", how="left", maintain_order="left")
    top = top.with_columns(pl.coalesce("leader", "finding"))
    for _ in range(_DEEPEST):
        higher = top["leader"].gather(top["leader"])
        if (higher == top["leader"]).all():
            break
        top = top.with_columns(leader=higher)
    return findings.with_columns(case_id=findings["discrepancy_id"].gather(top["leader"])).drop("rests_on")


def _located(numbered: pl.DataFrame) -> pl.DataFrame:
    """Findings that may lead, by report and ``sheet!cell``."""
    return numbered.filter(pl.col("report_id").is_not_null(), pl.col("source_cell").is_not_null()).select(
        "report_id",
        cell=pl.concat_str("source_sheet", pl.lit("!"), "source_cell"),
        leader="finding",
        leader_rank="rank",
        leader_size=pl.col("delta").abs(),
    )


def _by_cell(numbered: pl.DataFrame) -> pl.DataFrame:
    leaders = _located(numbered)
    own = pl.concat_list(pl.concat_str("source_sheet", pl.lit("!"), "source_cell")).list.drop_nulls()
    followers = (
        numbered.filter(pl.col("report_id").is_not_null())
        .select("finding", "rank", "report_id", cell=pl.col("cells").fill_null([]).list.concat(own))
        .explode("cell", empty_as_null=True)
    )
    return (
        followers.join(leaders, on=["report_id", "cell"])
        .filter(pl.col("leader_rank") < pl.col("rank"))
        .select("finding", "leader", "leader_rank", "leader_size")
    )


def _by_report(numbered: pl.DataFrame) -> pl.DataFrame:
    leaders = numbered.filter("whole_report").select(
        "report_id", leader="finding", leader_rank=pl.lit(-1, pl.Int32), leader_size=pl.lit(None, pl.Float64)
    )
    return (
        numbered.filter(~pl.col("whole_report"))
        .select("finding", "report_id")
        .join(leaders, on="report_id")
        .select("finding", "leader", "leader_rank", "leader_size")
    )


def _by_sum(numbered: pl.DataFrame) -> pl.DataFrame:
    """Amounts of the same unit must be nearly the same: a sum is not wrong by what is wrong elsewhere by less."""
    resting = numbered.select(
        "finding", "rank", "rests_on", follower_measure="measure", follower_size=pl.col("delta").abs()
    )
    parts = (
        resting.explode("rests_on", empty_as_null=True)
        .unnest("rests_on")
        .filter(pl.col("report_id").is_not_null())
        .rename({"place": "cell"})
    )
    measures = numbered.select(leader="finding", leader_measure="measure", leader_severity="severity")
    size, follower = pl.col("leader_size"), pl.col("follower_size")
    same = (size - follower).abs() <= pl.max_horizontal(pl.lit(SAME_PIECES), SAME_SHARE * follower)
    other_unit = _unit("leader_measure") != _unit("follower_measure")
    located = (
        parts.join(_located(numbered), on=["report_id", "cell"])
        .join(measures, on="leader")
        .filter(
            pl.col("leader_rank") < pl.col("rank"),
            pl.col("leader_severity").is_in(["block", "error", "warning"]),
            size.is_not_null() & (other_unit | same),
        )
    )
    whole = parts.join(numbered.filter("whole_report").select("report_id", leader="finding"), on="report_id").filter(
        pl.col("leader") != pl.col("finding")
    )
    of_report = whole.select(
        "finding", "leader", leader_rank=pl.lit(-1, pl.Int32), leader_size=pl.lit(None, pl.Float64)
    )
    return pl.concat([located.select(of_report.columns), of_report])


def _unit(measure: str) -> pl.Expr:
    """The ending of a measure's name."""
    return pl.col(measure).str.extract("_([a-z]+)$")


def _by_partner(numbered: pl.DataFrame) -> pl.DataFrame:
    size = pl.col("delta").abs()
    halves = numbered.select(partner_id="discrepancy_id", leader="finding", leader_rank="rank", leader_size=size)
    # The larger half leads, of equal ones the first: never each the other.
    first = (pl.col("leader_size") > size) | ((pl.col("leader_size") == size) & (pl.col("leader") < pl.col("finding")))
    return (
        numbered.join(halves, on="partner_id").filter(first).select("finding", "leader", "leader_rank", "leader_size")
    )


def led(findings: pl.DataFrame) -> pl.DataFrame:
    """Only the leaders of cases; ``also_rules`` then names the rules of those that follow, too."""
    numbers = pl.concat_str("rule_no", pl.lit(" "), pl.col("also_rules").fill_null("")).str.strip_chars()
    following = (
        findings.filter(pl.col("case_id") != pl.col("discrepancy_id"))
        .group_by("case_id", maintain_order=True)
        .agg(numbers.str.join(" ").alias("_following"))
    )
    leaders = findings.filter(pl.col("case_id") == pl.col("discrepancy_id")).join(
        following, on="case_id", how="left", maintain_order="left"
    )
    both = pl.concat_str("also_rules", "_following", separator=" ", ignore_nulls=True)
    return leaders.with_columns(also_rules=pl.when(both != "").then(both)).drop("_following")
