"""What people decided, applied to consolidated rows and to findings. Where decisions are kept: ``etl.store.state``.

A ruling is a decision that is in force (contract ``decision``). It is about a shift on a line, an hour of it, one order
in it, or both: its grain. Candidates of report and MES are never touched: where the value of a grain of several rows
differs from their sum, one more row without an hour carries the rest, because nobody said which hour it belongs to.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from data_contracts.crosschecks import CROSSCHECKS
from data_contracts.crosschecks.base import KEY
from data_contracts.tables import TABLES
from data_contracts.tables.decision import QUANTITIES
from etl.reconcile.marts import total

ROW = [*KEY, "hour_start", "order_id", "product_id"]
NO_RULINGS = TABLES["decision"].no_rows()
LEVELS: tuple[tuple[str, ...], ...] = (("hour_start", "order_id"), ("hour_start",), ("order_id",), ())
"""Grains below line and shift, from narrow to wide. A wider ruling has the last word on its sum."""
_ACCEPTS = ("accept_report", "accept_mes")
_VALUES = (*_ACCEPTS, "set")
_EPSILON = 1e-6


def ruled(rows: pl.DataFrame, rulings: pl.DataFrame, days: Sequence[date]) -> pl.DataFrame:
    """Chosen rows as people decided; ``decided_measures`` and ``value_source`` say so.

    ``rows``: as ``consolidate.choose`` makes them for ``days``. What a split moves conserves the sum of both shifts.
    """
    here = pl.col("production_date").is_in(list(days))
    decided = rows.with_columns(pl.lit(value=False).alias(f"decided_{q}") for q in QUANTITIES)
    for quantity in QUANTITIES:
        mine = rulings.filter(pl.col("measure") == quantity)
        if mine.is_empty():
            continue
        values = mine.filter(pl.col("kind").is_in(_VALUES), here)
        for level in reversed(LEVELS):
            decided = _accepted(decided, _latest(values, level), quantity, level)
        for level in LEVELS:
            decided = _set(decided, _latest(values, level), quantity, level)
        moves = _moves(mine.filter(pl.col("kind") == "split")).filter(here)
        parts = [_carriers(decided, _at(moves, level), level) for level in LEVELS]
        decided = _add(decided, pl.concat(parts), quantity)
    named = [pl.when(f"decided_{q}").then(pl.lit(q)) for q in QUANTITIES]
    measures = pl.concat_str(named, separator=" ", ignore_nulls=True)
    return decided.with_columns(
        decided_measures=pl.when(measures != "").then(measures),
        value_source=pl.when("decided_good_qty").then(pl.lit("decision")).otherwise("value_source"),
    ).drop(f"decided_{q}" for q in QUANTITIES)


def sums(rows: pl.DataFrame, rulings: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """One row per ruling that rows are there for: ``decision_id`` and the sums of ``columns`` over its grain."""
    parts = []
    for level in LEVELS:
        by = [*KEY, *level]
        about = _at(rulings, level).select("decision_id", *by).join(rows, on=by)
        parts.append(about.group_by("decision_id").agg(total(c) for c in columns))
    return pl.concat(parts)


def with_unseen(
    findings: pl.DataFrame, rows: pl.DataFrame, rulings: pl.DataFrame, days: Sequence[date]
) -> pl.DataFrame:
    """Adds the differences that no rule finds any more, but whose decided value is not what the sources now say.

    ``rows``: chosen, before rulings. A decision that only repeats what the sources say is settled by the data.
    """
    numbers = {rule.id: rule.number for rule in CROSSCHECKS.values()}
    here = pl.col("production_date").is_in(list(days)) & pl.col("kind").is_in([*_VALUES, "split"])
    about = rulings.filter(here).join(findings, on="discrepancy_id", how="anti")
    parts = [findings]
    for quantity in QUANTITIES:
        mine = about.filter(pl.col("measure") == quantity)
        if mine.is_empty():
            continue
        now = sums(rows, mine, [quantity, f"report_{quantity}", f"mes_{quantity}"])
        said = mine.join(now, on="decision_id", how="left")
        differs = (pl.col("value") - pl.col(quantity).fill_null(0)).abs() > _EPSILON
        parts.append(
            said.filter((pl.col("kind") == "split") | differs).select(
                *("discrepancy_id", "rule_id", *KEY, "hour_start", "order_id", "product_id", "measure"),
                case_id="discrepancy_id",
                rule_no=pl.col("rule_id").replace_strict(numbers, default=0, return_dtype=pl.Int32),
                severity=pl.col("severity").fill_null("warning"),
                reported_value=f"report_{quantity}",
                reference_value=f"mes_{quantity}",
                delta=pl.col(f"report_{quantity}").fill_null(0) - pl.col(f"mes_{quantity}").fill_null(0),
                probable_cause=pl.lit("unexplained"),
            )
        )
    return pl.concat(parts, how="diagonal_relaxed")


def with_waivers(findings: pl.DataFrame, rulings: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Adds ``waiver_id``: the decision that silences the rule there on that production day. ``lines``: master."""
    areas = lines.select("plant_id", "line_id", area="area_id").unique(["plant_id", "line_id"])
    waivers = rulings.filter(pl.col("kind") == "waive").select(
        *("rule_id", "valid_from", "valid_to", "decided_at"),
        *(pl.col(c).alias(f"waived_{c}") for c in ("plant_id", "area_id", "line_id", "product_id")),
        waiver_id="decision_id",
    )
    holds = [pl.col("production_date").is_between("valid_from", "valid_to")]
    places = {"plant_id": "plant_id", "area_id": "area", "line_id": "line_id", "product_id": "product_id"}
    holds += [pl.col(f"waived_{c}").is_null() | (pl.col(f"waived_{c}") == pl.col(have)) for c, have in places.items()]
    waived = (
        findings.select("discrepancy_id", "rule_id", "plant_id", "line_id", "product_id", "production_date")
        .join(areas, on=["plant_id", "line_id"], how="left")
        .join(waivers, on="rule_id")
        .filter(*holds)
        .sort("decided_at", "waiver_id")
        .unique("discrepancy_id", keep="first", maintain_order=True)
    )
    return findings.join(
        waived.select("discrepancy_id", "waiver_id"), on="discrepancy_id", how="left", maintain_order="left"
    )


def accepted_sides(rulings: pl.DataFrame, measure: str) -> pl.DataFrame:
    """KEY and ``accepted``, report or mes: the side that a person accepted last for a measure of the shift."""
    accepts = rulings.filter(pl.col("measure") == measure, pl.col("kind").is_in(_ACCEPTS))
    return _newest(accepts, list(KEY)).select(*KEY, accepted=pl.col("kind").str.strip_prefix("accept_"))


def _at(rulings: pl.DataFrame, level: tuple[str, ...]) -> pl.DataFrame:
    """Rulings of one grain."""
    return rulings.filter((pl.col(c).is_not_null() == (c in level)) for c in LEVELS[0])


def _latest(rulings: pl.DataFrame, level: tuple[str, ...]) -> pl.DataFrame:
    """Rulings of one grain; of several on the same the last one counts."""
    return _newest(_at(rulings, level), [*KEY, *level])


def _newest(rulings: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    return rulings.sort("decided_at", "decision_id").unique(by, keep="last", maintain_order=True)


def _accepted(rows: pl.DataFrame, rulings: pl.DataFrame, quantity: str, level: tuple[str, ...]) -> pl.DataFrame:
    """The accepted side in each row of the grain; where that side says nothing, the other one was not accepted."""
    accepts = rulings.filter(pl.col("kind").is_in(_ACCEPTS)).select(*KEY, *level, accepted="kind")
    joined = rows.join(accepts, on=[*KEY, *level], how="left", maintain_order="left")
    side = pl.when(pl.col("accepted") == "accept_report").then(f"report_{quantity}").otherwise(f"mes_{quantity}")
    is_accepted = pl.col("accepted").is_not_null()
    return joined.with_columns(
        pl.when(is_accepted).then(side).otherwise(quantity).alias(quantity),
        (pl.col(f"decided_{quantity}") | is_accepted).alias(f"decided_{quantity}"),
    ).drop("accepted")


def _set(rows: pl.DataFrame, rulings: pl.DataFrame, quantity: str, level: tuple[str, ...]) -> pl.DataFrame:
    """The grain sums to the decided value."""
    said = sums(rows, rulings, [quantity])
    rest = rulings.join(said, on="decision_id", how="left").with_columns(
        amount=pl.col("value") - pl.col(quantity).fill_null(0)
    )
    open_rest = rest.filter(pl.col(quantity).is_null() | (pl.col("amount").abs() > _EPSILON))
    return _add(rows, _carriers(rows, open_rest, level), quantity)


def _moves(splits: pl.DataFrame) -> pl.DataFrame:
    """A split as two entries: what leaves one shift and what enters the other."""
    leaves = splits.with_columns(amount=-pl.col("moved_qty"))
    enters = splits.with_columns(
        amount="moved_qty", production_date="to_date", shift_id="to_shift_id", hour_start=pl.lit(None)
    )
    return pl.concat([leaves, enters.cast(leaves.schema)])


def _carriers(rows: pl.DataFrame, entries: pl.DataFrame, level: tuple[str, ...]) -> pl.DataFrame:
    """ROW and ``amount``: the row that carries each entry: the only one of its grain, or one for all of it."""
    by = [*KEY, *level]
    common = {c: pl.when(pl.col(c).n_unique() == 1).then(pl.col(c).first()) for c in ("order_id", "product_id")}
    grain = (
        rows.join(entries.select(by).unique(), on=by, how="semi")
        .group_by(by)
        .agg(
            one_hour=pl.when(pl.len() == 1).then(pl.col("hour_start").first()),
            **{f"one_{c}": value for c, value in common.items()},
            has_rows=pl.lit(value=True),
        )
    )
    return (
        entries.select(*ROW, "amount")
        .join(grain, on=by, how="left")
        .select(
            *KEY,
            hour_start=pl.coalesce("hour_start", "one_hour"),
            order_id=pl.coalesce("order_id", "one_order_id"),
            product_id=pl.when("has_rows").then("one_product_id").otherwise("product_id"),
            amount="amount",
        )
    )


def _add(rows: pl.DataFrame, amounts: pl.DataFrame, quantity: str) -> pl.DataFrame:
    """Amounts on their rows, which are made where there are none."""
    summed = amounts.group_by(ROW).agg(pl.col("amount").sum())
    joined = rows.join(summed, on=ROW, how="full", coalesce=True, nulls_equal=True, maintain_order="left_right")
    has_amount = pl.col("amount").is_not_null()
    value = pl.when(has_amount).then(pl.col(quantity).fill_null(0) + pl.col("amount")).otherwise(quantity)
    return joined.with_columns(
        value.alias(quantity),
        *(pl.col(f"decided_{q}").fill_null(value=False) for q in QUANTITIES if q != quantity),
        (pl.col(f"decided_{quantity}").fill_null(value=False) | has_amount).alias(f"decided_{quantity}"),
    ).drop("amount")
